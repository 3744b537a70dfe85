package harvest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// drift makes b forget what it holds of some entries, without a trace.
func drift(t *testing.T, b *node, uris ...string) {
	t.Helper()
	ctx := context.Background()
	err := b.st.Write(ctx, func(tx *store.Tx) error {
		for _, uri := range uris {
			e, err := tx.EntryByURI(ctx, uri)
			if err != nil {
				return err
			}
			e.Hash, e.Name, e.Updated = "sha256-x", directory.LangText{"fr": "Vieux"}, e.Updated.Add(-time.Hour)
			if err := tx.PutEntry(ctx, &e, store.PutOptions{Public: true}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (n *node) pull(d time.Duration) {
	n.t.Helper()
	n.later(d)
	if err := n.harvester.Schedule(context.Background()); err != nil {
		n.t.Fatal(err)
	}
	settle(n.t, n)
}

func (n *node) peerAt(origin string) store.Peer {
	n.t.Helper()
	p, err := n.st.Peer(context.Background(), origin)
	if err != nil {
		n.t.Fatal(err)
	}
	return p
}

func count(hits []string, part string) (n int) {
	for _, h := range hits {
		if strings.Contains(h, part) {
			n++
		}
	}
	return n
}

// TestHealRequests: agreement is cheap (a 304), one drifted entry costs one list
// and one document, and many cost pages.
func TestHealRequests(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			a, b := newNode(t, engine, "A"), newNode(t, engine, "B")
			a.publish(150)
			b.follow(a.base)
			settle(t, a, b)
			a.requests()
			statuses := map[int]int{}
			a.hook = func(*http.Request) {}
			b.pull(7 * time.Hour)
			hits := a.requests()
			if count(hits, "/digest") != 1 || count(hits, "bucket") != 0 {
				t.Errorf("agreed: %v, %v", hits, statuses)
			}
			uris := mapKeys(b.mirror(a.base))
			var all []string
			uris(func(u string) bool { all = append(all, u); return true })
			drift(t, b, all[0])
			b.pull(7 * time.Hour)
			same(t, a, b)
			hits = a.requests()
			if count(hits, "bucket") != 1 || count(hits, "full=1&bucket") != 0 || count(hits, "/entries/") != 1 {
				t.Errorf("one drifted: %v", hits)
			}
			drift(t, b, all...)
			b.pull(7 * time.Hour)
			same(t, a, b)
			if p := b.peerAt(a.base); b.now().Sub(p.Agreed) > time.Minute {
				t.Errorf("agreed %v", p.Agreed)
			}
		})
	}
}

// TestHealAfterOutage: the first success after a failure compares, and so does
// hearing from a peer that was taken for down; six hours need not pass.
func TestHealAfterOutage(t *testing.T) {
	ctx := context.Background()
	a, b := newNode(t, "sqlite", "A"), newNode(t, "sqlite", "B")
	a.publish(30)
	b.follow(a.base)
	settle(t, a, b)
	b.pull(time.Minute)
	var uri string
	for uri = range b.mirror(a.base) {
		break
	}
	a.setDown(true)
	b.pull(17 * time.Minute)
	if p := b.peerAt(a.base); p.State != store.PeerFailing || p.FailedDays != 1 {
		t.Fatalf("a at b: %+v", p)
	}
	drift(t, b, uri)
	a.setDown(false)
	b.pull(17 * time.Minute)
	same(t, a, b)
	if p := b.peerAt(a.base); p.State != store.PeerUp || !p.Heal.IsZero() {
		t.Errorf("recovered: %+v", p)
	}
	// Down for days: nothing is deleted, and it is looked at once a day.
	a.setDown(true)
	for range 10 {
		b.pull(27 * time.Hour)
	}
	if p := b.peerAt(a.base); p.State != store.PeerDown || len(b.mirror(a.base)) != 31 {
		t.Fatalf("down: %+v, %d entries", p, len(b.mirror(a.base)))
	}
	a.requests()
	for range 4 {
		b.pull(time.Hour)
	}
	if hits := a.requests(); len(hits) != 0 {
		t.Errorf("asked while down: %v", hits)
	}
	drift(t, b, uri)
	a.setDown(false)
	a.later(b.now().Sub(a.now()))
	a.create(directory.Entry{Kind: directory.KindCommons, Name: directory.LangText{"fr": "De retour"}})
	settle(t, a, b)
	if n := len(b.mirror(a.base)); n != 32 {
		t.Errorf("told of a new one while down: %d entries", n)
	}
	b.pull(time.Minute)
	same(t, a, b)
	if p := b.peerAt(a.base); p.State != store.PeerUp {
		t.Errorf("heard of: %+v", p)
	}
	// Paused: it is left alone, and compared when the pause ends.
	for _, paused := range []bool{true, false} {
		err := b.st.Write(ctx, func(tx *store.Tx) error {
			if paused {
				return tx.PausePeer(ctx, a.base)
			}
			return tx.ResumePeer(ctx, a.base)
		})
		if err != nil {
			t.Fatal(err)
		}
		a.requests()
		b.pull(7 * time.Hour)
		if asked := len(a.requests()) > 0; asked == paused {
			t.Errorf("paused %t, asked %t", paused, asked)
		}
	}
}

// TestHealOrganisation: what is followed of one organisation is compared by its own
// digest, and what else is held of its instance has no part in it.
func TestHealOrganisation(t *testing.T) {
	a, b := newNode(t, "sqlite", "A"), newNode(t, "sqlite", "B")
	a.publish(12)
	b.follow(a.org.URI)
	settle(t, a, b)
	if n := len(b.mirror(a.base)); n != 13 {
		t.Fatalf("b holds %d", n)
	}
	for uri := range b.mirror(a.base) {
		drift(t, b, uri)
		break
	}
	a.requests()
	b.pull(7 * time.Hour)
	same(t, a, b)
	if hits := a.requests(); count(hits, "/digest") != 1 || count(hits, "bucket") != 1 {
		t.Errorf("one drifted: %v", hits)
	}
	if p := b.peerAt(a.base); p.Agreed.IsZero() {
		t.Errorf("agreed: %+v", p)
	}
	b.pull(7 * time.Hour)
	if hits := a.requests(); count(hits, "/digest") != 1 || count(hits, "bucket") != 0 || count(hits, "limit=500") != 0 {
		t.Errorf("agreed: %v", hits)
	}
}

// TestForgottenCursor: a catalogue that no longer knows our cursor is read from
// its beginning and compared.
func TestForgottenCursor(t *testing.T) {
	b, f := newNode(t, "sqlite", "B"), newForeign(t)
	catalog := f.URL + "/catalog"
	relay := f.actor("Application", object{"catalog": catalog})
	page := func(items ...any) object {
		return object{"id": catalog, "type": "OrderedCollectionPage", "orderedItems": items}
	}
	first := page(f.event("one"))
	first["next"] = catalog + "?after=5&limit=100&full=1"
	f.docs["/catalog?after=0&limit=100&full=1"] = first
	f.docs["/catalog?after=5&limit=100&full=1"] = page(f.event("two"))
	f.docs["/catalog?after=0&limit=500"] = page(f.event("one"), f.event("two"))
	b.follow(f.URL)
	settle(t, b)
	fl, err := b.st.Following(context.Background(), b.env.InstanceURI(), relay)
	if err != nil || fl.Cursor != 5 {
		t.Fatalf("cursor %d, %v", fl.Cursor, err)
	}
	f.docs["/catalog?after=5&limit=100&full=1"] = nil // 410
	f.docs["/catalog?after=0&limit=100&full=1"] = page(f.event("one"), f.event("two"), f.event("three"))
	f.docs["/catalog?after=0&limit=500"] = page(f.event("one"), f.event("two"), f.event("three"))
	b.pull(17 * time.Minute)
	if got := b.mirror(f.URL); len(got) != 3 {
		t.Errorf("after starting over: %v", got)
	}
}

// TestMissingTwice: what a foreign origin no longer has leaves after a 410 at once
// and after a 404 a day later; what cannot be reached stays.
func TestMissingTwice(t *testing.T) {
	b, f := newNode(t, "sqlite", "B"), newForeign(t)
	relay := f.actor("Application", nil)
	one, two := f.event("one"), f.event("two")
	f.docs["/outbox"] = object{"id": f.URL + "/outbox", "type": "OrderedCollection", "orderedItems": []any{one["id"], two["id"]}}
	b.follow(f.URL)
	accept(t, b, relay)
	settle(t, b)
	if n := len(b.mirror(f.URL)); n != 2 {
		t.Fatalf("%d entries", n)
	}
	f.docs["/one"] = http.StatusNotFound
	f.docs["/two"] = nil // 410
	b.pull(17 * time.Minute)
	if got := b.mirror(f.URL); len(got) != 1 || got[f.URL+"/one"] == "" {
		t.Errorf("after the first look: %v", got)
	}
	b.pull(20 * time.Hour)
	if got := b.mirror(f.URL); len(got) != 1 {
		t.Errorf("before a day: %v", got)
	}
	b.pull(5 * time.Hour)
	if got := b.mirror(f.URL); len(got) != 0 {
		t.Errorf("after a day: %v", got)
	}
}

// TestBeforeItBegins: an event that the outbox names no more is looked at two
// days, a day and two hours before it begins, once each.
func TestBeforeItBegins(t *testing.T) {
	b, f := newNode(t, "sqlite", "B"), newForeign(t)
	relay := f.actor("Application", nil)
	fair := f.event("fair")
	start := b.now().Add(60 * time.Hour)
	fair["startTime"] = start.Format(time.RFC3339)
	page := object{"id": f.URL + "/outbox", "type": "OrderedCollection", "orderedItems": []any{object{"type": "Create", "id": f.URL + "/c", "object": fair}}}
	f.docs["/outbox"] = page
	b.follow(f.URL)
	accept(t, b, relay)
	settle(t, b)
	page["orderedItems"] = []any{}
	looks := []time.Duration{}
	for b.now().Before(start) {
		f.hits = nil
		b.pull(30 * time.Minute)
		if count(f.hits, "/fair") > 0 {
			looks = append(looks, start.Sub(b.now()).Round(time.Hour))
		}
	}
	want := []time.Duration{49 * time.Hour, 24 * time.Hour, 2 * time.Hour}
	if !slices.EqualFunc(looks, want, func(at, w time.Duration) bool { return at <= w && at >= w-time.Hour }) {
		t.Errorf("looked at %v before it began", looks)
	}
}

// TestGreeted: an instance that was away for an hour has something signed sent to
// its peers, once.
func TestGreeted(t *testing.T) {
	ctx := context.Background()
	a, b := newNode(t, "sqlite", "A"), newNode(t, "sqlite", "B")
	a.publish(1)
	b.follow(a.base)
	settle(t, a, b)
	posts := 0
	b.hook = func(r *http.Request) {
		if r.Method == http.MethodPost {
			posts++
		}
	}
	for i, want := range []int{0, 0, 1, 1} {
		if i == 2 {
			a.later(3 * time.Hour)
			b.later(3 * time.Hour)
		}
		a.later(2 * time.Minute)
		b.later(2 * time.Minute)
		if err := a.harvester.Wakened(ctx); err != nil {
			t.Fatal(err)
		}
		settle(t, a)
		if posts != want {
			t.Errorf("look %d: %d posts, want %d", i, posts, want)
		}
	}
	if _, err := a.st.Setting(ctx, "harvest.alive"); errors.Is(err, directory.ErrNotFound) {
		t.Error(fmt.Errorf("not noted: %w", err))
	}
}
