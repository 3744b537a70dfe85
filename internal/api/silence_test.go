package api

import (
	"context"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// What is silenced is in no list, feed, export, tile or count.
func TestSilencedIsInNoList(t *testing.T) {
	s := newServer(t)
	s.garden()
	e := directory.Entry{URI: "https://ailleurs.test/events/1", Origin: "https://ailleurs.test", Kind: directory.KindEvent, Status: directory.StatusPublished,
		Name: directory.LangText{"fr": "Chuchotement"}, Period: &directory.Period{Start: "2026-12-05"}, Updated: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), Licence: "ODbL-1.0",
		Place: &directory.Place{Locality: "Brest", Country: "FR", Point: &directory.Point{Lat: 48.39, Lon: -4.48}}}
	targets := []string{"/api/v1/entries", "/api/v1/entries?bbox=-5,48,-4,49", "/api/v1/entries?q=chuchotement", "/api/v1/entries?origin=https://ailleurs.test",
		"/api/v1/timeline", "/feeds/events.ics", "/feeds/changes.atom", "/export/entries.csv", "/export/entries.geojson", "/tiles/entries/0/0/0.mvt?q=chuchotement"}
	var all [2]strings.Builder
	for i, silenced := range []bool{false, true} {
		err := s.st.Write(context.Background(), func(tx *store.Tx) error {
			if !silenced {
				if _, err := s.led.AcceptRemote(context.Background(), tx, e, []byte(`{}`), "sha256-1"); err != nil {
					return err
				}
			}
			held, err := tx.EntryByURI(context.Background(), e.URI)
			if err != nil {
				return err
			}
			held.Silenced = silenced
			return tx.PutEntry(context.Background(), &held, store.PutOptions{Public: true})
		})
		if err != nil {
			t.Fatal(err)
		}
		s.refresh()
		for _, target := range targets {
			all[i].WriteString(s.get(target).Body.String())
		}
	}
	if !strings.Contains(all[0].String(), "Chuchotement") {
		t.Fatal("nothing shows the entry before")
	}
	if got := all[1].String(); strings.Contains(got, "Chuchotement") || strings.Contains(got, "ailleurs.test/events/1") {
		t.Error("a silenced entry is told")
	}
	if w := s.get("/tiles/entries/0/0/0.mvt?q=chuchotement"); w.Code != 204 {
		t.Errorf("a tile has a silenced entry: %d", w.Code)
	}
}
