package directory

import (
	"encoding/json"
	"time"
)

// Entry is one sheet of the directory, whole, with its private parts. Only
// Public values leave the instance: see Entry.Public.
//
// Its JSON form is what the command line and the API read and write, and what
// the store keeps as a document; zero fields are left out.
type Entry struct {
	// ID is the key on this instance, a UUIDv7; also for remote entries.
	ID string `json:"id,omitempty"`
	// Num is a small dense number for the indexes, given by the store.
	Num int64 `json:"-"`
	// URI is the ActivityPub id. On the origin it ends with the same UUID.
	URI string `json:"uri,omitempty"`
	// Origin is scheme://host[:port] of a remote entry's instance, "" for ours.
	Origin string `json:"origin,omitempty"`
	Kind   Kind   `json:"kind"`
	// Handle is the local part of the acct: URI, ASCII; actors only.
	Handle string `json:"handle,omitempty"`
	// Owner is the ID of the organisation (or other actor) that publishes the
	// entry and whose keys it shares; an organisation's own ID for itself.
	Owner string `json:"owner,omitempty"`
	// OwnerURI is the ActivityPub id of the owner.
	OwnerURI string `json:"ownerUri,omitempty"`
	Status   Status `json:"status,omitempty"`
	// Silenced says that the entry of another instance is to be read at its own
	// address only: it is in no list, map, feed or announce.
	Silenced bool `json:"silenced,omitempty"`
	// Withheld says that its origin or its publisher is blocked: it is kept, on no
	// public surface, until the block is taken back.
	Withheld bool `json:"withheld,omitempty"`
	// AlsoKnownAs are the ids under which the same thing is or was published
	// elsewhere; MovedTo is the id where it is published now, "" = here. Either
	// counts only together with the other one's word for it: see package ledger.
	AlsoKnownAs []string `json:"alsoKnownAs,omitempty"`
	MovedTo     string   `json:"movedTo,omitempty"`
	// ShownAs is the ID of the entry that lists show in place of this one, a
	// merged twin or where it moved; NowhereShown when they show none; "" = itself.
	// It is a decision of this instance and never public.
	ShownAs string `json:"shownAs,omitempty"`
	// Discussion is the entry's own rule for replies, "" = the instance's.
	Discussion Discussion `json:"discussion,omitempty"`

	Name        LangText `json:"name"`
	Summary     LangText `json:"summary,omitempty"`
	Description LangText `json:"description,omitempty"` // plain text, blank line = paragraph

	Themes []string `json:"themes,omitempty"` // slugs of the taxonomy, the first is the dominant one
	Tags   []string `json:"tags,omitempty"`   // free, without '#'

	Place  *Place  `json:"place,omitempty"`
	Period *Period `json:"period,omitempty"`

	Event   *Event   `json:"event,omitempty"`   // kind event only
	Text    *Text    `json:"text,omitempty"`    // kind text only
	Concept *Concept `json:"concept,omitempty"` // kind concept only

	Pillars   *Pillars   `json:"pillars,omitempty"`
	Relations []Relation `json:"relations,omitempty"`
	// Confirmed are relations that others state about this entry and that it states too.
	Confirmed []Confirmation `json:"confirmed,omitempty"`

	Licence      string       `json:"licence,omitempty"` // SPDX id
	Website      string       `json:"website,omitempty"`
	Links        []Link       `json:"links,omitempty"`
	Images       []Image      `json:"images,omitempty"`
	Sources      []Source     `json:"sources,omitempty"`
	Identifiers  *Identifiers `json:"identifiers,omitempty"`
	Contact      *Contact     `json:"contact,omitempty"`      // private, never public
	OpeningHours string       `json:"openingHours,omitempty"` // OSM opening_hours syntax

	// LastConfirmed is when somebody last said that the entry is right; zero = never.
	LastConfirmed time.Time `json:"lastConfirmed,omitzero"`
	Created       time.Time `json:"created,omitzero"`
	Updated       time.Time `json:"updated,omitzero"`
	PublishedAt   time.Time `json:"published,omitzero"` // first publication
	DeletedAt     time.Time `json:"deleted,omitzero"`

	// SourceKey identifies the entry in the file or feed that it was imported
	// from, "" otherwise; (Owner, SourceKey) is unique.
	SourceKey string `json:"sourceKey,omitempty"`
	// Revision counts edits from 1.
	Revision int64 `json:"revision,omitempty"`
	// Seq is the place of the entry's last public change in the instance's
	// change sequence; 0 = never public.
	Seq int64 `json:"-"`
	// Hash is "sha256-" + base64url of the JCS form of the public document.
	Hash string `json:"-"`
	// Extra keeps fields of other formats that we do not know, to give them back to
	// who imported them. It is private: it may hold anything.
	Extra map[string]json.RawMessage `json:"extra,omitempty"`
}

