package inbox_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestStrangerByAnnounce: what a third server announces of a server that was gone
// is asked for there only once its key was looked at.
func TestStrangerByAnnounce(t *testing.T) {
	ctx := context.Background()
	fresh, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := httpsig.EncodeKey(&fresh.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		answer func(them *remote, org string)
		want   string
		held   bool
	}{
		"its own key": {func(*remote, string) {}, "Foire", false}, // which anybody may show
		"another key": {func(them *remote, org string) {
			doc := them.docs["/org"].(object)
			doc["publicKey"] = object{"id": org + "#main-key", "owner": org, "publicKeyPem": pem}
		}, "Foire", true},
		"no actor": {func(them *remote, _ string) { delete(them.docs, "/org") }, "Foire", false},
	} {
		t.Run(name, func(t *testing.T) {
			r, them, hub := newRig(t), newRemote(t), newRemote(t)
			org, relay := them.actor("org", "Group"), hub.actor("relay", "Application")
			r.follows(org)
			r.follows(relay)
			fair := them.URL + "/fair"
			if why := r.deliver(them, r.activity("Create", org, event(fair, org, "Foire", day))); why != "" {
				t.Fatal(why)
			}
			if err := r.st.Write(ctx, func(tx *store.Tx) error {
				return tx.PutPeer(ctx, store.Peer{Origin: them.URL, State: store.PeerDead})
			}); err != nil {
				t.Fatal(err)
			}
			r.skew += 40 * 24 * time.Hour
			c.answer(them, org)
			them.set("/fair", event(fair, org, "Nouvelle", day.Add(time.Hour)))
			why := r.deliver(hub, r.activity("Announce", relay, fair))
			if got := r.name(fair); got != c.want {
				t.Errorf("shows %q, want %q (%s)", got, c.want, why)
			}
			if held, err := r.rules.Quarantined(ctx, them.URL); err != nil || held != c.held {
				t.Errorf("quarantine %v, %v", held, err)
			}
			// Nor is it believed that the entry is gone.
			if c.want == "Foire" {
				them.set("/fair", object{"id": fair, "type": "Tombstone"})
				r.deliver(hub, r.activity("Announce", relay, fair))
				if got := r.name(fair); got != c.want {
					t.Errorf("a stranger removed it: %q", got)
				}
			}
		})
	}
}
