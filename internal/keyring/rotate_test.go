package keyring_test

import (
	"context"
	"crypto/rsa"
	"errors"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestRotate: what was queued before is signed with the key of then first, what
// comes after with the new one alone; proofs keep their key; a second process
// sees the change in a moment; and a compromised key is gone at once.
func TestRotate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		now := time.Now().Truncate(time.Microsecond)
		clock := func() time.Time { return now }
		k, other := keyring.New(st, []byte("s3cret"), nil), keyring.New(st, []byte("s3cret"), nil)
		k.Clock, other.Clock = clock, clock
		if _, _, err := k.Replacement(ctx, "org"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("nothing to replace: %v", err)
		}
		first, err := k.Pair(ctx, "org")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.Pair(ctx, "org"); err != nil {
			t.Fatal(err)
		}
		replace := func(at time.Time) keyring.Pair {
			t.Helper()
			row, pair, err := k.Replacement(ctx, "org")
			if err != nil {
				t.Fatal(err)
			}
			if err := st.Write(ctx, func(tx *store.Tx) error { return tx.RotateKey(ctx, row, at) }); err != nil {
				t.Fatal(err)
			}
			k.Forget("org")
			return pair
		}
		second := replace(now.Add(time.Hour))
		third := replace(now.Add(2 * time.Hour))
		if !third.Ed25519.Equal(first.Ed25519) || third.Public.Ed25519Multibase != first.Public.Ed25519Multibase {
			t.Error("the key of proofs was replaced too")
		}
		for after, want := range map[time.Duration][]*rsa.PrivateKey{
			30 * time.Minute: {first.RSA, third.RSA}, time.Hour: {first.RSA, third.RSA},
			90 * time.Minute: {second.RSA, third.RSA}, 3 * time.Hour: {third.RSA},
		} {
			got, err := k.Signers(ctx, "org", "k", now.Add(after))
			if err != nil || !sameKeys(got, want) {
				t.Errorf("queued after %s: %d keys, %v, or other keys than these", after, len(got), err)
			}
		}
		now = now.Add(3 * time.Second)
		if p, err := other.Pair(ctx, "org"); err != nil || !p.RSA.Equal(third.RSA) {
			t.Errorf("another process: %v, not the new key", err)
		}
		if err := st.Write(ctx, func(tx *store.Tx) error { _, err := tx.DropFormerKeys(ctx, "org"); return err }); err != nil {
			t.Fatal(err)
		}
		if got, err := k.Signers(ctx, "org", "k", now); err != nil || !sameKeys(got, []*rsa.PrivateKey{third.RSA}) {
			t.Errorf("a forgotten key is used: %v", err)
		}
	})
}

func sameKeys(got []federation.Signer, want []*rsa.PrivateKey) bool {
	if len(got) != len(want) {
		return false
	}
	for i, s := range got {
		if !want[i].Equal(s.Key) || s.KeyID != "k" {
			return false
		}
	}
	return true
}
