package inbox_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/store"
)

// TestFeatureRequestsAreBounded: the actors of one server have so many leaves and
// no more; those that they have are given again, and other servers get theirs.
func TestFeatureRequestsAreBounded(t *testing.T) {
	ctx := context.Background()
	r, them, others := newRig(t), newRemote(t), newRemote(t)
	alice, bob := them.actor("alice", "Person"), others.actor("bob", "Person")
	err := r.st.Write(ctx, func(tx *store.Tx) error {
		for i := range 999 {
			f := store.Feature{ID: fmt.Sprint("f", i), Object: base + "/actor", Collection: fmt.Sprint(them.URL, "/c/", i), Actor: fmt.Sprint(them.URL, "/u/", i)}
			if _, err := tx.PutFeature(ctx, f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		from       *remote
		actor, col string
		dropped    bool
	}{
		{them, alice, "/c/last", false}, {them, alice, "/c/more", true}, {them, alice, "/c/last", false}, {them, alice, "/c/5", false}, {others, bob, "/c/1", false},
	} {
		act := r.activity("FeatureRequest", tt.actor, base+"/actor")
		act["instrument"] = tt.from.URL + tt.col
		if why := r.deliver(tt.from, act); strings.Contains(why, "leaves") != tt.dropped || !tt.dropped && why != "" {
			t.Errorf("%s for %s: %q", tt.actor, tt.col, why)
		}
	}
	if n, err := r.st.CountFeatures(ctx, them.URL); err != nil || n != 1000 {
		t.Errorf("%d leaves, %v", n, err)
	}
}
