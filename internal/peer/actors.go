package peer

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/singleflight"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

const (
	// actorMaxAge is how long a cached actor is believed without asking again.
	actorMaxAge = 24 * time.Hour
	// negativeAge is how long a refused fetch is not tried again, silentAge one that
	// had no answer: a server that restarts must not be refused for minutes.
	negativeAge = 5 * time.Minute
	silentAge   = 20 * time.Second
	// refetchEvery bounds the refetches that bad signatures can cause.
	refetchEvery = time.Minute
	// cachedActors and cachedKeys bound the memory.
	cachedActors = 4096
	cachedKeys   = 4096
)

// ActorsConfig is what Actors needs.
type ActorsConfig struct {
	Store  *store.Store
	Client *federation.Client
	// Sign returns the instance actor's signer; every GET is signed with it.
	Sign  func(ctx context.Context) (federation.Signer, error)
	Clock func() time.Time // nil = time.Now
	// KeyChanged is told, in the transaction that keeps it, that an actor lists
	// another key than before; nil tells nobody.
	KeyChanged func(ctx context.Context, tx *store.Tx, c KeyChange) error
	// Ask counts a document that an origin is asked for because a request names it,
	// which proves nothing yet, and says how long to wait when it is one too many; nil
	// counts nothing.
	Ask func(origin string) time.Duration
}

// Actors is the cache of remote actors and their keys. Concurrent use is safe.
//
// Its errors wrap directory.ErrUnavailable when the origin did not answer,
// ErrGone when it says that there is nothing any more, ErrNotFound on its 404,
// ErrForbidden when the request was refused (by us or by the origin), and
// ErrInvalid for an answer that is not what was asked for.
type Actors struct {
	cfg    ActorsConfig
	flight singleflight.Group
	actors *lru[store.RemoteActor]
	keys   *lru[Key]
	failed *lru[failure]
}

type failure struct {
	err   error
	until time.Time
}

// NewActors returns the cache.
func NewActors(cfg ActorsConfig) *Actors {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	return &Actors{
		cfg: cfg, actors: newLRU[store.RemoteActor](cachedActors),
		keys: newLRU[Key](cachedKeys), failed: newLRU[failure](cachedActors),
	}
}

// Key is a public key that the actor's own document lists.
type Key struct {
	ID    string
	Actor string // the owner's id
	Pub   crypto.PublicKey

	prepared crypto.PublicKey // Pub, made ready for many signatures
	seen     time.Time        // when it was put into memory
}

// Known returns the actor uri from memory or the store, without asking its
// origin; ErrNotFound when it is in neither.
func (a *Actors) Known(ctx context.Context, uri string) (store.RemoteActor, error) {
	if ra, ok := a.actors.get(uri); ok {
		return ra, nil
	}
	ra, err := a.cfg.Store.RemoteActor(ctx, uri)
	if err != nil {
		return ra, err
	}
	if len(ra.Doc) == 0 && !ra.Gone {
		return ra, fmt.Errorf("actor %s has no document: %w", uri, directory.ErrNotFound)
	}
	a.actors.put(uri, ra)
	return ra, nil
}

// Actor returns the actor uri from memory, the store or its origin. One that
// is older than a day is asked for again, and believed if nobody answers.
func (a *Actors) Actor(ctx context.Context, uri string) (store.RemoteActor, error) {
	known, err := a.Known(ctx, uri)
	switch {
	case err != nil && !errors.Is(err, directory.ErrNotFound):
		return known, err
	case err == nil && known.Gone:
		return known, fmt.Errorf("actor %s: %w", uri, directory.ErrGone)
	case err == nil && a.cfg.Clock().Sub(known.FetchedAt) < actorMaxAge:
		return known, nil
	}
	fresh, ferr := a.refresh(ctx, uri, known.FetchedAt)
	if ferr != nil && err == nil && errors.Is(ferr, directory.ErrUnavailable) {
		return known, nil
	}
	return fresh, ferr
}

// Refresh is Actor from its origin only, save that a failure is remembered for
// a while. Concurrent calls for one actor make one request.
func (a *Actors) Refresh(ctx context.Context, uri string) (store.RemoteActor, error) {
	return a.refresh(ctx, uri, a.cfg.Clock())
}

