package site

import (
	"math"
	"slices"

	"codeberg.org/bocage/bocage/internal/atlas"
)

const (
	// extentZoom is how finely the first view is measured: cells of some 50 km.
	extentZoom = 5
	// extentShare is the share of the entries that the first view shows; the
	// others are far from them.
	extentShare = 0.9
)

// firstView is where the map starts: the operator's choice, else the box of
// most of the entries, else metropolitan France.
func (s *Site) firstView() MapPosition {
	if s.cfg.View0 != (MapPosition{}) {
		return s.cfg.View0
	}
	v, err := s.extent.get(s.cfg.View.Revision(), func() (MapPosition, error) {
		if b, ok := most(s.cfg.View.Atlas().Clusters(world, extentZoom, atlas.Filter{})); ok {
			return fit(b), nil
		}
		return MapPosition{Lat: 46.6, Lon: 2.5, Zoom: 6}, nil
	})
	if err != nil {
		return MapPosition{Lat: 46.6, Lon: 2.5, Zoom: 6}
	}
	return v
}

// most is a box of extentShare of the entries, as small as cutting one side at
// a time makes it; ok is false without entries.
func most(cs []atlas.Cluster) (b atlas.BBox, ok bool) {
	total := 0
	for _, c := range cs {
		total += c.N
	}
	for spare := int(float64(total) * (1 - extentShare)); ; {
		b, ok = hull(cs)
		side, n := cheapest(cs, b, spare)
		if !ok || n == 0 {
			return b, ok
		}
		spare -= n
		cs = slices.DeleteFunc(slices.Clone(cs), func(c atlas.Cluster) bool { return on(c, b, side) })
	}
}

// hull is the smallest box of the clusters.
func hull(cs []atlas.Cluster) (atlas.BBox, bool) {
	hits := make([]atlas.Hit, len(cs))
	for i, c := range cs {
		hits[i] = atlas.Hit{Lat: c.Lat, Lon: c.Lon}
	}
	return around(hits)
}

// on reports whether a cluster is on a side of the box: west, east, south, north.
func on(c atlas.Cluster, b atlas.BBox, side int) bool {
	return [4]bool{c.Lon <= b.West, c.Lon >= b.East, c.Lat <= b.South, c.Lat >= b.North}[side]
}

// cheapest is the side whose cut makes the box the smallest for each entry that
// it leaves out, and how many these are; 0 when none is within spare.
func cheapest(cs []atlas.Cluster, b atlas.BBox, spare int) (side, n int) {
	best := 0.0
	for i := range 4 {
		out := 0
		next := [2]float64{math.Inf(1), math.Inf(-1)} // of the rest: nearest to the side
		for _, c := range cs {
			if on(c, b, i) {
				out += c.N
				continue
			}
			v := c.Lon
			if i > 1 {
				v = mercator(c.Lat)
			}
			next[0], next[1] = math.Min(next[0], v), math.Max(next[1], v)
		}
		if out > spare || math.IsInf(next[0], 0) {
			continue
		}
		gain := [4]float64{next[0] - b.West, b.East - next[1], next[0] - mercator(b.South), mercator(b.North) - next[1]}[i]
		if gain /= float64(out); gain > best {
			side, n, best = i, out, gain
		}
	}
	return side, n
}

// mercator is a latitude on the map's scale of longitudes, in degrees.
func mercator(lat float64) float64 {
	const most = 85
	lat = math.Max(-most, math.Min(most, lat)) * math.Pi / 180
	return math.Log(math.Tan(math.Pi/4+lat/2)) * 180 / math.Pi
}
