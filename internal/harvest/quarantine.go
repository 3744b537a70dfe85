package harvest

import (
	"context"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// AcceptKey believes the new key of a server in quarantine. What was put aside
// meanwhile is judged again, and what it changed or took back is fetched.
func (h *Harvester) AcceptKey(ctx context.Context, who directory.Who, origin, reason string) error {
	if err := h.cfg.Moderation.AcceptKey(ctx, who, origin, reason); err != nil {
		return err
	}
	err := h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		followed, err := tx.FollowingByOrigin(ctx, origin)
		if err != nil {
			return err
		}
		for _, f := range followed {
			if err := h.scheduleApply(ctx, tx, f.Object); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("judge what came of %s again: %w", origin, err)
	}
	h.cfg.Deliver()
	h.cfg.Wake()
	return nil
}
