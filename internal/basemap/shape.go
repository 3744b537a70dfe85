package basemap

import "math"

// Shape is one outline of the ground in pixels of a view, for those who draw it
// otherwise than as SVG.
type Shape struct {
	// Layer is land, lakes, rivers, departements, regions or borders.
	Layer string
	// Closed outlines are filled; others are lines.
	Closed bool
	// Points are x and y from the view's upper left corner.
	Points [][2]float64
}

// Shapes are the outlines that the SVG of a view would have, in its order.
func (b *Basemap) Shapes(v View) []Shape {
	if b == nil {
		return nil
	}
	v = v.sane()
	d := &drawing{view: v, frame: v.frame(), scale: v.pixels()}
	reach := d.frame.grown(svgMargin / d.scale)
	var out []Shape
	for _, l := range b.viewLayers(v) {
		if !d.shows(l) {
			continue
		}
		for _, s := range l.cut(reach) {
			for _, part := range s.parts {
				line := simplify(part, svgTolerance/d.scale)
				if len(line) < 2 || l.polygons && len(line) < 3 {
					continue
				}
				sh := Shape{Layer: l.name, Closed: l.polygons, Points: make([][2]float64, len(line))}
				for i, p := range line {
					sh.Points[i] = [2]float64{(p.x - d.frame.minX) * d.scale, (p.y - d.frame.minY) * d.scale}
				}
				out = append(out, sh)
			}
		}
	}
	return out
}

// Pixel is where a place is on a view, from its upper left corner.
func (v View) Pixel(lat, lon float64) (x, y float64) {
	v = v.sane()
	d := &drawing{view: v, frame: v.frame(), scale: v.pixels()}
	x, y = d.at(project(lon, lat))
	return math.Round(x*10) / 10, math.Round(y*10) / 10
}
