package view

import (
	"slices"
	"testing"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/gazetteer"
)

func TestBreaks(t *testing.T) {
	t.Parallel()
	for most, want := range map[int][]int{0: {}, 1: {1}, 3: {1, 2}, 9: {1, 2, 5}, 340: {1, 2, 10, 20, 100}, 1_000_000: {1, 20, 200, 5000, 50_000}} {
		got := breaks(most)
		if most == 0 {
			got = got[:0]
		}
		if !slices.Equal(got, want) || !slices.IsSorted(got) {
			t.Errorf("up to %d: %v, want %v", most, got, want)
		}
	}
}

// TestZoneCounts: a région is the sum of its départements, and what is abroad
// is in none.
func TestZoneCounts(t *testing.T) {
	t.Parallel()
	g, err := gazetteer.Load()
	if err != nil {
		t.Fatal(err)
	}
	v := New(Config{})
	p := func(num int64, code string, theme int8) atlas.Point {
		return atlas.Point{Num: num, Lat: 48, Lon: 2, Theme: theme, Area: v.areaNumber(code)}
	}
	v.atlas = atlas.New([]atlas.Point{p(1, "35", 0), p(2, "35", 1), p(3, "29", 1), p(4, "", 1), p(6, "56", 1), p(5, "75", atlas.NoTheme)})
	dep, region := v.count(g, directory.AreaDepartment, atlas.Filter{}), v.count(g, directory.AreaRegion, atlas.Filter{})
	if len(dep.Areas) < 101 || len(region.Areas) < 18 {
		t.Fatalf("%d départements, %d régions", len(dep.Areas), len(region.Areas))
	}
	if b := region.Of("53"); b.N != 4 || b.Theme != 1 || b.Class == 0 || b.Shares[0] != 1 || b.Shares[1] != 3 || region.Areas[0].Code != "53" {
		t.Errorf("Bretagne: %+v, first %+v", b, region.Areas[0])
	}
	if p := dep.Of("75"); p.N != 1 || p.Theme != atlas.NoTheme || p.Shares[8] != 1 {
		t.Errorf("Paris: %+v", p)
	}
	if none := dep.Of("15"); none.N != 0 || none.Class != 0 {
		t.Errorf("Cantal: %+v", none)
	}
	for _, c := range []*ZoneCounts{dep, region} {
		if c.Total != 5 {
			t.Errorf("total %d", c.Total)
		}
	}
}
