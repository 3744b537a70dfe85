package harvest_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/harvest"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// judged runs what package moderation does from time to time, until done.
func (n *node) judged(what string, done func() bool) {
	n.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- n.rules.Run(ctx) }()
	for end := time.Now().Add(20 * time.Second); !done() && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	cancel()
	if err := <-ended; err != nil || !done() {
		n.t.Fatalf("%s: not so, %v", what, err)
	}
}

func (n *node) doubts(origin string) bool {
	n.t.Helper()
	d, err := n.st.Doubt(context.Background(), origin)
	if err != nil {
		n.t.Fatal(err)
	}
	return d.Any()
}

// heldOf is a server of other software that was followed and died, and what is held
// of it: two events, which no key signs.
func heldOf(t *testing.T, engine string, catalogue bool) (b *node, f *foreign, page func(items ...any)) {
	t.Helper()
	b, f = newNode(t, engine, "B"), newForeign(t)
	one, two := f.event("one"), f.event("two")
	more := object{}
	if catalogue {
		more["catalog"] = f.URL + "/catalog"
	}
	relay := f.actor("Application", more)
	f.docs["/relay"].(object)["publicKey"] = object{"id": relay + "#main-key", "owner": relay, "publicKeyPem": pemOf(t)}
	page = func(items ...any) {
		if catalogue {
			p := object{"id": f.URL + "/catalog", "type": "OrderedCollectionPage", "orderedItems": items}
			f.docs["/catalog?after=0&limit=100&full=1"], f.docs["/catalog?after=0&limit=500"] = p, p
			return
		}
		f.docs["/outbox"] = object{"id": f.URL + "/outbox", "type": "OrderedCollection", "orderedItems": items}
	}
	page(one, two)
	b.follow(f.URL)
	settle(t, b)
	if !catalogue {
		accept(t, b, relay)
		settle(t, b)
	}
	if got := b.mirror(f.URL); len(got) != 2 {
		t.Fatalf("mirror: %v", got)
	}
	b.state(f.URL, store.PeerDead)
	b.later(100 * 24 * time.Hour)
	return b, f, page
}

// TestStrangerWithOldKeys: who bought the name of a dead server and shows its old
// documents, keys and all, changes nothing and removes nothing by what nobody signs:
// an administrator is asked after a week, and what they accept is then done.
func TestStrangerWithOldKeys(t *testing.T) {
	ctx := context.Background()
	lies := map[string]func(f *foreign, page func(items ...any)){
		"tombstones": func(f *foreign, page func(items ...any)) {
			page(object{"type": "Tombstone", "id": f.URL + "/one"}, object{"type": "Tombstone", "id": f.URL + "/two"})
			f.docs["/one"], f.docs["/two"] = nil, nil
		},
		"nothing any more": func(f *foreign, page func(items ...any)) {
			page()
			f.docs["/one"], f.docs["/two"] = nil, http.StatusNotFound
		},
		"other words": func(f *foreign, page func(items ...any)) {
			for _, path := range []string{"/one", "/two"} {
				doc := f.docs[path].(object)
				doc["name"], doc["updated"] = "Volé", "2026-03-02T10:00:00Z"
			}
			page(f.docs["/one"], f.docs["/two"])
		},
	}
	for _, engine := range storetest.Engines {
		for name, lie := range lies {
			for _, catalogue := range []bool{true, false} {
				t.Run(engine+" "+name, func(t *testing.T) {
					b, f, page := heldOf(t, engine, catalogue)
					lie(f, page)
					want := map[string]string{f.URL + "/one": "one", f.URL + "/two": "two"}
					check := func(when string) {
						t.Helper()
						got := b.mirror(f.URL)
						if len(got) != 2 || got[f.URL+"/one"] != want[f.URL+"/one"] || got[f.URL+"/two"] != want[f.URL+"/two"] {
							t.Fatalf("%s, catalogue %v: %v", when, catalogue, got)
						}
					}
					for _, wait := range []time.Duration{8 * 24 * time.Hour, time.Hour, 25 * time.Hour} {
						b.pull(wait)
						check("back")
					}
					if suspect, err := b.rules.Quarantined(ctx, f.URL); err != nil || suspect || !b.doubts(f.URL) {
						t.Fatalf("quarantine at once: %v, %v", suspect, err)
					}
					b.later(7 * 24 * time.Hour)
					b.judged("the quarantine", func() bool {
						q, err := b.st.QuarantineOf(ctx, f.URL)
						return err == nil && q.Cause == store.CauseUnproven && q.Arg != "" && q.OldKey == q.NewKey
					})
					b.pull(25 * time.Hour)
					check("in quarantine")
					if err := b.harvester.AcceptKey(ctx, system, f.URL, "they called"); err != nil {
						t.Fatal(err)
					}
					settle(t, b)
					b.pull(25 * time.Hour)
					b.pull(25 * time.Hour)
					got := b.mirror(f.URL)
					if name == "nothing any more" && !catalogue {
						return // an outbox need not name what is still there
					}
					if name == "other words" && got[f.URL+"/one"] != "Volé" || name != "other words" && len(got) > 0 {
						t.Errorf("once accepted, catalogue %v: %v", catalogue, got)
					}
				})
			}
		}
	}
}

