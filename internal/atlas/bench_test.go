//go:build unix

package atlas

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"
)

// cpu is the processor time of this process: on a busy machine the wall clock
// says nothing.
func cpu(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// The benchmarks compare with a scan of the tile's points in the same run:
// "x-scan" is how many times the scan takes as long, in processor time (the
// scan encodes nothing, so that at zoom 9 and 13 it does less). Run with
//
//	go test -run - -bench . ./internal/atlas

func benchPoints(n int) []Point {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	towns := make([][3]float64, 12000)
	for i := range towns {
		towns[i] = [3]float64{46.5 + r.NormFloat64()*2.5, 2.5 + r.NormFloat64()*3.5, 0.02 + r.ExpFloat64()*0.05}
	}
	points := make([]Point, n)
	for i := range points {
		t := towns[r.IntN(1+r.IntN(len(towns)))]
		p := Point{Num: int64(i + 1), Kind: uint8(r.IntN(kinds)), Theme: int8(r.IntN(noRoot))}
		p.Lat, p.Lon = t[0]+r.NormFloat64()*t[2], t[1]+r.NormFloat64()*t[2]
		p.Themes = 1<<p.Theme | 1<<(noRoot+r.IntN(32))
		points[i] = p
	}
	return points
}

type tileID struct{ z, x, y uint32 }

// benchTiles are tiles where there are points, at zoom z; at z < 0 a session of panning.
func benchTiles(points []Point, z int) []tileID {
	r := rand.New(rand.NewPCG(6, 6))
	out := make([]tileID, 256)
	for i := range out {
		zoom := uint32(max(z, 0))
		if z < 0 {
			zoom = []uint32{0, 5, 5, 5, 5, 9, 9, 9, 9, 9, 9, 9, 13, 13, 13, 13, 13, 13, 13, 13}[i%20]
		}
		p := points[r.IntN(len(points))]
		x, y := cellOf(p.Lat, p.Lon)
		out[i] = tileID{zoom, x >> (axisBits - zoom), y >> (axisBits - zoom)}
	}
	return out
}

// scanTile clusters a tile by looking at each of its points.
func scanTile(s *snapshot, m *mask, t tileID, grid *[1 << (2 * gridBits)]tally) int {
	clear(grid[:])
	shift := uint(2 * (axisBits - t.z))
	code := morton(t.x, t.y)
	p := s.narrow(s.whole(), code<<shift, (code+1)<<shift)
	c := s.base
	for i := p.base[0]; i < p.base[1]; i++ {
		if !m.pass(c, i) {
			continue
		}
		g := &grid[c.code[i]>>(shift-2*gridBits)&(1<<(2*gridBits)-1)]
		g.n++
		g.shares[c.root(i)]++
		g.sumX += uint64(compact(c.code[i]))
		g.sumY += uint64(compact(c.code[i] >> 1))
	}
	return p.base[1] - p.base[0]
}

func BenchmarkTile(b *testing.B) {
	filters := []struct {
		name string
		f    Filter
	}{
		{"all", Filter{}}, {"kinds", Filter{Kinds: 7}}, {"theme", Filter{Themes: 1 << 20}}, {"root", Filter{Themes: 1}},
		{"themes", Filter{Themes: 3}}, {"kind+theme", Filter{Kinds: 1, Themes: 1}}, {"dates", Filter{Dated: true, From: 0, To: 5e8}},
	}
	for _, n := range []int{100_000, 1_000_000} {
		points := benchPoints(n)
		a := New(points).DatedBy(calendar(int64(len(points))))
		for _, z := range []int{0, 5, 9, 13, -1} {
			tiles := benchTiles(points, z)
			for _, fl := range filters {
				name := fmt.Sprintf("n=%d/z%d/%s", n, z, fl.name)
				if z < 0 {
					name = fmt.Sprintf("n=%d/mix/%s", n, fl.name)
				}
				b.Run(name, func(b *testing.B) { benchTile(b, a, tiles, fl.f) })
			}
		}
	}
}

func benchTile(b *testing.B, a *Atlas, tiles []tileID, f Filter) {
	s, m := a.current.Load(), a.mask(f)
	var grid [1 << (2 * gridBits)]tally
	start, rounds := cpu(b), 0
	for cpu(b)-start < 40*time.Millisecond {
		for range 8 {
			scanTile(s, &m, tiles[rounds%len(tiles)], &grid)
			rounds++
		}
	}
	scan := float64(cpu(b)-start) / float64(rounds)
	bytes := 0
	b.ReportAllocs()
	b.ResetTimer()
	start = cpu(b)
	for i := 0; b.Loop(); i++ {
		t := tiles[i%len(tiles)]
		bytes += len(a.Tile(t.z, t.x, t.y, f))
	}
	used := float64(cpu(b)-start) / float64(b.N)
	b.ReportMetric(scan/used, "x-scan")
	b.ReportMetric(used, "cpu-ns/op")
	b.ReportMetric(float64(bytes)/float64(b.N), "B/tile")
}

func BenchmarkBox(b *testing.B) {
	points := benchPoints(1_000_000)
	a := New(points).DatedBy(calendar(int64(len(points))))
	for _, size := range []float64{0.05, 0.5, 5, 30} {
		box := BBox{2 - size, 46 - size, 2 + size, 46 + size}
		b.Run(fmt.Sprintf("count/%v", size), func(b *testing.B) {
			for b.Loop() {
				a.Count(box, Filter{Kinds: 3})
			}
		})
		b.Run(fmt.Sprintf("facets/%v", size), func(b *testing.B) {
			for b.Loop() {
				a.Facets(box, Filter{Kinds: 3})
			}
		})
	}
	b.Run("nearest", func(b *testing.B) {
		for b.Loop() {
			a.Nearest(46.1, 2.1, Filter{Kinds: 3}, 20, 0)
		}
	})
}

func BenchmarkBuild(b *testing.B) {
	points := benchPoints(1_000_000)
	for b.Loop() {
		New(points)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(points)), "ns/point")
}

