package inbox

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"codeberg.org/bocage/bocage/internal/store"
)

// maxBatch bounds how many changes one transaction commits.
const maxBatch = 256

// batch commits changes that come at the same time in one transaction: a commit
// costs more than all that is before it. Who finds nobody at work starts the work for
// all who wait; nobody waits for a clock, nor for those who come later. The zero value is ready
// once run is set.
type batch[T any] struct {
	// run commits changes and returns the result of each. It does not panic.
	run func(ctx context.Context, changes []T) []error

	mu      sync.Mutex
	busy    bool
	waiting []change[T]
}

// change waits to be committed.
type change[T any] struct {
	what T
	done chan error
}

// do commits what, alone or with others, and returns its error or that of the commit.
// It ends although ctx does, since others depend on it.
func (b *batch[T]) do(ctx context.Context, what T) error {
	c := change[T]{what, make(chan error, 1)}
	b.mu.Lock()
	b.waiting = append(b.waiting, c)
	lead := !b.busy
	b.busy = true
	b.mu.Unlock()
	if lead {
		go b.work(context.WithoutCancel(ctx))
	}
	return <-c.done
}

// work commits until nobody waits.
func (b *batch[T]) work(ctx context.Context) {
	for {
		runtime.Gosched() // those who are about to wait come along
		b.mu.Lock()
		now := b.waiting[:min(len(b.waiting), maxBatch)]
		b.waiting = b.waiting[len(now):]
		b.busy = len(now) > 0
		b.mu.Unlock()
		if len(now) == 0 {
			return
		}
		changes := make([]T, len(now))
		for i, c := range now {
			changes[i] = c.what
		}
		for i, err := range b.run(ctx, changes) {
			now[i].done <- err
		}
	}
}

// parts is how a batch runs changes that have nothing in common but the commit.
func parts(st *store.Store) func(context.Context, []store.Part) []error {
	return func(ctx context.Context, changes []store.Part) []error {
		for i, part := range changes {
			changes[i] = guarded(part)
		}
		return st.WriteEach(ctx, changes)
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
