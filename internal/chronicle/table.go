package chronicle

import (
	"cmp"
	"iter"
	"math"
	"math/bits"
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
)

// table is a list of intervals sorted by start, then by number, one slice per
// field. It does not change once made.
type table struct {
	from, to []int64
	num      []uint32
	// facet is the kind and the root theme, see facetOf.
	facet  []uint8
	themes []uint64
	// rank orders what is shown first, see weight.
	rank   []uint32
	form   []directory.DateForm
	region []uint16
	series []uint32
	name   []string // nil when none was given
	// maxTo is the last end of each block of intervals, so that one that began
	// long before a window is found without looking at all those between.
	maxTo []int64
}

const blockIntervals = 256

// Times beyond these are clamped, some 31 000 years from now on both sides,
// so that no sum or difference of times overflows.
const (
	minTime = -1_000_000_000_000
	maxTime = 1_000_000_000_000
	// maxNum is the largest number that directory.NumIndex keeps.
	maxNum = 1<<32 - 1
)

func clampTime(t int64) int64 { return min(max(t, minTime), maxTime) }

// tidy returns the interval with a kind, a theme and times that can be indexed.
func (v Interval) tidy() Interval {
	v.From = clampTime(v.From)
	v.To = max(clampTime(v.To), v.From)
	if v.Theme < 0 || v.Theme > 7 {
		v.Theme = NoTheme
	}
	v.Kind &= 7
	if v.Rank != v.Rank { // NaN has no order
		v.Rank = 0
	}
	return v
}

// ordered is a number that is as much larger as a rank is.
func ordered(rank float32) uint32 {
	order := math.Float32bits(rank)
	if order>>31 == 1 {
		return ^order
	}
	return order | 1<<31
}

// weight is the order of what is shown first: by rank, and of the same rank by a
// hash of the number. By date, they would all be at the left of their slot.
func (t *table) weight(i int) uint64 {
	return uint64(t.rank[i])<<32 | uint64(t.num[i]*2654435761)
}

// facetOf packs a kind and a root theme that are tidy: kind << 4 | theme + 1.
func facetOf(kind uint8, theme int8) uint8 { return kind<<4 | uint8(theme+1) }

func (t *table) kind(i int) uint8 { return t.facet[i] >> 4 }
func (t *table) theme(i int) int8 { return int8(t.facet[i]&15) - 1 }

func (t *table) append(v *Interval) {
	t.from = append(t.from, v.From)
	t.to = append(t.to, v.To)
	t.num = append(t.num, uint32(v.Num))
	t.facet = append(t.facet, facetOf(v.Kind, v.Theme))
	t.themes = append(t.themes, v.Themes)
	t.rank = append(t.rank, ordered(v.Rank))
	t.form = append(t.form, v.Form)
	t.region = append(t.region, v.Region)
	t.series = append(t.series, v.Series)
	if t.name != nil || v.Name != "" {
		t.name = append(t.padded(len(t.num)-1), v.Name)
	}
}

func (t *table) appendRange(o *table, i, j int) {
	t.from = append(t.from, o.from[i:j]...)
	t.to = append(t.to, o.to[i:j]...)
	t.num = append(t.num, o.num[i:j]...)
	t.facet = append(t.facet, o.facet[i:j]...)
	t.themes = append(t.themes, o.themes[i:j]...)
	t.rank = append(t.rank, o.rank[i:j]...)
	t.form = append(t.form, o.form[i:j]...)
	t.region = append(t.region, o.region[i:j]...)
	t.series = append(t.series, o.series[i:j]...)
	if t.name != nil || o.name != nil {
		t.name = append(t.padded(len(t.num)-(j-i)), o.padded(len(o.num))[i:j]...)
	}
}

// padded is the names of the first n, "" for those that were given none.
func (t *table) padded(n int) []string {
	return append(t.name, make([]string, max(0, n-len(t.name)))...)
}

// nameOf is the name that was given, "" when none was.
func (t *table) nameOf(i int) string {
	if t.name == nil {
		return ""
	}
	return t.name[i]
}

func (t *table) grow(n int) {
	t.from = slices.Grow(t.from, n)
	t.to = slices.Grow(t.to, n)
	t.num = slices.Grow(t.num, n)
	t.facet = slices.Grow(t.facet, n)
	t.themes = slices.Grow(t.themes, n)
	t.rank = slices.Grow(t.rank, n)
	t.form = slices.Grow(t.form, n)
	t.region = slices.Grow(t.region, n)
	t.series = slices.Grow(t.series, n)
}

func (t *table) finish() {
	t.maxTo = make([]int64, (len(t.to)+blockIntervals-1)/blockIntervals)
	for b := range t.maxTo {
		t.maxTo[b] = slices.Max(t.to[b*blockIntervals : min(len(t.to), (b+1)*blockIntervals)])
	}
}

// newTable sorts intervals that have distinct numbers.
func newTable(vs []Interval) *table {
	order := make([]int32, len(vs))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		if vs[a].From != vs[b].From {
			return cmp.Compare(vs[a].From, vs[b].From)
		}
		return cmp.Compare(vs[a].Num, vs[b].Num)
	})
	t := &table{}
	t.grow(len(vs))
	for _, i := range order {
		t.append(&vs[i])
	}
	t.finish()
	return t
}

// first returns the position of the first interval that starts at or after at.
func (t *table) first(at int64) int {
	i, _ := slices.BinarySearch(t.from, at)
	return i
}

// find returns the position of the first interval not before (from, num).
func (t *table) find(from, num int64) int {
	i, end := t.first(from), t.first(from+1)
	j, _ := slices.BinarySearch(t.num[i:end], uint32(min(max(num, 0), maxNum)))
	return i + j
}

// dead marks positions of a table; nil marks none.
type dead []uint64

func (d dead) has(i int) bool { return d != nil && d[i>>6]>>(i&63)&1 == 1 }

// each yields the positions below n that are marked.
func (d dead) each(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for w, word := range d {
			for ; word != 0; word &= word - 1 {
				if i := w<<6 + bits.TrailingZeros64(word); i >= n || !yield(i) {
					return
				}
			}
		}
	}
}

// merge makes a table of a's intervals that are not dead and of all of b's.
func merge(a *table, d dead, b *table) *table {
	out := &table{}
	out.grow(len(a.from) + len(b.from))
	i := 0
	copyTo := func(j int) {
		for i < j {
			k := i
			for k < j && !d.has(k) {
				k++
			}
			out.appendRange(a, i, k)
			i = min(k+1, j)
		}
	}
	for k := range b.from {
		copyTo(a.find(b.from[k], int64(b.num[k])))
		out.appendRange(b, k, k+1)
	}
	copyTo(len(a.from))
	out.finish()
	return out
}
