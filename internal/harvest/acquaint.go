package harvest

import (
	"context"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
)

// acquainted looks at the actor of a source before anything is read of it, when
// that was not done for a day or the source was away. The error wraps
// jobs.ErrDiscard when the source has another key and waits for a decision.
func (h *Harvester) acquainted(ctx context.Context, f store.Following) error {
	err := h.cfg.Moderation.Acquaint(ctx, h.cfg.Actors, f.Origin, f.Object)
	if errors.Is(err, moderation.ErrSuspect) {
		err = fmt.Errorf("%w: %w", jobs.ErrDiscard, err)
	}
	return err
}
