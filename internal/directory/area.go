package directory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/gazetteer"
)

// Limits of an area, so that a pasted one cannot ask for unbounded work.
const (
	MaxAreaBytes    = 200_000 // of its GeoJSON
	MaxAreaVertices = 10_000
	maxAreaCodes    = 128
)

// Area is a part of the world: what a map or the rule of a source is limited
// to. Its parts add up: a point is in the area when it is in any of them. The
// zero value is everywhere.
//
// Its JSON form has the bbox as [west, south, east, north] and the GeoJSON as
// it was given; reading it checks it, see ParseArea.
type Area struct {
	BBox *BBox
	// Departments and Regions are INSEE codes ("35", "2A", "974"; "53" is Bretagne).
	Departments []string
	Regions     []string
	// GeoJSON is a Polygon, a MultiPolygon, or Features or collections of them
	// (RFC 7946), with holes; rings may cross the antimeridian.
	GeoJSON json.RawMessage

	shape polygons // of GeoJSON, once it was checked
}

// areaJSON is the written form of an Area.
type areaJSON struct {
	BBox        []float64       `json:"bbox,omitempty"`
	Departments []string        `json:"departments,omitempty"`
	Regions     []string        `json:"regions,omitempty"`
	GeoJSON     json.RawMessage `json:"geojson,omitempty"`
}

// ParseArea reads the JSON form of an area and checks it; nothing is everywhere.
// The error is an Invalid.
func ParseArea(raw []byte) (Area, error) {
	var a Area
	if len(bytes.TrimSpace(raw)) == 0 {
		return a, nil
	}
	var w areaJSON
	if len(raw) > 2*MaxAreaBytes {
		return a, areaTooLong()
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return a, Invalid{{Field: "area", Code: "invalid_json", Message: "is not the JSON form of an area"}}
	}
	a = Area{Departments: w.Departments, Regions: w.Regions, GeoJSON: w.GeoJSON}
	switch len(w.BBox) {
	case 0:
	case 4:
		a.BBox = &BBox{West: w.BBox[0], South: w.BBox[1], East: w.BBox[2], North: w.BBox[3]}
	default:
		return a, Invalid{{Field: "area.bbox", Code: "invalid_bbox", Message: "is not west, south, east, north"}}
	}
	return a, a.Validate()
}

// MarshalJSON writes what ParseArea reads.
func (a Area) MarshalJSON() ([]byte, error) {
	w := areaJSON{Departments: a.Departments, Regions: a.Regions, GeoJSON: a.GeoJSON}
	if b := a.BBox; b != nil {
		w.BBox = []float64{b.West, b.South, b.East, b.North}
	}
	return json.Marshal(w)
}

// String is the written form of the area, the same for areas that are written alike.
func (a Area) String() string {
	raw, err := a.MarshalJSON()
	if err != nil {
		return "" // GeoJSON that is no JSON: it was not validated
	}
	return string(raw)
}

// UnmarshalJSON is ParseArea.
func (a *Area) UnmarshalJSON(raw []byte) (err error) {
	*a, err = ParseArea(raw)
	return err
}

// IsZero reports whether the area is everywhere.
func (a Area) IsZero() bool {
	return a.BBox == nil && len(a.Departments) == 0 && len(a.Regions) == 0 && len(a.GeoJSON) == 0
}

// Equal reports whether two areas are written alike.
func (a Area) Equal(b Area) bool {
	return (a.BBox == nil) == (b.BBox == nil) && (a.BBox == nil || *a.BBox == *b.BBox) &&
		slices.Equal(a.Departments, b.Departments) && slices.Equal(a.Regions, b.Regions) && bytes.Equal(a.GeoJSON, b.GeoJSON)
}

// Validate normalises the codes in place, reads the GeoJSON once for all, and
// returns nil or an Invalid with every field error, fields beginning with "area.".
func (a *Area) Validate() error {
	v := &validator{}
	if b := a.BBox; b != nil {
		_, err := ParseBBox(b.String())
		v.failIf(err != nil, "area.bbox", "invalid_bbox", "is not west, south, east, north in degrees")
	}
	if len(a.Departments)+len(a.Regions) > 0 {
		a.codes(v)
	}
	a.GeoJSON = bytes.TrimSpace(a.GeoJSON)
	a.shape = polygons{}
	if string(a.GeoJSON) == "null" || len(a.GeoJSON) == 0 {
		a.GeoJSON = nil
	} else {
		shape, err := parsePolygons(a.GeoJSON)
		var bad *geoError
		if errors.As(err, &bad) {
			v.fail("area.geojson", bad.code, "%s", bad.message)
		}
		a.shape = shape
	}
	if len(v.bad) > 0 {
		return v.bad
	}
	return nil
}

