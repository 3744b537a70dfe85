package atlas

import (
	"bytes"
	"fmt"
	"testing"
)

// TestLens: a tile of a filter that needs a scan is that of an index with nothing
// but the points that pass, also after changes.
func TestLens(t *testing.T) {
	points := benchPoints(3 * lensPoints)
	a := New(points).DatedBy(calendar(int64(len(points))))
	known := model{}
	known.apply(points, nil)
	var some []int64
	for i := range points {
		if i%3 > 0 {
			some = append(some, points[i].Num)
		}
	}
	filters := map[string]Filter{
		"kind and theme": {Kinds: 5, Themes: 1}, "themes": {Themes: 3}, "dates": {Dated: true, From: -1e9, To: 1e9}, "set": {Only: NewSet(some...)},
	}
	check := func(when string) {
		t.Helper()
		for name, f := range filters {
			var passing []Point
			for _, p := range known {
				if modelPass(&p, f, false, false) {
					passing = append(passing, p)
				}
			}
			want := New(passing)
			for _, tile := range []tileID{{0, 0, 0}, {2, 2, 1}, {5, 16, 11}} {
				got, exp := a.Tile(tile.z, tile.x, tile.y, f), want.Tile(tile.z, tile.x, tile.y, Filter{})
				if !bytes.Equal(got, exp) || len(got) == 0 && tile.z < 3 {
					t.Errorf("%s, %s, tile %v: %d bytes, want %d", when, name, tile, len(got), len(exp))
				}
			}
			world := BBox{-180, -85, 180, 85}
			if got, exp := a.Clusters(world, 3, f), want.Clusters(world, 3, Filter{}); fmt.Sprint(got) != fmt.Sprint(exp) {
				t.Errorf("%s, %s: clusters differ", when, name)
			}
		}
	}
	check("new")
	up, gone := points[:2000:2000], []int64{}
	for i := range up {
		up[i].Lat += 0.5
		up[i].Kind = uint8(i % 3)
	}
	for i := 3000; i < 4000; i++ {
		gone = append(gone, points[i].Num)
	}
	a.Apply(up, gone)
	known.apply(up, gone)
	check("changed")
	if n := len(a.current.Load().base.lenses.kept); n != len(filters) {
		t.Errorf("%d lenses are kept, want %d: changes beside the base cost no new one", n, len(filters))
	}
}
