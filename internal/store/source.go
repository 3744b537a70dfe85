package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Ignored is an entry of another instance that is not kept: enough to know it
// again, and to say what another rule would do with it.
type Ignored struct {
	// Entry has the URI, origin, owner, hash and update of the entry, and what
	// rules look at; nothing else of what it said.
	Entry  directory.Entry
	Reason string
	At     time.Time
}

const selectIgnored = "SELECT hash, reason, doc, at FROM ignored"

func scanIgnored(row scanner) (i Ignored, err error) {
	var hash string
	var doc []byte
	var at int64
	if err := row.Scan(&hash, &i.Reason, &doc, &at); err != nil {
		return i, err
	}
	if err := json.Unmarshal(doc, &i.Entry); err != nil {
		return i, fmt.Errorf("ignored entry: %w", err)
	}
	i.Entry.Hash, i.At = hash, instant(at)
	return i, nil
}

// IgnoredByURI reads an ignored entry, or ErrNotFound.
func (r Reader) IgnoredByURI(ctx context.Context, uri string) (Ignored, error) {
	i, err := one(ctx, r, scanIgnored, selectIgnored+" WHERE uri = $1", uri)
	return i, wrap(err, "ignored entry %s", uri)
}

// IgnoredFrom lists what is ignored of an origin, by URI after one ("" = from
// the start).
func (r Reader) IgnoredFrom(ctx context.Context, origin, afterURI string, limit int) ([]Ignored, error) {
	is, err := collect(ctx, r, scanIgnored, selectIgnored+" WHERE origin = $1 AND uri > $2 ORDER BY uri LIMIT $3",
		origin, afterURI, limit)
	return is, wrap(err, "ignored entries of %s", origin)
}

// PutIgnored remembers an entry that is not kept, by its URI.
func (t *Tx) PutIgnored(ctx context.Context, i Ignored) error {
	doc, err := json.Marshal(i.Entry)
	if err != nil {
		return wrap(err, "ignore %s", i.Entry.URI)
	}
	_, err = t.exec(ctx, `INSERT INTO ignored (uri, origin, owner_uri, hash, reason, doc, updated, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (uri) DO UPDATE SET origin = excluded.origin,
		owner_uri = excluded.owner_uri, hash = excluded.hash, reason = excluded.reason, doc = excluded.doc,
		updated = excluded.updated, at = excluded.at`, i.Entry.URI, i.Entry.Origin, i.Entry.OwnerURI, i.Entry.Hash,
		i.Reason, string(doc), micros(i.Entry.Updated), t.now())
	return wrap(err, "ignore %s", i.Entry.URI)
}

// DeleteIgnored forgets that entries are ignored; an unknown URI is no error.
func (t *Tx) DeleteIgnored(ctx context.Context, uris ...string) error {
	for _, part := range chunks(uris) {
		var a args
		if _, err := t.exec(ctx, "DELETE FROM ignored WHERE uri IN "+list(&a, part), a...); err != nil {
			return wrap(err, "forget %d ignored entries", len(part))
		}
	}
	return nil
}

// DeleteIgnoredOf forgets an ignored actor of an origin and what it publishes.
func (t *Tx) DeleteIgnoredOf(ctx context.Context, origin, owner string) error {
	_, err := t.exec(ctx, "DELETE FROM ignored WHERE origin = $1 AND (uri = $2 OR owner_uri = $2)", origin, owner)
	return wrap(err, "forget ignored entries of %s", owner)
}

// Source is a followed actor that may have brought an entry.
type Source struct {
	Object, Origin string
	State          FollowState
	// Rule is the JSON form of a directory.SourceRule, "" takes everything.
	Rule string
	// Type is the ActivityPub type of the actor, "" when its document is not known.
	Type string
	// Announced says that the source announced the entry.
	Announced bool
}

// Covers reports whether the source has the entry: the Application of its
// instance, its publisher, itself, or whoever announced it.
func (s Source) Covers(e *directory.Entry) bool {
	if s.State == FollowRejected {
		return false
	}
	return s.Announced || s.Object == e.URI || s.Object == e.OwnerURI || s.Type == "Application" && s.Origin == e.Origin
}

