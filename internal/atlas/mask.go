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
	class     class
	kinds     uint16 // never 0
	themes    uint64
	anyTheme  bool
	theme     int // the one theme of byTheme and byKindTheme
	from, to  int64
	dated     bool
	only      *Set
	kindsList []uint8 // the kinds asked for
}

const allKinds = 1<<kinds - 1

func (f Filter) mask() mask {
	m := mask{kinds: f.Kinds & allKinds, themes: f.Themes, anyTheme: f.Themes == 0, from: f.From, to: f.To, dated: f.Dated, only: f.Only}
	if f.Kinds == 0 {
		m.kinds = allKinds
	}
	for k := m.kinds; k != 0; k &= k - 1 {
		m.kindsList = append(m.kindsList, uint8(bits.TrailingZeros16(k)))
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
	return m.kinds>>c.kind[i]&1 == 1 &&
		(m.anyTheme || c.themes[i]&m.themes != 0) &&
		m.passOther(c, i)
}

// passOther looks at everything but kind and theme.
func (m *mask) passOther(c *columns, i int) bool {
	return (!m.dated || c.from[i] < m.to && c.to[i] > m.from) &&
		(m.only == nil || m.only.Has(int64(c.num[i])))
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

// shares adds sign times the counts by root of the points of [i, j) that pass.
func (m *mask) shares(c *columns, i, j, sign int, out *[roots]int) {
	switch m.class {
	case nothing:
		return
	case everything:
		m.fineShares(c, i, j, sign, out)
		return
	}
	a, b := blocksInside(i, j, blockPoints)
	if a >= b || m.class == byScan || m.class == byKindTheme {
		m.scanShares(c, i, j, sign, out)
		return
	}
	m.scanShares(c, i, a*blockPoints, sign, out)
	m.scanShares(c, b*blockPoints, j, sign, out)
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

// fineShares is shares for the filter that takes everything.
func (m *mask) fineShares(c *columns, i, j, sign int, out *[roots]int) {
	scan := func(i, j int) {
		for _, r := range c.root[i:j] {
			out[r] += sign
		}
	}
	a, b := blocksInside(i, j, finePoints)
	if a >= b {
		scan(i, j)
		return
	}
	scan(i, a*finePoints)
	scan(b*finePoints, j)
	addDifference(out, c.fineRow(b), c.fineRow(a), sign)
}

func (m *mask) scanShares(c *columns, i, j, sign int, out *[roots]int) {
	for ; i < j; i++ {
		if m.pass(c, i) {
			out[c.root[i]] += sign
		}
	}
}

func addDifference(out *[roots]int, hi, lo []uint32, sign int) {
	_, _ = hi[roots-1], lo[roots-1]
	for r := range out {
		out[r] += sign * int(hi[r]-lo[r])
	}
}
