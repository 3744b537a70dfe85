package federation

import (
	"encoding/json"
	"time"
)

// Object is a document: an actor, an Event, an Article or a Note. One struct
// serves all, since our extension terms are the same on each; fields that a
// type does not have stay zero and are not written. Field order is the order
// on the wire.
type Object struct {
	ID   string `json:"id,omitempty"`
	Type string `json:"type"`
	Kind string `json:"kind,omitempty"`

	PreferredUsername string `json:"preferredUsername,omitempty"`
	WebFinger         string `json:"webfinger,omitempty"` // FEP-2c59

	Actor        string `json:"actor,omitempty"`
	AttributedTo string `json:"attributedTo,omitempty"`
	// Audience is the group that it is published in (FEP-1b12), when that is not who it is attributed to.
	Audience []string `json:"audience,omitempty"`

	Name       string            `json:"name,omitempty"`
	NameMap    map[string]string `json:"nameMap,omitempty"`
	Summary    string            `json:"summary,omitempty"` // HTML
	SummaryMap map[string]string `json:"summaryMap,omitempty"`
	Content    string            `json:"content,omitempty"` // HTML
	ContentMap map[string]string `json:"contentMap,omitempty"`
	InLanguage string            `json:"inLanguage,omitempty"`
	// Pitch is the summary as plain text; AS2's summary is HTML for people.
	Pitch map[string]string `json:"pitch,omitempty"`

	URL string `json:"url,omitempty"`

	Inbox          string     `json:"inbox,omitempty"`
	Outbox         string     `json:"outbox,omitempty"`
	Followers      string     `json:"followers,omitempty"`
	Following      string     `json:"following,omitempty"`
	Featured       string     `json:"featured,omitempty"`
	UpcomingEvents string     `json:"upcomingEvents,omitempty"` // FEP-8a8e
	Catalog        string     `json:"catalog,omitempty"`
	Digest         string     `json:"digest,omitempty"`
	Endpoints      *Endpoints `json:"endpoints,omitempty"`

	ManuallyApprovesFollowers *bool `json:"manuallyApprovesFollowers,omitempty"`
	Discoverable              *bool `json:"discoverable,omitempty"`
	Indexable                 *bool `json:"indexable,omitempty"`

	StartTime      string      `json:"startTime,omitempty"` // RFC 3339, with the local offset
	EndTime        string      `json:"endTime,omitempty"`
	DisplayEndTime *bool       `json:"displayEndTime,omitempty"`
	Timezone       string      `json:"timezone,omitempty"`
	Status         string      `json:"status,omitempty"` // iCalendar's words
	JoinMode       string      `json:"joinMode,omitempty"`
	ExternalURL    string      `json:"externalParticipationUrl,omitempty"`
	IsOnline       bool        `json:"isOnline,omitempty"`
	Category       string      `json:"category,omitempty"`
	Organizers     *Items      `json:"organizers,omitempty"`
	Location       *Place      `json:"location,omitempty"`
	Image          *Image      `json:"image,omitempty"`
	Icon           *Image      `json:"icon,omitempty"`
	Attachment     Attachments `json:"attachment"`    // always an array: Mastodon and Gancio insist
	Tag            Tags        `json:"tag,omitempty"` // an array, or absent: Gancio fails over an empty one

	To []string `json:"to,omitempty"`
	CC []string `json:"cc,omitempty"`

	InReplyTo string `json:"inReplyTo,omitempty"`
	Context   string `json:"context,omitempty"` // the thread's collection (FEP-7888)
	Replies   string `json:"replies,omitempty"`
	// Likes and Shares are collections that only count.
	Likes  string `json:"likes,omitempty"`
	Shares string `json:"shares,omitempty"`
	// CommentsEnabled and RepliesModeration are Mobilizon's words about an Event.
	CommentsEnabled   *bool  `json:"commentsEnabled,omitempty"`
	RepliesModeration string `json:"repliesModerationOption,omitempty"`

	// AlsoKnownAs and MovedTo are as Mastodon has them on actors (FEP-7628);
	// ours has them on objects too.
	AlsoKnownAs []string `json:"alsoKnownAs,omitempty"`
	MovedTo     string   `json:"movedTo,omitempty"`

	Published time.Time `json:"published,omitzero"`
	Updated   time.Time `json:"updated,omitzero"`

	Archived      bool            `json:"archived,omitempty"`
	Themes        []string        `json:"themes,omitempty"`
	Keywords      []string        `json:"keywords,omitempty"` // tags as written; Tag holds them as hashtags
	DateEDTF      string          `json:"dateEdtf,omitempty"`
	License       string          `json:"license,omitempty"` // URL
	Website       string          `json:"website,omitempty"`
	OnlineURL     string          `json:"onlineUrl,omitempty"`
	OpeningHours  string          `json:"openingHours,omitempty"`
	LastConfirmed time.Time       `json:"lastConfirmed,omitzero"`
	Edition       json.RawMessage `json:"edition,omitempty"`
	Text          json.RawMessage `json:"text,omitempty"`
	Concept       json.RawMessage `json:"concept,omitempty"`
	Pillars       json.RawMessage `json:"pillars,omitempty"`
	Links         json.RawMessage `json:"links,omitempty"`
	Pictures      json.RawMessage `json:"pictures,omitempty"`
	Sources       json.RawMessage `json:"sources,omitempty"`
	Identifiers   json.RawMessage `json:"identifiers,omitempty"`
	Relations     *Items          `json:"relations,omitempty"`

	PublicKey       *Key  `json:"publicKey,omitempty"` // one object, not a list: Mobilizon
	AssertionMethod []Key `json:"assertionMethod,omitempty"`
	// Endorsement is what the instance's actor says of AssertionMethod: see Endorse.
	Endorsement json.RawMessage `json:"endorsement,omitempty"`
	Generator   *Generator      `json:"generator,omitempty"`
	Implements  []Link          `json:"implements,omitempty"`
	// InteractionPolicy says who may put the actor in a collection (FEP-7aa9).
	InteractionPolicy   *InteractionPolicy `json:"interactionPolicy,omitempty"`
	FeaturedCollections string             `json:"featuredCollections,omitempty"`

	received json.RawMessage // relations as read: see Relationships
}

