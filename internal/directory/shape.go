package directory

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
)

// Limits of a shape. What is finer than MaxShapeVertices is simplified, since a
// map cannot show it; what is beyond the limits of the input is refused.
const (
	MaxShapeBytes         = 64 << 10 // of the written form
	MaxShapeVertices      = 2000
	MaxShapeInputBytes    = 1 << 20
	MaxShapeInputVertices = 50_000
	maxShapeParts         = 500
)

// Shape is the line or the area of a place: the text of a GeoJSON geometry
// (RFC 7946), a LineString, MultiLineString, Polygon or MultiPolygon in WGS 84,
// as ParseShape writes it; "" is none. It is a string so that places can be
// compared. In JSON it is the geometry itself.
type Shape string

// MarshalJSON writes the geometry, or null.
func (s Shape) MarshalJSON() ([]byte, error) {
	if s == "" {
		return []byte("null"), nil
	}
	return []byte(s), nil
}

// UnmarshalJSON takes any JSON object; Validate says whether it is a shape.
func (s *Shape) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		*s = ""
		return nil
	}
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return err
	}
	*s = Shape(b.String())
	return nil
}

// Ring is a list of positions, longitude first, in degrees. Longitudes are
// continuous: what crosses the antimeridian goes on beyond ±180.
type Ring = [][2]float64

// Geometry is a shape that was read.
type Geometry struct {
	// Area is set for polygons: each part is then an outer ring and its holes,
	// closed. Else each part is one line.
	Area  bool
	Parts [][]Ring
}

// ParseShape reads a geometry, a Feature, or a collection of lines only or of
// areas only, and gives its written form: at most MaxShapeVertices positions of
// six decimals, outer rings counterclockwise, cut at the antimeridian. The error
// is an Invalid of field "place.shape".
func ParseShape(raw []byte) (Shape, error) {
	g, err := readShape(raw)
	if err == nil {
		g = g.Reduced(MaxShapeVertices)
		if s := g.text(); len(s) <= MaxShapeBytes && len(g.Parts) > 0 {
			return Shape(s), nil
		}
		err = geoFail("too_many", "has too many parts")
	}
	var geo *geoError
	if errors.As(err, &geo) {
		return "", Invalid{{Field: "place.shape", Code: geo.code, Message: geo.message}}
	}
	return "", Invalid{{Field: "place.shape", Code: "invalid_json", Message: "is not GeoJSON"}}
}

// Geometry reads the shape; ok is false for "" and for what is no shape.
func (s Shape) Geometry() (g Geometry, ok bool) {
	if s == "" {
		return g, false
	}
	g, err := readShape([]byte(s))
	return g, err == nil
}

// shapeReader collects the parts of a GeoJSON text.
type shapeReader struct {
	out      Geometry
	some     bool // a part was read, so that out.Area is set
	vertices int
}

func readShape(raw []byte) (Geometry, error) {
	if len(raw) > MaxShapeInputBytes {
		return Geometry{}, geoFail("too_long", "is longer than %d bytes: simplify it", MaxShapeInputBytes)
	}
	r := &shapeReader{}
	if err := r.object(raw, 0); err != nil {
		return Geometry{}, err
	}
	if !r.some {
		return Geometry{}, geoFail("no_shape", "has no line and no area")
	}
	r.out.gather()
	return r.out, nil
}

