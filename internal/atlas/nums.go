package atlas

// Nums is the set of the numbers of the points of a box.
func (a *Atlas) Nums(box BBox) *Set {
	s, m := a.current.Load(), Filter{}.mask()
	out := &Set{}
	for _, r := range box.rects() {
		s.descend(s.world(), r, 0, func(q quad, inside bool) bool {
			return s.each(&m, q.span, func(c *columns, i int) bool {
				if inside || r.has(c.code[i]) {
					out.Add(int64(c.num[i]))
				}
				return true
			})
		})
	}
	return out
}
