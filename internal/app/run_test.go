package app

import (
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/store"
)

// TestOldDeliveriesAreGivenUp: what has waited for a month is forgotten and counted
// at its peer.
func TestOldDeliveriesAreGivenUp(t *testing.T) {
	a := testApp(t)
	ctx := t.Context()
	const origin, id = "https://silent.example", "https://here.example/activities/1"
	err := a.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutActivity(ctx, store.Activity{ID: id, Type: "Follow", Body: []byte("{}")}); err != nil {
			return err
		}
		return tx.Enqueue(ctx, store.Delivery{Peer: origin, ActivityID: id, Inbox: origin + "/inbox"})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		days            int
		queued, dropped int
	}{{29, 1, 0}, {31, 0, 1}} {
		if err := a.pruneOnce(ctx, time.Now().AddDate(0, 0, c.days)); err != nil {
			t.Fatal(err)
		}
		if p, err := a.Store.Peer(ctx, origin); err != nil || p.Queued != c.queued || int(p.Dropped) != c.dropped {
			t.Errorf("after %d days %d wait, %d dropped, %v", c.days, p.Queued, p.Dropped, err)
		}
	}
}
