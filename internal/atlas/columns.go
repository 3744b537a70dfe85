package atlas

import (
	"math"
	"math/bits"
)

// noRoot is the place of "no theme" among the root themes.
const noRoot = 8

// columns is a list of points sorted by code, then by number, one slice per
// field, with its running counts. It does not change once made.
type columns struct {
	code   []uint64
	num    []uint32
	facet  []uint8 // kind << 4 | root, the root 0 to 7 or noRoot; approximate in the highest bit
	themes []uint64
	origin []uint16
	area   []uint8
	summary
	lenses lenses // of a base
}

func (c *columns) len() int         { return len(c.code) }
func (c *columns) kind(i int) uint8 { return c.facet[i] >> 4 & 7 }
func (c *columns) root(i int) uint8 { return c.facet[i] & 15 }

// approximate is the bit of facet that says so.
const approximate = 1 << 7

func (c *columns) approximate(i int) bool { return c.facet[i]&approximate != 0 }

func newColumns(n int) *columns {
	return &columns{
		code: make([]uint64, 0, n), num: make([]uint32, 0, n), facet: make([]uint8, 0, n),
		themes: make([]uint64, 0, n), origin: make([]uint16, 0, n), area: make([]uint8, 0, n),
	}
}

// appendRange copies the points [i, j) of o.
func (c *columns) appendRange(o *columns, i, j int) {
	c.code = append(c.code, o.code[i:j]...)
	c.num = append(c.num, o.num[i:j]...)
	c.facet = append(c.facet, o.facet[i:j]...)
	c.themes = append(c.themes, o.themes[i:j]...)
	c.origin = append(c.origin, o.origin[i:j]...)
	c.area = append(c.area, o.area[i:j]...)
}

func (c *columns) appendPoint(p *Point, code uint64) {
	root := uint8(noRoot)
	if p.Theme >= 0 && p.Theme < noRoot {
		root = uint8(p.Theme)
	}
	c.code = append(c.code, code)
	c.num = append(c.num, uint32(p.Num))
	facet := p.Kind&7<<4 | root
	if p.Approximate {
		facet |= approximate
	}
	c.facet = append(c.facet, facet)
	c.themes = append(c.themes, p.Themes)
	c.origin = append(c.origin, p.Origin)
	c.area = append(c.area, p.Area)
}

func (c *columns) hit(i int) Hit {
	lat, lon := centre(c.code[i])
	return Hit{Num: int64(c.num[i]), Lat: lat, Lon: lon, Kind: c.kind(i), Theme: themeOf(c.root(i)), Origin: c.origin[i]}
}

func themeOf(root uint8) int8 {
	if root >= noRoot {
		return NoTheme
	}
	return int8(root)
}

// acceptable says whether a point can be indexed; see Point.
func (p *Point) acceptable() bool {
	return p.Num >= 0 && p.Num <= math.MaxUint32 && p.Kind < 8 && validPosition(p.Lat, p.Lon)
}

// columnsOf sorts the points into columns. They have distinct numbers.
func columnsOf(points []*Point) *columns {
	items := make([]sortItem, len(points))
	ascending := true
	for i, p := range points {
		x, y := cellOf(p.Lat, p.Lon)
		items[i] = sortItem{key: morton(x, y), index: uint32(i)}
		ascending = ascending && (i == 0 || points[i-1].Num < p.Num)
	}
	if !ascending {
		items = byNumber(items, points)
	}
	items = radixSort(items, 2*axisBits)
	c := newColumns(len(points))
	for _, it := range items {
		c.appendPoint(points[it.index], it.key)
	}
	c.summarise()
	return c
}

type sortItem struct {
	key   uint64
	index uint32
}

// byNumber sorts items by their points' numbers, keeping the keys.
func byNumber(items []sortItem, points []*Point) []sortItem {
	order := make([]sortItem, len(items))
	for i := range items {
		order[i] = sortItem{key: uint64(points[i].Num), index: uint32(i)}
	}
	order = radixSort(order, 32)
	for i, o := range order {
		order[i] = items[o.index]
	}
	return order
}

// radixSort sorts by the low keyBits of the keys, stably, eleven bits a pass.
// It may return either of two slices and overwrites its argument.
func radixSort(a []sortItem, keyBits uint) []sortItem {
	const digit = 11
	b := make([]sortItem, len(a))
	for shift := uint(0); shift < keyBits; shift += digit {
		var count [1 << digit]uint32
		for i := range a {
			count[a[i].key>>shift&(1<<digit-1)]++
		}
		sum := uint32(0)
		for i, n := range count {
			count[i] = sum
			sum += n
		}
		for i := range a {
			d := a[i].key >> shift & (1<<digit - 1)
			b[count[d]] = a[i]
			count[d]++
		}
		a, b = b, a
	}
	return a
}

// lowerBound returns the first position in [lo, hi) whose code is not below
// v, or hi.
func lowerBound(code []uint64, v uint64, lo, hi int) int {
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if code[m] < v {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo
}

// gallop is lowerBound for an answer that is likely near lo.
func gallop(code []uint64, v uint64, lo, hi int) int {
	step := 1
	p := lo
	for p < hi && code[p] < v {
		lo = p + 1
		p += step
		step <<= 1
	}
	return lowerBound(code, v, lo, min(p, hi))
}

// find returns the position of the first point not before (code, num), from lo.
func (c *columns) find(code uint64, num uint32, lo int) int {
	i := gallop(c.code, code, lo, len(c.code))
	j := gallop(c.code, code+1, i, len(c.code))
	for i < j {
		m := int(uint(i+j) >> 1)
		if c.num[m] < num {
			i = m + 1
		} else {
			j = m
		}
	}
	return i
}

// bitmap has one bit per position of some columns; nil has none set.
type bitmap []uint64

func (b bitmap) has(i int) bool { return b != nil && b[i>>6]>>(i&63)&1 == 1 }
func (b bitmap) set(i int)      { b[i>>6] |= 1 << (i & 63) }

// next returns the first position set in [i, j), or j.
func (b bitmap) next(i, j int) int {
	if b == nil || i >= j {
		return j
	}
	w := i >> 6
	word := b[w] &^ (1<<(i&63) - 1)
	for word == 0 {
		w++
		if w<<6 >= j {
			return j
		}
		word = b[w]
	}
	return min(j, w<<6+bits.TrailingZeros64(word))
}

// merge makes new columns of a's points that are not dead and all of b's.
func merge(a *columns, dead bitmap, b *columns) *columns {
	out := newColumns(a.len() + b.len())
	i := 0
	for k := 0; k <= b.len(); k++ {
		j := a.len()
		if k < b.len() {
			j = a.find(b.code[k], b.num[k], i)
		}
		for i < j {
			d := dead.next(i, j)
			out.appendRange(a, i, d)
			i = min(d+1, j)
		}
		if k < b.len() {
			out.appendRange(b, k, k+1)
		}
	}
	out.summarise()
	return out
}
