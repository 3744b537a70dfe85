package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"github.com/google/go-cmp/cmp"
)

func at(lat, lon float64) *directory.Place {
	return &directory.Place{Point: &directory.Point{Lat: lat, Lon: lon}}
}

// sample is one entry for each filter to find or to miss.
func sample() []*directory.Entry {
	return []*directory.Entry{
		entry("Élan", func(e *directory.Entry) {
			e.Themes, e.Tags, e.Licence = []string{"eau"}, []string{"Été", "lac"}, "ODbL-1.0"
			e.Place, e.Owner, e.OwnerURI = at(48, -2), "org", base+"/entries/org"
		}),
		entry("Bocage", func(e *directory.Entry) {
			e.Themes, e.Place = []string{"nature"}, at(10, 179.5)
			e.LastConfirmed, e.Updated = t0.AddDate(0, -11, 0), t0.Add(time.Hour)
		}),
		entry("Forum", func(e *directory.Entry) {
			e.Kind, e.Period = directory.KindEvent, &directory.Period{Start: "2011-03", End: "2011-04-02"}
			e.Place = at(-10, -179.5)
		}),
		entry("Charte", func(e *directory.Entry) {
			e.Kind, e.Period = directory.KindText, &directory.Period{Start: "1217"}
			e.LastConfirmed = t0.AddDate(0, -13, 0)
		}),
		entry("Lointain", func(e *directory.Entry) { e.Origin, e.Themes = "https://far.example", []string{"jardin"} }),
		entry("Commun négatif", func(e *directory.Entry) {
			e.Kind, e.Concept = directory.KindConcept, &directory.Concept{FirstUse: "2017", AltLabels: []string{"Œuvre close"}}
		}),
		entry("Archivé", func(e *directory.Entry) { e.Status, e.Place = directory.StatusArchived, at(0, 180) }),
		entry("Caché brouillon", func(e *directory.Entry) {
			e.Status, e.Themes, e.Tags = directory.StatusDraft, []string{"eau"}, []string{"lac"}
			e.Place, e.Period = at(48, -2), &directory.Period{Start: "2011"}
		}),
		entry("Caché proposé", func(e *directory.Entry) { e.Status = directory.StatusProposed }),
	}
}

