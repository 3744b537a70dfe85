package atlas

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checkTile compares a tile's counts with the model's.
func checkTile(t *testing.T, a *Atlas, m model, z, x, y uint32, f Filter) {
	t.Helper()
	want := m.tile(z, x, y, f)
	var got [roots]int
	b := a.Tile(z, x, y, f)
	if b != nil {
		features, err := decodeTile(b)
		if err != nil {
			t.Fatalf("tile %d/%d/%d: %v", z, x, y, err)
		}
		for _, d := range features {
			addFeature(t, m, d, f, &got)
		}
	}
	if got != want {
		t.Fatalf("tile %d/%d/%d filter %+v: shares %v, want %v", z, x, y, f, got, want)
	}
}

func addFeature(t *testing.T, m model, d decoded, f Filter, got *[roots]int) {
	t.Helper()
	if d.x < 0 || d.x >= 4096 || d.y < 0 || d.y >= 4096 {
		t.Fatalf("feature at %d,%d", d.x, d.y)
	}
	if d.tags["n"] == 1 {
		p, ok := m[int64(d.id)]
		if !d.hasID || !ok || !modelPass(&p, f, false, false) || float64(p.Kind) != d.tags["kind"] {
			t.Fatalf("point %d %v is not %+v", d.id, d.tags, p)
		}
		root, themed := d.tags["theme"]
		if !themed {
			root = noRoot
		}
		got[int(root)]++
		return
	}
	sum, best, most := 0.0, -1, 0.0
	for r := range roots {
		key := "cx"
		if r < noRoot {
			key = fmt.Sprintf("c%d", r)
			if d.tags[key] > most {
				best, most = r, d.tags[key]
			}
		}
		got[r] += int(d.tags[key])
		sum += d.tags[key]
	}
	if theme, ok := d.tags["theme"]; sum != d.tags["n"] || ok != (best >= 0) || ok && int(theme) != best || d.tags["e"] == 0 && d.tags["stack"] != 1 {
		t.Fatalf("cluster %v", d.tags)
	}
}

// TestAgainstModel compares every answer with the slow way's, on random data,
// filters and boxes, before and after random changes.
func TestAgainstModel(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 3))
	m := model{}
	var points []Point
	for i := range 4000 {
		points = append(points, randomPoint(r, int64(i)*3+1))
	}
	m.apply(points, nil)
	a := New(points).DatedBy(calendar(1 << 15))
	for round := range 12 {
		if got, want := a.Len(), len(m); got != want {
			t.Fatalf("round %d: Len %d, want %d", round, got, want)
		}
		current := m.points()
		for i := range 240 {
			f := randomFilter(r, m)
			z, x, y := randomTile(r, current)
			checkTile(t, a, m, z, x, y, f)
			if i%3 == 0 {
				checkBox(t, a, m, randomBox(r), f)
			}
		}
		up, gone := randomChange(r, current)
		m.apply(up, gone)
		revision := a.Revision()
		a.Apply(up, gone)
		if a.Revision() <= revision {
			t.Fatalf("revision %d after %d", a.Revision(), revision)
		}
		if round == 6 {
			s := *a.current.Load()
			next := a.rebase(s)
			a.current.Store(&next)
		}
	}
}

func randomChange(r *rand.Rand, current []Point) (up []Point, gone []int64) {
	for range r.IntN(400) + 1 {
		p := current[r.IntN(len(current))]
		switch r.IntN(5) {
		case 0:
			up = append(up, randomPoint(r, p.Num+1)) // new, or again
		case 1, 2:
			gone = append(gone, p.Num)
		case 3:
			p.Kind = uint8(r.IntN(kinds)) // changed in place
			up = append(up, p)
		case 4:
			up = append(up, randomPoint(r, p.Num)) // moved
		}
	}
	return up, gone
}

func checkBox(t *testing.T, a *Atlas, m model, box BBox, f Filter) {
	t.Helper()
	want := m.within(box, f)
	var got []int64
	for _, h := range a.Within(box, f, 0) {
		got = append(got, h.Num)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Fatalf("Within(%+v, %+v): %d points, want %d", box, f, len(got), len(want))
	}
	if n := a.Count(box, f); n != len(want) {
		t.Fatalf("Count(%+v, %+v) = %d, want %d", box, f, n, len(want))
	}
	if diff := cmp.Diff(m.facets(box, f), a.Facets(box, f)); diff != "" {
		t.Fatalf("Facets(%+v, %+v): %s", box, f, diff)
	}
}