// LangText maps BCP 47 language tags to a text; "und" for an unknown language.
type LangText map[string]string

// In returns the text in the first of langs that it has, else in French, in
// English, else in the first language by alphabet, and the language chosen.
// An empty LangText gives "", "".
func (t LangText) In(langs ...string) (text, lang string) {
	for _, l := range append(append([]string(nil), langs...), "fr", "en") {
		if s := t[l]; s != "" {
			return s, l
		}
	}
	for l, s := range t {
		if s != "" && (lang == "" || l < lang) {
			text, lang = s, l
		}
	}
	return text, lang
}

// Precision says how exactly a place may be shown.
type Precision string

// PrecisionExact is the zero value's meaning.
const (
	PrecisionExact       Precision = "exact"
	PrecisionApproximate Precision = "approximate" // snapped to ApproximateDegrees, no street
	PrecisionHidden      Precision = "hidden"      // locality and country only, no point
)

// Place is where an entry is. Point is nil when unknown.
type Place struct {
	Name       string `json:"name,omitempty"`
	Street     string `json:"street,omitempty"`
	PostalCode string `json:"postalCode,omitempty"`
	Locality   string `json:"locality,omitempty"`
	Region     string `json:"region,omitempty"`
	Country    string `json:"country,omitempty"` // ISO 3166-1 alpha-2, upper case
	Point      *Point `json:"point,omitempty"`
	// Shape is the line or the area beside the point; Validate sets a point in it
	// when there is none. It is public only where the precision is exact.
	Shape     Shape     `json:"shape,omitempty"`
	Precision Precision `json:"precision,omitempty"`
	// Online is a URL for an entry or event that takes place online.
	Online string `json:"online,omitempty"`
	// PointSource says where the point comes from: "given", "shape", "gazetteer:commune"…
	PointSource string `json:"pointSource,omitempty"`
}

// Point is a position in degrees, WGS 84.
type Point struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// Period is when an entry was: founded and ended, held from and to, in force.
// Both are EDTF (ISO 8601-2 levels 0 and 1, and level 0 date-times with an
// offset); an empty End is an instant or an open end, as the kind has it.
type Period struct {
	Start    string `json:"start,omitempty"`
	End      string `json:"end,omitempty"`
	Timezone string `json:"timezone,omitempty"` // IANA name, for date-times
}

// EventStatus is an event's state in iCalendar's words (RFC 5545 §3.8.1.11).
type EventStatus string

// The zero value means EventConfirmed.
const (
	EventConfirmed EventStatus = "CONFIRMED"
	EventTentative EventStatus = "TENTATIVE"
	EventCancelled EventStatus = "CANCELLED"
)

// Event is what only events have. Its time is Entry.Period, its place Entry.Place.
type Event struct {
	Status     EventStatus `json:"status,omitempty"`
	Series     string      `json:"series,omitempty"`  // name of the series of editions
	Edition    string      `json:"edition,omitempty"` // number or word of this edition
	Organisers string      `json:"organisers,omitempty"`
}

// Text is what only texts have: manifestos, laws, charters, licences, reports, books…
type Text struct {
	Form     string `json:"form,omitempty"` // manifesto law charter licence declaration judgment report book article treaty other
	Authors  string `json:"authors,omitempty"`
	Language string `json:"language,omitempty"` // BCP 47
	Country  string `json:"country,omitempty"`
	URL      string `json:"url,omitempty"`
}

