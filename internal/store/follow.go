package store

import (
	"context"
)

const selectFollower = "SELECT actor, object, inbox, shared_inbox, follow_id, bocage, state, created FROM follower"

func scanFollower(row scanner) (f Follower, err error) {
	var created int64
	err = row.Scan(&f.Actor, &f.Object, &f.Inbox, &f.SharedInbox, &f.FollowID, &f.Bocage, &f.State, &created)
	f.Created = instant(created)
	return f, err
}

// Follower reads the follow of one of our actors (object) by a remote actor, or ErrNotFound.
func (r Reader) Follower(ctx context.Context, actor, object string) (Follower, error) {
	f, err := one(ctx, r, scanFollower, selectFollower+" WHERE object = $1 AND actor = $2", object, actor)
	return f, wrap(err, "follower %s of %s", actor, object)
}

// FollowerByID reads the follow that a remote actor asked for with an activity, or
// ErrNotFound.
func (r Reader) FollowerByID(ctx context.Context, actor, followID string) (Follower, error) {
	f, err := one(ctx, r, scanFollower, selectFollower+" WHERE actor = $1 AND follow_id = $2", actor, followID)
	return f, wrap(err, "follow %s", followID)
}

// CountFollowers counts the accepted followers of one of our actors.
func (r Reader) CountFollowers(ctx context.Context, object string) (int, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM follower WHERE object = $1 AND state = 'accepted'", object)
	return n, wrap(err, "count followers")
}

// Followers lists the accepted followers of one of our actors by actor, after one
// ("" = from the start).
func (r Reader) Followers(ctx context.Context, object, afterActor string, limit int) ([]Follower, error) {
	fs, err := collect(ctx, r, scanFollower, selectFollower+
		" WHERE object = $1 AND actor > $2 AND state = 'accepted' ORDER BY actor"+limited("$3"), object, afterActor, limit)
	return fs, wrap(err, "followers of %s", object)
}

// FollowersOfAny lists the accepted followers of any of our actors: the audience
// of a change. An actor that follows several is listed for each.
func (r Reader) FollowersOfAny(ctx context.Context, objects []string) ([]Follower, error) {
	out := []Follower{}
	for _, part := range chunks(objects) {
		var a args
		fs, err := collect(ctx, r, scanFollower, selectFollower+
			" WHERE state = 'accepted' AND object IN "+list(&a, part)+" ORDER BY actor, object", a...)
		if err != nil {
			return nil, wrap(err, "followers")
		}
		out = append(out, fs...)
	}
	return out, nil
}

// PutFollower inserts or replaces a follow, by (Actor, Object).
func (t *Tx) PutFollower(ctx context.Context, f Follower) error {
	created := micros(f.Created)
	if created == 0 {
		created = t.now()
	}
	_, err := t.exec(ctx, `INSERT INTO follower (actor, object, inbox, shared_inbox, follow_id, bocage, state, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (object, actor) DO UPDATE SET inbox = excluded.inbox,
		shared_inbox = excluded.shared_inbox, follow_id = excluded.follow_id, bocage = excluded.bocage, state = excluded.state`,
		f.Actor, f.Object, f.Inbox, f.SharedInbox, f.FollowID, f.Bocage, string(f.State), created)
	if err != nil || !f.Bocage {
		return wrap(err, "put follower %s", f.Actor)
	}
	return t.noteReader(ctx, f)
}

// DeleteFollower removes a follow and reports whether there was one.
func (t *Tx) DeleteFollower(ctx context.Context, actor, object string) (bool, error) {
	n, err := t.exec(ctx, "DELETE FROM follower WHERE actor = $1 AND object = $2", actor, object)
	return n > 0, wrap(err, "delete follower %s", actor)
}

// DeleteFollowersBy removes every follow by a remote actor that is gone, and returns how many.
func (t *Tx) DeleteFollowersBy(ctx context.Context, actor string) (int, error) {
	n, err := t.exec(ctx, "DELETE FROM follower WHERE actor = $1", actor)
	return n, wrap(err, "delete followers %s", actor)
}

