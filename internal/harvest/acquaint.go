package harvest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/store"
)

// actorAge is how old the document of a source may be for the rest to be read.
const actorAge = 24 * time.Hour

// acquainted looks at the actor of a source before anything is read of it, when
// that was not done for a day or the source was away: its pages are signed by
// nobody, and whoever has its domain now could empty the directory with them.
// The error wraps jobs.ErrDiscard when the source has another key and waits for a
// decision.
func (h *Harvester) acquainted(ctx context.Context, f store.Following) error {
	p, err := h.cfg.Store.Peer(ctx, f.Origin)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	known, err := h.cfg.Actors.Known(ctx, f.Object)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	if away := p.State == store.PeerDown || p.State == store.PeerDead; away || h.now().Sub(known.FetchedAt) >= actorAge {
		if _, err := h.cfg.Actors.Refresh(ctx, f.Object); err != nil {
			return err
		}
	}
	suspect, err := h.cfg.Moderation.Quarantined(ctx, f.Origin)
	if err == nil && suspect {
		err = fmt.Errorf("%w: %s came back with another key", jobs.ErrDiscard, f.Origin)
	}
	return err
}
