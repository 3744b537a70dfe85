package harvest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// The bounds of one look.
const (
	rehearsalTime     = 90 * time.Second
	rehearsalBytes    = 64 << 20
	maxRehearsed      = 10_000 // documents read whole from a catalogue
	maxRehearsedSlow  = 100    // documents fetched one by one
	maxStubPages      = 400
	maxRehearsedTwins = 5_000 // entries that are compared with ours
)

// look is one rehearsal as it goes on.
type look struct {
	h     *Harvester
	row   store.Rehearsal
	found rehearsed
	start time.Time
	bytes int
	// asked and waited measure what a request takes.
	asked  int
	waited time.Duration
	seen   map[string]bool
	// one example of each kind after the other makes the sample readable
	byKind map[directory.Kind][]SampleItem

	kinds, themes, languages, unread counter
}

// lookAt resolves the target and reads what it has, within bounds; the result
// is kept in the rehearsal's row.
func (h *Harvester) lookAt(ctx context.Context, row store.Rehearsal) error {
	l := &look{h: h, row: row, start: h.now(), seen: map[string]bool{}, byKind: map[directory.Kind][]SampleItem{},
		kinds: counter{}, themes: counter{}, languages: counter{}, unread: counter{}}
	ra, err := h.lookedAt(ctx, row.Target)
	if err != nil {
		return err
	}
	p := &l.found.Preview
	p.Object, p.Name, p.Handle, p.Type, p.Catalog = ra.URI, ra.Name, ra.Handle, ra.Type, ra.Catalog != ""
	if p.Origin, err = peer.Origin(ra.URI); err != nil {
		return err
	}
	if m, err := federation.ParseObject(ra.Doc); err == nil {
		p.Approves = m.Bool("manuallyApprovesFollowers")
	}
	_, err = h.cfg.Store.Following(ctx, h.cfg.Env.InstanceURI(), ra.URI)
	if p.Followed = err == nil; err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	l.row.Object, l.row.Origin = ra.URI, p.Origin
	if ra.Catalog != "" {
		err = l.catalogue(ctx, ra)
	} else {
		err = l.outbox(ctx, ra)
	}
	if err != nil {
		return err
	}
	return l.finish(ctx)
}

// lookedAt resolves the target; neither ourselves nor who is blocked.
func (h *Harvester) lookedAt(ctx context.Context, target string) (store.RemoteActor, error) {
	ra, err := h.cfg.Actors.Resolve(ctx, target)
	if err != nil {
		return ra, err
	}
	origin, err := peer.Origin(ra.URI)
	if err != nil {
		return ra, err
	}
	if origin == h.origin {
		return ra, fmt.Errorf("it is this instance: %w", directory.ErrInvalid)
	}
	v, err := h.cfg.Moderation.CheckActor(ctx, ra.URI)
	if err == nil && !v.Allowed {
		err = fmt.Errorf("blocked (%s): %w", v.Reason, directory.ErrForbidden)
	}
	return ra, err
}

// spent reports whether the look has used up its time or bytes.
func (l *look) spent() bool {
	return l.h.now().Sub(l.start) > rehearsalTime || l.bytes > rehearsalBytes
}

// page reads one page of a collection and measures it.
func (l *look) page(ctx context.Context, rawURL string) (federation.Collection, error) {
	start := time.Now()
	col, _, err := l.h.page(ctx, l.row.Origin, rawURL, nil)
	l.asked++
	l.waited += time.Since(start)
	for _, item := range col.Items {
		l.bytes += len(item)
	}
	return col, err
}

// catalogue reads whole documents while the bounds allow it, and of the rest
// the stubs, which have the kind.
func (l *look) catalogue(ctx context.Context, ra store.RemoteActor) error {
	if col, err := l.page(ctx, ra.Catalog); err == nil {
		l.found.Preview.Total = max(0, col.TotalItems)
	}
	page := catalogPage(ra.Catalog, 0, "")
	for page != "" && !l.spent() && len(l.found.Facts) < maxRehearsed {
		col, err := l.page(ctx, page)
		if err != nil {
			return err
		}
		if err := l.items(ctx, col.Items); err != nil {
			return err
		}
		if page, err = following(l.row.Origin, page, col); err != nil {
			return err
		}
	}
	l.found.Preview.Complete = page == ""
	if page != "" {
		return l.stubs(ctx, ra.Catalog, cursor(page))
	}
	l.found.Preview.Total = len(l.found.Facts)
	return nil
}

