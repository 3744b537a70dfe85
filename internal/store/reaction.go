package store

import (
	"context"
	"time"
)

// ReactionKind is what somebody did to an object of ours.
type ReactionKind string

// The kinds of reactions that are counted.
const (
	ReactionLike  ReactionKind = "like"
	ReactionShare ReactionKind = "share"
)

// Reaction is a like or a boost. (Object, Kind, Actor) is unique.
type Reaction struct {
	// Object is the id of ours that was liked or shared, EntryID the entry that it
	// is or is about.
	Object, EntryID string
	Kind            ReactionKind
	// Actor did so on Origin, with Activity.
	Actor, Origin, Activity string
	At                      time.Time
}

// CountReactions counts who liked and who shared an entry or a note about it; each
// actor counts once.
func (r Reader) CountReactions(ctx context.Context, entryID string) (likes, shares int, err error) {
	return r.countReactions(ctx, "entry_id", entryID)
}

// CountReactionsTo is CountReactions of one object.
func (r Reader) CountReactionsTo(ctx context.Context, object string) (likes, shares int, err error) {
	return r.countReactions(ctx, "object", object)
}

func (r Reader) countReactions(ctx context.Context, column, value string) (likes, shares int, err error) {
	err = r.each(ctx, func(row scanner) error {
		var kind ReactionKind
		var n int
		err := row.Scan(&kind, &n)
		if kind == ReactionLike {
			likes = n
		} else {
			shares = n
		}
		return err
	}, "SELECT kind, COUNT(DISTINCT actor) FROM reaction WHERE "+column+" = $1 AND NOT hidden GROUP BY kind", value)
	return likes, shares, wrap(err, "reactions to %s", value)
}

// CountReactionsSince counts what an actor, and its server, sent since a time.
func (r Reader) CountReactionsSince(ctx context.Context, actor, origin string, since time.Time) (byActor, byOrigin int, err error) {
	if byActor, err = value[int](ctx, r, "SELECT COUNT(*) FROM reaction WHERE actor = $1 AND at > $2", actor, micros(since)); err == nil {
		byOrigin, err = value[int](ctx, r, "SELECT COUNT(*) FROM reaction WHERE origin = $1 AND at > $2", origin, micros(since))
	}
	return byActor, byOrigin, wrap(err, "reactions of %s", actor)
}

// Reacted reports whether an activity of an actor is a reaction that is kept.
func (r Reader) Reacted(ctx context.Context, actor, activity string) (bool, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM reaction WHERE actor = $1 AND activity = $2", actor, activity)
	return n > 0, wrap(err, "reaction %s", activity)
}

// ReactionActors lists who reacted, and whether that is hidden.
func (r Reader) ReactionActors(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	err := r.each(ctx, func(row scanner) error {
		var actor string
		var hidden bool
		err := row.Scan(&actor, &hidden)
		out[actor] = hidden
		return err
	}, "SELECT DISTINCT actor, hidden FROM reaction")
	return out, wrap(err, "who reacted")
}

// PutReaction keeps a reaction; the same again replaces it.
func (t *Tx) PutReaction(ctx context.Context, v Reaction) error {
	_, err := t.exec(ctx, `INSERT INTO reaction (object, kind, actor, entry_id, activity, origin, hidden, at)
		VALUES ($1, $2, $3, $4, $5, $6, FALSE, $7) ON CONFLICT (object, kind, actor) DO UPDATE SET activity = excluded.activity`,
		v.Object, v.Kind, v.Actor, v.EntryID, v.Activity, v.Origin, micros(v.At))
	return wrap(err, "reaction to %s", v.Object)
}

// DeleteReaction takes a reaction back, by the activity or by what was liked or
// shared, either of which may be "".
func (t *Tx) DeleteReaction(ctx context.Context, actor, activity, object string, kind ReactionKind) (int, error) {
	n, err := t.exec(ctx, `DELETE FROM reaction WHERE actor = $1 AND ($2 <> '' AND activity = $2 OR object = $3 AND kind = $4)`,
		actor, activity, object, kind)
	return n, wrap(err, "take back a reaction of %s", actor)
}

// DeleteReactionsBy forgets all that an actor did.
func (t *Tx) DeleteReactionsBy(ctx context.Context, actor string) error {
	_, err := t.exec(ctx, "DELETE FROM reaction WHERE actor = $1", actor)
	return wrap(err, "reactions of %s", actor)
}

// HideReactionsBy leaves what an actor did out of every count, or counts it again.
func (t *Tx) HideReactionsBy(ctx context.Context, actor string, hidden bool) error {
	_, err := t.exec(ctx, "UPDATE reaction SET hidden = $2 WHERE actor = $1", actor, hidden)
	return wrap(err, "hide reactions of %s", actor)
}
