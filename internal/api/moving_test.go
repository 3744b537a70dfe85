package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestValidatorsMove: who has a file, a feed or a tile is not told that it is still right
// when only who is in the map changed, or only the time by which an entry is fresh; and
// is told so as long as nothing did.
func TestValidatorsMove(t *testing.T) {
	s := newServer(t)
	text := directory.LangText{"fr": "Verger"}
	s.add(directory.Entry{Kind: directory.KindPlace, Name: text, Themes: []string{"jardin"}, Place: at(48.1, -1.6, directory.PrecisionExact),
		LastConfirmed: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)})
	m, err := s.led.CreateMap(t.Context(), system, directory.Map{Handle: "jardins", Name: directory.LangText{"fr": "Jardins"},
		Selection: directory.MapSelection{Themes: []string{"jardin"}}}, "")
	if err != nil {
		t.Fatal(err)
	}
	nums, err := s.st.EntryNums(t.Context(), store.EntryFilter{Selection: directory.Selection{Query: "verger"}})
	if err != nil || len(nums) != 1 {
		t.Fatal(nums, err)
	}
	s.refresh()
	paths := []string{"/export/entries.csv", "/export/entries.geojson", "/feeds/changes.atom", "/feeds/events.ics", "/tiles/entries/0/0/0.mvt"}
	tags := func(query string) (out []string) {
		for _, p := range paths {
			out = append(out, s.get(p+"?"+query).Header().Get("ETag"))
		}
		return out
	}
	const inMap, fresh = "map=jardins", "fresh=12m"
	before, freshBefore := tags(inMap), tags(fresh)
	if !slices.Equal(before, tags(inMap)) || !slices.Equal(freshBefore, tags(fresh)) {
		t.Error("validators change by themselves")
	}
	if err := s.st.Write(t.Context(), func(tx *store.Tx) error { // as the job that fills a map does
		if err := tx.FillMembers(t.Context(), []store.Member{{MapID: m.ID, Num: nums[0], Present: true}}); err != nil {
			return err
		}
		_, err := tx.SetMapFilled(t.Context(), store.MapStamp{ID: m.ID, Revision: m.Revision, Filled: -1})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for i, tag := range tags(inMap) {
		if tag == before[i] {
			t.Errorf("%s: the validator is the same with another entry in the map", paths[i])
		}
	}
	if w := s.get("/export/entries.csv?"+inMap, "If-None-Match", before[0]); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Verger") {
		t.Errorf("the file of the map: %d %s", w.Code, w.Body)
	}
	s.wait(60 * 24 * time.Hour)
	for i, tag := range tags(fresh) {
		if tag == freshBefore[i] {
			t.Errorf("%s: the validator is the same after an entry is not fresh any more", paths[i])
		}
	}
}

// TestExportHasEverything: a file has all of the selection, on the map or not, whatever
// part, layer or page of it the reader was looking at.
func TestExportHasEverything(t *testing.T) {
	s := newServer(t)
	s.garden()
	public := []string{"Association", "Charte", "Commun négatif", "Discret", "Fête", "Jumeau", "Refuge", "Verger"}
	for _, path := range []string{"/export/entries.csv", "/export/entries.geojson"} {
		for _, looking := range []string{"", "c=48.1,-1.6,14", "layer=density&shapes=0", "limit=1", "after=3", "page=2&stack=1", "entry=" + s.ids["Verger"], "all=0&view=list"} {
			w := s.get(path + "?" + looking)
			for _, name := range public {
				if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), name) {
					t.Errorf("%s?%s: %d, and lacks %s", path, looking, w.Code, name)
				}
			}
			if strings.Contains(w.Body.String(), "invisible") {
				t.Errorf("%s?%s has what is not public", path, looking)
			}
		}
	}
}
