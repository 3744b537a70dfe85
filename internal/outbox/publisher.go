package outbox

import (
	"context"
	"log/slog"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// NoteKind is the change that a readable note tells of.
type NoteKind = vocab.NoteKind

// Config is what a Publisher needs.
type Config struct {
	Store   *store.Store
	Keyring *keyring.Keyring
	Env     vocab.Env
	Clock   func() time.Time // nil = time.Now
	Logger  *slog.Logger     // nil = slog.Default()
}

// Publisher writes activities and deliveries into the caller's transaction.
// Concurrent use is safe.
type Publisher struct{ cfg Config }

// New returns a Publisher.
func New(cfg Config) *Publisher { return &Publisher{cfg: cfg} }

// Change is one change of one local entry.
type Change struct {
	// Before is the entry as it was, nil when it is new.
	Before *directory.Entry
	// After is the entry as it is, already written to the transaction; nil or
	// StatusDeleted when it was deleted.
	After *directory.Entry
	// Bulk changes (imports) send no notes.
	Bulk bool
	// Note forces the kind of note; "" lets Publish find out from Before and After.
	Note NoteKind
}

// Publish inserts the activities that ch causes and a delivery per audience
// member. A change that leaves the public document the same causes nothing.
func (p *Publisher) Publish(ctx context.Context, tx *store.Tx, ch Change) error { return nil }

// Follow asks target for a follow by our instance actor; it records the
// pending Following. Asking again sends the Follow again.
func (p *Publisher) Follow(ctx context.Context, tx *store.Tx, target store.RemoteActor) error {
	return directory.ErrUnavailable
}

// Unfollow takes a follow back and forgets it.
func (p *Publisher) Unfollow(ctx context.Context, tx *store.Tx, f store.Following) error {
	return directory.ErrUnavailable
}

// Accept answers a Follow; follow is the activity as received.
func (p *Publisher) Accept(ctx context.Context, tx *store.Tx, f store.Follower, follow []byte) error {
	return directory.ErrUnavailable
}

// Reject refuses a Follow or removes a follower.
func (p *Publisher) Reject(ctx context.Context, tx *store.Tx, f store.Follower, follow []byte) error {
	return directory.ErrUnavailable
}
