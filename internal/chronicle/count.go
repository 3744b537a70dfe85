package chronicle

// Counting is the hot path: the density of a year of a million entries is asked
// for with each movement of the timeline. The table is sorted by start, so that
// a bin is a range of positions, and a filter is a count of one column's range.

// countStarts adds to out, by bin, the intervals of the table that meet the span
// and pass the mask, whether they are dead or not.
func (t *table) countStarts(span Span, m *mask, out []int) {
	begun, end := t.first(span.From), t.first(span.To)
	t.eachBegun(span.From, begun, func(i int) {
		if m.pass(t, i) {
			out[0]++
		}
	})
	scale := float64(len(out)) / float64(span.To-span.From)
	for i := begun; i < end; {
		b := binOf(t.from[i], span.From, scale, len(out))
		j := t.gallop(i, end, func(at int64) bool { return binOf(at, span.From, scale, len(out)) > b })
		out[b] += t.count(m, i, j)
		i = j
	}
}

// eachBegun calls fn for what began before position begun and is still there.
func (t *table) eachBegun(from int64, begun int, fn func(i int)) {
	for b := 0; b*blockIntervals < begun; b++ {
		if t.maxTo[b] <= from {
			continue
		}
		for i := b * blockIntervals; i < min(begun, (b+1)*blockIntervals); i++ {
			if t.to[i] > from {
				fn(i)
			}
		}
	}
}

// gallop is the first position from i to end whose start is past, by steps that
// double and then by halving: a bin holds few of all intervals.
func (t *table) gallop(i, end int, past func(at int64) bool) int {
	step := 1
	for i+step < end && !past(t.from[i+step]) {
		i += step
		step *= 2
	}
	lo, hi := i+1, min(i+step, end)
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		if past(t.from[mid]) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// count is how many intervals of [i, j) pass the mask.
func (t *table) count(m *mask, i, j int) int {
	switch {
	case m.open:
		return j - i
	case m.Only != nil || m.Dated:
		n := 0
		for ; i < j; i++ {
			if m.pass(t, i) {
				n++
			}
		}
		return n
	case m.allKinds():
		return countThemes(t.themes[i:j], m.Themes)
	case m.allThemes():
		return countKinds(t.facet[i:j], &m.kindBits)
	}
	return countBoth(t.themes[i:j], t.facet[i:j], m.Themes, &m.kindBits)
}

// The counts have no branches: which intervals pass cannot be predicted.

func countThemes(themes []uint64, mask uint64) int {
	n := uint64(0)
	for _, x := range themes {
		x &= mask
		n += (x | -x) >> 63
	}
	return int(n)
}

func countKinds(facets []uint8, bits *[8]uint8) int {
	n := 0
	for _, f := range facets {
		n += int(bits[f>>4&7])
	}
	return n
}

func countBoth(themes []uint64, facets []uint8, mask uint64, bits *[8]uint8) int {
	n := uint64(0)
	facets = facets[:len(themes)]
	for i, x := range themes {
		x &= mask
		n += (x | -x) >> 63 & uint64(bits[facets[i]>>4&7])
	}
	return int(n)
}

// passing calls fn with the positions of [i, j) that are not dead and pass the
// mask, a block at a time. It writes each position and moves on only past those
// that pass, so that a filter of few costs no branch that cannot be predicted.
func (t *table) passing(d dead, m *mask, i, j int, fn func(at []int32)) {
	var block [blockIntervals]int32
	plain := m.Only == nil && !m.Dated && d == nil
	for ; i < j; i += blockIntervals {
		end, n := min(i+blockIntervals, j), 0
		if plain {
			n = t.passingPlain(m, i, end, &block)
		} else {
			for k := i; k < end; k++ {
				block[n] = int32(k)
				if !d.has(k) && m.pass(t, k) {
					n++
				}
			}
		}
		fn(block[:n])
	}
}

func (t *table) passingPlain(m *mask, i, end int, block *[blockIntervals]int32) int {
	n := 0
	themes, facets := t.themes[i:end], t.facet[i:end]
	all := uint64(0) // sets the bits of every theme, also of none, when all pass
	if m.allThemes() {
		all = 1
	}
	for k, x := range themes {
		block[n&(blockIntervals-1)] = int32(i + k)
		x = x&m.Themes | all
		n += int((x | -x) >> 63 & uint64(m.kindBits[facets[k]>>4&7]))
	}
	return n
}
