package inbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// document is an object that we believe, and why.
type document struct {
	object federation.Object
	raw    []byte
	origin string
	// fetched says that it comes from its origin and not out of an activity.
	fetched bool
}

// object applies Create and Update of entries, by the rules of federation.md
// §6.4 in their order.
func (in *Inbox) object(ctx context.Context, act federation.Activity) (effect, error) {
	id := act.Object.ID
	origin, err := in.foreign(id)
	if err != nil {
		return effect{}, err
	}
	if !peer.SameOrigin(id, act.Actor) { // not theirs: they share it, and what comes of that is for their rule to say
		return in.announced(ctx, act)
	}
	if id == act.Actor && act.Type == "Update" && act.Object.Embedded() {
		// The signer's own profile: its keys and inbox may have changed.
		if err := in.cfg.Actors.Learn(ctx, act.Object.Raw, id); err != nil {
			return effect{}, err
		}
	}
	scope, err := in.scope(ctx, act.Actor)
	if err != nil {
		return effect{}, err
	}
	if !scope.any() {
		return effect{}, drop("nobody here follows %s", act.Actor)
	}
	doc, err := in.believe(ctx, act, origin)
	if err != nil {
		return effect{}, err
	}
	if known, err := in.wasAnnounced(ctx, origin, id); err != nil {
		return effect{}, err
	} else if known || scope.covers(act.Actor, doc.object.AttributedTo, id) {
		return in.accept(ctx, doc)
	}
	group := scope.among(doc.object.Audience)
	if group == "" {
		return effect{}, drop("nobody here follows who publishes %s", id)
	}
	eff, err := in.accept(ctx, doc)
	return in.remember(ctx, group, id, eff, err)
}

// foreign returns the origin of an object id, with an error when it is ours.
func (in *Inbox) foreign(id string) (string, error) {
	origin, err := peer.Origin(id)
	if err != nil {
		return "", fmt.Errorf("object id: %w", err)
	}
	if origin == in.origin {
		return origin, forged("%s is ours", id)
	}
	return origin, nil
}

// believe returns the embedded object when its own publisher signed it, else
// what its origin answers: an embedded object of another server proves
// nothing, nor does one by which an actor claims what another one publishes.
func (in *Inbox) believe(ctx context.Context, act federation.Activity, origin string) (document, error) {
	old, err := in.cfg.Store.EntryByURI(ctx, act.Object.ID)
	if err != nil && !errors.Is(err, directory.ErrNotFound) && !errors.Is(err, directory.ErrGone) {
		return document{}, err
	}
	theirs := err != nil || old.OwnerURI == act.Actor || act.Object.ID == act.Actor
	if theirs && act.Object.Embedded() && peer.SameOrigin(act.Object.ID, act.Actor) {
		raw := act.Complete()
		o, err := federation.ReadObject(raw)
		if err != nil {
			return document{}, fmt.Errorf("%w: %w", directory.ErrInvalid, err)
		}
		if o.ID == act.Actor || o.AttributedTo == act.Actor {
			return document{object: o, raw: raw, origin: origin}, nil
		}
	}
	return in.fetch(ctx, act.Object.ID, origin)
}

func (in *Inbox) fetch(ctx context.Context, id, origin string) (document, error) {
	v, err := in.cfg.Moderation.CheckOrigin(ctx, origin)
	if err != nil {
		return document{}, err
	}
	if !v.Allowed {
		return document{}, blocked("%s is blocked", origin)
	}
	if err := in.cfg.Moderation.AcquaintOrigin(ctx, in.cfg.Actors, origin); err != nil {
		return document{}, err
	}
	if wait := in.cfg.Moderation.Ask(origin); wait > 0 {
		return document{}, fmt.Errorf("%s was asked for much just now: %w", origin, directory.ErrUnavailable)
	}
	raw, err := in.cfg.Actors.Fetch(ctx, id)
	if err != nil {
		return document{}, fmt.Errorf("fetch object: %w", err)
	}
	if err := in.certain(ctx, raw, origin); err != nil {
		return document{}, err
	}
	o, err := federation.ReadObject(raw)
	if err != nil {
		return document{}, fmt.Errorf("%w: %w", directory.ErrInvalid, err)
	}
	return document{object: o, raw: raw, origin: origin, fetched: true}, nil
}