func TestPagingOfWithinIsStable(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 5))
	var points []Point
	for i := range 500 {
		points = append(points, randomPoint(r, int64(i)))
	}
	a := New(points[:400]).DatedBy(calendar(1 << 15))
	a.Apply(points[350:], []int64{3, 5})
	world := BBox{-180, -90, 180, 90}
	all := a.Within(world, Filter{}, 0)
	for _, limit := range []int{1, 7, 100, 498, 600} {
		if diff := cmp.Diff(all[:min(limit, len(all))], a.Within(world, Filter{}, limit)); diff != "" {
			t.Fatalf("limit %d: %s", limit, diff)
		}
	}
}

// TestStack: entries at one address must all be reachable at any zoom.
func TestStack(t *testing.T) {
	t.Parallel()
	var points []Point
	for i := range 5000 {
		points = append(points, Point{Num: int64(i), Lat: 48.1113387, Lon: -1.6800198, Theme: 2, Themes: 4})
	}
	points = append(points, Point{Num: 9000, Lat: 48.1114, Lon: -1.6802, Theme: NoTheme})
	a := New(points).DatedBy(calendar(1 << 15))
	for z := uint32(13); z <= maxZoom; z++ {
		cx, cy := cellOf(48.1113387, -1.6800198)
		features, err := decodeTile(a.Tile(z, cx>>(axisBits-z), cy>>(axisBits-z), Filter{}))
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(features, func(d decoded) bool { return d.tags["stack"] == 1 })
		if i < 0 {
			t.Fatalf("zoom %d: no stack among %v", z, features)
		}
		d := features[i]
		box := BBox{d.tags["lon"], d.tags["lat"], d.tags["lon"], d.tags["lat"]}
		if got := len(a.Within(box, Filter{}, 0)); d.tags["n"] != 5000 || got != 5000 {
			t.Fatalf("zoom %d: n %v, within %d", z, d.tags["n"], got)
		}
	}
}

func TestRefusedAndClamped(t *testing.T) {
	t.Parallel()
	a := New([]Point{
		{Num: 1, Lat: math.NaN(), Lon: 1}, {Num: 2, Lat: 1, Lon: math.Inf(1)}, {Num: 3, Lat: 90.1}, {Num: 4, Lon: -180.5},
		{Num: -1}, {Num: 1 << 32}, {Num: 5, Kind: 8},
		{Num: 6, Lat: 90, Lon: 180}, {Num: 7, Lat: -90, Lon: -180}, {Num: 8, Lat: 1}, {Num: 8, Lat: 2},
	})
	if a.Len() != 3 {
		t.Fatalf("Len %d, want 3", a.Len())
	}
	world := BBox{-180, -90, 180, 90}
	if n := a.Count(world, Filter{}); n != 3 {
		t.Fatalf("Count %d, want 3", n)
	}
	if n := a.Count(BBox{170, -90, -170, 90}, Filter{}); n != 2 {
		t.Fatalf("Count across the antimeridian %d, want 2", n)
	}
	if h := a.Within(BBox{-1, 1.9, 1, 2.1}, Filter{}, 0); len(h) != 1 || h[0].Num != 8 {
		t.Fatalf("the last of two with one number: %v", h)
	}
	a.Apply([]Point{{Num: 8, Lat: math.NaN()}}, []int64{-5, 1 << 40})
	if a.Len() != 2 {
		t.Fatalf("Len %d after a point lost its position, want 2", a.Len())
	}
	for _, box := range []BBox{{math.NaN(), 0, 1, 1}, {0, 1, 1, 0}, {0, math.NaN(), 1, 1}, {math.Inf(-1), 0, math.Inf(1), 1}} {
		if n := a.Count(box, Filter{}); n != 0 {
			t.Errorf("Count(%v) = %d", box, n)
		}
	}
	if b := a.Tile(maxZoom+1, 0, 0, Filter{}); b != nil {
		t.Error("tile above the last zoom")
	}
	if b := a.Tile(3, 8, 0, Filter{}); b != nil {
		t.Error("tile out of the world")
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	m := model{}
	var points []Point
	for i := range 3000 {
		points = append(points, randomPoint(r, int64(i)))
	}
	a := New(points[:2500]).DatedBy(calendar(1 << 15))
	a.Apply(points[2400:], []int64{1, 2, 3})
	m.apply(points[:2500], nil)
	m.apply(points[2400:], []int64{1, 2, 3})
	for range 60 {
		lat, lon := r.Float64()*180-90, r.Float64()*360-180
		f := randomFilter(r, m)
		p := newPlace(lat, lon)
		type far struct {
			metres float64
			num    int64
		}
		var want []far
		for _, q := range m {
			if modelPass(&q, f, false, false) {
				qlat, qlon := centre(morton(cellOf(q.Lat, q.Lon)))
				want = append(want, far{p.metres(qlat, qlon), q.Num})
			}
		}
		slices.SortFunc(want, func(a, b far) int {
			if a.metres != b.metres {
				return int(math.Copysign(1, a.metres-b.metres))
			}
			return int(a.num - b.num)
		})
		offset := r.IntN(30)
		want = want[min(offset, len(want)):]
		want = want[:min(20, len(want))]
		got := a.Nearest(lat, lon, f, 20, offset)
		if len(got) != len(want) {
			t.Fatalf("%d hits, want %d", len(got), len(want))
		}
		for i := range got {
			if got[i].Num != want[i].num || got[i].Metres != want[i].metres {
				t.Fatalf("hit %d: %+v, want %+v", i, got[i], want[i])
			}
		}
	}
}

func TestClustersCountTheBox(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 8))
	var points []Point
	for i := range 6000 {
		points = append(points, randomPoint(r, int64(i)))
	}
	a := New(points).DatedBy(calendar(1 << 15))
	world := BBox{-180, -90, 180, 90}
	for z := range uint32(20) {
		sum := 0
		for _, c := range a.Clusters(world, z, Filter{}) {
			sum += c.N
		}
		if sum != a.Len() {
			t.Fatalf("zoom %d: clusters of %d, want %d", z, sum, a.Len())
		}
	}
	for _, c := range a.Clusters(BBox{2.3, 48.8, 2.4, 48.9}, 14, Filter{Kinds: 1}) {
		if got := a.Count(c.Box, Filter{Kinds: 1}); got < c.N {
			t.Errorf("box %v of a cluster of %d has %d", c.Box, c.N, got)
		}
		if c.N == 1 && points[c.Num].Kind != 0 {
			t.Errorf("point %d is not of the kind", c.Num)
		}
	}
}

