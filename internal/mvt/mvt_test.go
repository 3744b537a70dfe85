package mvt_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/mvt"
)

// The bytes are worked out by hand from the specification's §4.
func TestLayerBytes(t *testing.T) {
	l := mvt.NewLayer("a")
	l.AddPoint(7, mvt.Point{X: 25, Y: 17}, mvt.Tag{Key: "k", Text: "v"}, mvt.Tag{Key: "n", Int: -1})
	l.AddPolygon(0, [][]mvt.Point{{{X: 3, Y: 6}, {X: 8, Y: 12}, {X: 20, Y: 34}}}, mvt.Tag{Key: "k", Text: "v"})
	want := []byte{
		0x1a, 63, // layers, length
		15 << 3, 2, // version 2
		1<<3 | 2, 1, 'a', // name
		2<<3 | 2, 15, // feature
		1 << 3, 7, // id
		2<<3 | 2, 4, 0, 0, 1, 1, // tags
		3 << 3, 1, // point
		4<<3 | 2, 3, 9, 50, 34, // MoveTo(25, 17)
		2<<3 | 2, 17,
		2<<3 | 2, 2, 0, 0,
		3 << 3, 3, // polygon
		4<<3 | 2, 9, 9, 6, 12, 18, 10, 12, 24, 44, 15, // §4.3.5.3's first three points
		3<<3 | 2, 1, 'k',
		3<<3 | 2, 1, 'n',
		4<<3 | 2, 3, 1<<3 | 2, 1, 'v',
		4<<3 | 2, 2, 6 << 3, 1, // sint -1
		5 << 3, 0x80, 0x20, // extent 4096
	}
	got := l.Append(nil)
	want[1] = byte(len(want) - 2)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("layer bytes (-want +got):\n%s", diff)
	}
}

func TestDegenerateShapesAreLeftOut(t *testing.T) {
	l := mvt.NewLayer("a")
	l.AddLines(1, [][]mvt.Point{{{X: 1, Y: 1}}, nil})
	l.AddPolygon(2, [][]mvt.Point{{{X: 1, Y: 1}, {X: 2, Y: 2}}})
	if !l.Empty() || len(l.Append(nil)) != 0 {
		t.Error("a layer without a whole shape must add nothing")
	}
}

func TestSharedKeysAndValuesAreWrittenOnce(t *testing.T) {
	one, many := mvt.NewLayer("a"), mvt.NewLayer("a")
	tag := mvt.Tag{Key: "name", Text: "Saint-Germain-des-Fossés"}
	one.AddPoint(1, mvt.Point{}, tag)
	for range 10 {
		many.AddPoint(1, mvt.Point{}, tag)
	}
	// A feature is 2 + 2 (id) + 4 (tags) + 2 (type) + 5 (geometry) bytes.
	if d := len(many.Append(nil)) - len(one.Append(nil)); d > 9*15+1 {
		t.Errorf("nine more points took %d bytes", d)
	}
}
