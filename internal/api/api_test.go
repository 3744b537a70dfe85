package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/transfer"
	"codeberg.org/bocage/bocage/internal/view"
	"codeberg.org/bocage/bocage/internal/vocab"
)

const base = "https://b.test"

var system = directory.Who{System: true, Name: "test"}

// server is the API over a store, behind the routes that app mounts.
type server struct {
	t    *testing.T
	st   *store.Store
	led  *ledger.Ledger
	view *view.View
	org  directory.Entry
	mux  *http.ServeMux
	ids  map[string]string // by name
	wait func(time.Duration)
}

// routes are those of package app, which imports this one.
func routes(a *API) map[string]func(http.ResponseWriter, *http.Request) error {
	return map[string]func(http.ResponseWriter, *http.Request) error{
		"/api/v1/entries": a.Entries, "/api/v1/entries/{id}": a.Entry, "/api/v1/facets": a.Facets, "/api/v1/timeline": a.Timeline,
		"/api/v1/maps": a.Maps, "/api/v1/maps/{map}": a.Map,
		"/api/v1/tours": a.Tours, "/api/v1/tours/{slug}": a.Tour,
		"/api/v1/openapi.yaml": a.OpenAPI, "/tiles/entries/{z}/{x}/{y}": a.EntryTile, "/tiles/base/{z}/{x}/{y}": a.BaseTile,
		"/api/v1/areas": a.Areas, "/api/v1/places": a.Places, "/tiles/areas/{level}/{z}/{x}/{y}": a.ZoneTile, "/tiles/base/own/{z}/{x}/{y}": a.GroundTile,
		"/feeds/events.ics": a.Events, "/feeds/events/{id}": a.Event, "/feeds/changes.atom": a.Changes, "/export/entries.csv": a.ExportCSV, "/export/entries.geojson": a.ExportGeoJSON,
	}
}

func newServer(t *testing.T) *server {
	t.Helper()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { now = now.Add(time.Second); return now }
	st := storetest.OpenClock(t, "sqlite", clock)
	env := vocab.Env{Base: base, InstanceName: "Test"}
	keys := keyring.New(st, nil, nil)
	s := &server{wait: func(d time.Duration) { now = now.Add(d) }, t: t, st: st, mux: http.NewServeMux(), ids: map[string]string{}, view: view.New(view.Config{Store: st, Clock: clock}),
		led: ledger.New(ledger.Config{Store: st, Keyring: keys, Env: env, Clock: clock, Publisher: outbox.New(outbox.Config{Store: st, Keyring: keys, Env: env, Clock: clock})})}
	org, err := s.led.CreateOrganisation(context.Background(), system, directory.Entry{
		Kind: directory.KindOrganisation, Name: directory.LangText{"fr": "Association"}, Status: directory.StatusPublished,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.org = org
	for pattern, h := range routes(New(Config{Store: st, View: s.view, Base: base, Title: "Test", Clock: clock})) {
		s.mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := h(w, r); err != nil {
				status := http.StatusInternalServerError
				for e, code := range map[error]int{directory.ErrInvalid: 400, directory.ErrNotFound: 404, directory.ErrGone: 410} {
					if errors.Is(err, e) {
						status = code
					}
				}
				WriteProblem(w, r, status, err)
			}
		})
	}
	return s
}

// add creates an entry of the organisation and returns its ID.
func (s *server) add(e directory.Entry) string {
	s.t.Helper()
	e.Owner = s.org.ID
	if e.Status == "" {
		e.Status = directory.StatusPublished
	}
	got, err := s.led.Create(context.Background(), system, e)
	if err != nil {
		s.t.Fatal(err)
	}
	name, _ := got.Name.In()
	s.ids[name] = got.ID
	return got.ID
}

