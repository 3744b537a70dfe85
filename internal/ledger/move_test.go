package ledger_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// instance is a ledger at a base URL with a clock that the test moves.
type instance struct {
	*ledger.Ledger
	st  *store.Store
	now time.Time
}

func newInstance(t *testing.T, engine, base string) *instance {
	i := &instance{st: storetest.Open(t, engine), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { i.now = i.now.Add(time.Second); return i.now }
	env := vocab.Env{Base: base, InstanceName: "B"}
	keys := keyring.New(i.st, nil, rand.Reader)
	i.Ledger = ledger.New(ledger.Config{Store: i.st, Keyring: keys, Env: env, Clock: clock,
		Publisher: outbox.New(outbox.Config{Store: i.st, Keyring: keys, Env: env, Clock: clock})})
	return i
}

// moved exports an organisation with two gardens from one and imports it in the other.
func moved(t *testing.T, engine string) (from, to *instance, org, here directory.Entry, d ledger.Departure) {
	t.Helper()
	ctx := t.Context()
	from, to = newInstance(t, engine, "https://a.example"), newInstance(t, engine, base)
	org = organisation(t, from.Ledger)
	var gardens []directory.Entry
	for range 2 {
		g := garden(org.ID)
		g.Contact = &directory.Contact{Email: "x@y.example"}
		if len(gardens) > 0 {
			g.Relations = []directory.Relation{{Type: directory.RelPartnerOf, Object: gardens[0].URI}}
		}
		made, err := from.Create(ctx, system, g)
		if err != nil {
			t.Fatal(err)
		}
		gardens = append(gardens, made)
	}
	if _, err := from.Edit(ctx, system, gardens[1].ID, func(e *directory.Entry) error { e.Name["fr"] = "Le second"; return nil }); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := from.WriteArchive(ctx, system, org.ID, &file); err != nil {
		t.Fatal(err)
	}
	a, n := brought(t, to, file.String())
	if n[store.ArchivedMade] != 3 || len(n) != 1 || a.Organisation != org.URI {
		t.Fatalf("%+v, %v", a, n)
	}
	if _, n := brought(t, to, file.String()); n[store.ArchivedPresent] != 3 || len(n) != 1 {
		t.Errorf("the same archive again: %v", n)
	}
	var err error
	if here, err = to.st.EntryKnownAs(ctx, org.URI); err != nil {
		t.Fatal(err)
	}
	d = ledger.Departure{ID: org.ID, Target: here.URI, Entries: map[string]string{}, Reason: "to the region"}
	for _, g := range gardens {
		e, err := to.st.EntryKnownAs(ctx, g.URI)
		if err != nil {
			t.Fatal(err)
		}
		d.Entries[g.URI] = e.URI
	}
	return from, to, org, here, d
}

func TestImportArchive(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			_, to, org, here, d := moved(t, engine)
			if here.Handle != org.Handle || here.Owner != here.ID || len(here.AlsoKnownAs) != 1 || here.AlsoKnownAs[0] != org.URI || !here.PublishedAt.Equal(org.PublishedAt) {
				t.Errorf("organisation %+v", here)
			}
			es, err := to.st.Entries(ctx, store.EntryFilter{Selection: directory.Selection{Query: "second"}})
			if err != nil || len(es) != 1 {
				t.Fatalf("%+v, %v", es, err)
			}
			second := es[0]
			if second.Contact == nil || second.Owner != here.ID || len(second.Relations) != 1 || !strings.HasPrefix(second.Relations[0].Object, base+"/") {
				t.Errorf("second garden %+v", second)
			}
			revs, err := to.st.Revisions(ctx, second.ID)
			if err != nil || len(revs) != 3 || revs[2].Summary != "created" || revs[1].Summary != "edited: name" || revs[0].Summary != "imported" {
				t.Errorf("history %+v, %v", revs, err)
			}
			back, err := to.Revert(ctx, system, second.ID, 1)
			if err != nil || back.Name["fr"] != "Jardin des Œillets" || back.URI != second.URI || len(back.AlsoKnownAs) != 1 {
				t.Errorf("reverted to before the move: %+v, %v", back, err)
			}
			if len(d.Entries) != 2 {
				t.Errorf("%v", d.Entries)
			}
		})
	}
}

