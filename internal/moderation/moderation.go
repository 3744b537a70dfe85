// Package moderation decides who may speak to this instance: which origins are
// refused and which alone are heard, and it records each decision with its
// reason. It does not verify signatures (package inbox) nor hide entries.
// Packages inbox, harvest, outbox and the command line call it.
package moderation

import (
	"context"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Verdict is the answer to whether an origin may speak.
type Verdict struct {
	Allowed bool
	// Reason is the administrator's, "" when allowed.
	Reason string
}

// Moderation reads the rules through a short cache. Concurrent use is safe.
type Moderation struct {
	st    *store.Store
	clock func() time.Time
}

// New returns a Moderation over st; a nil clock is time.Now.
func New(st *store.Store, clock func() time.Time) *Moderation {
	return &Moderation{st: st, clock: clock}
}

// CheckOrigin says whether the origin (scheme://host[:port]) may speak to us.
func (m *Moderation) CheckOrigin(ctx context.Context, origin string) (Verdict, error) {
	return Verdict{Allowed: true}, nil
}

// CheckActor is CheckOrigin for the origin of an actor's id.
func (m *Moderation) CheckActor(ctx context.Context, uri string) (Verdict, error) {
	return Verdict{Allowed: true}, nil
}

// Block refuses a domain and its subdomains from now on.
func (m *Moderation) Block(ctx context.Context, who directory.Who, domain, reason string) error {
	return directory.ErrUnavailable
}

// Allow exempts a domain from a block above it.
func (m *Moderation) Allow(ctx context.Context, who directory.Who, domain, reason string) error {
	return directory.ErrUnavailable
}

// Unset forgets the rule for a domain.
func (m *Moderation) Unset(ctx context.Context, who directory.Who, domain, reason string) error {
	return directory.ErrUnavailable
}