func (s *server) refresh() {
	s.t.Helper()
	if err := s.view.Load(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

// get answers a GET; headers come as name, value.
func (s *server) get(target string, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w
}

func (s *server) page(target string) collection {
	s.t.Helper()
	w := s.get(target)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != geoJSON {
		s.t.Fatalf("GET %s: %d %s\n%s", target, w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	var c collection
	if err := json.Unmarshal(w.Body.Bytes(), &c); err != nil {
		s.t.Fatal(err)
	}
	return c
}

func names(c collection) []string {
	var out []string
	for _, f := range c.Features {
		out = append(out, f.Properties.Name)
	}
	return out
}

func at(lat, lon float64, p directory.Precision) *directory.Place {
	return &directory.Place{Street: "12 rue Cachée", Locality: "Nantes", Country: "FR", Point: &directory.Point{Lat: lat, Lon: lon}, Precision: p}
}

// garden fills the server with entries of all sorts, private ones among them.
func (s *server) garden() {
	contact := &directory.Contact{Name: "Secrète", Email: "secret@f.example", Phone: "+33600000000"}
	text := func(s string) directory.LangText { return directory.LangText{"fr": s} }
	s.add(directory.Entry{Kind: directory.KindPlace, Name: text("Verger"), Themes: []string{"jardin"}, Tags: []string{"pommes"}, Place: at(48.1, -1.6, directory.PrecisionExact), Contact: contact, Licence: "CC0-1.0"})
	s.add(directory.Entry{Kind: directory.KindPlace, Name: text("Jumeau"), Themes: []string{"eau"}, Place: at(48.1, -1.6, directory.PrecisionExact), Contact: contact})
	s.add(directory.Entry{Kind: directory.KindCommons, Name: text("Discret"), Place: at(47.218371, -1.553621, directory.PrecisionApproximate), Contact: contact})
	s.add(directory.Entry{Kind: directory.KindPlace, Name: text("Refuge"), Place: at(50.629234, 3.057391, directory.PrecisionHidden), Contact: contact})
	s.add(directory.Entry{Kind: directory.KindEvent, Name: text("Fête"), Period: &directory.Period{Start: "2026-06-21"}, Themes: []string{"culture"}, Place: at(48.2, -1.5, directory.PrecisionExact)})
	s.add(directory.Entry{Kind: directory.KindText, Name: text("Charte"), Period: &directory.Period{Start: "1217"}, Themes: []string{"droit"}})
	s.add(directory.Entry{Kind: directory.KindConcept, Name: text("Commun négatif"), Status: directory.StatusArchived})
	s.add(directory.Entry{Kind: directory.KindPlace, Name: text("Brouillon invisible"), Status: directory.StatusDraft, Place: at(48.3, -1.4, directory.PrecisionExact), Period: &directory.Period{Start: "2001"}})
	s.add(directory.Entry{Kind: directory.KindEvent, Name: text("Proposition invisible"), Status: directory.StatusProposed, Period: &directory.Period{Start: "2026-07-01"}, Place: at(48.3, -1.4, directory.PrecisionExact)})
	s.refresh()
}

func TestEntries(t *testing.T) {
	s := newServer(t)
	s.garden()
	tests := []struct {
		query string
		want  []string
	}{
		{"", []string{"Association", "Verger", "Jumeau", "Discret", "Refuge", "Fête", "Charte", "Commun négatif"}},
		{"bbox=-2,48,-1,48.15", []string{"Verger", "Jumeau"}},
		{"bbox=179,-1,-179,1", nil},
		{"kind=event", []string{"Fête"}},
		{"kind=event,text", []string{"Fête", "Charte"}},
		{"kind=event&kind=concept", []string{"Fête", "Commun négatif"}},
		{"theme=nourrir", []string{"Verger"}},
		{"theme=eau", []string{"Jumeau"}},
		{"tag=pommes", []string{"Verger"}},
		{"q=verg", []string{"Verger"}},
		{"q=NEGATIF+commun", []string{"Commun négatif"}},
		{"from=1200&to=1300", []string{"Charte"}},
		{"licence=CC0-1.0", []string{"Verger"}},
		{"origin=local&kind=text", []string{"Charte"}},
		{"since=2030-01-01", nil},
		{"since=2020-01-01T00:00:00Z&kind=text", []string{"Charte"}},
	}
	for _, tt := range tests {
		c := s.page("/api/v1/entries?" + tt.query)
		if got := names(c); !slices.Equal(got, tt.want) || c.NumberMatched != len(tt.want) || c.NumberReturned != len(tt.want) {
			t.Errorf("%s: %q, matched %d, returned %d, want %q", tt.query, got, c.NumberMatched, c.NumberReturned, tt.want)
		}
		if len(c.Links) != 1 || c.Links[0].Rel != "self" {
			t.Errorf("%s: links %+v", tt.query, c.Links)
		}
	}
}

func TestFeature(t *testing.T) {
	s := newServer(t)
	s.garden()
	w := s.get("/api/v1/entries/" + s.ids["Verger"])
	var f transfer.Feature
	if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d, %v", w.Code, err)
	}
	p := f.Properties
	if f.Type != "Feature" || f.ID != base+"/entries/"+s.ids["Verger"] || f.Geometry == nil || f.Geometry.Coordinates != [2]float64{-1.6, 48.1} ||
		p.Kind != directory.KindPlace || p.Names["fr"] != "Verger" || !slices.Equal(p.Themes, []string{"jardin"}) || !slices.Equal(p.Tags, []string{"pommes"}) ||
		p.Place.Locality != "Nantes" || p.Origin != base || p.URL != f.ID || p.Licence != "CC0-1.0" || p.Updated.IsZero() || p.Owner != s.org.URI {
		t.Errorf("got %s", w.Body)
	}
	for name, want := range map[string]bool{"Refuge": false, "Charte": false, "Discret": true} {
		var f transfer.Feature
		w := s.get("/api/v1/entries/" + s.ids[name])
		if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil || (f.Geometry != nil) != want || !want && !strings.Contains(w.Body.String(), `"geometry":null`) {
			t.Errorf("%s: %v %s", name, err, w.Body)
		}
	}
	if err := s.led.Delete(t.Context(), system, s.ids["Jumeau"], "doublon"); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]int{
		s.ids["Jumeau"]: 410, s.ids["Brouillon invisible"]: 404, s.ids["Proposition invisible"]: 404,
		"00000000-0000-7000-8000-000000000000": 404, "x": 404, "urn:uuid:" + s.ids["Verger"]: 404, "{" + s.ids["Verger"] + "}": 404,
	} {
		if w := s.get("/api/v1/entries/" + url.PathEscape(id)); w.Code != want || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s, want %d", id, w.Code, w.Header().Get("Content-Type"), want)
		}
	}
}

// Every entry comes once, whatever is added between two pages.
func TestPaging(t *testing.T) {
	s := newServer(t)
	for n := range 25 {
		s.add(directory.Entry{Kind: directory.KindCommons, Name: directory.LangText{"fr": fmt.Sprintf("Commun %02d", n)}})
	}
	if _, err := s.view.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	next, pages := "/api/v1/entries?kind=commons&limit=10", 0
	for next != "" {
		c := s.page(next)
		for _, n := range names(c) {
			seen[n]++
		}
		if pages++; pages == 1 {
			if c.NumberMatched != 25 || c.NumberReturned != 10 {
				t.Errorf("matched %d, returned %d", c.NumberMatched, c.NumberReturned)
			}
			s.add(directory.Entry{Kind: directory.KindCommons, Name: directory.LangText{"fr": "Commun 99"}})
		}
		next = ""
		for _, l := range c.Links {
			if l.Rel == "next" {
				next = strings.TrimPrefix(l.Href, base)
			}
		}
	}
	if pages != 3 || len(seen) != 26 {
		t.Errorf("%d pages, %d entries", pages, len(seen))
	}
	for n, times := range seen {
		if times != 1 {
			t.Errorf("%s comes %d times", n, times)
		}
	}
}

func TestProblems(t *testing.T) {
	s := newServer(t)
	s.garden()
	w := s.get("/api/v1/entries?limit=0&after=!&since=hier&bbox=1,2,3&kind=licorne&theme=x&from=zz")
	var p problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 400 || p.Status != 400 || p.Title != "Bad Request" || p.Type != "about:blank" || p.Instance != "/api/v1/entries" {
		t.Fatalf("%d %v %s", w.Code, err, w.Body)
	}
	var fields []string
	for _, e := range p.Errors {
		fields = append(fields, e.Field)
		if e.Message == "" || e.Code == "" {
			t.Errorf("%+v says nothing", e)
		}
	}
	slices.Sort(fields)
	if want := []string{"after", "bbox", "from", "kind", "limit", "since", "theme"}; !slices.Equal(fields, want) {
		t.Errorf("fields %q, want %q", fields, want)
	}
	for _, target := range []string{"/api/v1/entries?q=%zz", "/tiles/entries/0/0/0.mvt?kind=x", "/export/entries.csv?bbox=x", "/feeds/events.ics?limit=-1",
		"/api/v1/timeline?w=1", "/api/v1/facets?theme=x", "/api/v1/entries?limit=1001"} {
		if w := s.get(target); w.Code != 400 {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
	rec := httptest.NewRecorder()
	WriteProblem(rec, httptest.NewRequest("GET", "/x", nil), 500, errors.New("sqlite: disk I/O error"))
	if strings.Contains(rec.Body.String(), "sqlite") {
		t.Errorf("a server's error is told: %s", rec.Body)
	}
}

func TestTiles(t *testing.T) {
	s := newServer(t)
	s.garden()
	all := s.get("/tiles/entries/0/0/0.mvt")
	if all.Code != 200 || all.Header().Get("Content-Type") != tileType || all.Body.Len() == 0 || all.Header().Get("ETag") == "" {
		t.Fatalf("%d %v", all.Code, all.Header())
	}
	zipped := s.get("/tiles/entries/0/0/0.mvt", "Accept-Encoding", "br, gzip")
	z, err := gzip.NewReader(zipped.Body)
	if err != nil || zipped.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("%v %v", err, zipped.Header())
	}
	if plain, err := io.ReadAll(z); err != nil || !bytes.Equal(plain, all.Body.Bytes()) {
		t.Errorf("the compressed tile is another: %v", err)
	}
	if w := s.get("/tiles/entries/0/0/0.mvt", "Accept-Encoding", "gzip;q=0"); w.Header().Get("Content-Encoding") != "" {
		t.Error("gzip is sent though refused")
	}
	if w := s.get("/tiles/entries/0/0/0.mvt", "If-None-Match", all.Header().Get("ETag")); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("the same tile again: %d", w.Code)
	}
	filtered := s.get("/tiles/entries/0/0/0.mvt?theme=eau&bbox=1,2,3,4")
	if filtered.Code != 200 || filtered.Header().Get("ETag") == all.Header().Get("ETag") || bytes.Equal(filtered.Body.Bytes(), all.Body.Bytes()) {
		t.Errorf("a selection gives the same tile: %d", filtered.Code)
	}
	if w := s.get("/tiles/entries/0/0/0.mvt?tag=rien"); w.Code != 204 || w.Body.Len() != 0 || w.Header().Get("ETag") == "" {
		t.Errorf("an empty tile: %d, %d bytes", w.Code, w.Body.Len())
	}
	s.add(directory.Entry{Kind: directory.KindPlace, Name: directory.LangText{"fr": "Nouveau"}, Place: at(10, 10, directory.PrecisionExact)})
	if _, err := s.view.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w := s.get("/tiles/entries/0/0/0.mvt", "If-None-Match", all.Header().Get("ETag")); w.Code != 200 {
		t.Errorf("after a change: %d", w.Code)
	}
	for _, bad := range []string{"0/0/1", "0/1/0", "21/0/0", "-1/0/0", "1/2/0", "a/b/c", "00/0/0", "4294967296/0/0", "0/0/+0", "20/1048576/0"} {
		for _, kind := range []string{"entries", "base"} {
			if w := s.get("/tiles/" + kind + "/" + bad + ".mvt"); w.Code != 404 {
				t.Errorf("tile %s of %s: %d", bad, kind, w.Code)
			}
		}
	}
	if w := s.get("/tiles/base/0/0/0.mvt"); w.Code != 204 || !strings.HasPrefix(w.Header().Get("Cache-Control"), "public, max-age=") {
		t.Errorf("no basemap: %d %v", w.Code, w.Header())
	}
}

func TestFacets(t *testing.T) {
	s := newServer(t)
	s.garden()
	count := func(query string) (int, map[string]int) {
		var f facets
		if err := json.Unmarshal(s.get("/api/v1/facets?"+query).Body.Bytes(), &f); err != nil {
			t.Fatal(err)
		}
		m := map[string]int{}
		for _, c := range append(f.Kinds, f.Themes...) {
			m[c.ID] = c.Count
		}
		return f.Total, m
	}
	total, m := count("")
	if total != 8 || m["place"] != 3 || m["event"] != 1 || m["text"] != 1 || m["nature"] != 1 || m["eau"] != 1 || m["jardin"] != 1 {
		t.Errorf("everything: %d, %v", total, m)
	}
	total, m = count("kind=place&theme=eau")
	if total != 1 || m["place"] != 1 || m["jardin"] != 1 || m["culture"] != 0 {
		t.Errorf("a kind and a theme: %d, %v", total, m)
	}
	total, m = count("bbox=-2,48,-1,48.15")
	if total != 2 || m["place"] != 2 || m["event"] != 0 {
		t.Errorf("a box: %d, %v", total, m)
	}
	// What is counted is what is listed.
	for _, k := range directory.Kinds() {
		_, m := count("")
		if c := s.page("/api/v1/entries?kind=" + string(k)); c.NumberMatched != m[string(k)] {
			t.Errorf("%s: %d listed, %d counted", k, c.NumberMatched, m[string(k)])
		}
	}
}

func TestTimeline(t *testing.T) {
	s := newServer(t)
	s.garden()
	var got timeline
	w := s.get("/api/v1/timeline?w=800&lang=en")
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
		t.Fatalf("%d %v %s", w.Code, err, w.Body)
	}
	if got.Width != 800 || got.Total != 2 || len(got.Items) != 2 || len(got.Entries) != 2 {
		t.Errorf("got %s", w.Body)
	}
	for _, it := range got.Items {
		if e := got.Entries[it.Num]; e.Name != it.Name || !strings.HasPrefix(e.URL, base+"/") || s.ids[e.Name] != e.ID || e.Origin != base {
			t.Errorf("item %+v is %+v", it, e)
		}
	}
	got = timeline{}
	var lanes struct {
		Groups []struct {
			Key  int
			Name string
		}
		Entries map[string]struct{ Precision string }
	}
	if err := json.Unmarshal(s.get("/api/v1/timeline?lanes=kind").Body.Bytes(), &lanes); err != nil || len(lanes.Groups) == 0 {
		t.Errorf("lanes: %+v, %v", lanes, err)
	}
	for _, g := range lanes.Groups {
		if !directory.Kind(g.Name).Valid() || directory.Kind(g.Name).Number() != g.Key {
			t.Errorf("lane %+v is no kind", g)
		}
	}
	for id, e := range lanes.Entries {
		if e.Precision == "" {
			t.Errorf("entry %s does not say how well its date is known", id)
		}
	}
	if w := s.get("/api/v1/timeline?lanes=x"); w.Code != 400 {
		t.Errorf("unknown lanes: %d", w.Code)
	}
	if err := json.Unmarshal(s.get("/api/v1/timeline?from=2026&bbox=-2,48,-1,49").Body.Bytes(), &got); err != nil || got.Total != 1 || got.Items[0].Name != "Fête" {
		t.Errorf("a box and a start: %+v, %v", got, err)
	}
}

