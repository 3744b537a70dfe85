package vocab

import (
	"strings"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

const (
	dcterms = "http://purl.org/dc/terms/"
	skos    = "http://www.w3.org/2004/02/skos/core#"
	schema  = "https://schema.org/"
)

// relationIRI names the relation types that a public vocabulary has; the rest
// are names in our own namespace.
var relationIRI = map[directory.RelationType]string{
	directory.RelCites:       dcterms + "references",
	directory.RelRepeals:     dcterms + "replaces",
	directory.RelVersionOf:   dcterms + "isVersionOf",
	directory.RelPartOf:      dcterms + "isPartOf",
	directory.RelTranslates:  schema + "translationOfWork",
	directory.RelMemberOf:    schema + "memberOf",
	directory.RelFundedBy:    schema + "funder",
	directory.RelOrganisedBy: schema + "organizer",
	directory.RelBroader:     skos + "broader",
	directory.RelNarrower:    skos + "narrower",
	directory.RelRelated:     skos + "related",
}

func iriOf(t directory.RelationType) string {
	if iri, ok := relationIRI[t]; ok {
		return iri
	}
	return federation.NS + string(t)
}

// relationOf is iriOf's inverse; "" for a relation that we do not know.
func relationOf(iri string) directory.RelationType {
	for t, known := range relationIRI {
		if known == iri {
			return t
		}
	}
	name, ok := strings.CutPrefix(iri, federation.NS)
	if !ok {
		return ""
	}
	switch t := directory.RelationType(name); t {
	case directory.RelInspires, directory.RelAmends, directory.RelRespondsTo, directory.RelImplements,
		directory.RelSignedBy, directory.RelFoundedAt, directory.RelPartnerOf, directory.RelClaims:
		return t
	}
	return ""
}

// relations are what the entry states: its own edges, then those of others to it
// that it confirms, which keep the other as their subject.
func (v Env) relations(uri string, e directory.Public) *federation.Items {
	if len(e.Relations)+len(e.Confirmed) == 0 {
		return nil
	}
	items := make([]any, 0, len(e.Relations)+len(e.Confirmed))
	for _, r := range e.Relations {
		rel := federation.Relationship{Type: "Relationship", Subject: uri, Relationship: iriOf(r.Type), Object: r.Object,
			Name: r.Name, Summary: r.Note, DateEDTF: r.Date, URL: r.Source}
		if r.ID != "" {
			rel.ID = v.Base + "/relations/" + r.ID
		}
		items = append(items, rel)
	}
	for _, c := range e.Confirmed {
		items = append(items, federation.Relationship{Type: "Relationship", Subject: c.Subject, Relationship: iriOf(c.Type), Object: uri})
	}
	return &federation.Items{Type: "Collection", TotalItems: len(items), Items: items}
}

// maxRelations bounds what one document may state.
const maxRelations = 500

// readRelations keeps the relations that the document of uri states: those from
// it, and those of others to it, which it confirms. What it says of two others is
// not its to say.
func readRelations(o federation.Object, uri string) (out []directory.Relation, confirmed []directory.Confirmation) {
	for _, r := range o.Relationships() {
		t := relationOf(r.Relationship)
		if t != "" && r.Object == uri && r.Subject != "" && r.Subject != uri && len(confirmed) < directory.MaxConfirmed {
			confirmed = append(confirmed, directory.Confirmation{Subject: r.Subject, Type: t})
		}
		if t == "" || r.Object == "" || (r.Subject != "" && r.Subject != uri) || len(out) == maxRelations {
			continue
		}
		rel := directory.Relation{Type: t, Object: r.Object, Name: r.Name, Note: r.Summary, Date: r.DateEDTF, Source: r.URL}
		if _, id, ok := strings.Cut(r.ID, "/relations/"); ok {
			rel.ID = id
		}
		out = append(out, rel)
	}
	return out, confirmed
}

// RelationIRI names a relation type in a public vocabulary where there is one, else
// in our own namespace.
func RelationIRI(t directory.RelationType) string { return iriOf(t) }

// RelationType is RelationIRI's inverse; "" for what we do not know.
func RelationType(iri string) directory.RelationType { return relationOf(iri) }
