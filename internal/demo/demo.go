package demo

import (
	"context"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store"
)

//go:embed data/*.csv data/tour.json
var data embed.FS

// Progress hears how many of the entries are done; it may be nil.
type Progress func(done, total int)

// Counts says what Load did.
type Counts struct {
	// Organisation is the ID of the publishing organisation.
	Organisation string
	// Events, Texts, Relations, Concepts and Places are what the demonstration holds.
	Events, Texts, Relations, Concepts, Places int
	// Created, Updated, Unchanged and Rejected count entries of this call, of Total.
	Created, Updated, Unchanged, Rejected, Total int
}

// orgHandle and orgKey name the organisation that publishes the demonstration.
const orgHandle = "demonstration"

// loader is one call of Load.
type loader struct {
	ctx      context.Context
	led      *ledger.Ledger
	st       *store.Store
	who      directory.Who
	progress Progress
	org      directory.Entry
	counts   Counts
	done     int
	// uris are the ActivityPub ids of entries by source key.
	uris map[string]string
}

// Load publishes the demonstration directory as one organisation. A second call
// changes nothing; one that was interrupted is completed by the next.
func Load(ctx context.Context, led *ledger.Ledger, st *store.Store, progress Progress) (Counts, error) {
	l := &loader{ctx: ctx, led: led, st: st, progress: progress, uris: map[string]string{},
		who: directory.Who{System: true, Name: "demo"}}
	if l.progress == nil {
		l.progress = func(int, int) {}
	}
	events, err := table("events.csv")
	if err != nil {
		return l.counts, err
	}
	texts, err := table("texts.csv")
	if err != nil {
		return l.counts, err
	}
	relations, err := table("texts_relations.csv")
	if err != nil {
		return l.counts, err
	}
	concepts, err := table("concepts.csv")
	if err != nil {
		return l.counts, err
	}
	places, err := table("places.csv")
	if err != nil {
		return l.counts, err
	}
	if err := l.organisation(); err != nil {
		return l.counts, err
	}
	var unlinked, plain []directory.Entry
	for _, r := range texts {
		unlinked = append(unlinked, l.text(r))
	}
	for _, r := range concepts {
		if r["term_fr"] != leftOut {
			unlinked = append(unlinked, l.concept(r))
		}
	}
	for _, r := range events {
		plain = append(plain, l.event(r))
	}
	for _, r := range places {
		if neighbours[r["country"]] {
			plain = append(plain, l.place(r))
		}
	}
	l.counts.Total = len(unlinked) + len(plain)
	l.count(unlinked, plain)
	if err := l.upsert(plain); err != nil {
		return l.counts, err
	}
	if err := l.linked(unlinked, plain, relations, concepts); err != nil {
		return l.counts, err
	}
	return l.counts, l.tour()
}

// leftOut is a concept whose sources are not good enough to show.
const leftOut = "communs latéraux"

// neighbours are France and the countries around it.
var neighbours = map[string]bool{
	"FR": true, "BE": true, "LU": true, "DE": true, "CH": true, "IT": true, "ES": true, "MC": true, "AD": true, "GB": true, "NL": true,
}

// row is one row of a table, by column.
type row map[string]string

// table reads an embedded file; where it has a column "verified", only the rows that say yes.
func table(name string) ([]row, error) {
	f, err := data.Open("data/" + name)
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	defer func() { _ = f.Close() }() // embedded
	recs, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("demo: %s: %w", name, err)
	}
	recs[0][0] = strings.TrimPrefix(recs[0][0], "\ufeff")
	var rows []row
	for _, rec := range recs[1:] {
		r := make(row, len(rec))
		for i, v := range rec {
			r[recs[0][i]] = strings.TrimSpace(v)
		}
		if v, ok := r["verified"]; !ok || v == "yes" {
			rows = append(rows, r)
		}
	}
	return rows, nil
}

// organisation finds or makes the publisher.
func (l *loader) organisation() error {
	e, err := l.st.EntryByHandle(l.ctx, orgHandle)
	if errors.Is(err, directory.ErrNotFound) {
		e, err = l.led.CreateOrganisation(l.ctx, l.who, publisher())
	}
	if err != nil {
		return fmt.Errorf("demo: organisation: %w", err)
	}
	l.org = e
	l.counts.Organisation = e.ID
	return nil
}

func (l *loader) count(lists ...[]directory.Entry) {
	for _, es := range lists {
		for _, e := range es {
			switch e.Kind {
			case directory.KindEvent:
				l.counts.Events++
			case directory.KindText:
				l.counts.Texts++
			case directory.KindConcept:
				l.counts.Concepts++
			default:
				l.counts.Places++
			}
		}
	}
}

// linked writes entries that refer to one another, and to the others, which are
// there already. Those that are new are written without their relations first:
// only then have they an address.
func (l *loader) linked(es, others []directory.Entry, relations, concepts []row) error {
	for _, list := range [][]directory.Entry{es, others} {
		if err := l.addresses(list); err != nil {
			return err
		}
	}
	var fresh []directory.Entry
	for _, e := range es {
		if l.uris[e.SourceKey] == "" {
			fresh = append(fresh, e)
		}
	}
	if len(fresh) > 0 {
		if _, err := l.led.Upsert(l.ctx, l.who, fresh, ledger.UpsertOptions{}); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		if err := l.addresses(es); err != nil {
			return err
		}
	}
	l.relate(es, others, relations, concepts)
	isNew := map[string]bool{}
	for _, e := range fresh {
		isNew[e.SourceKey] = true
	}
	return l.upsertKnowing(es, isNew)
}

// addresses looks up the ActivityPub ids of the entries that exist.
func (l *loader) addresses(es []directory.Entry) error {
	keys := make([]string, len(es))
	for i, e := range es {
		keys[i] = e.SourceKey
	}
	found, err := l.st.EntriesBySourceKey(l.ctx, l.org.ID, keys)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	for _, e := range found {
		l.uris[e.SourceKey] = e.URI
	}
	return nil
}

func (l *loader) upsert(es []directory.Entry) error { return l.upsertKnowing(es, nil) }

// upsertKnowing writes entries and counts; those of isNew were created by this call.
func (l *loader) upsertKnowing(es []directory.Entry, isNew map[string]bool) error {
	base := l.done
	res, err := l.led.Upsert(l.ctx, l.who, es, ledger.UpsertOptions{
		Progress: func(done, _ int) { l.progress(base+done, l.counts.Total) },
	})
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	l.done += len(es)
	var bad error
	for i, r := range res {
		switch {
		case r.Outcome == ledger.Rejected:
			l.counts.Rejected++
			bad = errors.Join(bad, fmt.Errorf("%s: %w", es[i].SourceKey, r.Err))
		case isNew[es[i].SourceKey] || r.Outcome == ledger.Created:
			l.counts.Created++
		case r.Outcome == ledger.Updated:
			l.counts.Updated++
		default:
			l.counts.Unchanged++
		}
	}
	if bad != nil {
		return fmt.Errorf("demo: %w", bad)
	}
	return nil
}
