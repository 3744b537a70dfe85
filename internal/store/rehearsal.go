package store

import (
	"context"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// RehearsalState is where a look at a source stands.
type RehearsalState string

// The states of a rehearsal.
const (
	RehearsalWaiting RehearsalState = "waiting"
	RehearsalRunning RehearsalState = "running"
	RehearsalDone    RehearsalState = "done"
	RehearsalFailed  RehearsalState = "failed"
)

// Rehearsal is a look at a source that is not followed yet. Nothing of it is in
// the directory.
type Rehearsal struct {
	ID string
	// Target is what was asked for; Object and Origin the actor that it named,
	// "" until it was resolved.
	Target, Object, Origin string
	State                  RehearsalState
	// Read and Total are the progress, in entries; Total is 0 when not known.
	Read, Total int
	// Doc is what was found, JSON of package harvest's.
	Doc   []byte
	Error string
	// Created is when it was asked for, Changed when it last moved, Expires when
	// it is to be made again.
	Created, Changed, Expires time.Time
}

const selectRehearsal = "SELECT id, target, object, origin, state, got, total, doc, error, created, changed, expires FROM rehearsal"

func scanRehearsal(row scanner) (h Rehearsal, err error) {
	var created, changed, expires int64
	err = row.Scan(&h.ID, &h.Target, &h.Object, &h.Origin, &h.State, &h.Read, &h.Total, &h.Doc, &h.Error, &created, &changed, &expires)
	h.Created, h.Changed, h.Expires = instant(created), instant(changed), instant(expires)
	return h, err
}

// Rehearsal reads a rehearsal, or ErrNotFound once it has expired.
func (r Reader) Rehearsal(ctx context.Context, id string) (Rehearsal, error) {
	h, err := one(ctx, r, scanRehearsal, selectRehearsal+" WHERE id = $1", id)
	return h, wrap(err, "rehearsal %s", id)
}

// PutRehearsal inserts or replaces a rehearsal, and drops those that expired.
func (t *Tx) PutRehearsal(ctx context.Context, h Rehearsal) error {
	doc := h.Doc
	if doc == nil {
		doc = []byte{}
	}
	if _, err := t.exec(ctx, "DELETE FROM rehearsal WHERE expires < $1", t.now()); err != nil {
		return wrap(err, "rehearsal %s", h.ID)
	}
	_, err := t.exec(ctx, `INSERT INTO rehearsal (id, target, object, origin, state, got, total, doc, error, created, changed, expires)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO UPDATE SET object = excluded.object,
		origin = excluded.origin, state = excluded.state, got = excluded.got, total = excluded.total, doc = excluded.doc,
		error = excluded.error, changed = excluded.changed, expires = excluded.expires`,
		h.ID, h.Target, h.Object, h.Origin, string(h.State), h.Read, h.Total, doc, h.Error, micros(h.Created), t.now(), micros(h.Expires))
	return wrap(err, "rehearsal %s", h.ID)
}

// StepRehearsal records how far a rehearsal has come.
func (t *Tx) StepRehearsal(ctx context.Context, id string, read, total int) error {
	_, err := t.exec(ctx, "UPDATE rehearsal SET state = 'running', got = $2, total = $3, changed = $4 WHERE id = $1", id, read, total, t.now())
	return wrap(err, "rehearsal %s", id)
}

// SourceRule is one of the rules that a source had.
type SourceRule struct {
	Object string
	// Number counts from 1; the newest is the one that holds.
	Number         int64
	Rule           string // JSON, "" takes everything
	WhoID, WhoName string
	Reason         string
	At             time.Time
}

// SourceRules lists the rules that a source had, the newest first.
func (r Reader) SourceRules(ctx context.Context, object string, limit int) ([]SourceRule, error) {
	rules, err := collect(ctx, r, func(row scanner) (s SourceRule, err error) {
		var at int64
		err = row.Scan(&s.Object, &s.Number, &s.Rule, &s.WhoID, &s.WhoName, &s.Reason, &at)
		s.At = instant(at)
		return s, err
	}, `SELECT object, number, rule, who_id, who_name, reason, at FROM source_rule WHERE object = $1
		ORDER BY number DESC LIMIT $2`, object, limit)
	return rules, wrap(err, "rules of %s", object)
}

// AddSourceRule records the rule that a source has from now on.
func (t *Tx) AddSourceRule(ctx context.Context, s SourceRule) error {
	_, err := t.exec(ctx, `INSERT INTO source_rule (object, number, rule, who_id, who_name, reason, at)
		VALUES ($1, (SELECT COALESCE(MAX(number), 0) + 1 FROM source_rule WHERE object = $1), $2, $3, $4, $5, $6)`,
		s.Object, s.Rule, s.WhoID, s.WhoName, s.Reason, t.now())
	return wrap(err, "rule of %s", s.Object)
}

// HeldFrom lists the entries that this instance holds of an origin, shown or
// under review, by URI after one ("" = from the start).
func (r Reader) HeldFrom(ctx context.Context, origin, afterURI string, limit int) ([]directory.Entry, error) {
	es, err := collect(ctx, r, scanEntry, selectEntry+
		" WHERE e.origin = $1 AND e.status <> 'deleted' AND e.uri > $2 ORDER BY e.uri LIMIT $3", origin, afterURI, limit)
	return es, wrap(err, "entries of %s", origin)
}

// AnnouncedFrom is who announced the entries of an origin, by entry.
func (r Reader) AnnouncedFrom(ctx context.Context, origin string) (map[string][]string, error) {
	out := map[string][]string{}
	err := r.each(ctx, func(row scanner) error {
		var uri, announcer string
		err := row.Scan(&uri, &announcer)
		out[uri] = append(out[uri], announcer)
		return err
	}, "SELECT uri, announcer FROM announced WHERE substr(uri, 1, $2) = $1 ORDER BY uri, announcer", origin+"/", len(origin)+1)
	return out, wrap(err, "announced entries of %s", origin)
}
