package peer

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// KeyChange says that an actor's document lists another key than the one known
// before.
type KeyChange struct {
	Actor string
	// Old and New are the keys as documents list them, PEM or Multikey.
	Old, New string
	// Vouched says that the actor's old keys signed the change: the activity that
	// brought it, or the document itself.
	Vouched bool
	// Seen is when the old version was fetched.
	Seen time.Time
}

// keyChange tells of a key that is not the one that was known. It needs to be
// called before the new version replaces the old one.
func (a *Actors) keyChange(ctx context.Context, tx *store.Tx, ra store.RemoteActor, signed bool) error {
	if a.cfg.KeyChanged == nil {
		return nil
	}
	old, err := tx.RemoteActor(ctx, ra.URI)
	if errors.Is(err, directory.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	c := KeyChange{Actor: ra.URI, Seen: old.FetchedAt}
	switch {
	case old.PublicKeyPEM != "" && strings.TrimSpace(old.PublicKeyPEM) != strings.TrimSpace(ra.PublicKeyPEM):
		c.Old, c.New = old.PublicKeyPEM, ra.PublicKeyPEM
	case old.Ed25519 != "" && ra.Ed25519 != "" && old.Ed25519 != ra.Ed25519: // it signs too
		c.Old, c.New = old.Ed25519, ra.Ed25519
	default:
		return nil
	}
	c.Vouched = signed || provenBy(ra.Doc, old.Ed25519, a.cfg.Clock())
	return a.cfg.KeyChanged(ctx, tx, c)
}

// provenBy reports whether the document carries a proof by a Multikey that was
// known before: copying the key into it is not enough.
func provenBy(doc []byte, multikey string, now time.Time) bool {
	if multikey == "" {
		return false
	}
	pub, err := proof.DecodeMultikey(multikey)
	if err != nil {
		return false
	}
	signed, err := proof.Read(doc)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(signed.Proofs, func(p proof.Proof) bool { return signed.Verify(p, pub, now) == nil })
}
