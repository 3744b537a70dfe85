package store

import (
	"context"
	"time"
)

// FollowerRow is a follow of one of our actors with what is known of who follows.
type FollowerRow struct {
	Follower
	Name, Handle, Type string
	// ObjectName is the name of the entry that is followed, "" for the instance.
	ObjectName string
}

// FollowerRows lists the follows of our actors in one state, the newest first;
// limit 0 is a hundred.
func (r Reader) FollowerRows(ctx context.Context, state FollowState, limit int) ([]FollowerRow, error) {
	if limit <= 0 {
		limit = 100
	}
	rows, err := collect(ctx, r, func(row scanner) (f FollowerRow, err error) {
		var created int64
		err = row.Scan(&f.Actor, &f.Object, &f.Inbox, &f.SharedInbox, &f.FollowID, &f.Bocage, &f.State, &created,
			&f.Name, &f.Handle, &f.Type, &f.ObjectName)
		f.Created = instant(created)
		return f, err
	}, `SELECT f.actor, f.object, f.inbox, f.shared_inbox, f.follow_id, f.bocage, f.state, f.created,
		COALESCE(a.name, ''), COALESCE(a.handle, ''), COALESCE(a.type, ''), COALESCE(e.name, '')
		FROM follower f LEFT JOIN remote_actor a ON a.uri = f.actor LEFT JOIN entry e ON e.uri = f.object
		WHERE f.state = $1 ORDER BY f.created DESC, f.actor, f.object LIMIT $2`, string(state), limit)
	return rows, wrap(err, "followers")
}

// CountFollowersIn counts the follows of our actors in one state.
func (r Reader) CountFollowersIn(ctx context.Context, state FollowState) (int, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM follower WHERE state = $1", string(state))
	return n, wrap(err, "count followers")
}

// FollowersFrom lists the follows of our actors by actors of one origin, in any state.
func (r Reader) FollowersFrom(ctx context.Context, origin string) ([]Follower, error) {
	fs, err := collect(ctx, r, scanFollower, selectFollower+" WHERE substr(actor, 1, $2) = $1 ORDER BY actor, object LIMIT 10000",
		origin+"/", len(origin)+1)
	return fs, wrap(err, "followers of %s", origin)
}

// The actions of a FollowerRule.
const (
	FollowerAccept = "accept"
	FollowerReject = "reject"
)

// FollowerRule says that the follows of one instance are always taken or refused.
type FollowerRule struct {
	Origin, Action string
	WhoID, WhoName string
	Reason         string
	At             time.Time
}

const selectFollowerRule = "SELECT origin, action, who_id, who_name, reason, at FROM follower_rule"

func scanFollowerRule(row scanner) (f FollowerRule, err error) {
	var at int64
	err = row.Scan(&f.Origin, &f.Action, &f.WhoID, &f.WhoName, &f.Reason, &at)
	f.At = instant(at)
	return f, err
}

// FollowerRule reads the rule on the followers of an origin, or ErrNotFound.
func (r Reader) FollowerRule(ctx context.Context, origin string) (FollowerRule, error) {
	f, err := one(ctx, r, scanFollowerRule, selectFollowerRule+" WHERE origin = $1", origin)
	return f, wrap(err, "rule on followers of %s", origin)
}

// FollowerRules lists the rules on followers by origin.
func (r Reader) FollowerRules(ctx context.Context) ([]FollowerRule, error) {
	fs, err := collect(ctx, r, scanFollowerRule, selectFollowerRule+" ORDER BY origin")
	return fs, wrap(err, "rules on followers")
}

// PutFollowerRule inserts or replaces the rule on the followers of an origin.
func (t *Tx) PutFollowerRule(ctx context.Context, f FollowerRule) error {
	_, err := t.exec(ctx, `INSERT INTO follower_rule (origin, action, who_id, who_name, reason, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (origin) DO UPDATE SET action = excluded.action, who_id = excluded.who_id, who_name = excluded.who_name,
		reason = excluded.reason, at = excluded.at`, f.Origin, f.Action, f.WhoID, f.WhoName, f.Reason, t.now())
	return wrap(err, "rule on followers of %s", f.Origin)
}

// DeleteFollowerRule takes a rule back and reports whether there was one.
func (t *Tx) DeleteFollowerRule(ctx context.Context, origin string) (bool, error) {
	n, err := t.exec(ctx, "DELETE FROM follower_rule WHERE origin = $1", origin)
	return n > 0, wrap(err, "rule on followers of %s", origin)
}
