package chronicle

import (
	"math"
	"slices"
)

// mask is a Filter made ready.
type mask struct {
	Filter
	open    bool // everything passes
	nothing bool
	// kindBits is 1 for the kinds that pass.
	kindBits [8]uint8
}

func (f Filter) mask() mask {
	m := mask{Filter: f}
	m.nothing = f.Kinds != 0 && f.Kinds&0xff == 0 || f.Dated && f.From >= f.To || f.Only != nil && f.Only.Len() == 0
	if f.Kinds == 0 {
		m.Kinds = 0xff
	}
	if f.Themes == 0 {
		m.Themes = math.MaxUint64
	}
	for k := range m.kindBits {
		m.kindBits[k] = uint8(m.Kinds >> k & 1)
	}
	m.open = m.allKinds() && m.allThemes() && !f.Dated && f.Only == nil
	return m
}

func (m *mask) allKinds() bool  { return m.Kinds&0xff == 0xff }
func (m *mask) allThemes() bool { return m.Themes == math.MaxUint64 }

func (m *mask) pass(t *table, i int) bool {
	return m.Kinds>>t.kind(i)&1 == 1 &&
		(m.Themes == math.MaxUint64 || t.themes[i]&m.Themes != 0) &&
		(!m.Dated || meets(t.from[i], t.to[i], m.From, m.To)) &&
		(m.Only == nil || m.Only.Has(int64(t.num[i])))
}

// meets says whether an interval, or an instant, has a moment in [from, to).
func meets(start, end, from, to int64) bool {
	return start < to && (end > from || start >= from)
}

// each calls fn with the positions of the intervals that meet the span and pass.
func (s *snapshot) each(span Span, m *mask, fn func(t *table, i int)) {
	if m.nothing {
		return
	}
	s.base.each(s.dead, span, m, fn)
	s.plus.each(nil, span, m, fn)
}

func (t *table) each(d dead, span Span, m *mask, fn func(t *table, i int)) {
	begun := t.first(span.From)
	t.eachBegun(span.From, begun, func(i int) {
		if !d.has(i) && m.pass(t, i) {
			fn(t, i)
		}
	})
	for i, end := begun, t.first(span.To); i < end; i++ {
		if !d.has(i) && m.pass(t, i) {
			fn(t, i)
		}
	}
}

// Range returns the first start and the last end of the intervals that pass
// the filter; ok is false when there are none.
func (c *Chronicle) Range(f Filter) (span Span, ok bool) {
	s, m := c.current.Load(), f.mask()
	if m.open && s.nDead == 0 && len(s.plus.from) == 0 && len(s.base.from) > 0 {
		last := len(s.base.from) - 1
		return Span{From: s.base.from[0], To: max(slices.Max(s.base.maxTo), s.base.from[last]+1)}, true
	}
	span = Span{From: math.MaxInt64, To: math.MinInt64}
	if !m.nothing {
		s.base.extend(s.dead, &m, &span)
		s.plus.extend(nil, &m, &span)
	}
	if span.From > span.To {
		return Span{}, false
	}
	return span, true
}

// extend makes the span hold the intervals that pass: the first of them is the first
// to start, and only blocks that end after the span are looked through for its end.
func (t *table) extend(d dead, m *mask, span *Span) {
	first := 0
	for first < len(t.from) && (d.has(first) || !m.pass(t, first)) {
		first++
	}
	if first == len(t.from) {
		return
	}
	span.From = min(span.From, t.from[first])
	for b := len(t.maxTo) - 1; b >= first/blockIntervals; b-- {
		end := min(len(t.from), (b+1)*blockIntervals)
		if max(t.maxTo[b], t.from[end-1]+1) <= span.To {
			continue
		}
		for i := max(first, b*blockIntervals); i < end; i++ {
			if last := max(t.to[i], t.from[i]+1); last > span.To && !d.has(i) && m.pass(t, i) {
				span.To = last
			}
		}
	}
}

// Density counts the intervals that pass the filter by where they start, in
// bins equal stretches of the span; those begun before, and still there, are
// in the first.
func (c *Chronicle) Density(span Span, bins int, f Filter) []int {
	s, m := c.current.Load(), f.mask()
	span = span.tidy()
	out := make([]int, max(bins, 1))
	s.density(span, &m, out)
	return out
}

// density counts into out: all of the base, less its dead, and what stands beside it.
func (s *snapshot) density(span Span, m *mask, out []int) {
	if m.nothing {
		return
	}
	s.base.countStarts(span, m, out)
	s.plus.countStarts(span, m, out)
	if s.nDead == 0 {
		return
	}
	scale := float64(len(out)) / float64(span.To-span.From)
	for i := range s.dead.each(len(s.base.from)) {
		if meets(s.base.from[i], s.base.to[i], span.From, span.To) && m.pass(s.base, i) {
			out[binOf(s.base.from[i], span.From, scale, len(out))]--
		}
	}
}

// startBins is how finely StartOf looks: a thousand years in stretches of
// three months.
const startBins = 4096

// StartOf returns, for each share from 0 to 1, a moment before which at most
// that share of the intervals that pass the filter start, to a part in
// startBins of their range. A few that are far from all others thus do not
// decide what is shown first. ok is false when none passes.
func (c *Chronicle) StartOf(f Filter, shares ...float64) (at []int64, ok bool) {
	all, ok := c.Range(f)
	if !ok {
		return nil, false
	}
	bins := c.Density(all, startBins, f)
	total := 0
	for _, n := range bins {
		total += n
	}
	length := float64(all.To - all.From)
	for _, share := range shares {
		before, i := 0, 0
		for i < len(bins)-1 && float64(before+bins[i]) <= share*float64(total) {
			before += bins[i]
			i++
		}
		at = append(at, all.From+int64(length*float64(i)/startBins))
	}
	return at, true
}

// binOf is the bin of a start; those before the span are in the first.
func binOf(start, from int64, scale float64, bins int) int {
	return min(max(int(float64(start-from)*scale), 0), bins-1)
}

// tidy clamps a span and gives it at least a minute.
func (s Span) tidy() Span {
	s.From = clampTime(s.From)
	s.To = max(clampTime(s.To), s.From+60)
	return s
}

// Around returns a window with nice bounds about the interval num: a year
// about a day, a score of years about a year.
func (c *Chronicle) Around(num int64) (span Span, ok bool) {
	s := c.current.Load()
	t, i, ok := s.locate(num)
	if !ok {
		return Span{}, false
	}
	length := t.to[i] - t.from[i]
	want := 3 * length
	switch {
	case length <= 3*day:
		want = year
	case length <= 40*day:
		want = 2 * year
	case length <= 2*year:
		want = 20 * year
	}
	return niceWindow(t.from[i]+length/2, rungFor(want)), true
}

// locate finds a number by reading all of them: it serves one link of one page.
func (s *snapshot) locate(num int64) (t *table, i int, ok bool) {
	for _, t := range []*table{s.plus, s.base} {
		for i, n := range t.num {
			if int64(n) == num && (t == s.plus || !s.dead.has(i)) {
				return t, i, true
			}
		}
	}
	return nil, 0, false
}
