package view_test

import (
	"testing"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/view"
)

// TestShapesFollowTheDatabase: an area is found by its filter and by a box that
// its point is not in, in memory as in the database, and is gone when its place
// is not exact any more.
func TestShapesFollowTheDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := t.Context()
		l := newLedger(st)
		v := view.New(view.Config{Store: st})
		if err := v.Load(ctx); err != nil {
			t.Fatal(err)
		}
		add := func(name string, shape directory.Shape) directory.Entry {
			e, err := l.CreateOrganisation(ctx, system, directory.Entry{Name: directory.LangText{"fr": name}, Themes: []string{"eau"},
				Status: directory.StatusPublished, Place: &directory.Place{Shape: shape}})
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		river := add("Rivière", `{"type":"LineString","coordinates":[[0,45],[2,45],[4,45]]}`)
		add("Lagon", `{"type":"Polygon","coordinates":[[[178,-18],[-178,-18],[-178,-16],[178,-16],[178,-18]]]}`)
		if _, err := v.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		fresh := view.New(view.Config{Store: st})
		if err := fresh.Load(ctx); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			box  directory.BBox
			want int
		}{
			{directory.BBox{West: 3, South: 44, East: 5, North: 46}, 1},       // the river's mouth, its point is in the middle
			{directory.BBox{West: 1, South: 44, East: 3, North: 46}, 1},       // its point
			{directory.BBox{West: -5, South: 44, East: -1, North: 46}, 0},     // beside it
			{directory.BBox{West: 170, South: -20, East: 179, North: 0}, 1},   // the lagoon from the west
			{directory.BBox{West: -179, South: -20, East: -170, North: 0}, 1}, // and from the east
			{directory.BBox{West: 175, South: -20, East: -175, North: 0}, 1},
			{directory.BBox{West: -180, South: -90, East: 180, North: 90}, 2},
		} {
			box := atlas.BBox(c.box)
			for _, v := range []*view.View{v, fresh} {
				if got, err := v.Count(ctx, directory.Selection{}, &box); got != c.want || err != nil {
					t.Errorf("%v: %d in memory, want %d", c.box, got, c.want)
				}
			}
			if got, err := st.CountEntries(ctx, store.EntryFilter{Selection: directory.Selection{BBox: &c.box}}); err != nil || got != c.want {
				t.Errorf("%v: %d in the database, want %d, %v", c.box, got, c.want, err)
			}
		}
		all := func(*view.Shape) bool { return true }
		count := func(f atlas.Filter) (n int) {
			v.Shapes(f, all, func(*view.Shape) bool { n++; return true })
			return n
		}
		if n := count(atlas.Filter{Themes: 1 << directory.ThemeNumber("eau")}); n != 2 {
			t.Errorf("%d shapes of water, want 2", n)
		}
		if n := count(atlas.Filter{Kinds: 1 << directory.KindEvent.Number()}); n != 0 {
			t.Errorf("%d shapes of events, want none", n)
		}
		if s := v.Shape(river.Num); s == nil || s.Bounds != (atlas.BBox{West: 0, South: 45, East: 4, North: 45}) {
			t.Errorf("the river's shape: %+v", s)
		}
		if _, err := l.Edit(ctx, system, river.ID, func(e *directory.Entry) error { e.Place.Precision = directory.PrecisionApproximate; return nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		if v.Shape(river.Num) != nil || count(atlas.Filter{}) != 1 {
			t.Error("an approximate place shows its shape")
		}
		if cs := v.Atlas().Clusters(atlas.BBox{West: -10, South: 40, East: 10, North: 50}, 14, atlas.Filter{}); len(cs) != 1 || !cs[0].Approximate {
			t.Errorf("an approximate place is drawn as exact: %+v", cs)
		}
	})
}
