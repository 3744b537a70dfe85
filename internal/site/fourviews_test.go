package site

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"codeberg.org/bocage/bocage/internal/directory"
)

// placed is an entry at a place, dated, of any kind.
func placed(kind directory.Kind, name string, lat, lon float64, relations ...directory.Relation) directory.Entry {
	e := directory.Entry{Kind: kind, Name: directory.LangText{"fr": name}, Licence: "CC-BY-SA-4.0", Relations: relations,
		Period: &directory.Period{Start: "2026-10-05"}, Place: &directory.Place{Country: "FR", Point: &directory.Point{Lat: lat, Lon: lon}}}
	if kind == directory.KindConcept {
		e.Concept = &directory.Concept{FirstUse: "2001"}
	}
	return e
}

// valley has a member of each kind that the views show, and as many that are none.
func valley(t *testing.T) (*bench, directory.Entry) {
	t.Helper()
	b := newBench(t, nil)
	e := b.add(directory.Entry{Kind: directory.KindEcosystem, Name: directory.LangText{"fr": "Vallée de l’Erdre"}, Licence: "CC-BY-SA-4.0"})
	part := directory.Relation{Type: directory.RelPartOf, Object: e.URI}
	for _, kind := range []directory.Kind{directory.KindPlace, directory.KindEvent, directory.KindText, directory.KindConcept} {
		b.add(placed(kind, "Membre "+string(kind), 47.3, -1.5, part))
		b.add(placed(kind, "Étranger "+string(kind), 45.7, 4.8))
	}
	return b, e
}

// shows lists the views and the entries that each has of a selection: those of the
// list or the drawing, not of the filters.
func shows(t *testing.T, b *bench, query, word string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for view, kind := range map[string]string{"/": "place", "/timeline": "event", "/genealogy": "text", "/concepts": "concept"} {
		doc := b.ok(view + "?" + query)
		main := find(doc, "#vue")
		if view == "/" {
			main = find(doc, "#resultats")
		}
		out[view] = strings.Contains(chosenText(main), word+" "+kind)
	}
	return out
}

// chosenText is the text of a view, without the names of what the genealogy only marks
// the place of.
func chosenText(n *html.Node) string {
	for _, pale := range findAll(n, ".hors") {
		pale.Parent.RemoveChild(pale)
	}
	return text(n)
}

func sameInAll(t *testing.T, got map[string]bool, what string, want bool) {
	t.Helper()
	for view, shown := range got {
		if shown != want {
			t.Errorf("%s shows %s: %t, want %t", view, what, shown, want)
		}
	}
}

// chip is the active filter whose way off lacks a key, nil without one.
func chip(doc *html.Node, key string) *html.Node {
	for _, a := range findAll(doc, ".actifs a.on") {
		if u, err := url.Parse(attr(a, "href")); err == nil && !u.Query().Has(key) {
			return a
		}
	}
	return nil
}

// TestBoxInFourViews: a box of the address filters every view, is told of where there is
// no map, can be taken off there, and is kept by the links between views.
func TestBoxInFourViews(t *testing.T) {
	t.Parallel()
	b, _ := valley(t)
	const box = "bbox=-3,46,0,48"
	sameInAll(t, shows(t, b, box, "Membre"), "what is in the box", true)
	sameInAll(t, shows(t, b, box, "Étranger"), "what is not in the box", false)
	for _, view := range []string{"/timeline", "/genealogy", "/concepts"} {
		doc := b.ok(view + "?" + box)
		if c := chip(doc, "bbox"); c == nil || !strings.Contains(text(c), "cadre de la carte") {
			t.Errorf("%s does not say that it is of a box", view)
		}
		if find(doc, "form[data-filters] input[type=hidden][name=bbox]") == nil {
			t.Errorf("%s: the filters' form forgets the box", view)
		}
		for _, a := range findAll(doc, "a[data-view-link]") {
			if u, err := url.Parse(attr(a, "href")); err != nil || u.Query().Get("bbox") == "" {
				t.Errorf("%s: the link to %s forgets the box", view, attr(a, "href"))
			}
		}
	}
	if got := panelCount(b.ok("/timeline?"+box), "kind", "event"); got != "1" {
		t.Errorf("the timeline counts %s events in the box, want 1", got)
	}
	if body := b.body("/export/genealogy.nodes.csv?" + box); strings.Contains(body, "Étranger") || !strings.Contains(body, "Membre") {
		t.Error("the file has what is not in the box")
	}
	if doc := b.ok("/?" + box); !strings.HasPrefix(attr(find(doc, "[data-map]"), "data-view"), "47.") {
		t.Errorf("the map is at %q, not at the box", attr(find(doc, "[data-map]"), "data-view"))
	}
}

