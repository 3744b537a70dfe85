package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestMirrorable: only a public entry, kept as it is shown, and vouched for by
// the pinned key, may be served in its origin's place.
func TestMirrorable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		const origin = "https://a.example"
		write := func(fn func(tx *store.Tx) error) {
			t.Helper()
			if err := s.Write(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		put := func(n int, kind directory.Kind, status directory.Status, owner string) string {
			uri := fmt.Sprintf("%s/x/%d", origin, n)
			e := &directory.Entry{ID: fmt.Sprintf("019aa000-0000-7000-8000-%012d", n), URI: uri, Origin: origin, Kind: kind, OwnerURI: owner,
				Status: status, Name: directory.LangText{"fr": "x"}, Hash: fmt.Sprint("h", n), Revision: 1, Created: time.Unix(1, 0), Updated: time.Unix(1, 0)}
			write(func(tx *store.Tx) error { return tx.PutEntry(ctx, e, store.PutOptions{Public: true}) })
			return uri
		}
		keep := func(uri, owner, hash, key string, endorsed bool) {
			write(func(tx *store.Tx) error {
				return tx.KeepDocument(ctx, store.KeptDocument{URI: uri, Origin: origin, Owner: owner, Hash: hash, Body: []byte(uri), Multikey: key, Endorsed: endorsed})
			})
		}
		org := put(1, directory.KindOrganisation, directory.StatusPublished, "")
		event := put(2, directory.KindEvent, directory.StatusPublished, org)
		ours := put(3, directory.KindText, directory.StatusPublished, origin+"/actor")
		draft := put(4, directory.KindEvent, directory.StatusProposed, org)
		changed := put(5, directory.KindEvent, directory.StatusPublished, org)
		otherKey := put(6, directory.KindEvent, directory.StatusPublished, org)
		for _, k := range []struct {
			uri, owner, hash, key string
			endorsed              bool
		}{{org, org, "h1", "K", true}, {event, org, "h2", "K", false}, {ours, origin + "/actor", "h3", "I", false},
			{draft, org, "h4", "K", false}, {changed, org, "older", "K", false}, {otherKey, org, "h6", "L", false}} {
			keep(k.uri, k.owner, k.hash, k.key, k.endorsed)
		}
		listed := func() (out []string) {
			t.Helper()
			rows, err := s.MirrorCatalog(ctx, origin, 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rows {
				out = append(out, r.URI)
				if d, err := s.MirrorDocument(ctx, r.URI); err != nil || string(d.Body) != r.URI {
					t.Errorf("%s: %q, %v", r.URI, d.Body, err)
				}
			}
			if n, err := s.CountMirror(ctx, origin); err != nil || n != len(out) {
				t.Errorf("counted %d of %d, %v", n, len(out), err)
			}
			return out
		}
		if got := listed(); len(got) != 0 {
			t.Errorf("without a pinned key: %v", got)
		}
		pin := store.PinnedKey{Origin: origin, Multikey: "I", Actor: origin + "/actor", Doc: []byte("{}"), How: store.PinFollowed}
		write(func(tx *store.Tx) error { return tx.PinKey(ctx, pin) })
		if got := fmt.Sprint(listed()); got != fmt.Sprint([]string{org, event, ours}) {
			t.Errorf("mirrored: %v", got)
		}
		for _, uri := range []string{draft, changed, otherKey} {
			if _, err := s.MirrorDocument(ctx, uri); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("%s: %v", uri, err)
			}
			if _, err := s.KeptDocument(ctx, uri); err != nil {
				t.Errorf("%s: %v", uri, err)
			}
		}
		second := pin
		second.Multikey = "J"
		write(func(tx *store.Tx) error { return tx.PinKey(ctx, second) })
		if p, err := s.PinnedKey(ctx, origin); err != nil || p.Multikey != "I" || p.Seen.IsZero() {
			t.Errorf("pinned twice: %+v, %v", p, err)
		}
		write(func(tx *store.Tx) error { return tx.ReplacePinnedKey(ctx, second) })
		if got := listed(); len(got) != 0 {
			t.Errorf("under another key: %v", got)
		}
		write(func(tx *store.Tx) error {
			return tx.DeleteEntry(ctx, "019aa000-0000-7000-8000-000000000002", time.Unix(9, 0))
		})
		if _, err := s.KeptDocument(ctx, event); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("what was deleted is kept: %v", err)
		}
	})
}
