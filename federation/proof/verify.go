package proof

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"
)

// Errors of Verify.
var (
	// ErrUnusable means that a proof proves nothing here: another cryptosuite,
	// another purpose, expired, or made in the future. The document is as if it
	// had none (FEP-8b32).
	ErrUnusable = errors.New("unusable proof")
	// ErrVerification means that the document is not what the key signed.
	ErrVerification = errors.New("proof does not verify")
)

const (
	// maxProofs bounds the proofs that are read of one document.
	maxProofs = 8
	// maxSkew is how far another server's clock may be ahead.
	maxSkew = time.Hour
)

// Proof is one proof as read.
type Proof struct {
	// Method is the id of the key, which the caller looks up and must find in the
	// assertionMethod of the document's owner.
	Method string
	// Created and Expires are zero when absent.
	Created, Expires time.Time

	unusable string // why, "" when it is not
	context  any    // nil when absent
	config   map[string]any
	value    []byte
}

// Signed is a document with the proofs that it carries; none is not an error.
type Signed struct {
	Proofs []Proof
	doc    map[string]any // without proof and signature
}

// Has reports whether raw may carry a proof, without reading it.
func Has(raw []byte) bool { return bytes.Contains(raw, []byte(`"proof"`)) }

// Read reads the proofs of a document, one or several. The error wraps
// ErrMalformed, also for more proofs than are read of one document.
func Read(document []byte) (Signed, error) {
	v, err := decode(document)
	if err != nil {
		return Signed{}, err
	}
	doc, ok := v.(map[string]any)
	if !ok {
		return Signed{}, fmt.Errorf("%w: not an object", ErrMalformed)
	}
	list, ok := doc["proof"].([]any)
	if !ok && doc["proof"] != nil {
		list = []any{doc["proof"]}
	}
	if len(list) > maxProofs {
		return Signed{}, fmt.Errorf("%w: %d proofs", ErrMalformed, len(list))
	}
	delete(doc, "proof")
	delete(doc, "signature") // a linked data signature is made over the document with its proof
	s := Signed{doc: doc}
	for _, item := range list {
		p, err := readProof(item)
		if err != nil {
			return Signed{}, err
		}
		s.Proofs = append(s.Proofs, p)
	}
	return s, nil
}

func readProof(v any) (p Proof, err error) {
	m, ok := v.(map[string]any)
	if !ok {
		return p, fmt.Errorf("%w: a proof is an object", ErrMalformed)
	}
	text := func(key string) string { s, _ := m[key].(string); return s }
	p = Proof{Method: text("verificationMethod"), context: m["@context"], config: maps.Clone(m)}
	delete(p.config, "proofValue")
	switch {
	case text("type") != proofType || text("cryptosuite") != Suite:
		p.unusable = "cryptosuite"
	case text("proofPurpose") != proofPurpose:
		p.unusable = "purpose"
	case m["previousProof"] != nil:
		p.unusable = "chained"
	}
	for _, t := range []struct {
		key string
		to  *time.Time
	}{{"created", &p.Created}, {"expires", &p.Expires}} {
		if m[t.key] == nil {
			continue
		}
		if *t.to, err = time.Parse(time.RFC3339, text(t.key)); err != nil {
			return p, fmt.Errorf("%w: %s of a proof", ErrMalformed, t.key)
		}
	}
	if p.unusable != "" {
		return p, nil
	}
	value, ok := strings.CutPrefix(text("proofValue"), "z")
	if !ok || len(value) > 128 {
		return p, fmt.Errorf("%w: value of a proof", ErrMalformed)
	}
	p.value, err = decodeBase58(value)
	return p, err
}

// Usable returns nil when the proof can prove something at the time now, else
// an error that wraps ErrUnusable.
func (p Proof) Usable(now time.Time) error {
	switch {
	case p.unusable != "":
		return fmt.Errorf("%w: %s", ErrUnusable, p.unusable)
	case !p.Expires.IsZero() && !now.Before(p.Expires):
		return fmt.Errorf("%w: expired %s", ErrUnusable, p.Expires.UTC().Format(time.RFC3339))
	case p.Created.After(now.Add(maxSkew)):
		return fmt.Errorf("%w: made in the future, %s", ErrUnusable, p.Created.UTC().Format(time.RFC3339))
	}
	return nil
}

// Verify checks that pub signed the document with the proof p, one of s.Proofs
// (vc-di-eddsa §3.3.2). Whether pub may speak for the document is the caller's
// business. It returns ErrUnusable or ErrVerification.
//
// The proof's @context must begin the document's, and is what was signed. A
// document without one, taken out of another, has its proof's. A proof without
// one is tried with the document's too, which is how Fedify signs.
func (s Signed) Verify(p Proof, pub ed25519.PublicKey, now time.Time) error {
	if err := p.Usable(now); err != nil {
		return err
	}
	if len(pub) != ed25519.PublicKeySize || len(p.value) != ed25519.SignatureSize {
		return fmt.Errorf("%w: length of key or value", ErrVerification)
	}
	doc, whole := s.doc, s.doc["@context"]
	if p.context != nil {
		if whole != nil && !isPrefix(p.context, whole) {
			return fmt.Errorf("%w: its @context does not begin the document's", ErrVerification)
		}
		doc = maps.Clone(doc)
		doc["@context"] = p.context
	}
	ok, err := check(p.config, doc, pub, p.value)
	if !ok && err == nil && p.context == nil && whole != nil {
		config := maps.Clone(p.config)
		config["@context"] = whole
		ok, err = check(config, doc, pub, p.value)
	}
	if err == nil && !ok {
		err = ErrVerification
	}
	return err
}

func check(config, doc map[string]any, pub ed25519.PublicKey, value []byte) (bool, error) {
	canonical, err := write(nil, config, 0)
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrVerification, err)
	}
	sum, err := hashData(canonical, doc)
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrVerification, err)
	}
	return ed25519.Verify(pub, sum, value), nil
}
