package inbox

import (
	"context"
	"fmt"
	"sync"

	"codeberg.org/bocage/bocage/internal/store"
)

// maxBatch bounds how many changes one transaction commits.
const maxBatch = 64

// change waits to be committed.
type change struct {
	part store.Part
	done chan error
}

// batch commits changes that come at the same time in one transaction: a commit
// costs more than all that is before it. Who finds nobody at work starts the work for
// all who wait; nobody waits for a clock, nor for those who come later. The zero value is ready.
type batch struct {
	mu      sync.Mutex
	busy    bool
	waiting []change
}

// do runs part in a transaction, alone or with others, and returns its error or
// that of the commit. It ends although ctx does, since others depend on it.
func (b *batch) do(ctx context.Context, st *store.Store, part store.Part) error {
	c := change{part, make(chan error, 1)}
	b.mu.Lock()
	b.waiting = append(b.waiting, c)
	lead := !b.busy
	b.busy = true
	b.mu.Unlock()
	if lead {
		go b.work(context.WithoutCancel(ctx), st)
	}
	return <-c.done
}

// work commits until nobody waits.
func (b *batch) work(ctx context.Context, st *store.Store) {
	for {
		b.mu.Lock()
		now := b.waiting[:min(len(b.waiting), maxBatch)]
		b.waiting = b.waiting[len(now):]
		b.busy = len(now) > 0
		b.mu.Unlock()
		if len(now) == 0 {
			return
		}
		parts := make([]store.Part, len(now))
		for i, c := range now {
			parts[i] = guarded(c.part)
		}
		for i, err := range st.WriteEach(ctx, parts) {
			now[i].done <- err
		}
	}
}

// guarded turns a panic into an error: one bad document must not take along those
// that wait with it.
func guarded(part store.Part) store.Part {
	return func(ctx context.Context, tx *store.Tx) (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		return part(ctx, tx)
	}
}
