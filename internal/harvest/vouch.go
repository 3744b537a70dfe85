package harvest

import (
	"context"
	"errors"

	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// vouched reads the proof of a document of the source. One that was altered is
// refused and counted, even if its origin sent it: what is held of it stays.
func (h *Harvester) vouched(ctx context.Context, f store.Following, e directory.Entry, raw []byte) (document, error) {
	d := document{entry: e, wire: raw, hash: proof.Hash(raw)}
	var err error
	d.kept, err = h.cfg.Actors.Vouch(ctx, raw, d.hash)
	if errors.Is(err, peer.ErrAltered) {
		h.cfg.Moderation.Refused(f.Origin, "proof", err.Error())
	}
	return d, err
}