func TestFeedsAndExports(t *testing.T) {
	s := newServer(t)
	s.garden()
	for target, want := range map[string]struct{ contentType, holds, lacks string }{
		"/feeds/events.ics":                    {"text/calendar; charset=utf-8", "SUMMARY:Fête", "Charte"},
		"/feeds/events.ics?q=rien":             {"text/calendar; charset=utf-8", "END:VCALENDAR", "BEGIN:VEVENT"},
		"/feeds/changes.atom":                  {"application/atom+xml; charset=utf-8", "<title xml:lang=\"fr\">Charte</title>", "Secrète"},
		"/feeds/changes.atom?kind=text":        {"application/atom+xml; charset=utf-8", base + "/feeds/changes.atom?kind=text", "Verger"},
		"/feeds/changes.atom?limit=1":          {"application/atom+xml; charset=utf-8", "Commun négatif", "Charte"},
		"/export/entries.csv":                  {"text/csv; charset=utf-8; header=present", "Charte", "Secrète"},
		"/export/entries.csv?bbox=-2,48,-1,49": {"text/csv; charset=utf-8; header=present", "Verger", "Charte"},
		"/export/entries.geojson?theme=eau":    {geoJSON, "Jumeau", "Verger"},
	} {
		w := s.get(target)
		if w.Code != 200 || w.Header().Get("Content-Type") != want.contentType || !strings.Contains(w.Body.String(), want.holds) || strings.Contains(w.Body.String(), want.lacks) {
			t.Errorf("%s: %d %s\n%s", target, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
		if again := s.get(target, "If-None-Match", w.Header().Get("ETag")); again.Code != 304 {
			t.Errorf("%s again: %d", target, again.Code)
		}
	}
}

func TestOpenToScripts(t *testing.T) {
	s := newServer(t)
	s.garden()
	for _, target := range []string{"/api/v1/entries", "/api/v1/entries/x", "/api/v1/facets", "/api/v1/timeline", "/api/v1/openapi.yaml", "/tiles/entries/0/0/0.mvt",
		"/tiles/base/0/0/0.mvt", "/feeds/events.ics", "/feeds/changes.atom", "/export/entries.csv", "/export/entries.geojson", "/api/v1/entries?limit=x"} {
		if got := s.get(target).Header().Get("Access-Control-Allow-Origin"); got != "*" {
			t.Errorf("%s: Access-Control-Allow-Origin %q", target, got)
		}
	}
	w := httptest.NewRecorder()
	if err := new(API).Preflight(w, httptest.NewRequest("OPTIONS", "/api/v1/entries", nil)); err != nil || w.Code != 204 || w.Header().Get("Access-Control-Allow-Methods") != "GET, HEAD, OPTIONS" {
		t.Errorf("preflight: %v %d %v", err, w.Code, w.Header())
	}
}

// elsewhere are the files that package site makes, in the description too.
var elsewhere = []string{"/export/genealogy.{format}", "/export/concepts.{format}", "/export/neighbourhood.{format}"}

// The description names every route, and only routes.
func TestOpenAPIMatchesTheRoutes(t *testing.T) {
	s := newServer(t)
	w := s.get("/api/v1/openapi.yaml")
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/yaml" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	var got, want []string
	for _, m := range regexp.MustCompile(`(?m)^  (/\S+):$`).FindAllStringSubmatch(w.Body.String(), -1) {
		got = append(got, strings.TrimSuffix(strings.Replace(m[1], "}.ics", "}", 1), ".mvt"))
	}
	for pattern := range routes(new(API)) {
		want = append(want, pattern)
	}
	want = append(want, elsewhere...)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("described %q\nrouted %q", got, want)
	}
	for _, name := range regexp.MustCompile(`#/components/(\w+)/(\w+)`).FindAllStringSubmatch(w.Body.String(), -1) {
		if !regexp.MustCompile(`(?m)^    ` + name[2] + `:$`).MatchString(w.Body.String()) {
			t.Errorf("%s is not defined", name[0])
		}
	}
}
