package harvest_test

import (
	"context"
	"testing"

	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestForgetKeepsWhatAMapAnnounces: when an instance is followed no more, what a
// map elsewhere announced of it stays as long as the map is followed.
func TestForgetKeepsWhatAMapAnnounces(t *testing.T) {
	const relay = "https://maps.example/maps/bretagne"
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := context.Background()
			a, b := newNode(t, engine, "A"), newNode(t, engine, "B")
			a.publish(5)
			b.follow(a.base)
			settle(t, a, b)
			var announced string
			for announced = range b.mirror(a.base) {
				break
			}
			err := b.st.Write(ctx, func(tx *store.Tx) error {
				err := tx.PutFollowing(ctx, store.Following{Actor: b.env.InstanceURI(), Object: relay, Origin: "https://maps.example",
					Inbox: relay + "/inbox", FollowID: b.base + "/activities/f", State: store.FollowAccepted})
				if err != nil {
					return err
				}
				return tx.PutAnnounced(ctx, announced, relay)
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := b.harvester.Unfollow(ctx, system, a.base+"/actor"); err != nil {
				t.Fatal(err)
			}
			settle(t, a, b)
			if got := b.mirror(a.base); len(got) != 1 || got[announced] == "" {
				t.Errorf("left of it: %v, want %s", got, announced)
			}
			if err := b.harvester.Unfollow(ctx, system, relay); err != nil {
				t.Fatal(err)
			}
			if _, err := b.runner.Step(ctx); err != nil {
				t.Fatal(err)
			}
			if got := b.mirror(a.base); len(got) != 0 {
				t.Errorf("the map is followed no more: %v", got)
			}
		})
	}
}
