package skos

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// prefixes are what is declared at the head of a file.
var prefixes = []struct{ name, iri string }{{"skos", nsSKOS}, {"dcterms", nsDCTerms}, {"rdf", nsRDF}}

// property is one thing that is said, in the order of writing.
type property struct {
	name   string
	values []any // string for an address, literal, Definition
}

type literal struct{ text, lang string }

func texts(t Text) []any {
	var out []any
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		out = append(out, literal{t[lang], lang})
	}
	return out
}

func plain(list ...string) []any {
	var out []any
	for _, s := range list {
		if s != "" {
			out = append(out, literal{s, ""})
		}
	}
	return out
}

// nodes are addresses; what is none is a literal.
func nodes(list ...string) []any {
	var out []any
	for _, s := range list {
		switch {
		case s == "":
		case (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) && !strings.ContainsAny(s, " <>\"{}|\\^`\n\t\r"):
			out = append(out, s)
		default:
			out = append(out, literal{s, ""})
		}
	}
	return out
}

func (c Concept) properties() []property {
	var definitions []any
	for _, d := range c.Definitions {
		definitions = append(definitions, d)
	}
	return []property{
		{"skos:prefLabel", texts(c.Pref)}, {"skos:altLabel", plain(c.Alt...)}, {"skos:scopeNote", texts(c.Scope)}, {"skos:note", texts(c.Note)},
		{"skos:definition", definitions}, {"skos:broader", nodes(c.Broader...)}, {"skos:narrower", nodes(c.Narrower...)},
		{"skos:related", nodes(c.Related...)}, {"skos:exactMatch", nodes(c.ExactMatch...)}, {"skos:closeMatch", nodes(c.CloseMatch...)},
		{"dcterms:created", plain(c.Created)}, {"dcterms:creator", plain(c.Creator)}, {"dcterms:source", nodes(c.Source)},
		{"dcterms:subject", nodes(c.Subjects...)}, {"dcterms:license", nodes(c.License)}, {"skos:inScheme", nodes(c.InScheme...)},
	}
}

func (s Scheme) properties() []property {
	return []property{{"dcterms:title", texts(s.Title)}, {"skos:hasTopConcept", nodes(s.Top...)}}
}

func (d Definition) properties() []property {
	return []property{{"rdf:value", texts(d.Text)}, {"dcterms:creator", plain(d.Creator)}, {"dcterms:date", plain(d.Date)}, {"dcterms:source", nodes(d.Source)}}
}

// WriteTurtle writes schemes and concepts as Turtle 1.1.
func WriteTurtle(w io.Writer, schemes []Scheme, list []Concept) error {
	b := bufio.NewWriter(w)
	for _, p := range prefixes {
		fmt.Fprintf(b, "@prefix %s: <%s> .\n", p.name, p.iri)
	}
	for _, s := range schemes {
		fmt.Fprintf(b, "\n<%s> a skos:ConceptScheme", escapeIRI(s.IRI))
		turtleProperties(b, s.properties(), " ;\n    ")
		b.WriteString(" .\n")
	}
	for _, c := range list {
		fmt.Fprintf(b, "\n<%s> a skos:Concept", escapeIRI(c.IRI))
		turtleProperties(b, c.properties(), " ;\n    ")
		b.WriteString(" .\n")
	}
	return b.Flush()
}

// turtleProperties writes what is said, each after a separator.
func turtleProperties(b *bufio.Writer, list []property, separator string) {
	for _, p := range list {
		for i, v := range p.values {
			if i == 0 {
				b.WriteString(separator + p.name + " ")
			} else {
				b.WriteString(", ")
			}
			switch v := v.(type) {
			case string:
				b.WriteString("<" + escapeIRI(v) + ">")
			case literal:
				b.WriteString(quote(v.text))
				if tag.MatchString(v.lang) {
					b.WriteString("@" + v.lang)
				}
			case Definition:
				b.WriteString("[")
				var inside strings.Builder
				in := bufio.NewWriter(&inside)
				turtleProperties(in, v.properties(), " ; ")
				_ = in.Flush() // a Builder takes everything
				b.WriteString(strings.TrimPrefix(inside.String(), " ;") + " ]")
			}
		}
	}
}

// escapeIRI keeps what an address may not hold out of <>.
func escapeIRI(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r <= ' ' || strings.ContainsRune("<>\"{}|^`\\", r) {
			fmt.Fprintf(&b, "%%%02X", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// tag is what Turtle takes for a language.
var tag = regexp.MustCompile(`^[a-zA-Z]+(-[a-zA-Z0-9]+)*$`)

var quoted = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\b", `\b`, "\f", `\f`)

func quote(s string) string { return `"` + quoted.Replace(strings.ToValidUTF8(s, "�")) + `"` }

// WriteJSONLD writes schemes and concepts as JSON-LD 1.1, its context inside.
func WriteJSONLD(w io.Writer, schemes []Scheme, list []Concept) error {
	context := map[string]any{}
	for _, p := range prefixes {
		context[p.name] = p.iri
	}
	var graph []any
	for _, s := range schemes {
		graph = append(graph, ldObject(s.IRI, "skos:ConceptScheme", s.properties()))
	}
	for _, c := range list {
		graph = append(graph, ldObject(c.IRI, "skos:Concept", c.properties()))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(map[string]any{"@context": context, "@graph": graph})
}

func ldObject(iri, class string, list []property) map[string]any {
	out := map[string]any{}
	if iri != "" {
		out["@id"], out["@type"] = iri, class
	}
	for _, p := range list {
		var values []any
		for _, v := range p.values {
			switch v := v.(type) {
			case string:
				values = append(values, map[string]any{"@id": v})
			case literal:
				o := map[string]any{"@value": v.text}
				if v.lang != "" {
					o["@language"] = v.lang
				}
				values = append(values, o)
			case Definition:
				values = append(values, ldObject("", "", v.properties()))
			}
		}
		if len(values) > 0 {
			out[p.name] = values
		}
	}
	return out
}
