package peer_test

import (
	"context"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestUnsignedChange: another key is vouched for by the old one only in what the
// old one signed, and not in a document that somebody looked up by its page.
func TestUnsignedChange(t *testing.T) {
	ctx := context.Background()
	h := newHost(t)
	var changes []peer.KeyChange
	st := storetest.Open(t, "sqlite")
	a := peer.NewActors(peer.ActorsConfig{Store: st, Clock: time.Now,
		Client: &federation.Client{HTTP: peer.NewTransport(peer.GuardOptions{AllowLoopback: true})},
		KeyChanged: func(_ context.Context, _ *store.Tx, c peer.KeyChange) error {
			changes = append(changes, c)
			return nil
		}})
	alice := h.actor("alice", nil)
	if _, err := a.Actor(ctx, alice); err != nil {
		t.Fatal(err)
	}
	text, _ := newPEM(t)
	var doc object
	h.actor("alice", func(d object) {
		d["publicKey"] = object{"id": alice + "#main-key", "owner": alice, "publicKeyPem": text}
		doc = d
	})
	page := alice + "/page"
	h.doc("/alice/page", doc)
	ra, err := a.Resolve(ctx, page)
	if err != nil || ra.URI != alice || ra.PublicKeyPEM != text {
		t.Fatalf("%+v, %v", ra, err)
	}
	if len(changes) != 1 || changes[0].Vouched {
		t.Errorf("changes: %+v", changes)
	}
}