func TestDeclutterLeavesNoOverlapOfLargeCircles(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 9))
	var points []Point
	for i := range 20000 {
		points = append(points, Point{Num: int64(i), Lat: 47 + r.NormFloat64()*2, Lon: 2 + r.NormFloat64()*3, Theme: NoTheme})
	}
	a := New(points).DatedBy(calendar(1 << 15))
	s, m := a.current.Load(), Filter{}.mask()
	cells := s.tileCells(&m, 4, 8, 5, nil)
	scale := math.Ldexp(1, 4+tilePixelBits-axisBits)
	overlaps := 0
	for i, c := range cells {
		for _, d := range cells[:i] {
			dist := math.Hypot(float64(c.x)-float64(d.x), float64(c.y)-float64(d.y)) * scale
			if dist < 0.6*(radius(c.n)+radius(d.n)) {
				overlaps++
			}
		}
	}
	if len(cells) < 5 || overlaps > len(cells)/4 {
		t.Fatalf("%d overlaps among %d clusters", overlaps, len(cells))
	}
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	a := New(nil)
	world := BBox{-180, -90, 180, 90}
	if a.Len() != 0 || a.Revision() != 1 || a.Tile(0, 0, 0, Filter{}) != nil || a.Within(world, Filter{}, 0) != nil ||
		a.Nearest(0, 0, Filter{}, 5, 0) != nil || len(a.Clusters(world, 3, Filter{})) != 0 || a.Facets(world, Filter{}) != (Facets{}) {
		t.Fatal("an empty atlas answers something")
	}
	a.Apply(nil, []int64{4})
	if a.Revision() != 1 {
		t.Fatal("a change of nothing makes a new revision")
	}
	a.Apply([]Point{{Num: 4, Lat: 1, Lon: 1, Theme: NoTheme}}, []int64{4})
	if a.Len() != 1 || a.Revision() != 2 {
		t.Fatalf("len %d, revision %d", a.Len(), a.Revision())
	}
}

