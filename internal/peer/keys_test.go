package peer_test

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
)

// hands is a clock that a test moves.
type hands struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hands) clock() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.now }

func (h *hands) pass(d time.Duration) { h.mu.Lock(); defer h.mu.Unlock(); h.now = h.now.Add(d) }

func newPEM(t *testing.T) (string, crypto.PublicKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text, err := httpsig.EncodeKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return text, key.Public()
}

// TestTheirRotation: another key under the same id is found when a signature
// fails, one under another id when it is first used; either costs one request,
// and a key that is not there does not cost one per knock.
func TestTheirRotation(t *testing.T) {
	ctx := context.Background()
	time0 := &hands{now: time.Now()}
	h := newHost(t)
	a := newActors(t, time0.clock)
	alice := h.actor("alice", nil)
	old, err := a.KeyByID(ctx, alice+"#main-key")
	if err != nil {
		t.Fatal(err)
	}
	text, pub := newPEM(t)
	key := func(id string) func(object) {
		return func(d object) { d["publicKey"] = object{"id": alice + id, "owner": alice, "publicKeyPem": text} }
	}
	h.actor("alice", key("#main-key"))
	time0.pass(2 * time.Minute)
	fresh, err := a.RefetchKey(ctx, old)
	if err != nil || !pub.(*rsa.PublicKey).Equal(fresh.Pub) {
		t.Errorf("after a failure: %v", err)
	}
	if n := h.count("/alice"); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
	text, pub = newPEM(t)
	h.actor("alice", key("#key-2"))
	time0.pass(2 * time.Minute)
	fresh, err = a.KeyByID(ctx, alice+"#key-2")
	if err != nil || !pub.(*rsa.PublicKey).Equal(fresh.Pub) {
		t.Errorf("another key id: %v", err)
	}
	for range 5 {
		if _, err := a.KeyByID(ctx, alice+"#key-3"); !errors.Is(err, directory.ErrForbidden) {
			t.Errorf("a key that is not there: %v", err)
		}
	}
	if n := h.count("/alice"); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
	time0.pass(2 * time.Minute)
	h.on("/alice", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	if _, err := a.KeyByID(ctx, alice+"#key-3"); !errors.Is(err, directory.ErrUnavailable) {
		t.Errorf("a key that may be there, at an origin that does not answer: %v", err)
	}
}

// TestOldKey: after a day the key is asked for again, and believed when its
// origin is silent or gone, which is when a Delete comes.
func TestOldKey(t *testing.T) {
	ctx := context.Background()
	for status, text := range map[int]string{http.StatusGone: "gone", http.StatusBadGateway: "silent", http.StatusOK: "renewed"} {
		time0 := &hands{now: time.Now()}
		h := newHost(t)
		a := newActors(t, time0.clock)
		alice := h.actor("alice", nil)
		old, err := a.KeyByID(ctx, alice+"#main-key")
		if err != nil {
			t.Fatal(err)
		}
		want := old.Pub
		if status == http.StatusOK {
			var pem string
			pem, want = newPEM(t)
			h.actor("alice", func(d object) {
				d["publicKey"] = object{"id": alice + "#main-key", "owner": alice, "publicKeyPem": pem}
			})
		} else {
			h.on("/alice", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		}
		time0.pass(25 * time.Hour)
		got, err := a.KeyByID(ctx, alice+"#main-key")
		if err != nil || !want.(*rsa.PublicKey).Equal(got.Pub) {
			t.Errorf("%s: %v, another key", text, err)
		}
		if n := h.count("/alice"); n != 2 {
			t.Errorf("%s: %d requests, want 2", text, n)
		}
	}
}

// TestKeyKinds: Ed25519 in PEM and as a Multikey, and what is no key.
func TestKeyKinds(t *testing.T) {
	ctx := context.Background()
	h := newHost(t)
	ed, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text, err := httpsig.EncodeKey(ed)
	if err != nil {
		t.Fatal(err)
	}
	pem := h.actor("pem", func(d object) {
		d["publicKey"] = object{"id": h.URL + "/pem#ed", "owner": h.URL + "/pem", "publicKeyPem": text}
	})
	multi := h.actor("multi", func(d object) {
		d["assertionMethod"] = []object{{"id": h.URL + "/multi#ed", "type": "Multikey", "controller": h.URL + "/multi", "publicKeyMultibase": proof.EncodeMultikey(ed)}}
	})
	for _, id := range []string{pem + "#ed", multi + "#ed"} {
		k, err := newActors(t, time.Now).KeyByID(ctx, id)
		if err != nil || !ed.Equal(k.Pub) {
			t.Errorf("%s: %v", id, err)
		}
	}
	bad := h.actor("bad", func(d object) {
		d["publicKey"] = object{"id": h.URL + "/bad#k", "owner": h.URL + "/bad", "publicKeyPem": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"}
	})
	if _, err := newActors(t, time.Now).KeyByID(ctx, bad+"#k"); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("no key: %v", err)
	}
}

// TestOwnerNegative: a key document that leads nowhere is asked for once in five minutes.
func TestOwnerNegative(t *testing.T) {
	ctx := context.Background()
	h := newHost(t)
	h.doc("/key", object{"id": h.URL + "/key", "owner": "https://victim.example/u", "publicKeyPem": h.pem})
	a := newActors(t, time.Now)
	for range 5 {
		if _, err := a.KeyByID(ctx, h.URL+"/key"); !errors.Is(err, directory.ErrInvalid) {
			t.Error(err)
		}
	}
	if n := h.count("/key"); n != 2 { // once as an actor, once as a key
		t.Errorf("%d requests, want 2", n)
	}
}
