package chronicle

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"github.com/google/go-cmp/cmp"
)

// model is the index done the slow way.
type model map[int64]Interval

func (m model) apply(up []Interval, gone []int64) {
	for _, n := range gone {
		delete(m, n)
	}
	for _, v := range up {
		m[v.Num] = v
	}
}

func modelMeets(v *Interval, from, to int64) bool {
	if v.To <= v.From {
		return v.From >= from && v.From < to
	}
	return v.From < to && v.To > from
}

func modelPass(v *Interval, f Filter) bool {
	return (f.Kinds == 0 || f.Kinds>>v.Kind&1 == 1) && (f.Themes == 0 || v.Themes&f.Themes != 0) &&
		(!f.Dated || f.From < f.To && modelMeets(v, f.From, f.To)) && (f.Only == nil || f.Only.Has(v.Num))
}

// density counts by start, as Density.
func (m model) density(span Span, bins int, f Filter) []int {
	out := make([]int, bins)
	for _, v := range m {
		if modelPass(&v, f) && modelMeets(&v, span.From, span.To) {
			out[binOf(v.From, span.From, float64(bins)/float64(span.To-span.From), bins)]++
		}
	}
	return out
}

func (m model) nums() []int64 {
	var out []int64
	for n := range m {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// randomForms are ways in which dates are known.
var randomForms = func() (out []directory.DateForm) {
	for _, p := range []directory.Period{{Start: "2011-03-12"}, {Start: "2011"}, {Start: "1217~"}, {Start: "19XX?"}, {Start: "2004", End: ".."}, {Start: "..", End: "1990?"}, {Start: "1990~", End: "2001-03"}} {
		out = append(out, p.Form())
	}
	return out
}()

// randomInterval is of a minute, a day, some years or three centuries, from
// the year −500 to 9999, most of them recent.
func randomInterval(r *rand.Rand, num int64) Interval {
	from := yearStart(1960 + r.IntN(70))
	if r.IntN(4) == 0 {
		from = yearStart(-500 + r.IntN(10500))
	}
	v := Interval{Num: num, From: from + r.Int64N(year), Kind: uint8(r.IntN(8)), Theme: NoTheme, Rank: float32(r.IntN(5)), Form: randomForms[r.IntN(len(randomForms))], Region: uint16(r.IntN(30)), Series: uint32(r.IntN(30)), Name: fmt.Sprintf("Événement %d", num)}
	v.To = v.From + []int64{0, 60, day, 3 * year, 300 * year}[r.IntN(5)]
	if r.IntN(6) > 0 {
		v.Theme = int8(r.IntN(8))
		v.Themes = 1<<v.Theme | 1<<(8+r.IntN(32))
	}
	return v
}

func randomFilter(r *rand.Rand, m model) Filter {
	var f Filter
	if r.IntN(3) == 0 {
		f.Kinds = uint16(r.IntN(256))
	}
	if r.IntN(3) == 0 {
		f.Themes = 1 << r.IntN(42)
	}
	if r.IntN(5) == 0 {
		f.Dated, f.From = true, yearStart(1900+r.IntN(150))
		f.To = f.From + r.Int64N(100*year)
	}
	if r.IntN(5) == 0 {
		f.Only = directory.NewNumSet()
		for _, n := range m.nums() {
			if r.IntN(3) == 0 {
				f.Only.Add(n)
			}
		}
	}
	return f
}

func randomSpan(r *rand.Rand) Span {
	from := yearStart(1950 + r.IntN(80))
	if r.IntN(3) == 0 {
		from = yearStart(-600 + r.IntN(10700))
	}
	return Span{From: from, To: from + 60 + int64(math.Exp(r.Float64()*26))}.tidy()
}

func TestAgainstModel(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	m := model{}
	var vs []Interval
	for i := range 2500 {
		vs = append(vs, randomInterval(r, int64(i)*2))
	}
	m.apply(vs, nil)
	c := New(vs)
	for range 8 {
		if c.Len() != len(m) {
			t.Fatalf("Len %d, want %d", c.Len(), len(m))
		}
		for range 80 {
			span, f := randomSpan(r), randomFilter(r, m)
			bins := 1 + r.IntN(300)
			if diff := cmp.Diff(m.density(span, bins, f), c.Density(span, bins, f)); diff != "" {
				t.Fatalf("Density(%v, %+v): %s", span, f, diff)
			}
			checkWindow(t, c, m, span, f, r)
		}
		checkRange(t, c, m, randomFilter(r, m))
		nums := m.nums()
		var up []Interval
		var gone []int64
		for range r.IntN(200) {
			up = append(up, randomInterval(r, nums[r.IntN(len(nums))]+r.Int64N(2)))
			gone = append(gone, nums[r.IntN(len(nums))])
		}
		m.apply(up, gone)
		// New's rule for one list holds for Apply too: the last of a number counts.
		c.Apply(up, gone)
	}
}

func checkRange(t *testing.T, c *Chronicle, m model, f Filter) {
	t.Helper()
	want, some := Span{From: math.MaxInt64, To: math.MinInt64}, false
	for _, v := range m {
		if modelPass(&v, f) {
			want.From, want.To, some = min(want.From, v.From), max(want.To, v.To, v.From+1), true
		}
	}
	got, ok := c.Range(f)
	if ok != some || ok && got != want {
		t.Fatalf("Range(%+v) = %v, %v, want %v", f, got, ok, want)
	}
}

// checkWindow checks the counts, and that nothing of a row touches.
func checkWindow(t *testing.T, c *Chronicle, m model, span Span, f Filter, r *rand.Rand) {
	t.Helper()
	opt := Options{Width: 320 + r.IntN(1600), Rows: 1 + r.IntN(9), Lanes: Lanes(r.IntN(5)), Lang: "en"}
	w := c.Window(span.From, span.To, f, opt)
	want, sum, rest, groups := 0, 0, 0, 0
	for _, n := range m.density(span, 1, f) {
		want += n
	}
	for _, n := range w.Bins {
		sum += n
	}
	for _, x := range w.Rest {
		rest += x.N
	}
	for _, g := range w.Groups {
		groups += g.Total
	}
	if w.Total != want || sum != want || groups != want || w.Shown != len(w.Items) || w.Shown+rest != want {
		t.Fatalf("window %v: total %d, bins %d, groups %d, shown %d and rest %d, want %d", span, w.Total, sum, groups, w.Shown, rest, want)
	}
	byLane := map[int][]Item{}
	for _, it := range w.Items {
		if v, ok := m[it.Num]; !ok || v.Name != it.Name || v.From != it.From {
			t.Fatalf("item %+v is not %+v", it, v)
		}
		if w.Groups[it.Group].Row > it.Row || w.Groups[it.Group].Row+w.Groups[it.Group].Rows <= it.Row {
			t.Fatalf("%+v is not in its lane %+v", it, w.Groups[it.Group])
		}
		byLane[it.Row] = append(byLane[it.Row], it)
	}
	if opt.Lanes == BySeries { // editions share a row, and may touch
		byLane = nil
	}
	for lane, items := range byLane {
		for i, a := range items {
			for _, b := range items[:i] {
				if left(a) < right(b) && left(b) < right(a) {
					t.Fatalf("row %d: %+v touches %+v", lane, a, b)
				}
			}
		}
	}
	if !slices.IsSortedFunc(w.Ticks, func(a, b Tick) int { return int(a.At - b.At) }) || len(w.Ticks) > maxTicks+20 {
		t.Fatalf("%d ticks, sorted or not", len(w.Ticks))
	}
}

func left(i Item) float64  { return min(i.X, i.LabelX) }
func right(i Item) float64 { return max(i.X+i.W, i.LabelX+i.LabelW) }

func TestTheMostImportantAreShown(t *testing.T) {
	t.Parallel()
	var vs []Interval
	for i := range 3000 {
		vs = append(vs, Interval{Num: int64(i), From: yearStart(2000) + int64(i)*day, To: yearStart(2000) + int64(i)*day, Theme: NoTheme, Name: "Ordinaire"})
	}
	vs[700].Rank, vs[700].Name = 9, "Capital"
	w := New(vs).Window(yearStart(2000), yearStart(2008), Filter{}, Options{Rows: 2})
	if !slices.ContainsFunc(w.Items, func(i Item) bool { return i.Num == 700 }) {
		t.Error("the item of the highest rank is not shown")
	}
	// Equal ranks must not leave any stretch empty.
	for x := 100.0; x < 1000; x += 250 {
		if !slices.ContainsFunc(w.Items, func(i Item) bool { return i.X >= x && i.X < x+250 }) {
			t.Errorf("nothing shown from %v to %v", x, x+250)
		}
	}
}

func TestAround(t *testing.T) {
	t.Parallel()
	c := New([]Interval{
		{Num: 1, From: yearStart(2012) + 40*day, To: yearStart(2012) + 41*day},
		{Num: 2, From: yearStart(1971), To: yearStart(1982)},
		{Num: 3, From: yearStart(1990), To: yearStart(1991)},
		{Num: 4, From: yearStart(-300), To: yearStart(0)},
	})
	for num, want := range map[int64][2]int{2: {1950, 2000}, 3: {1980, 2000}, 4: {-600, 400}} {
		got, ok := c.Around(num)
		if !ok || got != (Span{yearStart(want[0]), yearStart(want[1])}) {
			t.Errorf("Around(%d) = %v to %v", num, utc(got.From), utc(got.To))
		}
	}
	if s, ok := c.Around(1); !ok || s.To-s.From > 2*year || s.From > yearStart(2012)+40*day || s.To < yearStart(2012)+41*day {
		t.Errorf("Around(1) = %v to %v", utc(s.From), utc(s.To))
	}
	if _, ok := c.Around(99); ok {
		t.Error("Around of an unknown number")
	}
}

func TestExtremes(t *testing.T) {
	t.Parallel()
	c := New([]Interval{
		{Num: 1, From: math.MinInt64, To: math.MaxInt64, Rank: float32(math.NaN()), Theme: 100, Kind: 255, Name: "\x00\xff"},
		{Num: 2, From: math.MaxInt64, To: math.MinInt64},
		{Num: -1}, {Num: 1 << 40},
	})
	if c.Len() != 2 {
		t.Fatalf("Len %d, want 2", c.Len())
	}
	for _, s := range []Span{{math.MinInt64, math.MaxInt64}, {5, 5}, {9, -9}, {0, 1}} {
		w := c.Window(s.From, s.To, Filter{}, Options{Width: -1, Rows: 1 << 30, Lanes: ByTheme})
		if w.Total == 0 {
			t.Errorf("window %v has nothing", s)
		}
		for _, z := range []Span{ZoomIn(s), ZoomOut(s), Pan(s, 1<<40), AtScale(s, Days), AtScale(s, "?")} {
			if z.To <= z.From {
				t.Errorf("from %v: %v", s, z)
			}
		}
	}
	empty := New(nil)
	if w := empty.Window(0, year, Filter{}, Options{}); w.Total != 0 || len(w.Groups) != 1 || len(w.Ticks) == 0 {
		t.Errorf("empty window %+v", w)
	}
	if _, ok := empty.Range(Filter{}); ok {
		t.Error("range of nothing")
	}
}

func TestReadersAndWriter(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 2))
	var vs []Interval
	for i := range 2000 {
		vs = append(vs, randomInterval(r, int64(i)))
	}
	c := New(vs)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				w := c.Window(yearStart(1900), yearStart(2050), Filter{}, Options{})
				if len(w.Items) != w.Shown {
					t.Error("a window disagrees with itself")
				}
				c.Range(Filter{Kinds: 3})
				c.Around(7)
			}
		})
	}
	for range 25 {
		var up []Interval
		for range 1500 {
			up = append(up, randomInterval(r, r.Int64N(4000)))
		}
		c.Apply(up, []int64{r.Int64N(4000)})
	}
	close(done)
	readers.Wait()
}

