package store

import (
	"context"
	"errors"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Why says why an entry is in no list.
type Why string

// The reasons of a Succession.
const (
	WhyMerged   Why = "merged"   // it is a twin of the other: a decision of this instance
	WhyMoved    Why = "moved"    // it is published elsewhere now
	WhyDeleting Why = "deleting" // it will be deleted when Due has come
)

// Succession says which entry is shown in the place of another, and who said so.
type Succession struct {
	OldID string
	// NewID is "" when no entry of this instance is shown instead.
	NewID          string
	Why            Why
	Reason         string
	WhoID, WhoName string
	At             time.Time
	// Due is when an entry that is WhyDeleting goes for good, else zero.
	Due time.Time
}

const selectSuccession = "SELECT old_id, new_id, why, reason, who_id, who_name, at, due FROM succession"

func scanSuccession(row scanner) (s Succession, err error) {
	var at, due int64
	err = row.Scan(&s.OldID, &s.NewID, &s.Why, &s.Reason, &s.WhoID, &s.WhoName, &at, &due)
	s.At, s.Due = instant(at), instant(due)
	return s, err
}

// Succession reads why the entry is in no list, or ErrNotFound.
func (r Reader) Succession(ctx context.Context, oldID string) (Succession, error) {
	s, err := one(ctx, r, scanSuccession, selectSuccession+" WHERE old_id = $1", oldID)
	return s, wrap(err, "succession of %s", oldID)
}

// Leaving reports whether the entry is about to be deleted: nothing made for
// people shows it any more, though its document is still served.
func (r Reader) Leaving(ctx context.Context, e directory.Entry) (s Succession, leaving bool, err error) {
	if e.ShownAs != directory.NowhereShown {
		return s, false, nil
	}
	s, err = r.Succession(ctx, e.ID)
	if errors.Is(err, directory.ErrNotFound) {
		return s, false, nil
	}
	return s, err == nil && s.Why == WhyDeleting, err
}

// Predecessors lists the entries in whose place the entry is shown, the oldest
// decision first.
func (r Reader) Predecessors(ctx context.Context, newID string) ([]Succession, error) {
	ss, err := collect(ctx, r, scanSuccession, selectSuccession+" WHERE new_id = $1 AND new_id <> '' ORDER BY at, old_id LIMIT 100", newID)
	return ss, wrap(err, "predecessors of %s", newID)
}

// Successions lists the decisions of one sort, newest first, before a time (zero =
// from the newest).
func (r Reader) Successions(ctx context.Context, why Why, before time.Time, limit int) ([]Succession, error) {
	until := micros(before)
	if until == 0 {
		until = 1 << 62
	}
	ss, err := collect(ctx, r, scanSuccession, selectSuccession+
		" WHERE why = $1 AND at < $2 ORDER BY at DESC, old_id LIMIT $3", string(why), until, limit)
	return ss, wrap(err, "successions")
}

// Redirects maps the ids of entries that are shown as another to the id of that
// one, which is listed itself.
func (r Reader) Redirects(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	err := r.each(ctx, func(row scanner) error {
		var from, to string
		err := row.Scan(&from, &to)
		out[from] = to
		return err
	}, `SELECT o.uri, n.uri FROM succession s JOIN entry o ON o.id = s.old_id JOIN entry n ON n.id = s.new_id
		WHERE n.public ORDER BY s.at DESC LIMIT 100000`)
	return out, wrap(err, "redirects")
}

// maxSuccessions bounds how far one entry leads to another.
const maxSuccessions = 8

// Successor follows the successions from an entry to the one that is shown. ok
// is false when none is: the entry is shown itself, or nothing is.
func (r Reader) Successor(ctx context.Context, e directory.Entry) (to directory.Entry, ok bool, err error) {
	for range maxSuccessions {
		if e.ShownAs == "" || e.ShownAs == directory.NowhereShown {
			return e, ok && e.Status.Public() && e.ShownAs == "", nil
		}
		if e, err = r.Entry(ctx, e.ShownAs); err != nil {
			if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
				err = nil
			}
			return e, false, err
		}
		ok = true
	}
	return e, false, nil // a loop, which no verb makes
}

// PutSuccession takes an entry out of every list, in favour of another or of
// none: it writes the decision, and the entry with its ShownAs.
func (t *Tx) PutSuccession(ctx context.Context, e *directory.Entry, s Succession) error {
	at := micros(s.At)
	if at == 0 {
		at = t.now()
	}
	_, err := t.exec(ctx, `INSERT INTO succession (old_id, new_id, why, reason, who_id, who_name, at, due)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (old_id) DO UPDATE SET new_id = excluded.new_id, why = excluded.why,
		reason = excluded.reason, who_id = excluded.who_id, who_name = excluded.who_name, at = excluded.at, due = excluded.due`,
		e.ID, s.NewID, string(s.Why), s.Reason, s.WhoID, s.WhoName, at, micros(s.Due))
	if err != nil {
		return wrap(err, "succession of %s", e.ID)
	}
	if e.ShownAs = s.NewID; s.NewID == "" {
		e.ShownAs = directory.NowhereShown
	}
	return t.PutEntry(ctx, e, PutOptions{Public: true})
}

// DeleteSuccession shows an entry again.
func (t *Tx) DeleteSuccession(ctx context.Context, e *directory.Entry) error {
	if _, err := t.exec(ctx, "DELETE FROM succession WHERE old_id = $1", e.ID); err != nil {
		return wrap(err, "succession of %s", e.ID)
	}
	e.ShownAs = ""
	return t.PutEntry(ctx, e, PutOptions{Public: true})
}

