package federation

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"codeberg.org/bocage/bocage/federation/proof"
)

// Endorsement is what an instance's actor says of the keys of one of its
// actors: our term, carried in the actor's document. Who knows the instance's
// key needs nobody else to know the actor's, even when the instance is gone.
type Endorsement struct {
	Type string `json:"type"` // "Endorsement"
	// Actor is the instance's actor, whose key signs.
	Actor string `json:"actor"`
	// Object is the actor that is spoken of.
	Object string `json:"object"`
	// Keys are the Ed25519 keys of Object, as Multikeys.
	Keys []string `json:"publicKeyMultibase"`
}

// Endorse signs that keys are those of object, with the key of the instance's
// actor that method names. It carries no time, so that the same keys give the
// same bytes.
func Endorse(actor, object string, keys []string, method string, key ed25519.PrivateKey) (json.RawMessage, error) {
	raw, err := plain(Endorsement{Type: "Endorsement", Actor: actor, Object: object, Keys: keys})
	if err != nil {
		return nil, fmt.Errorf("endorse %s: %w", object, err)
	}
	signed, err := proof.Sign(raw, proof.Options{Key: key, Method: method})
	if err != nil {
		return nil, fmt.Errorf("endorse %s: %w", object, err)
	}
	return signed, nil
}

// ReadEndorsement reads an endorsement without verifying it; ErrMalformed.
func ReadEndorsement(raw json.RawMessage) (Endorsement, error) {
	m, err := ParseObject(raw)
	if err != nil {
		return Endorsement{}, err
	}
	e := Endorsement{Type: m.Text("type"), Actor: m.Text("actor"), Object: m.Text("object"), Keys: texts(m, "publicKeyMultibase")}
	if e.Type != "Endorsement" || e.Actor == "" || e.Object == "" || len(e.Keys) == 0 || len(e.Keys) > maxKeys {
		return Endorsement{}, fmt.Errorf("%w: not an endorsement", ErrMalformed)
	}
	return e, nil
}

// VerifyEndorsement checks that the key pub signed that key is one of those of
// object, and returns the instance's actor that said so. It returns
// ErrMalformed, proof.ErrUnusable or proof.ErrVerification.
func VerifyEndorsement(raw json.RawMessage, object, key string, pub ed25519.PublicKey, now time.Time) (actor string, err error) {
	e, err := ReadEndorsement(raw)
	if err != nil {
		return "", err
	}
	if e.Object != object || !slices.Contains(e.Keys, key) {
		return "", fmt.Errorf("%w: it endorses another key", proof.ErrVerification)
	}
	signed, err := proof.Read(raw)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if len(signed.Proofs) != 1 {
		return "", fmt.Errorf("%w: an endorsement has one proof", ErrMalformed)
	}
	return e.Actor, signed.Verify(signed.Proofs[0], pub, now)
}
