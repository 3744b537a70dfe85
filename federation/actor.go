package federation

import (
	"encoding/json"
	"fmt"
)

// Actor is what we read of any actor, ours or foreign.
type Actor struct {
	ID                string
	Type              string
	PreferredUsername string
	WebFinger         string // FEP-2c59, name@host
	Name              string
	Inbox             string
	SharedInbox       string // "" when it has none
	Outbox            string
	Followers         string
	Catalog           string // ours only
	Digest            string // ours only
	Upcoming          string // FEP-8a8e upcomingEvents
	URL               string
	// AttributedTo is the actor that owns this one, "" for most.
	AttributedTo     string
	PublicKeys       []PublicKey
	AssertionMethods []Multikey
	// Endorsement is ours only, as received; nil when absent.
	Endorsement  json.RawMessage
	AlsoKnownAs  []string
	MovedTo      string
	Discoverable bool
	Indexable    bool
	// Raw is the document as received.
	Raw json.RawMessage
}

// PublicKey is an RSA key of an actor, as PEM.
type PublicKey struct{ ID, Owner, PEM string }

// Multikey is an Ed25519 key of an actor (FEP-521a).
type Multikey struct{ ID, Controller, Multibase string }

// maxKeys bounds the keys that are read of one actor, as Mastodon does.
const maxKeys = 10

// ParseActor reads an actor document; it needs an id, a type and an inbox. It
// returns ErrTooLarge or ErrMalformed.
func ParseActor(body []byte) (Actor, error) {
	m, err := ParseObject(body)
	if err != nil {
		return Actor{}, err
	}
	a := Actor{
		ID: m.Text("id", "@id"), Type: m.Text("type", "@type"),
		PreferredUsername: m.Text("preferredUsername"), WebFinger: m.Text("webfinger"), Name: m.Text("name"),
		Inbox: m.Ref("inbox").ID, Outbox: m.Ref("outbox").ID, Followers: m.Ref("followers").ID,
		Catalog: m.Ref("catalog").ID, Digest: m.Ref("digest").ID, Upcoming: m.Ref("upcomingEvents").ID,
		URL: readURL(m), AttributedTo: m.Ref("attributedTo").ID, AlsoKnownAs: m.IDs("alsoKnownAs"), MovedTo: m.Ref("movedTo").ID,
		Discoverable: m.Bool("discoverable"), Indexable: m.Bool("indexable"), Endorsement: m["endorsement"], Raw: body,
	}
	if e := m.Object("endpoints"); e != nil {
		a.SharedInbox = e.Text("sharedInbox")
	}
	if a.ID == "" || a.Type == "" || a.Inbox == "" {
		return Actor{}, fmt.Errorf("%w: an actor needs an id, a type and an inbox", ErrMalformed)
	}
	for i, raw := range m.List("publicKey") {
		k, err := parseMembers(raw)
		if err != nil || i >= maxKeys {
			break
		}
		a.PublicKeys = append(a.PublicKeys, PublicKey{ID: k.Text("id", "@id"), Owner: k.Ref("owner").ID, PEM: k.Text("publicKeyPem")})
	}
	for i, raw := range m.List("assertionMethod") {
		k, err := parseMembers(raw)
		if err != nil || i >= maxKeys {
			break
		}
		a.AssertionMethods = append(a.AssertionMethods,
			Multikey{ID: k.Text("id", "@id"), Controller: k.Ref("controller").ID, Multibase: k.Text("publicKeyMultibase")})
	}
	return a, nil
}

// KeyByID returns the PEM of the actor's RSA key with that id, "" when the
// actor does not list it: only the actor's own document says which keys are its own.
func (a Actor) KeyByID(id string) string {
	for _, k := range a.PublicKeys {
		if k.ID == id && (k.Owner == "" || k.Owner == a.ID) {
			return k.PEM
		}
	}
	return ""
}

// Collection is a collection or a page of one; items are as received.
type Collection struct {
	ID, Type    string
	TotalItems  int
	First, Next string
	FirstPage   *Collection // when First is embedded
	PartOf      string
	Items       []json.RawMessage
}

// ParseCollection reads an (Ordered)Collection(Page). It returns ErrTooLarge
// or ErrMalformed.
func ParseCollection(body []byte) (Collection, error) {
	m, err := ParseObject(body)
	if err != nil {
		return Collection{}, err
	}
	return readCollection(m, true)
}

func readCollection(m Members, embedded bool) (Collection, error) {
	c := Collection{ID: m.Text("id", "@id"), Type: m.Text("type", "@type"), Next: m.Ref("next").ID, PartOf: m.Ref("partOf").ID,
		Items: append(m.List("orderedItems"), m.List("items")...)}
	switch c.Type {
	case "Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage":
	default:
		return Collection{}, fmt.Errorf("%w: %q is not a collection", ErrMalformed, c.Type)
	}
	if n, ok := m.Number("totalItems"); ok && n >= 0 && n < 1<<31 {
		c.TotalItems = int(n)
	}
	page := m.Ref("first")
	c.First = page.ID
	if embedded && page.Embedded() {
		if pm, err := parseMembers(page.Raw); err == nil {
			if p, err := readCollection(pm, false); err == nil {
				c.FirstPage = &p
			}
		}
	}
	return c, nil
}
