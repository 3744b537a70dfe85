package outbox

import (
	"context"
	"log/slog"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/store"
)

// DelivererConfig is what a Deliverer needs.
type DelivererConfig struct {
	Store   *store.Store
	Keyring *keyring.Keyring
	Client  *federation.Client
	Clock   func() time.Time // nil = time.Now
	// Peers is how many peers are served at once; 0 = 16.
	Peers int
	// Poll is the time between looks at an empty queue; 0 = 1 s.
	Poll   time.Duration
	Logger *slog.Logger // nil = slog.Default()
}

// Deliverer empties the peers' queues. Several may run on one database.
type Deliverer struct{ cfg DelivererConfig }

// NewDeliverer returns a Deliverer; Run starts it.
func NewDeliverer(cfg DelivererConfig) *Deliverer { return &Deliverer{cfg: cfg} }

// Run delivers until ctx ends.
func (d *Deliverer) Run(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// Notify wakes Run: deliveries were just committed. It never blocks.
func (d *Deliverer) Notify() {}

// Step delivers what is due now and returns how many deliveries were
// acknowledged; tests call it instead of Run.
func (d *Deliverer) Step(ctx context.Context) (int, error) { return 0, nil }
