package fedtest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// neighbours is two instances, the first of which holds what the second published.
func neighbours(t *testing.T, engine string) (w *World, a, b *Instance, garden directory.Entry) {
	t.Helper()
	w = NewWorld(t)
	a, b = must(t)(w.Instance("a", engine)), must(t)(w.Instance("b", "sqlite"))
	org, err := b.Organisation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	garden, err = b.App.Ledger.Create(t.Context(), System, directory.Entry{Kind: directory.KindEvent, Owner: org.ID, Status: directory.StatusPublished,
		Name: directory.LangText{"fr": "Chuchotement"}, Period: &directory.Period{Start: "2031-06-06"}})
	if err != nil {
		t.Fatal(err)
	}
	return w, a, b, garden
}

func must(t *testing.T) func(i *Instance, err error) *Instance {
	return func(i *Instance, err error) *Instance {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
}

func eventually(t *testing.T, what string, done func() (bool, error)) {
	t.Helper()
	if err := Wait(t.Context(), done); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// TestModeration: a silence hides everywhere and is undone, a report travels, and
// what a blocked server published does not come in by another one's Announce.
func TestModeration(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			storetest.Need(t, engine) // skips where there is no PostgreSQL
			w, a, b, garden := neighbours(t, engine)
			ctx := t.Context()
			if _, err := a.App.Harvest.Follow(ctx, System, b.URL()+"/actor"); err != nil {
				t.Fatal(err)
			}
			if err := a.Same(ctx, b); err != nil {
				t.Fatal(err)
			}
			matches := func(n int) {
				t.Helper()
				eventually(t, "the search", func() (bool, error) { got, err := a.Matched(ctx, "q=chuchotement"); return got == n, err })
			}
			matches(1)
			held, err := a.App.Store.EntryByURI(ctx, garden.URI)
			if err != nil {
				t.Fatal(err)
			}
			if err := a.App.Moderation.Silence(ctx, System, "b.test", "rumours"); err != nil {
				t.Fatal(err)
			}
			matches(0)
			if _, err := b.App.Ledger.Edit(ctx, System, garden.ID, func(e *directory.Entry) error { e.Name["fr"] = "Chuchotement deux"; return nil }); err != nil {
				t.Fatal(err)
			}
			eventually(t, "a change of what is silenced", func() (bool, error) {
				e, err := a.App.Store.EntryByURI(ctx, garden.URI)
				return e.Name["fr"] == "Chuchotement deux", err
			})
			for path, want := range map[string]bool{"/events/" + held.ID: true, "/?q=chuchotement": false, "/feeds/events.ics": false, "/export/entries.csv": false, "/feeds/changes.atom": false, "/timeline?from=2030&to=2032": false} {
				status, body, err := a.Fetch(ctx, path, "text/html")
				if err != nil || status != http.StatusOK || strings.Contains(string(body), "Chuchotement deux") != want {
					t.Errorf("GET %s of what is silenced: %d, shown %v, %v", path, status, !want, err)
				}
			}
			if err := a.App.Moderation.Unset(ctx, System, "b.test", ""); err != nil {
				t.Fatal(err)
			}
			matches(1)
			report(t, a, b, held)
			embedded(t, w, a, b)
		})
	}
}

// report sends a report of a to b and waits for it there.
func report(t *testing.T, a, b *Instance, held directory.Entry) {
	t.Helper()
	ctx := t.Context()
	target, err := a.App.Actors.Actor(ctx, held.OwnerURI)
	if err != nil {
		t.Fatal(err)
	}
	err = a.App.Store.Write(ctx, func(tx *store.Tx) error { return a.App.Publisher.Flag(ctx, tx, held, target, "Ce n’est pas juste") })
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the report", func() (bool, error) {
		rs, err := b.App.Store.Reports(ctx, true, "", 10)
		return len(rs) == 1 && rs[0].Origin == a.URL() && rs[0].Reporter == a.URL()+"/actor" && len(rs[0].Objects) == 2 && rs[0].Content == "Ce n’est pas juste", err
	})
}

