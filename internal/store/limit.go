package store

import (
	"context"
	"time"
)

// OriginLimit is how much of one origin is taken in. In each part 0 is the
// default and -1 is no limit.
type OriginLimit struct {
	Origin string
	// Rate is verified activities a minute.
	Rate int64
	// Entries is how many of its entries are kept, Bytes how much they take.
	Entries, Bytes int64
}

// Refusal counts what was refused of an origin for one cause.
type Refusal struct {
	Origin, Cause string
	Count         int64
	Last          time.Time
	// Reason is the last one, in words.
	Reason string
}

// OriginLimits lists the limits that are not the default.
func (r Reader) OriginLimits(ctx context.Context) ([]OriginLimit, error) {
	ls, err := collect(ctx, r, func(row scanner) (l OriginLimit, err error) {
		return l, row.Scan(&l.Origin, &l.Rate, &l.Entries, &l.Bytes)
	}, "SELECT origin, rate, entries, bytes FROM origin_limit ORDER BY origin")
	return ls, wrap(err, "limits")
}

// PutOriginLimit sets the limits of an origin; all 0 forgets them.
func (t *Tx) PutOriginLimit(ctx context.Context, l OriginLimit) error {
	if l.Rate == 0 && l.Entries == 0 && l.Bytes == 0 {
		_, err := t.exec(ctx, "DELETE FROM origin_limit WHERE origin = $1", l.Origin)
		return wrap(err, "limit of %s", l.Origin)
	}
	_, err := t.exec(ctx, `INSERT INTO origin_limit (origin, rate, entries, bytes) VALUES ($1, $2, $3, $4)
		ON CONFLICT (origin) DO UPDATE SET rate = excluded.rate, entries = excluded.entries, bytes = excluded.bytes`,
		l.Origin, l.Rate, l.Entries, l.Bytes)
	return wrap(err, "limit of %s", l.Origin)
}

