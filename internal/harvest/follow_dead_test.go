package harvest_test

import (
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// Who follows a server that was believed dead, as after a rebuild from a mirror,
// has just had an answer from it: the follow does not wait for the next try.
func TestFollowOfADeadServer(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			a, b := newNode(t, engine, "a"), newNode(t, engine, "b")
			a.publish(2)
			err := b.st.Write(t.Context(), func(tx *store.Tx) error { return tx.MarkPeerDead(t.Context(), a.base, time.Time{}) })
			if err != nil {
				t.Fatal(err)
			}
			if err := b.harvester.Retry(t.Context(), system, a.base, ""); err != nil {
				t.Fatal(err)
			}
			settle(t, a, b)
			if p := b.peerAt(a.base); p.State != store.PeerDead || !p.NextTry.After(b.now()) {
				t.Fatalf("nothing was there to try: %+v", p)
			}
			b.follow(a.base)
			settle(t, a, b)
			if p := b.peerAt(a.base); p.State != store.PeerUp || p.Queued != 0 {
				t.Errorf("after the follow: %+v", p)
			}
			fs, err := b.st.FollowingByOrigin(t.Context(), a.base)
			if err != nil || len(fs) != 1 || fs[0].State != store.FollowAccepted {
				t.Errorf("follows %+v, %v", fs, err)
			}
		})
	}
}