func TestEntryFilters(t *testing.T) {
	const all = "Élan Bocage Forum Charte Lointain Commun négatif Archivé"
	sel := func(s directory.Selection) store.EntryFilter { return store.EntryFilter{Selection: s} }
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			s := storetest.OpenClock(t, engine, func() time.Time { return t0 })
			es := sample()
			put(t, s, es...)
			for _, tt := range []struct {
				name string
				f    store.EntryFilter
				want string
			}{
				{"all", store.EntryFilter{}, all},
				{"kinds", sel(directory.Selection{Kinds: []directory.Kind{directory.KindEvent, directory.KindText}}), "Forum Charte"},
				{"theme", sel(directory.Selection{Themes: []string{"eau"}}), "Élan"},
				{"root with children", sel(directory.Selection{Themes: []string{"nature"}}), "Élan Bocage"},
				{"two themes", sel(directory.Selection{Themes: []string{"nature", "nourrir"}}), "Élan Bocage Lointain"},
				{"tag folded", sel(directory.Selection{Tags: []string{"ete"}}), "Élan"},
				{"tag with accent", sel(directory.Selection{Tags: []string{"ÉTÉ", "none"}}), "Élan"},
				{"no such tag", sel(directory.Selection{Tags: []string{"x"}}), ""},
				{"bbox", sel(directory.Selection{BBox: &directory.BBox{West: -5, South: 40, East: 5, North: 50}}), "Élan"},
				{"bbox over the antimeridian", sel(directory.Selection{BBox: &directory.BBox{West: 179, South: -20, East: -179, North: 20}}), "Bocage Forum Archivé"},
				{"period overlaps", sel(directory.Selection{From: "2011-04", To: "2012"}), "Forum"},
				{"period ends before", sel(directory.Selection{From: "2011-04-03"}), "Commun négatif"},
				{"period from only", sel(directory.Selection{From: "2000"}), "Forum Commun négatif"},
				{"period to only", sel(directory.Selection{To: "1300"}), "Charte"},
				{"origin", sel(directory.Selection{Origin: "https://far.example"}), "Lointain"},
				{"local origin", sel(directory.Selection{Origin: directory.OriginLocal, Themes: []string{"jardin"}}), ""},
				{"local only", store.EntryFilter{LocalOnly: true, Selection: directory.Selection{Origin: "https://far.example"}}, ""},
				{"licence", sel(directory.Selection{Licence: "ODbL-1.0"}), "Élan"},
				{"fresh", sel(directory.Selection{FreshMonths: 12}), "Bocage"},
				{"fresh longer", sel(directory.Selection{FreshMonths: 14}), "Bocage Charte"},
				{"query", sel(directory.Selection{Query: "elan"}), "Élan"},
				{"query of an alternative label", sel(directory.Selection{Query: "OEUVRE CLO"}), "Commun négatif"},
				{"query and kind", sel(directory.Selection{Query: "elan", Kinds: []directory.Kind{directory.KindText}}), ""},
				{"query without words", sel(directory.Selection{Query: "?!"}), ""},
				{"owner", store.EntryFilter{Owner: "org"}, "Élan"},
				{"owner uri", store.EntryFilter{OwnerURI: base + "/entries/org"}, "Élan"},
				{"since", store.EntryFilter{Since: t0.Add(time.Minute)}, "Bocage"},
				{"nums", store.EntryFilter{Nums: []int64{1, 3, 8}}, "Élan Forum"},
				{"no nums", store.EntryFilter{Nums: []int64{}}, ""},
				{"drafts on demand", store.EntryFilter{Statuses: []directory.Status{directory.StatusDraft}}, "Caché brouillon"},
				{"drafts by name", store.EntryFilter{Statuses: []directory.Status{directory.StatusDraft, directory.StatusProposed},
					Selection: directory.Selection{Query: "PROPOSE"}}, "Caché proposé"},
				{"drafts by wildcard", store.EntryFilter{Statuses: []directory.Status{directory.StatusDraft},
					Selection: directory.Selection{Query: "%"}}, ""},
			} {
				got, err := s.Entries(t.Context(), tt.f)
				if err != nil {
					t.Errorf("%s: %v", tt.name, err)
					continue
				}
				if s := strings.Join(names(got), " "); s != tt.want {
					t.Errorf("%s: %q, want %q", tt.name, s, tt.want)
				}
				if n, err := s.CountEntries(t.Context(), tt.f); err != nil || n != len(got) {
					t.Errorf("%s: count %d, %v, want %d", tt.name, n, err, len(got))
				}
				nums, err := s.EntryNums(t.Context(), tt.f)
				if err != nil || len(nums) != len(got) {
					t.Errorf("%s: numbers %v, %v, want %d", tt.name, nums, err, len(got))
				}
			}
			if _, err := s.Entries(t.Context(), sel(directory.Selection{From: "2011", To: "1990"})); !errors.Is(err, directory.ErrInvalid) {
				t.Errorf("upside down period: %v, want ErrInvalid", err)
			}
		})
	}
}

func TestPagingIsCompleteInEveryOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const n = 57
		var es []*directory.Entry
		for i := range n {
			es = append(es, entry(fmt.Sprintf("Nom %02d", (i*7)%10), func(e *directory.Entry) { // names and times repeat
				e.Updated = t0.Add(time.Duration(i%5) * time.Minute)
			}))
		}
		put(t, s, es...)
		for order, less := range map[store.Order]func(a, b directory.Entry) bool{
			store.ByNum: func(a, b directory.Entry) bool { return a.Num < b.Num },
			store.BySeq: func(a, b directory.Entry) bool { return a.Seq < b.Seq },
			store.ByName: func(a, b directory.Entry) bool {
				x, y := a.Name["fr"], b.Name["fr"]
				return x < y || x == y && a.Num < b.Num
			},
			store.ByRecent: func(a, b directory.Entry) bool {
				return a.Updated.After(b.Updated) || a.Updated.Equal(b.Updated) && a.Num > b.Num
			},
		} {
			f := store.EntryFilter{Order: order, Limit: 10}
			var all []directory.Entry
			for {
				page, err := s.Entries(t.Context(), f)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				all = append(all, page...)
				f = f.After(page[len(page)-1])
			}
			if len(all) != n {
				t.Errorf("order %d: %d entries over all pages, want %d", order, len(all), n)
			}
			for i := 1; i < len(all); i++ {
				if !less(all[i-1], all[i]) {
					t.Errorf("order %d: entry %d is not after entry %d", order, i, i-1)
				}
			}
		}
		if _, err := s.Entries(t.Context(), store.EntryFilter{Order: store.ByRecent, AfterNum: 1, AfterKey: "x"}); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("bad cursor: %v, want ErrInvalid", err)
		}
	})
}

func TestNamesSortByTheirFoldedForm(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, n := range []string{"zoo", "Étang", "eau", "Œuvre", "_x", "abeille", "ete-1", "Été 2"} {
			put(t, s, entry(n))
		}
		got, err := s.Entries(t.Context(), store.EntryFilter{Order: store.ByName})
		if d := cmp.Diff([]string{"_x", "abeille", "eau", "Étang", "Été 2", "ete-1", "Œuvre", "zoo"}, names(got)); d != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, d)
		}
	})
}

func TestSearch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		es := []*directory.Entry{
			entry("Jardin partagé de l’Œuvre", func(e *directory.Entry) { e.Tags = []string{"compost"} }),
			entry("Jardinerie", func(e *directory.Entry) { e.Summary = directory.LangText{"en": "Seeds for all"} }),
			entry("Forge", func(e *directory.Entry) { e.Place = &directory.Place{Locality: "Saint-Étienne", Region: "Loire"} }),
			entry("Élan AND OR NOT NEAR", func(e *directory.Entry) { e.Handle = "elan-42" }),
		}
		put(t, s, es...)
		for q, want := range map[string][]int{
			"jardin": {0, 1}, "JARDIN PARTAGE": {0}, "partage jardi": {0}, "jardin part": {0}, "jard partage": nil,
			"oeuvre": {0}, "œuv": {0}, "l'œuvre": {0}, "compost": {0}, "seeds": {1}, "st etienne": nil, "saint etienne": {2},
			"Saint-Étienne": {2}, "loire forge": {2}, "e": {3, 2}, "elan": {3}, "and": {3}, "or not": {3}, "near": {3}, "42": {3},
			"": nil, "   ": nil, "\"": nil, "(": nil, "*": nil, "jardin*": {0, 1}, `"jardin" OR`: nil, "words:jardin": nil,
			"jardin -partage": {0}, "^jardin": {0, 1}, "jardin)": {0, 1}, "a\x00b": nil, "\xff": nil, "':*": nil, "é\u0301": {3, 2},
		} {
			got, err := s.SearchNums(t.Context(), q, 0)
			if err != nil {
				t.Errorf("%q: %v", q, err)
				continue
			}
			var wantNums []int64
			for _, i := range want {
				wantNums = append(wantNums, es[i].Num)
			}
			slices.Sort(wantNums)
			if !slices.Equal(got, wantNums) {
				t.Errorf("%q finds %v, want %v", q, got, wantNums)
			}
		}
		if got, err := s.SearchNums(t.Context(), "jardin", 1); err != nil || !slices.Equal(got, []int64{es[0].Num}) {
			t.Errorf("limited search = %v, %v", got, err)
		}
	})
}

func TestSearchFollowsTheStatus(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		e := entry("Passage", func(e *directory.Entry) { e.Status = directory.StatusDraft })
		for _, step := range []struct {
			status directory.Status
			want   int
		}{
			{directory.StatusDraft, 0}, {directory.StatusProposed, 0}, {directory.StatusPublished, 1},
			{directory.StatusArchived, 1}, {directory.StatusDraft, 0}, {directory.StatusPublished, 1},
		} {
			e.Status = step.status
			put(t, s, e)
			if nums, err := s.SearchNums(t.Context(), "passage", 0); err != nil || len(nums) != step.want {
				t.Errorf("as %s it is found %v, %v, want %d", step.status, nums, err, step.want)
			}
		}
	})
}

