package view_test

import (
	"context"
	"fmt"
	"net/url"
	"testing"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/view"
)

// TestCountsAreTheDatabases: what is counted in memory is what the database
// counts, of entries on the map and of others, loaded or followed.
func TestCountsAreTheDatabases(t *testing.T) {
	st := storetest.Open(t, "sqlite")
	ctx := t.Context()
	l := newLedger(st)
	org, err := l.CreateOrganisation(ctx, system, directory.Entry{Name: directory.LangText{"fr": "Coop"}, Status: directory.StatusPublished})
	if err != nil {
		t.Fatal(err)
	}
	followed := view.New(view.Config{Store: st})
	if err := followed.Load(ctx); err != nil {
		t.Fatal(err)
	}
	kinds, themes := []directory.Kind{directory.KindCommons, directory.KindEvent, directory.KindText}, []string{"eau", "jardin", "logiciel"}
	var last directory.Entry
	for i := range 24 {
		e := directory.Entry{Kind: kinds[i%3], Owner: org.ID, Status: directory.StatusPublished, Licence: "ODbL-1.0",
			Name: directory.LangText{"fr": fmt.Sprintf("Fiche %d mot%d", i, i%4)}, Period: &directory.Period{Start: fmt.Sprint(1990 + i)}}
		if e.Kind != directory.KindText && i%4 != 0 {
			e.Place = &directory.Place{Locality: "Rennes", Country: "FR", Point: &directory.Point{Lat: 44 + float64(i)/8, Lon: -1.6}}
		}
		if i%5 != 0 {
			e.Themes, e.Tags = themes[i%3:i%3+1], []string{fmt.Sprint("tag", i%2)}
		}
		if last, err = l.Create(ctx, system, e); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Delete(ctx, system, last.ID, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := followed.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	loaded := view.New(view.Config{Store: st})
	if err := loaded.Load(ctx); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"", "kind=text", "theme=eau", "theme=nature&kind=commons,event", "from=1995&to=2003", "tag=tag1", "q=mot2", "q=mo&theme=jardin",
		"bbox=-2,45,0,46", "bbox=-2,45,0,46&theme=eau", "licence=ODbL-1.0", "origin=local", "q=absent"} {
		checkCounts(ctx, t, st, map[string]*view.View{"loaded": loaded, "followed": followed}, query)
	}
}

func checkCounts(ctx context.Context, t *testing.T, st *store.Store, views map[string]*view.View, query string) {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	sel, err := directory.ParseSelection(values)
	if err != nil {
		t.Fatal(err)
	}
	want, err := st.CountEntries(ctx, store.EntryFilter{Selection: sel})
	if err != nil {
		t.Fatal(err)
	}
	box := (*atlas.BBox)(sel.BBox)
	sel.BBox = nil
	for name, v := range views {
		f, err := v.Filter(ctx, sel)
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Count(box, f); got != want {
			t.Errorf("%s: %q counts %d, the database %d", name, query, got, want)
		}
		if got := v.Facets(f).Total; box == nil && got != want {
			t.Errorf("%s: facets of %q: total %d, the database %d", name, query, got, want)
		}
	}
}
