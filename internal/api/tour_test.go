package api

import (
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

func TestTours(t *testing.T) {
	s := newServer(t)
	draft, err := s.led.Create(t.Context(), system, directory.Entry{Kind: directory.KindCommons, Owner: s.org.ID, Status: directory.StatusDraft,
		Name: directory.LangText{"fr": "Secret"}})
	if err != nil {
		t.Fatal(err)
	}
	tour, err := s.led.CreateTour(t.Context(), system, directory.Tour{Slug: "essai", Title: directory.LangText{"fr": "Essai"}, Steps: []directory.TourStep{
		{Title: directory.LangText{"fr": "Un"}, Entry: s.org.URI, Map: &directory.TourView{Lat: 48, Lon: 2, Zoom: 6}},
		{Title: directory.LangText{"fr": "Deux"}, Entry: draft.URI, Picture: draft.URI}}})
	if err != nil {
		t.Fatal(err)
	}
	if w := s.get("/api/v1/tours/essai"); w.Code != 404 {
		t.Errorf("a draft: %d", w.Code)
	}
	if got := s.get("/api/v1/tours").Body.String(); strings.Contains(got, "essai") {
		t.Errorf("a draft is listed: %s", got)
	}
	if err := s.led.PublishTour(t.Context(), system, tour.ID); err != nil {
		t.Fatal(err)
	}
	if got := s.get("/api/v1/tours").Body.String(); !strings.Contains(got, `"steps":2`) || !strings.Contains(got, "/tours/essai") {
		t.Errorf("list: %s", got)
	}
	got := s.get("/api/v1/tours/essai").Body.String()
	if !strings.Contains(got, s.org.URI) || !strings.Contains(got, `"zoom":6`) || strings.Contains(got, draft.ID) {
		t.Errorf("tour: %s", got)
	}
}
