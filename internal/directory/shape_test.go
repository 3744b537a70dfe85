package directory

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

const square = `{"type":"Polygon","coordinates":[[[-1.7,48.1],[-1.6,48.1],[-1.6,48.2],[-1.7,48.2],[-1.7,48.1]]]}`

func TestParseShape(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want, code string }{
		"as it is":       {in: square, want: square},
		"open ring":      {in: `{"type":"Polygon","coordinates":[[[-1.7,48.1],[-1.6,48.1],[-1.6,48.2],[-1.7,48.2]]]}`, want: square},
		"clockwise":      {in: `{"type":"Polygon","coordinates":[[[-1.7,48.1],[-1.7,48.2],[-1.6,48.2],[-1.6,48.1],[-1.7,48.1]]]}`, want: square},
		"feature":        {in: `{"type":"Feature","properties":{"a":[1]},"geometry":` + square + `}`, want: square},
		"collection":     {in: `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":` + square + `}]}`, want: square},
		"altitude":       {in: `{"type":"LineString","coordinates":[[1,45,200],[2,46,250]]}`, want: `{"type":"LineString","coordinates":[[1,45],[2,46]]}`},
		"doubled point":  {in: `{"type":"LineString","coordinates":[[1,45],[1.0000000001,45],[2,46]]}`, want: `{"type":"LineString","coordinates":[[1,45],[2,46]]}`},
		"two lines":      {in: `{"type":"GeometryCollection","geometries":[{"type":"LineString","coordinates":[[1,45],[2,46]]},{"type":"LineString","coordinates":[[3,45],[4,46]]}]}`, want: `{"type":"MultiLineString","coordinates":[[[1,45],[2,46]],[[3,45],[4,46]]]}`},
		"line across":    {in: `{"type":"LineString","coordinates":[[179,10],[-179,12]]}`, want: `{"type":"MultiLineString","coordinates":[[[179,10],[180,11]],[[-180,11],[-179,12]]]}`},
		"ring across":    {in: `{"type":"Polygon","coordinates":[[[179,0],[-179,0],[-179,1],[179,1],[179,0]]]}`, want: `{"type":"MultiPolygon","coordinates":[[[[179,0],[180,0],[180,1],[179,1],[179,0]]],[[[-180,0],[-179,0],[-179,1],[-180,1],[-180,0]]]]}`},
		"not JSON":       {in: `<kml>`, code: "invalid_json"},
		"a point":        {in: `{"type":"Point","coordinates":[1,2]}`, code: "unknown_type"},
		"no geometry":    {in: `{"type":"FeatureCollection","features":[]}`, code: "no_shape"},
		"swapped":        {in: `{"type":"LineString","coordinates":[[48,-100],[49,-101]]}`, code: "swapped"},
		"not on Earth":   {in: `{"type":"LineString","coordinates":[[400,4],[1,1]]}`, code: "out_of_range"},
		"too short":      {in: `{"type":"LineString","coordinates":[[1,1],[1,1]]}`, code: "invalid_coordinates"},
		"flat":           {in: `{"type":"Polygon","coordinates":[[[1,1],[2,1],[3,1],[1,1]]]}`, code: "invalid_coordinates"},
		"text for lists": {in: `{"type":"Polygon","coordinates":"x"}`, code: "invalid_coordinates"},
		"around a pole":  {in: `{"type":"Polygon","coordinates":[[[-180,80],[-60,80],[60,80],[170,80],[-170,80]]]}`, code: "pole"},
		"mixed":          {in: `{"type":"GeometryCollection","geometries":[` + square + `,{"type":"LineString","coordinates":[[1,45],[2,46]]}]}`, code: "mixed"},
		"deep":           {in: strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 9) + square + strings.Repeat(`]}`, 9), code: "too_deep"},
		"long":           {in: `{"type":"LineString","coordinates":[[1,45],[2,46]]}` + strings.Repeat(" ", MaxShapeInputBytes), code: "too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseShape([]byte(c.in))
			if c.code != "" {
				var bad Invalid
				if !errors.As(err, &bad) || bad[0].Code != c.code || bad[0].Field != "place.shape" {
					t.Fatalf("got %v, %v; want code %s", got, err, c.code)
				}
				return
			}
			if err != nil || string(got) != c.want {
				t.Fatalf("got %s, %v\nwant %s", got, err, c.want)
			}
			if again, err := ParseShape([]byte(got)); err != nil || again != got {
				t.Errorf("read again: %s, %v", again, err)
			}
		})
	}
}