// SourcesOf lists the followed actors of an entry's instance and those that
// announced it, in any state.
func (r Reader) SourcesOf(ctx context.Context, origin, uri string) ([]Source, error) {
	ss, err := collect(ctx, r, func(row scanner) (s Source, err error) {
		return s, row.Scan(&s.Object, &s.Origin, &s.State, &s.Rule, &s.Type, &s.Announced)
	}, `SELECT f.object, f.origin, f.state, f.rule, COALESCE(a.type, ''),
		EXISTS (SELECT 1 FROM announced n WHERE n.uri = $2 AND n.announcer = f.object)
		FROM following f LEFT JOIN remote_actor a ON a.uri = f.object
		WHERE f.origin = $1 OR f.object IN (SELECT announcer FROM announced WHERE uri = $2)
		ORDER BY f.object, f.actor`, origin, uri)
	return ss, wrap(err, "sources of %s", uri)
}

// AnnouncedAmong says which of these entries somebody announced.
func (r Reader) AnnouncedAmong(ctx context.Context, uris []string) (map[string]bool, error) {
	found, err := among(ctx, r, "SELECT DISTINCT uri FROM announced WHERE uri IN ", uris)
	return found, wrap(err, "announced entries")
}

// PutAnnounced remembers that a followed actor announced an entry.
func (t *Tx) PutAnnounced(ctx context.Context, uri, announcer string) error {
	_, err := t.exec(ctx, "INSERT INTO announced (uri, announcer, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
		uri, announcer, t.now())
	return wrap(err, "announced %s", uri)
}

// DeleteAnnounced forgets that an actor announced an entry.
func (t *Tx) DeleteAnnounced(ctx context.Context, uri, announcer string) error {
	_, err := t.exec(ctx, "DELETE FROM announced WHERE uri = $1 AND announcer = $2", uri, announcer)
	return wrap(err, "announced %s", uri)
}

// AnnouncedBy lists the entries that an actor announced, by URI after one.
func (r Reader) AnnouncedBy(ctx context.Context, announcer, afterURI string, limit int) ([]string, error) {
	uris, err := collect(ctx, r, scanValue[string],
		"SELECT uri FROM announced WHERE announcer = $1 AND uri > $2 ORDER BY uri LIMIT $3", announcer, afterURI, limit)
	return uris, wrap(err, "announced by %s", announcer)
}

// The decisions of a Review.
const (
	ReviewApproved = "approved"
	ReviewRejected = "rejected"
)

// Review is what a person decided of one entry of another instance.
type Review struct {
	URI, Origin    string
	Decision       string
	WhoID, WhoName string
	Reason         string
	At             time.Time
}

const selectReview = "SELECT uri, origin, decision, who_id, who_name, reason, at FROM review"

func scanReview(row scanner) (v Review, err error) {
	var at int64
	err = row.Scan(&v.URI, &v.Origin, &v.Decision, &v.WhoID, &v.WhoName, &v.Reason, &at)
	v.At = instant(at)
	return v, err
}

// ReviewOf reads what a person decided of an entry, or ErrNotFound.
func (r Reader) ReviewOf(ctx context.Context, uri string) (Review, error) {
	v, err := one(ctx, r, scanReview, selectReview+" WHERE uri = $1", uri)
	return v, wrap(err, "review of %s", uri)
}

// ReviewsOf reads what persons decided of these entries, by URI.
func (r Reader) ReviewsOf(ctx context.Context, uris []string) (map[string]Review, error) {
	out := map[string]Review{}
	for _, part := range chunks(uris) {
		var a args
		vs, err := collect(ctx, r, scanReview, selectReview+" WHERE uri IN "+list(&a, part), a...)
		if err != nil {
			return nil, wrap(err, "reviews of entries")
		}
		for _, v := range vs {
			out[v.URI] = v
		}
	}
	return out, nil
}

// ReviewsFrom lists what persons decided of the entries of an origin ("" = of
// all), the newest first.
func (r Reader) ReviewsFrom(ctx context.Context, origin string, limit int) ([]Review, error) {
	vs, err := collect(ctx, r, scanReview, selectReview+" WHERE ($1 = '' OR origin = $1) ORDER BY at DESC, uri LIMIT $2", origin, limit)
	return vs, wrap(err, "reviews of %s", origin)
}

