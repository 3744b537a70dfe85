package federation

import "encoding/json"

// Actor is what we read of any actor, ours or foreign.
type Actor struct {
	ID                string
	Type              string
	PreferredUsername string
	WebFinger         string // FEP-2c59
	Name              string
	Inbox             string
	SharedInbox       string
	Outbox            string
	Followers         string
	Catalog           string // ours only
	Upcoming          string
	URL               string
	PublicKeys        []PublicKey
	AssertionMethods  []Multikey
	AlsoKnownAs       []string
	MovedTo           string
	Discoverable      bool
	Indexable         bool
	Raw               json.RawMessage
}

// PublicKey is an RSA key of an actor, as PEM.
type PublicKey struct{ ID, Owner, PEM string }

// Multikey is an Ed25519 key of an actor (FEP-521a).
type Multikey struct{ ID, Controller, Multibase string }

// ParseActor reads an actor document; it needs an id and an inbox.
func ParseActor(body []byte) (Actor, error) { return Actor{}, ErrMalformed }

// Collection is a collection or a page of one; items are as received.
type Collection struct {
	ID, Type    string
	TotalItems  int
	First, Next string
	FirstPage   *Collection // when First is embedded
	PartOf      string
	Items       []json.RawMessage
}

// ParseCollection reads an (Ordered)Collection(Page).
func ParseCollection(body []byte) (Collection, error) { return Collection{}, ErrMalformed }
