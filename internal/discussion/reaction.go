package discussion

import (
	"context"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// reactionSetting is the store's key of whether likes and boosts are counted.
const reactionSetting = "discussion.reactions"

// How many likes and boosts an actor and a server may send in a day.
const (
	maxActorReactions  = 200
	maxOriginReactions = 5000
)

// Reactions reports whether likes and boosts are counted and shown; they are unless
// an administrator said otherwise.
func Reactions(ctx context.Context, r store.Reader) (bool, error) {
	s, err := r.Setting(ctx, reactionSetting)
	if errors.Is(err, directory.ErrNotFound) {
		return true, nil
	}
	return s != "off", err
}

// SetReactions has likes and boosts counted and shown, or neither: what was counted
// before is kept aside meanwhile.
func (d *Discussions) SetReactions(ctx context.Context, who directory.Who, on bool, reason string) error {
	if !who.MayAdminister() {
		return fmt.Errorf("count of reactions: %w", directory.ErrForbidden)
	}
	to := map[bool]string{true: "on", false: "off"}[on]
	err := d.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutSetting(ctx, reactionSetting, to); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, "reactions", to, reason)
	})
	if err != nil {
		return fmt.Errorf("count of reactions: %w", err)
	}
	return nil
}

// Reacted is the public entry of ours that an object is or, being a note, is about.
// The error is ErrNotFound for anything else.
func Reacted(ctx context.Context, r store.Reader, object string) (directory.Entry, error) {
	e, err := r.EntryByURI(ctx, object)
	if errors.Is(err, directory.ErrNotFound) {
		note, nerr := r.Activity(ctx, object)
		if nerr != nil || note.Type != "Note" || !note.Public {
			return e, errors.Join(err, nerr)
		}
		e, err = r.EntryByURI(ctx, note.Object)
	}
	if err == nil && (e.Origin != "" || !e.Status.Public()) {
		err = fmt.Errorf("reaction to %s: %w", object, directory.ErrNotFound)
	}
	return e, err
}

// React keeps a like or a boost in the caller's transaction. Those of who is
// blocked or silenced, and those beyond a day's share, are not kept; why says so.
func (d *Discussions) React(ctx context.Context, tx *store.Tx, v store.Reaction) (why string, err error) {
	on, err := Reactions(ctx, tx.Reader)
	if err != nil || !on {
		return "reactions are not counted here", err
	}
	verdict, err := d.cfg.Moderation.CheckActorTx(ctx, tx, v.Actor)
	if err != nil {
		return "", err
	}
	if !verdict.Allowed || verdict.Silenced {
		return "blocked or silenced", nil
	}
	if v.Origin, err = peer.Origin(v.Actor); err != nil {
		return "", err
	}
	byActor, byOrigin, err := tx.CountReactionsSince(ctx, v.Actor, v.Origin, d.now().Add(-day))
	if err != nil {
		return "", err
	}
	if byActor >= maxActorReactions || byOrigin >= maxOriginReactions {
		return "too many in a day", nil
	}
	v.At = d.now()
	return "", tx.PutReaction(ctx, v)
}

// Counts are the likes and boosts of an entry, zero when they are not shown.
func (d *Discussions) Counts(ctx context.Context, entryID string) (likes, shares int, err error) {
	if on, err := Reactions(ctx, d.cfg.Store.Reader); err != nil || !on {
		return 0, 0, err
	}
	return d.cfg.Store.CountReactions(ctx, entryID)
}
