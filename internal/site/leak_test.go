package site

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"codeberg.org/bocage/bocage/internal/directory"
)

// surfaces are the pages on which an entry could show.
func surfaces(e directory.Entry) []string {
	here := "/" + e.Kind.Path() + "/" + e.ID
	return []string{"/", "/?all=1", "/?q=verger", "/?q=haies", "/?fragment=list&bbox=-180,-85,180,85", "/?entry=" + e.ID, "/?entry=" + e.ID + "&fragment=card",
		here, here + "/history", "/@" + e.Handle, "/timeline", "/timeline?from=1900&to=2030", "/timeline?fragment=chart", "/genealogy", "/concepts", "/about", "/interact?uri=" + url.QueryEscape(e.URI)}
}

func TestNothingPrivateIsOnAnyPage(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	shown := b.add(garden())
	hidden := garden()
	hidden.Name = directory.LangText{"fr": "Refuge discret"}
	hidden.Place = &directory.Place{Name: "Maison jaune", Street: "77 rue Tue", PostalCode: "35999", Locality: "Rennes", Country: "FR",
		Point: &directory.Point{Lat: 48.123456, Lon: -1.654321}, Precision: directory.PrecisionHidden}
	refuge := b.add(hidden)
	near := garden()
	near.Name = directory.LangText{"fr": "Lieu flou"}
	near.Place = &directory.Place{Street: "78 rue Floue", Locality: "Rennes", Country: "FR",
		Point: &directory.Point{Lat: 48.133456, Lon: -1.664321}, Precision: directory.PrecisionApproximate}
	vague := b.add(near)
	draft := garden()
	draft.Name, draft.Status = directory.LangText{"fr": "Brouillon secret"}, directory.StatusDraft
	unpublished := b.add(draft)
	secrets := []string{"Secrète Personne", "secret@prive.example", "+33600000000", "33600000000", "Maison jaune", "77 rue Tue", "48.123", "-1.654",
		"78 rue Floue", "48.1334", "-1.6643", "Brouillon secret", unpublished.ID}
	for _, e := range []directory.Entry{shown, refuge, vague, unpublished} {
		for _, path := range surfaces(e) {
			w, _ := b.get(path)
			body := w.Body.String()
			for _, s := range secrets {
				if s == unpublished.ID && strings.Contains(path, unpublished.ID) {
					continue // the address that was asked for
				}
				if strings.Contains(body, s) {
					t.Errorf("GET %s (status %d) shows %q", path, w.Code, s)
				}
			}
			if e.ID == unpublished.ID && strings.Contains(path, "/entries/"+e.ID) && w.Code != http.StatusNotFound {
				t.Errorf("GET %s: status %d for a draft, want 404", path, w.Code)
			}
		}
	}
	if got := text(b.ok("/entries/" + refuge.ID)); !strings.Contains(got, "Position non publiée") {
		t.Error("the page of a hidden place does not say so")
	}
	if got := text(b.ok("/entries/" + vague.ID)); !strings.Contains(got, "Position approchée") {
		t.Error("the page of an approximate place does not say so")
	}
}

func TestRelationToADraftSaysNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	draft := garden()
	draft.Name, draft.Status = directory.LangText{"fr": "Brouillon secret"}, directory.StatusDraft
	d := b.add(draft)
	e := garden()
	e.Relations = []directory.Relation{{Type: directory.RelPartnerOf, Object: d.URI, Name: "Brouillon secret"}}
	shown := b.add(e)
	if got := text(b.ok("/entries/" + shown.ID)); strings.Contains(got, "Brouillon secret") {
		t.Error("a relation shows the name of a draft")
	}
}

// payload is written into each field; every page must show it as text only.
const payload = `"><script>alert(1)</script><img src=x onerror=alert(2)>'{{.}}` + "`javascript:alert(3)`"

