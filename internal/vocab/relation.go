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

func (v Env) relations(subject string, list []directory.Relation) *federation.Items {
	if len(list) == 0 {
		return nil
	}
	items := make([]any, len(list))
	for i, r := range list {
		rel := federation.Relationship{Type: "Relationship", Subject: subject, Relationship: iriOf(r.Type), Object: r.Object,
			Name: r.Name, Summary: r.Note, DateEDTF: r.Date, URL: r.Source}
		if r.ID != "" {
			rel.ID = v.Base + "/relations/" + r.ID
		}
		items[i] = rel
	}
	return &federation.Items{Type: "Collection", TotalItems: len(items), Items: items}
}

// maxRelations bounds what one document may state.
const maxRelations = 500

// readRelations keeps the relations that subject states itself.
func readRelations(o federation.Object, subject string) []directory.Relation {
	var out []directory.Relation
	for _, r := range o.Relationships() {
		t := relationOf(r.Relationship)
		if t == "" || r.Object == "" || (r.Subject != "" && r.Subject != subject) || len(out) == maxRelations {
			continue
		}
		rel := directory.Relation{Type: t, Object: r.Object, Name: r.Name, Note: r.Summary, Date: r.DateEDTF, Source: r.URL}
		if _, id, ok := strings.Cut(r.ID, "/relations/"); ok {
			rel.ID = id
		}
		out = append(out, rel)
	}
	return out
}
