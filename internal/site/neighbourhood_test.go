package site

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// ecosystem has 70 members here and one elsewhere, a partner, a funder that is not
// held, an event and a text.
func ecosystem(t *testing.T) (*bench, directory.Entry) {
	t.Helper()
	b := newBench(t, nil)
	partner := b.add(directory.Entry{Kind: directory.KindCommons, Name: directory.LangText{"fr": "Partenaire du fleuve"}})
	e := b.add(directory.Entry{Kind: directory.KindEcosystem, Name: directory.LangText{"fr": "Vallée de l’Erdre"}, Relations: []directory.Relation{
		{Type: directory.RelPartnerOf, Object: partner.URI}, {Type: directory.RelFundedBy, Object: "https://loin.test/actors/9", Name: "Fondation lointaine"}}})
	concept := b.add(commonsConcept())
	for i := range 70 {
		m := garden()
		m.Name = directory.LangText{"fr": fmt.Sprintf("Membre %02d", i)}
		m.Place.Point = &directory.Point{Lat: 47 + float64(i)/100, Lon: -1.5}
		m.Relations = []directory.Relation{{Type: directory.RelPartOf, Object: e.URI}}
		if i == 0 {
			m.Relations = append(m.Relations, directory.Relation{Type: directory.RelClaims, Object: concept.URI})
		}
		b.add(m)
	}
	far := remoteOrchard()
	far.Relations = []directory.Relation{{Type: directory.RelMemberOf, Object: e.URI}}
	b.remote(far)
	ev := forum()
	ev.Relations = []directory.Relation{{Type: directory.RelOrganisedBy, Object: e.URI}}
	b.add(ev)
	draft := garden()
	draft.Status, draft.Name, draft.Relations = directory.StatusDraft, directory.LangText{"fr": "Brouillon caché"}, []directory.Relation{{Type: directory.RelPartOf, Object: e.URI}}
	b.add(draft)
	return b, e
}

func TestEcosystemPage(t *testing.T) {
	t.Parallel()
	b, e := ecosystem(t)
	doc := b.ok("/@" + e.Handle)
	got := text(doc)
	for _, want := range []string{"71 membres", "Membre 00", "Forum des communs", "Agenda des membres", "Partenaire du fleuve", "Fondation lointaine", "+ 47 autres"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(got, "caché") {
		t.Error("a draft is named")
	}
	if find(doc, ".carte-membres svg") == nil || find(doc, ".voisinage .noeud") == nil {
		t.Error("no map or no graph")
	}
}

func TestNeighbourhood(t *testing.T) {
	t.Parallel()
	b, e := ecosystem(t)
	here := "/entries/" + e.ID + "/neighbourhood"
	doc := b.ok(here)
	if got := len(findAll(doc, ".voisinage .noeud")); got != 1+1+1+8+1+1+1 { // itself, partner, funder, members and how many more, member elsewhere, event
		t.Errorf("%d cards", got)
	}
	got := text(doc)
	for _, want := range []string{"Partenaire du fleuve", "Fondation lointaine", "Verger d’ailleurs", "+ 62 autres", "+ 10 autres", "non confirmé", "Forum des communs"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(got, "caché") {
		t.Error("a draft is named")
	}
	if got := text(b.ok(here + "?depth=2")); !strings.Contains(got, "Communs négatifs") {
		t.Error("no neighbour of a neighbour")
	}
	if got := len(findAll(b.ok(here+"?group=in.part_of"), ".liens .lienc")); got != 70 {
		t.Errorf("the group lists %d members, want 70", got)
	}
	for path, want := range map[string]int{here + "?group=likes": http.StatusBadRequest, here + "?group=in.part_of&after=!": http.StatusBadRequest,
		"/entries/nobody/neighbourhood": http.StatusNotFound, "/export/neighbourhood.svg?id=nobody": http.StatusNotFound} {
		if w, _ := b.get(path); w.Code != want {
			t.Errorf("%s: status %d, want %d", path, w.Code, want)
		}
	}
	for _, f := range GraphFormats {
		file := b.file("/export/neighbourhood." + string(f) + "?depth=2&id=" + e.ID)
		if strings.Contains(string(file), "caché") {
			t.Errorf("%s names a draft", f)
		}
		if f == svgFile || f == "graphml" {
			if err := xml.Unmarshal(file, &struct{}{}); err != nil {
				t.Errorf("%s: %v", f, err)
			}
		}
	}
}
