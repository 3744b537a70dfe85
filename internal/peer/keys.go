package peer

import (
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// keyMemory is how long a key is believed from memory alone: another process may
// have learnt a newer one.
const keyMemory = 10 * time.Minute

// KeyByID returns the key that signs as keyID. The key's own document is only
// a hint to its owner: the owner's document must list the key. A document that
// is older than a day is asked for again, and believed if nobody answers; one
// that does not list the key is asked for once more, since the key may be new.
func (a *Actors) KeyByID(ctx context.Context, keyID string) (Key, error) {
	if k, ok := a.keys.get(keyID); ok && a.cfg.Clock().Sub(k.seen) < keyMemory {
		return k, nil
	}
	ra, err := a.cfg.Store.RemoteActorByKey(ctx, keyID)
	if err == nil && !ra.Gone {
		return a.keyOf(a.renewed(ctx, ra), keyID)
	}
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return Key{}, err
	}
	uri := withoutFragment(keyID)
	if err := a.mayAsk(uri); err != nil {
		return Key{}, err
	}
	if ra, err = a.Actor(ctx, uri); err == nil {
		return a.listed(ctx, ra, keyID)
	}
	if !errors.Is(err, directory.ErrInvalid) {
		return Key{}, err
	}
	return a.keyOfOwner(ctx, keyID, uri)
}

// mayAsk returns ErrUnavailable when the origin of uri was asked for much just now:
// whoever writes the name of a third server on a request must not aim us at it.
func (a *Actors) mayAsk(uri string) error {
	if f, ok := a.failed.get(uri); a.cfg.Ask == nil || ok && a.cfg.Clock().Before(f.until) {
		return nil // nothing will be asked
	}
	origin, err := Origin(uri)
	if err != nil {
		return err
	}
	if wait := a.cfg.Ask(origin); wait > 0 {
		return fmt.Errorf("%s was asked for much just now: %w", origin, directory.ErrUnavailable)
	}
	return nil
}

// KeyOf is KeyByID when it is known whose key it should be: that another actor of the
// same host lists the same id takes nothing from the one whose key it is. The key is
// the other's when the actor does not list it.
func (a *Actors) KeyOf(ctx context.Context, actor, keyID string) (Key, error) {
	if k, ok := a.keys.get(keyID); ok && k.Actor == actor && a.cfg.Clock().Sub(k.seen) < keyMemory {
		return k, nil
	}
	ra, err := a.Known(ctx, actor)
	if err == nil && !ra.Gone {
		if k, err := a.keyOf(a.renewed(ctx, ra), keyID); err == nil {
			return k, nil
		}
	}
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return Key{}, err
	}
	met := err == nil
	k, err := a.KeyByID(ctx, keyID)
	if err != nil || k.Actor == actor {
		return k, err
	}
	if !met {
		if err := a.mayAsk(actor); err != nil {
			return Key{}, err
		}
	}
	if ra, err = a.Actor(ctx, actor); err != nil {
		return k, nil // it is not this actor's, as far as can be seen
	}
	if own, err := a.listed(ctx, ra, keyID); err == nil {
		return own, nil
	}
	return k, nil
}

// renewed is ra, or what its origin says now when ra is old. That it cannot be
// had, or is gone, changes nothing: a Delete is signed with the key that was.
func (a *Actors) renewed(ctx context.Context, ra store.RemoteActor) store.RemoteActor {
	if a.cfg.Clock().Sub(ra.FetchedAt) < actorMaxAge {
		return ra
	}
	if fresh, err := a.Actor(ctx, ra.URI); err == nil {
		return fresh
	}
	return ra
}

// listed is keyOf, after one more look at an actor that does not list the key.
func (a *Actors) listed(ctx context.Context, ra store.RemoteActor, keyID string) (Key, error) {
	k, err := a.keyOf(ra, keyID)
	if !errors.Is(err, directory.ErrForbidden) || a.cfg.Clock().Sub(ra.FetchedAt) < refetchEvery {
		return k, err
	}
	fresh, ferr := a.Refresh(ctx, ra.URI)
	switch {
	case ferr == nil:
		return a.keyOf(fresh, keyID)
	case errors.Is(ferr, directory.ErrUnavailable):
		return Key{}, ferr
	}
	return Key{}, err
}

