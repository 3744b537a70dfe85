package chronicle

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
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

// randomInterval is of a minute, a day, some years or three centuries, from
// the year −500 to 9999, most of them recent.
func randomInterval(r *rand.Rand, num int64) Interval {
	from := yearStart(1960 + r.IntN(70))
	if r.IntN(4) == 0 {
		from = yearStart(-500 + r.IntN(10500))
	}
	v := Interval{Num: num, From: from + r.Int64N(year), Kind: uint8(r.IntN(8)), Theme: NoTheme, Rank: float32(r.IntN(5)), Vague: r.IntN(5) == 0, Name: fmt.Sprintf("Événement %d", num)}
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
	opt := Options{Width: 320 + r.IntN(1600), Lanes: 1 + r.IntN(9), ByTheme: r.IntN(2) == 0, Lang: "en"}
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
		byLane[it.Lane] = append(byLane[it.Lane], it)
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
	w := New(vs).Window(yearStart(2000), yearStart(2008), Filter{}, Options{Lanes: 2})
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
		w := c.Window(s.From, s.To, Filter{}, Options{Width: -1, Lanes: 1 << 30, ByTheme: true})
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
