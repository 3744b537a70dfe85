package site

import (
	"math"
	"slices"

	"codeberg.org/bocage/bocage/internal/atlas"
)

// touchPasses bounds how often merged marks are looked at again.
const touchPasses = 6

// spaced merges the marks that would touch in a view of this zoom, the most
// numerous taking in the others, as the map's script does; tiles are made for
// whole zooms, and a pin's head stands above its place. The counts stay whole.
func spaced(cs []atlas.Cluster, zoom float64) []atlas.Cluster {
	const pinsZoom = 15 // from here each entry has its own pin
	if zoom >= pinsZoom {
		return cs
	}
	scale := 256 * math.Exp2(zoom) / 360
	for range touchPasses {
		next := spacedOnce(cs, scale)
		if len(next) == len(cs) {
			break
		}
		cs = next
	}
	return cs
}

func spacedOnce(cs []atlas.Cluster, scale float64) []atlas.Cluster {
	order := slices.Clone(cs)
	slices.SortStableFunc(order, func(a, b atlas.Cluster) int { return b.N - a.N })
	var out []atlas.Cluster
	gone := make([]bool, len(order))
	for i, c := range order {
		if gone[i] {
			continue
		}
		at := c
		for j := i + 1; j < len(order); j++ {
			if !gone[j] && touching(c, order[j], scale) {
				gone[j] = true
				at = together(at, order[j])
			}
		}
		out = append(out, at)
	}
	return out
}

// touching reports whether two marks would be drawn over one another.
func touching(a, b atlas.Cluster, scale float64) bool {
	const slack = 2
	ax, ay, ar := drawn(a, scale)
	bx, by, br := drawn(b, scale)
	return math.Hypot(ax-bx, ay-by) < ar+br-slack
}

// drawn is the circle of a mark, in pixels: a cluster's crown, a pin's head.
func drawn(c atlas.Cluster, scale float64) (x, y, r float64) {
	x, y = c.Lon*scale, -mercator(c.Lat)*scale
	if c.N > 1 {
		return x, y, math.Max(14, math.Min(44, 8+9*math.Log10(float64(c.N))))
	}
	return x, y - 17, 11.5
}

// together is one mark for two.
func together(a, b atlas.Cluster) atlas.Cluster {
	n := float64(a.N + b.N)
	mean := func(x, y float64) float64 { return (x*float64(a.N) + y*float64(b.N)) / n }
	out := atlas.Cluster{N: a.N + b.N, Lat: mean(a.Lat, b.Lat), Lon: mean(a.Lon, b.Lon), Shares: a.Shares, Theme: atlas.NoTheme,
		Box: atlas.BBox{West: math.Min(a.Box.West, b.Box.West), East: math.Max(a.Box.East, b.Box.East),
			South: math.Min(a.Box.South, b.Box.South), North: math.Max(a.Box.North, b.Box.North)}}
	most := 0
	for i, k := range b.Shares {
		if out.Shares[i] += k; i < len(out.Shares)-1 && out.Shares[i] > most {
			out.Theme, most = int8(i), out.Shares[i] //nolint:gosec // fewer than ten themes
		}
	}
	return out
}
