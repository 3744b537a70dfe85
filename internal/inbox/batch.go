package inbox

import (
	"context"
	"sync"

	"codeberg.org/bocage/bocage/internal/store"
)

// maxBatch bounds how many activities one transaction keeps.
const maxBatch = 64

// arrival is a verified activity that waits to be kept.
type arrival struct {
	keep func(tx *store.Tx) error
	done chan error
}

// batch keeps activities that come at the same time in one transaction: a commit
// costs more than all that is before it. Who finds nobody at work does it for all
// who wait; nobody waits for a clock. The zero value is ready.
type batch struct {
	mu      sync.Mutex
	busy    bool
	waiting []arrival
}

// do runs keep in a transaction, alone or with others, and returns its error or
// that of the commit.
func (b *batch) do(ctx context.Context, st *store.Store, keep func(tx *store.Tx) error) error {
	a := arrival{keep, make(chan error, 1)}
	b.mu.Lock()
	b.waiting = append(b.waiting, a)
	lead := !b.busy
	b.busy = true
	b.mu.Unlock()
	if lead {
		// Others depend on it: that our own sender hangs up ends nothing.
		b.work(context.WithoutCancel(ctx), st)
	}
	return <-a.done
}

func (b *batch) work(ctx context.Context, st *store.Store) {
	for {
		b.mu.Lock()
		n := min(len(b.waiting), maxBatch)
		if n == 0 {
			b.busy = false
			b.mu.Unlock()
			return
		}
		now := b.waiting[:n:n]
		b.waiting = b.waiting[n:]
		b.mu.Unlock()
		commit(ctx, st, now)
	}
}

// commit keeps all of them, or, when that fails, each by itself: one that the
// database refuses must not hold up its neighbours.
func commit(ctx context.Context, st *store.Store, all []arrival) {
	results := make([]error, len(all))
	err := st.Write(ctx, func(tx *store.Tx) error {
		for i, a := range all {
			results[i] = nil // the transaction may be tried again
			if err := a.keep(tx); err != nil {
				if _, ok := err.(answer); !ok {
					return err
				}
				results[i] = err // a second copy, which changed nothing that matters
			}
		}
		return nil
	})
	if err != nil && len(all) > 1 {
		for i := range all {
			commit(ctx, st, all[i:i+1])
		}
		return
	}
	for i, a := range all {
		if err != nil {
			results[i] = err
		}
		a.done <- results[i]
	}
}
