package atlas

import (
	"container/heap"
	"math"
)

// Nearest returns points by great-circle distance from a place, ties by
// number; offset skips the nearest, limit <= 0 returns none. It walks the
// quads from the nearest and stops when it has enough.
func (a *Atlas) Nearest(lat, lon float64, f Filter, limit, offset int) []Hit {
	s, m := a.current.Load(), a.mask(f)
	if limit <= 0 || offset < 0 || m.class == nothing || !validPosition(lat, lon) {
		return nil
	}
	n := nearest{s: s, m: m, from: newPlace(lat, lon), want: limit + offset}
	n.pushQuad(s.world())
	var out []Hit
	for len(n.queue) > 0 && len(out) < limit {
		it := heap.Pop(&n.queue).(candidate)
		switch {
		case it.columns == nil:
			n.open(n.quads[it.at])
		case offset > 0:
			offset--
		default:
			h := it.columns.hit(it.at)
			h.Metres = it.metres
			out = append(out, h)
		}
	}
	return out
}

type nearest struct {
	s     *snapshot
	m     mask
	from  place
	want  int
	queue queue
	quads []quad
}

// candidate is a point, or a quad when columns is nil; then metres is a lower
// bound of the distance of its points.
type candidate struct {
	metres  float64
	columns *columns
	at      int // in columns, or in nearest.quads
	num     uint32
}

// queue is a heap: the nearest first, quads before points, then by number.
type queue []candidate

// Len is for package heap.
func (q queue) Len() int { return len(q) }

// Less is for package heap.
func (q queue) Less(i, j int) bool {
	a, b := &q[i], &q[j]
	if a.metres != b.metres {
		return a.metres < b.metres
	}
	if (a.columns == nil) != (b.columns == nil) {
		return a.columns == nil
	}
	return a.num < b.num
}

// Swap is for package heap.
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push is for package heap.
func (q *queue) Push(x any) { *q = append(*q, x.(candidate)) }

// Pop is for package heap.
func (q *queue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}

func (n *nearest) pushQuad(q quad) {
	if q.span.points() == 0 || n.m.class != byScan && n.s.count(&n.m, q.span) == 0 {
		return
	}
	n.quads = append(n.quads, q)
	heap.Push(&n.queue, candidate{metres: n.from.toQuad(q), at: len(n.quads) - 1})
}

// open replaces a quad with its quarters, or with its points when they are few
// or at one place.
func (n *nearest) open(q quad) {
	if q.size > 0 && q.span.points() > leafPoints {
		for _, child := range n.s.children(q) {
			n.pushQuad(child)
		}
		return
	}
	// At one place the points come by number: no more than those wanted matter.
	left := n.want
	n.s.each(&n.m, q.span, func(c *columns, i int) bool {
		lat, lon := centre(c.code[i])
		heap.Push(&n.queue, candidate{metres: n.from.metres(lat, lon), columns: c, at: i, num: c.num[i]})
		left--
		return q.size > 0 || left > 0
	})
}

// place is a position with what its distances need.
type place struct{ lat, lon, cosLat float64 }

func newPlace(lat, lon float64) place {
	return place{lat: lat, lon: lon, cosLat: math.Cos(radians(lat))}
}

func radians(deg float64) float64 { return deg * math.Pi / 180 }

// hav is half the versed sine of an angle in degrees.
func hav(deg float64) float64 {
	s := math.Sin(radians(deg) / 2)
	return s * s
}

func (p place) metres(lat, lon float64) float64 { return p.acrossMeridian(hav(lon-p.lon), lat) }

// acrossMeridian is the distance to a latitude on the meridian whose
// difference in longitude has the haversine h.
func (p place) acrossMeridian(h, lat float64) float64 {
	a := hav(lat-p.lat) + p.cosLat*math.Cos(radians(lat))*h
	return 2 * earthRadius * math.Asin(math.Sqrt(math.Min(1, a)))
}

// toQuad is the distance to the nearest place of a quad, a little less for rounding.
func (p place) toQuad(q quad) float64 {
	side := float64(uint64(1) << q.size)
	west, east := lonOf(float64(q.x)), lonOf(float64(q.x)+side)
	north, south := latOf(float64(q.y)), latOf(float64(q.y)+side)
	var d float64
	if p.lon >= west && p.lon <= east {
		d = radians(math.Max(0, math.Max(south-p.lat, p.lat-north))) * earthRadius
	} else {
		h := math.Min(hav(p.lon-west), hav(p.lon-east))
		d = math.Min(p.acrossMeridian(h, south), p.acrossMeridian(h, north))
		// On a meridian the nearest place is where the great circle meets it at
		// a right angle, when that is between the corners.
		if cos := 1 - 2*h; cos > 0 {
			if lat := math.Atan(math.Tan(radians(p.lat))/cos) * 180 / math.Pi; lat > south && lat < north {
				d = math.Min(d, p.acrossMeridian(h, lat))
			}
		}
	}
	return d * (1 - 1e-9)
}