// TestNothingPrivateLeaks looks at everything that feeds public surfaces.
func TestNothingPrivateLeaks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		const secret = "secretword"
		point := directory.Point{Lat: 47.123456, Lon: -2.654321}
		place := func(p directory.Precision) func(*directory.Entry) {
			return func(e *directory.Entry) {
				e.Place = &directory.Place{Name: secret, Street: secret, Locality: "Rennes", Precision: p, Point: &point}
				e.Contact = &directory.Contact{Name: secret, Email: secret + "@b.example", Phone: secret}
			}
		}
		hidden, approx := entry("Refuge", place(directory.PrecisionHidden)), entry("Abri", place(directory.PrecisionApproximate))
		draft := entry("Brouillon "+secret, func(e *directory.Entry) {
			e.Status = directory.StatusDraft
			e.Relations = []directory.Relation{{ID: "r1", Type: directory.RelCites, Object: hidden.URI, Note: secret}}
		})
		proposed := entry("Proposé "+secret, func(e *directory.Entry) { e.Status = directory.StatusProposed })
		put(t, s, hidden, approx, draft, proposed)

		for _, e := range []*directory.Entry{draft, proposed} {
			if e.Seq != 0 {
				t.Errorf("%s has a seq, %d", e.Status, e.Seq)
			}
		}
		rows := map[string]store.IndexRow{}
		if err := s.ScanIndex(ctx, func(x store.IndexRow) error { rows[x.ID] = x; return nil }); err != nil {
			t.Fatal(err)
		}
		changes, err := s.ChangesSince(ctx, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != 2 || len(changes) != 2 {
			t.Errorf("%d rows and %d changes, want 2: the public ones", len(rows), len(changes))
		}
		if x := rows[hidden.ID]; x.HasPoint || x.Lat != 0 || x.Lon != 0 {
			t.Errorf("a hidden place has a point in the index: %+v", x)
		}
		if x := rows[approx.ID]; !x.HasPoint || x.Lat == point.Lat || x.Lon == point.Lon {
			t.Errorf("an approximate place is exact in the index: %+v", x)
		}
		if strings.Contains(fmt.Sprint(rows, changes), secret) {
			t.Errorf("the index says %s", secret)
		}
		exact := &directory.BBox{West: point.Lon - 1e-4, South: point.Lat - 1e-4, East: point.Lon + 1e-4, North: point.Lat + 1e-4}
		for name, sel := range map[string]directory.Selection{
			"words": {Query: secret}, "e-mail": {Query: secret + "@b.example"}, "exact point": {BBox: exact},
		} {
			if got, err := s.Entries(ctx, store.EntryFilter{Selection: sel}); err != nil || len(got) != 0 {
				t.Errorf("by %s it finds %v, %v", name, names(got), err)
			}
		}
		byNum, err := s.EntriesByNum(ctx, []int64{hidden.Num, draft.Num, proposed.Num})
		if err != nil || !slices.Equal(names(byNum), []string{"Refuge"}) {
			t.Errorf("EntriesByNum = %v, %v, want the public one", names(byNum), err)
		}
		if rels, err := s.RelationsTo(ctx, hidden.URI); err != nil || len(rels) != 0 {
			t.Errorf("a draft's relation shows: %v, %v", rels, err)
		}
		if _, err := s.Relation(ctx, "r1"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("a draft's relation can be read: %v", err)
		}
		if cat, err := s.Catalog(ctx, "", 0, 0); err != nil || len(cat) != 2 {
			t.Errorf("the catalog has %d rows, %v, want 2", len(cat), err)
		}
		// Unpublished, an entry leaves a nameless mark; never published, none.
		hidden.Status = directory.StatusDraft
		draft.Name = directory.LangText{"fr": "Toujours brouillon"}
		put(t, s, hidden, draft)
		last := changes[len(changes)-1].Seq
		changes, err = s.ChangesSince(ctx, last, 0)
		if err != nil || len(changes) != 1 || changes[0].ID != hidden.ID || !changes[0].Gone || changes[0].Name != "" {
			t.Errorf("after unpublishing: %+v, %v", changes, err)
		}
	})
}

