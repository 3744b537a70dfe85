package inbox

import (
	"context"
	"fmt"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// join answers Join of one of our events with Ignore (FEP-8a8e): who comes is
// settled at the event's own address, and silence would leave the person's
// server waiting for an answer.
func (in *Inbox) join(ctx context.Context, act federation.Activity) (effect, error) {
	e, err := in.cfg.Store.EntryByURI(ctx, act.Object.ID)
	if err != nil {
		return effect{}, fmt.Errorf("joined %q: %w", act.Object.ID, err)
	}
	if e.Origin != "" || e.Kind != directory.KindEvent || !e.Status.Public() {
		return effect{}, drop("%s is no public event of ours", act.Object.ID)
	}
	who, err := in.cfg.Actors.Actor(ctx, act.Actor)
	if err != nil {
		return effect{}, fmt.Errorf("who joins: %w", err)
	}
	return effect{delivers: true, run: func(ctx context.Context, tx *store.Tx) error {
		return in.cfg.Publisher.Ignore(ctx, tx, &e, who, act.Raw)
	}}, nil
}