// TestShapeIsReduced: a circle of 20 000 points keeps its form in 2 000.
func TestShapeIsReduced(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`{"type":"Polygon","coordinates":[[`)
	const n = 20_000
	for i := range n {
		a := 2 * math.Pi * float64(i) / n
		fmt.Fprintf(&b, "[%.7f,%.7f],", 2+math.Cos(a), 46+math.Sin(a))
	}
	s, err := ParseShape([]byte(strings.TrimSuffix(b.String(), ",") + "]]}"))
	if err != nil {
		t.Fatal(err)
	}
	g, ok := s.Geometry()
	if !ok || g.Vertices() > MaxShapeVertices || g.Vertices() < 100 {
		t.Errorf("%d vertices", g.Vertices())
	}
	whole := math.Pi * metresPerDegree * metresPerDegree * math.Cos(46*math.Pi/180)
	if got := g.SquareMetres(); math.Abs(got/whole-1) > 0.01 {
		t.Errorf("area %g, want about %g", got, whole)
	}
}

func TestShapeInside(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"square":    square,
		"horseshoe": `{"type":"Polygon","coordinates":[[[0,0],[10,0],[10,10],[9,10],[9,1],[1,1],[1,10],[0,10],[0,0]]]}`,
		"ring":      `{"type":"Polygon","coordinates":[[[0,0],[10,0],[10,10],[0,10],[0,0]],[[1,1],[1,9],[9,9],[9,1],[1,1]]]}`,
		"across":    `{"type":"Polygon","coordinates":[[[179,0],[-178,0],[-178,1],[179,1],[179,0]]]}`,
	} {
		s, err := ParseShape([]byte(in))
		if err != nil {
			t.Fatal(name, err)
		}
		g, _ := s.Geometry()
		p := g.Inside()
		list, err := parsePolygons([]byte(s))
		if err != nil || !list.contains(p) {
			t.Errorf("%s: %v is not inside (%v)", name, p, err)
		}
		if math.Abs(p.Lon) > 180 {
			t.Errorf("%s: longitude %g", name, p.Lon)
		}
	}
	s, _ := ParseShape([]byte(`{"type":"LineString","coordinates":[[0,0],[0,1],[0,4]]}`))
	if g, _ := s.Geometry(); g.Inside() != (Point{Lat: 2}) {
		t.Errorf("middle of a line: %v", g.Inside())
	}
}

func TestShapeBoxes(t *testing.T) {
	t.Parallel()
	s, err := ParseShape([]byte(`{"type":"Polygon","coordinates":[[[179,0],[-178,0],[-178,1],[179,1],[179,0]]]}`))
	if err != nil {
		t.Fatal(err)
	}
	g, _ := s.Geometry()
	if got, want := g.Bounds(), (BBox{West: 179, South: 0, East: -178, North: 1}); got != want {
		t.Errorf("bounds %v, want %v", got, want)
	}
	for box, want := range map[BBox]bool{
		{West: -179, South: 0, East: -170, North: 2}:   true,
		{West: 170, South: 0, East: 179.5, North: 2}:   true,
		{West: 175, South: 0, East: -175, North: 2}:    true,
		{West: 0, South: 0, East: 170, North: 2}:       false,
		{West: -179, South: 2, East: -170, North: 3}:   false,
		{West: -180, South: -90, East: 180, North: 90}: true,
	} {
		if got := g.Meets(box); got != want {
			t.Errorf("meets %v: %v, want %v", box, got, want)
		}
	}
}

