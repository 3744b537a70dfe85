package api

import (
	"encoding/json"
	"strings"
	"testing"
)

// No surface tells what is not public.
func TestLeaks(t *testing.T) {
	s := newServer(t)
	s.garden()
	var all strings.Builder
	for _, target := range []string{"/api/v1/entries", "/api/v1/entries?bbox=-2,48,-1,49", "/api/v1/entries?bbox=3,50,4,51", "/api/v1/timeline", "/api/v1/facets",
		"/feeds/events.ics", "/feeds/changes.atom", "/export/entries.csv", "/export/entries.geojson", "/tiles/entries/20/519600/361400.mvt"} {
		w := s.get(target)
		if w.Code >= 400 {
			t.Errorf("%s: %d", target, w.Code)
		}
		all.WriteString(w.Body.String())
	}
	for name, id := range s.ids {
		w := s.get("/api/v1/entries/" + id)
		if strings.Contains(name, "invisible") {
			if w.Code != 404 {
				t.Errorf("%s: %d", name, w.Code)
			}
			if w := s.get("/feeds/events/" + id + ".ics"); w.Code != 404 {
				t.Errorf("%s has a calendar: %d", name, w.Code)
			}
			continue
		}
		all.WriteString(w.Body.String())
	}
	for _, secret := range []string{"secret@f.example", "Secrète", "33600000000", "invisible", "47.218371", "1.553621", "50.629", "3.057", s.ids["Brouillon invisible"]} {
		if strings.Contains(all.String(), secret) {
			t.Errorf("%q is told", secret)
		}
	}
	if n := strings.Count(all.String(), "rue Cachée"); n == 0 {
		t.Error("the street of an exact place is public")
	}
	c := s.page("/api/v1/entries?q=discret")
	if raw, _ := json.Marshal(c); strings.Contains(string(raw), "Cachée") {
		t.Error("the street of an approximate place is told")
	}
	if c := s.page("/api/v1/entries?bbox=3,50,4,51"); len(c.Features) != 0 {
		t.Error("a box finds a hidden place")
	}
	// A box as small as the true position must not find the approximate place.
	if c := s.page("/api/v1/entries?bbox=-1.5537,47.2183,-1.5536,47.2184"); len(c.Features) != 0 {
		t.Error("a small box betrays an approximate place")
	}
	if c := s.page("/api/v1/entries?q=invisible"); len(c.Features) != 0 || c.NumberMatched != 0 {
		t.Error("a search finds drafts")
	}
	if w := s.get("/tiles/entries/0/0/0.mvt?q=invisible"); w.Code != 204 {
		t.Errorf("a tile has drafts: %d", w.Code)
	}
	if w := s.get("/tiles/entries/0/0/0.mvt?q=refuge"); w.Code != 204 {
		t.Errorf("a tile has a hidden place: %d", w.Code)
	}
}
