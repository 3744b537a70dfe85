package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// chunkEntries is how many entries one transaction of Upsert writes: enough to
// be fast, few enough that other writers wait for a fraction of a second.
const chunkEntries = 500

// errDryRun ends the transaction of a dry run.
var errDryRun = errors.New("dry run")

// Upsert creates or updates many entries by (Owner, SourceKey), in chunks of
// one transaction each. One result per entry, in order; the error is for
// failures that stopped the whole, and then the chunks before it are written.
func (l *Ledger) Upsert(ctx context.Context, who directory.Who, es []directory.Entry, opt UpsertOptions) ([]UpsertResult, error) {
	out := make([]UpsertResult, 0, len(es))
	seen := map[[2]string]int{}
	for start := 0; start < len(es); start += chunkEntries {
		end := min(start+chunkEntries, len(es))
		var res []UpsertResult
		err := l.commit(ctx, func(tx *store.Tx) error {
			var err error
			if res, err = l.upsertChunk(ctx, tx, who, es[start:end], start, seen, opt); err != nil {
				return err
			}
			if opt.DryRun {
				return errDryRun
			}
			return nil
		})
		if err != nil && !errors.Is(err, errDryRun) {
			return out, fmt.Errorf("write entries %d to %d: %w", start+1, end, err)
		}
		for i := start; i < end; i++ {
			if k := sourceOf(es[i]); es[i].SourceKey != "" {
				if _, dup := seen[k]; !dup {
					seen[k] = i
				}
			}
		}
		out = append(out, res...)
		if opt.Progress != nil {
			opt.Progress(end, len(es))
		}
	}
	return out, nil
}

func sourceOf(e directory.Entry) [2]string { return [2]string{e.Owner, e.SourceKey} }

// upsertChunk is what one transaction does; it may run more than once, so it
// changes neither es nor seen.
func (l *Ledger) upsertChunk(ctx context.Context, tx *store.Tx, who directory.Who, es []directory.Entry, base int, seen map[[2]string]int, opt UpsertOptions) ([]UpsertResult, error) {
	old, err := l.existing(ctx, tx, es)
	if err != nil {
		return nil, err
	}
	out := make([]UpsertResult, len(es))
	here := map[[2]string]int{}
	b := newBatch()
	var changes []change
	for i := range es {
		k := sourceOf(es[i])
		first, dup := seen[k]
		if !dup {
			first, dup = here[k]
		}
		if err := acceptable(es[i], dup, first); err != nil {
			out[i] = UpsertResult{Outcome: Rejected, Err: err}
			continue
		}
		here[k] = base + i
		if o := old[k]; o != nil {
			same := [2]string{o.Owner, "id " + o.ID}
			if first, dup := here[same]; dup {
				out[i] = UpsertResult{Outcome: Rejected, Err: acceptable(es[i], true, first)}
				continue
			}
			here[same] = base + i
		}
		c, res, err := l.upsertOne(ctx, tx, who, es[i], old[k], b, opt.Complete)
		if err != nil {
			return nil, err
		}
		out[i] = res
		if c != nil {
			c.bulk = !opt.Notify
			changes = append(changes, *c)
		}
	}
	return out, l.writeAll(ctx, tx, who, changes)
}

func acceptable(e directory.Entry, dup bool, first int) error {
	switch {
	case e.SourceKey == "":
		return directory.Invalid{{Field: "sourceKey", Code: "required", Message: "is needed to find the entry again"}}
	case dup:
		return directory.Invalid{{Field: "sourceKey", Code: "duplicate", Message: fmt.Sprintf("%q is already that of entry %d", e.SourceKey, first+1)}}
	}
	return nil
}

