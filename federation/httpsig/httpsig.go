// Package httpsig signs and verifies HTTP requests as the fediverse does:
// draft-cavage-http-signatures-12 both ways, and RFC 9421 both ways for those
// who knock with it first or speak nothing else.
//
// It fetches no key: Parse gives the key id, the caller finds the key, Verify
// checks. Package federation signs with it, package inbox verifies.
package httpsig

import (
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Errors of Parse and Verify.
var (
	ErrNoSignature  = errors.New("no signature")
	ErrMalformed    = errors.New("malformed signature")
	ErrIncomplete   = errors.New("signature does not cover what it must")
	ErrWindow       = errors.New("signature outside its time window")
	ErrDigest       = errors.New("digest does not match the body")
	ErrVerification = errors.New("signature does not verify")
)

// The window in which a signature is believed; Mastodon's is the same: five
// minutes of life and an hour of clock skew on both sides.
const (
	MaxAge  = time.Hour + 5*time.Minute
	MaxSkew = time.Hour
)

// maxHeaderBytes bounds the signature headers that are parsed.
const maxHeaderBytes = 8 << 10

// Form is the specification that a signature follows.
type Form uint8

// The forms that are spoken. Cavage is the zero value: it is sent first.
const (
	Cavage Form = iota
	RFC9421
	// CavageBare is Cavage over the path without its query string, which some
	// older servers want of a GET. Parse never says it: Verify tries both.
	CavageBare
)

// forms are the names of the forms, in logs and in the database.
var forms = [...]string{Cavage: "draft-cavage", RFC9421: "rfc9421", CavageBare: "draft-cavage-bare"}

// String is the form's name.
func (f Form) String() string {
	if int(f) < len(forms) {
		return forms[f]
	}
	return "unknown"
}

// ParseForm is the form of a name; ok is false for one that is not spoken.
func ParseForm(name string) (f Form, ok bool) {
	i := slices.Index(forms[:], name)
	return Form(max(i, 0)), i >= 0
}

// Signer is a key that signs requests.
type Signer struct {
	// KeyID is the URL of the public key, e.g. https://b.ex/entries/1#main-key.
	KeyID string
	// Key is an RSA key; RFC9421 also takes Ed25519.
	Key crypto.Signer
}

// Sign sets Host, Date, Digest (or Content-Digest) and Signature on req as
// form says. body is nil for a GET. Sign again for every attempt: the date is
// part of what is signed.
func (s *Signer) Sign(req *http.Request, body []byte, form Form, now time.Time) error {
	s.prepare(req, now)
	switch form {
	case RFC9421:
		return s.sign9421(req, body, Wanted{}, now)
	case CavageBare:
		return s.signCavage(req, body, req.URL.EscapedPath())
	}
	return s.signCavage(req, body, req.URL.RequestURI())
}

// prepare sets what is signed and removes what was signed before.
func (s *Signer) prepare(req *http.Request, now time.Time) {
	for _, name := range []string{"Signature", "Signature-Input", "Digest", "Content-Digest"} {
		req.Header.Del(name)
	}
	if req.Host == "" {
		req.Host = req.URL.Host
	}
	req.Header.Set("Date", now.UTC().Format(http.TimeFormat))
}

func base64Sum(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Signature is a request's signature, parsed and not yet verified.
type Signature struct {
	// KeyID is the key that the sender says it used.
	KeyID string
	Form  Form
	// Algorithm is as sent, in lower case, "" when not sent.
	Algorithm string
	// Covered are the signed components in order, in lower case.
	Covered []string
	// Created and Expires are zero when not sent.
	Created, Expires time.Time

	created, expires string // as sent, for the text that is signed
	params           string // RFC 9421: @signature-params as received
	sig              []byte
}

// Parse reads the request's signature. RFC 9421 wins when both are there. It
// returns ErrNoSignature or ErrMalformed.
func Parse(r *http.Request) (*Signature, error) {
	input, sig := r.Header.Values("Signature-Input"), strings.Join(r.Header.Values("Signature"), ", ")
	if len(sig) > maxHeaderBytes {
		return nil, fmt.Errorf("%w: header too long", ErrMalformed)
	}
	if len(input) > 0 {
		return parse9421(strings.Join(input, ", "), sig)
	}
	if sig == "" {
		var ok bool
		if sig, ok = strings.CutPrefix(r.Header.Get("Authorization"), "Signature "); !ok {
			return nil, ErrNoSignature
		}
	}
	return parseCavage(sig)
}

// Verify checks that the signature covers what it must, lies in the window
// around now, matches body's digest and was made by pub. body is nil for a GET.
func (s *Signature) Verify(r *http.Request, body []byte, pub crypto.PublicKey, now time.Time) error {
	hasBody := len(body) > 0 || (r.Method != http.MethodGet && r.Method != http.MethodHead)
	if err := s.complete(hasBody); err != nil {
		return err
	}
	if err := s.timely(r, now); err != nil {
		return err
	}
	if hasBody {
		if err := s.digestMatches(r, body); err != nil {
			return err
		}
	}
	var err error
	for _, base := range s.bases(r) {
		if base.err != nil {
			err = base.err
			continue
		}
		if err = s.check(base.text, pub); err == nil {
			return nil
		}
	}
	return err
}

// base is one reading of the text that was signed.
type base struct {
	text string
	err  error
}

// bases are the texts that the sender may have signed: with or without the
// query string (GoToSocial), as https or http behind a proxy that ends TLS.
func (s *Signature) bases(r *http.Request) []base {
	if s.Form == RFC9421 {
		scheme, other := "https", "http"
		if r.TLS == nil && r.URL.Scheme != "https" {
			scheme, other = other, scheme
		}
		out := []base{s.base9421(r, scheme)}
		if s.covers("@target-uri") || s.covers("@scheme") {
			out = append(out, s.base9421(r, other))
		}
		return out
	}
	out := []base{s.baseCavage(r, r.URL.RequestURI())}
	if r.URL.RawQuery != "" {
		out = append(out, s.baseCavage(r, r.URL.EscapedPath()))
	}
	return out
}

func (s *Signature) covers(name string) bool {
	for _, c := range s.Covered {
		if c == name {
			return true
		}
	}
	return false
}

// complete enforces the least that must be signed.
func (s *Signature) complete(hasBody bool) error {
	missing := func(what string) error { return fmt.Errorf("%w: %s", ErrIncomplete, what) }
	if s.Form == RFC9421 {
		switch {
		case !s.covers("@method"):
			return missing("@method")
		case !s.covers("@target-uri"):
			return missing("@target-uri")
		case hasBody && !s.covers("content-digest"):
			return missing("content-digest")
		case s.created == "":
			return missing("created")
		}
		return nil
	}
	switch {
	case !s.covers("(request-target)"):
		return missing("(request-target)")
	case !s.covers("host"):
		return missing("host")
	case !s.covers("date") && !s.covers("(created)"):
		return missing("date or (created)")
	case hasBody && !s.covers("digest"):
		return missing("digest")
	}
	return nil
}

// timely checks the window.
func (s *Signature) timely(r *http.Request, now time.Time) error {
	at := s.Created
	if s.Form == Cavage && !s.covers("(created)") {
		var err error
		if at, err = http.ParseTime(r.Header.Get("Date")); err != nil {
			return fmt.Errorf("%w: no readable date", ErrWindow)
		}
	}
	switch {
	case now.Sub(at) > MaxAge:
		return fmt.Errorf("%w: made %s ago", ErrWindow, now.Sub(at).Round(time.Second))
	case at.Sub(now) > MaxSkew:
		return fmt.Errorf("%w: made %s in the future", ErrWindow, at.Sub(now).Round(time.Second))
	case s.expires != "" && now.Sub(s.Expires) > MaxSkew:
		return fmt.Errorf("%w: expired", ErrWindow)
	}
	return nil
}

// digestMatches recomputes the body's SHA-256 and holds every one that is signed to it.
func (s *Signature) digestMatches(r *http.Request, body []byte) error {
	sum, needed := base64Sum(body), "digest"
	if s.Form == RFC9421 {
		needed = "content-digest"
	}
	for _, name := range [...]string{"digest", "content-digest"} {
		if !s.covers(name) {
			continue
		}
		want := sum
		if name == "content-digest" {
			want = ":" + sum + ":"
		}
		found := false
		for _, item := range strings.Split(strings.Join(r.Header.Values(name), ","), ",") {
			alg, value, _ := strings.Cut(strings.TrimSpace(item), "=")
			if !strings.EqualFold(alg, "sha-256") {
				continue
			}
			if value != want {
				return ErrDigest
			}
			found = true
		}
		if !found && name == needed {
			return fmt.Errorf("%w: no sha-256 digest", ErrDigest)
		}
	}
	return nil
}

// Hash identifies the signature for a replay cache, 64 hexadecimal digits.
func (s *Signature) Hash() string { return fmt.Sprintf("%x", sha256.Sum256(s.sig)) }