func TestNoFieldCanInjectMarkup(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	lt := directory.LangText{"fr": payload, "en": payload}
	e := directory.Entry{URI: "https://mal.test/entries/0193a000-0000-7000-8000-0000000000aa", Origin: "https://mal.test", Kind: directory.KindCommons, Handle: "mal",
		Status: directory.StatusPublished, Name: lt, Summary: lt, Description: lt, Tags: []string{payload}, Themes: []string{"eau"},
		Place:  &directory.Place{Name: payload, Street: payload, PostalCode: payload, Locality: payload, Region: payload, Country: "FR", Point: &directory.Point{Lat: 46.6, Lon: 2.5}, Online: "javascript:alert(4)"},
		Period: &directory.Period{Start: "2001"}, OwnerURI: "https://mal.test/actor",
		Pillars:   &directory.Pillars{Resource: lt, Community: lt, Governance: lt, Protection: lt, RulesURL: "javascript:alert(5)", LegalForm: payload, Members: payload, Ostrom: []directory.Ostrom{{Principle: 1, Answer: "yes", Evidence: "javascript:alert(6)"}}},
		Relations: []directory.Relation{{Type: directory.RelPartnerOf, Object: "javascript:alert(7)", Name: payload}, {Type: directory.RelPartnerOf, Object: "https://x.test/a", Name: payload, Note: payload}},
		Licence:   payload, Website: "javascript:alert(8)", Links: []directory.Link{{Name: payload, URL: "data:text/html,x"}, {Name: payload, URL: "https://ok.test/"}},
		Sources:     []directory.Source{{Name: payload, URL: "javascript:alert(9)", Licence: payload}},
		Identifiers: &directory.Identifiers{RNA: payload, SIREN: payload, SIRET: payload}, OpeningHours: payload, Updated: testNow}
	made := b.remote(e)
	text1 := e
	text1.URI, text1.Kind, text1.Handle = "https://mal.test/texts/0193a000-0000-7000-8000-0000000000ab", directory.KindText, ""
	text1.Text = &directory.Text{Form: payload, Authors: payload, Language: payload, Country: payload, URL: "javascript:alert(10)"}
	texts := b.remote(text1)
	concept := e
	concept.URI, concept.Kind, concept.Handle = "https://mal.test/concepts/0193a000-0000-7000-8000-0000000000ac", directory.KindConcept, ""
	concept.Concept = &directory.Concept{AltLabels: []string{payload}, FirstUse: "1990", FirstAuthor: payload, SourceWork: payload,
		Definitions: []directory.Definition{{Text: lt, Author: payload, Date: "1991", Source: "javascript:alert(11)"}}}
	concepts := b.remote(concept)
	paths := append(surfaces(made), "/texts/"+texts.ID, "/genealogy/"+texts.ID, "/concepts/"+concepts.ID, "/concepts?view=list", "/genealogy?view=list",
		"/?q="+url.QueryEscape(payload), "/?tag="+url.QueryEscape(payload), "/?near="+url.QueryEscape(payload), "/?theme="+url.QueryEscape(payload),
		"/timeline?q="+url.QueryEscape(payload), "/genealogy?q="+url.QueryEscape(payload), "/interact?uri="+url.QueryEscape(payload),
		"/login?next="+url.QueryEscape("javascript:alert(12)"), "/"+url.PathEscape(payload), "/?origin="+url.QueryEscape(payload), "/?c="+url.QueryEscape(payload))
	for _, path := range paths {
		w, doc := b.get(path)
		if w.Code >= 500 {
			t.Errorf("GET %s: status %d", path, w.Code)
		}
		for d := range doc.Descendants() {
			if d.Type != html.ElementNode {
				continue
			}
			if d.Data == "script" && attr(d, "src") == "" && attr(d, "type") != "application/ld+json" {
				t.Errorf("GET %s: an inline script", path)
			}
			if d.Data == "img" {
				t.Errorf("GET %s: an image from a field", path)
			}
			for _, a := range d.Attr {
				lower := strings.ToLower(strings.TrimSpace(a.Val))
				switch {
				case strings.HasPrefix(a.Key, "on"), a.Key == "style":
					t.Errorf("GET %s: <%s %s=…>", path, d.Data, a.Key)
				case (a.Key == "href" || a.Key == "src" || a.Key == "action") && (strings.HasPrefix(lower, "javascript:") || strings.HasPrefix(lower, "data:")):
					t.Errorf("GET %s: <%s %s=%q>", path, d.Data, a.Key, a.Val)
				}
			}
		}
	}
}

func TestHistoryKeepsTheSecretOfToday(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	e := garden()
	e.Place = &directory.Place{Name: "Maison jaune", Street: "77 rue Tue", Locality: "Rennes", Country: "FR", Point: &directory.Point{Lat: 48.123456, Lon: -1.654321}}
	made := b.add(e)
	_, err := b.ledger.Edit(t.Context(), system, made.ID, func(e *directory.Entry) error {
		e.Place.Precision = directory.PrecisionHidden
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w, _ := b.get("/entries/" + made.ID + "/history")
	for _, s := range []string{"Maison jaune", "77 rue Tue", "48.123", "1.654"} {
		if strings.Contains(w.Body.String(), s) {
			t.Errorf("the history of a hidden place shows %q", s)
		}
	}
}