// TestLatest: pages of any length are the whole, in order, each once.
func TestLatest(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	m := model{}
	var vs []Interval
	for i := range 1500 {
		vs = append(vs, randomInterval(r, int64(i)))
	}
	m.apply(vs, nil)
	c := New(vs)
	up, gone := []Interval{randomInterval(r, 7), randomInterval(r, 2000)}, []int64{8, 9, 10}
	m.apply(up, gone)
	c.Apply(up, gone)
	for range 60 {
		span, f := randomSpan(r), randomFilter(r, m)
		var want []Interval
		for _, v := range m {
			if modelPass(&v, f) && modelMeets(&v, span.From, span.To) {
				want = append(want, v)
			}
		}
		slices.SortFunc(want, func(a, b Interval) int { return cmpInterval(b, a) })
		var got []int64
		for after, n := (*Cursor)(nil), 1+r.IntN(40); ; {
			nums, next := c.Latest(span, f, after, n)
			if next != nil && len(nums) != n {
				t.Fatalf("a page of %d is not the last and has %d", n, len(nums))
			}
			got = append(got, nums...)
			if after = next; next == nil {
				break
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%v: %d listed, want %d", span, len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i].Num {
				t.Fatalf("%v: number %d is %d, want %d", span, i, got[i], want[i].Num)
			}
		}
	}
}

