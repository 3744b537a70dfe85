package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

const farAway = "https://them.example"

func remote(n int, name, hash string, updated time.Time) ledger.Remote {
	return ledger.Remote{Hash: hash, Wire: []byte(`{"n":"` + name + `"}`), Entry: directory.Entry{
		URI: fmt.Sprintf("%s/entries/%d", farAway, n), Origin: farAway, OwnerURI: farAway + "/entries/0", Kind: directory.KindCommons,
		Name: directory.LangText{"fr": name}, Updated: updated, Status: directory.StatusPublished,
		Place: &directory.Place{Locality: "Rennes", Point: &directory.Point{Lat: 48, Lon: float64(n) / 1000}}}}
}

func bare(st *store.Store) *ledger.Ledger {
	env := vocab.Env{Base: "https://us.example"}
	keys := keyring.New(st, nil, nil)
	return ledger.New(ledger.Config{Store: st, Keyring: keys, Env: env, Publisher: outbox.New(outbox.Config{Store: st, Keyring: keys, Env: env})})
}

// TestAcceptRemotes: a page with its organisation, something refused, something
// twice and something old is what its entries one by one would be.
func TestAcceptRemotes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := t.Context()
		l := bare(st)
		at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
		org := remote(0, "Coop", "sha256-0", at)
		org.Entry.Kind, org.Entry.Handle = directory.KindOrganisation, "coop"
		foreign := remote(9, "Faux", "sha256-9", at)
		foreign.Entry.URI = "https://other.example/entries/9"
		nameless := remote(8, "", "sha256-8", at)
		nameless.Entry.Name = nil
		page := []ledger.Remote{org, remote(1, "Un", "sha256-1", at), foreign, nameless, remote(2, "Deux", "sha256-2", at),
			remote(1, "Un, renommé", "sha256-1b", at.Add(time.Second)), remote(2, "Deux, avant", "sha256-2a", at.Add(-time.Second))}
		var changed []bool
		var refused []error
		accept := func() {
			t.Helper()
			err := st.Write(ctx, func(tx *store.Tx) (err error) {
				changed, refused, err = l.AcceptRemotes(ctx, tx, page)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		accept()
		if d := cmp.Diff([]bool{true, true, false, false, true, true, false}, changed); d != "" {
			t.Error(d)
		}
		for i, err := range refused {
			if want := []error{2: directory.ErrForbidden, 3: directory.ErrInvalid, 6: nil}[i]; !errors.Is(err, want) {
				t.Errorf("entry %d: %v, want %v", i, err, want)
			}
		}
		got := map[string]string{}
		es, err := st.Entries(ctx, store.EntryFilter{Selection: directory.Selection{Origin: farAway}})
		if err != nil {
			t.Fatal(err)
		}
		head, err := st.EntryByURI(ctx, org.Entry.URI)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range es {
			revisions, err := st.Revisions(ctx, e.ID)
			if err != nil {
				t.Fatal(err)
			}
			wire, err := st.EntryWire(ctx, e.ID)
			if err != nil || e.Owner != head.ID {
				t.Errorf("%s: owner %q, %v", e.URI, e.Owner, err)
			}
			got[e.Name["fr"]] = fmt.Sprint(e.Hash, " ", e.Revision, " ", len(revisions), " ", string(wire))
		}
		want := map[string]string{"Coop": `sha256-0 1 1 {"n":"Coop"}`, "Un, renommé": `sha256-1b 2 2 {"n":"Un, renommé"}`, "Deux": `sha256-2 1 1 {"n":"Deux"}`}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		accept()
		if d := cmp.Diff(make([]bool, len(page)), changed); d != "" {
			t.Errorf("a second time: %s", d)
		}
	})
}

// BenchmarkAcceptRemote writes pages of a hundred entries, in one transaction each:
// one by one, and together.
func BenchmarkAcceptRemote(b *testing.B) {
	for _, engine := range storetest.Engines {
		for name, together := range map[string]bool{"singly": false, "page": true} {
			b.Run(engine+"/"+name, func(b *testing.B) {
				st := storetest.Open(b, engine)
				l := bare(st)
				ctx := context.Background()
				at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
				for done := 0; done < b.N; done += 100 {
					page := make([]ledger.Remote, min(100, b.N-done))
					for i := range page {
						page[i] = remote(done+i, fmt.Sprint("Commun ", done+i), fmt.Sprint("sha256-", done+i), at)
					}
					err := st.Write(ctx, func(tx *store.Tx) error {
						if together {
							_, _, err := l.AcceptRemotes(ctx, tx, page)
							return err
						}
						for _, r := range page {
							if _, err := l.AcceptRemote(ctx, tx, r.Entry, r.Wire, r.Hash); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
