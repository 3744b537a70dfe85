package peer

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// ErrUnproven means that a document has no proof that could say anything: it is
// to be believed, or not, for other reasons.
var ErrUnproven = errors.New("no usable proof")

// ErrAltered means that a document is not what the key of its proof signed.
var ErrAltered = fmt.Errorf("not what its owner signed: %w", directory.ErrInvalid)

// Proven is what a document's proof says: that Key, one of Owner's own, signed it.
type Proven struct {
	Owner   string
	Key     string // Multikey
	Created time.Time
}

// Prove verifies the proof of the document raw, which calls itself id and whose
// owner (its actor or attributedTo, itself for an actor) is owner. The key must
// be on id's origin and in the owner's assertionMethod, as the owner's origin has
// it: whoever brings a document, an actor's too, could list any key in it.
//
// The error wraps ErrUnproven when there is nothing to verify, ErrAltered
// when the document is not what the owner signed, and is as KeyByID has it when
// the key cannot be had.
func (a *Actors) Prove(ctx context.Context, raw []byte, id, owner string) (Proven, error) {
	return a.prove(ctx, raw, id, owner, a.keyOfProof)
}

// keyFinder finds the key method of the owner of a document.
type keyFinder func(ctx context.Context, raw []byte, method, id, owner string) (Key, error)

// keyOfProof asks the owner's origin.
func (a *Actors) keyOfProof(ctx context.Context, _ []byte, method, _, owner string) (Key, error) {
	return a.KeyOf(ctx, owner, method)
}

func (a *Actors) prove(ctx context.Context, raw []byte, id, owner string, find keyFinder) (Proven, error) {
	if !proof.Has(raw) {
		return Proven{}, ErrUnproven
	}
	signed, err := proof.Read(raw)
	if err != nil {
		return Proven{}, fmt.Errorf("%w: %w", ErrUnproven, err)
	}
	now := a.cfg.Clock()
	err = ErrUnproven
	for _, p := range signed.Proofs {
		if uerr := p.Usable(now); uerr != nil {
			err = fmt.Errorf("%w: %w", ErrUnproven, uerr)
			continue
		}
		if !SameOrigin(p.Method, id) || !SameOrigin(owner, id) {
			err = fmt.Errorf("%w: the key is on another host", ErrUnproven)
			continue
		}
		return a.proveBy(ctx, raw, signed, p, id, owner, find)
	}
	return Proven{}, err
}

func (a *Actors) proveBy(ctx context.Context, raw []byte, signed proof.Signed, p proof.Proof, id, owner string, find keyFinder) (Proven, error) {
	key, err := find(ctx, raw, p.Method, id, owner)
	if err != nil {
		return Proven{}, fmt.Errorf("key of the proof of %s: %w", clip(id), err)
	}
	pub, ok := key.Pub.(ed25519.PublicKey)
	if !ok || key.Actor != owner {
		return Proven{}, fmt.Errorf("%w: %s is no Ed25519 key of %s", ErrUnproven, clip(p.Method), clip(owner))
	}
	err = signed.Verify(p, pub, a.cfg.Clock())
	if errors.Is(err, proof.ErrVerification) && !key.seen.IsZero() {
		// The key is one that was known, and may have been rotated.
		fresh, ferr := a.RefetchKey(ctx, key)
		if again, ok := fresh.Pub.(ed25519.PublicKey); ok && ferr == nil {
			pub, err = again, signed.Verify(p, again, a.cfg.Clock())
		} else if errors.Is(ferr, directory.ErrUnavailable) {
			return Proven{}, fmt.Errorf("key of the proof of %s: %w", clip(id), ferr)
		}
	}
	if err != nil {
		return Proven{}, fmt.Errorf("%s: %w: %w", clip(id), ErrAltered, err)
	}
	return Proven{Owner: owner, Key: proof.EncodeMultikey(pub), Created: p.Created}, nil
}

