package atlas

import "math/bits"

// Within returns up to limit points of the box, limit <= 0 for all, in Z-order
// and by number at one place, which is the same order at every call.
func (a *Atlas) Within(box BBox, f Filter, limit int) []Hit { return a.WithinFrom(box, f, 0, limit) }

// WithinFrom is Within without the first skip points, for pages of a long list.
func (a *Atlas) WithinFrom(box BBox, f Filter, skip, limit int) []Hit {
	s, m := a.current.Load(), a.mask(f)
	var out []Hit
	if m.class == nothing {
		return out
	}
	for _, r := range box.rects() {
		s.descend(s.world(), r, 0, func(q quad, inside bool) bool {
			return s.each(&m, q.span, func(c *columns, i int) bool {
				if inside || r.has(c.code[i]) {
					if skip--; skip < 0 {
						out = append(out, c.hit(i))
					}
				}
				return limit <= 0 || len(out) < limit
			})
		})
		if limit > 0 && len(out) >= limit {
			break
		}
	}
	return out
}

// Count is the number of points of the box that pass the filter.
func (a *Atlas) Count(box BBox, f Filter) int {
	s, m := a.current.Load(), a.mask(f)
	n := 0
	if m.class == nothing {
		return n
	}
	for _, r := range box.rects() {
		s.descend(s.world(), r, 0, func(q quad, inside bool) bool {
			if inside {
				n += s.count(&m, q.span)
				return true
			}
			return s.each(&m, q.span, func(c *columns, i int) bool {
				if r.has(c.code[i]) {
					n++
				}
				return true
			})
		})
	}
	return n
}

// Facets counts the points of the box by kind and by theme.
func (a *Atlas) Facets(box BBox, f Filter) Facets {
	s, m := a.current.Load(), a.mask(f)
	byKind, byTheme := f, f
	byKind.Kinds, byTheme.Themes = 0, 0
	g := facetCounter{s: s, whole: m, forKinds: a.mask(byKind), forThemes: a.mask(byTheme)}
	for _, r := range box.rects() {
		s.descend(s.world(), r, 0, func(q quad, inside bool) bool {
			if inside {
				g.add(q.span)
				return true
			}
			g.scan(q.span, &r)
			return true
		})
	}
	return g.out
}

// facetCounter adds up facets over spans.
type facetCounter struct {
	s *snapshot
	// forKinds and forThemes are the filter without kinds and without themes.
	whole, forKinds, forThemes mask
	out                        Facets
}

// scan counts point by point; with a rectangle, only the points in it.
func (g *facetCounter) scan(p span, r *rect) {
	open := mask{kinds: allKinds, anyTheme: true, during: g.whole.during, only: g.whole.only}
	g.s.each(&open, p, func(c *columns, i int) bool {
		if r != nil && !r.has(c.code[i]) {
			return true
		}
		g.point(c, i, 1)
		return true
	})
}

// point counts a point that passes all but kind and theme.
func (g *facetCounter) point(c *columns, i, sign int) {
	kind := g.whole.kinds>>c.kind(i)&1 == 1
	theme := g.whole.anyTheme || c.themes[i]&g.whole.themes != 0
	if kind && theme {
		g.out.Total += sign
	}
	if theme {
		g.out.Kinds[c.kind(i)] += sign
	}
	if kind {
		for t := c.themes[i]; t != 0; t &= t - 1 {
			g.out.Themes[bits.TrailingZeros64(t)] += sign
		}
	}
}

// add counts a whole span, from the summaries when the filter allows.
func (g *facetCounter) add(p span) {
	if g.forKinds.class == byScan || g.forThemes.class == byScan || g.whole.class == nothing {
		g.scan(p, nil)
		return
	}
	g.addColumns(g.s.base, p.base, 1)
	g.addColumns(g.s.plus, p.plus, 1)
	g.addColumns(g.s.minus, p.minus, -1)
}

func (g *facetCounter) addColumns(c *columns, r [2]int, sign int) {
	a, b := blocksInside(r[0], r[1], blockPoints)
	if a >= b {
		g.addPoints(c, r[0], r[1], sign)
		return
	}
	g.addPoints(c, r[0], a*blockPoints, sign)
	g.addPoints(c, b*blockPoints, r[1], sign)
	g.out.Total += sign * g.whole.count(c, a*blockPoints, b*blockPoints)
	lo, hi := c.row(a), c.row(b)
	switch m := &g.forKinds; {
	case m.class == everything:
		for k := range kinds {
			for r := range roots {
				g.out.Kinds[k] += sign * int(hi[kindRoot(k, r)]-lo[kindRoot(k, r)])
			}
		}
	case m.theme < c.nThemes:
		for k := range kinds {
			at := c.kindTheme(k, m.theme)
			g.out.Kinds[k] += sign * int(hi[at]-lo[at])
		}
	}
	if g.forThemes.class == everything {
		at := c.themeAt(0)
		for t := range c.nThemes {
			g.out.Themes[t] += sign * int(hi[at+t]-lo[at+t])
		}
		return
	}
	for _, k := range g.forThemes.kindsList {
		at := c.kindTheme(int(k), 0)
		for t := range c.nThemes {
			g.out.Themes[t] += sign * int(hi[at+t]-lo[at+t])
		}
	}
}

func (g *facetCounter) addPoints(c *columns, i, j, sign int) {
	for ; i < j; i++ {
		g.point(c, i, sign)
	}
}
