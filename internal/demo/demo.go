package demo

import (
	"context"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store"
)

// Progress hears how many of the entries are done; it may be nil.
type Progress func(done, total int)

// Counts says what Load did.
type Counts struct {
	// Organisation is the ID of the publishing organisation.
	Organisation                                 string
	Events, Texts, Relations, Concepts, Places   int
	Created, Updated, Unchanged, Rejected, Total int
}

// Load publishes the demonstration directory. A second call changes nothing.
func Load(ctx context.Context, led *ledger.Ledger, st *store.Store, progress Progress) (Counts, error) {
	return Counts{}, directory.ErrUnavailable
}