func TestCatalogAndIndex(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		es := sample()
		es[0].Hash, es[0].Handle = "sha256-x", "elan"
		put(t, s, es...)
		cat, err := s.Catalog(ctx, "", 0, 3)
		if err != nil || len(cat) != 3 {
			t.Fatalf("Catalog = %v, %v", cat, err)
		}
		if d := cmp.Diff(store.CatalogRow{Seq: 1, ID: es[0].ID, URI: es[0].URI, Kind: es[0].Kind, Handle: "elan", Updated: t0, Hash: "sha256-x"}, cat[0]); d != "" {
			t.Errorf("row (-want +got):\n%s", d)
		}
		rest, err := s.Catalog(ctx, "", cat[2].Seq, 0)
		if err != nil || len(rest) != 3 { // six local public entries
			t.Errorf("the rest of the catalog has %d rows, %v, want 3", len(rest), err)
		}
		own, err := s.Catalog(ctx, base+"/entries/org", 0, 0)
		if err != nil || len(own) != 1 || own[0].ID != es[0].ID {
			t.Errorf("the organisation's catalog = %v, %v", own, err)
		}
		if n, err := s.CountCatalog(ctx, ""); err != nil || n != 6 {
			t.Errorf("CountCatalog = %d, %v, want 6", n, err)
		}
		counts, err := s.OriginCounts(ctx)
		if d := cmp.Diff([]store.OriginCount{{Entries: 6, Updated: t0.Add(time.Hour)}, {Origin: "https://far.example", Entries: 1, Updated: t0}}, counts); d != "" || err != nil {
			t.Errorf("OriginCounts: %v (-want +got):\n%s", err, d)
		}
		kinds, err := s.KindCounts(ctx)
		if err != nil || kinds[directory.KindCommons] != 4 || kinds[directory.KindEvent] != 1 {
			t.Errorf("KindCounts = %v, %v", kinds, err)
		}
		var rows []store.IndexRow
		if err := s.ScanIndex(ctx, func(x store.IndexRow) error { rows = append(rows, x); return nil }); err != nil {
			t.Fatal(err)
		}
		x := rows[5] // the concept: its first use dates it
		if from, to, _ := (&directory.Period{Start: "2017"}).Interval(); !x.HasDate || x.From != from || x.To != to {
			t.Errorf("the concept's interval is [%d, %d), %v", x.From, x.To, x.HasDate)
		}
		if x := rows[0]; x.ThemeMask != directory.ThemeMask([]string{"eau"}) || x.Theme != 0 || rows[2].Theme != -1 {
			t.Errorf("themes in the index: %+v", x)
		}
	})
}

func FuzzSearchQuery(f *testing.F) {
	for _, q := range []string{"jardin", `"a" OR b*`, "NEAR(a b)", "a:b", "-x", "'; DROP TABLE entry", "\x00", "é œ", "a & !b | (c)", "∀ ٣ क्षि"} {
		f.Add(q)
	}
	stores := map[string]*store.Store{}
	for _, engine := range storetest.Engines {
		stores[engine] = storetest.Open(f, engine)
		put(f, stores[engine], entry("Jardin partagé de l’Œuvre"), entry("a b c क्षि"))
	}
	f.Fuzz(func(t *testing.T, q string) {
		var first []int64
		for i, engine := range storetest.Engines {
			got, err := stores[engine].SearchNums(context.Background(), q, 0)
			if err != nil {
				t.Fatalf("%s: %q: %v", engine, q, err)
			}
			if i == 0 {
				first = got
			} else if !slices.Equal(first, got) {
				t.Fatalf("%q: the engines disagree: %v, %v", q, first, got)
			}
		}
	})
}
