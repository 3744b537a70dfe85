package vocab

import (
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

// Act is what all activities have. When To and CC are both nil, Create,
// Update, Delete and Announce go to the public and the actor's followers, the
// others to whom they concern.
type Act struct {
	ID, Actor string
	To, CC    []string
	At        time.Time
}

func (v Env) activity(kind string, a Act, object any, to []string) ([]byte, error) {
	if a.ID == "" || a.Actor == "" {
		return nil, fmt.Errorf("%s: %w: an activity needs an id and an actor", kind, directory.ErrInvalid)
	}
	act := federation.Act{ID: a.ID, Type: kind, Actor: a.Actor, Object: object, To: a.To, CC: a.CC}
	if !a.At.IsZero() {
		act.Published = wireTime(a.At).Format(time.RFC3339Nano)
	}
	if a.To == nil && a.CC == nil {
		act.To = to
		if to == nil {
			act.To, act.CC = []string{federation.Public}, []string{a.Actor + "/followers"}
		}
	}
	return federation.Encode(act)
}

// Create embeds the object's document.
func (v Env) Create(a Act, object []byte) ([]byte, error) {
	return v.activity("Create", a, federation.Embed(object), nil)
}

// Update embeds the object's document.
func (v Env) Update(a Act, object []byte) ([]byte, error) {
	return v.activity("Update", a, federation.Embed(object), nil)
}

// Delete carries a Tombstone with the type that the object had, which Gancio
// needs; a.At is when it was deleted. An actor deletes itself by its bare id, as
// Mastodon does: Friendica looks for a post in any Tombstone.
func (v Env) Delete(a Act, objectID, formerType string) ([]byte, error) {
	if objectID == a.Actor {
		return v.activity("Delete", a, objectID, nil)
	}
	return v.activity("Delete", a, tombstone(objectID, formerType, a.At), nil)
}

// Tombstone returns the document of a deleted object.
func (v Env) Tombstone(id, formerType string, deleted time.Time) ([]byte, error) {
	return federation.Encode(tombstone(id, formerType, deleted))
}

func tombstone(id, formerType string, deleted time.Time) federation.Tombstone {
	t := federation.Tombstone{ID: id, Type: "Tombstone", FormerType: formerType}
	if !deleted.IsZero() {
		t.Deleted = wireTime(deleted).Format(time.RFC3339Nano)
	}
	return t
}

// Announce names the object by id.
func (v Env) Announce(a Act, objectID string) ([]byte, error) {
	return v.activity("Announce", a, objectID, nil)
}

// AnnounceCreate embeds a whole Create: it is for the instance's outbox, of
// which Mobilizon and Gancio read the first page and no more.
func (v Env) AnnounceCreate(a Act, create []byte) ([]byte, error) {
	return v.activity("Announce", a, federation.Embed(create), nil)
}

// Follow asks to follow objectID.
func (v Env) Follow(a Act, objectID string) ([]byte, error) {
	return v.activity("Follow", a, objectID, []string{objectID})
}

// Accept embeds the Follow as it was received: its id may be a random string
// that the follower knows and nobody can fetch.
func (v Env) Accept(a Act, follow []byte) ([]byte, error) { return v.answer("Accept", a, follow) }

// Reject embeds the Follow as it was received.
func (v Env) Reject(a Act, follow []byte) ([]byte, error) { return v.answer("Reject", a, follow) }

// Ignore embeds the Join as it was received: whether somebody takes part is
// not ours to say (FEP-8a8e, joinMode).
func (v Env) Ignore(a Act, join []byte) ([]byte, error) { return v.answer("Ignore", a, join) }

func (v Env) answer(kind string, a Act, follow []byte) ([]byte, error) {
	env, err := federation.ParseEnvelope(follow)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", kind, directory.ErrInvalid, err)
	}
	return v.activity(kind, a, federation.Embed(follow), []string{env.Actor})
}

// Undo embeds the activity that it undoes, one of ours.
func (v Env) Undo(a Act, activity []byte) ([]byte, error) {
	env, err := federation.ParseEnvelope(activity)
	if err != nil {
		return nil, fmt.Errorf("Undo: %w: %w", directory.ErrInvalid, err)
	}
	to := []string{env.Object.ID}
	if env.Type == "Announce" {
		to = nil
	}
	return v.activity("Undo", a, federation.Embed(activity), to)
}

// InstanceActor returns the document of the instance's own actor.
func (v Env) InstanceActor(k Keys, created time.Time) ([]byte, error) {
	o := federation.Object{
		ID: v.InstanceURI(), Type: "Application", PreferredUsername: InstanceHandle, WebFinger: InstanceHandle + "@" + v.Host(),
		Name: v.InstanceName, URL: v.InstanceURL(), Published: wireTime(created),
		Catalog: v.InstanceURI() + "/catalog", Digest: v.InstanceURI() + "/digest",
		Implements: implements(),
	}
	if o.Name == "" {
		o.Name = v.Host()
	}
	o.Generator = &federation.Generator{Type: "Application", Name: "Bocage", Implements: implements()}
	v.endpoints(&o)
	if v.Approves != nil {
		approves := v.Approves()
		o.ManuallyApprovesFollowers = &approves
	}
	withKeys(&o, k)
	return v.sealed(o, k)
}
