//go:build unix

package chronicle

import (
	"fmt"
	"math"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"
)

// Run with: go test -run - -bench . ./internal/chronicle
// "x-scan" is how many times as long a scan of all the intervals takes, in
// processor time, since the wall clock of a busy machine says nothing.

func benchIntervals(n int) []Interval {
	r := rand.New(rand.NewPCG(4, 4))
	vs := make([]Interval, n)
	for i := range vs {
		u := r.Float64()
		from := yearStart(1800) + int64((1-u*u*u)*226*year)
		vs[i] = Interval{Num: int64(i), From: from, To: from, Kind: 5, Theme: int8(r.IntN(8)), Rank: float32(r.ExpFloat64()), Name: "Un événement des communs"}
		vs[i].Themes = 1<<vs[i].Theme | 1<<(8+r.IntN(32))
		if r.IntN(5) == 0 {
			vs[i].To += int64(r.ExpFloat64() * 400 * day)
		}
	}
	vs[7].From, vs[7].To = yearStart(1805), yearStart(2020)
	return vs
}

// scanDensity is Density with nothing but a loop.
func scanDensity(vs []Interval, span Span, bins int, f Filter) []int {
	out := make([]int, bins)
	scale := float64(bins) / float64(span.To-span.From)
	for i := range vs {
		v := &vs[i]
		if modelMeets(v, span.From, span.To) && modelPass(v, f) {
			out[binOf(v.From, span.From, scale, bins)]++
		}
	}
	return out
}

func BenchmarkQueries(b *testing.B) {
	vs := benchIntervals(1_000_000)
	c := New(vs)
	spans := map[string]Span{"month": {at("2005-03-01"), at("2005-04-01")}, "year": {yearStart(2005), yearStart(2006)}, "all": {yearStart(1800), yearStart(2026)}}
	for _, name := range []string{"month", "year", "all"} {
		span := spans[name]
		for label, f := range map[string]Filter{"all": {}, "theme": {Themes: 4}} {
			b.Run(fmt.Sprintf("density/%s/%s", name, label), func(b *testing.B) {
				ratio(b, func() { scanDensity(vs, span, 1200, f) }, func() { c.Density(span, 1200, f) })
			})
			b.Run(fmt.Sprintf("window/%s/%s", name, label), func(b *testing.B) {
				ratio(b, func() { scanDensity(vs, span, 1200, f) }, func() { c.Window(span.From, span.To, f, Options{Lanes: ByTheme, Rows: 4}) })
			})
		}
	}
}

// ratio times slow for a while, then b.N of quick.
func ratio(b *testing.B, slow, quick func()) {
	best := math.Inf(1)
	for range 5 {
		start := cpu(b)
		slow()
		best = min(best, (cpu(b) - start).Seconds())
	}
	b.ResetTimer()
	start := cpu(b)
	for b.Loop() {
		quick()
	}
	used := (cpu(b) - start).Seconds() / float64(b.N)
	b.ReportMetric(best/used, "x-scan")
	b.ReportMetric(used*1e6, "cpu-µs/op")
}

func cpu(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkBuild(b *testing.B) {
	vs := benchIntervals(1_000_000)
	for b.Loop() {
		New(vs)
	}
}

func BenchmarkApply(b *testing.B) {
	vs := benchIntervals(1_000_000)
	c := New(vs)
	r := rand.New(rand.NewPCG(4, 4))
	for b.Loop() {
		up := make([]Interval, 300)
		for i := range up {
			up[i] = vs[r.IntN(len(vs))]
			up[i].From += day
		}
		c.Apply(up, nil)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/300, "ns/change")
}

func BenchmarkSVG(b *testing.B) {
	c := New(benchIntervals(100_000))
	w := c.Window(yearStart(1960), yearStart(2026), Filter{}, Options{Lanes: ByTheme, Rows: 4})
	opt := testOptions("fr")
	for b.Loop() {
		SVG(w, opt)
	}
}
