package chronicle

import "codeberg.org/bocage/bocage/internal/directory"

// Nums is the set of the numbers of the intervals that meet a span.
func (c *Chronicle) Nums(span Span) *directory.NumSet {
	s := c.current.Load()
	out := &directory.NumSet{}
	span = Span{From: max(span.From, minTime), To: min(span.To, maxTime+1)}
	s.base.nums(s.dead, span, out)
	s.plus.nums(nil, span, out)
	return out
}

// nums adds those of one table.
func (t *table) nums(d dead, span Span, out *directory.NumSet) {
	begun := t.first(span.From)
	t.eachBegun(span.From, begun, func(i int) {
		if !d.has(i) {
			out.Add(int64(t.num[i]))
		}
	})
	for i, end := begun, t.first(span.To); i < end; i++ {
		if !d.has(i) {
			out.Add(int64(t.num[i]))
		}
	}
}
