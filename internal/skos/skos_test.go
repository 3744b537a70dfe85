package skos

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var sample = []Concept{
	{IRI: "https://a.example/concepts/1", Pref: Text{"fr": "Communs négatifs", "en": "Negative commons"}, Scope: Text{}, Note: Text{"fr": "Deux\nlignes, \"citées\" \\ et tabulées\t."},
		Alt: []string{"communs \"négatifs\"", "déchets communs"}, Definitions: []Definition{
			{Text: Text{"fr": "Première"}, Creator: "A", Date: "2001", Source: "https://s.example/a(b)"},
			{Text: Text{"fr": "Deuxième", "en": "Second"}, Creator: "B", Date: "2014-05"}},
		Broader: []string{"https://a.example/concepts/2"}, Related: []string{"https://b.example/x"}, ExactMatch: []string{"https://www.wikidata.org/entity/Q1"},
		Created: "2001", Creator: "Maria Mies", Source: "Un livre", License: "https://creativecommons.org/licenses/by-sa/4.0/",
		Subjects: []string{"https://a.example/themes#eau", "déchets"}, InScheme: []string{"https://a.example/concepts"}},
	{IRI: "https://a.example/concepts/2", Pref: Text{"": "commons"}, Scope: Text{"fr": "Résumé"}, Note: Text{}, Narrower: []string{"https://a.example/concepts/1"}},
}

var schemes = []Scheme{{IRI: "https://a.example/concepts", Title: Text{"fr": "Concepts"}, Top: []string{"https://a.example/concepts/2"}}}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]struct {
		write func(b *bytes.Buffer) error
		read  func([]byte) ([]Concept, error)
	}{
		"turtle": {func(b *bytes.Buffer) error { return WriteTurtle(b, schemes, sample) }, ReadTurtle},
		"jsonld": {func(b *bytes.Buffer) error { return WriteJSONLD(b, schemes, sample) }, ReadJSONLD},
	} {
		var b bytes.Buffer
		if err := f.write(&b); err != nil {
			t.Fatal(err)
		}
		got, err := f.read(b.Bytes())
		if err != nil {
			t.Fatalf("%s: %v in\n%s", name, err, b.String())
		}
		lines := 0
		for i := range got {
			lines = max(lines, got[i].Line)
			got[i].Line = 0
		}
		if diff := cmp.Diff(sample, got); diff != "" {
			t.Errorf("%s: %s\n%s", name, diff, b.String())
		}
		if lines < 4 {
			t.Errorf("%s: the last concept is on line %d", name, lines)
		}
	}
}

