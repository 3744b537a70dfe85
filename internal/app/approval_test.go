package app

import (
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestApprovalIsTold: who follows the instance, and whom it follows, hear that it
// looks at its followers from now on; once, and not of what the actor does not say.
func TestApprovalIsTold(t *testing.T) {
	a := testApp(t)
	ctx := t.Context()
	const follower, followed = "https://reads.example", "https://read.example"
	err := a.Store.Write(ctx, func(tx *store.Tx) error {
		err := tx.PutFollower(ctx, store.Follower{Actor: follower + "/actor", Object: a.Env.InstanceURI(),
			Inbox: follower + "/inbox", State: store.FollowAccepted})
		if err != nil {
			return err
		}
		return tx.PutFollowing(ctx, store.Following{Actor: a.Env.InstanceURI(), Object: followed + "/actor", Origin: followed,
			Inbox: followed + "/inbox", FollowID: "https://here.example/f", State: store.FollowAccepted})
	})
	if err != nil {
		t.Fatal(err)
	}
	system := directory.Who{System: true}
	for i, c := range []struct {
		approval moderation.Approval
		told     int
		says     string
	}{{moderation.ApproveInstances, 1, `"manuallyApprovesFollowers":true`}, {moderation.ApproveEverybody, 1, ""},
		{moderation.ApproveNobody, 2, `"manuallyApprovesFollowers":false`}} {
		if err := a.Moderation.SetApproval(ctx, system, c.approval, "test"); err != nil {
			t.Fatal(err)
		}
		for _, origin := range []string{follower, followed} {
			ds, err := a.Store.Deliveries(ctx, origin, 10)
			if err != nil || len(ds) != c.told {
				t.Fatalf("change %d: %s hears %d times, %v", i, origin, len(ds), err)
			}
			if last := string(ds[len(ds)-1].Body); !strings.Contains(last, c.says) || !strings.Contains(last, `"Update"`) {
				t.Errorf("change %d: %s hears %s", i, origin, last)
			}
		}
	}
}
