package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestDisputedPin: a disputed key is read by who asks for it and is not believed; who
// pins it anew ends that. A server is asked about its pin once in a while, unless an
// administrator gave it or the server is not to be asked.
func TestDisputedPin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, origin := context.Background(), "https://a.example"
		pin := store.PinnedKey{Origin: origin, Multikey: "z6MkA", Actor: origin + "/actor", How: store.PinFollowed, Seen: time.Now()}
		given := store.PinnedKey{Origin: "https://given.example", Multikey: "z6MkB", Actor: "https://given.example/actor", How: store.PinManual, Seen: time.Now()}
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.PinKey(ctx, pin), tx.PinKey(ctx, given), tx.EnsurePeer(ctx, origin))
		})
		due := func() int {
			t.Helper()
			ps, err := s.PinsToCheck(ctx, time.Now().Add(time.Minute), 8)
			if err != nil {
				t.Fatal(err)
			}
			return len(ps)
		}
		if n := due(); n != 1 {
			t.Errorf("%d are asked", n)
		}
		write(t, s, func(tx *store.Tx) error {
			if _, err := tx.PinChecked(ctx, origin); err != nil {
				return err
			}
			return tx.DisputePin(ctx, origin, origin+"/other")
		})
		if ps, err := s.PinsToCheck(ctx, time.Now().Add(-time.Minute), 8); err != nil || len(ps) != 0 {
			t.Errorf("asked again at once: %+v, %v", ps, err)
		}
		if _, err := s.PinnedKey(ctx, origin); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("believed: %v", err)
		}
		got, err := s.AnyPin(ctx, origin)
		if err != nil || got.Disputed.IsZero() || got.Named != origin+"/other" || got.Multikey != pin.Multikey {
			t.Errorf("%+v, %v", got, err)
		}
		if ps, err := s.DisputedPins(ctx); err != nil || len(ps) != 1 || ps[0].Origin != origin {
			t.Errorf("%+v, %v", ps, err)
		}
		write(t, s, func(tx *store.Tx) error { return tx.BlockPeer(ctx, origin) })
		if n := due(); n != 0 {
			t.Errorf("a blocked server is asked")
		}
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.UnblockPeer(ctx, origin), tx.ReplacePinnedKey(ctx, pin))
		})
		if got, err := s.PinnedKey(ctx, origin); err != nil || !got.Disputed.IsZero() || got.Named != "" {
			t.Errorf("%+v, %v", got, err)
		}
		if n := due(); n != 1 {
			t.Errorf("%d are asked after the block", n)
		}
	})
}