// TestKindsInFourViews: a view of one kind is empty when others are chosen, says so, and
// leads to what it would have without.
func TestKindsInFourViews(t *testing.T) {
	t.Parallel()
	b, _ := valley(t)
	for view, kind := range map[string]string{"/genealogy": "text", "/concepts": "concept"} {
		doc := b.ok(view + "?kind=place,event&theme=")
		if got := text(find(doc, "#vue")); strings.Contains(got, "Membre") || !strings.Contains(got, "Les filtres ne gardent que") {
			t.Errorf("%s of places and events: %q", view, got)
		}
		way := find(doc, "#vue .vide a[data-select]")
		if way == nil || !strings.Contains(text(b.ok(attr(way, "href"))), "Membre "+kind) {
			t.Errorf("%s: no way to what the kinds hide", view)
		}
		if got := len(findAll(doc, ".actifs a.on")); got != 2 {
			t.Errorf("%s tells of %d kinds, want 2", view, got)
		}
		if got := text(find(b.ok(view+"?kind=place,"+kind), "#vue")); !strings.Contains(got, "Membre "+kind) || strings.Contains(got, "ne gardent que") {
			t.Errorf("%s with its kind chosen: %q", view, got)
		}
	}
}

// TestMembersInFourViews: the members of an ecosystem are a selection of all views, files
// and feeds; its page leads to them.
func TestMembersInFourViews(t *testing.T) {
	t.Parallel()
	b, e := valley(t)
	for _, member := range []string{e.ID, e.Handle, "@" + e.Handle, e.URI} {
		query := "member=" + url.QueryEscape(member)
		sameInAll(t, shows(t, b, query, "Membre"), "a member", true)
		sameInAll(t, shows(t, b, query, "Étranger"), "who is no member", false)
	}
	query := "member=" + e.Handle
	for _, view := range []string{"/", "/timeline", "/genealogy", "/concepts"} {
		doc := b.ok(view + "?" + query)
		if c := chip(doc, "member"); c == nil || !strings.Contains(text(c), "Membres de Vallée de l’Erdre") {
			t.Errorf("%s does not say whose members these are", view)
		}
		if find(doc, "form[data-filters] input[type=hidden][name=member]") == nil {
			t.Errorf("%s: the filters' form forgets whose members", view)
		}
	}
	for _, path := range []string{"/export/genealogy.nodes.csv", "/export/concepts.jsonld", "/print?format=list"} {
		body := b.body(path + map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + query)
		if !strings.Contains(body, "Membre ") || strings.Contains(body, "Étranger") {
			t.Errorf("%s has members: %t, others: %t", path, strings.Contains(body, "Membre "), strings.Contains(body, "Étranger"))
		}
	}
	doc := b.ok("/@" + e.Handle)
	found := map[string]bool{}
	for _, a := range findAll(doc, "section a.btn") {
		if u, err := url.Parse(attr(a, "href")); err == nil && u.Query().Get("member") == e.Handle {
			found[u.Path+u.Query().Get("view")] = true
		}
	}
	for _, want := range []string{"/", "/timeline", "/timelineagenda", "/feeds/events.ics", "/export/entries.csv"} {
		if !found[want] {
			t.Errorf("the ecosystem's page does not lead to %s of its members", want)
		}
	}
	if w, _ := b.get("/?member=a%20b"); w.Code != 400 {
		t.Errorf("what is no entry's name: status %d, want 400", w.Code)
	}
}

// TestFilteredGenealogyKeepsItsPlaces: texts stay where they stand among all, on the page
// and in its file; what the filters leave out is pale and no link.
func TestFilteredGenealogyKeepsItsPlaces(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	oldest := b.add(manifesto("Charte mère", "1217"))
	for _, name := range []string{"Manifeste rouge", "Manifeste vert", "Manifeste bleu"} {
		m := manifesto(name, "1990", directory.Relation{Type: directory.RelCites, Object: oldest.URI})
		if name == "Manifeste vert" {
			m.Themes = []string{"eau"}
		}
		b.add(m)
	}
	at := func(doc *html.Node, name string) string {
		for _, a := range findAll(doc, "svg.ensemble a.point") {
			if strings.Contains(text(a), name) {
				c := find(a, "circle.pt")
				return attr(c, "cx") + " " + attr(c, "cy")
			}
		}
		return "nowhere"
	}
	whole, part := b.ok("/genealogy"), b.ok("/genealogy?theme=eau")
	if a, b := at(whole, "Manifeste vert"), at(part, "Manifeste vert"); a != b || a == "nowhere" {
		t.Errorf("the text is at %s, filtered at %s", a, b)
	}
	if at(part, "Manifeste rouge") != "nowhere" {
		t.Error("a text that the filters leave out is a link")
	}
	if got := len(findAll(part, "svg.ensemble .hors")); got != 3 {
		t.Errorf("%d pale dots, want 3", got)
	}
	if find(whole, "svg.ensemble .hors") != nil || !strings.Contains(text(part), "reste à sa place") || strings.Contains(text(whole), "reste à sa place") {
		t.Error("pale dots are told of where there are none, or not where there are")
	}
	if got := strings.Count(b.body("/export/genealogy.svg?theme=eau"), `r="3.5"`); got != 3 {
		t.Errorf("the file has %d pale dots", got)
	}
}
