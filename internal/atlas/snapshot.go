package atlas

// A snapshot is what readers see: base − minus + plus. It does not change.
type snapshot struct {
	base, plus, minus *columns
	// dead marks the positions of base that minus holds; nil for none.
	dead     bitmap
	revision uint64
}

func (s *snapshot) len() int { return s.base.len() + s.plus.len() - s.minus.len() }

// span is a range of each of a snapshot's columns: the points of one quad.
type span struct{ base, plus, minus [2]int }

func (s *snapshot) whole() span {
	return span{base: [2]int{0, s.base.len()}, plus: [2]int{0, s.plus.len()}, minus: [2]int{0, s.minus.len()}}
}

// points is how many points the span has, an upper bound of those that pass.
func (p span) points() int {
	return p.base[1] - p.base[0] + p.plus[1] - p.plus[0] - (p.minus[1] - p.minus[0])
}

// narrow returns the part of the span with codes in [lo, hi).
func (s *snapshot) narrow(p span, lo, hi uint64) span {
	cut := func(c *columns, r [2]int) [2]int {
		if r[0] == r[1] {
			return r
		}
		i := lowerBound(c.code, lo, r[0], r[1])
		return [2]int{i, lowerBound(c.code, hi, i, r[1])}
	}
	return span{base: cut(s.base, p.base), plus: cut(s.plus, p.plus), minus: cut(s.minus, p.minus)}
}

func (s *snapshot) count(m *mask, p span) int {
	return m.count(s.base, p.base[0], p.base[1]) + m.count(s.plus, p.plus[0], p.plus[1]) - m.count(s.minus, p.minus[0], p.minus[1])
}

// each calls fn with every point of the span that passes, in order of code and
// number, until fn returns false; it reports whether fn always returned true.
func (s *snapshot) each(m *mask, p span, fn func(c *columns, i int) bool) bool {
	i, j := p.base[0], p.plus[0]
	for i < p.base[1] || j < p.plus[1] {
		fromBase := j >= p.plus[1]
		if !fromBase && i < p.base[1] {
			a, b := s.base.code[i], s.plus.code[j]
			fromBase = a < b || a == b && s.base.num[i] < s.plus.num[j]
		}
		if fromBase {
			if !s.dead.has(i) && m.pass(s.base, i) && !fn(s.base, i) {
				return false
			}
			i++
			continue
		}
		if m.pass(s.plus, j) && !fn(s.plus, j) {
			return false
		}
		j++
	}
	return true
}

// leafPoints is how few points a quad may have for its points to be tested
// one by one rather than the quad divided.
const leafPoints = 64

// quad is a square of 2^size cells with the points in it.
type quad struct {
	x, y uint32
	size uint
	span span
}

func (s *snapshot) world() quad { return quad{size: axisBits, span: s.whole()} }

func (q quad) rect() rect {
	side := uint32(1)<<q.size - 1
	return rect{q.x, q.y, q.x + side, q.y + side}
}

// children returns the four quarters, in order of code.
func (s *snapshot) children(q quad) [4]quad {
	half := uint32(1) << (q.size - 1)
	first := morton(q.x, q.y)
	step := uint64(1) << (2 * (q.size - 1))
	var out [4]quad
	for k := range out {
		lo := first + uint64(k)*step
		out[k] = quad{x: q.x + half*uint32(k&1), y: q.y + half*uint32(k>>1), size: q.size - 1, span: s.narrow(q.span, lo, lo+step)}
	}
	return out
}

// descend calls visit with the quads that hold the points of the box: inside
// says that the whole quad is, else the points are to be tested. Quads of
// 2^stop cells are not divided. It ends early when visit returns false.
func (s *snapshot) descend(q quad, box rect, stop uint, visit func(q quad, inside bool) bool) bool {
	r := q.rect()
	if q.span.base[0] == q.span.base[1] && q.span.plus[0] == q.span.plus[1] ||
		r.x0 > box.x1 || r.x1 < box.x0 || r.y0 > box.y1 || r.y1 < box.y0 {
		return true
	}
	if r.x0 >= box.x0 && r.x1 <= box.x1 && r.y0 >= box.y0 && r.y1 <= box.y1 {
		return visit(q, true)
	}
	if q.size <= stop || q.span.points() <= leafPoints && stop == 0 {
		return visit(q, false)
	}
	for _, child := range s.children(q) {
		if !s.descend(child, box, stop, visit) {
			return false
		}
	}
	return true
}
