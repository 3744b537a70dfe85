package inbox_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/federation/httpsig"
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

// TestFeatureRequestWithoutActor: the one who signed asks, as Mastodon has it; of
// nothing else, and of nobody else, is that true.
func TestFeatureRequestWithoutActor(t *testing.T) {
	ctx := context.Background()
	r, them, evil := newRig(t), newRemote(t), newRemote(t)
	own, err := rsa.GenerateKey(rand.Reader, 2048) // the others share one
	if err != nil {
		t.Fatal(err)
	}
	evil.key = own
	alice, mallory := them.actor("alice", "Person"), evil.actor("mallory", "Person")
	ask := func(typ, id string) []byte {
		act := r.activity(typ, alice, base+"/actor")
		act["id"], act["instrument"] = alice+id, alice+"/collections/1"
		delete(act, "actor")
		return encode(t, act)
	}
	for _, tt := range []struct {
		name   string
		from   *remote
		key    string
		body   []byte
		status int
	}{
		{"signed by another host", evil, mallory + "#main-key", ask("FeatureRequest", "/feature_requests/1"), http.StatusForbidden},
		{"signed with another's name", evil, alice + "#main-key", ask("FeatureRequest", "/feature_requests/2"), http.StatusUnauthorized},
		{"another activity", them, alice + "#main-key", ask("Follow", "#follows/1"), http.StatusBadRequest},
		{"signed by who asks", them, alice + "#main-key", ask("FeatureRequest", "/feature_requests/3"), http.StatusAccepted},
	} {
		if status, text, err := r.post(r.request(tt.from, tt.key, tt.body, httpsig.Cavage)); err != nil || status != tt.status {
			t.Errorf("%s: %d %s, %v", tt.name, status, text, err)
		}
	}
	r.apply()
	if rec, err := r.st.Received(ctx, alice+"/feature_requests/3"); err != nil || rec.Done.IsZero() || rec.Error != "" || rec.Actor != alice {
		t.Errorf("%+v, %v", rec, err)
	}
	if n, err := r.st.CountFeatures(ctx, them.URL); err != nil || n != 1 {
		t.Errorf("%d leaves, %v", n, err)
	}
}
