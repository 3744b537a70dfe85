package store_test

import (
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"github.com/google/go-cmp/cmp"
)

// TestChronicleColumns: what the chronology draws of an entry is written with it, and
// for the entries that were there before; a series is found by its words.
func TestChronicleColumns(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			url := storetest.URL(t, engine)
			s := storetest.OpenURL(t, url, store.Options{})
			fair := entry("Foire", func(e *directory.Entry) {
				e.Kind, e.Period, e.Event = directory.KindEvent, &directory.Period{Start: "2009~"}, &directory.Event{Series: "Foire  des Haies"}
				e.Place = at(50.8, 4.3)
				e.Place.Country = "BE"
			})
			concept := entry("Communs", func(e *directory.Entry) {
				e.Kind, e.Concept = directory.KindConcept, &directory.Concept{FirstUse: "19XX"}
			})
			put(t, s, fair, concept)
			type row struct {
				Precision, Series, Country string
				Approximate                bool
			}
			want := map[string]row{"Foire": {"year", "foire-des-haies", "BE", true}, "Communs": {"century", "", "", false}}
			read := func(when string) {
				t.Helper()
				got := map[string]row{}
				err := s.ScanIndex(ctx, func(x store.IndexRow) error {
					got[x.Name] = row{x.DateForm.Start().String(), x.Series, x.Country, x.DateForm.ApproximateStart()}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: %s", when, diff)
				}
			}
			read("written")
			if _, err := rawDB(t, engine, url).ExecContext(ctx, "UPDATE entry SET date_form = 0, series = '', country = ''"); err != nil {
				t.Fatal(err)
			}
			if err := store.FillChronicle(ctx, s); err != nil {
				t.Fatal(err)
			}
			read("filled in")
			for slug, n := range map[string]int{"foire-des-haies": 1, "foire": 0} {
				es, err := s.Entries(ctx, store.EntryFilter{Selection: directory.Selection{Series: slug}})
				if err != nil || len(es) != n {
					t.Errorf("series %s: %d entries, %v", slug, len(es), err)
				}
			}
		})
	}
}