// TestShapeOfAPlace: the point is set in the shape, and a shape is public only
// where the place is exact.
func TestShapeOfAPlace(t *testing.T) {
	t.Parallel()
	e := Entry{Kind: KindPlace, Name: LangText{"fr": "x"}, Handle: "x", Place: &Place{}}
	if err := json.Unmarshal([]byte(`{"shape":`+square+`}`), e.Place); err != nil {
		t.Fatal(err)
	}
	if err := Validate(&e); err != nil {
		t.Fatal(err)
	}
	if p := e.Place; p.Point == nil || p.PointSource != PointFromShape || math.Abs(p.Point.Lat-48.15) > 0.06 {
		t.Errorf("point %v from %q", p.Point, p.PointSource)
	}
	raw, err := json.Marshal(e.Place)
	if err != nil || !strings.Contains(string(raw), `"shape":`+square) {
		t.Errorf("written %s, %v", raw, err)
	}
	for precision, public := range map[Precision]bool{PrecisionExact: true, PrecisionApproximate: false, PrecisionHidden: false} {
		e.Place.Precision = precision
		p, _ := e.Public()
		if got := p.Place.Shape != ""; got != public {
			t.Errorf("%s: shape public %v", precision, got)
		}
		raw, _ := json.Marshal(p)
		if !public && strings.Contains(string(raw), "48.1") && precision == PrecisionHidden {
			t.Errorf("%s: %s", precision, raw)
		}
	}
	e.Place.Shape = `{"type":"Point","coordinates":[1,2]}`
	var bad Invalid
	if err := Validate(&e); !errors.As(err, &bad) || bad[0].Field != "place.shape" {
		t.Errorf("a point as a shape: %v", err)
	}
}

// TestWideShapeStaysWide: an edge longer than half the world would be read as the
// one that goes the other way round, so simplification leaves none.
func TestWideShapeStaysWide(t *testing.T) {
	const n = 1200 // a side
	at := func(i int) float64 { return -170 + 340*float64(i)/n }
	var ring [][]float64
	for i := range n {
		ring = append(ring, []float64{at(i), -10})
	}
	for i := n; i >= 0; i-- {
		ring = append(ring, []float64{at(i), 10})
	}
	ring = append(ring, ring[0])
	raw, err := json.Marshal(map[string]any{"type": "Polygon", "coordinates": []any{ring}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := ParseShape(raw)
	if err != nil {
		t.Fatal(err)
	}
	g, ok := s.Geometry()
	if want := (BBox{West: -170, South: -10, East: 170, North: 10}); !ok || g.Box() != want || g.Vertices() > MaxShapeVertices {
		t.Errorf("%v with %d positions, want %v; %s", g.Box(), g.Vertices(), want, s)
	}
}

func FuzzParseShape(f *testing.F) {
	f.Add([]byte(square))
	f.Add([]byte(`{"type":"MultiLineString","coordinates":[[[179,0],[-179,1],[179,2]],[[-540,0],[540,1]]]}`))
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[170,1],[-170,1],[-170,-1],[170,-1]],[[175,0.5],[175,-0.5],[-175,0.5]]]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := ParseShape(raw)
		if err != nil {
			return
		}
		g, ok := s.Geometry()
		if !ok || len(s) > MaxShapeBytes || !json.Valid([]byte(s)) {
			t.Fatalf("%s gives %s", raw, s)
		}
		if p := g.Inside(); !(math.Abs(p.Lat) <= 90 && math.Abs(p.Lon) <= 180) {
			t.Errorf("%s: inside %v", s, p)
		}
		if b := g.Box(); !(b.West >= -180 && b.West <= 180 && b.East >= b.West) {
			t.Errorf("%s: box %v", s, b)
		}
		_, _ = g.Length(), g.SquareMetres()
	})
}