// OriginUsage measures what is held of an origin: its entries that were not
// deleted, and the bytes of their documents. It reads no document.
func (r Reader) OriginUsage(ctx context.Context, origin string) (entries, bytes int64, err error) {
	err = r.q.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(octet_length(d.doc) + COALESCE(octet_length(d.wire), 0)), 0)
		FROM entry e JOIN entry_doc d ON d.num = e.num WHERE e.origin = $1 AND e.status <> 'deleted'`, origin).Scan(&entries, &bytes)
	return entries, bytes, wrap(err, "usage of %s", origin)
}

// AddRefusals adds to the counts of what was refused.
func (t *Tx) AddRefusals(ctx context.Context, rs ...Refusal) error {
	for _, f := range rs {
		_, err := t.exec(ctx, `INSERT INTO origin_refusal (origin, cause, count, last, reason) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (origin, cause) DO UPDATE SET count = origin_refusal.count + excluded.count, last = excluded.last,
			reason = excluded.reason`, f.Origin, f.Cause, f.Count, micros(f.Last), f.Reason)
		if err != nil {
			return wrap(err, "refusals of %s", f.Origin)
		}
	}
	return nil
}

// Refusals lists what was refused, the latest first; origin "" is of every origin.
func (r Reader) Refusals(ctx context.Context, origin string, limit int) ([]Refusal, error) {
	rs, err := collect(ctx, r, func(row scanner) (f Refusal, err error) {
		var last int64
		err = row.Scan(&f.Origin, &f.Cause, &f.Count, &last, &f.Reason)
		f.Last = instant(last)
		return f, err
	}, `SELECT origin, cause, count, last, reason FROM origin_refusal WHERE $1 = '' OR origin = $1
		ORDER BY last DESC, origin, cause LIMIT $2`, origin, limit)
	return rs, wrap(err, "refusals")
}

// QuarantineCause says why a server is in quarantine. Pages have the sentences.
type QuarantineCause string

// The first four are of a server that came back with another key.
const (
	CauseDown     QuarantineCause = "down"     // it had not answered since Arg
	CauseDead     QuarantineCause = "dead"     // nor for much longer
	CauseReturned QuarantineCause = "returned" // it was away until Arg
	CauseSilent   QuarantineCause = "silent"   // nothing was heard of it since Arg
	CauseUnproven QuarantineCause = "unproven" // it was away since Arg, and has signed nothing since it is back
)

// QuarantineCauses lists all causes.
func QuarantineCauses() []QuarantineCause {
	return []QuarantineCause{CauseDown, CauseDead, CauseReturned, CauseSilent, CauseUnproven}
}

// Quarantine is a server that came back with another key and nothing that
// vouches for it, or with the old ones and nothing that they have signed.
type Quarantine struct {
	Origin string
	// Actor is whose key changed; the keys are fingerprints.
	Actor, OldKey, NewKey string // the same ones when no other is seen
	// Cause is why it is not believed, and Arg the date that goes with it, YYYY-MM-DD.
	Cause QuarantineCause
	Arg   string
	Since time.Time
}

const selectQuarantine = "SELECT origin, actor, old_key, new_key, cause, arg, since FROM quarantine"

func scanQuarantine(row scanner) (q Quarantine, err error) {
	var since int64
	err = row.Scan(&q.Origin, &q.Actor, &q.OldKey, &q.NewKey, &q.Cause, &q.Arg, &since)
	q.Since = instant(since)
	return q, err
}

// Quarantines lists the servers in quarantine by origin.
func (r Reader) Quarantines(ctx context.Context) ([]Quarantine, error) {
	qs, err := collect(ctx, r, scanQuarantine, selectQuarantine+" ORDER BY origin")
	return qs, wrap(err, "quarantines")
}

// QuarantineOf reads the quarantine of an origin, or ErrNotFound.
func (r Reader) QuarantineOf(ctx context.Context, origin string) (Quarantine, error) {
	q, err := one(ctx, r, scanQuarantine, selectQuarantine+" WHERE origin = $1", origin)
	return q, wrap(err, "quarantine of %s", origin)
}

// PutQuarantine puts an origin in quarantine; one that is there already keeps
// the key that it had first, and that it proved nothing says less than another key.
func (t *Tx) PutQuarantine(ctx context.Context, q Quarantine) error {
	_, err := t.exec(ctx, `INSERT INTO quarantine (origin, actor, old_key, new_key, cause, arg, since)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (origin) DO UPDATE SET
		new_key = CASE WHEN quarantine.actor = excluded.actor OR quarantine.cause = $8 THEN excluded.new_key ELSE quarantine.new_key END,
		actor = CASE WHEN quarantine.cause = $8 THEN excluded.actor ELSE quarantine.actor END,
		old_key = CASE WHEN quarantine.cause = $8 THEN excluded.old_key ELSE quarantine.old_key END,
		arg = CASE WHEN quarantine.cause = $8 THEN excluded.arg ELSE quarantine.arg END,
		cause = CASE WHEN quarantine.cause = $8 THEN excluded.cause ELSE quarantine.cause END`,
		q.Origin, q.Actor, q.OldKey, q.NewKey, string(q.Cause), q.Arg, micros(q.Since), string(CauseUnproven))
	return wrap(err, "quarantine %s", q.Origin)
}

// DeleteQuarantine ends a quarantine and reports whether there was one.
func (t *Tx) DeleteQuarantine(ctx context.Context, origin string) (bool, error) {
	n, err := t.exec(ctx, "DELETE FROM quarantine WHERE origin = $1", origin)
	return n > 0, wrap(err, "quarantine of %s", origin)
}

// PeerReturned is when a peer was last found again after it was down or dead;
// zero when it never was.
func (r Reader) PeerReturned(ctx context.Context, origin string) (time.Time, error) {
	us, err := value[int64](ctx, r, "SELECT returned FROM peer WHERE origin = $1", origin)
	return instant(us), wrap(err, "peer %s", origin)
}
