package site

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/skos"
)

// conceptBench has a concept with a broader one, rival definitions, a text and a
// commons that claim it.
func conceptBench(t *testing.T) (*bench, directory.Entry) {
	t.Helper()
	b := newBench(t, nil)
	root := b.add(directory.Entry{Kind: directory.KindConcept, Name: directory.LangText{"fr": "Commun"}, Concept: &directory.Concept{FirstUse: "1990"}})
	c := commonsConcept()
	c.Relations = []directory.Relation{{Type: directory.RelBroader, Object: root.URI}}
	c.Concept.ExactMatch = []string{"https://www.wikidata.org/entity/Q1"}
	made := b.add(c)
	b.add(manifesto("Héritage et fermeture", "2021", directory.Relation{Type: directory.RelClaims, Object: made.URI}))
	g := garden()
	g.Relations = []directory.Relation{{Type: directory.RelClaims, Object: made.URI}}
	b.add(g)
	draft := garden()
	draft.Status, draft.Name, draft.Relations = directory.StatusDraft, directory.LangText{"fr": "Brouillon secret"}, g.Relations
	b.add(draft)
	return b, made
}

func TestConceptPage(t *testing.T) {
	t.Parallel()
	b, c := conceptBench(t)
	doc := b.ok("/concepts/" + c.ID)
	got := text(doc)
	for _, want := range []string{"2 fiches s’en réclament", "Jardin des Six Haies", "Héritage et fermeture", "Commun", "Même concept"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(got, "secret") {
		t.Error("a draft is named")
	}
	if at := []int{strings.Index(got, "Première définition"), strings.Index(got, "Deuxième définition"), strings.Index(got, "Troisième définition")}; at[0] < 0 || at[0] > at[1] || at[1] > at[2] {
		t.Errorf("the definitions are not in order: %v", at)
	}
	links := map[string]bool{}
	for _, a := range findAll(doc, "a") {
		links[attr(a, "href")] = true
	}
	for _, want := range []string{"/?concept=" + c.ID, "/timeline?concept=" + c.ID, "/export/concepts.ttl?id=" + c.ID} {
		if !links[want] {
			t.Errorf("no link to %s", want)
		}
	}
	if got := len(findAll(doc, ".toile .couloir")); got != 2 {
		t.Errorf("%d lanes, want its own and the broader", got)
	}
}

func TestConceptsPageAndFiles(t *testing.T) {
	t.Parallel()
	b, c := conceptBench(t)
	doc := b.ok("/concepts")
	own := ""
	for _, l := range findAll(doc, ".toile .couloir") {
		if attr(l, "data-id") == c.ID {
			own = text(l)
		}
	}
	for _, want := range []string{"2001", "2014", "2020", "Héritage et fermeture", "5 emplois"} {
		if !strings.Contains(own, want) {
			t.Errorf("the lane has no %q: %s", want, own)
		}
	}
	for path, want := range map[string]int{"/export/concepts.ttl": 2 + len(directory.Themes()), "/export/concepts.jsonld": 2 + len(directory.Themes()),
		"/export/concepts.ttl?id=" + c.ID: 1, "/export/concepts.ttl?q=aucun": len(directory.Themes())} {
		read := skos.ReadTurtle
		if strings.Contains(path, "jsonld") {
			read = skos.ReadJSONLD
		}
		list, err := read(b.file(path))
		if err != nil || len(list) != want {
			t.Errorf("%s: %d concepts, want %d: %v", path, len(list), want, err)
		}
		for _, k := range list {
			if k.IRI == c.URI && (len(k.Definitions) != 3 || len(k.Broader) != 1 || k.Created != "2001" || k.Creator != "Maria Mies") {
				t.Errorf("%s: %+v", path, k)
			}
		}
	}
	if err := xml.Unmarshal(b.file("/export/concepts.svg"), &struct{}{}); err != nil {
		t.Error(err)
	}
	if !bytes.HasPrefix(b.file("/export/concepts.pdf"), []byte("%PDF-")) {
		t.Error("no PDF")
	}
}
