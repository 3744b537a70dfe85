package harvest_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/store"
)

func pemOf(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text, err := httpsig.EncodeKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestStranger: of a server that was gone, nothing is read before its key was
// looked at: who has the domain now could empty the directory with what no key
// signs. That its actor cannot be had is no reason to read the rest.
func TestStranger(t *testing.T) {
	ctx := context.Background()
	for name, answer := range map[string]func(f *foreign, doc object){
		"another key": func(_ *foreign, doc object) { doc["publicKey"].(object)["publicKeyPem"] = pemOf(t) },
		"no actor":    func(f *foreign, _ object) { f.docs["/relay"] = http.StatusServiceUnavailable },
		"gone actor":  func(f *foreign, _ object) { f.docs["/relay"] = nil },
	} {
		for _, state := range []store.PeerState{store.PeerDead, store.PeerUp} {
			b, f := newNode(t, "sqlite", "B"), newForeign(t)
			catalog := f.URL + "/catalog"
			relay := f.actor("Application", object{"catalog": catalog})
			doc := f.docs["/relay"].(object)
			doc["publicKey"] = object{"id": relay + "#main-key", "owner": relay, "publicKeyPem": pemOf(t)}
			page := func(items ...any) object {
				return object{"id": catalog, "type": "OrderedCollectionPage", "orderedItems": items}
			}
			one := f.event("one")
			f.docs["/catalog?after=0&limit=100&full=1"] = page(one)
			f.docs["/catalog?after=0&limit=500"] = page(one)
			b.follow(f.URL)
			settle(t, b)
			if got := b.mirror(f.URL); len(got) != 1 {
				t.Fatalf("mirror: %v", got)
			}
			b.state(f.URL, store.PeerDead)
			b.later(10 * 24 * time.Hour)
			if state == store.PeerUp { // it answered something else first
				if err := b.st.Write(ctx, func(tx *store.Tx) error { return tx.PeerAnswered(ctx, f.URL) }); err != nil {
					t.Fatal(err)
				}
			}
			answer(f, doc)
			f.docs["/one"] = nil
			stone := object{"type": "Tombstone", "id": one["id"]}
			f.docs["/catalog?after=0&limit=100&full=1"] = page(stone)
			f.docs["/catalog?after=0&limit=500"] = page(stone)
			b.pull(time.Hour)
			if got := b.mirror(f.URL); len(got) != 1 {
				t.Errorf("%s, %s: a stranger emptied the directory: %v", name, state, got)
			}
			if suspect, err := b.rules.Quarantined(ctx, f.URL); err != nil || suspect != (name == "another key") {
				t.Errorf("%s, %s: quarantine %v, %v", name, state, suspect, err)
			}
		}
	}
}
