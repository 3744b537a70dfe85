package app

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store"
)

// testMap makes a map of the région Bretagne among four entries, one of which is
// elsewhere and one of which nobody may see.
func testMap(t *testing.T, a *App, look directory.Look) directory.Map {
	t.Helper()
	system := directory.Who{System: true, Name: "test"}
	add := func(e directory.Entry, name, post string) {
		e.Name, e.Status = directory.LangText{"fr": name}, directory.StatusPublished
		if post != "" {
			e.Place = &directory.Place{PostalCode: post, Country: "FR", Point: &directory.Point{Lat: 48.1, Lon: -1.7}}
		}
		if _, err := a.Ledger.Create(t.Context(), system, e); err != nil {
			t.Fatal(err)
		}
	}
	commons := directory.Entry{Kind: directory.KindCommons, Themes: []string{"eau"}, Period: &directory.Period{Start: "2012"}}
	add(commons, "Jardin de Rennes", "35000")
	add(directory.Entry{Kind: directory.KindPlace, Period: &directory.Period{Start: "2015"}}, "Verger de Vannes", "56000")
	add(directory.Entry{Kind: directory.KindCommons, Period: &directory.Period{Start: "2013"}}, "Jardin de Nice", "06000")
	if _, err := a.Ledger.Create(t.Context(), system, directory.Entry{Kind: directory.KindCommons, Status: directory.StatusDraft,
		Name: directory.LangText{"fr": "Brouillon de Brest"}, Place: &directory.Place{PostalCode: "29200", Country: "FR"}}); err != nil {
		t.Fatal(err)
	}
	m, err := a.Ledger.CreateMap(t.Context(), system, directory.Map{Handle: "bretagne", Name: directory.LangText{"fr": "Communs de Bretagne", "en": "Commons of Brittany"},
		Summary: directory.LangText{"fr": "Une carte tenue à plusieurs."}, Look: look,
		Selection: directory.MapSelection{Area: directory.Area{Regions: []string{"53"}}}}, "essai")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Ledger.MapJobs()[ledger.JobFill](t.Context(), jobs.Job{Payload: []byte(`{"id":"` + m.ID + `"}`)}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.View.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return m
}

var hrefs = regexp.MustCompile(`(?:href|action)="([^"#]*)`)

// TestFramedViews: the four views of a map show what is in it, under its name and
// at its address, and their links stay there.
func TestFramedViews(t *testing.T) {
	a := testApp(t)
	look := directory.Look{Home: directory.LangText{"fr": "Bienvenue ici."}, Light: "#7a1f4b", Themes: []string{"nature"}}
	m := testMap(t, a, look)
	visitor := signIn(t, a, store.User{Name: "camille"})
	for path, canonical := range map[string]string{"/maps/bretagne": "/maps/bretagne", "/maps/bretagne?theme=eau&all=1": "/maps/bretagne",
		"/maps/bretagne/timeline": "/maps/bretagne/timeline", "/maps/bretagne/genealogy": "/maps/bretagne/genealogy",
		"/maps/bretagne/concepts?view=list": "/maps/bretagne/concepts", "/maps/bretagne/about": "/maps/bretagne/about"} {
		w := visitor.do("GET", path, nil)
		body := w.Body.String()
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, w.Code)
		}
		for _, want := range []string{"Communs de Bretagne", `data-frame="bretagne"`, `<link rel="canonical" href="` + a.Config.URL + canonical + `">`,
			"/maps/bretagne/theme.css?v=1", `href="/feeds/changes.atom?map=bretagne"`, `href="/maps/bretagne/timeline`} {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q", path, want)
			}
		}
		for _, never := range []string{"Jardin de Nice", "Brouillon"} {
			if strings.Contains(body, never) {
				t.Errorf("%s shows %q", path, never)
			}
		}
		main, _, _ := strings.Cut(body, "<footer")
		for _, at := range hrefs.FindAllStringSubmatch(main, -1) {
			if h := at[1]; strings.HasPrefix(h, "/?") || strings.HasPrefix(h, "/timeline") || strings.HasPrefix(h, "/genealogy/") || strings.HasPrefix(h, "/genealogy?") || strings.HasPrefix(h, "/concepts?") {
				t.Errorf("%s leaves the map for %s", path, h)
			}
		}
	}
	if w := visitor.do("GET", "/maps/bretagne", nil); strings.Contains(w.Body.String(), `value="nourrir"`) || !strings.Contains(w.Body.String(), `value="nature"`) || !strings.Contains(w.Body.String(), "Bienvenue ici.") {
		t.Error("the filters of the map offer other themes than its own, or its home text is missing")
	}
	for from, to := range map[string]string{"/?map=bretagne": "/maps/bretagne", "/timeline?map=bretagne&from=2000": "/maps/bretagne/timeline?from=2000"} {
		if w := visitor.do("GET", from, nil); w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != to {
			t.Errorf("%s: %d to %q, want %q", from, w.Code, w.Header().Get("Location"), to)
		}
	}
	if w := visitor.do("GET", "/maps/nulle/timeline", nil); w.Code != http.StatusNotFound {
		t.Errorf("a view of no map: %d", w.Code)
	}
	_, err := a.Ledger.EditMap(t.Context(), directory.Who{System: true}, m.ID, func(m *directory.Map) error { m.Look.View = "timeline"; return nil }, "")
	if err != nil {
		t.Fatal(err)
	}
	if w := visitor.do("GET", "/maps/bretagne", nil); w.Code != http.StatusFound || w.Header().Get("Location") != "/maps/bretagne/timeline" {
		t.Errorf("a map that opens with its timeline: %d %q", w.Code, w.Header().Get("Location"))
	}
	if w := visitor.do("GET", "/maps/bretagne?c=48,-3,8", nil); w.Code != http.StatusOK {
		t.Errorf("its map: %d", w.Code)
	}
}

