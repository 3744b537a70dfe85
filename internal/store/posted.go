package store

import (
	"context"
	"encoding/json"
	"time"
)

// Posted is one post by an actor of ours to people, or one that waits to be told
// with others.
type Posted struct {
	ID    string // UUIDv7
	Actor string
	At    time.Time
	// Object is the entry's ActivityPub id and Kind what happened to it.
	Object, Kind string
	// Told are the actors of ours whose followers hear of the same change from
	// them: who follows one of these must not hear it again.
	Told []string
	// Held is true while it waits.
	Held bool
}

// AddPosted adds one row.
func (t *Tx) AddPosted(ctx context.Context, p Posted) error {
	told, err := json.Marshal(p.Told)
	if err != nil {
		return wrap(err, "posted by %s", p.Actor)
	}
	_, err = t.exec(ctx, "INSERT INTO posted (id, actor, at, object, kind, told, held) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		p.ID, p.Actor, micros(p.At), p.Object, p.Kind, string(told), p.Held)
	return wrap(err, "posted by %s", p.Actor)
}

// LastPosted lists when an actor posted since, the latest first.
func (r Reader) LastPosted(ctx context.Context, actor string, since time.Time, limit int) ([]time.Time, error) {
	ts, err := collect(ctx, r, func(row scanner) (time.Time, error) {
		var at int64
		err := row.Scan(&at)
		return instant(at), err
	}, "SELECT at FROM posted WHERE actor = $1 AND NOT held AND at > $2 ORDER BY at DESC LIMIT $3", actor, micros(since), limit)
	return ts, wrap(err, "posts of %s", actor)
}

// Held lists what waits to be told by an actor, the oldest first.
func (r Reader) Held(ctx context.Context, actor string, limit int) ([]Posted, error) {
	ps, err := collect(ctx, r, func(row scanner) (p Posted, err error) {
		var at int64
		var told []byte
		if err := row.Scan(&p.ID, &p.Actor, &at, &p.Object, &p.Kind, &told, &p.Held); err != nil {
			return p, err
		}
		p.At = instant(at)
		return p, json.Unmarshal(told, &p.Told)
	}, "SELECT id, actor, at, object, kind, told, held FROM posted WHERE actor = $1 AND held ORDER BY at, id LIMIT $2", actor, limit)
	return ps, wrap(err, "held posts of %s", actor)
}

// CountHeld counts what waits to be told by an actor.
func (r Reader) CountHeld(ctx context.Context, actor string) (int, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM posted WHERE actor = $1 AND held", actor)
	return n, wrap(err, "held posts of %s", actor)
}

// DropHeld forgets what an actor had to tell up to and with a row's ID; "" is
// everything.
func (t *Tx) DropHeld(ctx context.Context, actor, upTo string) error {
	_, err := t.exec(ctx, "DELETE FROM posted WHERE actor = $1 AND held AND ($2 = '' OR id <= $2)", actor, upTo)
	return wrap(err, "drop held posts of %s", actor)
}

// ForgetHeld takes an entry that is no longer public out of what waits.
func (t *Tx) ForgetHeld(ctx context.Context, object string) error {
	_, err := t.exec(ctx, "DELETE FROM posted WHERE object = $1 AND held", object)
	return wrap(err, "forget held %s", object)
}

// PrunePosted forgets what an actor posted before.
func (t *Tx) PrunePosted(ctx context.Context, actor string, before time.Time) error {
	_, err := t.exec(ctx, "DELETE FROM posted WHERE actor = $1 AND NOT held AND at <= $2", actor, micros(before))
	return wrap(err, "prune posts of %s", actor)
}

// Feature is leave given to put one of our actors (Object) in a collection of
// another server (FEP-7aa9).
type Feature struct {
	ID, Object, Collection, Actor string
	Created                       time.Time
}

// PutFeature keeps a leave, once for an object and a collection, and returns the
// one that is kept.
func (t *Tx) PutFeature(ctx context.Context, f Feature) (Feature, error) {
	_, err := t.exec(ctx, `INSERT INTO feature (id, object, collection, actor, created) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (object, collection) DO NOTHING`, f.ID, f.Object, f.Collection, f.Actor, micros(f.Created))
	if err != nil {
		return f, wrap(err, "put feature %s", f.ID)
	}
	return t.feature(ctx, "object = $1 AND collection = $2", f.Object, f.Collection)
}

// CountFeatures counts the leaves that actors of an origin asked for.
func (r Reader) CountFeatures(ctx context.Context, origin string) (int, error) {
	prefix := origin + "/"
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM feature WHERE substr(actor, 1, $2) = $1", prefix, len(prefix))
	return n, wrap(err, "features of %s", origin)
}

// Feature reads a leave by ID, or ErrNotFound.
func (r Reader) Feature(ctx context.Context, id string) (Feature, error) {
	return r.feature(ctx, "id = $1", id)
}

func (r Reader) feature(ctx context.Context, condition string, args ...any) (Feature, error) {
	f, err := one(ctx, r, func(row scanner) (f Feature, err error) {
		var created int64
		err = row.Scan(&f.ID, &f.Object, &f.Collection, &f.Actor, &created)
		f.Created = instant(created)
		return f, err
	}, "SELECT id, object, collection, actor, created FROM feature WHERE "+condition, args...)
	return f, wrap(err, "feature")
}