func (r *shapeReader) object(raw json.RawMessage, depth int) error {
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
	case "LineString", "MultiLineString", "Polygon", "MultiPolygon":
		return r.geometry(g)
	default:
		return geoFail("unknown_type", "has a %.30q, where a line or an area is needed", g.Type)
	}
	for _, m := range members {
		if err := r.object(m, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// geometry reads coordinates: those of the simpler types are one of the others'.
func (r *shapeReader) geometry(g geoJSON) error {
	var parts [][][][]float64
	var err error
	switch g.Type {
	case "LineString":
		parts = [][][][]float64{make([][][]float64, 1)}
		err = json.Unmarshal(g.Coordinates, &parts[0][0])
	case "MultiLineString":
		var lines [][][]float64
		err = json.Unmarshal(g.Coordinates, &lines)
		for _, l := range lines {
			parts = append(parts, [][][]float64{l})
		}
	case "Polygon":
		parts = make([][][][]float64, 1)
		err = json.Unmarshal(g.Coordinates, &parts[0])
	default:
		err = json.Unmarshal(g.Coordinates, &parts)
	}
	if err != nil {
		return geoFail("invalid_coordinates", "has coordinates that are not lists of [longitude, latitude]")
	}
	area := g.Type == "Polygon" || g.Type == "MultiPolygon"
	for _, p := range parts {
		if err := r.part(p, area); err != nil {
			return err
		}
	}
	return nil
}

func (r *shapeReader) part(rings [][][]float64, area bool) error {
	if r.some && area != r.out.Area {
		return geoFail("mixed", "has lines and areas together: keep one sort")
	}
	if len(rings) == 0 || len(r.out.Parts) >= maxShapeParts {
		return geoFail("invalid_coordinates", "has an area without a ring, or more than %d parts", maxShapeParts)
	}
	r.some, r.out.Area = true, area
	var part []Ring
	for i, positions := range rings {
		if r.vertices += len(positions); r.vertices > MaxShapeInputVertices {
			return geoFail("too_many", "has more than %d points: simplify it", MaxShapeInputVertices)
		}
		ring, err := r.ring(positions)
		if err != nil {
			return err
		}
		if area {
			wind(ring, i == 0)
		}
		part = append(part, ring)
	}
	r.out.Parts = append(r.out.Parts, part)
	return nil
}

func (r *shapeReader) ring(positions [][]float64) (Ring, error) {
	line, turn, err := readPositions(positions)
	if err != nil {
		return nil, err
	}
	line = rounded(line)
	if !r.out.Area {
		if len(line) < 2 {
			return nil, geoFail("invalid_coordinates", "has a line of fewer than two points")
		}
		return line, nil
	}
	if line, err = closedRing(line, turn); err != nil {
		return nil, err
	}
	if signedArea(line) == 0 {
		return nil, geoFail("invalid_coordinates", "has a ring that encloses nothing")
	}
	return line, nil
}

// rounded keeps six decimals, some 10 cm, and drops doubled positions.
func rounded(ring Ring) Ring {
	out := ring[:0]
	for _, p := range ring {
		p = [2]float64{math.Round(p[0]*1e6) / 1e6, math.Round(p[1]*1e6) / 1e6}
		if n := len(out); n == 0 || out[n-1] != p {
			out = append(out, p)
		}
	}
	return out
}

// signedArea is twice the enclosed area in square degrees, positive for a ring
// that turns counterclockwise.
func signedArea(ring Ring) (a float64) {
	for i := 1; i < len(ring); i++ {
		p, q := ring[i-1], ring[i]
		a += p[0]*q[1] - q[0]*p[1]
	}
	return a
}

// wind turns an outer ring counterclockwise and a hole clockwise (RFC 7946 §3.1.6).
func wind(ring Ring, outer bool) {
	if (signedArea(ring) > 0) == outer {
		return
	}
	for i, j := 0, len(ring)-1; i < j; i, j = i+1, j-1 {
		ring[i], ring[j] = ring[j], ring[i]
	}
}

// gather puts parts on both sides of the antimeridian next to one another when
// they are nearer across it.
func (g *Geometry) gather() {
	w, e, we, ee := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, part := range g.Parts {
		b := ringBox(part[0])
		w, e = math.Min(w, b.West), math.Max(e, b.East)
		if b.East < 0 {
			b.West, b.East = b.West+360, b.East+360
		}
		we, ee = math.Min(we, b.West), math.Max(ee, b.East)
	}
	if ee-we >= e-w {
		return
	}
	for _, part := range g.Parts {
		if ringBox(part[0]).East < 0 {
			for _, ring := range part {
				for i := range ring {
					ring[i][0] += 360
				}
			}
		}
	}
}

// Box is the box around the shape, with continuous longitudes: West is within
// ±180, East may be beyond 180.
func (g Geometry) Box() BBox {
	b := BBox{West: math.Inf(1), South: 90, East: math.Inf(-1), North: -90}
	for _, part := range g.Parts {
		p := ringBox(part[0])
		b = BBox{West: min(b.West, p.West), South: min(b.South, p.South), East: max(b.East, p.East), North: max(b.North, p.North)}
	}
	turns := 360 * math.Floor((b.West+180)/360)
	b.West, b.East = b.West-turns, b.East-turns
	return b
}

// Bounds is Box as a bounding box of a request is written: West > East when it
// crosses the antimeridian.
func (g Geometry) Bounds() BBox {
	b := g.Box()
	if b.East > 180 {
		b.East -= 360
	}
	return b
}

// Vertices is how many positions the shape has.
func (g Geometry) Vertices() (n int) {
	for _, part := range g.Parts {
		for _, ring := range part {
			n += len(ring)
		}
	}
	return n
}

// text writes the shape as RFC 7946 has it.
func (g Geometry) text() string {
	g = g.cut()
	kind, multi := "LineString", len(g.Parts) > 1
	if g.Area {
		kind = "Polygon"
	}
	b := []byte(`{"type":"`)
	if multi {
		b = append(b, "Multi"...)
	}
	b = append(b, kind+`","coordinates":`...)
	open := func(on bool, c byte) {
		if on {
			b = append(b, c)
		}
	}
	open(multi, '[')
	for i, part := range g.Parts {
		open(i > 0, ',')
		open(g.Area, '[')
		for j, ring := range part {
			open(j > 0, ',')
			b = appendRing(b, ring)
		}
		open(g.Area, ']')
	}
	open(multi, ']')
	return string(append(b, '}'))
}

func appendRing(b []byte, ring Ring) []byte {
	b = append(b, '[')
	for i, p := range ring {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = strconv.AppendFloat(b, p[0], 'f', -1, 64)
		b = append(b, ',')
		b = strconv.AppendFloat(b, p[1], 'f', -1, 64)
		b = append(b, ']')
	}
	return append(b, ']')
}
