package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
)

// JobFill is the kind of job that counts the members of a map after its selection
// changed; JobFill is inserted with that change.
const JobFill = "map.fill"

// fillChunk is how many entries one transaction of a fill looks at, and
// maxPreview how many Preview looks at before it says "at least".
const (
	fillChunk     = 500
	maxPreview    = 20_000
	previewSample = 5
)

type fillPayload struct {
	ID string `json:"id"`
}

// CreateMap makes a map that can be followed. Entries that are in it already are
// not announced. Only administrators may; a handle that is taken is an Invalid.
func (l *Ledger) CreateMap(ctx context.Context, who directory.Who, m directory.Map, reason string) (directory.Map, error) {
	if !who.MayAdminister() {
		return m, fmt.Errorf("create map: %w", directory.ErrForbidden)
	}
	if err := directory.ValidateMap(&m); err != nil {
		return m, fmt.Errorf("create map: %w", err)
	}
	var err error
	if m.ID, err = newID(); err != nil {
		return m, err
	}
	m.Status, m.Revision, m.Created = directory.StatusPublished, 1, l.now()
	m.Updated = m.Created
	if _, err := l.keys.Pair(ctx, outbox.MapKeys(m)); err != nil {
		return m, fmt.Errorf("create map: %w", err)
	}
	err = l.commit(ctx, func(tx *store.Tx) error {
		all, err := tx.MapStamps(ctx)
		if err != nil {
			return err
		}
		if len(all) >= directory.MaxMaps {
			return fmt.Errorf("there are %d maps already: %w", len(all), directory.ErrConflict)
		}
		taken, err := tx.HandleTaken(ctx, m.Handle)
		if err != nil {
			return err
		}
		if taken || slices.Contains(reserved, m.Handle) || m.Handle == l.host() {
			return directory.Invalid{{Field: "handle", Code: "taken", Message: fmt.Sprintf("%q is taken or reserved", m.Handle)}}
		}
		return l.putMap(ctx, tx, who, m, "map.create", reason)
	})
	if err != nil {
		return m, fmt.Errorf("create map: %w", err)
	}
	return m, nil
}

// EditMap changes the texts and the selection of a map; its handle stays. What the
// new selection has that the old one had not is not announced: it did not enter.
func (l *Ledger) EditMap(ctx context.Context, who directory.Who, id string, edit func(*directory.Map) error, reason string) (directory.Map, error) {
	var after directory.Map
	if !who.MayAdminister() {
		return after, fmt.Errorf("edit map: %w", directory.ErrForbidden)
	}
	err := l.commit(ctx, func(tx *store.Tx) error {
		before, err := tx.Map(ctx, id)
		if err != nil {
			return err
		}
		after = before
		if err := edit(&after); err != nil {
			return err
		}
		after.ID, after.Handle, after.Status, after.Created = before.ID, before.Handle, before.Status, before.Created
		if err := directory.ValidateMap(&after); err != nil {
			return err
		}
		after.Revision, after.Updated = before.Revision+1, l.now()
		if err := l.putMap(ctx, tx, who, after, "map.edit", reason); err != nil {
			return err
		}
		return l.publisher.UpdateMap(ctx, tx, after)
	})
	if err != nil {
		return after, fmt.Errorf("edit map %s: %w", id, err)
	}
	return after, nil
}

// RevertMap makes a map again what an edit had left it: an edit of its own, which
// can be taken back in turn. Whether that edit is there is ErrNotFound.
func (l *Ledger) RevertMap(ctx context.Context, who directory.Who, id string, revision int64, reason string) (directory.Map, error) {
	was, err := l.store.MapEdit(ctx, id, revision)
	if err != nil {
		return directory.Map{}, fmt.Errorf("revert map %s: %w", id, err)
	}
	return l.EditMap(ctx, who, id, func(m *directory.Map) error {
		m.Name, m.Summary, m.Selection, m.Look = was.Map.Name, was.Map.Summary, was.Map.Selection, was.Map.Look
		return nil
	}, reason)
}

func (l *Ledger) putMap(ctx context.Context, tx *store.Tx, who directory.Who, m directory.Map, verb, reason string) error {
	if err := tx.HoldChanges(ctx); err != nil { // so that no entry is matched with what is replaced
		return err
	}
	if err := tx.PutMap(ctx, m); err != nil {
		return err
	}
	if err := tx.AddMapEdit(ctx, store.MapEdit{Map: m, At: m.Updated, Who: who.Name, Reason: reason}); err != nil {
		return err
	}
	payload, err := json.Marshal(fillPayload{m.ID})
	if err != nil {
		return err
	}
	if err := jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobFill, Key: m.ID, Payload: payload}); err != nil {
		return err
	}
	return l.audit(ctx, tx, who, verb, m.Handle, reason)
}

