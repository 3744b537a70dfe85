package peer

import (
	"context"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/internal/store"
)

// idleAge is how long an actor is kept in the store that nothing here speaks of: it
// is asked for again when it comes back.
const idleAge = 14 * 24 * time.Hour

// Prune forgets the actors that were not asked for in a fortnight, whom nobody here
// follows or is followed by, and of whose servers nothing is held: any server may
// show us as many actors as it likes. It returns how many it forgot.
func (a *Actors) Prune(ctx context.Context) (int, error) {
	const page = 500
	held := map[string]bool{}
	n, after := 0, ""
	for {
		uris, err := a.cfg.Store.IdleActors(ctx, a.cfg.Clock().Add(-idleAge), after, page)
		if err != nil || len(uris) == 0 {
			return n, err
		}
		after = uris[len(uris)-1]
		var idle []string
		for _, uri := range uris {
			needed, err := a.needed(ctx, held, uri)
			if err != nil {
				return n, err
			}
			if !needed {
				idle = append(idle, uri)
			}
		}
		if err := a.drop(ctx, idle); err != nil {
			return n, fmt.Errorf("forget idle actors: %w", err)
		}
		n += len(idle)
	}
}

// needed reports whether something is held of an actor's server; held remembers the
// answers.
func (a *Actors) needed(ctx context.Context, held map[string]bool, uri string) (bool, error) {
	origin, err := Origin(uri)
	if err != nil {
		return false, nil // nothing can be of it
	}
	yes, asked := held[origin]
	if !asked {
		if yes, err = a.cfg.Store.HoldsOf(ctx, origin); err != nil {
			return false, err
		}
		held[origin] = yes
	}
	return yes, nil
}

func (a *Actors) drop(ctx context.Context, uris []string) error {
	if len(uris) == 0 {
		return nil
	}
	err := a.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		for _, uri := range uris {
			if err := tx.DeleteRemoteActor(ctx, uri); err != nil {
				return err
			}
		}
		return nil
	})
	for _, uri := range uris {
		a.Forget(uri)
	}
	return err
}
