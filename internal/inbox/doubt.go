package inbox

import (
	"context"
	"errors"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/peer"
)

// undoubted returns held for an activity of a server in doubt, unless its actor's
// own key, known before the absence, signed it: who passes it on need not be
// believed. One that came with the signature of such a key has ended the doubt
// when it was kept.
func (in *Inbox) undoubted(ctx context.Context, act federation.Activity, origin string) error {
	d, err := in.cfg.Moderation.Doubt(ctx, origin)
	if err != nil || !d.Any() {
		return err
	}
	if proof.Has(act.Raw) {
		proven, err := in.cfg.Actors.Prove(ctx, act.Raw, act.ID, act.Actor)
		if err == nil {
			known, err := in.trusted(ctx, origin, proven)
			if err != nil || known {
				return err
			}
		}
	}
	return held{origin}
}

// trusted reports whether a proof counts that verified: always, save that of a
// server in doubt only the keys count that were known before.
func (in *Inbox) trusted(ctx context.Context, origin string, proven peer.Proven) (bool, error) {
	d, err := in.cfg.Moderation.Doubt(ctx, origin)
	if err != nil || !d.Any() {
		return err == nil, err
	}
	return peer.KnownMultikey(ctx, in.cfg.Store.Reader, origin, proven.Owner, proven.Key, d.Since)
}

// certain returns held for what was fetched from a server in doubt, unless a key
// known before signed it.
func (in *Inbox) certain(ctx context.Context, raw []byte, origin string) error {
	d, err := in.cfg.Moderation.Doubt(ctx, origin)
	if err != nil || !d.Any() {
		return err
	}
	kept, err := in.cfg.Actors.Vouch(ctx, raw, proof.Hash(raw))
	if err != nil && !errors.Is(err, peer.ErrAltered) {
		return err
	}
	known, err := peer.KnownDocument(ctx, in.cfg.Store.Reader, kept, d.Since)
	if err == nil && !known {
		err = held{origin}
	}
	return err
}
