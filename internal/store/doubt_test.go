package store_test

import (
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/store"
)

// TestDoubt: a peer that we have something of is in doubt once it is down, until it
// has proven itself; that is remembered for a week, so that one whose inbox is broken
// is not in doubt at each failure.
func TestDoubt(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		const a, b = "https://a.example", "https://b.example"
		write(t, s, func(tx *store.Tx) error {
			if err := tx.EnsurePeer(ctx, b); err != nil {
				return err
			}
			if err := tx.EnsurePeer(ctx, a); err != nil {
				return err
			}
			return tx.PutFollowing(ctx, store.Following{Actor: "https://us.example/actor", Object: a + "/actor", Origin: a, State: store.FollowAccepted})
		})
		doubt := func(origin string) store.Doubt {
			t.Helper()
			d, err := s.Doubt(ctx, origin)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		fail := func(days int) {
			for range days {
				for _, origin := range []string{a, b} {
					write(t, s, func(tx *store.Tx) error { return tx.PeerFailed(ctx, origin, "x") })
				}
				c.advance(24 * time.Hour)
			}
		}
		began := c.now()
		if fail(6); doubt(a).Any() {
			t.Error("in doubt after six days")
		}
		if fail(1); !doubt(a).Since.Equal(began) || !doubt(a).Back.IsZero() {
			t.Errorf("after seven days: %+v", doubt(a))
		}
		if doubt(b).Any() {
			t.Error("a peer that is nothing to us is in doubt")
		}
		back := c.now()
		write(t, s, func(tx *store.Tx) error { return tx.PeerSucceeded(ctx, a) })
		if d := doubt(a); !d.Back.Equal(back) {
			t.Errorf("it answers: %+v", d)
		}
		if ds, err := s.Doubts(ctx); err != nil || len(ds) != 1 || ds[0].Origin != a {
			t.Errorf("doubts: %+v, %v", ds, err)
		}
		if fail(8); !doubt(a).Since.Equal(began) || !doubt(a).Back.IsZero() {
			t.Errorf("away again: %+v", doubt(a))
		}
		write(t, s, func(tx *store.Tx) error { return tx.EndDoubt(ctx, a) })
		if fail(5); doubt(a).Any() {
			t.Errorf("it signs what it sends: %+v", doubt(a))
		}
		if fail(4); !doubt(a).Any() {
			t.Error("it signed something nine days ago, and is not in doubt")
		}
	})
}

// TestDoubtAfterBlock: a peer that was blocked for a week is in doubt when the block is
// lifted, and not one that was for less, or that is nothing to us; a doubt that was
// there stays.
func TestDoubtAfterBlock(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		const day = 24 * time.Hour
		for origin, p := range map[string]struct {
			ours, doubted bool
			blocked       time.Duration
			want          bool
		}{
			"https://long.example":     {true, false, 7 * day, true},
			"https://short.example":    {true, false, 7*day - time.Second, false},
			"https://stranger.example": {false, false, 30 * day, false},
			"https://before.example":   {true, true, day, true},
		} {
			write(t, s, func(tx *store.Tx) error {
				if err := tx.EnsurePeer(ctx, origin); err != nil || !p.ours {
					return err
				}
				return tx.PutFollowing(ctx, store.Following{Actor: "https://us.example/actor", Object: origin + "/actor", Origin: origin, State: store.FollowAccepted})
			})
			since := c.now()
			if p.doubted {
				write(t, s, func(tx *store.Tx) error { return tx.PutPeer(ctx, store.Peer{Origin: origin, State: store.PeerDead}) })
				c.advance(day)
			}
			write(t, s, func(tx *store.Tx) error { return tx.BlockPeer(ctx, origin) })
			c.advance(p.blocked)
			write(t, s, func(tx *store.Tx) error { return tx.UnblockPeer(ctx, origin) })
			d, err := s.Doubt(ctx, origin)
			if err != nil || d.Any() != p.want || p.want && (!d.Since.Equal(since) || !d.Back.IsZero()) {
				t.Errorf("%s: %+v, %v, want %v since %v", origin, d, err, p.want, since)
			}
			if got, err := s.Peer(ctx, origin); err != nil || got.State != store.PeerUp {
				t.Errorf("%s is %q, %v", origin, got.State, err)
			}
		}
	})
}

// TestKeysSince: an actor has its keys since they were first seen, however often its
// document is read again.
func TestKeysSince(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		ra := store.RemoteActor{URI: "https://a.example/u", PublicKeyPEM: "one", Ed25519: "z1"}
		put := func() time.Time {
			t.Helper()
			write(t, s, func(tx *store.Tx) error { return tx.PutRemoteActor(ctx, ra) })
			at, err := s.KeysSince(ctx, ra.URI)
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		first := put()
		c.advance(time.Hour)
		if ra.Name = "other"; !put().Equal(first) {
			t.Error("a new name made the keys new")
		}
		for _, change := range []func(){func() { ra.PublicKeyPEM = "two" }, func() { ra.Ed25519 = "z2" }} {
			c.advance(time.Hour)
			change()
			if at := put(); !at.Equal(c.now()) {
				t.Errorf("another key, since %v", at)
			}
		}
	})
}
