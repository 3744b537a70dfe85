package vocab

import (
	"bytes"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

const lane = `{"type":"LineString","coordinates":[[-1.6,48.1],[-1.5,48.2]]}`

// TestShapeOnTheWire: a shape goes with an exact place only, comes back as it
// was, and one that is none, or too large, leaves a point.
func TestShapeOnTheWire(t *testing.T) {
	t.Parallel()
	e := event()
	place := directory.Place{Locality: "Rennes", Point: &directory.Point{Lat: 48.15, Lon: -1.55}, Precision: directory.PrecisionExact, PointSource: "given", Shape: lane}
	for precision, want := range map[directory.Precision]directory.Shape{
		directory.PrecisionExact: lane, directory.PrecisionApproximate: "", directory.PrecisionHidden: "",
	} {
		p := place
		p.Precision = precision
		e.Place = &p
		public, _ := directory.Entry(e).Public()
		doc, err := env.Document(public, keys)
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(doc, []byte(`"shape":{"type":"LineString"`)); got != (want != "") {
			t.Errorf("%s: shape on the wire %v", precision, got)
		}
		back, err := Entry(doc, "")
		if err != nil || back.Place.Shape != want {
			t.Errorf("%s: came back as %q, %v", precision, back.Place.Shape, err)
		}
	}
	e.Place = &place
	doc, err := env.Document(e, Keys{})
	if err != nil {
		t.Fatal(err)
	}
	for name, shape := range map[string]string{
		"a point":       `{"type":"Point","coordinates":[1,2]}`,
		"not on Earth":  `{"type":"LineString","coordinates":[[1,2],[1,200]]}`,
		"text":          `"x"`,
		"too large":     `{"type":"LineString","coordinates":[[1,2]` + strings.Repeat(",[1.5,2.5]", directory.MaxShapeBytes/10) + `]}`,
		"approximately": lane + `,"precision":"approximate"`,
	} {
		hostile := bytes.Replace(doc, []byte(`"shape":`+lane), []byte(`"shape":`+shape), 1)
		if bytes.Equal(hostile, doc) {
			t.Fatalf("the shape is not in %s", doc)
		}
		got, err := Entry(hostile, "")
		if err != nil || got.Place.Shape != "" || got.Place.Point == nil {
			t.Errorf("%s: %+v, %v", name, got.Place, err)
		}
	}
}