// Endpoints holds the shared inbox.
type Endpoints struct {
	SharedInbox string `json:"sharedInbox"`
}

// Key is an RSA key (PublicKeyPEM) or a Multikey.
type Key struct {
	ID           string `json:"id"`
	Type         string `json:"type,omitempty"`
	Owner        string `json:"owner,omitempty"`
	Controller   string `json:"controller,omitempty"`
	PublicKeyPEM string `json:"publicKeyPem,omitempty"`
	Multibase    string `json:"publicKeyMultibase,omitempty"`
}

// Generator names the software and what it implements (FEP-844e).
type Generator struct {
	Type       string `json:"type"`
	Name       string `json:"name,omitempty"`
	Implements []Link `json:"implements,omitempty"`
}

// Link is an AS2 Link.
type Link struct {
	Type string `json:"type,omitempty"`
	Href string `json:"href"`
	Name string `json:"name,omitempty"`
}

// Items is an embedded Collection; its items are ids or objects.
type Items struct {
	Type       string `json:"type"`
	TotalItems int    `json:"totalItems"`
	Items      []any  `json:"items"`
}

// Relationship is one typed edge (AS2 Relationship).
type Relationship struct {
	ID           string `json:"id,omitempty"`
	Type         string `json:"type"`
	Subject      string `json:"subject"`
	Relationship string `json:"relationship"`
	Object       string `json:"object"`
	Name         string `json:"name,omitempty"`
	Summary      string `json:"summary,omitempty"`
	DateEDTF     string `json:"dateEdtf,omitempty"`
	URL          string `json:"url,omitempty"` // the source
}

// Place is where something is.
type Place struct {
	Type        string   `json:"type"`
	Name        string   `json:"name,omitempty"`
	Latitude    *Decimal `json:"latitude,omitempty"`
	Longitude   *Decimal `json:"longitude,omitempty"`
	Address     *Address `json:"address,omitempty"`
	Precision   string   `json:"precision,omitempty"`
	PointSource string   `json:"pointSource,omitempty"`
	// Shape is a GeoJSON geometry, a line or an area (RFC 7946).
	Shape json.RawMessage `json:"shape,omitempty"`
	// URL is a VirtualLocation's; we read it and do not write it.
	URL string `json:"-"`
}

// Address is schema.org's PostalAddress. Text is an address in one line, as
// Gancio writes it; we read it and do not write it.
type Address struct {
	Type     string `json:"type"`
	Street   string `json:"streetAddress,omitempty"`
	Postal   string `json:"postalCode,omitempty"`
	Locality string `json:"addressLocality,omitempty"`
	Region   string `json:"addressRegion,omitempty"`
	Country  string `json:"addressCountry,omitempty"`
	Text     string `json:"-"`
}

// Image is a picture by URL; Name is its alternative text.
type Image struct {
	Type      string `json:"type"`
	MediaType string `json:"mediaType,omitempty"`
	URL       string `json:"url"`
	Name      string `json:"name,omitempty"`
}

// Attachment is a PropertyValue (Name, Value), a Document (URL) or a Link
// (Href). MediaType is always written: Gancio reads it unasked.
type Attachment struct {
	Type      string `json:"type"`
	MediaType string `json:"mediaType"`
	Name      string `json:"name"`
	Value     string `json:"value,omitempty"`
	URL       string `json:"url,omitempty"`
	Href      string `json:"href,omitempty"`
	Rel       string `json:"rel,omitempty"`
}

// Tag is a Hashtag with its '#'.
type Tag struct {
	Type string `json:"type"`
	Name string `json:"name"`
	Href string `json:"href,omitempty"`
}