// ownKey finds the key of a proof of a document that its own origin gave: an
// actor says itself which keys it has, and of nobody else.
func (a *Actors) ownKey(ctx context.Context, raw []byte, method, id, owner string) (Key, error) {
	if id != owner {
		return a.KeyOf(ctx, owner, method)
	}
	act, err := federation.ParseActor(raw)
	if err != nil {
		return Key{}, fmt.Errorf("actor %s: %w: %w", clip(id), directory.ErrInvalid, err)
	}
	multikey, ok := AssertionKey(act, method)
	if !ok {
		return Key{}, fmt.Errorf("%w: %s does not list %s", ErrUnproven, clip(id), clip(method))
	}
	pub, err := proof.DecodeMultikey(multikey)
	if err != nil {
		return Key{}, fmt.Errorf("%w: %w", ErrUnproven, err)
	}
	return Key{ID: method, Actor: act.ID, Pub: pub}, nil
}

// AssertionKey returns the Multikey that an actor's own document lists under
// the id method.
func AssertionKey(act federation.Actor, method string) (multikey string, ok bool) {
	for _, m := range act.AssertionMethods {
		if m.ID == method && ownsKey(act, m.ID, m.Controller) {
			return m.Multibase, true
		}
	}
	return "", false
}

// OwnerOf is the actor that speaks for a document: an actor for itself, an
// object's attributedTo, or its actor, for the object.
func OwnerOf(raw []byte) (id, owner string, err error) {
	m, err := federation.ParseObject(raw)
	if err != nil {
		return "", "", fmt.Errorf("%w: %w", directory.ErrInvalid, err)
	}
	id = m.Text("id", "@id")
	switch {
	case m.Ref("inbox").ID != "":
		owner = id
	case m.Ref("attributedTo").ID != "":
		owner = m.Ref("attributedTo").ID
	default:
		owner = m.Ref("actor").ID
	}
	return id, owner, nil
}

// Vouch verifies a document that its own origin gave, or that Prove found to be
// its owner's, and returns what is to be kept of it, nil when it has no usable proof or its
// key cannot be had now. The error wraps ErrAltered.
//
// It pins the key of the origin's own actor the first time that it hears of it,
// unless the origin is in doubt.
func (a *Actors) Vouch(ctx context.Context, raw []byte, hash string) (*store.KeptDocument, error) {
	if !proof.Has(raw) {
		return nil, nil
	}
	id, owner, err := OwnerOf(raw)
	if err != nil {
		return nil, err
	}
	proven, err := a.prove(ctx, raw, id, owner, a.ownKey)
	switch {
	case errors.Is(err, ErrAltered):
		return nil, err
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, nil // as if it had none
	}
	origin, err := Origin(id)
	if err != nil {
		return nil, err
	}
	d := &store.KeptDocument{URI: id, Origin: origin, Owner: owner, Multikey: proven.Key, Signed: proven.Created, Hash: hash, Body: raw}
	if id == owner {
		d.Endorsed, err = a.endorsed(ctx, raw, origin, proven)
		return d, err
	}
	_, err = a.pin(ctx, origin, owner) // what nobody owns is the instance's own
	return d, err
}

// VouchKnown is Vouch as far as it can be had without asking any server, and known is
// false when it cannot, nor when the proof does not verify: then it is for Vouch to
// say. It is for objects and not for actors, whose keys are their own document's.
func (a *Actors) VouchKnown(ctx context.Context, raw []byte, hash string) (kept *store.KeptDocument, known bool, err error) {
	id, owner, err := OwnerOf(raw)
	if err != nil || id == owner {
		return nil, false, nil
	}
	proven, err := a.prove(ctx, raw, id, owner, a.knownKey)
	if err != nil {
		return nil, false, ctx.Err()
	}
	origin, err := Origin(id)
	if err != nil {
		return nil, false, nil
	}
	if _, err := a.cfg.Store.PinnedKey(ctx, origin); err != nil {
		if errors.Is(err, directory.ErrNotFound) {
			err = nil // to be pinned
		}
		return nil, false, err
	}
	return &store.KeptDocument{URI: id, Origin: origin, Owner: owner, Multikey: proven.Key, Signed: proven.Created, Hash: hash, Body: raw}, true, nil
}