// returned is a server that b takes for dead and that lives: it has changed one entry
// and deleted another meanwhile. b has looked at it once since.
func returned(t *testing.T, engine string) (a, b *node, gone, changed string) {
	t.Helper()
	ctx := context.Background()
	a, b = newNode(t, engine, "A"), newNode(t, engine, "B")
	a.publish(3)
	b.follow(a.base)
	settle(t, a, b)
	same(t, a, b)
	gone, changed = a.uri(t, "Commun 0"), a.uri(t, "Commun 1")
	b.state(a.base, store.PeerDead)
	b.later(8 * 24 * time.Hour)
	a.later(8 * 24 * time.Hour)
	for uri, do := range map[string]func(id string) error{
		gone: func(id string) error { return a.ledger.Delete(ctx, system, id, "closed") },
		changed: func(id string) error {
			_, err := a.ledger.Edit(ctx, system, id, func(e *directory.Entry) error { e.Name["fr"] = "Neuf"; return nil })
			return err
		},
	} {
		e, err := a.st.EntryByURI(ctx, uri)
		if err == nil {
			err = do(e.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	a.later(time.Minute)
	b.pull(time.Minute) // a's own deliveries do not come yet
	got := b.mirror(a.base)
	if got[gone] == "" || got[changed] != "Neuf" || !b.doubts(a.base) {
		t.Fatalf("what is signed is taken, what is not waits: %v, doubt %v", got, b.doubts(a.base))
	}
	return a, b, gone, changed
}

// TestReturnBySignature: a server that was dead for us is asked for something signed,
// and what waited is done as soon as it answers.
func TestReturnBySignature(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			a, b, _, _ := returned(t, engine)
			settle(t, a, b)
			b.pull(time.Second)
			settle(t, a, b)
			same(t, a, b)
			if b.doubts(a.base) {
				t.Error("still in doubt")
			}
			log, err := b.st.AuditOf(t.Context(), a.base, 1)
			if err != nil || len(log) != 1 || log[0].Verb != "origin.proven" {
				t.Errorf("log: %+v, %v", log, err)
			}
		})
	}
}

// TestReturnByProof: a document that was signed since the server was seen again shows
// as much as a request; one from before does not, whoever serves it.
func TestReturnByProof(t *testing.T) {
	ctx := context.Background()
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			a, b, gone, changed := returned(t, engine)
			b.pull(time.Hour)
			if got := b.mirror(a.base); !b.doubts(a.base) || got[gone] == "" {
				t.Fatalf("an old proof ended the doubt: %v", got)
			}
			a.later(2 * time.Hour)
			e, err := a.st.EntryByURI(ctx, changed)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.ledger.Edit(ctx, system, e.ID, func(e *directory.Entry) error { e.Name["fr"] = "Plus neuf"; return nil }); err != nil {
				t.Fatal(err)
			}
			b.pull(2 * time.Hour)
			b.pull(25 * time.Hour)
			if got := b.mirror(a.base); b.doubts(a.base) || got[gone] != "" || got[changed] != "Plus neuf" {
				t.Errorf("doubt %v, holds %v", b.doubts(a.base), got)
			}
		})
	}
}

// TestLongSleep: an instance that did not run for a month knows nothing of what
// became of the others' names; one that did not for a day believes them.
func TestLongSleep(t *testing.T) {
	ctx := context.Background()
	a, b := newNode(t, "sqlite", "A"), newNode(t, "sqlite", "B")
	a.publish(1)
	b.follow(a.base)
	settle(t, a, b)
	for _, c := range []struct {
		asleep time.Duration
		doubt  bool
	}{{24 * time.Hour, false}, {31 * 24 * time.Hour, true}} {
		if err := b.harvester.Wakened(ctx); err != nil {
			t.Fatal(err)
		}
		b.later(c.asleep)
		a.later(c.asleep)
		if err := b.harvester.Wakened(ctx); err != nil {
			t.Fatal(err)
		}
		if got := b.doubts(a.base); got != c.doubt {
			t.Errorf("asleep for %s: doubt %v", c.asleep, got)
		}
	}
	b.pull(time.Hour)
	settle(t, a, b)
	if b.doubts(a.base) {
		t.Error("it was asked, and answered, and is still in doubt")
	}
}

// TestRebuildOfATakenName: that somebody shows the old actor of a dead server is no
// reason not to rebuild it from who kept its documents.
func TestRebuildOfATakenName(t *testing.T) {
	ctx := context.Background()
	a, b, key := dead(t, "sqlite", 3)
	c := newNode(t, "sqlite", "C")
	if _, err := c.harvester.Rebuild(ctx, system, harvest.RebuildOptions{Origin: a.base, Mirror: b.base, Key: key}); err != nil {
		t.Fatal(err)
	}
	a.setDown(false) // or somebody who has its documents and its name
	b.later(8 * 24 * time.Hour)
	if !b.doubts(a.base) {
		t.Fatal("no doubt")
	}
	if _, err := b.harvester.Rebuild(ctx, system, harvest.RebuildOptions{Origin: a.base, Mirror: c.base}); errors.Is(err, directory.ErrConflict) {
		t.Errorf("refused: %v", err)
	}
}
