package api

import (
	"bytes"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// TestShapesInTiles: an area is in the tiles that it reaches into, under the
// selection, and not when its place is approximate.
func TestShapesInTiles(t *testing.T) {
	s := newServer(t)
	area := directory.Shape(`{"type":"Polygon","coordinates":[[[10,10],[40,10],[40,40],[10,40],[10,10]]]}`)
	pl := at(12, 12, directory.PrecisionExact)
	pl.Shape = area
	s.add(directory.Entry{Kind: directory.KindPlace, Name: directory.LangText{"fr": "Pâture"}, Themes: []string{"terre"}, Place: pl})
	vague := at(-30, -30, directory.PrecisionApproximate)
	vague.Shape = `{"type":"Polygon","coordinates":[[[-40,-40],[-10,-40],[-10,-10],[-40,-10],[-40,-40]]]}`
	s.add(directory.Entry{Kind: directory.KindPlace, Name: directory.LangText{"fr": "Secret"}, Place: vague})
	s.refresh()
	for tile, want := range map[string]bool{
		"0/0/0": true, "3/4/3": true, "5/18/12": true, // the last holds no point, only the area's middle
		"3/3/4": false, "5/14/18": false,
		"0/0/0.mvt?theme=eau": false, "0/0/0.mvt?theme=terre": true,
	} {
		w := s.get("/tiles/entries/" + tile)
		if got := bytes.Contains(w.Body.Bytes(), []byte("shapes")); got != want {
			t.Errorf("tile %s: shapes %v, want %v (%d)", tile, got, want, w.Code)
		}
	}
	c := s.page("/api/v1/entries?bbox=30,30,35,35")
	if c.NumberMatched != 1 || len(c.Features) != 1 || c.Features[0].Geometry.Shape != area {
		t.Errorf("the area by its box: %+v", c)
	}
}
