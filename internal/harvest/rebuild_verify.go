package harvest

import (
	"context"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// verify believes a document of the mirror when its owner signed it, with a key
// that the pinned one vouches for; its error is a refusal, or ours.
func (b *rebuilder) verify(ctx context.Context, raw []byte) (document, error) {
	id, owner, err := peer.OwnerOf(raw)
	if err != nil || id == "" {
		return document{}, refusal{RefusedUnreadable, "not a document"}
	}
	if !peer.SameOrigin(id, b.pin.Origin) || !peer.SameOrigin(owner, b.pin.Origin) {
		return document{}, refusal{RefusedForeign, "owner " + owner}
	}
	if !proof.Has(raw) {
		return document{}, refusal{RefusedNoProof, "it has none"}
	}
	keys, err := b.keysOf(ctx, raw, id, owner)
	if err != nil {
		return document{}, err
	}
	key, err := b.signedBy(raw, id, keys)
	if err != nil {
		return document{}, err
	}
	e, err := vocab.Entry(raw, b.pin.Origin)
	if err != nil {
		return document{}, refusal{RefusedUnreadable, err.Error()}
	}
	d := document{entry: e, wire: raw, hash: proof.Hash(raw)}
	d.kept = &store.KeptDocument{URI: id, Origin: b.pin.Origin, Owner: owner, Multikey: key, Hash: d.hash, Body: raw,
		Endorsed: id == owner, Via: b.out.Mirror}
	return d, nil
}

// signedBy returns which of the keys, by their ids, signed raw; else a refusal.
func (b *rebuilder) signedBy(raw []byte, id string, keys map[string]string) (key string, err error) {
	signed, err := proof.Read(raw)
	if err != nil {
		return "", refusal{RefusedUnreadable, err.Error()}
	}
	why := refusal{RefusedNoProof, "it has none"}
	for _, p := range signed.Proofs {
		if err := p.Usable(b.h.now()); err != nil {
			why = refusal{RefusedNoProof, err.Error()}
			continue
		}
		key, ok := keys[p.Method]
		if !ok {
			why = refusal{RefusedKey, fmt.Sprintf("%.200s is no key that is vouched for", p.Method)}
			continue
		}
		pub, err := proof.DecodeMultikey(key)
		if err == nil {
			err = signed.Verify(p, pub, b.h.now())
		}
		if err != nil {
			return "", refusal{RefusedAltered, fmt.Sprintf("%.200s: %v", id, err)}
		}
		return key, nil
	}
	return "", why
}

// keysOf are the keys of a document's owner that the pinned key vouches for, by
// their ids: as the document says when it is the owner's own, else as the
// owner's document at the mirror says.
func (b *rebuilder) keysOf(ctx context.Context, raw []byte, id, owner string) (map[string]string, error) {
	if owner == b.pin.Actor {
		return b.owners[owner], nil
	}
	if keys, ok := b.owners[owner]; ok && id != owner {
		return keys, nil
	}
	if id != owner {
		var err error
		if raw, err = b.document(ctx, owner); err != nil {
			if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrInvalid) {
				return nil, refusal{RefusedKey, "the mirror has no document of its owner " + owner}
			}
			return nil, err
		}
	}
	act, err := federation.ParseActor(raw)
	if err != nil || act.ID != owner {
		return nil, refusal{RefusedUnreadable, "its owner's document is none of " + owner}
	}
	keys := map[string]string{}
	why := errors.New("it lists no key")
	for _, m := range act.AssertionMethods {
		key, ok := peer.AssertionKey(act, m.ID)
		if !ok {
			continue
		}
		if err := peer.Endorsed(act, key, b.pin, b.h.now()); err != nil {
			why = err
			continue
		}
		keys[m.ID] = key
	}
	if len(keys) == 0 {
		return nil, refusal{RefusedKey, why.Error()}
	}
	if id != owner {
		if _, err := b.signedBy(raw, owner, keys); err != nil {
			return nil, err
		}
	}
	if len(b.owners) >= maxOwners {
		b.owners = map[string]map[string]string{b.pin.Actor: b.owners[b.pin.Actor]}
	}
	b.owners[owner] = keys
	return keys, nil
}
