package api

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// What is about to be deleted is in nothing that programs read, until it is restored.
func TestLeavingIsInNoAnswer(t *testing.T) {
	s := newServer(t)
	s.garden()
	ctx := context.Background()
	id := s.add(directory.Entry{Kind: directory.KindEvent, Name: directory.LangText{"fr": "Adieux"}, Period: &directory.Period{Start: "2026-12-05"}, Licence: "ODbL-1.0",
		Place: &directory.Place{Locality: "Brest", Country: "FR", Point: &directory.Point{Lat: 48.39, Lon: -4.48}}})
	targets := []string{"/api/v1/entries", "/api/v1/entries?bbox=-5,48,-4,49", "/api/v1/entries?q=adieux", "/api/v1/entries/" + id, "/api/v1/timeline",
		"/feeds/events.ics", "/feeds/changes.atom", "/export/entries.csv", "/export/entries.geojson"}
	named := func() (n int) {
		for _, target := range targets {
			if strings.Contains(s.get(target).Body.String(), "Adieux") {
				n++
			}
		}
		return n
	}
	s.refresh()
	if got := named(); got < len(targets)-1 { // a timeline counts
		t.Fatalf("before, %d of %d answers have it", got, len(targets))
	}
	if _, err := s.led.DeleteLater(ctx, system, id, "closed"); err != nil {
		t.Fatal(err)
	}
	s.refresh()
	if got := named(); got != 0 {
		t.Errorf("%d answers have it still", got)
	}
	if w := s.get("/tiles/entries/0/0/0.mvt?q=adieux"); w.Code != http.StatusNoContent {
		t.Errorf("a tile has it: %d", w.Code)
	}
	if w := s.get("/api/v1/entries/" + id); w.Code != http.StatusNotFound {
		t.Errorf("its address: status %d, want 404", w.Code)
	}
	if err := s.led.Restore(ctx, system, id); err != nil {
		t.Fatal(err)
	}
	s.refresh()
	if got := named(); got < len(targets)-1 {
		t.Errorf("restored, %d answers have it", got)
	}
}
