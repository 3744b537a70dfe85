package atlas

import (
	"math"
	"math/bits"
)

// gridBits: a tile has 2⁴ × 2⁴ cells in which points are clustered.
const gridBits = 4

// cell is what one feature of a tile stands for: the points of one cell of the
// grid, of several merged, or of one position.
type cell struct {
	n      int
	shares [roots]int
	x, y   uint32 // mean position
	// lo and hi are the first and last codes; equal when all are at one place.
	lo, hi uint64
	// num, kind, root and approximate are those of the point when n is 1.
	num         uint32
	kind, root  uint8
	approximate bool
}

func (c *cell) stack() bool { return c.n > 1 && c.lo == c.hi }

// expand is the zoom at which the points fall into different cells.
func (c *cell) expand(z uint32) int {
	if c.n == 1 || c.lo == c.hi {
		return 0
	}
	common := (2*axisBits - bits.Len64(c.lo^c.hi)) / 2 // levels of quads shared
	return min(max(int(z)+1, common+1-gridBits), max(int(z)+1, rawZoom))
}

// dominant is the root theme with the largest share, NoTheme when none has one.
func (c *cell) dominant() int8 {
	best, most := int8(NoTheme), 0
	for r, n := range c.shares[:noRoot] {
		if n > most {
			best, most = int8(r), n
		}
	}
	return best
}

// exactCellPoints is up to how many points a filtered cell is read point by
// point, which gives the mean position of those that pass. Above, the position
// is the mean of all the points of the cell.
const exactCellPoints = 96

// noLimit is the limit of cells when all are wanted.
const noLimit = math.MaxInt

// cells appends the cells of 2^shift codes that hold points that pass. It stops
// when out would have more than limit, and says whether it has all.
func (s *snapshot) cells(m *mask, p span, shift uint, limit int, out []cell) (cells []cell, all bool) {
	if m.class == nothing {
		return out, true
	}
	b, u, d := p.base, p.plus, p.minus
	for b[0] < b[1] || u[0] < u[1] {
		code := ^uint64(0)
		if b[0] < b[1] {
			code = s.base.code[b[0]]
		}
		if u[0] < u[1] {
			code = min(code, s.plus.code[u[0]])
		}
		end := (code>>shift + 1) << shift
		q := span{base: [2]int{b[0], gallop(s.base.code, end, b[0], b[1])}, plus: u, minus: d}
		q.plus[1] = gallop(s.plus.code, end, u[0], u[1])
		q.minus[1] = gallop(s.minus.code, end, d[0], d[1])
		b[0], u[0], d[0] = q.base[1], q.plus[1], q.minus[1]
		if c, ok := s.cell(m, q); ok {
			if len(out) >= limit {
				return out, false
			}
			out = append(out, c)
		}
	}
	return out, true
}

// cell sums up the points of the span that pass; ok is false when none does.
func (s *snapshot) cell(m *mask, p span) (c cell, ok bool) {
	if few := p.points(); m.byPosition() || few <= 2 || m.class != everything && few <= exactCellPoints {
		return s.exactCell(m, p)
	}
	m.shares(s.base, p.base[0], p.base[1], 1, &c.shares)
	if p.plus[0] < p.plus[1] {
		m.shares(s.plus, p.plus[0], p.plus[1], 1, &c.shares)
	}
	if p.minus[0] < p.minus[1] {
		m.shares(s.minus, p.minus[0], p.minus[1], -1, &c.shares)
	}
	for _, n := range c.shares {
		c.n += n
	}
	switch c.n {
	case 0:
		return c, false
	case 1:
		return s.single(m, p)
	}
	c.lo, c.hi = s.ends(p)
	x, y := s.sums(p)
	all := uint64(p.points())
	c.x, c.y = uint32(x/all), uint32(y/all)
	return c, true
}

func (s *snapshot) sums(p span) (x, y uint64) {
	x, y = s.base.sums(p.base[0], p.base[1])
	if p.plus[0] < p.plus[1] {
		px, py := s.plus.sums(p.plus[0], p.plus[1])
		x, y = x+px, y+py
	}
	if p.minus[0] < p.minus[1] {
		mx, my := s.minus.sums(p.minus[0], p.minus[1])
		x, y = x-mx, y-my
	}
	return x, y
}

// ends returns the lowest and highest codes of the span.
func (s *snapshot) ends(p span) (lo, hi uint64) {
	lo = ^uint64(0)
	if p.base[0] < p.base[1] {
		lo, hi = s.base.code[p.base[0]], s.base.code[p.base[1]-1]
	}
	if p.plus[0] < p.plus[1] {
		lo, hi = min(lo, s.plus.code[p.plus[0]]), max(hi, s.plus.code[p.plus[1]-1])
	}
	return lo, hi
}

// single returns the only point of the span that passes.
func (s *snapshot) single(m *mask, p span) (c cell, ok bool) {
	s.each(m, p, func(col *columns, i int) bool {
		c = pointCell(col, i)
		ok = true
		return false
	})
	return c, ok
}

func pointCell(col *columns, i int) cell {
	code := col.code[i]
	c := cell{n: 1, x: compact(code), y: compact(code >> 1), lo: code, hi: code, num: col.num[i], kind: col.kind(i), root: col.root(i), approximate: col.approximate(i)}
	c.shares[c.root] = 1
	return c
}

// tally adds up points one by one.
type tally struct {
	cell
	sumX, sumY uint64
}

// exactCell reads the points one by one.
func (s *snapshot) exactCell(m *mask, p span) (cell, bool) {
	t := tally{cell: cell{lo: ^uint64(0)}}
	t.scan(m, s.base, s.dead, p.base)
	t.scan(m, s.plus, nil, p.plus)
	if t.n == 0 {
		return cell{}, false
	}
	t.x, t.y = uint32(t.sumX/uint64(t.n)), uint32(t.sumY/uint64(t.n))
	return t.cell, true
}

func (t *tally) scan(m *mask, c *columns, dead bitmap, r [2]int) {
	for i := r[0]; i < r[1]; i++ {
		if !m.pass(c, i) || dead.has(i) {
			continue
		}
		code := c.code[i]
		t.n++
		t.shares[c.root(i)]++
		t.sumX += uint64(compact(code))
		t.sumY += uint64(compact(code >> 1))
		t.lo, t.hi = min(t.lo, code), max(t.hi, code)
		t.num, t.kind, t.root, t.approximate = c.num[i], c.kind(i), c.root(i), c.approximate(i)
	}
}
