package basemap

import "math"

// point is a place on the web Mercator plane: the world is 0 to 1 on both axes,
// y down. x may run beyond when a shape crosses the antimeridian.
type point struct{ x, y float64 }

// box is a rectangle on the same plane.
type box struct{ minX, minY, maxX, maxY float64 }

// maxLatitude is where the web Mercator square ends.
const maxLatitude = 85.05112877980659

// project clamps the latitude to the square; beyond a pole lies nothing to draw.
func project(lon, lat float64) point {
	lat = math.Max(-maxLatitude, math.Min(maxLatitude, lat))
	s := math.Sin(lat * math.Pi / 180)
	return point{lon/360 + 0.5, 0.5 - math.Log((1+s)/(1-s))/(4*math.Pi)}
}

func unproject(p point) (lon, lat float64) {
	return p.x*360 - 180, 360/math.Pi*math.Atan(math.Exp((0.5-p.y)*2*math.Pi)) - 90
}

func emptyBox() box { return box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)} }

func (b *box) extend(p point) {
	b.minX, b.maxX = math.Min(b.minX, p.x), math.Max(b.maxX, p.x)
	b.minY, b.maxY = math.Min(b.minY, p.y), math.Max(b.maxY, p.y)
}

func boundsOf(points []point) box {
	b := emptyBox()
	for _, p := range points {
		b.extend(p)
	}
	return b
}

func (b box) meets(o box) bool {
	return b.minX <= o.maxX && o.minX <= b.maxX && b.minY <= o.maxY && o.minY <= b.maxY
}

func (b box) inside(o box) bool {
	return b.minX >= o.minX && b.maxX <= o.maxX && b.minY >= o.minY && b.maxY <= o.maxY
}

func (b box) grown(by float64) box {
	return box{b.minX - by, b.minY - by, b.maxX + by, b.maxY + by}
}

func (b box) moved(dx float64) box { return box{b.minX + dx, b.minY, b.maxX + dx, b.maxY} }

func (b box) contains(p point) bool {
	return p.x >= b.minX && p.x <= b.maxX && p.y >= b.minY && p.y <= b.maxY
}

// edge is one side of a clipping box: what is inside, and where a segment cuts it.
type edge struct {
	inside func(point) bool
	cut    func(a, b point) point
}

func (b box) edges() [4]edge {
	atX := func(x float64) func(a, c point) point {
		return func(a, c point) point { return point{x, a.y + (c.y-a.y)*(x-a.x)/(c.x-a.x)} }
	}
	atY := func(y float64) func(a, c point) point {
		return func(a, c point) point { return point{a.x + (c.x-a.x)*(y-a.y)/(c.y-a.y), y} }
	}
	return [4]edge{
		{func(p point) bool { return p.x >= b.minX }, atX(b.minX)},
		{func(p point) bool { return p.x <= b.maxX }, atX(b.maxX)},
		{func(p point) bool { return p.y >= b.minY }, atY(b.minY)},
		{func(p point) bool { return p.y <= b.maxY }, atY(b.maxY)},
	}
}

// clipRing cuts an open ring to the box (Sutherland-Hodgman). What it joins
// along the box's sides lies in the buffer that the drawing cuts off.
func clipRing(ring []point, b box) []point {
	for _, e := range b.edges() {
		if len(ring) == 0 {
			return nil
		}
		out := make([]point, 0, len(ring)+8)
		prev := ring[len(ring)-1]
		prevIn := e.inside(prev)
		for _, p := range ring {
			in := e.inside(p)
			if in != prevIn {
				out = append(out, e.cut(prev, p))
			}
			if in {
				out = append(out, p)
			}
			prev, prevIn = p, in
		}
		ring = out
	}
	return ring
}

// clipLine cuts a line to the box; it may fall in several parts.
func clipLine(line []point, b box) [][]point {
	var parts [][]point
	var open []point
	for i := 1; i < len(line); i++ {
		from, to, ok := clipSegment(line[i-1], line[i], b)
		if !ok {
			continue
		}
		if len(open) > 0 && open[len(open)-1] == from {
			open = append(open, to)
			continue
		}
		if len(open) > 0 {
			parts = append(parts, open)
		}
		open = []point{from, to}
	}
	if len(open) > 0 {
		parts = append(parts, open)
	}
	return parts
}

// clipSegment is Liang and Barsky's: the part of the segment in the box.
func clipSegment(a, c point, b box) (from, to point, ok bool) {
	t0, t1 := 0.0, 1.0
	dx, dy := c.x-a.x, c.y-a.y
	for _, e := range [4][2]float64{{-dx, a.x - b.minX}, {dx, b.maxX - a.x}, {-dy, a.y - b.minY}, {dy, b.maxY - a.y}} {
		p, q := e[0], e[1]
		if p == 0 {
			if q < 0 {
				return from, to, false
			}
			continue
		}
		t := q / p
		if p < 0 {
			t0 = math.Max(t0, t)
		} else {
			t1 = math.Min(t1, t)
		}
		if t0 > t1 {
			return from, to, false
		}
	}
	from, to = a, c
	if t0 > 0 {
		from = point{a.x + t0*dx, a.y + t0*dy}
	}
	if t1 < 1 {
		to = point{a.x + t1*dx, a.y + t1*dy}
	}
	return from, to, true
}

// simplify drops the points that are nearer than tolerance to the line without
// them (Douglas-Peucker). The first and the last stay.
func simplify(points []point, tolerance float64) []point {
	if len(points) < 3 {
		return points
	}
	keep := make([]bool, len(points))
	keep[0], keep[len(points)-1] = true, true
	stack := [][2]int{{0, len(points) - 1}}
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		far, at := tolerance*tolerance, -1
		for i := s[0] + 1; i < s[1]; i++ {
			if d := squareDistance(points[i], points[s[0]], points[s[1]]); d > far {
				far, at = d, i
			}
		}
		if at >= 0 {
			keep[at] = true
			stack = append(stack, [2]int{s[0], at}, [2]int{at, s[1]})
		}
	}
	out := points[:0:0]
	for i, k := range keep {
		if k {
			out = append(out, points[i])
		}
	}
	return out
}

// squareDistance is that from p to the segment ab.
func squareDistance(p, a, b point) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	if l := dx*dx + dy*dy; l > 0 {
		t := math.Max(0, math.Min(1, ((p.x-a.x)*dx+(p.y-a.y)*dy)/l))
		a = point{a.x + t*dx, a.y + t*dy}
	}
	return (p.x-a.x)*(p.x-a.x) + (p.y-a.y)*(p.y-a.y)
}
