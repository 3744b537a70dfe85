package atlas

// MaxArea is the highest number of Point.Area.
const MaxArea = 255

// AreaShares counts the points that pass by Point.Area, and in each by dominant
// root theme, the last for none. It looks at every point: some milliseconds for
// a million.
func (a *Atlas) AreaShares(f Filter) [MaxArea + 1][roots]int {
	s, m := a.current.Load(), a.mask(f)
	var out [MaxArea + 1][roots]int
	if m.class == nothing {
		return out
	}
	tally := func(c *columns, dead bitmap) {
		for i, area := range c.area {
			if !dead.has(i) && (m.class == everything || m.pass(c, i)) {
				out[area][c.facet[i]&15]++
			}
		}
	}
	tally(s.base, s.dead)
	tally(s.plus, nil)
	return out
}