// stubPage is the page of stubs after a cursor.
func stubPage(catalog string, after int64) string {
	sep := "?"
	if strings.Contains(catalog, "?") {
		sep = "&"
	}
	return catalog + sep + "after=" + strconv.FormatInt(after, 10) + "&limit=500"
}

// stubs counts what was not read whole by its kind.
func (l *look) stubs(ctx context.Context, catalog string, after int64) error {
	page := stubPage(catalog, after)
	for n := 0; page != "" && n < maxStubPages && l.h.now().Sub(l.start) < rehearsalTime+rehearsalTime/2; n++ {
		col, err := l.page(ctx, page)
		if err != nil {
			return err
		}
		for _, raw := range col.Items {
			m, err := federation.ParseObject(raw)
			if err != nil || m.Text("type") == "Tombstone" {
				continue
			}
			kind := m.Text("kind")
			if !directory.Kind(kind).Valid() {
				kind = "unknown"
			}
			l.unread[kind]++
		}
		if page, err = following(l.row.Origin, page, col); err != nil {
			return err
		}
	}
	return nil
}

// items reads a page of a catalogue.
func (l *look) items(ctx context.Context, items []json.RawMessage) error {
	for _, raw := range items {
		m, err := federation.ParseObject(raw)
		if err != nil {
			l.found.Preview.Unreadable++
			continue
		}
		id := m.Text("id")
		switch {
		case m.Text("type") == "Tombstone", l.seen[id]:
			continue
		case !peer.SameOrigin(id, l.row.Origin):
			l.found.Preview.Unreadable++
			continue
		case isStub(m):
			kind := m.Text("kind")
			if !directory.Kind(kind).Valid() {
				kind = "unknown"
			}
			l.unread[kind]++
			continue
		}
		l.seen[id] = true
		if err := l.document(ctx, raw); err != nil {
			return err
		}
	}
	return l.step(ctx)
}

// document reads one entry as the harvest would.
func (l *look) document(ctx context.Context, raw json.RawMessage) error {
	e, err := vocab.Entry(raw, l.row.Origin)
	switch {
	case errors.Is(err, directory.ErrForbidden):
		l.found.Preview.Unlisted++
		return nil
	case err != nil:
		l.found.Preview.Unreadable++
		return nil
	}
	e.Hash = proof.Hash(raw)
	return l.count(ctx, &e)
}

func (l *look) count(ctx context.Context, e *directory.Entry) error {
	p := &l.found.Preview
	f := fact{Entry: directory.RuleFacts(e)}
	old, err := l.h.cfg.Store.EntryByURI(ctx, e.URI)
	switch {
	case err == nil:
		f.Now = standing(&old)
		p.Here++
	case !errors.Is(err, directory.ErrNotFound) && !errors.Is(err, directory.ErrGone):
		return err
	}
	l.found.Facts = append(l.found.Facts, f)
	l.kinds[string(e.Kind)]++
	for _, t := range e.Themes {
		l.themes[t]++
	}
	if len(e.Themes) == 0 {
		p.WithoutTheme++
	}
	for _, lang := range directory.EntryLanguages(e) {
		l.languages[lang]++
	}
	if e.Place != nil && e.Place.Point != nil {
		p.WithPoint++
	} else {
		p.WithoutPoint++
	}
	if e.Licence == "" {
		p.NoLicence++
	}
	if len(l.byKind[e.Kind]) < sampleSize {
		l.byKind[e.Kind] = append(l.byKind[e.Kind], sampleItem(e))
	}
	return l.twins(ctx, e)
}

// twins compares the entry with ours.
func (l *look) twins(ctx context.Context, e *directory.Entry) error {
	if len(l.found.Facts) > maxRehearsedTwins {
		return nil
	}
	candidates, err := l.h.cfg.Store.TwinCandidates(ctx, e)
	if err != nil {
		return err
	}
	best := Pair{}
	for i := range candidates {
		score, reasons := directory.Twin(e, &candidates[i])
		if score >= directory.TwinScore && score > best.Score {
			best = Pair{Theirs: sampleItem(e), Ours: sampleItem(&candidates[i]), OursID: candidates[i].ID, Score: score, Reasons: reasons}
		}
	}
	if best.Score == 0 {
		return nil
	}
	l.found.Preview.Twins++
	if len(l.found.Preview.Pairs) < maxPairs {
		l.found.Preview.Pairs = append(l.found.Preview.Pairs, best)
	}
	return nil
}

