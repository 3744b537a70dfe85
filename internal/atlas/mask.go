package atlas

import "math/bits"

// class says how a filter's counts are had.
type class uint8

const (
	everything  class = iota // differences of the fine rows
	byKinds                  // differences of kind × root
	byTheme                  // differences of theme × root
	byKindTheme              // differences of kind × theme, without shares by root
	byScan                   // every point of the range is looked at
	nothing                  // no point can pass
)

// mask is a Filter made ready.
type mask struct {
	filter   Filter
	class    class
	kinds    uint16 // never 0
	themes   uint64
	anyTheme bool
	theme    int // the one theme of byTheme and byKindTheme
	// during are the numbers of a filter by period, nil without one.
	during, only *Set
	kindsList    []uint8 // the kinds asked for
	// rootOf maps a facet to its root, or to reject when its kind does not pass.
	rootOf [kinds << 4]uint8
}

// reject is a place of a tally that nobody reads: adding there costs less than
// a branch that is hard to predict.
const reject = 15

const allKinds = 1<<kinds - 1

// mask makes a filter ready.
func (a *Atlas) mask(f Filter) mask {
	m := f.mask()
	if !f.Dated || m.class == nothing {
		return m
	}
	m.during = &Set{}
	if a.during != nil {
		m.during = a.during(f.From, f.To)
	}
	if m.during.Len() == 0 {
		m.class = nothing
	}
	return m
}

// mask makes a filter ready, all but its period.
func (f Filter) mask() mask {
	m := mask{filter: f, kinds: f.Kinds & allKinds, themes: f.Themes, anyTheme: f.Themes == 0, only: f.Only}
	if f.Kinds == 0 {
		m.kinds = allKinds
	}
	for k := m.kinds; k != 0; k &= k - 1 {
		m.kindsList = append(m.kindsList, uint8(bits.TrailingZeros16(k)))
	}
	for facet := range m.rootOf {
		m.rootOf[facet] = reject
		if m.kinds>>(facet>>4)&1 == 1 {
			m.rootOf[facet] = uint8(facet & 15)
		}
	}
	oneTheme := bits.OnesCount64(f.Themes) == 1
	m.theme = bits.TrailingZeros64(f.Themes)
	switch {
	case m.kinds == 0, f.Dated && f.From >= f.To, f.Only != nil && f.Only.Len() == 0:
		m.class = nothing
	case f.Dated, f.Only != nil, !m.anyTheme && !oneTheme:
		m.class = byScan
	case m.anyTheme && m.kinds == allKinds:
		m.class = everything
	case m.anyTheme:
		m.class = byKinds
	case m.kinds == allKinds:
		m.class = byTheme
	default:
		m.class = byKindTheme
	}
	return m
}

// pass says whether the point at position i passes.
func (m *mask) pass(c *columns, i int) bool {
	return m.kinds>>c.kind(i)&1 == 1 &&
		(m.anyTheme || c.themes[i]&m.themes != 0) &&
		m.passOther(c, i)
}

// passOther looks at everything but kind and theme.
func (m *mask) passOther(c *columns, i int) bool {
	return m.during.Has(int64(c.num[i])) && m.only.Has(int64(c.num[i]))
}

// count is the number of points of [i, j) that pass.
func (m *mask) count(c *columns, i, j int) int {
	if m.class == nothing || i >= j {
		return 0
	}
	if m.class == everything {
		return j - i
	}
	a, b := blocksInside(i, j, blockPoints)
	if m.class == byScan || a >= b {
		return m.scanCount(c, i, j)
	}
	n := m.scanCount(c, i, a*blockPoints) + m.scanCount(c, b*blockPoints, j)
	lo, hi := c.row(a), c.row(b)
	switch m.class {
	case byKinds:
		for _, k := range m.kindsList {
			for r := range roots {
				n += int(hi[kindRoot(int(k), r)] - lo[kindRoot(int(k), r)])
			}
		}
	case byTheme:
		if m.theme < c.nThemes {
			n += int(hi[c.themeAt(m.theme)] - lo[c.themeAt(m.theme)])
		}
	case byKindTheme:
		if m.theme < c.nThemes {
			for _, k := range m.kindsList {
				at := c.kindTheme(int(k), m.theme)
				n += int(hi[at] - lo[at])
			}
		}
	}
	return n
}

func (m *mask) scanCount(c *columns, i, j int) int {
	n := 0
	for ; i < j; i++ {
		if m.pass(c, i) {
			n++
		}
	}
	return n
}

// byPosition says whether the filter looks at more than kinds and themes, so
// that those that pass may be elsewhere in a cell than the others.
func (m *mask) byPosition() bool { return m.during != nil || m.only != nil }

// shares adds sign times the counts by root of the points of [i, j) that pass.
func (m *mask) shares(c *columns, i, j, sign int, out *[roots]int) {
	size := blockPoints
	if m.class == everything {
		size = finePoints
	}
	if m.class == nothing {
		return
	}
	if m.class == byScan || m.class == byKindTheme || j-i <= size/2 {
		m.scanShares(c, i, j, sign, out)
		return
	}
	a, b := nearestRow(i, size, c.len()), nearestRow(j, size, c.len())
	m.scanSigned(c, b*size, j, sign, out)
	m.scanSigned(c, a*size, i, -sign, out)
	if m.class == everything {
		addDifference(out, c.fineRow(b), c.fineRow(a), sign)
		return
	}
	lo, hi := c.row(a), c.row(b)
	if m.class == byTheme {
		if m.theme < c.nThemes {
			at := c.themeRoot(m.theme, 0)
			addDifference(out, hi[at:at+roots], lo[at:at+roots], sign)
		}
		return
	}
	for _, k := range m.kindsList {
		at := kindRoot(int(k), 0)
		addDifference(out, hi[at:at+roots], lo[at:at+roots], sign)
	}
}

// scanSigned is scanShares from i to j, with the sign turned when j is before.
func (m *mask) scanSigned(c *columns, i, j, sign int, out *[roots]int) {
	if j < i {
		i, j, sign = j, i, -sign
	}
	m.scanShares(c, i, j, sign, out)
}

func (m *mask) scanShares(c *columns, i, j, sign int, out *[roots]int) {
	var tally [16]int
	switch facets := c.facet[i:j]; {
	case m.byPosition():
		for k := i; k < j; k++ {
			if m.pass(c, k) {
				tally[c.root(k)]++
			}
		}
	case m.anyTheme:
		for _, f := range facets {
			tally[m.rootOf[f&127]&15]++
		}
	default:
		for k, themes := range c.themes[i:j][:len(facets)] {
			hit := 0
			if themes&m.themes != 0 {
				hit = 1
			}
			tally[m.rootOf[facets[k]&127]&15] += hit
		}
	}
	for r := range out {
		out[r] += sign * tally[r]
	}
}

func addDifference(out *[roots]int, hi, lo []uint32, sign int) {
	_, _ = hi[roots-1], lo[roots-1]
	for r := range out {
		out[r] += sign * int(hi[r]-lo[r])
	}
}
