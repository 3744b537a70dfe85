package inbox

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestBatch: every change is answered, also those beside one that panics, and a
// sender that hangs up ends nothing.
func TestBatch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := batch[store.Part]{run: parts(s)}
		var wg sync.WaitGroup
		var done, failed atomic.Int64
		const n = 200
		for i := range n {
			wg.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				err := b.do(ctx, func(ctx context.Context, tx *store.Tx) error {
					if i%10 == 0 {
						panic("a bad document")
					}
					return tx.EmptyReceived(ctx, "https://a.test/none")
				})
				if err != nil {
					failed.Add(1)
				} else {
					done.Add(1)
				}
			})
		}
		wg.Wait()
		if done.Load() != n-n/10 || failed.Load() != n/10 {
			t.Errorf("%d done, %d failed", done.Load(), failed.Load())
		}
		for idle := false; !idle; runtime.Gosched() { // ends with the test's own time otherwise
			b.mu.Lock()
			idle = !b.busy && len(b.waiting) == 0
			b.mu.Unlock()
		}
	})
}

// TestBatchLetsItsFirstGo: who started the work is answered when its own change is
// committed, although others come without a pause.
func TestBatchLetsItsFirstGo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := batch[store.Part]{run: parts(s)}
		first, release := make(chan error, 1), make(chan bool)
		started := make(chan bool)
		go func() {
			first <- b.do(t.Context(), func(context.Context, *store.Tx) error { close(started); return nil })
		}()
		<-started
		second := make(chan error, 1)
		go func() {
			second <- b.do(t.Context(), func(context.Context, *store.Tx) error { <-release; return nil })
		}()
		if err := <-first; err != nil { // waits for ever when it must work for the second
			t.Error(err)
		}
		close(release)
		if err := <-second; err != nil {
			t.Error(err)
		}
	})
}
