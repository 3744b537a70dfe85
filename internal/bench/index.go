package bench

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
)

// pass reads n bytes once, eight at a time, as fast as one core can: the floor of
// whatever looks at every entry.
func pass(n int) func() error {
	column := make([]uint64, n/8+1)
	for i := range column {
		column[i] = uint64(i)
	}
	var sink uint64
	return func() error {
		var a, b, c, d uint64
		i := 0
		for ; i+4 <= len(column); i += 4 {
			a, b, c, d = a^column[i], b^column[i+1], c^column[i+2], d^column[i+3]
		}
		sink ^= a ^ b ^ c ^ d
		if sink == 1 { // never; so that the loop is not left out
			return fmt.Errorf("pass: %d", i)
		}
		return nil
	}
}

type tile struct{ z, x, y uint32 }

// tilesAt are tiles in which there is something.
func tilesAt(a *atlas.Atlas, zooms ...uint32) []tile {
	const many = 256
	hits := a.Within(atlas.BBox{West: -180, South: -85, East: 180, North: 85}, atlas.Filter{}, 200_000)
	r := rand.New(rand.NewPCG(6, 6))
	var out []tile
	for i := 0; len(hits) > 0 && i < many; i++ {
		h, z := hits[r.IntN(len(hits))], zooms[i%len(zooms)]
		out = append(out, tileOf(h.Lat, h.Lon, z))
	}
	return out
}

// tileOf is the tile of a zoom in which a position is.
func tileOf(lat, lon float64, z uint32) tile {
	across := math.Exp2(float64(z))
	sin := math.Sin(lat * math.Pi / 180)
	y := 0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)
	return tile{z, uint32((lon + 180) / 360 * across), uint32(y * across)}
}

// draw encodes the tiles one after the other, round and round.
func draw(a *atlas.Atlas, ts []tile, f atlas.Filter) func() error {
	i := 0
	return func() error {
		t := ts[i%len(ts)]
		i++
		if len(a.Tile(t.z, t.x, t.y, f)) == 0 && f.Kinds == 0 && f.Themes == 0 {
			return fmt.Errorf("tile %v is empty", t)
		}
		return nil
	}
}

// panning is a session on the map.
var panning = []uint32{0, 5, 5, 5, 5, 9, 9, 9, 9, 9, 9, 9, 13, 13, 13, 13, 13, 13, 13, 13}

// tiles compares tiles with one reading of every entry's code and facet, 9 bytes.
func tiles(_ context.Context, a *app.App, opt Options) error {
	at := a.View.Atlas()
	floor := pass(9 * at.Len())
	for _, z := range []struct {
		name  string
		zooms []uint32
		bar   float64
	}{{"0", []uint32{0}, 0.1}, {"5", []uint32{5}, 1}, {"9", []uint32{9}, 1}, {"13", []uint32{13}, 1}, {"0 to 13, as in a session of panning", panning, 0.5}} {
		f, err := opt.compare("tile at zoom "+z.name, "reading 9 bytes of every entry", z.bar, floor, draw(at, tilesAt(at, z.zooms...), atlas.Filter{}))
		if err != nil {
			return err
		}
		opt.Report(f)
	}
	return nil
}

// filters compares filtered tiles and counts with those without a filter.
func filters(_ context.Context, a *app.App, opt Options) error {
	at := a.View.Atlas()
	few := atlas.Filter{Kinds: 1<<directory.KindCommons.Number() | 1<<directory.KindEvent.Number(), Themes: 1 << directory.ThemeNumber("nourrir")}
	for _, z := range []uint32{0, 5, 9} {
		ts := tilesAt(at, z)
		f, err := opt.compare(fmt.Sprintf("tile at zoom %d of two kinds and a theme", z), "the same tile without a filter", 1.6,
			draw(at, ts, atlas.Filter{}), draw(at, ts, few))
		if err != nil {
			return err
		}
		opt.Report(f)
	}
	floor := pass(at.Len())
	for _, b := range []struct {
		name string
		half float64
	}{{"of the world", 90}, {"of 500 km", 2.5}, {"of 50 km", 0.25}} {
		box := atlas.BBox{West: 2.5 - 2*b.half, South: 46.5 - b.half, East: 2.5 + 2*b.half, North: 46.5 + b.half}
		if b.half == 90 {
			box = atlas.BBox{West: -180, South: -90, East: 180, North: 90}
		}
		f, err := opt.compare("facet counts "+b.name+" with a theme", "reading 1 byte of every entry", 0, floor, func() error {
			at.Facets(box, few)
			return nil
		})
		if err != nil {
			return err
		}
		opt.Report(f)
	}
	return nil
}

// spans compares windows of time with one reading of every event's start and facet.
func spans(_ context.Context, a *app.App, opt Options) error {
	c := a.View.Chronicle()
	floor := pass(5 * c.Len())
	year := func(y int) int64 { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC).Unix() }
	few := chronicle.Filter{Themes: 1 << directory.ThemeNumber("nourrir")}
	for _, w := range []struct {
		name     string
		from, to int
		bar      float64
	}{{"a year", 2015, 2016, 2}, {"25 years", 2000, 2025, 0}, {"everything", 1700, 2030, 0}} {
		span := chronicle.Span{From: year(w.from), To: year(w.to)}
		f, err := opt.compare("density of "+w.name+" in 1 200 bins, of a theme", "reading 5 bytes of every event", w.bar, floor, func() error {
			c.Density(span, 1200, few)
			return nil
		})
		if err != nil {
			return err
		}
		opt.Report(f)
		if w.bar > 0 {
			opt.Report(Figure{Name: "the slowest hundredth of that density", Ratio: float64(slowestOf(1000, func() { c.Density(span, 1200, few) }).Microseconds()), Unit: "µs"})
		}
		f, err = opt.compare("window of "+w.name+", five lanes, of a theme", "reading 5 bytes of every event", 0, floor, func() error {
			c.Window(span.From, span.To, few, chronicle.Options{Width: 1376, Lanes: chronicle.ByTheme, Rows: 5, Lang: "fr"})
			return nil
		})
		if err != nil {
			return err
		}
		opt.Report(f)
	}
	return nil
}

// slowestOf is the time below which 99 of 100 rounds are.
func slowestOf(rounds int, run func()) time.Duration {
	took := make([]time.Duration, rounds)
	for i := range took {
		from := time.Now()
		run()
		took[i] = time.Since(from)
	}
	slices.Sort(took)
	return took[rounds*99/100]
}
