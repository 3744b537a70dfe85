package harvest

import (
	"context"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// Pause stops deliveries to a peer and pulls from it, until Resume: what is for it
// waits, what it sends is taken. Only administrators may: ErrForbidden; a peer that
// is not known is ErrNotFound. The same holds for Resume, Retry and Resync.
func (h *Harvester) Pause(ctx context.Context, who directory.Who, origin, reason string) error {
	return h.operate(ctx, who, "peer.pause", origin, reason, func(tx *store.Tx) error { return tx.PausePeer(ctx, origin) })
}

// Resume ends a pause: what waited is delivered, and what was missed is looked for.
func (h *Harvester) Resume(ctx context.Context, who directory.Who, origin, reason string) error {
	return h.operate(ctx, who, "peer.resume", origin, reason, func(tx *store.Tx) error {
		if err := tx.ResumePeer(ctx, origin); err != nil {
			return err
		}
		return h.pull(ctx, tx, origin)
	})
}

// Retry tries what waits for a peer now, whatever its back-off.
func (h *Harvester) Retry(ctx context.Context, who directory.Who, origin, reason string) error {
	return h.operate(ctx, who, "peer.retry", origin, reason, func(tx *store.Tx) error { return tx.TryPeerNow(ctx, origin) })
}

// Resync compares everything that is held from a peer with what it has, now.
func (h *Harvester) Resync(ctx context.Context, who directory.Who, origin, reason string) error {
	return h.operate(ctx, who, "peer.resync", origin, reason, func(tx *store.Tx) error {
		if _, err := tx.Peer(ctx, origin); err != nil {
			return err
		}
		return h.pull(ctx, tx, origin)
	})
}

// pull asks for a comparison of digests and a pass over each source of a peer.
func (h *Harvester) pull(ctx context.Context, tx *store.Tx, origin string) error {
	if err := tx.WantHeal(ctx, origin); err != nil {
		return err
	}
	fs, err := tx.FollowingByOrigin(ctx, origin)
	if err != nil {
		return err
	}
	for _, f := range fs {
		if f.State != store.FollowAccepted {
			continue
		}
		if err := peer.ScheduleBackfill(ctx, tx, f.Object, h.now()); err != nil {
			return err
		}
	}
	return nil
}

func (h *Harvester) operate(ctx context.Context, who directory.Who, verb, origin, reason string, do func(tx *store.Tx) error) error {
	if !who.Admin && !who.System {
		return fmt.Errorf("%s %s: %w", verb, origin, directory.ErrForbidden)
	}
	err := h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		return h.audit(ctx, tx, who, verb, origin, reason)
	})
	if err != nil {
		return fmt.Errorf("%s %s: %w", verb, origin, err)
	}
	h.cfg.Deliver()
	h.cfg.Wake()
	return nil
}
