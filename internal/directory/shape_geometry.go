package directory

import (
	"math"
	"sort"
)

// cut returns the shape with longitudes within ±180: what crosses the
// antimeridian is cut there into parts (RFC 7946 §3.1.9).
func (g Geometry) cut() Geometry {
	out := Geometry{Area: g.Area}
	for _, part := range g.Parts {
		b := ringBox(part[0])
		for turn := math.Floor((b.West + 180) / 360); turn*360-180 < b.East; turn++ {
			west := turn*360 - 180
			if b.West >= west && b.East <= west+360 { // the common case: all inside
				out.Parts = append(out.Parts, shifted(part, -turn*360))
				break
			}
			out.Parts = append(out.Parts, slice(part, g.Area, west, -turn*360)...)
		}
	}
	return out
}

func shifted(part []Ring, by float64) []Ring {
	out := make([]Ring, len(part))
	for i, ring := range part {
		out[i] = make(Ring, len(ring))
		for j, p := range ring {
			out[i][j] = [2]float64{math.Round((p[0]+by)*1e6) / 1e6, p[1]}
		}
	}
	return out
}

// slice is what of a part lies between west and west + 360, moved by shift.
func slice(part []Ring, area bool, west, shift float64) [][]Ring {
	if !area {
		var out [][]Ring
		for _, line := range lineBetween(part[0], west, west+360) {
			out = append(out, shifted([]Ring{line}, shift))
		}
		return out
	}
	var kept []Ring
	for i, ring := range part {
		c := ringSide(ringSide(ring, west, 1), west+360, -1)
		if len(c) >= 4 && signedArea(c) != 0 {
			kept = append(kept, c)
		} else if i == 0 {
			return nil
		}
	}
	return [][]Ring{shifted(kept, shift)}
}

// ringSide keeps what of a closed ring is east (side 1) or west (-1) of a meridian.
func ringSide(ring Ring, lon, side float64) Ring {
	var out Ring
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		inA, inB := (a[0]-lon)*side >= 0, (b[0]-lon)*side >= 0
		if inA {
			out = append(out, a)
		}
		if inA != inB {
			out = append(out, crossing(a, b, lon))
		}
	}
	if len(out) > 0 && out[0] != out[len(out)-1] {
		out = append(out, out[0])
	}
	return out
}

func crossing(a, b [2]float64, lon float64) [2]float64 {
	lat := a[1] + (b[1]-a[1])*(lon-a[0])/(b[0]-a[0])
	return [2]float64{lon, math.Round(lat*1e6) / 1e6}
}

// lineBetween is the stretches of a line between two meridians.
func lineBetween(line Ring, west, east float64) []Ring {
	var out []Ring
	var open Ring
	flush := func() {
		if len(open) > 1 {
			out = append(out, open)
		}
		open = nil
	}
	in := func(p [2]float64) bool { return p[0] >= west && p[0] <= east }
	for i, p := range line {
		if i > 0 {
			for _, lon := range [...]float64{west, east} {
				if a := line[i-1]; (a[0] < lon) != (p[0] < lon) && a[0] != lon && p[0] != lon {
					open = append(open, crossing(a, p, lon))
					if in(a) {
						flush()
					}
				}
			}
		}
		if in(p) {
			open = append(open, p)
		} else {
			flush()
		}
	}
	flush()
	return out
}

// Reduced returns the shape with at most limit positions where simplifying can
// reach that: detours smaller than a tolerance that doubles until they fit are
// left out. Parts that become too small to be seen are dropped.
func (g Geometry) Reduced(limit int) Geometry {
	const finest, coarsest = 1e-6, 2.0 // degrees
	for tolerance := finest; g.Vertices() > limit && tolerance <= coarsest; tolerance *= 2 {
		g = g.simplified(tolerance)
	}
	return g
}

func (g Geometry) simplified(tolerance float64) Geometry {
	out := Geometry{Area: g.Area}
	for _, part := range g.Parts {
		var kept []Ring
		for i, ring := range part {
			s := simplify(ring, tolerance)
			if g.Area && len(s) < 4 {
				if i == 0 {
					break // the outer ring is gone, and its holes with it
				}
				continue
			}
			kept = append(kept, s)
		}
		if len(kept) > 0 {
			out.Parts = append(out.Parts, kept)
		}
	}
	if len(out.Parts) == 0 {
		return g
	}
	return out
}

// simplify is Douglas and Peucker's, on degrees with longitudes as short as they
// are at the line's middle; the first and the last position stay.
func simplify(line Ring, tolerance float64) Ring {
	if len(line) < 3 {
		return line
	}
	b := ringBox(line)
	wide := math.Max(0.05, math.Cos((b.South+b.North)/2*math.Pi/180))
	keep := make([]bool, len(line))
	keep[0], keep[len(line)-1] = true, true
	for stack := [][2]int{{0, len(line) - 1}}; len(stack) > 0; {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		far, at := tolerance, -1
		for i := s[0] + 1; i < s[1]; i++ {
			if d := distance(line[i], line[s[0]], line[s[1]], wide); d > far {
				far, at = d, i
			}
		}
		if at < 0 && math.Abs(line[s[1]][0]-line[s[0]][0]) > 180 && s[1]-s[0] > 1 {
			at = (s[0] + s[1]) / 2 // so long an edge would be read as the shorter one, across the antimeridian
		}
		if at > 0 {
			keep[at] = true
			stack = append(stack, [2]int{s[0], at}, [2]int{at, s[1]})
		}
	}
	var out Ring
	for i, k := range keep {
		if k {
			out = append(out, line[i])
		}
	}
	return out
}

