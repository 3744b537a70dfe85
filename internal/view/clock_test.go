package view_test

import (
	"fmt"
	"net/url"
	"slices"
	"testing"

	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/view"
)

// viewOf writes entries and reads them into a view.
func viewOf(t *testing.T, st *store.Store, es ...*directory.Entry) *view.View {
	t.Helper()
	for i, e := range es {
		e.ID, e.Status = fmt.Sprintf("00000000-0000-7000-8000-%012d", i+1), directory.StatusPublished
		if e.URI == "" {
			e.URI = "https://b.example/entries/" + e.ID
		}
	}
	if err := st.Write(t.Context(), func(tx *store.Tx) error { return tx.PutEntries(t.Context(), es, store.PutOptions{Public: true}) }); err != nil {
		t.Fatal(err)
	}
	v := view.New(view.Config{Store: st})
	if err := v.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return v
}

// everyAnswer is what a selection has, by name, as the database, the register, the map
// and the chronology say; the test fails when they do not agree.
func everyAnswer(t *testing.T, st *store.Store, v *view.View, query string) []string {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	sel, err := directory.ParseSelection(values)
	if err != nil {
		t.Fatal(err)
	}
	nums, err := st.EntryNums(t.Context(), store.EntryFilter{Selection: sel})
	if err != nil {
		t.Fatal(err)
	}
	set, err := v.Set(t.Context(), sel)
	if err != nil {
		t.Fatal(err)
	}
	f, err := v.Filter(t.Context(), sel)
	if err != nil {
		t.Fatal(err)
	}
	var placed []int64
	for _, h := range v.Atlas().Within(world, f, 100) {
		placed = append(placed, h.Num)
	}
	slices.Sort(placed)
	cf := chronicle.Filter(f)
	drawn, _ := v.Chronicle().Latest(chronicle.Span{From: directory.MinUnix, To: directory.MaxUnix}, cf, nil, 100)
	slices.Sort(drawn)
	for name, got := range map[string][]int64{"register": set.Nums(), "map": placed, "chronology": drawn} {
		if !slices.Equal(got, nums) {
			t.Errorf("%s: the %s has %v, the database %v", query, name, got, nums)
		}
	}
	var names []string
	for _, n := range nums {
		names = append(names, v.Labels([]int64{n})[n].Name)
	}
	return names
}

// TestDaysAreThoseOfThePlace: an evening belongs to its day where it takes place, on
// the map, in lists, in exports and in the drawing, on both engines, whatever UTC says.
func TestDaysAreThoseOfThePlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		event := func(name, start, zone string) *directory.Entry {
			return &directory.Entry{Kind: directory.KindEvent, Name: directory.LangText{"fr": name}, Period: &directory.Period{Start: start, Timezone: zone},
				Place: &directory.Place{Point: &directory.Point{Lat: 48, Lon: 2}}}
		}
		v := viewOf(t, st,
			event("Jour", "2030-06-06", ""),
			event("Aube à Paris", "2030-06-06T22:30:00Z", "Europe/Paris"),  // 00:30 on the 7th
			event("Soirée à Lima", "2030-06-07T01:00:00Z", "America/Lima"), // 20:00 on the 6th
			event("Minuit à Delhi", "2030-06-07T00:00:00+05:30", ""),       // 18:30 on the 6th in UTC
			event("Midi", "2030-06-07T12:00:00Z", "UTC"),
		)
		for query, want := range map[string][]string{
			"from=2030-06-06&to=2030-06-06":             {"Jour", "Soirée à Lima"},
			"from=2030-06-07&to=2030-06-07":             {"Aube à Paris", "Minuit à Delhi", "Midi"},
			"from=2030-06-07":                           {"Aube à Paris", "Minuit à Delhi", "Midi"},
			"to=2030-06-06":                             {"Jour", "Soirée à Lima"},
			"from=2030-06-06T20:00&to=2030-06-07T00:15": {"Jour", "Soirée à Lima", "Minuit à Delhi"},
			"from=2030":                                 {"Jour", "Aube à Paris", "Soirée à Lima", "Minuit à Delhi", "Midi"},
			"from=2030-06-08":                           nil,
		} {
			if got := everyAnswer(t, st, v, query); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
	})
}

// TestMembers: those who say that they are a member or a part of an entry are a
// selection, by its id, its handle or its address, and what changes is followed.
func TestMembers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		const eco = "https://b.example/entries/eco"
		made := func(name string, relations ...directory.Relation) *directory.Entry {
			return &directory.Entry{Kind: directory.KindCommons, Name: directory.LangText{"fr": name}, Relations: relations, Period: &directory.Period{Start: "2001"},
				Place: &directory.Place{Point: &directory.Point{Lat: 48, Lon: 2}}}
		}
		valley := made("Vallée")
		valley.Kind, valley.URI, valley.Handle = directory.KindEcosystem, eco, "vallee"
		part := directory.Relation{Type: directory.RelPartOf, Object: eco}
		late := made("Pré")
		v := viewOf(t, st, valley, made("Moulin", part), made("Lavoir", directory.Relation{Type: directory.RelMemberOf, Object: eco}),
			made("Voisin", directory.Relation{Type: directory.RelPartnerOf, Object: eco}), made("Autre", directory.Relation{Type: directory.RelPartOf, Object: eco + "2"}), late)
		named := []string{"member=" + valley.ID, "member=vallee", "member=%40vallee", "member=" + url.QueryEscape(eco)}
		for _, query := range named {
			if got, want := everyAnswer(t, st, v, query), []string{"Moulin", "Lavoir"}; !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
		for query, want := range map[string][]string{"member=nobody": nil, "member=vallee&q=moulin": {"Moulin"}, "member=vallee&kind=event": nil} {
			if got := everyAnswer(t, st, v, query); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
		late.Relations = []directory.Relation{part}
		if err := st.Write(t.Context(), func(tx *store.Tx) error {
			return tx.PutEntries(t.Context(), []*directory.Entry{late}, store.PutOptions{Public: true})
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, query := range named {
			if got, want := everyAnswer(t, st, v, query), []string{"Moulin", "Lavoir", "Pré"}; !slices.Equal(got, want) {
				t.Errorf("%s after a change: %q, want %q", query, got, want)
			}
		}
	})
}
