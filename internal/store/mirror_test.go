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

// kept is a store with documents of one origin.
type kept struct {
	t *testing.T
	*store.Store
}

const keptOrigin = "https://a.example"

func (k kept) write(fn func(tx *store.Tx) error) {
	k.t.Helper()
	if err := k.Write(context.Background(), fn); err != nil {
		k.t.Fatal(err)
	}
}

func (k kept) put(n int, kind directory.Kind, status directory.Status, owner string) string {
	k.t.Helper()
	uri := fmt.Sprintf("%s/x/%d", keptOrigin, n)
	e := &directory.Entry{ID: fmt.Sprintf("019aa000-0000-7000-8000-%012d", n), URI: uri, Origin: keptOrigin, Kind: kind, OwnerURI: owner,
		Status: status, Name: directory.LangText{"fr": "x"}, Hash: fmt.Sprint("h", n), Revision: 1, Created: time.Unix(1, 0), Updated: time.Unix(1, 0)}
	k.write(func(tx *store.Tx) error { return tx.PutEntry(context.Background(), e, store.PutOptions{Public: true}) })
	return uri
}

func (k kept) keep(uri, owner, hash, key string, endorsed bool) {
	k.t.Helper()
	k.write(func(tx *store.Tx) error {
		return tx.KeepDocument(context.Background(), store.KeptDocument{URI: uri, Origin: keptOrigin, Owner: owner, Hash: hash, Body: []byte(uri), Multikey: key, Endorsed: endorsed})
	})
}

// listed is what the mirror serves, by each of its doors.
func (k kept) listed() (out []string) {
	k.t.Helper()
	ctx := context.Background()
	rows, err := k.MirrorCatalog(ctx, keptOrigin, 0, 10)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, r := range rows {
		out = append(out, r.URI)
		if d, err := k.MirrorDocument(ctx, r.URI); err != nil || string(d.Body) != r.URI {
			k.t.Errorf("%s: %q, %v", r.URI, d.Body, err)
		}
	}
	if n, err := k.CountMirror(ctx, keptOrigin); err != nil || n != len(out) {
		k.t.Errorf("counted %d of %d, %v", n, len(out), err)
	}
	return out
}

// TestMirrorable: only a public entry, kept as it is shown, and vouched for by
// the pinned key, may be served in its origin's place.
func TestMirrorable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		k := kept{t, s}
		const instance = keptOrigin + "/actor"
		org := k.put(1, directory.KindOrganisation, directory.StatusPublished, "")
		event := k.put(2, directory.KindEvent, directory.StatusPublished, org)
		ours := k.put(3, directory.KindText, directory.StatusPublished, instance)
		draft := k.put(4, directory.KindEvent, directory.StatusProposed, org)
		changed := k.put(5, directory.KindEvent, directory.StatusPublished, org)
		otherKey := k.put(6, directory.KindEvent, directory.StatusPublished, org)
		k.keep(org, org, "h1", "K", true)
		k.keep(event, org, "h2", "K", false)
		k.keep(ours, instance, "h3", "I", false)
		k.keep(draft, org, "h4", "K", false)
		k.keep(changed, org, "older", "K", false)
		k.keep(otherKey, org, "h6", "L", false)
		if got := k.listed(); len(got) != 0 {
			t.Errorf("without a pinned key: %v", got)
		}
		pin := store.PinnedKey{Origin: keptOrigin, Multikey: "I", Actor: instance, Doc: []byte("{}"), How: store.PinFollowed}
		k.write(func(tx *store.Tx) error { return tx.PinKey(ctx, pin) })
		if got := fmt.Sprint(k.listed()); got != fmt.Sprint([]string{org, event, ours}) {
			t.Errorf("mirrored: %v", got)
		}
		for _, uri := range []string{draft, changed, otherKey} {
			if _, err := s.MirrorDocument(ctx, uri); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("%s: %v", uri, err)
			}
		}
		second := pin
		second.Multikey = "J"
		k.write(func(tx *store.Tx) error { return tx.PinKey(ctx, second) })
		if p, err := s.PinnedKey(ctx, keptOrigin); err != nil || p.Multikey != "I" || p.Seen.IsZero() {
			t.Errorf("pinned twice: %+v, %v", p, err)
		}
		k.write(func(tx *store.Tx) error { return tx.ReplacePinnedKey(ctx, second) })
		if got := k.listed(); len(got) != 0 {
			t.Errorf("under another key: %v", got)
		}
		k.write(func(tx *store.Tx) error {
			return tx.DeleteEntry(ctx, "019aa000-0000-7000-8000-000000000002", time.Unix(9, 0))
		})
		if _, err := s.KeptDocument(ctx, event); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("what was deleted is kept: %v", err)
		}
	})
}

// TestMarkPeerDead: dead by decision stays dead while it fails, and is up when
// it answers.
func TestMarkPeerDead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		k := kept{t, s}
		state := func() store.PeerState {
			p, err := s.Peer(ctx, keptOrigin)
			if err != nil {
				t.Fatal(err)
			}
			return p.State
		}
		k.write(func(tx *store.Tx) error { return tx.MarkPeerDead(ctx, keptOrigin, time.Time{}) })
		k.write(func(tx *store.Tx) error { return tx.PeerFailed(ctx, keptOrigin, "refused") })
		if got := state(); got != store.PeerDead {
			t.Errorf("after a failure: %s", got)
		}
		k.write(func(tx *store.Tx) error { return tx.PeerAnswered(ctx, keptOrigin) })
		if got := state(); got != store.PeerUp {
			t.Errorf("after an answer: %s", got)
		}
	})
}