// outbox reads what other software offers, as the harvest would.
func (l *look) outbox(ctx context.Context, ra store.RemoteActor) error {
	ids := []string{ra.URI}
	more, complete, err := l.outboxIDs(ctx, ra)
	if err != nil {
		return err
	}
	for _, id := range more {
		if peer.SameOrigin(id, l.row.Origin) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	l.found.Preview.Complete = complete
	l.found.Preview.Total = len(ids)
	for i, id := range ids {
		if l.spent() || i >= maxRehearsedSlow {
			l.found.Preview.Complete = false
			break
		}
		raw, err := l.fetch(ctx, id)
		if err != nil {
			if ctx.Err() != nil || !missing(err) {
				return err
			}
			if l.found.Preview.Total--; !errors.Is(err, directory.ErrGone) && !errors.Is(err, directory.ErrNotFound) {
				l.found.Preview.Unreadable++
			}
			continue
		}
		e, err := vocab.Entry(raw, l.row.Origin)
		if i == 0 && err != nil {
			l.found.Preview.Total-- // a Person, followed for its events
			continue
		}
		if err == nil {
			l.bytes += len(raw)
			e.Hash = proof.Hash(raw)
			err = l.count(ctx, &e)
		} else {
			err = l.document(ctx, raw)
		}
		if err == nil {
			err = l.step(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// missing reports whether an error is about one document and not about the
// server that has it.
func missing(err error) bool {
	for _, s := range []error{directory.ErrGone, directory.ErrNotFound, directory.ErrInvalid, directory.ErrForbidden} {
		if errors.Is(err, s) {
			return true
		}
	}
	return false
}

func (l *look) fetch(ctx context.Context, id string) (json.RawMessage, error) {
	done, err := l.h.pace.wait(ctx, id)
	if err != nil {
		return nil, err
	}
	defer done()
	start := time.Now()
	raw, err := l.h.cfg.Actors.Fetch(ctx, id)
	l.asked++
	l.waited += max(time.Since(start), spacing)
	return raw, err
}

// outboxIDs lists the objects of the newest pages of an outbox, and of what is
// to come.
func (l *look) outboxIDs(ctx context.Context, ra store.RemoteActor) (ids []string, complete bool, err error) {
	complete = true
	urls := []string{ra.Outbox}
	if act, err := federation.ParseActor(ra.Doc); err == nil {
		urls = append(urls, act.Upcoming)
	}
	for _, u := range urls {
		for n := 0; u != "" && len(ids) < 2*maxRehearsedSlow; n++ {
			if n == maxOutboxPages || l.spent() {
				complete = false
				break
			}
			col, err := l.page(ctx, u)
			if err != nil {
				return ids, false, err
			}
			if col.FirstPage != nil {
				col = *col.FirstPage
			}
			for _, raw := range col.Items {
				if id, _ := objectOf(raw); id != "" && !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
			if u = col.Next; len(col.Items) == 0 && u == "" {
				u = col.First
			}
		}
	}
	return ids, complete && len(ids) < 2*maxRehearsedSlow, nil
}

// step records the progress.
func (l *look) step(ctx context.Context) error {
	return l.h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.StepRehearsal(ctx, l.row.ID, len(l.found.Facts), max(l.found.Preview.Total, len(l.found.Facts)))
	})
}

// finish sums up and keeps the result.
func (l *look) finish(ctx context.Context) error {
	p := &l.found.Preview
	p.Read = len(l.found.Facts)
	p.Kinds, p.Themes, p.Languages, p.Unread = l.kinds.list(0), l.themes.list(0), l.languages.list(40), l.unread.list(0)
	unread := 0
	for _, n := range l.unread {
		unread += n
	}
	p.Total = max(p.Total, p.Read+unread)
	p.Complete = p.Complete && unread == 0
	for len(p.Sample) < sampleSize {
		before := len(p.Sample)
		for _, k := range directory.Kinds() {
			if items := l.byKind[k]; len(items) > 0 && len(p.Sample) < sampleSize {
				p.Sample, l.byKind[k] = append(p.Sample, items[0]), items[1:]
			}
		}
		if len(p.Sample) == before {
			break
		}
	}
	requests := p.Total
	if p.Catalog {
		requests = (p.Total + pageSize - 1) / pageSize
	}
	if l.asked > 0 {
		p.Backfill = time.Duration(requests) * max(spacing, l.waited/time.Duration(l.asked))
	}
	p.Took = l.h.now().Sub(l.start)
	doc, err := json.Marshal(l.found)
	if err != nil {
		return err
	}
	l.row.State, l.row.Read, l.row.Total, l.row.Doc = store.RehearsalDone, p.Read, p.Total, doc
	return l.h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutRehearsal(ctx, l.row) })
}
