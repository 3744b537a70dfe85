package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

func TestMaps(t *testing.T) {
	s := newServer(t)
	if w := s.get("/api/v1/maps"); w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != `{"maps":[]}` {
		t.Fatalf("without a map: %d %s", w.Code, w.Body)
	}
	m, err := s.led.CreateMap(t.Context(), system, directory.Map{Handle: "bretagne", Name: directory.LangText{"fr": "Communs de Bretagne"},
		Selection: directory.MapSelection{Themes: []string{"eau"}, Area: directory.Area{Regions: []string{"53"}}},
		Look:      directory.Look{Light: "#7a1f4b", Start: &directory.MapStart{Lat: 48, Lon: -3, Zoom: 7}}}, "why nobody need know")
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Maps []mapLink }
	if err := json.Unmarshal(s.get("/api/v1/maps").Body.Bytes(), &list); err != nil || len(list.Maps) != 1 || list.Maps[0].Handle != "bretagne" || list.Maps[0].URL != base+"/maps/bretagne" {
		t.Errorf("%v %+v", err, list)
	}
	w := s.get("/api/v1/maps/Bretagne")
	var got mapDocument
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Look.Light != "#7a1f4b" || got.Look.Start.Zoom != 7 || got.Selection.Area.Regions[0] != "53" ||
		!strings.Contains(w.Body.String(), "/feeds/events.ics?map=bretagne") || strings.Contains(w.Body.String(), "nobody need know") || strings.Contains(w.Body.String(), m.ID) {
		t.Errorf("%v %s", err, w.Body)
	}
	if w := s.get("/api/v1/maps/nulle"); w.Code != http.StatusNotFound {
		t.Errorf("no map: %d", w.Code)
	}
	if err := s.led.DeleteMap(t.Context(), system, m.ID, ""); err != nil {
		t.Fatal(err)
	}
	if w := s.get("/api/v1/maps/bretagne"); w.Code != http.StatusGone {
		t.Errorf("a deleted map: %d", w.Code)
	}
}