// accept writes a believed document into the directory. It must be newer than
// what we have, and what was deleted comes back only from its origin.
func (in *Inbox) accept(ctx context.Context, doc document) (effect, error) {
	old, err := in.cfg.Store.EntryByURI(ctx, doc.object.ID)
	buried := errors.Is(err, directory.ErrGone)
	if err != nil && !buried && !errors.Is(err, directory.ErrNotFound) {
		return effect{}, err
	}
	known := err == nil || buried
	if buried && !doc.fetched {
		if doc, err = in.fetch(ctx, doc.object.ID, doc.origin); err != nil {
			return effect{}, err
		}
	}
	hash := proof.Hash(doc.raw)
	if known && !newer(doc, old, hash) {
		return effect{}, errors.Join(errStale, drop("%s is not newer than what we have", doc.object.ID))
	}
	kept, err := in.cfg.Actors.Vouch(ctx, doc.raw, hash)
	if errors.Is(err, peer.ErrAltered) {
		return effect{}, altered{doc.origin, err}
	}
	if err != nil {
		return effect{}, err
	}
	e, err := vocab.Entry(doc.raw, doc.origin)
	if errors.Is(err, directory.ErrForbidden) && known && !buried { // listed once, and no more
		return effect{changes: true, run: func(ctx context.Context, tx *store.Tx) error {
			return in.cfg.Ledger.RemoveRemote(ctx, tx, doc.object.ID)
		}}, nil
	}
	if err != nil {
		return effect{}, fmt.Errorf("read %s: %w", doc.object.ID, err)
	}
	return effect{changes: true, run: func(ctx context.Context, tx *store.Tx) error {
		if _, err := in.cfg.Ledger.AcceptRemote(ctx, tx, e, doc.raw, hash); err != nil || kept == nil {
			return err
		}
		return tx.KeepCurrent(ctx, *kept)
	}}, nil
}

// newer: `updated` must increase; a document from its origin may also differ
// without saying when, save that nothing older than a deletion undoes it.
func newer(doc document, old directory.Entry, hash string) bool {
	updated := stamp(doc.object)
	if old.Status == directory.StatusDeleted {
		return doc.fetched && updated.After(old.DeletedAt.Truncate(time.Second))
	}
	if updated.After(old.Updated) {
		return true
	}
	return doc.fetched && hash != old.Hash && (updated.IsZero() || !updated.Before(old.Updated.Truncate(time.Second)))
}

func stamp(o federation.Object) time.Time {
	if o.Updated.IsZero() {
		return o.Published
	}
	return o.Updated
}

// announced takes what a followed actor shares: as its owner signed it, else
// from its origin.
func (in *Inbox) announced(ctx context.Context, act federation.Activity) (effect, error) {
	ref := shared(act)
	origin, err := in.foreign(ref.ID)
	if origin == in.origin {
		return in.shared(ctx, act, ref.ID)
	}
	if err != nil {
		return effect{}, err
	}
	scope, err := in.scope(ctx, act.Actor)
	if err != nil {
		return effect{}, err
	}
	// An instance that we follow speaks for what is its own, and not through any of its
	// people for what others have: their rule would be nobody's.
	if !slices.Contains(scope.objects, act.Actor) && !(scope.instance && origin == originOf(act.Actor)) {
		return effect{}, drop("nobody here follows %s", act.Actor)
	}
	doc, ok, err := in.embedded(ctx, act, ref, origin)
	if err == nil && !ok {
		doc, err = in.fetch(ctx, ref.ID, origin)
	}
	if err != nil {
		return effect{}, err
	}
	eff, err := in.accept(ctx, doc)
	return in.remember(ctx, act.Actor, ref.ID, eff, err)
}

// shared is what an Announce is about: its object, or what that activity is about.
func shared(act federation.Activity) federation.Ref {
	ref := act.Object
	if inner, err := federation.ParseObject(ref.Raw); err == nil && isActivity(ref.Type) {
		ref = inner.Ref("object")
	}
	return ref
}

func isActivity(typ string) bool {
	switch typ {
	case "Create", "Update", "Announce", "Add", "Invite":
		return true
	}
	return false
}

// remove applies Delete: of the signer itself with everything that hangs on
// it, of an entry that the signer publishes, or of another one of its host
// when the host confirms it.
func (in *Inbox) remove(ctx context.Context, act federation.Activity) (effect, error) {
	id := act.Object.ID
	if _, err := in.foreign(id); err != nil {
		return effect{}, err
	}
	if !peer.SameOrigin(id, act.Actor) {
		return effect{}, forged("deletes an object of another host: %s", id)
	}
	if id == act.Actor {
		return in.removeActor(ctx, id), nil
	}
	if eff, mine, err := in.unreply(ctx, act, id); mine || err != nil {
		return eff, err
	}
	id, err := in.brought(ctx, act.Actor, id)
	if err != nil {
		return effect{}, err
	}
	e, err := in.cfg.Store.EntryByURI(ctx, id)
	if ignored, ierr := in.cfg.Store.IgnoredByURI(ctx, id); err != nil && ierr == nil {
		e, err = ignored.Entry, nil // not kept, and counted as known
	}
	if errors.Is(err, directory.ErrNotFound) {
		if err := in.overtaken(ctx, act, id); err != nil {
			return effect{}, err
		}
		if s, serr := in.scope(ctx, act.Actor); serr != nil || s.any() {
			return effect{}, errors.Join(errUnseen, serr)
		}
	}
	if err != nil { // never to be seen, or a tombstone already
		return effect{}, fmt.Errorf("deleted %s: %w", id, err)
	}
	// One that is older than what we hold was taken back since, or passed on late.
	// WordPress dates it by the object: published then, updated now.
	said := act.Published
	if act.Updated.After(said) {
		said = act.Updated
	}
	old := !said.IsZero() && said.Before(e.Updated.Truncate(time.Second))
	if old || e.OwnerURI != act.Actor {
		if err := in.confirmGone(ctx, id); err != nil {
			return effect{}, err
		}
	}
	return effect{changes: true, run: func(ctx context.Context, tx *store.Tx) error { return in.cfg.Ledger.RemoveRemote(ctx, tx, id) }}, nil
}