func TestDepartAndReturn(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			from, _, org, here, d := moved(t, engine)
			extra, err := from.Create(ctx, system, garden(org.ID)) // after the export
			if err != nil {
				t.Fatal(err)
			}
			follow(t, from.st, org.URI, "https://m.example/u")
			if _, err := from.Depart(ctx, directory.Who{UserID: "u"}, d); !errors.Is(err, directory.ErrForbidden) {
				t.Errorf("a stranger: %v", err)
			}
			m, err := from.Depart(ctx, system, d)
			if err != nil || m.Entries != 2 || m.LeftHere != 1 || m.NewURI != here.URI {
				t.Fatalf("%+v, %v", m, err)
			}
			if got := listed(t, from.st); len(got) != 1 || !got[extra.ID] {
				t.Errorf("listed %v", got)
			}
			e, err := from.st.Entry(ctx, org.ID)
			if err != nil || e.MovedTo != here.URI || e.Hash == org.Hash || e.ShownAs != directory.NowhereShown || !e.Status.Public() {
				t.Errorf("organisation %+v, %v", e, err)
			}
			if n := sent(t, from.st, "Move", org.URI); n != 1 {
				t.Errorf("%d Moves", n)
			}
			if _, err := from.Depart(ctx, system, d); !errors.Is(err, directory.ErrConflict) {
				t.Errorf("twice: %v", err)
			}
			if err := from.Return(ctx, system, org.ID, "no"); err != nil {
				t.Fatal(err)
			}
			if got := listed(t, from.st); len(got) != 4 {
				t.Errorf("listed after the return: %v", got)
			}
			if _, err := from.Depart(ctx, system, d); !errors.Is(err, directory.ErrConflict) {
				t.Errorf("within a week: %v", err)
			}
			if err := from.Return(ctx, system, org.ID, ""); !errors.Is(err, directory.ErrConflict) {
				t.Errorf("returned twice: %v", err)
			}
			from.now = from.now.Add(ledger.MoveEvery)
			if m, err := from.Depart(ctx, system, d); err != nil || m.Entries != 2 {
				t.Errorf("a week later: %+v, %v", m, err)
			}
			d.Target = org.URI
			if _, err := from.Depart(ctx, system, ledger.Departure{ID: extra.ID, Target: org.URI}); !errors.Is(err, directory.ErrInvalid) {
				t.Errorf("to this instance: %v", err)
			}
		})
	}
}

// TestLink: an entry of another instance is shown as what it became only when
// both of them say so, whichever comes first, and no longer when one takes it back.
func TestLink(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		for _, first := range []string{"old", "new"} {
			old, now := theirs("old-"+first), theirs("new-"+first)
			now.URI, now.Origin, now.OwnerURI = "https://d.example/entries/"+first, "https://d.example", "https://d.example/entries/org"
			moved, claims := old, now
			moved.MovedTo, moved.Updated = now.URI, old.Updated.AddDate(0, 0, 1)
			claims.AlsoKnownAs, claims.Updated = []string{old.URI}, now.Updated.AddDate(0, 0, 1)
			o, n := receive(t, st, l, old), receive(t, st, l, now)
			if first == "old" {
				receive(t, st, l, moved)
			} else {
				receive(t, st, l, claims)
			}
			if got := listed(t, st); !got[o.ID] || !got[n.ID] {
				t.Errorf("%s first: one side alone hides an entry", first)
			}
			receive(t, st, l, moved)
			receive(t, st, l, claims)
			if got := listed(t, st); got[o.ID] || !got[n.ID] {
				t.Errorf("%s first: both say so, and lists show %v", first, got)
			}
			if s, err := st.Succession(t.Context(), o.ID); err != nil || s.Why != store.WhyMoved || s.NewID != n.ID {
				t.Errorf("%s first: %+v, %v", first, s, err)
			}
			moved.MovedTo, moved.Updated = "", moved.Updated.AddDate(0, 0, 1)
			receive(t, st, l, moved)
			if got := listed(t, st); !got[o.ID] || !got[n.ID] {
				t.Errorf("%s first: taken back, and lists show %v", first, got)
			}
		}
	})
}