func BenchmarkRebase(b *testing.B) {
	points := benchPoints(1_000_000)
	a := New(points).DatedBy(calendar(int64(len(points))))
	a.Apply(benchPoints(8000), nil)
	s := *a.current.Load()
	for b.Loop() {
		a.rebase(s)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(points)), "ns/point")
}

func BenchmarkApply(b *testing.B) {
	points := benchPoints(1_000_000)
	for _, batch := range []int{1, 300} {
		b.Run(fmt.Sprint(batch), func(b *testing.B) {
			a := New(points).DatedBy(calendar(int64(len(points))))
			r := rand.New(rand.NewPCG(1, 1))
			for b.Loop() {
				up := make([]Point, batch)
				for i := range up {
					up[i] = points[r.IntN(len(points))]
					up[i].Lat += 0.001
				}
				a.Apply(up, nil)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(batch), "ns/point")
		})
	}
}

// BenchmarkTilePending is a tile with the most changes beside the base.
func BenchmarkTilePending(b *testing.B) {
	points := benchPoints(1_000_000)
	a := New(points).DatedBy(calendar(int64(len(points))))
	up := append([]Point(nil), points[:maxPending/2-1]...)
	for i := range up {
		up[i].Lat += 0.01
	}
	a.Apply(up, nil)
	for _, z := range []int{0, 5, 9, 13, -1} {
		b.Run(fmt.Sprintf("z%d", z), func(b *testing.B) { benchTile(b, a, benchTiles(points, z), Filter{}) })
	}
}

// BenchmarkAreaShares counts a million points by area: all of them, those of a
// theme, and those of a period.
func BenchmarkAreaShares(b *testing.B) {
	points := benchPoints(1_000_000)
	for i := range points {
		points[i].Area = uint8(i % 102)
	}
	a := New(points).DatedBy(calendar(int64(len(points))))
	for name, f := range map[string]Filter{"all": {}, "theme": {Themes: 1 << 3}, "period": {Dated: true, From: 0, To: 1e9}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				a.AreaShares(f)
			}
		})
	}
}