// Concept is what only concepts have; SKOS terms where there is one.
type Concept struct {
	AltLabels   []string     `json:"altLabels,omitempty"`
	FirstUse    string       `json:"firstUse,omitempty"` // EDTF, first documented use
	FirstAuthor string       `json:"firstAuthor,omitempty"`
	SourceWork  string       `json:"sourceWork,omitempty"`
	Definitions []Definition `json:"definitions,omitempty"`
	// ExactMatch and CloseMatch are the addresses of the same, and of nearly the same,
	// concept in other vocabularies.
	ExactMatch []string `json:"exactMatch,omitempty"`
	CloseMatch []string `json:"closeMatch,omitempty"`
}

// Definition is one dated definition of a concept by an author.
type Definition struct {
	Text   LangText `json:"text"`
	Author string   `json:"author,omitempty"`
	Date   string   `json:"date,omitempty"` // EDTF
	Source string   `json:"source,omitempty"`
}

// Pillars say why it is a commons. Every part is optional; empty is not "no".
type Pillars struct {
	Resource   LangText `json:"resource,omitempty"`
	Community  LangText `json:"community,omitempty"`
	Governance LangText `json:"governance,omitempty"`
	RulesURL   string   `json:"rulesUrl,omitempty"`
	Protection LangText `json:"protection,omitempty"` // anti-enclosure clause
	LegalForm  string   `json:"legalForm,omitempty"`
	Members    string   `json:"members,omitempty"`
	Ostrom     []Ostrom `json:"ostrom,omitempty"`
}

// Ostrom is the self-assessment of one of the eight principles. It is never a score.
type Ostrom struct {
	Principle int    `json:"principle"` // 1 to 8
	Answer    string `json:"answer"`    // yes partly no not_applicable
	Evidence  string `json:"evidence,omitempty"`
}

// RelationType is the meaning of a typed edge from the entry that states it.
type RelationType string

// The relation types, read "subject TYPE object".
const (
	RelInspires    RelationType = "inspires"
	RelCites       RelationType = "cites"
	RelAmends      RelationType = "amends"
	RelRepeals     RelationType = "repeals"
	RelTranslates  RelationType = "translates"
	RelRespondsTo  RelationType = "responds_to"
	RelImplements  RelationType = "implements"
	RelVersionOf   RelationType = "version_of"
	RelSignedBy    RelationType = "signed_by"
	RelFoundedAt   RelationType = "founded_at"
	RelMemberOf    RelationType = "member_of"
	RelPartnerOf   RelationType = "partner_of"
	RelFundedBy    RelationType = "funded_by"
	RelPartOf      RelationType = "part_of"
	RelBroader     RelationType = "broader"
	RelNarrower    RelationType = "narrower"
	RelRelated     RelationType = "related"
	RelClaims      RelationType = "claims" // an entry claims a concept
	RelOrganisedBy RelationType = "organised_by"
)

// Relation is one typed, dated, sourced edge from the entry that holds it to
// any entry of any instance.
type Relation struct {
	ID     string       `json:"id,omitempty"` // UUIDv7 of the Relationship object
	Type   RelationType `json:"type"`
	Object string       `json:"object"`         // ActivityPub id of the other entry
	Name   string       `json:"name,omitempty"` // its name when it was stated, for display
	Date   string       `json:"date,omitempty"` // EDTF
	Note   string       `json:"note,omitempty"`
	Source string       `json:"source,omitempty"`
}

// Link is a named URL.
type Link struct {
	Name string `json:"name,omitempty"`
	URL  string `json:"url"`
}

// Image is a picture by URL with its alternative text.
type Image struct {
	URL       string   `json:"url"`
	MediaType string   `json:"mediaType,omitempty"`
	Alt       LangText `json:"alt,omitempty"`
	Credit    string   `json:"credit,omitempty"`
}

// Source is where a statement comes from.
type Source struct {
	Name      string    `json:"name,omitempty"`
	URL       string    `json:"url,omitempty"`
	Licence   string    `json:"licence,omitempty"` // SPDX id of the source's data
	Retrieved time.Time `json:"retrieved,omitzero"`
}

// Identifiers are official French register numbers.
type Identifiers struct {
	RNA   string `json:"rna,omitempty"`   // W + 9 characters
	SIREN string `json:"siren,omitempty"` // 9 digits, Luhn
	SIRET string `json:"siret,omitempty"` // 14 digits, Luhn
}

// Contact is private: it stays on this instance and is never published.
type Contact struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}
