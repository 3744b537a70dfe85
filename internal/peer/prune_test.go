package peer_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestPrune: of other servers' actors only those are forgotten that are old and that
// nothing here speaks of.
func TestPrune(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
		old, fresh := now.AddDate(0, 0, -15), now.AddDate(0, 0, -13)
		const us = "https://here.example/actor"
		kept := []string{"https://a.example/follower", "https://b.example/followed", "https://c.example/pinned", "https://d.example/young", "https://e.example/replied"}
		gone := []string{"https://x.example/1", "https://x.example/2", "https://y.example/gone", "https://a.example/other"}
		err := st.Write(ctx, func(tx *store.Tx) error {
			for _, uri := range slices.Concat(kept, gone) {
				at := old
				if uri == kept[3] {
					at = fresh
				}
				if err := tx.PutRemoteActor(ctx, store.RemoteActor{URI: uri, Type: "Person", Doc: []byte("{}"), FetchedAt: at, Gone: uri == gone[2]}); err != nil {
					return err
				}
			}
			if err := tx.PutFollower(ctx, store.Follower{Actor: kept[0], Object: us, Inbox: kept[0] + "/inbox", State: store.FollowPending}); err != nil {
				return err
			}
			if err := tx.PutFollowing(ctx, store.Following{Actor: us, Object: kept[1], Origin: "https://b.example", State: store.FollowAccepted}); err != nil {
				return err
			}
			if err := tx.PutReply(ctx, store.Reply{ID: "1", URI: kept[4] + "/notes/1", Actor: kept[4], Origin: "https://e.example", State: store.ReplyShown}); err != nil {
				return err
			}
			return tx.PinKey(ctx, store.PinnedKey{Origin: "https://c.example", Actor: "https://c.example/actor", Doc: []byte("{}")})
		})
		if err != nil {
			t.Fatal(err)
		}
		a := peer.NewActors(peer.ActorsConfig{Store: st, Clock: func() time.Time { return now }})
		if n, err := a.Prune(ctx); err != nil || n != len(gone) {
			t.Errorf("%d forgotten, %v", n, err)
		}
		for _, uri := range kept {
			if _, err := st.RemoteActor(ctx, uri); err != nil {
				t.Errorf("%s: %v", uri, err)
			}
		}
		for _, uri := range gone {
			if _, err := st.RemoteActor(ctx, uri); err == nil {
				t.Errorf("%s is still there", uri)
			}
		}
	})
}
