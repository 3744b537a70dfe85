package httpsig

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// signCavage signs (request-target) host date [digest], which every peer
// accepts, with algorithm="rsa-sha256", which Gancio's parser wants to see.
// target is what stands for the request's path.
func (s *Signer) signCavage(req *http.Request, body []byte, target string) error {
	if _, ok := s.Key.Public().(*rsa.PublicKey); !ok {
		return fmt.Errorf("%w: draft-cavage needs an RSA key", ErrMalformed)
	}
	sig := Signature{Covered: []string{"(request-target)", "host", "date"}}
	if body != nil {
		req.Header.Set("Digest", "SHA-256="+base64Sum(body))
		sig.Covered = append(sig.Covered, "digest")
	}
	sig.coverSync(req)
	b := sig.baseCavage(req, target)
	if b.err != nil {
		return b.err
	}
	sum := sha256.Sum256([]byte(b.text))
	raw, err := s.Key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	req.Header.Set("Signature", fmt.Sprintf(`keyId="%s",algorithm="rsa-sha256",headers="%s",signature="%s"`,
		s.KeyID, strings.Join(sig.Covered, " "), base64.StdEncoding.EncodeToString(raw)))
	return nil
}

// parseCavage reads the parameters of a Signature header: quoted or not, in
// any order, with spaces around commas.
func parseCavage(header string) (*Signature, error) {
	params, err := cavageParams(header)
	if err != nil {
		return nil, err
	}
	s := &Signature{KeyID: params["keyid"], Algorithm: strings.ToLower(params["algorithm"])}
	s.created, s.expires = params["created"], params["expires"]
	if s.Created, err = unixTime(s.created); err != nil {
		return nil, err
	}
	if s.Expires, err = unixTime(s.expires); err != nil {
		return nil, err
	}
	s.Covered = strings.Fields(strings.ToLower(params["headers"]))
	if len(s.Covered) == 0 {
		s.Covered = []string{"date"} // the draft's default
	}
	if s.sig, err = base64.StdEncoding.Strict().DecodeString(params["signature"]); err != nil || len(s.sig) == 0 {
		return nil, fmt.Errorf("%w: signature is not base64", ErrMalformed)
	}
	if s.KeyID == "" {
		return nil, fmt.Errorf("%w: no keyId", ErrMalformed)
	}
	return s, nil
}

func cavageParams(header string) (map[string]string, error) {
	params := make(map[string]string, 5)
	for rest := strings.TrimSpace(header); rest != ""; {
		name, after, ok := strings.Cut(rest, "=")
		if !ok {
			return nil, fmt.Errorf("%w: parameter without a value", ErrMalformed)
		}
		var value string
		if after = strings.TrimLeft(after, " "); strings.HasPrefix(after, `"`) {
			if value, after, ok = strings.Cut(after[1:], `"`); !ok {
				return nil, fmt.Errorf("%w: quote not closed", ErrMalformed)
			}
			after = strings.TrimLeft(after, " \t")
			if after != "" && after[0] != ',' {
				return nil, fmt.Errorf("%w: text after a quoted value", ErrMalformed)
			}
			after = strings.TrimPrefix(after, ",")
		} else {
			value, after, _ = strings.Cut(after, ",")
			value = strings.TrimSpace(value)
		}
		key := strings.ToLower(strings.TrimSpace(name))
		if _, twice := params[key]; twice {
			return nil, fmt.Errorf("%w: %s given twice", ErrMalformed, key)
		}
		params[key], rest = value, strings.TrimLeft(after, " \t")
	}
	return params, nil
}

// unixTime reads seconds since 1970, with or without a fraction; "" is zero.
func unixTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	whole, _, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: time %q", ErrMalformed, s)
	}
	return time.Unix(n, 0), nil
}

// baseCavage is the text that is signed, with target as the request's path.
func (s *Signature) baseCavage(r *http.Request, target string) base {
	var b strings.Builder
	for i, name := range s.Covered {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(name)
		b.WriteString(": ")
		switch name {
		case "(request-target)":
			b.WriteString(strings.ToLower(r.Method) + " " + target)
		case "(created)":
			b.WriteString(s.created)
		case "(expires)":
			b.WriteString(s.expires)
		case "host":
			b.WriteString(r.Host)
		default:
			values := fieldValues(r, name)
			if len(values) == 0 {
				return base{err: fmt.Errorf("%w: signed header %s is absent", ErrIncomplete, name)}
			}
			for j, v := range values {
				if j > 0 {
					b.WriteString(", ")
				}
				b.WriteString(strings.TrimSpace(v))
			}
		}
	}
	if (s.covers("(created)") && s.created == "") || (s.covers("(expires)") && s.expires == "") {
		return base{err: fmt.Errorf("%w: created or expires is absent", ErrIncomplete)}
	}
	return base{text: b.String()}
}
