// Package vocab translates between the directory and the wire, both ways: an
// entry to its ActivityPub document, a change to its activity or its readable
// note, and a document of any known software to an entry.
//
// It is pure: no network, no database, no clock. Packages outbox, inbox,
// harvest and resource call it.
package vocab

import (
	"crypto/ed25519"
	"net/url"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Env is what documents need to know of the instance that publishes them.
type Env struct {
	// Base is the instance's URL without a trailing slash, e.g. https://b.ex.
	Base         string
	InstanceName string
	// Approves says that whoever asks to follow the instance is looked at first;
	// nil is no. It is asked each time, since it is a setting.
	Approves func() bool
}

// Keys are the public keys of an actor, and what signs its documents.
type Keys struct {
	RSAPublicPEM     string
	Ed25519Multibase string
	// own signs documents, instance endorses own; nil signs nothing.
	own, instance ed25519.PrivateKey
}

// Signing returns k with the private key of its Ed25519Multibase and that of
// the instance's actor; documents made with it carry a proof, and those of
// actors the instance's endorsement.
func (k Keys) Signing(own, instance ed25519.PrivateKey) Keys {
	k.own, k.instance = own, instance
	return k
}

// Unsigned returns k without its private keys, for documents that are compared
// or hashed and not sent.
func (k Keys) Unsigned() Keys { return k.Signing(nil, nil) }

// String says which keys these are, and never the private ones.
func (k Keys) String() string { return k.Ed25519Multibase }

// GoString is String.
func (k Keys) GoString() string { return k.Ed25519Multibase }

// DocumentForm names what documents of entries look like, for hashes that were
// taken of them: it changes with every change of Document that gives an entry
// that nobody edited another hash.
const DocumentForm = "4"

// InstanceHandle is the preferredUsername of the instance's actor.
const InstanceHandle = "instance"

// WireType is the AS2 type of an entry of kind k: one string, since Mobilizon
// and Gancio read no arrays. Group is what Mobilizon's users can follow.
func WireType(k directory.Kind) string {
	switch k {
	case directory.KindOrganisation:
		return "Organization"
	case directory.KindEvent:
		return "Event"
	case directory.KindText, directory.KindConcept:
		return "Article"
	}
	return "Group"
}

// EntryURI is the ActivityPub id of a local entry.
func (v Env) EntryURI(k directory.Kind, id string) string { return v.Base + "/" + k.Path() + "/" + id }

// PageURL is where people read a local entry: /@handle for actors, else its id.
func (v Env) PageURL(e directory.Public) string {
	if e.Kind.IsActor() && e.Handle != "" {
		return v.Base + "/@" + e.Handle
	}
	return v.uri(e)
}

func (v Env) uri(e directory.Public) string {
	if e.URI != "" {
		return e.URI
	}
	return v.EntryURI(e.Kind, e.ID)
}

// ownerURI is the actor that a local entry is attributed to and acts as: its
// owner, an organisation itself, else the instance.
func (v Env) ownerURI(e directory.Public) string {
	switch {
	case e.OwnerURI != "":
		return e.OwnerURI
	case e.Kind == directory.KindOrganisation:
		return v.uri(e)
	}
	return v.InstanceURI()
}

// ActorURI is the actor that speaks for a local entry: the entry itself when it
// is an actor, else its owner.
func (v Env) ActorURI(e directory.Public) string {
	if e.Kind.IsActor() {
		return v.uri(e)
	}
	return v.ownerURI(e)
}

// InstanceURI is the id of the instance's actor.
func (v Env) InstanceURI() string { return v.Base + "/actor" }

// InstanceURL is the page of the instance's actor.
func (v Env) InstanceURL() string { return v.Base + "/about" }

// NoteURI is the id of a note.
func (v Env) NoteURI(id string) string { return v.Base + "/notes/" + id }

// ActivityURI is the id of an activity.
func (v Env) ActivityURI(id string) string { return v.Base + "/activities/" + id }

// SharedInbox is where peers post for all local actors.
func (v Env) SharedInbox() string { return v.Base + "/inbox" }

// Host is the host of the instance's handles, with its port if it has one.
func (v Env) Host() string {
	_, host, _ := strings.Cut(v.Base, "://")
	return host
}

// IsLocal reports whether uri has the instance's origin.
func (v Env) IsLocal(uri string) bool { return uri == v.Base || strings.HasPrefix(uri, v.Base+"/") }

// KeyID is the id of the actor's RSA key.
func KeyID(actor string) string { return actor + "#main-key" }

// Ed25519KeyID is the id of the actor's Ed25519 key.
func Ed25519KeyID(actor string) string { return actor + "#ed25519-key" }

// Origin is scheme://host[:port] of a URI, in lower case and without a default
// port; "" when it has none.
func Origin(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil {
		return ""
	}
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	} else {
		host = strings.TrimSuffix(host, ":80")
	}
	return u.Scheme + "://" + host
}
