package outbox_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestSyncHeader: what the instance's actor says to its followers names their
// collection and those of the receiver's server only; an answer to one of them has
// no header (FEP-8fcf).
func TestSyncHeader(t *testing.T) {
	const host, us = "https://m2.example", base + "/actor"
	s := newSlow(t, "sqlite")
	if _, err := keyring.New(s.st, nil, nil).Pair(t.Context(), keyring.Instance); err != nil {
		t.Fatal(err)
	}
	s.write(t, func(ctx context.Context, tx *store.Tx) error {
		for _, actor := range []string{host + "/u/a", host + "/u/b", "https://m2.example.evil/u/c"} {
			err := tx.PutFollower(ctx, store.Follower{Actor: actor, Object: us, Inbox: actor + "/inbox", State: store.FollowAccepted})
			if err != nil {
				return err
			}
		}
		for i, to := range []string{us + "/followers", host + "/u/a"} {
			a := store.Activity{ID: fmt.Sprint(base, "/activities/sync-", i), Actor: us, Type: "Update"}
			a.Body = fmt.Appendf(nil, `{"id":%q,"type":"Update","actor":%q,"to":[%q],"object":{"id":%q,"type":"Application"}}`, a.ID, us, to, us)
			if err := tx.PutActivity(ctx, a); err != nil {
				return err
			}
			err := tx.Enqueue(ctx, store.Delivery{Peer: host, ActivityID: a.ID, Sender: "instance", KeyID: us + "#main-key", Inbox: host + "/inbox"})
			if err != nil {
				return err
			}
		}
		return nil
	})
	r := &recorder{status: http.StatusAccepted}
	if _, err := r.deliverer(s).Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := federation.FollowerSync{Collection: us + "/followers", URL: us + "/followers_synchronization",
		Digest: federation.ActorsDigest([]string{host + "/u/a", host + "/u/b"})}
	if len(r.sync) != 2 || r.sync[1] != "" || !r.signed[0] {
		t.Fatalf("headers: %q (signed %v)", r.sync, r.signed)
	}
	if got, err := federation.ParseFollowerSync(r.sync[0]); err != nil || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
}
