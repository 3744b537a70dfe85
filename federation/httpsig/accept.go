package httpsig

import (
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Limits of what an Accept-Signature may ask for.
const (
	maxWanted     = 4  // alternatives that are looked at
	maxComponents = 16 // of one
	maxParamBytes = 256
)

// Wanted is one signature that a peer asks for with Accept-Signature (RFC 9421 §5.1).
type Wanted struct {
	// Label names it; the answer uses the same.
	Label string
	// Components are the components to cover, in lower case. More may be covered.
	Components []string
	// Created and Expires say that the parameters are asked for.
	Created, Expires bool
	// KeyID, Algorithm, Nonce and Tag are to be as given; "" when not asked for.
	KeyID, Algorithm, Nonce, Tag string
}

// AcceptSignature is the value of an Accept-Signature header that asks for what
// Verify needs.
func AcceptSignature(hasBody bool) string {
	return "sig1=(" + quoted(least(hasBody)) + ");created;keyid"
}

// Challenge is the WWW-Authenticate header that a 401 must have (RFC 9110
// §15.5.2), for those who sign with draft-cavage.
func Challenge(hasBody bool) string {
	headers := "(request-target) host date"
	if hasBody {
		headers += " digest"
	}
	return `Signature realm="ActivityPub",headers="` + headers + `"`
}

func least(hasBody bool) []string {
	if hasBody {
		return []string{"@method", "@target-uri", "content-digest"}
	}
	return []string{"@method", "@target-uri"}
}

func quoted(components []string) string {
	if len(components) == 0 {
		return ""
	}
	return `"` + strings.Join(components, `" "`) + `"`
}

// ParseAcceptSignature reads an Accept-Signature header. What cannot be read or
// asks for components that are not spoken here is left out; the error wraps
// ErrMalformed when nothing is left.
func ParseAcceptSignature(h http.Header) ([]Wanted, error) {
	field := strings.Join(h.Values("Accept-Signature"), ", ")
	if len(field) > maxHeaderBytes {
		return nil, fmt.Errorf("%w: header too long", ErrMalformed)
	}
	if strings.TrimSpace(field) == "" {
		return nil, ErrNoSignature
	}
	var out []Wanted
	err := error(ErrMalformed)
	for _, member := range splitOutside(field, ',') {
		w, werr := parseWanted(member)
		if werr != nil {
			err = werr
			continue
		}
		if out = append(out, w); len(out) == maxWanted {
			break
		}
	}
	if len(out) == 0 {
		return nil, err
	}
	return out, nil
}

func parseWanted(member string) (Wanted, error) {
	label, params, ok := strings.Cut(strings.TrimSpace(member), "=")
	if !ok || !isLabel(label) {
		return Wanted{}, fmt.Errorf("%w: label", ErrMalformed)
	}
	list, rest, err := innerList(params)
	if err != nil {
		return Wanted{}, err
	}
	w := Wanted{Label: label, Components: list}
	if len(list) > maxComponents {
		return Wanted{}, fmt.Errorf("%w: %d components", ErrMalformed, len(list))
	}
	for _, c := range list {
		if strings.HasPrefix(c, "@") && !slices.Contains(derived[:], c) || !isFieldName(strings.TrimPrefix(c, "@")) {
			return Wanted{}, fmt.Errorf("%w: component %s", ErrMalformed, c)
		}
	}
	for _, p := range splitOutside(rest, ';') {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if value = unquote(value); len(value) > maxParamBytes || strings.ContainsFunc(value, notPrintable) {
			return Wanted{}, fmt.Errorf("%w: parameter %s", ErrMalformed, name)
		}
		switch name {
		case "created":
			w.Created = true
		case "expires":
			w.Expires = true
		case "keyid":
			w.KeyID = value
		case "alg":
			w.Algorithm = strings.ToLower(value)
		case "nonce":
			w.Nonce = value
		case "tag":
			w.Tag = value
		}
	}
	return w, nil
}

// isLabel: a key of a structured field (RFC 8941 §3.1.2).
func isLabel(s string) bool {
	return s != "" && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '-' && r != '.' && r != '*'
	})
}

func isFieldName(s string) bool { return isLabel(s) && !strings.ContainsAny(s, "*.") }

func notPrintable(r rune) bool { return r < 0x20 || r > 0x7e }

// ErrUnwilling is returned by SignWanted for a signature that this key cannot make.
var ErrUnwilling = errors.New("the wanted signature cannot be made")

// SignWanted signs req as RFC 9421 and as one of wanted says, the first that
// this key can satisfy; ErrUnwilling when there is none. What Sign covers is
// covered whatever is asked: a signature over less could be used elsewhere.
func (s *Signer) SignWanted(req *http.Request, body []byte, wanted []Wanted, now time.Time) error {
	err := error(ErrUnwilling)
	for _, w := range wanted {
		if !s.can(w) {
			continue
		}
		s.prepare(req, now)
		if err = s.sign9421(req, body, w, now); err == nil {
			return nil
		}
	}
	return err
}

// can reports whether the key is the one that is asked for.
func (s *Signer) can(w Wanted) bool {
	if w.KeyID != "" && w.KeyID != s.KeyID {
		return false
	}
	switch s.Key.Public().(type) {
	case *rsa.PublicKey:
		return w.Algorithm == "" || w.Algorithm == "rsa-v1_5-sha256"
	case ed25519.PublicKey:
		return w.Algorithm == "" || w.Algorithm == "ed25519"
	}
	return false
}

// sigLife is the life of a signature whose end is asked for.
const sigLife = 5 * time.Minute

// sign9421 signs @method @target-uri [content-digest], what Mastodon asks for,
// and what w asks for beside.
func (s *Signer) sign9421(req *http.Request, body []byte, w Wanted, now time.Time) error {
	sig := Signature{Form: RFC9421, Covered: slices.Clone(w.Components)}
	for _, c := range least(body != nil) {
		if !sig.covers(c) {
			sig.Covered = append(sig.Covered, c)
		}
	}
	sig.coverSync(req)
	setDigests(req, body, &sig)
	sig.params = "(" + quoted(sig.Covered) + ")" + w.parameters(s.KeyID, now)
	b := sig.base9421(req, req.URL.Scheme)
	if b.err != nil {
		return b.err
	}
	raw, err := s.signText(b.text)
	if err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	label := w.Label
	if label == "" {
		label = "sig1"
	}
	req.Header.Set("Signature-Input", label+"="+sig.params)
	req.Header.Set("Signature", label+"=:"+base64.StdEncoding.EncodeToString(raw)+":")
	return nil
}

// parameters are those of a signature made now, with a leading semicolon.
func (w Wanted) parameters(keyID string, now time.Time) string {
	out := fmt.Sprintf(`;created=%d`, now.Unix())
	if w.Expires {
		out += fmt.Sprintf(`;expires=%d`, now.Add(sigLife).Unix())
	}
	out += `;keyid="` + keyID + `"`
	for _, p := range []struct{ name, value string }{{"alg", w.Algorithm}, {"nonce", w.Nonce}, {"tag", w.Tag}} {
		if p.value != "" {
			out += ";" + p.name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(p.value) + `"`
		}
	}
	return out
}

// setDigests sets Content-Digest, and Digest where it is to be covered.
func setDigests(req *http.Request, body []byte, sig *Signature) {
	if body == nil {
		return
	}
	sum := base64Sum(body)
	req.Header.Set("Content-Digest", "sha-256=:"+sum+":")
	if sig.covers("digest") {
		req.Header.Set("Digest", "SHA-256="+sum)
	}
}