// PutReview records a decision; a later one replaces it.
func (t *Tx) PutReview(ctx context.Context, v Review) error {
	_, err := t.exec(ctx, `INSERT INTO review (uri, origin, decision, who_id, who_name, reason, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (uri) DO UPDATE SET origin = excluded.origin,
		decision = excluded.decision, who_id = excluded.who_id, who_name = excluded.who_name,
		reason = excluded.reason, at = excluded.at`, v.URI, v.Origin, v.Decision, v.WhoID, v.WhoName, v.Reason, t.now())
	return wrap(err, "review %s", v.URI)
}

// DeleteReview takes a decision back and reports whether there was one.
func (t *Tx) DeleteReview(ctx context.Context, uri string) (bool, error) {
	n, err := t.exec(ctx, "DELETE FROM review WHERE uri = $1", uri)
	return n > 0, wrap(err, "review %s", uri)
}

// Proposed lists the entries of an origin ("" = of all other instances) that
// wait for a person, by number after one.
func (r Reader) Proposed(ctx context.Context, origin string, afterNum int64, limit int) ([]directory.Entry, error) {
	return r.ProposedOf(ctx, origin, "", afterNum, limit)
}

// ProposedOf is Proposed for one kind, "" for all.
func (r Reader) ProposedOf(ctx context.Context, origin string, kind directory.Kind, afterNum int64, limit int) ([]directory.Entry, error) {
	es, err := collect(ctx, r, scanEntry, selectEntry+` WHERE e.status = 'proposed' AND e.origin <> ''
		AND ($1 = '' OR e.origin = $1) AND ($2 = '' OR e.kind = $2) AND e.num > $3 ORDER BY e.num LIMIT $4`, origin, string(kind), afterNum, limit)
	return es, wrap(err, "entries under review")
}

// ProposedCount is how many entries of one kind of an origin wait.
type ProposedCount struct {
	Origin string
	Kind   directory.Kind
	N      int
	// Last is the number of the newest.
	Last int64
}

// ProposedCounts counts what waits by origin and kind.
func (r Reader) ProposedCounts(ctx context.Context) ([]ProposedCount, error) {
	cs, err := collect(ctx, r, func(row scanner) (c ProposedCount, err error) {
		return c, row.Scan(&c.Origin, &c.Kind, &c.N, &c.Last)
	}, `SELECT origin, kind, COUNT(*), MAX(num) FROM entry WHERE status = 'proposed' AND origin <> '' GROUP BY origin, kind ORDER BY origin, kind`)
	return cs, wrap(err, "count entries under review")
}

// SourceCount is how many entries of an origin are held in one state.
type SourceCount struct {
	Published, Review, Ignored int
}

// SourceCounts counts what is held of each origin and what is ignored of it.
func (r Reader) SourceCounts(ctx context.Context) (map[string]SourceCount, error) {
	out := map[string]SourceCount{}
	err := r.each(ctx, func(row scanner) error {
		var origin string
		var c SourceCount
		err := row.Scan(&origin, &c.Published, &c.Review)
		out[origin] = c
		return err
	}, `SELECT origin, SUM(CASE WHEN status IN ('published', 'archived') THEN 1 ELSE 0 END),
		SUM(CASE WHEN status = 'proposed' THEN 1 ELSE 0 END) FROM entry WHERE origin <> '' AND status <> 'deleted' GROUP BY origin`)
	if err != nil {
		return nil, wrap(err, "count sources")
	}
	err = r.each(ctx, func(row scanner) error {
		var origin string
		var n int
		err := row.Scan(&origin, &n)
		c := out[origin]
		c.Ignored = n
		out[origin] = c
		return err
	}, "SELECT origin, COUNT(*) FROM ignored GROUP BY origin")
	return out, wrap(err, "count ignored entries")
}

// CountProposed counts the entries of an origin ("" = of all other instances)
// that wait for a person.
func (r Reader) CountProposed(ctx context.Context, origin string) (int, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM entry WHERE status = 'proposed' AND origin <> '' AND ($1 = '' OR origin = $1)", origin)
	return n, wrap(err, "count entries under review")
}
