package peer

import (
	"context"
	"crypto"
	"errors"
	"slices"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// KnownMultikey reports whether multikey was known as the owner's before the given
// time, or is one that the pinned key of its origin vouches for: whoever has the
// name of the origin now cannot have made what it signed, unless they have its
// private half too.
func KnownMultikey(ctx context.Context, r store.Reader, origin, owner, multikey string, before time.Time) (bool, error) {
	pin, err := r.PinnedKey(ctx, origin)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return false, err
	}
	if multikey == "" || pin.Multikey == multikey {
		return multikey != "", nil
	}
	kept, err := r.KeptDocument(ctx, owner)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return false, err
	}
	if pin.Multikey != "" && kept.Endorsed && kept.Multikey == multikey && kept.Origin == origin {
		return true, nil
	}
	ra, ok, err := knownActor(ctx, r, owner, before)
	return ok && ra.Ed25519 == multikey && SameOrigin(owner, origin+"/"), err
}

// KnownDocument is KnownMultikey for the key of a document's proof; nil, which has
// none that verified, is not known.
func KnownDocument(ctx context.Context, r store.Reader, d *store.KeptDocument, before time.Time) (bool, error) {
	if d == nil {
		return false, nil
	}
	if d.Endorsed && d.URI == d.Owner {
		return true, nil
	}
	return KnownMultikey(ctx, r, d.Origin, d.Owner, d.Multikey, before)
}

// KnownKey reports whether pub is a key that the actor had before the given time, or
// when its origin was pinned if it was not met since.
func KnownKey(ctx context.Context, r store.Reader, actor string, pub crypto.PublicKey, before time.Time) (bool, error) {
	equal, ok := pub.(interface{ Equal(crypto.PublicKey) bool })
	if !ok {
		return false, nil
	}
	ra, ok, err := knownActor(ctx, r, actor, before)
	if err != nil || ok {
		return ok && (isPEM(equal.Equal, ra.PublicKeyPEM) || isMultikey(equal.Equal, ra.Ed25519)), err
	}
	origin, err := Origin(actor)
	if err != nil {
		return false, err
	}
	pin, err := r.PinnedKey(ctx, origin)
	if errors.Is(err, directory.ErrNotFound) {
		return false, nil
	}
	if err != nil || pin.Actor != actor {
		return false, err
	}
	if isMultikey(equal.Equal, pin.Multikey) {
		return true, nil
	}
	act, err := federation.ParseActor(pin.Doc)
	if err != nil {
		return false, nil // an administrator gave the key alone
	}
	return slices.ContainsFunc(act.PublicKeys, func(k federation.PublicKey) bool {
		return ownsKey(act, k.ID, k.Owner) && isPEM(equal.Equal, k.PEM)
	}), nil
}

func isPEM(equal func(crypto.PublicKey) bool, pem string) bool {
	key, err := httpsig.ParseKey(pem)
	return err == nil && equal(key)
}

func isMultikey(equal func(crypto.PublicKey) bool, multikey string) bool {
	key, err := proof.DecodeMultikey(multikey)
	return err == nil && equal(key)
}

// knownActor reads an actor whose keys did not change since before the given time.
func knownActor(ctx context.Context, r store.Reader, uri string, before time.Time) (ra store.RemoteActor, ok bool, err error) {
	since, err := r.KeysSince(ctx, uri)
	if errors.Is(err, directory.ErrNotFound) {
		return ra, false, nil
	}
	if err != nil || !since.Before(before) {
		return ra, false, err
	}
	ra, err = r.RemoteActor(ctx, uri)
	return ra, err == nil, err
}
