package directory

import (
	"fmt"
	"slices"
)

// Confirmation is an entry's own word for a relation that another entry states
// about it: "yes, SUBJECT is so related to me". Both sides then state the same
// edge, each at its own origin (reciprocal claims, FEP-fe34).
type Confirmation struct {
	// Subject is the ActivityPub id of the entry that states the relation.
	Subject string       `json:"subject"`
	Type    RelationType `json:"type"`
}

// MaxConfirmed is how many relations of others an entry may confirm.
const MaxConfirmed = 1000

// Converse is the type by which the other side states the same edge from its own
// side, "" when there is no such type.
func (t RelationType) Converse() RelationType {
	switch t {
	case RelBroader:
		return RelNarrower
	case RelNarrower:
		return RelBroader
	case RelRelated, RelPartnerOf:
		return t
	}
	return ""
}

// Agrees reports whether e, the object of an edge of type t from subject, says so
// too: because both are published by one instance, which answers for both; because
// it confirms the edge; or because it states the converse.
func (e *Public) Agrees(subject *Public, t RelationType) bool {
	if e.Origin == subject.Origin {
		return true
	}
	isSubject := func(uri string) bool { return uri == subject.URI || slices.Contains(subject.AlsoKnownAs, uri) }
	if slices.ContainsFunc(e.Confirmed, func(c Confirmation) bool { return c.Type == t && isSubject(c.Subject) }) {
		return true
	}
	back := t.Converse()
	return back != "" && slices.ContainsFunc(e.Relations, func(r Relation) bool { return r.Type == back && isSubject(r.Object) })
}

// matches checks the addresses of a concept in other vocabularies.
func (v *validator) matches(at string, list *[]string) {
	v.failIf(len(*list) > MaxLinks, at, "too_many", "are more than %d", MaxLinks)
	for i := range *list {
		v.webURL(fmt.Sprintf("%s[%d]", at, i), &(*list)[i])
	}
	*list = slices.DeleteFunc(*list, func(s string) bool { return s == "" })
}

func (v *validator) confirmed(e *Entry) {
	v.failIf(len(e.Confirmed) > MaxConfirmed, "confirmed", "too_many", "are more than %d", MaxConfirmed)
	seen := map[Confirmation]bool{}
	e.Confirmed = slices.DeleteFunc(e.Confirmed, func(c Confirmation) bool {
		twice := seen[c]
		seen[c] = true
		return twice
	})
	for i := range e.Confirmed {
		c, at := &e.Confirmed[i], "confirmed"
		v.failIf(!c.Type.Valid(), at+".type", "unknown_type", "%.40q is not a type of relation", c.Type)
		v.webURL(at+".subject", &c.Subject)
		v.failIf(c.Subject == "" || c.Subject == e.URI, at+".subject", "required", "is the id of another entry")
	}
}
