// Package httpsig signs and verifies HTTP requests as the fediverse does:
// draft-cavage-http-signatures-12 both ways, and RFC 9421 for those who knock
// with it first.
//
// It fetches no key: Parse gives the key id, the caller finds the key, Verify
// checks. Package federation signs with it, package inbox verifies.
package httpsig

import (
	"crypto"
	"errors"
	"net/http"
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

// Form is the specification that a signature follows.
type Form uint8

// The forms that are spoken. Cavage is the zero value: it is sent first.
const (
	Cavage Form = iota
	RFC9421
)

// Signer is a key that signs requests.
type Signer struct {
	// KeyID is the URL of the public key, e.g. https://b.ex/entries/1#main-key.
	KeyID string
	// Key is an RSA key of at least 2048 bits; RFC9421 also takes Ed25519.
	Key crypto.Signer
}

// Sign sets Host, Date, Digest and Signature on req as form says. body is nil for a GET.
func (s *Signer) Sign(req *http.Request, body []byte, form Form, now time.Time) error {
	return ErrMalformed
}

// Signature is a request's signature, parsed and not yet verified.
type Signature struct {
	KeyID string
	Form  Form
}

// Parse reads the request's signature. RFC 9421 wins when both are there.
func Parse(r *http.Request) (*Signature, error) { return nil, ErrNoSignature }

// Verify checks that the signature covers what it must, lies in the window
// around now, matches body's digest and was made by pub.
func (s *Signature) Verify(r *http.Request, body []byte, pub crypto.PublicKey, now time.Time) error {
	return ErrVerification
}

// Hash identifies the signature for a replay cache.
func (s *Signature) Hash() string { return "" }

// ParseKey reads a PEM public key, PKIX or PKCS #1.
func ParseKey(pemText string) (crypto.PublicKey, error) { return nil, ErrMalformed }

// EncodeKey writes a public key as PKIX PEM.
func EncodeKey(pub crypto.PublicKey) (string, error) { return "", ErrMalformed }
