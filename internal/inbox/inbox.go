// Package inbox takes what other servers send: it verifies, deduplicates and
// stores an activity before it answers. What is plainly news of an entry, which is
// nearly all, is applied in the transaction that stores it, many together; the rest
// is applied afterwards from a job. Both ways make the same checks and end in the
// same rows: see news and Apply.
//
// What is believed is decided here, by the acceptance rules of FEP-fe34; what
// an entry may contain is vocab's and ledger's. Package app routes to Handler
// and runs Apply.
package inbox

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// JobApply is the kind of the jobs that Apply does.
const JobApply = peer.JobApply

// Workers is how many activities a Runner of Jobs should apply at once: more than
// the machine has cores, since some wait for a server, and those that do not are
// committed together.
const Workers = 32

// Ledger is what the inbox does to the directory; *ledger.Ledger has it.
type Ledger interface {
	AcceptRemote(ctx context.Context, tx *store.Tx, e directory.Entry, wire []byte, hash string) (changed bool, err error)
	AcceptRemotes(ctx context.Context, tx *store.Tx, rs []ledger.Remote) (changed []bool, refused []error, err error)
	RemoveRemote(ctx context.Context, tx *store.Tx, uri string) error
	Rejudge(ctx context.Context, tx *store.Tx, uri string) (ledger.Rejudged, error)
	AcceptMove(ctx context.Context, tx *store.Tx, oldURI, target, name string) error
}

// Config is what an Inbox needs.
type Config struct {
	Store      *store.Store
	Actors     *peer.Actors
	Moderation *moderation.Moderation
	Publisher  *outbox.Publisher
	Ledger     Ledger
	// Discussions takes replies to our entries; nil takes none.
	Discussions *discussion.Discussions
	Env         vocab.Env
	Clock       func() time.Time // nil = time.Now
	Logger      *slog.Logger     // nil = slog.Default()
	// Wake is called after a commit that left a job (the Runner's Notify),
	// Deliver after one that left a delivery, Changed after one that changed
	// entries; all may be nil.
	Wake, Deliver, Changed func()
}

// Inbox is the shared inbox and every actor's. Concurrent use is safe.
type Inbox struct {
	cfg    Config
	origin string // ours
	// forms is the form of signature that was last noted of each known peer. A
	// stranger is not kept, so that it is bounded by the table of peers.
	forms sync.Map
	seen  seen
	// altered are the activities that are counted as carrying what another did not sign.
	altered seen
	// large has a place for each body that is longer than most and under way.
	large chan struct{}
	// arrivals are kept together, and effects applied.
	arrivals batch[arrival]
	effects  batch[store.Part]
}

// New returns an Inbox.
func New(cfg Config) *Inbox {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	for _, f := range []*func(){&cfg.Wake, &cfg.Deliver, &cfg.Changed} {
		if *f == nil {
			*f = func() {}
		}
	}
	origin, err := peer.Origin(cfg.Env.Base)
	if err != nil {
		origin = cfg.Env.Base // config refuses such a base URL before
	}
	in := &Inbox{cfg: cfg, origin: origin, large: make(chan struct{}, maxLarge)}
	in.arrivals.run, in.effects.run = in.arrive, parts(cfg.Store)
	return in
}

func (in *Inbox) now() time.Time { return in.cfg.Clock().UTC() }