// TestOnePlaceOfMany: whatever their number, the entries of one address are one
// small feature, and each is on one page of their list.
func TestOnePlaceOfMany(t *testing.T) {
	t.Parallel()
	const n = 100_000
	points := make([]Point, n)
	for i := range points {
		points[i] = Point{Num: int64(i), Lat: 48.85, Lon: 2.35, Kind: uint8(i % 8), Theme: int8(i % 8), Themes: 1 << (i % 8)}
	}
	a := New(points).DatedBy(calendar(1 << 15))
	x, y := cellOf(48.85, 2.35)
	for _, z := range []uint32{0, 5, rawZoom, maxZoom} {
		if tile := a.Tile(z, x>>(axisBits-z), y>>(axisBits-z), Filter{}); len(tile) == 0 || len(tile) > 512 {
			t.Errorf("zoom %d: a tile of %d bytes", z, len(tile))
		}
	}
	box := BBox{West: 2.349995, East: 2.350005, South: 48.849995, North: 48.850005}
	seen := map[int64]bool{}
	for from := 0; ; from += 999 {
		hits := a.WithinFrom(box, Filter{}, from, 999)
		if len(hits) == 0 {
			break
		}
		for _, h := range hits {
			if seen[h.Num] {
				t.Fatalf("%d is on two pages", h.Num)
			}
			seen[h.Num] = true
		}
	}
	if len(seen) != n || a.Count(box, Filter{}) != n {
		t.Errorf("%d of %d are reached, %d counted", len(seen), n, a.Count(box, Filter{}))
	}
}

// TestEdgesOfTheWorld: poles and the antimeridian are on the map, and in boxes
// on either side.
func TestEdgesOfTheWorld(t *testing.T) {
	t.Parallel()
	a := New([]Point{{Num: 1, Lat: 90, Lon: 0}, {Num: 2, Lat: -90, Lon: 180}, {Num: 3, Lat: 0, Lon: 180}, {Num: 4, Lat: 0, Lon: -180}})
	if len(a.Tile(0, 0, 0, Filter{})) == 0 || a.Count(BBox{-180, -90, 180, 90}, Filter{}) != 4 {
		t.Error("not all are on the map")
	}
	for box, want := range map[BBox]int{
		{West: 170, South: -1, East: -170, North: 1}: 2,
		{West: 170, South: -1, East: 180, North: 1}:  1, // 180 itself
		{West: -10, South: 80, East: 10, North: 90}:  1,
		{West: 170, South: -90, East: 180, North: 0}: 2,
	} {
		if got := a.Count(box, Filter{}); got != want {
			t.Errorf("%v: %d, want %d", box, got, want)
		}
		for _, h := range a.Within(box, Filter{}, 0) {
			if !(h.Lat >= -90 && h.Lat <= 90 && h.Lon >= -180 && h.Lon <= 180) {
				t.Errorf("%v: a hit at %g, %g", box, h.Lat, h.Lon)
			}
		}
	}
	if hits := a.Nearest(0, 179.9, Filter{}, 2, 0); len(hits) != 2 || hits[0].Metres > 12_000 || hits[1].Metres > 12_000 {
		t.Errorf("nearest across the antimeridian: %+v", hits)
	}
}

// TestAreaShares: the counts by area are those of one look at each point, also
// after changes.
func TestAreaShares(t *testing.T) {
	t.Parallel()
	var points []Point
	for i := range 1000 {
		points = append(points, Point{Num: int64(i), Lat: 45 + float64(i%7), Lon: float64(i % 11), Kind: uint8(i % 8), Theme: int8(i%9) - 1, Themes: 1 << (i % 8), Area: uint8(i % 5)})
	}
	a := New(points).DatedBy(calendar(1 << 15))
	a.Apply([]Point{{Num: 3, Lat: 45, Lon: 1, Kind: 1, Theme: 2, Themes: 4, Area: 4}}, []int64{5, 6})
	points[3] = Point{Num: 3, Kind: 1, Theme: 2, Themes: 4, Area: 4}
	for _, f := range []Filter{{}, {Kinds: 2}, {Themes: 4}, {Kinds: 2, Themes: 6}, {Only: NewSet(3, 5, 9)}, {Kinds: 1 << 9}} {
		var want [MaxArea + 1][roots]int
		for _, p := range points {
			if p.Num == 5 || p.Num == 6 || f.Kinds != 0 && f.Kinds&(1<<p.Kind) == 0 || f.Themes != 0 && f.Themes&p.Themes == 0 || f.Only != nil && !f.Only.Has(p.Num) {
				continue
			}
			root := noRoot
			if p.Theme >= 0 {
				root = int(p.Theme)
			}
			want[p.Area][root]++
		}
		if got := a.AreaShares(f); got != want {
			t.Errorf("%+v: %v, want %v", f, got[:6], want[:6])
		}
	}
}
