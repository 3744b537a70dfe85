package store

import (
	"context"
	"errors"
	"strings"
	"time"
)

const selectActivity = "SELECT num, id, actor, type, object, body, public, outbox, created FROM activity"

func scanActivity(row scanner) (a Activity, err error) {
	var created int64
	err = row.Scan(&a.Num, &a.ID, &a.Actor, &a.Type, &a.Object, &a.Body, &a.Public, &a.Outbox, &created)
	a.Created = instant(created)
	return a, err
}

// PutActivity keeps an activity or a Note that we made. The same ID again changes
// its body only: an outbox keeps its order.
func (t *Tx) PutActivity(ctx context.Context, act Activity) error {
	num, err := value[int64](ctx, t.Reader, "UPDATE counter SET activity = activity + 1 WHERE id = 1 RETURNING activity")
	if err != nil {
		return wrap(err, "put activity")
	}
	created := micros(act.Created)
	if created == 0 {
		created = t.now()
	}
	_, err = t.exec(ctx, `INSERT INTO activity (num, id, actor, type, object, body, public, outbox, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET body = excluded.body,
		public = excluded.public, outbox = excluded.outbox`,
		num, act.ID, act.Actor, act.Type, act.Object, act.Body, act.Public, act.Outbox, created)
	return wrap(err, "put activity %s", act.ID)
}

// Activity reads an activity or a Note that we made, or ErrNotFound.
func (r Reader) Activity(ctx context.Context, id string) (Activity, error) {
	a, err := one(ctx, r, scanActivity, selectActivity+" WHERE id = $1", id)
	return a, wrap(err, "activity %s", id)
}

// ActivitiesAbout lists what we made about an object, newest first: its Notes,
// to delete them with it.
func (r Reader) ActivitiesAbout(ctx context.Context, object string, limit int) ([]Activity, error) {
	as, err := collect(ctx, r, scanActivity, selectActivity+" WHERE object = $1 ORDER BY num DESC LIMIT $2", object, limit)
	return as, wrap(err, "activities about %s", object)
}

// AnnounceOf reads the newest public Announce of an object by an actor of ours, or
// ErrNotFound.
func (r Reader) AnnounceOf(ctx context.Context, actor, object string) (Activity, error) {
	a, err := one(ctx, r, scanActivity, selectActivity+" WHERE object = $1 AND actor = $2 AND type = 'Announce' AND public ORDER BY num DESC LIMIT 1", object, actor)
	return a, wrap(err, "announce of %s", object)
}

// DeleteActivity forgets an activity, with its waiting deliveries. An unknown one
// is not an error.
func (t *Tx) DeleteActivity(ctx context.Context, id string) error {
	_, err := t.exec(ctx, "DELETE FROM activity WHERE id = $1", id)
	return wrap(err, "delete activity %s", id)
}

// HideActivity takes an activity out of the public and of the outbox; its waiting
// deliveries still go out.
func (t *Tx) HideActivity(ctx context.Context, id string) error {
	_, err := t.exec(ctx, "UPDATE activity SET public = FALSE, outbox = FALSE WHERE id = $1", id)
	return wrap(err, "hide activity %s", id)
}

// unwithheld leaves out what a map of ours said about an entry of another instance
// that is in no list any more: blocked, silenced, or waiting for a review. Other
// actors speak of our own entries only.
func unwithheld(actor string) string {
	if !strings.Contains(actor, "/maps/") {
		return ""
	}
	return " AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.uri = activity.object AND e.origin <> '' AND NOT e.public)"
}

// Outbox lists the activities of an actor's outbox, newest first, before a Num (0 =
// from the newest).
func (r Reader) Outbox(ctx context.Context, actor string, before int64, limit int) ([]Activity, error) {
	if before <= 0 {
		before = 1 << 62
	}
	as, err := collect(ctx, r, scanActivity, selectActivity+
		" WHERE actor = $1 AND outbox AND num < $2"+unwithheld(actor)+" ORDER BY num DESC"+limited("$3"), actor, before, limit)
	return as, wrap(err, "outbox of %s", actor)
}

// CountOutbox counts the activities of an actor's outbox.
func (r Reader) CountOutbox(ctx context.Context, actor string) (int, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM activity WHERE actor = $1 AND outbox"+unwithheld(actor), actor)
	return n, wrap(err, "count outbox")
}

// PruneOptions says how long what federation remembers is kept; zero keeps it for ever.
type PruneOptions struct {
	// Received is the age of applied activities to forget, and of those that were
	// taken back before they came. It is longer than a signature is accepted
	// (httpsig.Verify), since the row is what a replay is known by.
	Received time.Duration
	// Activities is the age of our own activities to forget: those that are in no
	// outbox and that no delivery waits for.
	Activities time.Duration
}

// Prune forgets what is too old, with expired sessions.
func (t *Tx) Prune(ctx context.Context, p PruneOptions) error {
	now := t.now()
	_, err := t.exec(ctx, "DELETE FROM session WHERE expires <= $1", now)
	if err := errors.Join(err, t.pruneDeferred(ctx)); err != nil {
		return wrap(err, "prune")
	}
	if p.Received > 0 {
		if _, err := t.exec(ctx, "DELETE FROM received WHERE done > 0 AND done <= $1", now-p.Received.Microseconds()); err != nil {
			return wrap(err, "prune received")
		}
		if _, err := t.exec(ctx, "DELETE FROM undone WHERE at <= $1", now-p.Received.Microseconds()); err != nil {
			return wrap(err, "prune what was taken back")
		}
	}
	if p.Activities > 0 {
		_, err := t.exec(ctx, `DELETE FROM activity WHERE created <= $1 AND NOT outbox AND type <> 'Note'
			AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.activity_id = activity.id)`, now-p.Activities.Microseconds())
		return wrap(err, "prune activities")
	}
	return nil
}