func cmpInterval(a, b Interval) int {
	if a.From != b.From {
		return int(min(max(a.From-b.From, -1), 1))
	}
	return int(a.Num - b.Num)
}

// TestSoftness: a date is drawn where it may have been.
func TestSoftness(t *testing.T) {
	t.Parallel()
	span := func(p directory.Period) (int64, int64) {
		from, to, ok := p.Interval()
		if !ok {
			t.Fatalf("%+v is no period", p)
		}
		return from, to
	}
	for _, tt := range []struct {
		p    directory.Period
		want soft
	}{
		{directory.Period{Start: "2011-03-12"}, soft{}},
		{directory.Period{Start: "2026-06-05", End: "2026-06-07"}, soft{}},
		{directory.Period{Start: "2011"}, soft{start: 365 * day / 2, end: 365 * day / 2}},
		{directory.Period{Start: "2011~"}, soft{before: year, after: year, start: 365*day/2 + year, end: 365*day/2 + year}},
		{directory.Period{Start: "2011-03-12?"}, soft{start: day / 2, end: day / 2}},
		{directory.Period{Start: "1990", End: "2008-04-01"}, soft{start: year}},
		{directory.Period{Start: "1990", End: "2008~"}, soft{start: year, after: year, end: 2 * year}},
		{directory.Period{Start: "199X", End: "2008"}, soft{start: 10 * year, end: year}},
	} {
		from, to := span(tt.p)
		if got := softness(tt.p.Form(), from, to); got != tt.want {
			t.Errorf("%+v: %+v, want %+v", tt.p, got, tt.want)
		}
	}
	// The edges of a short interval do not cross.
	from, to := span(directory.Period{Start: "1990~", End: "1991~"})
	p := directory.Period{Start: "1990~", End: "1991~"}
	if s := softness(p.Form(), from, to); s.start+s.end > to-from+s.before+s.after {
		t.Errorf("edges cross: %+v", s)
	}
}