// What others write, in the ways of Turtle that we do not.
func TestTurtleOfOthers(t *testing.T) {
	t.Parallel()
	got, err := ReadTurtle([]byte(`# a thesaurus
BASE <http://t.example/v/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
@prefix : <http://t.example/v/> .
@prefix dct: <http://purl.org/dc/terms/> .
<s> a skos:ConceptScheme ; skos:hasTopConcept :eau.
:eau a skos:Concept;
  skos:prefLabel 'eau'@fr, """wa"ter"""@en-GB ; ;
  skos:notation "1.2"^^<http://www.w3.org/2001/XMLSchema#string> ; dct:created 1217 ;
  skos:definition "Liquide."@fr, "Liquid."@en, "Autre."@fr ;
  skos:narrower <pluie>, :mer\,haute ; skos:memberList ( :eau [ skos:note "x" ] 3.5 true ) .
_:b1 skos:prefLabel "caf\u00E9"@fr .
[ a skos:Collection ; skos:prefLabel "liste" ] .
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []Concept{
		{IRI: "http://t.example/v/eau", Line: 7, Pref: Text{"fr": "eau", "en-GB": `wa"ter`}, Scope: Text{}, Note: Text{}, Created: "1217",
			Definitions: []Definition{{Text: Text{"fr": "Liquide.", "en": "Liquid."}}, {Text: Text{"fr": "Autre."}}},
			Narrower:    []string{"http://t.example/v/pluie", "http://t.example/v/mer,haute"}},
		{IRI: "_:b1", Line: 12, Pref: Text{"fr": "café"}, Scope: Text{}, Note: Text{}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestJSONLDOfOthers(t *testing.T) {
	t.Parallel()
	got, err := ReadJSONLD([]byte(`{
 "@context": {"skos": "http://www.w3.org/2004/02/skos/core#", "id": "@id", "type": "@type",
  "label": {"@id": "skos:prefLabel", "@container": "@language"}, "parent": {"@id": "skos:broader", "@type": "@id"}, "ex": "http://t.example/"},
 "@graph": [
  {"id": "ex:eau", "type": "skos:Concept", "label": {"fr": "eau", "en": ["water"]}, "parent": ["ex:nature", "http://o.example/x"]},
  {"@id": "ex:feu", "@type": ["skos:Concept"], "skos:prefLabel": {"@value": "feu", "@language": "fr"}}
 ]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []Concept{
		{IRI: "http://t.example/eau", Line: 5, Pref: Text{"fr": "eau", "en": "water"}, Scope: Text{}, Note: Text{}, Broader: []string{"http://t.example/nature", "http://o.example/x"}},
		{IRI: "http://t.example/feu", Line: 6, Pref: Text{"fr": "feu"}, Scope: Text{}, Note: Text{}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsWrongHasALine(t *testing.T) {
	t.Parallel()
	const head = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
	for in, line := range map[string]int{
		head + "<a> a skos:Concept": 2, head + "\n<a> b:c 1 .": 3, head + "<a> skos:note \"x\n\" .": 2, head + "<a> skos:note \"x\" ; skos:note": 2,
		"@prefix skos <x> .": 1, head + "<a b> a skos:Concept .": 2, head + `<a> skos:note "\q" .`: 2, head + "<a> skos:note [ skos:note \"x\" .": 2,
		strings.Repeat("[", 100): 0, "<a> <b> (1 2": 1, "\xff": 0, head + "<a> skos:note \"x\"@ .": 2,
	} {
		_, err := ReadTurtle([]byte(in))
		var e *Error
		if !errors.As(err, &e) || line > 0 && e.Line != line {
			t.Errorf("%q: %v, want line %d", in, err, line)
		}
	}
	for in, line := range map[string]int{`{"@context":"https://w3.example/x"}`: 1, "{\n\"@graph\":[\n{},\n3]}": 4, "[": 1, `"x"`: 1, strings.Repeat("[", 99): 1, "{\n\n]": 3} {
		_, err := ReadJSONLD([]byte(in))
		var e *Error
		if !errors.As(err, &e) || e.Line != line {
			t.Errorf("%q: %v, want line %d", in, err, line)
		}
	}
}

func FuzzReadTurtle(f *testing.F) {
	var b bytes.Buffer
	_ = WriteTurtle(&b, schemes, sample)
	f.Add(b.Bytes())
	f.Add([]byte(`@prefix a: <b> . a:c\d a:e 'f'''g''' , (1) ; a:h [] .`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ReadTurtle(data)
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := WriteTurtle(&out, nil, got); err != nil {
			t.Fatal(err)
		}
		if again, err := ReadTurtle(out.Bytes()); err != nil {
			t.Errorf("what was written cannot be read: %v\n%s", err, out.String())
		} else if len(again) > len(got) {
			t.Errorf("%d concepts became %d", len(got), len(again))
		}
	})
}

func FuzzReadJSONLD(f *testing.F) {
	var b bytes.Buffer
	_ = WriteJSONLD(&b, schemes, sample)
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ReadJSONLD(data)
		if err != nil {
			return
		}
		if err := WriteTurtle(&bytes.Buffer{}, nil, got); err != nil {
			t.Fatal(err)
		}
	})
}
