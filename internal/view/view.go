// Package view keeps the map and the timeline of this process as fresh as the
// database: it loads the atlas and the chronicle at start and follows the
// change sequence, whichever process wrote it.
//
// What belongs: the two indexes, the small caches that name their numbers, and
// turning a Selection into their filter. What does not: drawing and SQL.
// Packages api and site ask it; app runs it.
package view

import (
	"context"
	"log/slog"
	"time"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Config is what a View needs.
type Config struct {
	Store *store.Store
	// Poll is the time between looks at the change sequence; 0 = 300 ms.
	Poll   time.Duration
	Clock  func() time.Time // nil = time.Now
	Logger *slog.Logger     // nil = slog.Default()
}

// View is the indexes of one process. Its methods may be called concurrently.
type View struct{ cfg Config }

// New returns an empty View; Load fills it.
func New(cfg Config) *View { return &View{cfg: cfg} }

// Load builds the indexes from the whole database.
func (v *View) Load(ctx context.Context) error { return directory.ErrUnavailable }

// Run follows the change sequence until ctx ends.
func (v *View) Run(ctx context.Context) error { <-ctx.Done(); return nil }

// Notify makes Run look at once: this process committed a change. It never blocks.
func (v *View) Notify() {}

// Refresh applies what changed since the last look and reports whether
// anything had; tests and Run call it.
func (v *View) Refresh(ctx context.Context) (bool, error) { return false, directory.ErrUnavailable }

// Atlas is the map index.
func (v *View) Atlas() *atlas.Atlas { return nil }

// Chronicle is the time index.
func (v *View) Chronicle() *chronicle.Chronicle { return nil }

// Revision changes whenever something that the public sees did; with the
// process's start in it, so that it is fit for an ETag.
func (v *View) Revision() string { return "" }

// Filter resolves a selection for the two indexes: query, tags, origin,
// licence and freshness become the set of numbers that match. The selection's
// BBox is not in it.
func (v *View) Filter(ctx context.Context, s directory.Selection) (atlas.Filter, error) {
	return atlas.Filter{}, directory.ErrUnavailable
}

// Label is what lists and drawings need to know of an entry.
type Label struct {
	ID, Name, Origin string
	Kind             directory.Kind
}

// Labels returns the labels of the entries that have these numbers; numbers
// that are not public any more are left out.
func (v *View) Labels(nums []int64) map[int64]Label { return nil }

// Origin is the instance that an atlas.Hit's Origin number stands for, "" for ours.
func (v *View) Origin(n uint16) string { return "" }
