package atlas

import "sync"

const (
	// lensPoints is from how many points on a tile of a filter without running
	// counts is drawn through a lens: to make one costs a few scans of them all.
	lensPoints = 1 << 15
	// maxLenses bounds the lenses of one base.
	maxLenses = 8
)

// A lens is the base's points that pass one filter, with running counts of their
// own, so that every tile of that filter costs as little as one without a filter.
// A session on the map asks for dozens of the same filter.
type lenses struct {
	mu   sync.Mutex
	kept map[lensOf]*columns
}

// lensOf is what a lens is of: a filter, and the numbers of its period at a moment.
type lensOf struct {
	filter Filter
	during *Set
}

// needsScan says whether the filter has no running counts by root and position.
func (m *mask) needsScan() bool { return m.class == byScan || m.class == byKindTheme }

// through returns a snapshot that has only the points that pass, and the mask that
// takes them all, when the filter needs a scan and the span is large; else what it
// was given.
func (s *snapshot) through(m *mask, points int) (*snapshot, *mask) {
	if !m.needsScan() || points < lensPoints {
		return s, m
	}
	out := &snapshot{base: s.base.lens(m), plus: s.plus.passing(m), minus: s.minus.passing(m), revision: s.revision}
	if n := out.minus.len(); n > 0 {
		out.dead = make(bitmap, out.base.len()/64+1)
		for i := range n {
			out.dead.set(out.base.find(out.minus.code[i], out.minus.num[i], 0))
		}
	}
	all := Filter{}.mask()
	return out, &all
}

// lens returns the points of a base that pass, made once.
func (c *columns) lens(m *mask) *columns {
	c.lenses.mu.Lock()
	defer c.lenses.mu.Unlock()
	of := lensOf{m.filter, m.during}
	if out, ok := c.lenses.kept[of]; ok {
		return out
	}
	if c.lenses.kept == nil || len(c.lenses.kept) >= maxLenses {
		c.lenses.kept = map[lensOf]*columns{}
	}
	out := c.passing(m)
	c.lenses.kept[of] = out
	return out
}

// passing copies what tiles need of the points that pass: it is to be read with the
// mask that takes everything.
func (c *columns) passing(m *mask) *columns {
	if c.len() == 0 {
		return c
	}
	at := make([]uint32, c.len()+1) // each place is written, and kept when it passes: no branch to guess
	n := 0
	for i := range c.len() {
		at[n] = uint32(i)
		if m.pass(c, i) {
			n++
		}
	}
	out := &columns{code: make([]uint64, n), num: make([]uint32, n), facet: make([]uint8, n)}
	for k, i := range at[:n] {
		out.code[k], out.num[k], out.facet[k] = c.code[i], c.num[i], c.facet[i]
	}
	out.summariseFine()
	return out
}
