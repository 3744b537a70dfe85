package moderation

import (
	"context"
	"fmt"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestAskForgetsNoLimit: whoever makes up names of servers, which are to be asked
// before anything is proven, does not have what it sent forgotten.
func TestAskForgetsNoLimit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, now := context.Background(), time.Now()
		m := New(st, func() time.Time { return now })
		const address, origin = "192.0.2.7:1234", "https://one.example"
		for range maxFailures {
			m.Failed(address)
		}
		for n := range 6 * maxBuckets {
			m.Ask(fmt.Sprintf("https://%d.example", n))
		}
		if wait, err := m.Wait(ctx, address, origin); err != nil || wait == 0 {
			t.Errorf("wait %s, %v", wait, err)
		}
	})
}
