package chronicle

import (
	"cmp"
	"slices"
)

// Cursor is a place in a list of intervals: the start and the number of the last
// one that was listed.
type Cursor struct{ From, Num int64 }

// Latest lists the numbers of the intervals that meet the span and pass the
// filter, those that start last first, from after the cursor; nil is from the
// first. next is nil when there are no more than n.
func (c *Chronicle) Latest(span Span, f Filter, after *Cursor, n int) (nums []int64, next *Cursor) {
	s, m := c.current.Load(), f.mask()
	span = span.tidy()
	if m.nothing || n <= 0 {
		return nil, nil
	}
	found := append(s.base.latest(s.dead, span, &m, after, n+1), s.plus.latest(nil, span, &m, after, n+1)...)
	slices.SortFunc(found, func(a, b Cursor) int {
		return cmp.Or(cmp.Compare(b.From, a.From), cmp.Compare(b.Num, a.Num))
	})
	if len(found) > n {
		found = found[:n]
		next = &found[n-1]
	}
	for _, at := range found {
		nums = append(nums, at.Num)
	}
	return nums, next
}

// latest is Latest of one table, in order.
func (t *table) latest(d dead, span Span, m *mask, after *Cursor, n int) (out []Cursor) {
	end := t.first(span.To)
	if after != nil {
		end = min(end, t.find(after.From, after.Num))
	}
	for i := end - 1; i >= 0 && len(out) < n; i-- {
		if t.from[i] < span.From {
			if t.maxTo[i/blockIntervals] <= span.From {
				i -= i % blockIntervals // nothing of the block is still there
				continue
			}
			if t.to[i] <= span.From {
				continue
			}
		}
		if !d.has(i) && m.pass(t, i) {
			out = append(out, Cursor{t.from[i], int64(t.num[i])})
		}
	}
	return out
}
