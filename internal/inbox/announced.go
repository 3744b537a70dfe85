package inbox

import (
	"context"
	"errors"
	"slices"

	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// errStale says that we have the document already, or a newer one.
var errStale = errors.New("not newer")

// wasAnnounced reports whether an actor that we follow, such as a map, announced an
// entry: then its edits count, although nobody here follows who publishes it.
func (in *Inbox) wasAnnounced(ctx context.Context, origin, id string) (bool, error) {
	sources, err := in.cfg.Store.SourcesOf(ctx, origin, id)
	return slices.ContainsFunc(sources, func(s store.Source) bool {
		return s.Announced && s.State != store.FollowRejected
	}), err
}

// remember records by whom an entry came, before it is judged: the rule of who
// announced it counts as that of a source that has it. What we had already is
// judged again, since who announces it may be followed with a more generous
// rule than who publishes it. An instance has all that is its own anyway.
func (in *Inbox) remember(ctx context.Context, announcer, id string, eff effect, err error) (effect, error) {
	stale := errors.Is(err, errStale)
	if err != nil && !stale {
		return effect{}, err
	}
	if peer.SameOrigin(announcer, id) {
		if whole, ierr := in.isInstance(ctx, announcer); ierr != nil || whole {
			return eff, errors.Join(err, ierr)
		}
	}
	return effect{changes: true, delivers: eff.delivers, run: func(ctx context.Context, tx *store.Tx) error {
		if err := tx.PutAnnounced(ctx, id, announcer); err != nil {
			return err
		}
		if !stale {
			return eff.run(ctx, tx)
		}
		_, err := in.cfg.Ledger.Rejudge(ctx, tx, id)
		return err
	}}, nil
}