// distance is that of p from the segment ab, in degrees of latitude.
func distance(p, a, b [2]float64, wide float64) float64 {
	dx, dy := (b[0]-a[0])*wide, b[1]-a[1]
	px, py := (p[0]-a[0])*wide, p[1]-a[1]
	if l := dx*dx + dy*dy; l > 0 {
		t := math.Max(0, math.Min(1, (px*dx+py*dy)/l))
		px, py = px-t*dx, py-t*dy
	}
	return math.Hypot(px, py)
}

// Inside is a position in the largest area, or on the longest line: where the
// pin of a shape stands when none was given.
func (g Geometry) Inside() Point {
	best, most := 0, -1.0
	for i, part := range g.Parts {
		size := lengthOf(part[0])
		if g.Area {
			size = math.Abs(signedArea(part[0]))
		}
		if size > most {
			best, most = i, size
		}
	}
	lon, lat := onLine(g.Parts[best][0])
	if g.Area {
		lon, lat = inPolygon(g.Parts[best])
	}
	return Point{Lat: math.Round(lat*1e6) / 1e6, Lon: math.Round(wrapLon(lon)*1e6) / 1e6}
}

func wrapLon(lon float64) float64 {
	if lon >= -180 && lon <= 180 {
		return lon
	}
	return lon - 360*math.Floor((lon+180)/360)
}

// inPolygon is the middle of the longest stretch of the polygon on one of a few
// parallels.
func inPolygon(rings []Ring) (lon, lat float64) {
	b := ringBox(rings[0])
	lon, lat, widest := rings[0][0][0], rings[0][0][1], -1.0
	const parallels = 9
	for i := 1; i <= parallels; i++ {
		// A little off the round shares, so as not to run along an edge.
		y := b.South + (b.North-b.South)*(float64(i)+0.013)/(parallels+1)
		var xs []float64
		for _, ring := range rings {
			for j := 1; j < len(ring); j++ {
				p, q := ring[j-1], ring[j]
				if (p[1] > y) != (q[1] > y) {
					xs = append(xs, p[0]+(q[0]-p[0])*(y-p[1])/(q[1]-p[1]))
				}
			}
		}
		sort.Float64s(xs)
		for j := 1; j < len(xs); j += 2 {
			if w := xs[j] - xs[j-1]; w > widest {
				lon, lat, widest = (xs[j]+xs[j-1])/2, y, w
			}
		}
	}
	return lon, lat
}

// onLine is the middle of a line, by its length.
func onLine(line Ring) (lon, lat float64) {
	left := lengthOf(line) / 2
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		d := metresBetween(a, b)
		if d >= left && d > 0 {
			t := left / d
			return a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])
		}
		left -= d
	}
	return line[0][0], line[0][1]
}

// metresPerDegree is that of a meridian, mean radius.
const metresPerDegree = 111_195

func metresBetween(a, b [2]float64) float64 {
	return metresPerDegree * math.Hypot((b[0]-a[0])*math.Cos((a[1]+b[1])/2*math.Pi/180), b[1]-a[1])
}

func lengthOf(line Ring) (m float64) {
	for i := 1; i < len(line); i++ {
		m += metresBetween(line[i-1], line[i])
	}
	return m
}

// Length is that of the lines, or of the outlines, in metres, to about 0.5 %.
func (g Geometry) Length() (m float64) {
	for _, part := range g.Parts {
		m += lengthOf(part[0])
	}
	return m
}

// SquareMetres is the area without the holes, 0 for lines; on the sphere, each
// edge as straight as it is on a map with longitudes and latitudes.
func (g Geometry) SquareMetres() (a float64) {
	if !g.Area {
		return 0
	}
	const r = 6_371_008.8
	for _, part := range g.Parts {
		for i, ring := range part {
			s := 0.0
			for j := 1; j < len(ring); j++ {
				p, q := ring[j-1], ring[j]
				s += (q[0] - p[0]) * math.Pi / 180 * (2 + math.Sin(p[1]*math.Pi/180) + math.Sin(q[1]*math.Pi/180))
			}
			s = math.Abs(s) * r * r / 2
			if i > 0 {
				s = -s
			}
			a += s
		}
	}
	return a
}

// Meets reports whether the shape's box meets a bounding box.
func (g Geometry) Meets(b BBox) bool { return g.Box().Meets(b) }

// Meets reports whether a box with continuous longitudes meets a bounding box,
// whose West > East crosses the antimeridian.
func (b BBox) Meets(o BBox) bool {
	if o.West > o.East {
		o.East += 360
	}
	if b.South > o.North || b.North < o.South {
		return false
	}
	for _, turn := range [...]float64{-360, 0, 360} {
		if b.West+turn <= o.East && b.East+turn >= o.West {
			return true
		}
	}
	return false
}