// existing finds the entries that es would update, by source, else by URI.
func (l *Ledger) existing(ctx context.Context, tx *store.Tx, es []directory.Entry) (map[[2]string]*directory.Entry, error) {
	keys := map[string][]string{}
	for _, e := range es {
		if e.SourceKey != "" {
			keys[e.Owner] = append(keys[e.Owner], e.SourceKey)
		}
	}
	out := map[[2]string]*directory.Entry{}
	for owner, ks := range keys {
		found, err := tx.EntriesBySourceKey(ctx, owner, ks)
		if err != nil {
			return nil, fmt.Errorf("find imported entries: %w", err)
		}
		for i := range found {
			out[[2]string{owner, found[i].SourceKey}] = &found[i]
		}
		if err := l.existingByURI(ctx, tx, owner, ks, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// existingByURI finds the entries that a file of our own names by their
// ActivityPub id: an export that comes back updates what it was made from.
func (l *Ledger) existingByURI(ctx context.Context, tx *store.Tx, owner string, keys []string, out map[[2]string]*directory.Entry) error {
	var uris []string
	for _, k := range keys {
		if out[[2]string{owner, k}] == nil && strings.HasPrefix(k, l.env.Base+"/") {
			uris = append(uris, k)
		}
	}
	if len(uris) == 0 {
		return nil
	}
	found, err := tx.EntriesByURI(ctx, uris)
	if err != nil {
		return fmt.Errorf("find exported entries: %w", err)
	}
	for i := range found {
		if found[i].Owner == owner { // tombstones too: an import does not bring back what was deleted
			out[[2]string{owner, found[i].URI}] = &found[i]
		}
	}
	return nil
}

// upsertOne prepares one entry. A nil change means that there is nothing to
// write; an error stops the whole, a rejection is in the result.
func (l *Ledger) upsertOne(ctx context.Context, tx *store.Tx, who directory.Who, e directory.Entry, old *directory.Entry, b *batch, complete func(e, old *directory.Entry)) (*change, UpsertResult, error) {
	after := clone(e)
	if old == nil {
		err := l.prepareImported(ctx, tx, who, &after, b)
		if err != nil {
			return nil, UpsertResult{Outcome: Rejected, Err: err}, fatal(err)
		}
		return &change{after: &after, summary: "imported"}, UpsertResult{ID: after.ID, URI: after.URI, Outcome: Created}, nil
	}
	res := UpsertResult{ID: old.ID, URI: old.URI}
	if old.Status == directory.StatusDeleted {
		res.Outcome, res.Err = Rejected, fmt.Errorf("it was deleted here and is not brought back: %w", directory.ErrGone)
		return nil, res, nil
	}
	if !who.MayEdit(old) {
		res.Outcome, res.Err = Rejected, directory.ErrForbidden
		return nil, res, nil
	}
	if complete != nil {
		complete(&after, old)
	}
	merge(&after, old)
	c, err := l.prepareEdit(ctx, tx, who, old, &after)
	switch {
	case errors.Is(err, errUnchanged):
		res.Outcome = Unchanged
		return nil, res, nil
	case err != nil:
		res.Outcome, res.Err = Rejected, err
		return nil, res, fatal(err)
	}
	res.Outcome = Updated
	return &c, res, nil
}

// prepareImported is prepareNew, except that a handle from a file is a wish:
// when it is taken another is made.
func (l *Ledger) prepareImported(ctx context.Context, tx *store.Tx, who directory.Who, e *directory.Entry, b *batch) error {
	if e.Handle != "" && e.Kind.IsActor() {
		free, err := l.handleFree(ctx, tx, e.Handle, b)
		if err != nil {
			return err
		}
		if !free {
			e.Handle = ""
		}
	}
	return l.prepareNew(ctx, tx, who, e, b)
}

// fatal passes on what is not about one entry: a broken database, an ended
// context. What is about one entry rejects it alone.
func fatal(err error) error {
	for _, about := range []error{directory.ErrInvalid, directory.ErrForbidden, directory.ErrConflict, directory.ErrNotFound, directory.ErrGone} {
		if errors.Is(err, about) {
			return nil
		}
	}
	return err
}

// merge completes an imported entry with what the file does not say.
func merge(e, old *directory.Entry) {
	if e.Status == "" {
		e.Status = old.Status
	}
	e.SourceKey = old.SourceKey
	if e.Discussion == "" {
		e.Discussion = old.Discussion
	}
	if e.Contact == nil {
		e.Contact = old.Contact
	}
	if e.Confirmed == nil {
		e.Confirmed = old.Confirmed // no file says it
	}
	if shownAs(old, e.Place) {
		e.Place = old.Place
	}
	if e.Handle == "" || e.Kind.IsActor() {
		e.Handle = old.Handle
	}
	if old.LastConfirmed.After(e.LastConfirmed) {
		e.LastConfirmed = old.LastConfirmed
	}
	ids := map[[2]string]directory.Relation{}
	for _, r := range old.Relations {
		ids[[2]string{string(r.Type), r.Object}] = r
	}
	for i := range e.Relations {
		r := &e.Relations[i]
		if o, ok := ids[[2]string{string(r.Type), r.Object}]; ok {
			r.ID = o.ID
			if r.Name == "" {
				r.Name = o.Name
			}
		}
	}
}

// shownAs reports whether p is the entry's place as the public sees it: a file
// that was exported knows no better, and must not blur what is kept exactly.
func shownAs(old *directory.Entry, p *directory.Place) bool {
	public, _ := old.Public()
	a, b := public.Place, p
	if a == nil || b == nil {
		return false
	}
	x, y := *a, *b
	x.PointSource, y.PointSource = "", ""
	if (x.Point == nil) != (y.Point == nil) || x.Point != nil && *x.Point != *y.Point {
		return false
	}
	x.Point, y.Point = nil, nil
	return x == y
}

// writeAll is write for many.
func (l *Ledger) writeAll(ctx context.Context, tx *store.Tx, who directory.Who, cs []change) error {
	if len(cs) == 0 {
		return nil
	}
	public := make([]bool, len(cs))
	var shown, hidden []*directory.Entry
	revs := make([]store.Revision, len(cs))
	for i, c := range cs {
		p, err := l.seal(ctx, tx, c)
		if err != nil {
			return err
		}
		if public[i] = p; p {
			shown = append(shown, c.after)
		} else {
			hidden = append(hidden, c.after)
		}
		if revs[i], err = l.revision(who, c); err != nil {
			return err
		}
	}
	if err := tx.PutEntries(ctx, shown, store.PutOptions{Public: true}); err != nil {
		return err
	}
	if err := tx.PutEntries(ctx, hidden, store.PutOptions{}); err != nil {
		return err
	}
	if err := tx.AddRevisions(ctx, revs); err != nil {
		return err
	}
	for i, c := range cs {
		if err := l.publish(ctx, tx, c, public[i]); err != nil {
			return err
		}
	}
	return l.audit(ctx, tx, who, "imported", "", fmt.Sprintf("%d entries", len(cs)))
}
