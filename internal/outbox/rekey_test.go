package outbox_test

import (
	"context"
	"crypto/rsa"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestKeyReplacedWhileQueued: what was queued before a key was replaced reaches
// who knows the old key and who knows the new one; what comes after is signed with
// the new key at once.
func TestKeyReplacedWhileQueued(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		b := newBench(st)
		ctx := context.Background()
		before, err := b.keys.Pair(ctx, keyring.Instance)
		if err != nil {
			t.Fatal(err)
		}
		knowsOld, knowsNew := newKnower(t), newKnower(t)
		b.queue(t, knowsOld.URL+"/inbox", "before")
		b.queue(t, knowsNew.URL+"/inbox", "before")
		row, after, err := b.keys.Replacement(ctx, keyring.Instance)
		if err != nil {
			t.Fatal(err)
		}
		if err := st.Write(ctx, func(tx *store.Tx) error { return tx.RotateKey(ctx, row, time.Now()) }); err != nil {
			t.Fatal(err)
		}
		b.keys.Forget(keyring.Instance)
		b.queue(t, knowsNew.URL+"/inbox", "after")
		knowsOld.key, knowsNew.key = &before.RSA.PublicKey, &after.RSA.PublicKey
		if n, err := b.deliverer(atOnce).Step(ctx); err != nil || n != 3 {
			t.Errorf("%d delivered, %v, want 3", n, err)
		}
		if d := cmp.Diff([]string{"before"}, knowsOld.took()); d != "" {
			t.Errorf("who knows the old key (-want +got):\n%s", d)
		}
		if d := cmp.Diff([]string{"before", "after"}, knowsNew.took()); d != "" {
			t.Errorf("who knows the new key (-want +got):\n%s", d)
		}
	})
}

// knower is a server that knows one key, and answers 401 to every other.
type knower struct {
	*httptest.Server
	key *rsa.PublicKey

	mu     sync.Mutex
	bodies []string
}

func newKnower(t *testing.T) *knower {
	k := &knower{}
	k.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // what is cut short does not verify
		sig, err := httpsig.Parse(r)
		if err != nil || sig.Verify(r, body, k.key, time.Now()) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		k.mu.Lock()
		k.bodies = append(k.bodies, string(body))
		k.mu.Unlock()
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(k.Close)
	return k
}

func (k *knower) took() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.bodies)
}