// release shows again what was shown as one of es and would now be shown as
// nothing, because it left the public: a twin must not vanish with the other one.
func (t *Tx) release(ctx context.Context, old []oldEntry, es []*directory.Entry) error {
	was := make(map[string]bool, len(old))
	for _, o := range old {
		was[o.id] = o.public
	}
	var left []string
	for _, e := range es {
		if was[e.ID] && !e.Listed() && (e.ShownAs == "" || !e.Status.Public()) {
			left = append(left, e.ID)
		}
	}
	for _, id := range left {
		ss, err := t.Predecessors(ctx, id)
		if err != nil {
			return err
		}
		for _, s := range ss {
			e, err := t.Entry(ctx, s.OldID)
			if err != nil && !errors.Is(err, directory.ErrGone) && !errors.Is(err, directory.ErrNotFound) {
				return err
			}
			if err != nil || e.ShownAs != id {
				continue
			}
			if err := t.DeleteSuccession(ctx, &e); err != nil {
				return err
			}
		}
	}
	return nil
}

// twinRows are the keys of an entry that the index keeps.
func twinRows(e *directory.Entry) (rows [][]any) {
	for _, key := range directory.TwinKeys(e) {
		if !isNameKey(key) {
			rows = append(rows, []any{key, e.Num})
		}
	}
	return rows
}

func isNameKey(key string) bool { return len(key) > 5 && key[:5] == "name:" }

// twinCrowd is how many entries with one key in common are no twins but a
// network with one website, or a very common name.
const twinCrowd = 20

// TwinCandidates lists the listed entries that may be the same thing as e, which
// need not be kept itself: they have a key or the name in common. The caller
// scores them with directory.Twin.
func (r Reader) TwinCandidates(ctx context.Context, e *directory.Entry) ([]directory.Entry, error) {
	var a args
	condition := "e.name_key = " + a.add(nameKey(e))
	var keys []string
	for _, key := range directory.TwinKeys(e) {
		if !isNameKey(key) {
			keys = append(keys, key)
		}
	}
	if len(keys) > 0 {
		condition += " OR e.num IN (SELECT num FROM twin_key WHERE twin IN " + list(&a, keys) + ")"
	}
	es, err := collect(ctx, r, scanEntry, selectEntry+" WHERE e.public AND e.uri <> "+a.add(e.URI)+" AND ("+condition+
		") ORDER BY e.num LIMIT "+a.add(10*twinCrowd), a...)
	return es, wrap(err, "twins of %s", e.URI)
}

// TwinPair is two listed entries that have a key in common.
type TwinPair struct{ A, B int64 } // their numbers, A < B

// TwinPairs lists the pairs of listed entries that have a key or the name in
// common and that nobody refused, by number after one (zero = from the start). A
// key that a crowd shares says nothing.
func (r Reader) TwinPairs(ctx context.Context, after TwinPair, limit int) ([]TwinPair, error) {
	ps, err := collect(ctx, r, func(row scanner) (p TwinPair, err error) { return p, row.Scan(&p.A, &p.B) },
		`SELECT p.a, p.b FROM (
			SELECT x.num AS a, y.num AS b FROM (SELECT twin FROM twin_key GROUP BY twin HAVING COUNT(*) BETWEEN 2 AND $4) k
				JOIN twin_key x ON x.twin = k.twin JOIN twin_key y ON y.twin = k.twin AND y.num > x.num
			UNION
			SELECT x.num AS a, y.num AS b FROM (SELECT name_key FROM entry WHERE public GROUP BY name_key HAVING COUNT(*) BETWEEN 2 AND $4) k
				JOIN entry x ON x.name_key = k.name_key AND x.public JOIN entry y ON y.name_key = k.name_key AND y.public AND y.num > x.num
		) p JOIN entry ea ON ea.num = p.a AND ea.public JOIN entry eb ON eb.num = p.b AND eb.public
		WHERE (p.a, p.b) > ($1, $2) AND NOT EXISTS (SELECT 1 FROM twin_refused f
			WHERE (f.a_id = ea.id AND f.b_id = eb.id) OR (f.a_id = eb.id AND f.b_id = ea.id))
		ORDER BY p.a, p.b LIMIT $3`, after.A, after.B, limit, twinCrowd)
	return ps, wrap(err, "twins")
}

// RefuseTwins remembers that two entries are two things.
func (t *Tx) RefuseTwins(ctx context.Context, aID, bID, whoID, whoName string) error {
	if bID < aID {
		aID, bID = bID, aID
	}
	_, err := t.exec(ctx, `INSERT INTO twin_refused (a_id, b_id, who_id, who_name, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (a_id, b_id) DO NOTHING`, aID, bID, whoID, whoName, t.now())
	return wrap(err, "refuse twins")
}

// twinsIndexed is the setting that says up to which entry the keys of entries
// older than the table are there.
const twinsIndexed = "twins.indexed"

// IndexTwins adds the keys of the next entries that were written before there was
// an index of them, and reports whether it is complete.
func (s *Store) IndexTwins(ctx context.Context, limit int) (complete bool, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		mark, err := tx.Setting(ctx, twinsIndexed)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return err
		}
		if complete = mark == "all"; complete {
			return nil
		}
		es, err := tx.Entries(ctx, EntryFilter{AfterNum: number(mark), Limit: limit})
		if err != nil {
			return err
		}
		var rows [][]any
		for i := range es {
			rows = append(rows, twinRows(&es[i])...)
		}
		if err := tx.insertRows(ctx, "twin_key (twin, num)", placeholders(2), "ON CONFLICT DO NOTHING", rows); err != nil {
			return err
		}
		if complete = len(es) < limit; complete {
			return tx.PutSetting(ctx, twinsIndexed, "all")
		}
		return tx.PutSetting(ctx, twinsIndexed, decimal(es[len(es)-1].Num))
	})
	return complete, wrap(err, "index twins")
}
