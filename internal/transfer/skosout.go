package transfer

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/skos"
)

// SKOSInfo says what a file of concepts tells of itself.
type SKOSInfo struct {
	// Base is the instance's URL without a trailing slash, Title names the scheme
	// of its concepts.
	Base, Title string
	// Themes adds the taxonomy of themes as a scheme of its own.
	Themes bool
}

// WriteSKOS writes concepts, and the taxonomy of themes, as Turtle or JSON-LD. What a
// merged twin says is among a concept's own relations. The error wraps
// directory.ErrInvalid for an unknown format.
func WriteSKOS(w io.Writer, f Format, list []directory.Public, info SKOSInfo) error {
	scheme := skos.Scheme{IRI: info.Base + "/concepts", Title: skos.Text{"": info.Title}}
	schemes := []skos.Scheme{scheme}
	var out []skos.Concept
	for _, p := range list {
		c := skosConcept(p, info)
		if len(c.Broader) == 0 {
			schemes[0].Top = append(schemes[0].Top, c.IRI)
		}
		out = append(out, c)
	}
	if info.Themes {
		themes, terms := skosThemes(info)
		schemes, out = append(schemes, themes), append(out, terms...)
	}
	switch f {
	case Turtle:
		return skos.WriteTurtle(w, schemes, out)
	case JSONLD, SKOS:
		return skos.WriteJSONLD(w, schemes, out)
	}
	return fmt.Errorf("export concepts: %w: format %q", directory.ErrInvalid, f)
}

func skosText(t directory.LangText) skos.Text {
	out := skos.Text{}
	for lang, s := range t {
		if lang == "und" {
			lang = ""
		}
		out[lang] = s
	}
	return out
}

func skosConcept(p directory.Public, info SKOSInfo) skos.Concept {
	c := skos.Concept{IRI: p.URI, Pref: skosText(p.Name), Scope: skosText(p.Summary), Note: skosText(p.Description), License: p.Licence,
		InScheme: []string{info.Base + "/concepts"}}
	if l, ok := directory.LicenceByID(p.Licence); ok && l.URL != "" {
		c.License = l.URL
	}
	if k := p.Concept; k != nil {
		c.Alt, c.Created, c.Creator, c.Source, c.ExactMatch, c.CloseMatch = k.AltLabels, k.FirstUse, k.FirstAuthor, k.SourceWork, k.ExactMatch, k.CloseMatch
		for _, d := range k.Definitions {
			c.Definitions = append(c.Definitions, skos.Definition{Text: skosText(d.Text), Creator: d.Author, Date: d.Date, Source: d.Source})
		}
	}
	lists := map[directory.RelationType]*[]string{directory.RelBroader: &c.Broader, directory.RelNarrower: &c.Narrower, directory.RelRelated: &c.Related}
	for _, r := range p.Relations {
		if to := lists[r.Type]; to != nil && !slices.Contains(*to, r.Object) {
			*to = append(*to, r.Object)
		}
	}
	for _, t := range p.Themes {
		c.Subjects = append(c.Subjects, info.Base+"/themes#"+t)
	}
	c.Subjects = append(c.Subjects, p.Tags...)
	return c
}

// skosThemes is the taxonomy of themes: roots and their children.
func skosThemes(info SKOSInfo) (skos.Scheme, []skos.Concept) {
	iri := func(slug string) string { return info.Base + "/themes#" + slug }
	scheme := skos.Scheme{IRI: info.Base + "/themes", Title: skos.Text{"fr": "Thèmes des communs", "en": "Themes of the commons"}}
	var out []skos.Concept
	for _, t := range directory.Themes() {
		c := skos.Concept{IRI: iri(t.Slug), Pref: skosText(t.Name), Alt: []string{t.Slug}, InScheme: []string{scheme.IRI}}
		if root := directory.ThemeRoot(t.Slug); root != t.Slug {
			c.Broader = []string{iri(root)}
		} else {
			scheme.Top = append(scheme.Top, c.IRI)
		}
		out = append(out, c)
	}
	return scheme, out
}

// isTheme reports whether a concept of a file is a theme of a directory such as
// ours, which is no entry.
func isTheme(c skos.Concept) bool {
	return slices.ContainsFunc(c.InScheme, func(s string) bool { return strings.HasSuffix(s, "/themes") }) && directory.ThemeNumber(nameOfIRI(c.IRI)) >= 0
}