func (a *Area) codes(v *validator) {
	g, err := gazetteer.Load()
	if err != nil {
		v.fail("area.departments", "unavailable", "the table of départements cannot be read")
		return
	}
	a.Departments = cleanCodes(a.Departments)
	a.Regions = cleanCodes(a.Regions)
	v.failIf(len(a.Departments) > maxAreaCodes, "area.departments", "too_many", "are more than %d", maxAreaCodes)
	v.failIf(len(a.Regions) > maxAreaCodes, "area.regions", "too_many", "are more than %d", maxAreaCodes)
	for _, code := range a.Departments {
		_, ok := g.Department(code)
		v.failIf(!ok, "area.departments", "unknown_department", "%.20q is not the INSEE code of a département such as 35 or 2A", code)
	}
	for _, code := range a.Regions {
		_, ok := g.Region(code)
		v.failIf(!ok, "area.regions", "unknown_region", "%.20q is not the INSEE code of a région such as 53", code)
	}
}

// cleanCodes sorts codes, without doubles and with the zero that spreadsheets eat.
func cleanCodes(codes []string) []string {
	var out []string
	for _, c := range codes {
		c = strings.ToUpper(strings.TrimSpace(c))
		if len(c) == 1 && c >= "1" && c <= "9" {
			c = "0" + c
		}
		if c != "" {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func areaTooLong() error {
	return Invalid{{Field: "area.geojson", Code: "too_long",
		Message: fmt.Sprintf("is longer than %d bytes: simplify the outline", MaxAreaBytes)}}
}

// Spot is where an entry is, looked up once so that it can be compared with
// many areas. The zero Spot is nowhere: only the area that is everywhere holds it.
type Spot struct {
	Point              *Point
	Department, Region string // INSEE codes, "" when unknown or abroad
}

// Locate finds the spot of a place. The département is that of the written
// commune or postcode where there is one, since a point may be snapped, and that
// of the nearest commune otherwise. nil is nowhere.
func Locate(p *Place) Spot {
	if p == nil {
		return Spot{}
	}
	s := Spot{Point: p.Point}
	g, err := gazetteer.Load()
	if err != nil {
		return s
	}
	if country := strings.ToUpper(p.Country); country != "" && country != "FR" && !gazetteer.Overseas(country) {
		return s
	}
	m, ok := gazetteer.Match{}, false
	if p.Locality != "" || p.PostalCode != "" {
		m, ok = g.Find(gazetteer.Query{PostalCode: p.PostalCode, Locality: p.Locality, Region: p.Region, Country: p.Country})
	}
	// A homonym without a postcode may be anywhere: the point knows better.
	if p.Point != nil && (!ok || p.PostalCode == "") {
		m, ok = g.Nearest(p.Point.Lat, p.Point.Lon)
	}
	if ok {
		s.Department, s.Region = g.AreasOf(m.Code)
	}
	return s
}

// Contains reports whether a point is in the area. Borders between départements
// are those between their communes' centres.
func (a Area) Contains(p Point) bool { return a.ContainsPlace(&Place{Point: &p}) }

// ContainsPlace reports whether a place is in the area; a place without a point
// can only be in a département or a région, by its commune or postcode.
func (a Area) ContainsPlace(p *Place) bool {
	if a.IsZero() {
		return true
	}
	if len(a.Departments)+len(a.Regions) > 0 {
		return a.Has(Locate(p))
	}
	if p == nil {
		return false
	}
	return a.Has(Spot{Point: p.Point})
}

// Has reports whether a spot is in the area.
func (a Area) Has(s Spot) bool {
	if a.IsZero() {
		return true
	}
	if s.Department != "" && slices.Contains(a.Departments, s.Department) || s.Region != "" && slices.Contains(a.Regions, s.Region) {
		return true
	}
	if s.Point == nil {
		return false
	}
	if a.BBox != nil && a.BBox.Contains(*s.Point) {
		return true
	}
	if len(a.GeoJSON) == 0 {
		return false
	}
	shape := a.shape
	if shape.empty() {
		var err error
		if shape, err = parsePolygons(a.GeoJSON); err != nil {
			return false
		}
	}
	return shape.contains(*s.Point)
}

// Bounds is the box around the bbox and the polygons, false for an area that has
// neither.
func (a Area) Bounds() (BBox, bool) {
	var bs []BBox
	if a.BBox != nil {
		bs = append(bs, *a.BBox)
	}
	shape := a.shape
	if shape.empty() && len(a.GeoJSON) > 0 {
		shape, _ = parsePolygons(a.GeoJSON) // what cannot be read has no bounds
	}
	if !shape.empty() {
		bs = append(bs, shape.box)
	}
	if len(bs) == 0 {
		return BBox{}, false
	}
	b := bs[0]
	if len(bs) > 1 && b.West > b.East {
		b.West, b.East = -180, 180 // a box across the antimeridian, and polygons
	}
	for _, c := range bs[1:] {
		b = BBox{West: min(b.West, c.West), South: min(b.South, c.South), East: max(b.East, c.East), North: max(b.North, c.North)}
	}
	return b, true
}
