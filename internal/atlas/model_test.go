package atlas

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"sync"
)

// model is the same index done the slow way: a map of points.
type model map[int64]Point

func (m model) apply(up []Point, gone []int64) {
	for _, n := range gone {
		delete(m, n)
	}
	for _, p := range up {
		delete(m, p.Num)
	}
	for _, p := range up {
		if p.acceptable() {
			m[p.Num] = p
		}
	}
}

func modelPass(p *Point, f Filter, noKind, noTheme bool) bool {
	if !noKind && f.Kinds != 0 && f.Kinds>>p.Kind&1 == 0 {
		return false
	}
	if !noTheme && f.Themes != 0 && p.Themes&f.Themes == 0 {
		return false
	}
	if f.Dated && !during(p.Num, f.From, f.To) {
		return false
	}
	return f.Only == nil || f.Only.Has(p.Num)
}

func (m model) within(box BBox, f Filter) []int64 {
	var out []int64
	for _, p := range m {
		if modelPass(&p, f, false, false) && modelHas(box, &p) {
			out = append(out, p.Num)
		}
	}
	slices.Sort(out)
	return out
}

// modelHas compares degrees; boxes of tests are not within 2 cm of a point
// unless they are meant to hold it.
func modelHas(b BBox, p *Point) bool {
	const eps = 4e-7
	lat := max(-maxLat, min(maxLat, p.Lat))
	if lat < max(-maxLat, min(maxLat, b.South))-eps || lat > max(-maxLat, min(maxLat, b.North))+eps {
		return false
	}
	if b.West <= b.East {
		return p.Lon >= b.West-eps && p.Lon <= b.East+eps
	}
	return p.Lon >= b.West-eps || p.Lon <= b.East+eps
}

func (m model) facets(box BBox, f Filter) Facets {
	var out Facets
	for _, p := range m {
		if !modelHas(box, &p) {
			continue
		}
		if modelPass(&p, f, false, false) {
			out.Total++
		}
		if modelPass(&p, f, true, false) {
			out.Kinds[p.Kind]++
		}
		if modelPass(&p, f, false, true) {
			for t := p.Themes; t != 0; t &= t - 1 {
				out.Themes[bits.TrailingZeros64(t)]++
			}
		}
	}
	return out
}

// tile returns the count of a tile by dominant root.
func (m model) tile(z, x, y uint32, f Filter) (shares [roots]int) {
	for _, p := range m {
		cx, cy := cellOf(p.Lat, p.Lon)
		if cx>>(axisBits-z) != x || cy>>(axisBits-z) != y || !modelPass(&p, f, false, false) {
			continue
		}
		r := int(p.Theme)
		if r < 0 {
			r = noRoot
		}
		shares[r]++
	}
	return shares
}

func (m model) points() []Point {
	out := make([]Point, 0, len(m))
	for _, p := range m {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Point) int { return int(a.Num - b.Num) })
	return out
}

// cities are centres of the random data; some are awkward on purpose.
var cities = [][2]float64{{48.85, 2.35}, {45.76, 4.83}, {43.3, 5.37}, {48.11, -1.68}, {-17.5, 179.999}, {-17.5, -179.999}, {89.9, 10}, {-89.9, -60}, {0, 0}, {40.7, -74}}

const testThemes = 40

func randomPoint(r *rand.Rand, num int64) Point {
	p := Point{Num: num, Kind: uint8(r.IntN(kinds)), Theme: NoTheme}
	switch c := cities[r.IntN(len(cities))]; r.IntN(10) {
	case 0: // anywhere
		p.Lat, p.Lon = r.Float64()*180-90, r.Float64()*360-180
	case 1: // at one address
		p.Lat, p.Lon = max(-90, min(90, c[0])), c[1]
	default:
		p.Lat = max(-90, min(90, c[0]+r.NormFloat64()*0.3))
		p.Lon = max(-180, min(180, c[1]+r.NormFloat64()*0.3))
	}
	if r.IntN(8) > 0 {
		p.Theme = int8(r.IntN(noRoot))
		p.Themes = 1 << p.Theme
		for range r.IntN(3) {
			p.Themes |= 1 << r.IntN(testThemes)
		}
	}
	return p
}

// during says whether the entry of a number was in [from, to): two thirds are dated,
// for a time that follows from their number.
func during(num, from, to int64) bool {
	r := rand.New(rand.NewPCG(uint64(num), 5))
	if r.IntN(3) == 0 || from >= to {
		return false
	}
	begin := r.Int64N(4e9) - 2e9
	end := begin + 1 + r.Int64N(1e9)*int64(r.IntN(2))
	return begin < to && end > from
}

// calendar answers during for the numbers up to n, with the same set each time.
func calendar(n int64) func(from, to int64) *Set {
	var mu sync.Mutex
	known := map[[2]int64]*Set{}
	return func(from, to int64) *Set {
		mu.Lock()
		defer mu.Unlock()
		if s := known[[2]int64{from, to}]; s != nil {
			return s
		}
		s := NewSet()
		for num := range n + 1 {
			if during(num, from, to) {
				s.Add(num)
			}
		}
		known[[2]int64{from, to}] = s
		return s
	}
}

func randomFilter(r *rand.Rand, m model) Filter {
	var f Filter
	if r.IntN(2) == 0 {
		f.Kinds = uint16(r.IntN(allKinds + 1))
	}
	switch r.IntN(4) {
	case 0:
		f.Themes = 1 << r.IntN(testThemes+2)
	case 1:
		f.Themes = 1<<r.IntN(testThemes) | 1<<r.IntN(testThemes)
	}
	if r.IntN(5) == 0 {
		f.Dated = true
		f.From = r.Int64N(4e9) - 2e9
		f.To = f.From + r.Int64N(2e9) - 1e6
	}
	if r.IntN(5) == 0 {
		f.Only = NewSet()
		for _, p := range m.points() {
			if r.IntN(3) == 0 {
				f.Only.Add(p.Num)
			}
		}
	}
	return f
}

func randomBox(r *rand.Rand) BBox {
	c := cities[r.IntN(len(cities))]
	size := math.Exp(r.Float64()*9 - 5)
	b := BBox{South: max(-90, c[0]-size*r.Float64()), North: min(90, c[0]+size*r.Float64()), West: c[1] - size*r.Float64(), East: c[1] + size*r.Float64()}
	if b.East-b.West >= 360 {
		return BBox{West: -180, South: b.South, East: 180, North: b.North}
	}
	b.West, b.East = wrapLon(b.West), wrapLon(b.East)
	return b
}

// randomTile is the tile of a random point, or of anywhere.
func randomTile(r *rand.Rand, points []Point) (z, x, y uint32) {
	z = uint32(r.IntN(19))
	p := points[r.IntN(len(points))]
	if r.IntN(10) == 0 {
		p.Lat, p.Lon = r.Float64()*170-85, r.Float64()*360-180
	}
	cx, cy := cellOf(p.Lat, p.Lon)
	return z, cx >> (axisBits - z), cy >> (axisBits - z)
}