// TestNeverASharpDot: at no scale is a date that is not known to the day drawn as
// a full dot or a sharp bar.
func TestNeverASharpDot(t *testing.T) {
	t.Parallel()
	for _, edtf := range []string{"2011", "2011-03", "201X", "20XX", "2011-06-15?", "2011~", "2004/..", "../2012", "2010/2011"} {
		p := directory.Period{Start: edtf}
		if a, b, ok := strings.Cut(edtf, "/"); ok {
			p = directory.Period{Start: a, End: b}
		}
		from, to, ok := p.Interval()
		if !ok {
			t.Fatalf("%s has no interval", edtf)
		}
		c := New([]Interval{{Num: 1, From: from, To: to, Form: p.Form(), Name: edtf}})
		for _, length := range []int64{3 * day, 60 * day, 2 * year, 20 * year, 300 * year, 3000 * year} {
			at := min(max(yearStart(2011)+165*day, from), to-1)
			w := c.Window(at-length/2, at+length/2, Filter{}, Options{})
			if len(w.Items) != 1 {
				t.Fatalf("%s in %d s: %d items", edtf, length, len(w.Items))
			}
			it := w.Items[0]
			svg := string(SVG(w, testOptions("fr")))
			switch {
			case !it.Vague:
				t.Errorf("%s is not vague", edtf)
			case it.W == 0 && !strings.Contains(svg, `class="pt flou"`):
				t.Errorf("%s in %d s is a full dot", edtf, length)
			case strings.Contains(svg, `height="24" rx="6"`):
				t.Errorf("%s in %d s is a sharp bar", edtf, length)
			}
		}
	}
}

func TestLanes(t *testing.T) {
	t.Parallel()
	var vs []Interval
	for i := range 60 {
		vs = append(vs, Interval{Num: int64(i), From: yearStart(1990 + i%30), To: yearStart(1990+i%30) + day, Kind: uint8(i % 3), Theme: int8(i%4) - 1,
			Region: uint16(min(i%20, 16)), Series: uint32(i % 5), Name: "Rencontre"})
	}
	c := New(vs)
	for _, tt := range []struct {
		by   Lanes
		keys []int
	}{
		{NoLanes, []int{NoKey}},
		{ByTheme, []int{0, 1, 2, NoKey}},
		{ByKind, []int{0, 1, 2}},
		{ByRegion, []int{16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, NoKey, OtherKeys}},
		{BySeries, []int{1, 2, 3, 4, NoKey}},
	} {
		w := c.Window(yearStart(1980), yearStart(2030), Filter{}, Options{Lanes: tt.by, Rows: 3})
		var keys []int
		for _, g := range w.Groups {
			keys = append(keys, g.Key)
		}
		if diff := cmp.Diff(tt.keys, keys); diff != "" {
			t.Errorf("lanes %d: %s", tt.by, diff)
		}
		if tt.by == BySeries {
			for _, it := range w.Items {
				if g := w.Groups[it.Group]; g.Key > 0 && (uint32(g.Key) != it.Series || it.Row != g.Row) {
					t.Errorf("edition %+v in lane %+v", it, g)
				}
			}
			if n := strings.Count(string(SVG(w, testOptions("en"))), `class="s-serie"`); n != 4 {
				t.Errorf("%d lines join the editions, want 4", n)
			}
		}
	}
}
