package site

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"codeberg.org/bocage/bocage/internal/directory"
)

// panelCount is the number beside a box of the filters, "none" without the box.
func panelCount(doc *html.Node, name, value string) string {
	for _, label := range findAll(doc, "#filtres label") {
		in := find(label, "input")
		if in != nil && attr(in, "name") == name && attr(in, "value") == value {
			return text(find(label, "small"))
		}
	}
	return "none"
}

// TestOneSelectionInFourViews: the map, the timeline, the genealogy and the
// concepts show what they can of the same address, with the same filters, the
// counts of what each shows, and links that keep the selection.
func TestOneSelectionInFourViews(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	concept := commonsConcept()
	concept.Themes = []string{"eau"}
	made := b.add(concept)
	g := garden()
	g.Pillars.RulesURL = "https://jardin.example/regles"
	g.Relations = []directory.Relation{{Type: directory.RelClaims, Object: made.URI}}
	b.add(g)
	b.add(forum())
	water := manifesto("Manifeste de l’eau", "1999")
	water.Themes = []string{"eau"}
	b.add(water)
	b.add(manifesto("Charte des terres", "2005"))
	for _, view := range []struct {
		path            string
		eau, gouverner  string // what the boxes count
		kinds           bool
		shown, leftAway string
	}{
		{"/", "1", "1", true, "Jardin des Six Haies", "Forum des communs"},
		{"/timeline", "3", "1", true, "Manifeste de l’eau", "Forum des communs"},
		{"/genealogy", "1", "0", false, "Manifeste de l’eau", "Charte des terres"},
		{"/concepts", "1", "0", false, "Communs négatifs", "nothing"},
	} {
		doc := b.ok(view.path + "?theme=eau&kind=commons,text,concept")
		if eau, gouverner := panelCount(doc, "theme", "eau"), panelCount(doc, "theme", "gouverner"); eau != view.eau || view.path != "/" && view.path != "/timeline" && gouverner != view.gouverner {
			t.Errorf("%s counts %s of water and %s of politics, want %s and %s", view.path, eau, gouverner, view.eau, view.gouverner)
		}
		if got := panelCount(doc, "kind", "event") != "none"; got != view.kinds {
			t.Errorf("%s: kinds among the filters: %t", view.path, got)
		}
		if !view.kinds && find(doc, "#filtres input[type=hidden][name=kind]") == nil {
			t.Errorf("%s: the kinds of the other views are lost", view.path)
		}
		main := chosenText(find(doc, "#contenu"))
		if !strings.Contains(main, view.shown) || strings.Contains(main, view.leftAway) {
			t.Errorf("%s shows %q: %t, %q: %t", view.path, view.shown, strings.Contains(main, view.shown), view.leftAway, strings.Contains(main, view.leftAway))
		}
		off := find(doc, "a.puce.on")
		if off == nil || !strings.HasPrefix(attr(off, "href"), view.path) || strings.Contains(attr(off, "href"), "theme=") {
			t.Errorf("%s: the theme's way off is %q", view.path, attr(off, "href"))
		}
		for _, other := range []string{"/timeline", "/genealogy", "/concepts"} {
			found := false
			for _, a := range findAll(doc, "a[data-view-link]") {
				u, err := url.Parse(attr(a, "href"))
				found = found || err == nil && u.Path == other && u.Query().Get("theme") == "eau" && u.Query().Get("kind") == "commons,text,concept"
			}
			if !found {
				t.Errorf("%s: the link to %s forgets the selection", view.path, other)
			}
		}
	}
	for query, want := range map[string][2]string{
		"concept=" + url.QueryEscape(made.ID): {"Communs négatifs", "Manifeste"},
		"rules=published":                     {"Jardin des Six Haies", "Forum"},
		"area=region:53":                      {"Jardin des Six Haies", "Forum"},
		"language=en":                         {"Jardin des Six Haies", "Forum"},
	} {
		if main := text(find(b.ok("/timeline?"+query), "#contenu")); !strings.Contains(main, want[0]) || strings.Contains(main, want[1]) {
			t.Errorf("/timeline?%s shows %q: %t, %q: %t", query, want[0], strings.Contains(main, want[0]), want[1], strings.Contains(main, want[1]))
		}
	}
}

// TestAddingIgnoresFilters: with filters on, the form starts empty, the new
// entry's page opens, and back on a list that hides it a notice says so.
func TestAddingIgnoresFilters(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.add(forum())
	c := b.signIn()
	_, form := c.get("/new?theme=gouverner&kind=event&tag=x")
	if n := find(form, "#entry-form input[name=themes][checked]"); n != nil || attr(find(form, "#f-name_fr"), "value") != "" {
		t.Errorf("the form is filled in with the filters: %v", n)
	}
	w, _ := c.post("/new", "/new", url.Values{"kind": {"commons"}, "owner": {b.org.ID}, "name_fr": {"Lavoir du bourg"}, "themes": {"eau"},
		"locality": {"Rennes"}, "country": {"FR"}, "precision": {"exact"}, "start": {"1998"}, "licence": {"CC-BY-SA-4.0"}, "do": {"publish"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/@lavoir-du-bourg" {
		t.Fatalf("add: status %d to %q", w.Code, w.Header().Get("Location"))
	}
	b.refresh()
	if _, page := c.get("/@lavoir-du-bourg"); !strings.Contains(text(find(page, "h1")), "Lavoir du bourg") {
		t.Errorf("the entry's page: %q", text(find(page, "h1")))
	}
	for path, hides := range map[string]bool{
		"/?theme=gouverner": true, "/?theme=gouverner&fragment=list": true, "/timeline?theme=gouverner": true, "/?q=forum": true,
		"/": false, "/?theme=eau": false, "/timeline?theme=eau": false, "/genealogy?theme=gouverner": false, "/concepts?theme=gouverner": false,
	} {
		_, doc := c.get(path)
		drop := find(doc, ".avis a[data-select]")
		if (drop != nil) != hides {
			t.Errorf("%s: the notice is there: %t, want %t", path, drop != nil, hides)
			continue
		}
		if hides && (strings.Contains(attr(drop, "href"), "theme=") || !strings.Contains(text(find(doc, ".avis")), "Lavoir du bourg")) {
			t.Errorf("%s: the notice %q leads to %q", path, text(find(doc, ".avis")), attr(drop, "href"))
		}
	}
	if doc := b.ok("/?theme=gouverner"); find(doc, ".avis a[data-select]") != nil {
		t.Error("another visitor is told of it")
	}
}