// brought returns the id of the event that an Invite of the actor brought, when id
// is that of the Invite, which Hubzilla deletes in the place of the event; else id.
func (in *Inbox) brought(ctx context.Context, actor, id string) (string, error) {
	rec, err := in.cfg.Store.Received(ctx, id)
	if errors.Is(err, directory.ErrNotFound) {
		return id, nil
	}
	if err != nil || rec.Type != "Invite" || rec.Actor != actor {
		return id, err
	}
	env, err := federation.ParseEnvelope(rec.Body)
	if err != nil || !peer.SameOrigin(env.Object.ID, actor) {
		return id, nil
	}
	return env.Object.ID, nil
}

// confirmGone returns nil when the origin says that id is no more.
func (in *Inbox) confirmGone(ctx context.Context, id string) error {
	if err := in.cfg.Moderation.AcquaintOrigin(ctx, in.cfg.Actors, originOf(id)); err != nil {
		return err
	}
	switch d, err := in.cfg.Moderation.Doubt(ctx, originOf(id)); {
	case err != nil:
		return err
	case d.Any(): // nobody signs a 404
		return held{originOf(id)}
	}
	raw, err := in.cfg.Actors.Fetch(ctx, id)
	if errors.Is(err, directory.ErrGone) || errors.Is(err, directory.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("confirm deletion: %w", err)
	}
	if o, err := federation.ReadObject(raw); err == nil && o.Type == "Tombstone" {
		return nil
	}
	return forged("%s is still there", id)
}

func (in *Inbox) removeActor(ctx context.Context, uri string) effect {
	return effect{changes: true, run: func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.DeleteFollowersBy(ctx, uri); err != nil {
			return err
		}
		if _, err := tx.EmptyRepliesBy(ctx, uri, "its author is gone"); err != nil {
			return err
		}
		if err := tx.DeleteReactionsBy(ctx, uri); err != nil {
			return err
		}
		mine, err := tx.FollowingOf(ctx, uri)
		if err != nil {
			return err
		}
		for _, f := range mine {
			if _, err := tx.DeleteFollowing(ctx, f.Actor, f.Object); err != nil {
				return err
			}
		}
		if err := in.removeEntries(ctx, tx, uri); err != nil {
			return err
		}
		return in.bury(ctx, tx, uri)
	}}
}

// removeEntries removes the actor's own entry and all that it publishes, also what
// is ignored here or still to be reviewed.
func (in *Inbox) removeEntries(ctx context.Context, tx *store.Tx, uri string) error {
	if err := tx.DeleteIgnoredOf(ctx, originOf(uri), uri); err != nil {
		return err
	}
	err := in.cfg.Ledger.RemoveRemote(ctx, tx, uri)
	if err != nil && !errors.Is(err, directory.ErrNotFound) && !errors.Is(err, directory.ErrGone) {
		return err
	}
	for {
		es, err := tx.Entries(ctx, store.EntryFilter{OwnerURI: uri, Limit: store.MaxLimit,
			Statuses: []directory.Status{directory.StatusPublished, directory.StatusArchived, directory.StatusProposed}}) // those too that no list shows
		if err != nil || len(es) == 0 {
			return err
		}
		for _, e := range es {
			if err := in.cfg.Ledger.RemoveRemote(ctx, tx, e.URI); err != nil {
				return err
			}
		}
	}
}

// bury remembers that the actor is gone, so that nothing of it is fetched again.
func (in *Inbox) bury(ctx context.Context, tx *store.Tx, uri string) error {
	ra, err := tx.RemoteActor(ctx, uri)
	if errors.Is(err, directory.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	ra.Gone = true
	in.cfg.Actors.Forget(uri)
	return tx.PutRemoteActor(ctx, ra)
}