// RefetchKey is KeyByID after a signature did not verify: the key may have
// been rotated. It asks the origin unless it did so within the last minute; in
// that case, and when nothing changed, it returns ErrNotFound.
func (a *Actors) RefetchKey(ctx context.Context, old Key) (Key, error) {
	known, err := a.Known(ctx, old.Actor)
	if err != nil {
		return Key{}, err
	}
	if a.cfg.Clock().Sub(known.FetchedAt) < refetchEvery {
		return Key{}, fmt.Errorf("key %s was fetched just now: %w", clip(old.ID), directory.ErrNotFound)
	}
	ra, err := a.Refresh(ctx, old.Actor)
	if err != nil {
		return Key{}, err
	}
	k, err := a.keyOf(ra, old.ID)
	if err != nil {
		return Key{}, err
	}
	if p, ok := k.Pub.(interface{ Equal(crypto.PublicKey) bool }); ok && p.Equal(old.Pub) {
		return Key{}, fmt.Errorf("key %s did not change: %w", clip(old.ID), directory.ErrNotFound)
	}
	return k, nil
}

// keyOfOwner handles key ids that are documents of their own: GoToSocial's
// /main-key answers a stub of the actor, others a key object with an owner.
// What fails is not asked for again for a while.
func (a *Actors) keyOfOwner(ctx context.Context, keyID, uri string) (Key, error) {
	name := "key " + keyID
	v, err, _ := a.flight.Do(name, func() (any, error) {
		if f, ok := a.failed.get(name); ok && a.cfg.Clock().Before(f.until) {
			return Key{}, f.err
		}
		k, err := a.askOwner(context.WithoutCancel(ctx), keyID, uri)
		if err != nil {
			a.fail(name, err)
		}
		return k, err
	})
	if err != nil {
		return Key{}, err
	}
	return v.(Key), nil
}

func (a *Actors) askOwner(ctx context.Context, keyID, uri string) (Key, error) {
	resp, err := a.get(ctx, uri, federation.GetOptions{})
	if err != nil {
		return Key{}, err
	}
	var doc struct {
		ID        string `json:"id"`
		Owner     string `json:"owner"`
		PublicKey struct {
			Owner string `json:"owner"`
		} `json:"publicKey"`
	}
	if err := json.Unmarshal(resp.Body, &doc); err != nil {
		return Key{}, fmt.Errorf("key %s: %w: %w", clip(keyID), directory.ErrInvalid, err)
	}
	owner := doc.Owner
	if owner == "" {
		owner = doc.PublicKey.Owner
	}
	if owner == "" || !SameOrigin(owner, keyID) {
		return Key{}, fmt.Errorf("key %s has no owner on its host: %w", clip(keyID), directory.ErrInvalid)
	}
	ra, err := a.Actor(ctx, owner)
	if err != nil {
		return Key{}, err
	}
	return a.listed(ctx, ra, keyID)
}

// keyOf finds keyID in the actor's document. Servers that know one key per
// actor write fragment-less or other key ids; those are not guessed at.
func (a *Actors) keyOf(ra store.RemoteActor, keyID string) (Key, error) {
	act, err := federation.ParseActor(ra.Doc)
	if err != nil {
		return Key{}, fmt.Errorf("actor %s: %w: %w", ra.URI, directory.ErrInvalid, err)
	}
	for _, k := range act.PublicKeys {
		if k.ID == keyID && ownsKey(act, k.ID, k.Owner) {
			pub, err := httpsig.ParseKey(k.PEM)
			if err != nil {
				return Key{}, fmt.Errorf("key %s: %w: %w", clip(keyID), directory.ErrInvalid, err)
			}
			return a.keep(Key{ID: keyID, Actor: act.ID, Pub: pub}), nil
		}
	}
	for _, m := range act.AssertionMethods {
		if m.ID == keyID && ownsKey(act, m.ID, m.Controller) {
			pub, err := proof.DecodeMultikey(m.Multibase)
			if err != nil {
				return Key{}, fmt.Errorf("key %s: %w: %w", clip(keyID), directory.ErrInvalid, err)
			}
			return a.keep(Key{ID: keyID, Actor: act.ID, Pub: pub}), nil
		}
	}
	return Key{}, fmt.Errorf("%s does not list the key %s: %w", ra.URI, clip(keyID), directory.ErrForbidden)
}

// Signed checks that a request with this body was signed by the key: see
// [httpsig.Signature.Verify].
func (k Key) Signed(sig *httpsig.Signature, r *http.Request, body []byte, now time.Time) error {
	return sig.Verify(r, body, k.prepared, now)
}

func (a *Actors) keep(k Key) Key {
	k.prepared, k.seen = httpsig.Prepare(k.Pub), a.cfg.Clock()
	a.keys.put(k.ID, k)
	return k
}

func keyIDs(ra store.RemoteActor) []string {
	act, err := federation.ParseActor(ra.Doc)
	if err != nil {
		return nil // nothing was kept of it
	}
	var ids []string
	for _, k := range act.PublicKeys {
		ids = append(ids, k.ID)
	}
	for _, m := range act.AssertionMethods {
		ids = append(ids, m.ID)
	}
	return ids
}

func hostOf(origin string) string {
	_, host, _ := strings.Cut(origin, "://")
	return host
}
