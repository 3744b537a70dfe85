package store

import (
	"context"
	"errors"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Bounds of what waits for something else.
const (
	// HeldMost and HeldAge bound the activities of one server in quarantine.
	HeldMost = 500
	HeldAge  = 14 * 24 * time.Hour
	// goneMost and goneAge bound the deleted posts of one server that never came.
	goneMost = 1000
	goneAge  = 24 * time.Hour
)

// HoldReceived puts a received activity aside until its server is believed again.
// held is false when the server has HeldMost aside already.
func (t *Tx) HoldReceived(ctx context.Context, id, origin string) (held bool, err error) {
	n, err := value[int](ctx, t.Reader, "SELECT COUNT(*) FROM held_activity WHERE origin = $1", origin)
	if err != nil || n >= HeldMost {
		return false, wrap(err, "hold %s", id)
	}
	_, err = t.exec(ctx, "INSERT INTO held_activity (id, origin, at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING", id, origin, t.now())
	return err == nil, wrap(err, "hold %s", id)
}

// CountHeldBack counts the activities of a server that wait for a decision.
func (r Reader) CountHeldBack(ctx context.Context, origin string) (int, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM held_activity WHERE origin = $1", origin)
	return n, wrap(err, "count held of %s", origin)
}

// ReleaseHeld ends the wait of a server's activities. With apply those that are
// not too old are as if they had just come, and returned, oldest first: they need
// their jobs.
func (t *Tx) ReleaseHeld(ctx context.Context, origin string, apply bool) (ids []string, err error) {
	if apply {
		ids, err = collect(ctx, t.Reader, func(row scanner) (id string, err error) { return id, row.Scan(&id) },
			`SELECT h.id FROM held_activity h JOIN received r ON r.id = h.id WHERE h.origin = $1 AND h.at > $2 ORDER BY h.at, h.id`,
			origin, t.now()-HeldAge.Microseconds())
		if err != nil {
			return nil, wrap(err, "release %s", origin)
		}
		for _, id := range ids {
			if _, err := t.exec(ctx, "UPDATE received SET done = 0, error = '' WHERE id = $1", id); err != nil {
				return nil, wrap(err, "release %s", id)
			}
		}
	}
	_, err = t.exec(ctx, "DELETE FROM held_activity WHERE origin = $1", origin)
	return ids, wrap(err, "release %s", origin)
}

// PutReplyGone remembers for a day that an actor deleted a post that never came.
func (t *Tx) PutReplyGone(ctx context.Context, uri, actor, origin string) error {
	n, err := value[int](ctx, t.Reader, "SELECT COUNT(*) FROM reply_gone WHERE origin = $1 AND at > $2", origin, t.now()-goneAge.Microseconds())
	if err != nil || n >= goneMost {
		return wrap(err, "deleted post %s", uri)
	}
	_, err = t.exec(ctx, `INSERT INTO reply_gone (uri, actor, origin, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (uri) DO UPDATE SET actor = excluded.actor, at = excluded.at`, uri, actor, origin, t.now())
	return wrap(err, "deleted post %s", uri)
}

// ReplyGone reports whether the actor deleted a post, in the last day, that had
// not come.
func (t *Tx) ReplyGone(ctx context.Context, uri, actor string) (bool, error) {
	at, err := value[int64](ctx, t.Reader, "SELECT at FROM reply_gone WHERE uri = $1 AND actor = $2", uri, actor)
	if err = wrap(err, "deleted post %s", uri); errors.Is(err, directory.ErrNotFound) {
		return false, nil
	}
	return err == nil && at > t.now()-goneAge.Microseconds(), err
}

// pruneDeferred forgets what has waited too long.
func (t *Tx) pruneDeferred(ctx context.Context) error {
	_, err1 := t.exec(ctx, "DELETE FROM held_activity WHERE at <= $1", t.now()-HeldAge.Microseconds())
	_, err2 := t.exec(ctx, "DELETE FROM reply_gone WHERE at <= $1", t.now()-goneAge.Microseconds())
	return wrap(errors.Join(err1, err2), "prune what waits")
}