// embedded: a follows somebody who shares an event of b, which is blocked.
func embedded(t *testing.T, w *World, a, b *Instance) {
	t.Helper()
	ctx := t.Context()
	p, err := w.Person("bob")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.App.Harvest.Follow(ctx, System, p.id); err != nil {
		t.Fatal(err)
	}
	if err := a.App.Moderation.Block(ctx, System, "B.test.", "menaces"); err != nil {
		t.Fatal(err)
	}
	org, err := b.Organisation(ctx)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := b.App.Ledger.Create(ctx, System, directory.Entry{Kind: directory.KindEvent, Owner: org.ID, Status: directory.StatusPublished,
		Name: directory.LangText{"fr": "Murmure"}, Period: &directory.Period{Start: "2031-07-07"}})
	if err != nil {
		t.Fatal(err)
	}
	_, doc, err := b.Fetch(ctx, "/events/"+fresh.ID, "application/activity+json")
	if err != nil {
		t.Fatal(err)
	}
	for _, shared := range []any{fresh.URI, json.RawMessage(doc)} {
		if err := p.Send(ctx, object{"type": "Announce", "object": shared}, a.URL()+"/actor"); err != nil {
			t.Fatal(err)
		}
		id := p.id + "/activities/" + string(rune('0'+p.sent))
		eventually(t, "the Announce", func() (bool, error) {
			rec, err := a.App.Store.Received(ctx, id)
			return err == nil && !rec.Done.IsZero() && strings.Contains(rec.Error, "blocked"), nil
		})
	}
	if e, err := a.App.Store.EntryByURI(ctx, fresh.URI); err == nil {
		t.Errorf("a blocked server's entry came in: %+v", e.Name)
	}
}

// TestNewKeyOfADeadServer: a server that was dead and comes back with another key
// is not believed until somebody has decided.
func TestNewKeyOfADeadServer(t *testing.T) {
	w := NewWorld(t)
	a := must(t)(w.Instance("a", "sqlite"))
	ctx := t.Context()
	p, err := w.Person("bob")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.App.Harvest.Follow(ctx, System, p.id); err != nil {
		t.Fatal(err)
	}
	const origin = "https://bob.test"
	eventually(t, "the Follow", func() (bool, error) {
		known, err := a.App.Store.Peer(ctx, origin)
		return err == nil && !known.LastSuccess.IsZero() && known.Queued == 0, nil
	})
	err = a.App.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.PutPeer(ctx, store.Peer{Origin: origin, State: store.PeerDead})
	})
	if err != nil {
		t.Fatal(err)
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := httpsig.EncodeKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	var doc object
	if err := json.Unmarshal(p.doc, &doc); err != nil {
		t.Fatal(err)
	}
	doc["publicKey"].(object)["publicKeyPem"] = pem
	if p.doc, err = json.Marshal(doc); err != nil {
		t.Fatal(err)
	}
	p.signer = &httpsig.Signer{KeyID: p.id + "#main-key", Key: key}
	if _, err := a.App.Actors.Refresh(ctx, p.id); err != nil {
		t.Fatal(err)
	}
	qs, err := a.App.Moderation.Quarantines(ctx)
	if err != nil || len(qs) != 1 || qs[0].Origin != origin || qs[0].NewKey != moderation.Fingerprint(pem) || qs[0].OldKey == qs[0].NewKey {
		t.Fatalf("quarantine: %+v, %v", qs, err)
	}
	note := object{"id": p.id + "/1", "type": "Event", "name": "Retour", "attributedTo": p.id, "startTime": "2031-06-06T18:00:00Z", "updated": "2026-05-01T00:00:00Z", "published": "2026-05-01T00:00:00Z", "to": []string{"https://www.w3.org/ns/activitystreams#Public"}}
	if err := p.Send(ctx, object{"type": "Create", "object": note}, a.URL()+"/actor"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the new document in review", func() (bool, error) {
		e, err := a.App.Store.EntryByURI(ctx, p.id+"/1")
		return err == nil && e.Status == directory.StatusProposed, nil
	})
	if err := a.App.Harvest.AcceptKey(ctx, System, origin, "she called"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the document after the key was accepted", func() (bool, error) {
		e, err := a.App.Store.EntryByURI(ctx, p.id+"/1")
		return e.Status == directory.StatusPublished, err
	})
}
