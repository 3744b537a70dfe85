package store_test

import (
	"errors"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

func TestPeerHealth(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		const a = "https://a.example"
		write(t, s, func(tx *store.Tx) error {
			return tx.PutPeer(ctx, store.Peer{Origin: a, Software: "bocage", Catalog: a + "/actor/catalog"})
		})
		fail := func() store.PeerState {
			write(t, s, func(tx *store.Tx) error {
				return errors.Join(tx.PeerFailed(ctx, a, "x"), tx.DeferPeer(ctx, a, "", c.now()))
			})
			p, err := s.Peer(ctx, a)
			if err != nil {
				t.Fatal(err)
			}
			return p.State
		}
		for day := range 100 {
			want := store.PeerFailing
			switch {
			case day >= 90:
				want = store.PeerDead
			case day >= 6: // the seventh day on which nothing worked
				want = store.PeerDown
			}
			for range 3 { // one day counts once
				if got := fail(); got != want {
					t.Fatalf("day %d: %s, want %s", day, got, want)
				}
			}
			c.advance(24 * time.Hour)
		}
		write(t, s, func(tx *store.Tx) error { return tx.PeerSucceeded(ctx, a) })
		p, err := s.Peer(ctx, a)
		if err != nil || p.State != store.PeerUp || p.Fails != 0 || !p.FailingSince.IsZero() || p.Software != "bocage" {
			t.Errorf("after a success: %+v, %v", p, err)
		}
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.PutPeer(ctx, store.Peer{Origin: a, State: store.PeerBlocked}), tx.PeerSucceeded(ctx, a))
		})
		enqueue(t, s, 1, a)
		if _, err := lease(t, s, "w"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("a blocked peer was leased: %v", err)
		}
		put(t, s, entry("Reçu", func(e *directory.Entry) { e.Origin = a }))
		ps, err := s.Peers(ctx)
		if err != nil || len(ps) != 1 || ps[0].Entries != 1 || ps[0].Queued != 1 || ps[0].Catalog != a+"/actor/catalog" {
			t.Errorf("Peers = %+v, %v", ps, err)
		}
	})
}

// TestHeardAfterFailure: a peer that is back may speak once, just after we tried in
// vain. It is tried when the pause is over, and again for each later word.
func TestHeardAfterFailure(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		const a = "https://a.example"
		write(t, s, func(tx *store.Tx) error { return tx.EnsurePeer(ctx, a) })
		fail := func() time.Time {
			at := c.now()
			write(t, s, func(tx *store.Tx) error {
				return errors.Join(tx.PeerFailed(ctx, a, "x"), tx.DeferPeer(ctx, a, "", at.Add(30*time.Hour)))
			})
			return at
		}
		heard := func(what string, want time.Time) {
			t.Helper()
			write(t, s, func(tx *store.Tx) error { return tx.RetryPeer(ctx, a) })
			if p := peerOf(t, s, a); !p.NextTry.Equal(want) || !p.Heal.Equal(want) {
				t.Errorf("%s: next try %v, heal %v, want %v", what, p.NextTry, p.Heal, want)
			}
		}
		first := fail().Add(time.Minute)
		c.advance(time.Second)
		heard("just after", first)
		c.advance(time.Second)
		heard("once more", first)
		c.advance(time.Hour)
		fail()
		c.advance(2 * time.Minute)
		heard("after it failed again", c.now())
	})
}
