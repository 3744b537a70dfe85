package inbox

import (
	"context"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// reread applies the Update of a catalogue that we follow: its instance has more
// to say than it will deliver, or is back. mine is false when the activity is
// about something else.
func (in *Inbox) reread(ctx context.Context, act federation.Activity) (eff effect, mine bool, err error) {
	if act.Type != "Update" || act.Object.Type != "OrderedCollection" || !peer.SameOrigin(act.Object.ID, act.Actor) {
		return effect{}, false, nil
	}
	origin, err := in.foreign(act.Object.ID)
	if err != nil {
		return effect{}, true, err
	}
	fs, err := in.cfg.Store.FollowingByOrigin(ctx, origin)
	if err != nil {
		return effect{}, true, err
	}
	var read []string
	for _, f := range fs {
		if f.Catalog != "" && f.State != store.FollowRejected {
			read = append(read, f.Object)
		}
	}
	if len(read) == 0 {
		return effect{}, true, drop("nobody here reads %s", act.Object.ID)
	}
	return effect{run: func(ctx context.Context, tx *store.Tx) error {
		if err := tx.WantHeal(ctx, origin); err != nil {
			return err
		}
		for _, object := range read {
			if err := peer.ScheduleBackfill(ctx, tx, object, in.now()); err != nil {
				return err
			}
		}
		return nil
	}}, true, nil
}