const selectFollowing = `SELECT actor, object, origin, name, handle, inbox, outbox, catalog, follow_id, state, cursor,
	page, synced, last_error, rule, created, changed FROM following`

func scanFollowing(row scanner) (f Following, err error) {
	var synced, created, changed int64
	err = row.Scan(&f.Actor, &f.Object, &f.Origin, &f.Name, &f.Handle, &f.Inbox, &f.Outbox, &f.Catalog, &f.FollowID,
		&f.State, &f.Cursor, &f.Page, &synced, &f.LastError, &f.Rule, &created, &changed)
	f.Synced, f.Created, f.Changed = instant(synced), instant(created), instant(changed)
	return f, err
}

// Following reads the follow of a remote actor (object) by one of ours, or ErrNotFound.
func (r Reader) Following(ctx context.Context, actor, object string) (Following, error) {
	f, err := one(ctx, r, scanFollowing, selectFollowing+" WHERE actor = $1 AND object = $2", actor, object)
	return f, wrap(err, "following %s", object)
}

// FollowingOf lists which of our actors follow a remote actor, in any state.
func (r Reader) FollowingOf(ctx context.Context, object string) ([]Following, error) {
	fs, err := collect(ctx, r, scanFollowing, selectFollowing+" WHERE object = $1 ORDER BY actor", object)
	return fs, wrap(err, "following %s", object)
}

// FollowingByOrigin lists what any of our actors follow on one instance, in any state.
func (r Reader) FollowingByOrigin(ctx context.Context, origin string) ([]Following, error) {
	fs, err := collect(ctx, r, scanFollowing, selectFollowing+" WHERE origin = $1 ORDER BY actor, object", origin)
	return fs, wrap(err, "following at %s", origin)
}

// Followings lists what one of our actors follows ("" = any of them), in any
// state, by object after one ("" = from the start).
func (r Reader) Followings(ctx context.Context, actor, afterObject string, limit int) ([]Following, error) {
	fs, err := collect(ctx, r, scanFollowing, selectFollowing+
		" WHERE ($1 = '' OR actor = $1) AND object > $2 ORDER BY object, actor LIMIT $3", actor, afterObject, limit)
	return fs, wrap(err, "followings of %s", actor)
}

// CountFollowing counts the accepted follows by one of our actors.
func (r Reader) CountFollowing(ctx context.Context, actor string) (int, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM following WHERE actor = $1 AND state = 'accepted'", actor)
	return n, wrap(err, "count following")
}

// PutFollowing inserts or replaces a follow by one of our actors, by (Actor, Object).
func (t *Tx) PutFollowing(ctx context.Context, f Following) error {
	now := t.now()
	created := micros(f.Created)
	if created == 0 {
		created = now
	}
	_, err := t.exec(ctx, `INSERT INTO following (actor, object, origin, name, handle, inbox, outbox, catalog, follow_id,
		state, cursor, page, synced, last_error, rule, created, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (actor, object) DO UPDATE SET origin = excluded.origin, name = excluded.name, handle = excluded.handle,
		inbox = excluded.inbox, outbox = excluded.outbox, catalog = excluded.catalog, follow_id = excluded.follow_id,
		state = excluded.state, cursor = excluded.cursor, page = excluded.page, synced = excluded.synced,
		last_error = excluded.last_error, rule = excluded.rule, changed = excluded.changed`,
		f.Actor, f.Object, f.Origin, f.Name, f.Handle, f.Inbox, f.Outbox, f.Catalog, f.FollowID,
		string(f.State), f.Cursor, f.Page, micros(f.Synced), f.LastError, f.Rule, created, now)
	return wrap(err, "put following %s", f.Object)
}

// DeleteFollowing removes a follow by one of our actors and reports whether there was one.
func (t *Tx) DeleteFollowing(ctx context.Context, actor, object string) (bool, error) {
	n, err := t.exec(ctx, "DELETE FROM following WHERE actor = $1 AND object = $2", actor, object)
	return n > 0, wrap(err, "delete following %s", object)
}