// DeleteMap ends a map for good: its followers are told, its address answers 410
// and its handle is never used again. The entries in it stay where they are.
func (l *Ledger) DeleteMap(ctx context.Context, who directory.Who, id, reason string) error {
	if !who.MayAdminister() {
		return fmt.Errorf("delete map: %w", directory.ErrForbidden)
	}
	err := l.commit(ctx, func(tx *store.Tx) error {
		m, err := tx.Map(ctx, id)
		if err != nil {
			return err
		}
		if err := l.publisher.DeleteMap(ctx, tx, m); err != nil {
			return err
		}
		m.Status, m.DeletedAt, m.Updated, m.Revision = directory.StatusDeleted, l.now(), l.now(), m.Revision+1
		if err := tx.PutMap(ctx, m); err != nil {
			return err
		}
		if err := errors.Join(tx.EmptyMap(ctx, m.ID), tx.ForgetMapEdits(ctx, m.ID)); err != nil {
			return err
		}
		return l.audit(ctx, tx, who, "map.delete", m.Handle, reason)
	})
	if err != nil {
		return fmt.Errorf("delete map %s: %w", id, err)
	}
	return nil
}

// MapJobs are the handlers of JobFill, for the Runner.
func (l *Ledger) MapJobs() map[string]jobs.Handler {
	return map[string]jobs.Handler{JobFill: l.fill}
}

// fill finds the members of a map among the entries that are there, chunk by
// chunk, from where it was interrupted. A version that is no longer the map's is
// left to its successor's job.
func (l *Ledger) fill(ctx context.Context, job jobs.Job) error {
	var p fillPayload
	if err := json.Unmarshal(job.Payload, &p); err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrDiscard, err)
	}
	for {
		more, err := l.fillChunk(ctx, p.ID)
		if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("fill map %s: %w", p.ID, err)
		}
		if !more {
			l.changed()
			return nil
		}
	}
}

func (l *Ledger) fillChunk(ctx context.Context, id string) (more bool, err error) {
	err = l.store.Write(ctx, func(tx *store.Tx) error {
		more = false
		if err := tx.HoldChanges(ctx); err != nil {
			return err
		}
		m, err := tx.Map(ctx, id)
		if err != nil {
			return err
		}
		at, err := tx.MapFilled(ctx, id)
		if err != nil || at < 0 {
			return err
		}
		es, err := tx.Entries(ctx, store.EntryFilter{AfterNum: at, Limit: fillChunk,
			Statuses: []directory.Status{directory.StatusPublished, directory.StatusArchived}})
		if err != nil {
			return err
		}
		members, err := l.membersAmong(ctx, tx, m, es)
		if err != nil {
			return err
		}
		if err := tx.FillMembers(ctx, members); err != nil {
			return err
		}
		stamp := store.MapStamp{ID: id, Revision: m.Revision, Filled: -1}
		if more = len(es) == fillChunk; more {
			stamp.Filled = es[len(es)-1].Num
		}
		_, err = tx.SetMapFilled(ctx, stamp)
		return err
	})
	return more, err
}

// membersAmong are the rows that change: entries in the map, and those that were.
func (l *Ledger) membersAmong(ctx context.Context, tx *store.Tx, m directory.Map, es []directory.Entry) ([]store.Member, error) {
	var out []store.Member
	if len(es) == 0 {
		return nil, nil
	}
	known, err := tx.PresentIn(ctx, m.ID, es[0].Num, es[len(es)-1].Num)
	if err != nil {
		return nil, err
	}
	for i := range es {
		pub, ok := es[i].Public()
		in := ok && m.Selection.Has(pub, directory.Locate(pub.Place))
		if !in && !known[es[i].Num] {
			continue
		}
		entered := pub.PublishedAt
		if entered.IsZero() {
			entered = pub.Created
		}
		out = append(out, store.Member{MapID: m.ID, Num: es[i].Num, Present: in, Entered: entered})
	}
	return out, nil
}

// Preview is what a selection has, before a map of it is saved.
type Preview struct {
	Count int
	// More says that there are more entries than were looked at.
	More   bool
	Sample []directory.Entry
}

// Preview counts the listed entries of a valid selection.
func (l *Ledger) Preview(ctx context.Context, s directory.MapSelection) (Preview, error) {
	var p Preview
	f := store.EntryFilter{Selection: s.Entries(), Limit: store.MaxLimit}
	for seen := 0; ; {
		es, err := l.store.Entries(ctx, f)
		if err != nil {
			return p, fmt.Errorf("preview of a map: %w", err)
		}
		for i := range es {
			pub, ok := es[i].Public()
			if !ok || !s.Has(pub, directory.Locate(pub.Place)) {
				continue
			}
			if p.Count++; len(p.Sample) < previewSample {
				p.Sample = append(p.Sample, es[i])
			}
		}
		if seen += len(es); len(es) < f.Limit {
			return p, nil
		}
		if seen >= maxPreview {
			p.More = true
			return p, nil
		}
		f = f.After(es[len(es)-1])
	}
}

// enterMaps lets maps know of a change of a remote entry; before may be a
// tombstone or empty, after is nil when it was removed.
func (l *Ledger) enterMaps(ctx context.Context, tx *store.Tx, before, after *directory.Entry) error {
	if before.URI == "" || before.Status == directory.StatusDeleted {
		before = nil
	}
	return l.publisher.Remote(ctx, tx, before, after)
}
