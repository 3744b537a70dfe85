package directory

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Rough outlines, drawn for these tests.
const (
	rennesBox  = `{"type":"Polygon","coordinates":[[[-1.75,48.07],[-1.6,48.07],[-1.6,48.16],[-1.75,48.16],[-1.75,48.07]]]}`
	withHole   = `{"type":"Polygon","coordinates":[[[0,0],[10,0],[10,10],[0,10],[0,0]],[[4,4],[6,4],[6,6],[4,6],[4,4]]]}`
	pacific    = `{"type":"Polygon","coordinates":[[[170,-20],[-170,-20],[-170,-10],[170,-10],[170,-20]]]}`
	pacific360 = `{"type":"Feature","properties":{},"geometry":{"type":"MultiPolygon","coordinates":[[[[170,-20],[190,-20],[190,-10],[170,-10],[170,-20]]]]}}`
	world      = `{"type":"Polygon","coordinates":[[[-180,-90],[180,-90],[180,90],[-180,90],[-180,-90]]]}`
)

func TestAreaContains(t *testing.T) {
	t.Parallel()
	rennes, vannes, nice, ajaccio := Point{48.11, -1.68}, Point{47.66, -2.76}, Point{43.7, 7.27}, Point{41.92, 8.74}
	tests := []struct {
		name string
		area Area
		in   []Point
		out  []Point
	}{
		{"everywhere", Area{}, []Point{rennes, nice}, nil},
		{"bbox", Area{BBox: &BBox{-2, 48, -1, 49}}, []Point{rennes}, []Point{vannes}},
		{"département", Area{Departments: []string{"35"}}, []Point{rennes}, []Point{vannes, nice, {48.2, -40}}},
		{"région", Area{Regions: []string{"53"}}, []Point{rennes, vannes}, []Point{nice, {47.22, -1.55}}},
		{"Corse", Area{Departments: []string{"2a"}}, []Point{ajaccio}, []Point{{42.7, 9.45}, nice}},
		{"overseas", Area{Departments: []string{"974"}}, []Point{{-20.88, 55.45}}, []Point{{-20.16, 57.5}}},
		{"a city abroad is in no département", Area{Departments: []string{"74", "01"}}, []Point{{45.9, 6.13}}, []Point{{46.204, 6.144}}},
		{"parts add up", Area{Departments: []string{"06"}, BBox: &BBox{-2, 48, -1, 49}}, []Point{nice, rennes}, []Point{vannes}},
		{"polygon", Area{GeoJSON: json.RawMessage(rennesBox)}, []Point{rennes}, []Point{vannes}},
		{"hole", Area{GeoJSON: json.RawMessage(withHole)}, []Point{{1, 1}, {5, 3}}, []Point{{5, 5}, {11, 5}}},
		{"antimeridian", Area{GeoJSON: json.RawMessage(pacific)}, []Point{{-15, 175}, {-15, -175}, {-15, 180}, {-15, -180}}, []Point{{-15, 165}, {-15, 0}}},
		{"beyond 180", Area{GeoJSON: json.RawMessage(pacific360)}, []Point{{-15, 175}, {-15, -175}}, []Point{{-15, 165}, {-15, 0}}},
		{"world", Area{GeoJSON: json.RawMessage(world)}, []Point{rennes, {-15, 175}, {0, 0}}, nil},
	}
	for _, tt := range tests {
		for _, checked := range []bool{false, true} {
			a := tt.area
			if checked {
				if err := a.Validate(); err != nil {
					t.Fatalf("%s: %v", tt.name, err)
				}
			} else {
				a.Departments = cleanCodes(a.Departments)
			}
			for _, p := range tt.in {
				if !a.Contains(p) {
					t.Errorf("%s: %v is outside, want inside", tt.name, p)
				}
			}
			for _, p := range tt.out {
				if a.Contains(p) {
					t.Errorf("%s: %v is inside, want outside", tt.name, p)
				}
			}
		}
	}
}

// TestAreaContainsPlace: a written commune says more than a snapped point, and a
// hidden place is in its département all the same.
func TestAreaContainsPlace(t *testing.T) {
	t.Parallel()
	morbihan := Area{Departments: []string{"56"}}
	tests := []struct {
		name  string
		place *Place
		want  bool
	}{
		{"none", nil, false},
		{"hidden", &Place{Locality: "Vannes", PostalCode: "56000", Country: "FR", Precision: PrecisionHidden}, true},
		{"by postcode", &Place{PostalCode: "56000"}, true},
		{"elsewhere", &Place{Locality: "Rennes", PostalCode: "35000"}, false},
		{"abroad", &Place{Locality: "Vannes", Country: "CA", Point: &Point{47.66, -2.76}}, false},
		{"homonym with a point", &Place{Locality: "Saint-Denis", Point: &Point{47.66, -2.76}}, true},
		{"the postcode wins over the snapped point", &Place{PostalCode: "56350", Locality: "Rieux", Point: &Point{47.61, -2.07}}, true},
	}
	for _, tt := range tests {
		if got := morbihan.ContainsPlace(tt.place); got != tt.want {
			t.Errorf("%s: ContainsPlace = %v, want %v", tt.name, got, tt.want)
		}
	}
	if !(Area{}).ContainsPlace(nil) {
		t.Error("everywhere does not contain an entry without a place")
	}
}