// TestMapStyle: the colours of a map come as a file with a validator.
func TestMapStyle(t *testing.T) {
	a := testApp(t)
	testMap(t, a, directory.Look{Light: "#7a1f4b"})
	visitor := signIn(t, a, store.User{Name: "camille"})
	w := visitor.do("GET", "/maps/bretagne/theme.css", nil)
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") || !strings.Contains(w.Body.String(), "--haie:#7a1f4b") ||
		!strings.Contains(w.Body.String(), "[data-theme=dark]") || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if w2 := visitor.do("GET", "/maps/bretagne/theme.css?v=1", nil); !strings.Contains(w2.Header().Get("Cache-Control"), "immutable") || w2.Header().Get("ETag") != w.Header().Get("ETag") {
		t.Errorf("named by its revision: %v", w2.Header())
	}
}

// TestThematicFrame: the genealogy and the concepts of a map are of its theme, and
// the lineages that its drawing and its table lead to are in its frame.
func TestThematicFrame(t *testing.T) {
	a := testApp(t)
	system := directory.Who{System: true, Name: "test"}
	org, err := a.Ledger.CreateOrganisation(t.Context(), system, directory.Entry{Kind: directory.KindOrganisation, Status: directory.StatusPublished, Name: directory.LangText{"fr": "Coop"}})
	if err != nil {
		t.Fatal(err)
	}
	add := func(k directory.Kind, name string, themes ...string) directory.Entry {
		e, err := a.Ledger.Create(t.Context(), system, directory.Entry{Kind: k, Owner: org.ID, Status: directory.StatusPublished, Name: directory.LangText{"fr": name},
			Themes: themes, Period: &directory.Period{Start: "1999"}})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	text := add(directory.KindText, "Manifeste des haies", "nature")
	add(directory.KindText, "Charte du rail", "echanger")
	add(directory.KindConcept, "Communs du vivant", "nature")
	add(directory.KindConcept, "Péage", "echanger")
	m, err := a.Ledger.CreateMap(t.Context(), system, directory.Map{Handle: "vivant", Name: directory.LangText{"fr": "Le vivant"},
		Selection: directory.MapSelection{Themes: []string{"nature"}}}, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Ledger.MapJobs()[ledger.JobFill](t.Context(), jobs.Job{Payload: []byte(`{"id":"` + m.ID + `"}`)}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.View.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][2]string{"/maps/vivant/genealogy": {"Manifeste des haies", "Charte du rail"}, "/maps/vivant/genealogy?view=list": {"Manifeste des haies", "Charte du rail"},
		"/maps/vivant/concepts": {"Communs du vivant", "Péage"}, "/maps/vivant/embed?view=list": {"Manifeste des haies", "Charte du rail"}} {
		body := (visitor{t: t, a: a}).do("GET", path, nil).Body.String()
		if !strings.Contains(body, want[0]) || strings.Contains(body, want[1]) {
			t.Errorf("%s has not %q alone", path, want[0])
		}
		if strings.Contains(body, `href="/genealogy/`) {
			t.Errorf("%s leaves the map for a lineage", path)
		}
	}
	if w := (visitor{t: t, a: a}).do("GET", "/maps/vivant/genealogy/"+text.ID, nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Le vivant") {
		t.Errorf("a lineage in the map: %d", w.Code)
	}
}