// refresh fetches the actor, unless a request that ended after the caller
// looked has brought a version fetched later than seen.
func (a *Actors) refresh(ctx context.Context, uri string, seen time.Time) (store.RemoteActor, error) {
	v, err, _ := a.flight.Do(uri, func() (any, error) {
		if f, ok := a.failed.get(uri); ok && a.cfg.Clock().Before(f.until) {
			return store.RemoteActor{}, f.err
		}
		if now, ok := a.actors.get(uri); ok && now.FetchedAt.After(seen) {
			return now, nil
		}
		ctx := context.WithoutCancel(ctx)
		ra, err := a.fetchActor(ctx, uri)
		if err != nil {
			a.fail(uri, err)
			return ra, err
		}
		return ra, a.save(ctx, ra, false) // a fault of our database is not the origin's
	})
	if err != nil {
		return store.RemoteActor{}, err
	}
	return v.(store.RemoteActor), nil
}

// fail remembers that a name could not be had.
func (a *Actors) fail(name string, err error) {
	age := negativeAge
	if errors.Is(err, directory.ErrUnavailable) {
		age = silentAge
	}
	a.failed.put(name, failure{err, a.cfg.Clock().Add(age)})
}

func (a *Actors) fetchActor(ctx context.Context, uri string) (store.RemoteActor, error) {
	body, err := a.Fetch(ctx, uri)
	if err != nil {
		return store.RemoteActor{}, fmt.Errorf("fetch actor: %w", err)
	}
	ra, err := a.read(body, uri)
	if err != nil {
		return ra, err
	}
	return a.named(ctx, ra), nil
}

// Learn stores an actor document that its own key signed (an Update) and
// refreshes the caches.
func (a *Actors) Learn(ctx context.Context, body []byte, uri string) error {
	ra, err := a.read(body, uri)
	if err != nil {
		return err
	}
	if old, err := a.Known(ctx, uri); err == nil && claimed(ra) == old.Handle && old.Handle != "" {
		ra.Handle = old.Handle // it was confirmed when the document was fetched
	}
	return a.save(ctx, ra, true)
}

// save keeps a version of an actor; signed says that the key known before signed
// it.
func (a *Actors) save(ctx context.Context, ra store.RemoteActor, signed bool) error {
	err := a.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if err := a.keyChange(ctx, tx, ra, signed); err != nil {
			return err
		}
		return tx.PutRemoteActor(ctx, ra)
	})
	if err != nil {
		return fmt.Errorf("keep actor %s: %w", ra.URI, err)
	}
	a.Forget(ra.URI)
	a.actors.put(ra.URI, ra)
	return nil
}

// Forget drops what memory holds of the actor, after a change in the store.
func (a *Actors) Forget(uri string) {
	if old, ok := a.actors.get(uri); ok {
		for _, id := range keyIDs(old) {
			a.keys.drop(id)
		}
	}
	a.actors.drop(uri)
	a.failed.drop(uri)
}

// read turns an actor document into a row. Its inbox and shared inbox must be
// of its own origin: a document must not aim our deliveries at a third server.
func (a *Actors) read(body []byte, uri string) (store.RemoteActor, error) {
	act, err := federation.ParseActor(body)
	if err != nil {
		return store.RemoteActor{}, fmt.Errorf("actor %s: %w: %w", clip(uri), directory.ErrInvalid, err)
	}
	if act.ID != uri {
		return store.RemoteActor{}, fmt.Errorf("actor %s calls itself %s: %w", clip(uri), clip(act.ID), directory.ErrInvalid)
	}
	if !SameOrigin(act.ID, act.Inbox) {
		return store.RemoteActor{}, fmt.Errorf("inbox of %s is on another host: %w", clip(uri), directory.ErrInvalid)
	}
	if act.SharedInbox != "" && !SameOrigin(act.ID, act.SharedInbox) {
		act.SharedInbox = ""
	}
	ra := store.RemoteActor{
		URI: act.ID, Type: act.Type, Name: act.Name, Handle: handle(act), Doc: body,
		Inbox: act.Inbox, SharedInbox: act.SharedInbox, Outbox: act.Outbox, Followers: act.Followers,
		FetchedAt: a.cfg.Clock().UTC(),
	}
	if SameOrigin(act.ID, act.Catalog) {
		ra.Catalog = act.Catalog
	}
	for _, k := range act.PublicKeys {
		if ownsKey(act, k.ID, k.Owner) {
			ra.KeyID, ra.PublicKeyPEM = k.ID, k.PEM
			break
		}
	}
	for _, m := range act.AssertionMethods {
		if ownsKey(act, m.ID, m.Controller) {
			ra.Ed25519 = m.Multibase
			break
		}
	}
	return ra, nil
}

// ownsKey: a key is an actor's when the actor's own document lists it, says
// that it owns it, and serves it from its origin (federation.md, key ownership).
func ownsKey(act federation.Actor, id, owner string) bool {
	return (owner == act.ID || owner == "") && SameOrigin(id, act.ID)
}