func TestParseAreaRefuses(t *testing.T) {
	t.Parallel()
	ring := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "[%g,1],", float64(i)/float64(n))
		}
		return `{"type":"Polygon","coordinates":[[` + b.String() + `[0,1]]]}`
	}
	tests := []struct{ name, in, field, code string }{
		{"json", `[`, "area", "invalid_json"},
		{"bbox of three", `{"bbox":[1,2,3]}`, "area.bbox", "invalid_bbox"},
		{"bbox upside down", `{"bbox":[1,40,3,2]}`, "area.bbox", "invalid_bbox"},
		{"département", `{"departments":["99"]}`, "area.departments", "unknown_department"},
		{"région", `{"regions":["Bretagne"]}`, "area.regions", "unknown_region"},
		{"a point", `{"geojson":{"type":"Point","coordinates":[1,2]}}`, "area.geojson", "unknown_type"},
		{"no polygon", `{"geojson":{"type":"FeatureCollection","features":[]}}`, "area.geojson", "no_polygon"},
		{"text coordinates", `{"geojson":{"type":"Polygon","coordinates":"x"}}`, "area.geojson", "invalid_coordinates"},
		{"two points", `{"geojson":{"type":"Polygon","coordinates":[[[1,2],[2,3]]]}}`, "area.geojson", "invalid_coordinates"},
		{"swapped", `{"geojson":{"type":"Polygon","coordinates":[[[48,-100],[48,-101],[49,-101],[48,-100]]]}}`, "area.geojson", "swapped"},
		{"off Earth", `{"geojson":{"type":"Polygon","coordinates":[[[500,95],[48,1],[49,1],[500,95]]]}}`, "area.geojson", "out_of_range"},
		{"pole", `{"geojson":{"type":"Polygon","coordinates":[[[0,80],[120,80],[-120,80],[0,80]]]}}`, "area.geojson", "pole"},
		{"too many points", `{"geojson":` + ring(MaxAreaVertices) + `}`, "area.geojson", "too_many"},
		{"too long", `{"geojson":{"type":"Polygon","x":"` + strings.Repeat("x", MaxAreaBytes) + `"}}`, "area.geojson", "too_long"},
		{"too deep", `{"geojson":` + strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 9) + rennesBox + strings.Repeat("]}", 9) + `}`, "area.geojson", "too_deep"},
	}
	for _, tt := range tests {
		_, err := ParseArea([]byte(tt.in))
		var bad Invalid
		if !errors.As(err, &bad) || bad[0].Field != tt.field || bad[0].Code != tt.code {
			t.Errorf("%s: %v, want %s %s", tt.name, err, tt.field, tt.code)
		}
	}
}

func TestAreaJSON(t *testing.T) {
	t.Parallel()
	in := `{"bbox":[-2,48,-1,49],"departments":["01","2A","35"],"regions":["53"],"geojson":` + rennesBox + `}`
	a, err := ParseArea([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, string(out)); diff != "" {
		t.Error(diff)
	}
	b, err := ParseArea([]byte(`{"departments":["35"," 2a","1","35"],"regions":["53"],"bbox":[-2,48,-1,49],"geojson":` + rennesBox + `}`))
	if err != nil || !a.Equal(b) {
		t.Errorf("%+v is not %+v: %v", a, b, err)
	}
	if box, ok := a.Bounds(); !ok || box != (BBox{-2, 48, -1, 49}) {
		t.Errorf("Bounds = %v %v", box, ok)
	}
}

func FuzzParseArea(f *testing.F) {
	for _, s := range []string{"", "{}", rennesBox, withHole, pacific, pacific360, world} {
		f.Add([]byte(`{"geojson":`+s+`}`), 48.1, -1.7)
	}
	f.Add([]byte(`{"bbox":[170,-20,-170,-10],"departments":["2A"],"regions":["53"]}`), -15.0, 175.0)
	f.Fuzz(func(t *testing.T, raw []byte, lat, lon float64) {
		a, err := ParseArea(raw)
		if err != nil {
			var bad Invalid
			if !errors.As(err, &bad) {
				t.Fatalf("error %v is not Invalid", err)
			}
			return
		}
		got := a.Contains(Point{lat, lon})
		written, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := ParseArea(written)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		if b.Contains(Point{lat, lon}) != got {
			t.Errorf("%s does not contain what it contained", written)
		}
	})
}

func BenchmarkAreaHas(b *testing.B) {
	var areas []Area
	for i := range 200 {
		a := Area{Departments: []string{fmt.Sprintf("%02d", i%19+1)}}
		if i%3 == 0 {
			a = Area{GeoJSON: json.RawMessage(rennesBox)}
		}
		if err := a.Validate(); err != nil {
			b.Fatal(err)
		}
		areas = append(areas, a)
	}
	place := &Place{Locality: "Rennes", PostalCode: "35000", Point: &Point{48.11, -1.68}}
	b.ReportAllocs()
	for b.Loop() {
		s := Locate(place)
		for i := range areas {
			areas[i].Has(s)
		}
	}
}
