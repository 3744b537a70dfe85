package basemap

import (
	"bytes"
	"math"
	"testing"

	"codeberg.org/bocage/bocage/internal/mvt"
)

func square(west, south, side float64) [][][][2]float64 {
	return [][][][2]float64{{{{west, south}, {west + side, south}, {west + side, south + side}, {west, south + side}, {west, south}}}}
}

// TestOutlineInTiles: an area across the antimeridian is in the tiles of both
// sides and no other, cut to each, and is left out where it is too small.
func TestOutlineInTiles(t *testing.T) {
	t.Parallel()
	o := NewOutline(true, square(170, 10, 20)) // to 190°
	for tile, want := range map[[3]uint32]bool{{2, 3, 1}: true, {2, 0, 1}: true, {2, 1, 1}: false, {2, 3, 2}: false, {0, 0, 0}: true} {
		if got := o.InTile(tile[0], tile[1], tile[2]); got != want {
			t.Errorf("in tile %v: %v, want %v", tile, got, want)
		}
		l := mvt.NewLayer("shapes")
		n := o.AddTo(l, tile[0], tile[1], tile[2], 7)
		if (n > 0) != want {
			t.Errorf("tile %v: %d positions", tile, n)
		}
		for _, f := range decode(t, l.Append(nil))["shapes"] {
			for _, part := range f.parts {
				for _, p := range part {
					if p[0] < -64 || p[0] > mvt.Extent+64 || p[1] < -64 || p[1] > mvt.Extent+64 {
						t.Errorf("tile %v: a position at %v", tile, p)
					}
				}
			}
		}
	}
	small := NewOutline(true, square(2, 48, 0.01))
	if small.InTile(3, 4, 2) || !small.InTile(12, 2070, 1423) {
		t.Error("a field is drawn on the continent, or not in its commune")
	}
}

// TestOutlineOfManyPoints: a line of thousands of points is simplified for the
// scale of the tile.
func TestOutlineOfManyPoints(t *testing.T) {
	t.Parallel()
	var line [][2]float64
	for i := range 2000 {
		line = append(line, [2]float64{2 + float64(i)/1000, 46 + 0.02*math.Sin(float64(i)/9)})
	}
	o := NewOutline(false, [][][][2]float64{{line}})
	far := o.AddTo(mvt.NewLayer("shapes"), 5, 16, 11, 1)
	near := o.AddTo(mvt.NewLayer("shapes"), 9, 259, 182, 1)
	if far == 0 || far > 200 || near == 0 || near > 1000 {
		t.Errorf("%d positions from afar, %d from near", far, near)
	}
}

func TestOutlinesInSVG(t *testing.T) {
	t.Parallel()
	v := View{Lat: 15, Lon: 179, Zoom: 4, Width: 400, Height: 300}
	drawn := []Drawn{
		{Outline: NewOutline(true, square(170, 10, 20)), Theme: 0, Href: "/?entry=1", Label: `Lagon "<b>"`},
		{Outline: NewOutline(false, [][][][2]float64{{{{175, 12}, {185, 18}}}}), Theme: -1, Chosen: true},
		{Outline: NewOutline(true, square(0, 10, 1)), Href: "/far", Label: "far"},
	}
	svg := (*Basemap)(nil).SVG(v, nil, SVGOptions{Title: "x", Lang: "fr", Outlines: drawn})
	for _, want := range []string{`<a class="contour" href="/?entry=1" aria-label="Lagon &#34;&lt;b&gt;&#34;">`, `class="aire c-nature"`, `class="trace choisi c-autre"`} {
		if !bytes.Contains(svg, []byte(want)) {
			t.Errorf("no %s in %s", want, svg)
		}
	}
	if bytes.Contains(svg, []byte("/far")) {
		t.Error("what is far away is drawn")
	}
}
