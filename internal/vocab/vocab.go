// Package vocab translates between the directory and the wire, both ways: an
// entry to its ActivityPub document, a change to its activity or its readable
// note, and a document of any known software to an entry.
//
// It is pure: no I/O, no clock. Packages outbox, inbox, harvest and resource call it.
package vocab

import (
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Env is what documents need to know of the instance that publishes them.
type Env struct {
	// Base is the instance's URL without a trailing slash, e.g. https://b.ex.
	Base         string
	InstanceName string
}

// Keys are the public keys of an actor.
type Keys struct {
	RSAPublicPEM     string
	Ed25519Multibase string
}

// Document returns the ActivityPub document of a local public entry; the same
// entry gives the same bytes. Keys are used for actors only.
func (v Env) Document(e directory.Public, k Keys) ([]byte, error) { return nil, directory.ErrInvalid }

// InstanceActor returns the document of the instance's own actor.
func (v Env) InstanceActor(k Keys, created time.Time) ([]byte, error) {
	return nil, directory.ErrInvalid
}

// Act is what all activities have. To and CC default to the public and the
// actor's followers for Create, Update, Delete and Announce when both are nil.
type Act struct {
	ID, Actor string
	To, CC    []string
	At        time.Time
}

// Create embeds the object's document.
func (v Env) Create(a Act, object []byte) ([]byte, error) { return nil, directory.ErrInvalid }

// Update embeds the object's document.
func (v Env) Update(a Act, object []byte) ([]byte, error) { return nil, directory.ErrInvalid }

// Delete carries a Tombstone; a.At is when the object was deleted.
func (v Env) Delete(a Act, objectID, formerType string) ([]byte, error) {
	return nil, directory.ErrInvalid
}

// Announce names the object by id.
func (v Env) Announce(a Act, objectID string) ([]byte, error) { return nil, directory.ErrInvalid }

// Follow asks to follow objectID.
func (v Env) Follow(a Act, objectID string) ([]byte, error) { return nil, directory.ErrInvalid }

// Accept embeds the Follow as it was received.
func (v Env) Accept(a Act, follow []byte) ([]byte, error) { return nil, directory.ErrInvalid }

// Reject embeds the Follow as it was received.
func (v Env) Reject(a Act, follow []byte) ([]byte, error) { return nil, directory.ErrInvalid }

// Undo embeds the activity that it undoes.
func (v Env) Undo(a Act, activity []byte) ([]byte, error) { return nil, directory.ErrInvalid }

// NoteKind is the change that a note tells of; "" is no note.
type NoteKind string

// The changes that are worth a note.
const (
	NoteCreated   NoteKind = "created"
	NoteUpdated   NoteKind = "updated"
	NoteAnnounced NoteKind = "announced" // an event
	NoteCancelled NoteKind = "cancelled"
	NoteMoved     NoteKind = "moved" // an event's date or place changed
	NoteClosed    NoteKind = "closed"
)

// Note returns the readable Note about a change of e; id is its URI.
func (v Env) Note(e directory.Public, change NoteKind, id string, at time.Time) ([]byte, error) {
	return nil, directory.ErrInvalid
}

// Tombstone returns the document of a deleted object.
func (v Env) Tombstone(id, formerType string, deleted time.Time) ([]byte, error) {
	return nil, directory.ErrInvalid
}

// Entry reads a document fetched from, or signed by, the given origin
// (scheme://host[:port]) into an entry without ID, Owner and Status other than
// published or archived. A document whose id has another origin is ErrInvalid.
func Entry(raw []byte, origin string) (directory.Entry, error) {
	return directory.Entry{}, directory.ErrInvalid
}

// WireType is the AS2 type of an entry of kind k.
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

// InstanceURI is the id of the instance's actor.
func (v Env) InstanceURI() string { return v.Base + "/actor" }

// NoteURI is the id of a note.
func (v Env) NoteURI(id string) string { return v.Base + "/notes/" + id }

// ActivityURI is the id of an activity.
func (v Env) ActivityURI(id string) string { return v.Base + "/activities/" + id }

// SharedInbox is where peers post for all local actors.
func (v Env) SharedInbox() string { return v.Base + "/inbox" }

// KeyID is the id of the actor's RSA key.
func KeyID(actor string) string { return actor + "#main-key" }
