package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestDeferred: what waits is bounded in count and age, on both engines.
func TestDeferred(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx, now := context.Background(), time.Unix(1_800_000_000, 0)
			st := storetest.OpenClock(t, engine, func() time.Time { return now })
			const origin = "https://a.example"
			write := func(fn func(tx *store.Tx) error) {
				t.Helper()
				if err := st.Write(ctx, fn); err != nil {
					t.Fatal(err)
				}
			}
			hold := func(id string) (held bool) {
				write(func(tx *store.Tx) (err error) {
					if err = tx.InsertAllReceived(ctx, []store.Received{{ID: id, Actor: origin, Origin: origin, Type: "Follow", Body: []byte("{}"), Done: now}}); err == nil {
						held, err = tx.HoldReceived(ctx, id, origin)
					}
					return err
				})
				return held
			}
			hold("old")
			now = now.Add(store.HeldAge)
			for i := range store.HeldMost - 1 {
				if !hold(fmt.Sprintf("%04d", i)) {
					t.Fatalf("number %d is refused", i)
				}
			}
			if hold("more") {
				t.Error("there is no bound")
			}
			var ids []string
			write(func(tx *store.Tx) (err error) { ids, err = tx.ReleaseHeld(ctx, origin, true); return err })
			if len(ids) != store.HeldMost-1 || !slices.IsSorted(ids) {
				t.Errorf("%d are released, without the old one want %d", len(ids), store.HeldMost-1)
			}
			if rec, err := st.Received(ctx, "0000"); err != nil || !rec.Done.IsZero() {
				t.Errorf("released and done: %+v, %v", rec.Done, err)
			}
			gone := func(actor string) (was bool) {
				write(func(tx *store.Tx) (err error) { was, err = tx.ReplyGone(ctx, origin+"/1", actor); return err })
				return was
			}
			write(func(tx *store.Tx) error { return tx.PutReplyGone(ctx, origin+"/1", origin+"/a", origin) })
			if !gone(origin+"/a") || gone(origin+"/b") {
				t.Error("a deleted post is its author's to delete")
			}
			hold("last")
			now = now.Add(store.HeldAge)
			if gone(origin + "/a") {
				t.Error("it is remembered for more than a day")
			}
			write(func(tx *store.Tx) error { return tx.Prune(ctx, store.PruneOptions{}) })
			if n, err := st.CountHeldBack(ctx, origin); err != nil || n != 0 {
				t.Errorf("%d wait after the prune, %v", n, err)
			}
		})
	}
}
