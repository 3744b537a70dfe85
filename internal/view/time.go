package view

import (
	"strconv"

	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/gazetteer"
	"codeberg.org/bocage/bocage/internal/store"
)

// lanes gives names small numbers, from 1, that last as long as the process.
type lanes struct {
	names  []string
	number map[string]int
}

// of is the number of a name; 0 for "", and when there are most of them.
func (l *lanes) of(name string, most int) int {
	if name == "" {
		return 0
	}
	if n, ok := l.number[name]; ok {
		return n
	}
	if len(l.names) == most {
		return 0
	}
	if l.number == nil {
		l.number = map[string]int{}
	}
	l.names = append(l.names, name)
	l.number[name] = len(l.names)
	return len(l.names)
}

// name is the inverse of of.
func (l *lanes) name(n int) string {
	if n < 1 || n > len(l.names) {
		return ""
	}
	return l.names[n-1]
}

// How many regions and series the timeline can tell apart.
const maxRegions, maxSeries = 1<<16 - 1, 1 << 20

// civil is when an entry was, on the clocks of its place: what every index has, and
// what directory.Selection.Interval is compared with.
func civil(r store.IndexRow) (from, to int64) {
	offset := int64(r.DateForm.Offset().Seconds())
	return r.From + offset, r.To + offset
}

// during is the set of the entries that were at some moment of [from, to), the same
// one as long as nobody came or went.
func (v *View) during(from, to int64) *directory.NumSet {
	find := func() (*directory.NumSet, error) {
		if from >= to {
			return directory.NewNumSet(), nil
		}
		return v.Chronicle().Nums(chronicle.Span{From: from, To: to}), nil
	}
	key := "during " + strconv.FormatInt(from, 36) + " " + strconv.FormatInt(to, 36)
	set, _ := v.sets.get(key, v.sets.now(), find, func(*directory.NumSet, []int64) (*directory.NumSet, error) { // finding it has no error
		return find()
	})
	return set
}

// interval needs v.mu. Times of day are those of the clocks where it takes place:
// on one axis with whole days, which have no time zone, an evening stays on its day.
func (v *View) interval(r store.IndexRow) chronicle.Interval {
	from, to := civil(r)
	return chronicle.Interval{Num: r.Num, From: from, To: to, Kind: uint8(r.Kind.Number()), Theme: int8(r.Theme),
		Themes: r.ThemeMask, Form: r.DateForm, Region: uint16(v.regions.of(regionOf(r), maxRegions)),
		Series: uint32(v.series.of(r.Series, maxSeries)), Rank: float32(r.Rank)}
}

// regionOf is the region of a swim-lane: in France "region:" with its INSEE code, as
// in directory.Selection.Areas, elsewhere the country's code; "" when neither is known.
func regionOf(r store.IndexRow) string {
	if g, err := gazetteer.Load(); err == nil && r.Department != "" {
		if d, ok := g.Department(r.Department); ok {
			return directory.AreaRegion + d.Region
		}
	}
	return r.Country
}

// Region is what a swim-lane by region stands for, see regionOf; "" for a number
// that is none.
func (v *View) Region(n int) string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.regions.name(n)
}

// Series is the slug of the series that a swim-lane stands for, "" for none.
func (v *View) Series(n int) string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.series.name(n)
}
