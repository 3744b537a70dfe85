package api

import (
	"encoding/json"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

func TestAreas(t *testing.T) {
	s := newServer(t)
	rennes := at(48.11, -1.68, directory.PrecisionExact)
	rennes.Locality, rennes.PostalCode, rennes.Country = "Rennes", "35000", "FR"
	s.add(directory.Entry{Kind: directory.KindPlace, Name: directory.LangText{"fr": "Halle"}, Themes: []string{"eau"}, Place: rennes})
	s.add(directory.Entry{Kind: directory.KindPlace, Name: directory.LangText{"fr": "Ailleurs"}, Place: at(10, 10, directory.PrecisionExact)})
	s.refresh()
	w := s.get("/api/v1/areas?by=dep&theme=eau")
	var got zones
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Total != 1 || got.Areas[0].Code != "35" || got.Areas[0].Theme != "nature" || got.Areas[0].Themes["nature"] != 1 {
		t.Errorf("%d %v: %+v", w.Code, err, got)
	}
	w = s.get("/api/v1/areas")
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Areas[0].Code != "53" || got.Elsewhere == 0 {
		t.Errorf("by région: %d %v: %+v", w.Code, err, got.Areas[0])
	}
	for target, want := range map[string]int{
		"/api/v1/areas?by=commune": 400, "/api/v1/areas?theme=x": 400, "/tiles/areas/dep/0/0/0.mvt": 204, // no ground, no areas
		"/tiles/areas/commune/0/0/0.mvt": 404, "/tiles/areas/dep/0/0/1.mvt": 404, "/tiles/areas/dep/0/0/0.mvt?kind=x": 400,
	} {
		if w := s.get(target); w.Code != want {
			t.Errorf("%s: %d, want %d", target, w.Code, want)
		}
	}
}
