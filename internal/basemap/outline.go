package basemap

import (
	"fmt"
	"html"
	"math"

	"codeberg.org/bocage/bocage/internal/mvt"
)

// Outline is a line or an area that stands on the ground, ready to be drawn at
// any scale. It does not change once made; the zero value is nothing.
type Outline struct {
	area   bool
	fine   []shape
	coarse []shape // for tiles up to coarseZoom
	box    box
}

const (
	// coarseZoom is the last zoom of tiles that are cut from a simplified copy.
	coarseZoom = 8
	// coarseTolerance is the error of that copy: half a unit of a tile at coarseZoom.
	coarseTolerance = 0.5 / mvt.Extent / (1 << coarseZoom)
	// leastPixels is the size below which an outline is not drawn: its entry's
	// mark stands for it.
	leastPixels = 3
)

// NewOutline makes an outline of parts with longitudes and latitudes in degrees,
// as directory.Geometry has them: an area's rings closed, the outer one first.
func NewOutline(area bool, parts [][][][2]float64) Outline {
	o := Outline{area: area, box: emptyBox()}
	for _, part := range parts {
		s := shape{box: emptyBox()}
		for _, line := range part {
			if area && len(line) > 1 && line[0] == line[len(line)-1] {
				line = line[:len(line)-1] // rings are open here
			}
			points := make([]point, len(line))
			for i, p := range line {
				points[i] = project(p[0], p[1])
				s.box.extend(points[i])
			}
			s.parts = append(s.parts, points)
		}
		o.fine = append(o.fine, s)
		o.box.extend(point{s.box.minX, s.box.minY})
		o.box.extend(point{s.box.maxX, s.box.maxY})
		o.coarse = append(o.coarse, s.simplified(coarseTolerance))
	}
	return o
}

func (s shape) simplified(tolerance float64) shape {
	out := shape{box: s.box}
	for _, part := range s.parts {
		out.parts = append(out.parts, simplify(part, tolerance))
	}
	return out
}

// Size is the longer side of the outline's box, as a share of the world.
func (o Outline) Size() float64 {
	return math.Max(0, math.Max(o.box.maxX-o.box.minX, o.box.maxY-o.box.minY))
}

// InTile reports whether the outline may be seen in a tile: it meets it, and is
// not too small for its scale.
func (o Outline) InTile(z, x, y uint32) bool {
	frame := tileBox(z, x, y)
	const tilePixels = 512
	if o.Size()*float64(uint64(1)<<z)*tilePixels < leastPixels {
		return false
	}
	frame = frame.grown(buffer * (frame.maxX - frame.minX))
	return o.turn(frame, func(float64) {})
}

// turn calls fn for every turn round the world on which the outline meets the
// frame, and says whether there is one.
func (o Outline) turn(frame box, fn func(dx float64)) (any bool) {
	for _, dx := range [...]float64{0, -1, 1} {
		if o.box.moved(dx).meets(frame) {
			fn(dx)
			any = true
		}
	}
	return any
}

// AddTo adds the outline's part of a tile to a layer, as one feature, and
// returns how many positions it wrote.
func (o Outline) AddTo(l *mvt.Layer, z, x, y uint32, id uint64, tags ...mvt.Tag) int {
	frame := tileBox(z, x, y)
	side := frame.maxX - frame.minX
	reach := frame.grown(buffer * side)
	shapes := o.fine
	if z <= coarseZoom {
		shapes = o.coarse
	}
	var parts [][]mvt.Point
	points := 0
	o.turn(reach, func(dx float64) {
		for _, s := range shapes {
			c := cutShape(s, o.area, reach.moved(-dx)).shifted(dx)
			for i, part := range c.parts {
				line := toUnits(simplify(part, toleranceUnits/2/mvt.Extent*side), frame)
				if o.area && len(line) < 3 {
					if i == 0 {
						break
					}
					continue
				}
				if o.area {
					turnRing(line, i == 0)
				}
				parts = append(parts, line)
				points += len(line)
			}
		}
	})
	if len(parts) == 0 {
		return 0
	}
	if o.area {
		l.AddPolygon(id, parts, tags...)
	} else {
		l.AddLines(id, parts, tags...)
	}
	return points
}

// turnRing turns an outer ring clockwise on screen and a hole the other way.
func turnRing(ring []mvt.Point, outer bool) {
	if (doubleArea(ring) > 0) == outer {
		return
	}
	for a, z := 0, len(ring)-1; a < z; a, z = a+1, z-1 {
		ring[a], ring[z] = ring[z], ring[a]
	}
}

// Drawn is an outline on a map without script.
type Drawn struct {
	Outline
	// Theme is the root theme, 0 to 7, -1 for none.
	Theme int
	// Href is where a click leads, Label what it is; "" is no link.
	Href, Label string
	// Chosen draws it with emphasis.
	Chosen bool
	// Class is the style sheet's class, "" for that of an entry's line or area.
	Class string
}

// outline draws the outline under the marks; one too small to be seen is left out.
func (d *drawing) outline(o Drawn) {
	if o.Size()*d.scale < leastPixels {
		return
	}
	reach := d.frame.grown(svgMargin / d.scale)
	var path []byte
	o.turn(reach, func(dx float64) {
		for _, s := range o.fine {
			c := cutShape(s, o.area, reach.moved(-dx)).shifted(dx)
			for i, part := range c.parts {
				line := simplify(part, svgTolerance/d.scale)
				if o.area && len(line) < 3 {
					if i == 0 {
						break
					}
					continue
				}
				path = d.appendPath(path, line, outlineStep, o.area)
			}
		}
	})
	if len(path) == 0 {
		return
	}
	class := "trace"
	if o.area {
		class = "aire"
	}
	if o.Chosen {
		class += " choisi"
	}
	class += " c-" + Mark{Theme: o.Theme}.themeName()
	if o.Class != "" {
		class = o.Class
	}
	if d.opt.Decorative || o.Href == "" {
		fmt.Fprintf(d, `<path class="%s" d="%s"/>`, class, path)
		return
	}
	fmt.Fprintf(d, `<a class="contour" href="%s" aria-label="%s"><path class="%s" d="%s"/></a>`,
		html.EscapeString(o.Href), html.EscapeString(o.Label), class, path)
}
