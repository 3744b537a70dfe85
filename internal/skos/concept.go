package skos

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Text maps BCP 47 tags, "" for none, to a text.
type Text map[string]string

// Concept is one skos:Concept.
type Concept struct {
	IRI  string
	Line int // where the file begins to speak of it, 0 when not known
	// Pref, Scope and Note are skos:prefLabel, skos:scopeNote and skos:note.
	Pref, Scope, Note Text
	Alt               []string
	Definitions       []Definition
	Broader, Narrower, Related,
	ExactMatch, CloseMatch []string
	// Created, Creator, Source and License are Dublin Core's; see the package's doc.
	Created, Creator, Source, License string
	// Subjects are dcterms:subject: addresses of themes, and words.
	Subjects []string
	InScheme []string
}

// Definition is one skos:definition with who gave it, when and where.
type Definition struct {
	Text                  Text
	Creator, Date, Source string
}

// Scheme is one skos:ConceptScheme.
type Scheme struct {
	IRI   string
	Title Text
	Top   []string
}

// Error is what is wrong in a file at a line, 0 when not known.
type Error struct {
	Line    int
	Message string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Message)
}

// The limits of what is read.
const (
	MaxBytes   = 32 << 20
	maxTriples = 600_000
	maxDepth   = 32
	maxLiteral = 64 << 10
)

const (
	nsRDF     = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	nsSKOS    = "http://www.w3.org/2004/02/skos/core#"
	nsDCTerms = "http://purl.org/dc/terms/"
	nsDC      = "http://purl.org/dc/elements/1.1/"
)

// term is a node or a literal of a triple; blank nodes are nodes that begin with "_:".
type term struct {
	value   string
	literal bool
	lang    string
}

type triple struct {
	subject, predicate string
	object             term
	line               int
}

// concepts gathers what triples say of each skos:Concept, in the order of the file.
// A node with a prefLabel that is no scheme or collection counts as a concept.
func concepts(triples []triple) []Concept {
	about := map[string][]triple{}
	var order []string
	is := map[string]string{}
	for _, t := range triples {
		if len(about[t.subject]) == 0 {
			order = append(order, t.subject)
		}
		about[t.subject] = append(about[t.subject], t)
		if t.predicate == nsRDF+"type" {
			if class, ok := strings.CutPrefix(t.object.value, nsSKOS); ok && is[t.subject] != "Concept" {
				is[t.subject] = class
			}
		}
		if t.predicate == nsSKOS+"prefLabel" && is[t.subject] == "" {
			is[t.subject] = "labelled"
		}
	}
	var out []Concept
	for _, s := range order {
		if is[s] != "Concept" && is[s] != "labelled" {
			continue
		}
		c := Concept{IRI: s, Line: about[s][0].line, Pref: Text{}, Scope: Text{}, Note: Text{}}
		var plain []Definition
		for _, t := range about[s] {
			plain = c.take(t, about, plain)
		}
		c.Definitions = append(c.Definitions, joined(plain)...)
		slices.SortStableFunc(c.Definitions, func(a, b Definition) int { return cmp.Compare(a.Date, b.Date) })
		out = append(out, c)
	}
	return out
}

// take adds what one triple says; plain are the definitions that are literals.
func (c *Concept) take(t triple, about map[string][]triple, plain []Definition) []Definition {
	p := t.predicate
	if strings.HasPrefix(p, nsDC) && !strings.HasPrefix(p, nsDCTerms) {
		p = nsDCTerms + strings.TrimPrefix(p, nsDC)
	}
	texts := map[string]Text{nsSKOS + "prefLabel": c.Pref, nsSKOS + "scopeNote": c.Scope, nsSKOS + "note": c.Note}
	lists := map[string]*[]string{nsSKOS + "altLabel": &c.Alt, nsSKOS + "broader": &c.Broader, nsSKOS + "narrower": &c.Narrower,
		nsSKOS + "related": &c.Related, nsSKOS + "exactMatch": &c.ExactMatch, nsSKOS + "closeMatch": &c.CloseMatch,
		nsDCTerms + "subject": &c.Subjects, nsSKOS + "inScheme": &c.InScheme}
	ones := map[string]*string{nsDCTerms + "created": &c.Created, nsDCTerms + "creator": &c.Creator, nsDCTerms + "source": &c.Source,
		nsDCTerms + "license": &c.License}
	switch {
	case texts[p] != nil:
		if t.object.literal && texts[p][t.object.lang] == "" {
			texts[p][t.object.lang] = t.object.value
		}
	case lists[p] != nil:
		if !slices.Contains(*lists[p], t.object.value) {
			*lists[p] = append(*lists[p], t.object.value)
		}
	case ones[p] != nil:
		if *ones[p] == "" {
			*ones[p] = t.object.value
		}
	case p == nsSKOS+"definition" && t.object.literal:
		plain = append(plain, Definition{Text: Text{t.object.lang: t.object.value}})
	case p == nsSKOS+"definition":
		if d, ok := definition(about[t.object.value]); ok {
			c.Definitions = append(c.Definitions, d)
		}
	}
	return plain
}

// definition reads a definition that is a node of its own.
func definition(list []triple) (Definition, bool) {
	d := Definition{Text: Text{}}
	for _, t := range list {
		switch t.predicate {
		case nsRDF + "value":
			d.Text[t.object.lang] = t.object.value
		case nsDCTerms + "creator", nsDC + "creator":
			d.Creator = t.object.value
		case nsDCTerms + "date", nsDCTerms + "created", nsDC + "date":
			d.Date = t.object.value
		case nsDCTerms + "source", nsDC + "source":
			d.Source = t.object.value
		}
	}
	return d, len(d.Text) > 0
}

// joined makes one definition of literals in several languages: SKOS has one
// literal a language, and a second one of a language is another definition.
func joined(plain []Definition) []Definition {
	var out []Definition
next:
	for _, d := range plain {
		for lang, text := range d.Text {
			for i := range out {
				if _, taken := out[i].Text[lang]; !taken {
					out[i].Text[lang] = text
					continue next
				}
			}
		}
		out = append(out, d)
	}
	return out
}
