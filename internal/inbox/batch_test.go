package inbox

import (
	"context"
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
		var b batch
		var wg sync.WaitGroup
		var done, failed atomic.Int64
		const n = 200
		for i := range n {
			wg.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				err := b.do(ctx, s, func(ctx context.Context, tx *store.Tx) error {
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
		if b.busy || len(b.waiting) != 0 {
			t.Error("the batch is still at work")
		}
	})
}
