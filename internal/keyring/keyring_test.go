package keyring_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"sync"
	"testing"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

func TestPair(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		k := keyring.New(st, []byte("s3cret"), nil)
		p, err := k.Pair(ctx, "org-1")
		if err != nil {
			t.Fatal(err)
		}
		pub, err := httpsig.ParseKey(p.Public.RSAPublicPEM)
		if err != nil || !p.RSA.PublicKey.Equal(pub) {
			t.Errorf("public PEM is not the RSA key's: %v", err)
		}
		ed, err := proof.DecodeMultikey(p.Public.Ed25519Multibase)
		if err != nil || !p.Ed25519.Public().(ed25519.PublicKey).Equal(ed) {
			t.Errorf("multikey is not the Ed25519 key's: %v", err)
		}
		again, err := keyring.New(st, []byte("s3cret"), nil).Pair(ctx, "org-1")
		if err != nil || !again.RSA.Equal(p.RSA) || !again.Ed25519.Equal(p.Ed25519) {
			t.Errorf("after a restart the pair is another: %v", err)
		}
		for _, secret := range []string{"", "other"} {
			if _, err := keyring.New(st, []byte(secret), nil).Pair(ctx, "org-1"); !errors.Is(err, directory.ErrForbidden) {
				t.Errorf("secret %q: got %v, want ErrForbidden", secret, err)
			}
		}
		s, err := k.Signer(ctx, "org-1", "https://b.ex/entries/1")
		if err != nil || s.KeyID != "https://b.ex/entries/1#main-key" {
			t.Errorf("signer: %+v, %v", s, err)
		}
	})
}

// TestTwoProcesses: two keyrings on one database, as two processes have them,
// agree on one pair.
func TestTwoProcesses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		pairs := make([]keyring.Pair, 4)
		var wg sync.WaitGroup
		for i := range pairs {
			wg.Go(func() {
				p, err := keyring.New(st, nil, nil).Pair(context.Background(), keyring.Instance)
				if err != nil {
					t.Error(err)
				}
				pairs[i] = p
			})
		}
		wg.Wait()
		for i := range pairs {
			if pairs[i].Public.RSAPublicPEM != pairs[0].Public.RSAPublicPEM {
				t.Errorf("keyring %d has another pair", i)
			}
		}
	})
}

// TestPairTxRollback: a pair made in a transaction that fails is forgotten.
func TestPairTxRollback(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		k := keyring.New(st, nil, nil)
		boom := errors.New("boom")
		var lost, kept keyring.Pair
		err := st.Write(ctx, func(tx *store.Tx) (err error) {
			if lost, err = k.PairTx(ctx, tx, "org"); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		err = st.Write(ctx, func(tx *store.Tx) (err error) {
			kept, err = k.PairTx(ctx, tx, "org")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if kept.Public.RSAPublicPEM == lost.Public.RSAPublicPEM {
			t.Error("a rolled back pair was handed out")
		}
		got, err := k.Pair(ctx, "org")
		if err != nil || got.Public.RSAPublicPEM != kept.Public.RSAPublicPEM {
			t.Errorf("Pair after PairTx: %v, another pair", err)
		}
	})
}
