package directory

// Kind is what an entry is. The zero value is not a kind.
type Kind string

// The kinds of entries, in the order in which pages list them.
const (
	KindCommons      Kind = "commons"
	KindOrganisation Kind = "organisation"
	KindPlace        Kind = "place"
	KindPractice     Kind = "practice"
	KindEcosystem    Kind = "ecosystem"
	KindEvent        Kind = "event"
	KindText         Kind = "text"
	KindConcept      Kind = "concept"
)

// Kinds lists every kind in page order. Its index is the kind's number in
// indexes (see Kind.Number); append only.
var kinds = [...]Kind{
	KindCommons, KindOrganisation, KindPlace, KindPractice,
	KindEcosystem, KindEvent, KindText, KindConcept,
}

// Kinds returns every kind in page order, in a fresh slice.
func Kinds() []Kind { return append([]Kind(nil), kinds[:]...) }

// Number is the kind's index in Kinds, 0 to 7, or -1 for an unknown kind.
func (k Kind) Number() int {
	for i, kk := range kinds {
		if kk == k {
			return i
		}
	}
	return -1
}

// Valid reports whether k is one of Kinds.
func (k Kind) Valid() bool { return k.Number() >= 0 }

// IsActor reports whether an entry of this kind is an ActivityPub actor, with
// a handle, an inbox and followers. Events, texts and concepts are objects
// attributed to the actor that publishes them.
func (k Kind) IsActor() bool {
	switch k {
	case KindCommons, KindOrganisation, KindPlace, KindPractice, KindEcosystem:
		return true
	}
	return false
}

// Path is the first segment of the ActivityPub id of an entry of this kind:
// "entries" for actors, "events", "texts" or "concepts".
func (k Kind) Path() string {
	switch k {
	case KindEvent:
		return "events"
	case KindText:
		return "texts"
	case KindConcept:
		return "concepts"
	}
	return "entries"
}

// Status is where an entry stands on its way to the public.
type Status string

// Only StatusPublished and StatusArchived are public: a draft or a proposed
// entry is on no public surface. StatusDeleted is a tombstone.
const (
	StatusDraft     Status = "draft"
	StatusProposed  Status = "proposed"
	StatusPublished Status = "published"
	StatusArchived  Status = "archived"
	StatusDeleted   Status = "deleted"
)

// Public reports whether entries of this status may be shown to anyone.
func (s Status) Public() bool { return s == StatusPublished || s == StatusArchived }

// Listed reports whether lists, maps, feeds and the other surfaces that gather
// entries may show e. What is public and not listed is read at its own address.
func (e *Entry) Listed() bool {
	return e.Status.Public() && !e.Silenced && !e.Withheld && e.ShownAs == ""
}

// NowhereShown is the ShownAs of an entry that lists leave out without showing
// another: it moved to where we do not look, or is about to be deleted.
const NowhereShown = "-"
