package basemap

import (
	"fmt"
	"math"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Area is a French région or département as the ground has it.
type Area struct {
	// Code is INSEE's, such as "53" or "2A".
	Code string
	Outline
	// Mark is where a mark of the area stands, inside it.
	Mark directory.Point
	// Bounds is the box around it.
	Bounds directory.BBox
}

// areaObjects are the objects of the data that hold areas, by level.
var areaObjects = map[string]string{directory.AreaRegion: "region_areas", directory.AreaDepartment: "departement_areas"}

// Areas are those of a level, directory.AreaRegion or AreaDepartment; nil when
// the ground has none. The slice is not to be changed.
func (b *Basemap) Areas(level string) []Area {
	if b == nil {
		return nil
	}
	return b.areas[level]
}

// readAreas takes the areas out of the outlines; a file without them has none.
func (b *Basemap) readAreas(t *topology, arcs [][]degrees) error {
	b.areas = map[string][]Area{}
	for level, object := range areaObjects {
		for _, g := range t.Objects[object].Geometries {
			shapes, err := g.shapes(arcs)
			if err != nil {
				return fmt.Errorf("area %s: %w", g.ID, err)
			}
			if len(shapes) > 0 {
				b.areas[level] = append(b.areas[level], newArea(g.ID, shapes))
			}
		}
	}
	return nil
}

func newArea(code string, shapes []shape) Area {
	a := Area{Code: code, Outline: Outline{area: true, fine: shapes, box: emptyBox()}}
	g := directory.Geometry{Area: true}
	for _, s := range shapes {
		a.box.extend(point{s.box.minX, s.box.minY})
		a.box.extend(point{s.box.maxX, s.box.maxY})
		a.coarse = append(a.coarse, s.simplified(coarseTolerance))
		var part []directory.Ring
		for _, ring := range s.parts {
			part = append(part, inDegrees(ring))
		}
		g.Parts = append(g.Parts, part)
	}
	a.Mark, a.Bounds = g.Inside(), g.Bounds()
	return a
}

// inDegrees is a ring with longitudes and latitudes, closed.
func inDegrees(ring []point) directory.Ring {
	out := make(directory.Ring, 0, len(ring)+1)
	for _, p := range ring {
		lon, lat := unproject(p)
		out = append(out, [2]float64{lon, lat})
	}
	return append(out, out[0])
}

// Room is the shorter side of the area's box in pixels, where the world is
// worldPixels wide: a mark that is larger would hide it.
func (a Area) Room(worldPixels float64) float64 {
	return math.Min(a.box.maxX-a.box.minX, a.box.maxY-a.box.minY) * worldPixels
}
