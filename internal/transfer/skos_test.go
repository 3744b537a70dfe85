package transfer

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/skos"
)

const vocabulary = `@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix : <https://v.example/> .
:commun a skos:Concept ; skos:prefLabel "commun"@fr, "commons"@en ; skos:narrower :negatif ; dcterms:created "1990" ; dcterms:creator "Elinor Ostrom" ;
  skos:exactMatch <https://www.wikidata.org/entity/Q1> ; dcterms:subject "essai" .
:negatif a skos:Concept ; skos:prefLabel "commun négatif"@fr ; skos:altLabel "déchet commun" ; skos:broader :commun ; skos:related :cloture, <https://autre.example/c#enclosure> ;
  skos:definition [ "x" "y" ] .
`

// mended is vocabulary without what is wrong in it.
var mended = strings.Replace(vocabulary, `[ "x" "y" ]`, `[ <http://www.w3.org/1999/02/22-rdf-syntax-ns#value> "Déchets à gérer ensemble."@fr ; dcterms:creator "A" ; dcterms:date "2001" ; dcterms:source "Un livre" ]`, 1) +
	":cloture a skos:Concept ; skos:prefLabel \"clôture\"@fr ; dcterms:created \"jadis\" .\n:sans a skos:Concept ; skos:scopeNote \"rien\" .\n"

func TestImportConcepts(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	_, err := i.read(t, vocabulary, ImportOptions{})
	var bad *FileError
	if !errors.As(err, &bad) || bad.Line != 7 {
		t.Fatalf("a wrong file: %v", err)
	}
	dry, err := i.read(t, mended, ImportOptions{DryRun: true, Publish: true})
	if err != nil || dry.Created != 3 || dry.Rejected != 1 || len(i.entries(t)) != 0 {
		t.Fatalf("dry run: %+v %v", dry, err)
	}
	rep, err := i.read(t, mended, ImportOptions{Publish: true})
	if err != nil || rep.Created != 3 || rep.Updated+rep.Unchanged != 0 || rep.Format != Turtle {
		t.Fatalf("%+v %v", rep, err)
	}
	if got := problems(rep); !strings.Contains(got, "warning 8: created") || !strings.Contains(got, "9: name: the concept https://v.example/sans has no skos:prefLabel") {
		t.Errorf("problems %s", got)
	}
	es := i.entries(t)
	parent, child := es[0], es[1]
	if parent.Name["en"] != "commons" || parent.Concept.FirstUse != "1990" || len(parent.Relations) != 0 || !slices.Equal(parent.Concept.ExactMatch, []string{"https://www.wikidata.org/entity/Q1"}) || !slices.Equal(parent.Tags, []string{"essai"}) {
		t.Errorf("parent %+v %+v", parent, parent.Concept)
	}
	var edges []string
	for _, r := range child.Relations {
		edges = append(edges, string(r.Type)+" "+r.Object+" "+r.Name)
	}
	if want := []string{"broader " + parent.URI + " commun", "related " + es[2].URI + " clôture", "related https://autre.example/c#enclosure enclosure"}; !slices.Equal(edges, want) {
		t.Errorf("edges %q, want %q", edges, want)
	}
	if d := child.Concept.Definitions; len(d) != 1 || d[0].Author != "A" || d[0].Date != "2001" || d[0].Source != "Un livre" {
		t.Errorf("definitions %+v", d)
	}
	for range 2 {
		again, err := i.read(t, mended, ImportOptions{Publish: true})
		if err != nil || again.Unchanged != 3 || again.Created+again.Updated != 0 {
			t.Errorf("second run: %+v %v", again, err)
		}
	}
}

// What one instance writes another reads as the same, in both syntaxes, and the
// instance itself as no change.
func TestConceptsThereAndBack(t *testing.T) {
	t.Parallel()
	a := newInstance(t)
	if _, err := a.read(t, mended, ImportOptions{Publish: true, Licence: "CC-BY-SA-4.0"}); err != nil {
		t.Fatal(err)
	}
	for _, f := range []Format{Turtle, SKOS} {
		first := a.concepts(t, f)
		rep, err := a.read(t, first, ImportOptions{Publish: true})
		if err != nil || rep.Unchanged != 3 || rep.Rows != 3 {
			t.Errorf("%s into itself: %+v %v\n%s", f, rep, err, problems(rep))
		}
		b := newInstance(t)
		if rep, err := b.read(t, first, ImportOptions{Publish: true}); err != nil || rep.Created != 3 {
			t.Errorf("%s elsewhere: %+v %v", f, rep, err)
		}
		if diff := gocmp.Diff(a.known(t, f), b.known(t, f)); diff != "" {
			t.Errorf("%s: %s", f, diff)
		}
	}
}

// concepts exports the concepts of the instance.
func (i *instance) concepts(t *testing.T, f Format) string {
	t.Helper()
	var list []directory.Public
	for _, e := range i.entries(t) {
		if p, ok := e.Public(); ok {
			list = append(list, p)
		}
	}
	var b bytes.Buffer
	if err := WriteSKOS(&b, f, list, SKOSInfo{Base: base, Title: "Test", Themes: true}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// known reads the export back, with names in the place of addresses.
func (i *instance) known(t *testing.T, f Format) []skos.Concept {
	t.Helper()
	read := skos.ReadTurtle
	if f == SKOS {
		read = skos.ReadJSONLD
	}
	list, err := read([]byte(i.concepts(t, f)))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, c := range list {
		names[c.IRI] = c.Pref["fr"]
	}
	for n := range list {
		c := &list[n]
		c.IRI, c.Line = names[c.IRI], 0
		for _, l := range [][]string{c.Broader, c.Related} {
			for k := range l {
				l[k] = cmp.Or(names[l[k]], l[k])
			}
		}
	}
	return list
}

func FuzzImportConcepts(f *testing.F) {
	f.Add(mended)
	f.Add(`{"@context":{"skos":"http://www.w3.org/2004/02/skos/core#"},"@id":"https://v.example/1","@type":"skos:Concept","skos:prefLabel":"x"}`)
	i := newInstance(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, format := range []Format{Turtle, SKOS} {
			rep, err := i.read(t, text, ImportOptions{Format: format, DryRun: true})
			if err == nil && rep.Rejected+rep.Created+rep.Updated+rep.Unchanged != rep.Rows {
				t.Errorf("%+v", rep)
			}
		}
	})
}