// knownKey finds the key of a proof in what is known of its owner, fetched not long ago.
func (a *Actors) knownKey(ctx context.Context, _ []byte, method, _, owner string) (Key, error) {
	ra, err := a.Known(ctx, owner)
	if err != nil {
		return Key{}, err
	}
	if ra.Gone || a.cfg.Clock().Sub(ra.FetchedAt) >= actorMaxAge {
		return Key{}, fmt.Errorf("%w: %s is to be asked again", ErrUnproven, clip(owner))
	}
	k, ok := a.keys.get(method)
	if !ok || k.Actor != owner || a.cfg.Clock().Sub(k.seen) >= keyMemory {
		if k, err = a.keyOf(ra, method); err != nil {
			return Key{}, err
		}
	}
	k.seen = time.Time{} // nobody is asked whether it was rotated
	return k, nil
}

// endorsed reports whether the origin's pinned key vouches for the actor's.
func (a *Actors) endorsed(ctx context.Context, raw []byte, origin string, proven Proven) (bool, error) {
	act, err := federation.ParseActor(raw)
	if err != nil || act.Endorsement == nil {
		return false, nil
	}
	e, err := federation.ReadEndorsement(act.Endorsement)
	if err != nil || !SameOrigin(e.Actor, origin+"/") {
		return false, nil
	}
	pin, err := a.pin(ctx, origin, e.Actor)
	if err != nil || pin.Multikey == "" {
		return false, err
	}
	return Endorsed(act, proven.Key, pin, a.cfg.Clock()) == nil, nil
}

// Endorsed returns nil when the pinned key vouches for key as one of act's.
func Endorsed(act federation.Actor, key string, pin store.PinnedKey, now time.Time) error {
	if act.Endorsement == nil {
		return fmt.Errorf("%s has no endorsement: %w", clip(act.ID), directory.ErrForbidden)
	}
	pub, err := proof.DecodeMultikey(pin.Multikey)
	if err != nil {
		return fmt.Errorf("pinned key of %s: %w: %w", pin.Origin, directory.ErrInvalid, err)
	}
	by, err := federation.VerifyEndorsement(act.Endorsement, act.ID, key, pub, now)
	if err != nil {
		return fmt.Errorf("endorsement of %s: %w: %w", clip(act.ID), directory.ErrForbidden, err)
	}
	if pin.Actor != "" && by != pin.Actor {
		return fmt.Errorf("endorsement of %s is by %s: %w", clip(act.ID), clip(by), directory.ErrForbidden)
	}
	return nil
}

// pin returns the pinned key of an origin, and pins that of the actor when there
// is none and the origin names it as its own Application; a zero one when it does
// not, cannot be asked now, or is in doubt, and when the pinned key is disputed.
func (a *Actors) pin(ctx context.Context, origin, actor string) (store.PinnedKey, error) {
	pin, err := a.cfg.Store.AnyPin(ctx, origin)
	if err == nil && !pin.Disputed.IsZero() {
		return store.PinnedKey{}, nil
	}
	if err == nil || !errors.Is(err, directory.ErrNotFound) {
		return pin, err
	}
	doubt, err := a.cfg.Store.Doubt(ctx, origin)
	if err != nil || doubt.Any() {
		return store.PinnedKey{}, err
	}
	ra, err := a.Actor(ctx, actor)
	if err != nil || ra.Type != "Application" || ra.Ed25519 == "" {
		return store.PinnedKey{}, ctx.Err()
	}
	if own, err := a.Application(ctx, origin); err != nil || own != actor {
		return store.PinnedKey{}, ctx.Err()
	}
	proven, err := a.prove(ctx, ra.Doc, actor, actor, a.ownKey)
	if err != nil {
		return store.PinnedKey{}, ctx.Err()
	}
	pin = store.PinnedKey{Origin: origin, Multikey: proven.Key, Actor: actor, Doc: ra.Doc, How: store.PinFollowed, Seen: a.cfg.Clock().UTC()}
	if err := a.cfg.Store.Write(ctx, func(tx *store.Tx) error { return tx.PinKey(ctx, pin) }); err != nil {
		return store.PinnedKey{}, err
	}
	return a.cfg.Store.AnyPin(ctx, origin) // another process may have pinned it first
}
