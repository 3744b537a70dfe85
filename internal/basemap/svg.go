package basemap

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"strconv"
)

// SVGOptions are the texts of the drawing.
type SVGOptions struct {
	Title string // accessible name, required
	Lang  string // of place names, "fr" or "en"
	Icons string // URL of the icon sprite, "" draws no icon
	// Decorative draws the marks without links, as one picture.
	Decorative bool
	// Heat draws the marks as spots of warmth, without links, under the names.
	Heat bool
	// Outlines are drawn on the ground, under names and marks, in their order.
	Outlines []Drawn
}

const (
	// svgTolerance is the error allowed to an outline, in pixels; worldTolerance
	// that of a view of continents, whose coasts are long.
	svgTolerance   = 0.8
	worldTolerance = 1.4
	worldZoom      = 4
	// groundTolerance is that of the ground from a region's scale on, wideTolerance
	// that of countries. Points of the ground are whole pixels; those of the lines
	// and areas of entries have tenths.
	groundTolerance = 0.9
	wideTolerance   = 1.25
	groundStep      = 10
	outlineStep     = 1
	// svgMargin is how far outlines reach beyond the edge, in pixels, so that
	// the cut does not show as a coast.
	svgMargin = 12
	// detailZoom is the view zoom from which the 1:10 M outlines are drawn.
	detailZoom = 6.5
)

// drawing is one SVG being written; coordinates in it are pixels of the view.
type drawing struct {
	bytes.Buffer
	view   View
	frame  box
	scale  float64
	opt    SVGOptions
	busy   []box  // where marks and names stand already
	discs  []disc // the marks, around which the names under them go
	places []place
}

// SVG draws the viewport and its marks as one <svg> element without inline
// style; its classes are those of the style sheet (m-*, amas, point).
func (b *Basemap) SVG(v View, marks []Mark, opt SVGOptions) []byte {
	v = v.sane()
	d := &drawing{view: v, frame: v.frame(), scale: v.pixels(), opt: opt}
	title := html.EscapeString(opt.Title)
	role := "group"
	if opt.Decorative {
		role = "img"
	}
	fmt.Fprintf(d, `<svg viewBox="0 0 %d %d" width="%d" height="%d" preserveAspectRatio="xMidYMid slice" role="%s" aria-label="%s">`, v.Width, v.Height, v.Width, v.Height, role, title)
	fmt.Fprintf(d, `<rect class="m-mer" width="%d" height="%d"/>`, v.Width, v.Height)
	if b != nil {
		d.outlines(b.viewLayers(v))
		d.places = b.places
	}
	for _, o := range opt.Outlines {
		d.outline(o)
	}
	if opt.Heat {
		d.heat(marks)
		marks = nil
	}
	d.reserve(marks)
	d.names()
	if len(marks) > 0 {
		d.WriteString(pinShape)
	}
	for _, m := range marks {
		d.mark(m)
	}
	d.WriteString("</svg>")
	return d.Bytes()
}

// viewLayers picks the outlines for the scale: those cut to a block when the
// view lies in one.
func (b *Basemap) viewLayers(v View) []layer {
	f := v.frame()
	n := float64(uint32(1) << blockZoom)
	x, y := math.Floor(f.minX*n), math.Floor(f.minY*n)
	if v.Zoom >= detailZoom && x >= 0 && y >= 0 && x == math.Floor(f.maxX*n) && y == math.Floor(f.maxY*n) && x < n && y < n {
		return b.block(uint32(x), uint32(y))
	}
	return b.layers
}

// class of each layer's path; land comes first, and its coast last.
var svgClass = map[string]string{
	"land": "m-terre", "lakes": "m-lac", "rivers": "m-riviere",
	"departements": "m-dep", "regions": "m-reg", "borders": "m-pays",
}

func (d *drawing) outlines(layers []layer) {
	reach := d.frame.grown(svgMargin / d.scale)
	tolerance := groundTolerance
	switch {
	case d.view.Zoom < worldZoom:
		tolerance = worldTolerance
	case d.view.Zoom < detailZoom:
		tolerance = wideTolerance
	}
	for _, l := range layers {
		if !d.shows(l) {
			continue
		}
		path := d.path(l, reach, tolerance)
		if path == "" {
			continue
		}
		if l.name == "land" {
			fmt.Fprintf(d, `<path class="m-halo" d="%s"/>`, path)
		}
		fmt.Fprintf(d, `<path class="%s" d="%s"/>`, svgClass[l.name], path)
	}
}

// shows reports whether a layer is drawn at the view's zoom.
func (d *drawing) shows(l layer) bool {
	zoom := uint32(4)
	if d.view.Zoom >= detailZoom {
		zoom = uint32(math.Min(MaxZoom, math.Max(5, math.Round(d.view.Zoom)-1)))
	}
	least := l.minZoom
	if l.name == "departements" {
		least = 4 // seen from the country's scale on
	}
	return zoom >= least && zoom <= l.maxZoom && l.minZoom <= uint32(d.view.Zoom)
}

func (d *drawing) path(l layer, reach box, tolerance float64) string {
	var out []byte
	for _, s := range l.cut(reach) {
		for i, part := range s.parts {
			line := simplify(part, tolerance/d.scale)
			if l.polygons && (len(line) < 3 || d.speck(line, tolerance)) {
				if i == 0 {
					break
				}
				continue
			}
			out = d.appendPath(out, line, groundStep, l.polygons)
		}
	}
	return string(out)
}

// speck is true of a ring smaller than twice the tolerance each way.
func (d *drawing) speck(ring []point, tolerance float64) bool {
	b := boundsOf(ring)
	return (b.maxX-b.minX)*d.scale < 2*tolerance && (b.maxY-b.minY)*d.scale < 2*tolerance
}

// appendPath writes relative moves, rounded to steps of so many tenths of a
// pixel without drift.
func (d *drawing) appendPath(out []byte, line []point, step int, closed bool) []byte {
	px, py := 0, 0
	scale := d.scale * 10 / float64(step)
	for i, p := range line {
		x, y := step*int(math.Round((p.x-d.frame.minX)*scale)), step*int(math.Round((p.y-d.frame.minY)*scale))
		switch {
		case i == 0:
			out = append(out, 'M')
			out = appendTenths(out, x, false)
			out = appendTenths(out, y, true)
		case x == px && y == py:
			continue
		default:
			if i == 1 {
				out = append(out, 'l')
			}
			out = appendTenths(out, x-px, i > 1)
			out = appendTenths(out, y-py, true)
		}
		px, py = x, y
	}
	if closed {
		out = append(out, 'z')
	}
	return out
}

// appendTenths writes v/10 as short as SVG allows.
func appendTenths(out []byte, v int, separate bool) []byte {
	switch {
	case v < 0:
		out, v = append(out, '-'), -v
	case separate:
		out = append(out, ' ')
	}
	if whole := v / 10; whole > 0 || v == 0 {
		out = strconv.AppendInt(out, int64(whole), 10)
	}
	if v%10 != 0 {
		out = append(out, '.', byte('0'+v%10))
	}
	return out
}

// at is where a position falls in the view, going round the world when nearer.
func (d *drawing) at(p point) (x, y float64) {
	c := (d.frame.minX + d.frame.maxX) / 2
	p.x += math.Round(c - p.x)
	return (p.x - d.frame.minX) * d.scale, (p.y - d.frame.minY) * d.scale
}
