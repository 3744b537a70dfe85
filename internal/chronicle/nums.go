package chronicle

import "codeberg.org/bocage/bocage/internal/directory"

// Nums is the set of the numbers of the intervals that meet a span.
func (c *Chronicle) Nums(span Span) *directory.NumSet {
	s, m := c.current.Load(), Filter{}.mask()
	out := &directory.NumSet{}
	span = Span{From: max(span.From, minTime), To: min(span.To, maxTime+1)}
	s.each(span, &m, func(t *table, i int) { out.Add(t.num[i]) })
	return out
}
