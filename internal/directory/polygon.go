package directory

import (
	"encoding/json"
	"fmt"
	"math"
)

// polygons are the rings of a GeoJSON geometry, longitudes made continuous: a
// ring across the antimeridian goes beyond ±180.
type polygons struct {
	list []polygon
	box  BBox // of all, with continuous longitudes
}

type polygon struct {
	rings []Ring // lon, lat; closed
	box   BBox
}

// geoError is what is wrong with a GeoJSON text.
type geoError struct{ code, message string }

func (e *geoError) Error() string { return e.message }

func geoFail(code, format string, args ...any) error {
	return &geoError{code, fmt.Sprintf(format, args...)}
}

func (p polygons) empty() bool { return len(p.list) == 0 }

// geoJSON is any GeoJSON object, as far as areas are concerned.
type geoJSON struct {
	Type        string            `json:"type"`
	Coordinates json.RawMessage   `json:"coordinates"`
	Geometry    json.RawMessage   `json:"geometry"`
	Geometries  []json.RawMessage `json:"geometries"`
	Features    []json.RawMessage `json:"features"`
}

// maxGeoDepth bounds collections inside collections.
const maxGeoDepth = 4

// parsePolygons reads a bounded GeoJSON text; the error is a *geoError.
func parsePolygons(raw []byte) (polygons, error) {
	if len(raw) > MaxAreaBytes {
		return polygons{}, geoFail("too_long", "is longer than %d bytes: simplify the outline", MaxAreaBytes)
	}
	r := &geoReader{}
	if err := r.object(raw, 0); err != nil {
		return polygons{}, err
	}
	if len(r.out.list) == 0 {
		return polygons{}, geoFail("no_polygon", "has no polygon")
	}
	return r.out, nil
}

type geoReader struct {
	out      polygons
	vertices int
}

func (r *geoReader) object(raw json.RawMessage, depth int) error {
	var g geoJSON
	if err := json.Unmarshal(raw, &g); err != nil {
		return geoFail("invalid_json", "is not GeoJSON")
	}
	if depth > maxGeoDepth {
		return geoFail("too_deep", "has collections inside collections")
	}
	members := append(g.Features, g.Geometries...)
	switch g.Type {
	case "Feature":
		members = []json.RawMessage{g.Geometry}
	case "FeatureCollection", "GeometryCollection":
	case "Polygon":
		var rings [][][]float64
		if err := json.Unmarshal(g.Coordinates, &rings); err != nil {
			return geoFail("invalid_coordinates", "has a polygon whose coordinates are not rings of [longitude, latitude]")
		}
		return r.polygon(rings)
	case "MultiPolygon":
		var parts [][][][]float64
		if err := json.Unmarshal(g.Coordinates, &parts); err != nil {
			return geoFail("invalid_coordinates", "has a multipolygon whose coordinates are not polygons")
		}
		for _, rings := range parts {
			if err := r.polygon(rings); err != nil {
				return err
			}
		}
		return nil
	default:
		return geoFail("unknown_type", "has a %.30q, where a Polygon or a MultiPolygon is needed", g.Type)
	}
	for _, m := range members {
		if err := r.object(m, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (r *geoReader) polygon(rings [][][]float64) error {
	if len(rings) == 0 {
		return geoFail("invalid_coordinates", "has a polygon without a ring")
	}
	var p polygon
	for _, positions := range rings {
		if r.vertices += len(positions); r.vertices > MaxAreaVertices {
			return geoFail("too_many", "has more than %d points: simplify the outline", MaxAreaVertices)
		}
		ring, err := readRing(positions)
		if err != nil {
			return err
		}
		p.rings = append(p.rings, ring)
	}
	p.box = ringBox(p.rings[0])
	if len(r.out.list) == 0 {
		r.out.box = p.box
	} else {
		b := r.out.box
		r.out.box = BBox{West: min(b.West, p.box.West), South: min(b.South, p.box.South), East: max(b.East, p.box.East), North: max(b.North, p.box.North)}
	}
	r.out.list = append(r.out.list, p)
	return nil
}

// readRing checks a ring, closes it, and makes its longitudes continuous.
func readRing(positions [][]float64) (Ring, error) {
	ring, turn, err := readPositions(positions)
	if err != nil {
		return nil, err
	}
	return closedRing(ring, turn)
}

// readPositions checks positions and makes their longitudes continuous; turn is
// by how much the last one's was moved. Two neighbours more than 180° apart are
// joined across the antimeridian, except those that are on it: they draw a box
// around the world.
func readPositions(positions [][]float64) (ring Ring, turn float64, err error) {
	ring = make(Ring, 0, len(positions)+1)
	for i, p := range positions {
		if len(p) < 2 {
			return nil, 0, geoFail("invalid_coordinates", "has a position without a longitude and a latitude")
		}
		lon, lat := p[0], p[1]
		if !(math.Abs(lon) <= 360 && math.Abs(lat) <= 90) {
			if math.Abs(lon) <= 90 && math.Abs(lat) <= 180 {
				return nil, 0, geoFail("swapped", "has the position %g, %g: latitude and longitude look swapped", lon, lat)
			}
			return nil, 0, geoFail("out_of_range", "has the position %g, %g, which is not on Earth", lon, lat)
		}
		if i > 0 {
			step := lon - positions[i-1][0]
			if math.Abs(step) > 180 && !(math.Abs(lon) == 180 && math.Abs(positions[i-1][0]) == 180) {
				turn -= math.Copysign(360, step)
			}
		}
		ring = append(ring, [2]float64{lon + turn, lat})
	}
	return ring, turn, nil
}

// closedRing repeats the first position at the end where it is not.
func closedRing(ring Ring, turn float64) (Ring, error) {
	open := geoFail("pole", "has a ring that goes around a pole or is not closed across the antimeridian")
	if turn != 0 {
		return nil, open
	}
	if n := len(ring); n > 0 && ring[0] != ring[n-1] {
		if math.Abs(ring[0][0]-ring[n-1][0]) > 180 {
			return nil, open
		}
		ring = append(ring, ring[0])
	}
	if len(ring) < 4 {
		return nil, geoFail("invalid_coordinates", "has a ring of fewer than three points")
	}
	return ring, nil
}

func ringBox(ring Ring) BBox {
	b := BBox{West: ring[0][0], East: ring[0][0], South: ring[0][1], North: ring[0][1]}
	for _, p := range ring {
		b.West, b.East = min(b.West, p[0]), max(b.East, p[0])
		b.South, b.North = min(b.South, p[1]), max(b.North, p[1])
	}
	return b
}

func (p polygons) contains(pt Point) bool {
	for _, poly := range p.list {
		for _, lon := range [...]float64{pt.Lon, pt.Lon - 360, pt.Lon + 360} {
			if poly.contains(lon, pt.Lat) {
				return true
			}
		}
	}
	return false
}

// contains counts crossings of all rings: a hole is outside.
func (p polygon) contains(lon, lat float64) bool {
	if lon < p.box.West || lon > p.box.East || lat < p.box.South || lat > p.box.North {
		return false
	}
	inside := false
	for _, ring := range p.rings {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			if (a[1] > lat) != (b[1] > lat) && lon < (b[0]-a[0])*(lat-a[1])/(b[1]-a[1])+a[0] {
				inside = !inside
			}
		}
	}
	return inside
}
