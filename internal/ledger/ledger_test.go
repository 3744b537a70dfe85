package ledger_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
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

const base = "https://b.example"

var system = directory.Who{Name: "test", System: true}

// ticker is a clock that moves by a minute with each look.
func ticker() func() time.Time {
	var mu sync.Mutex
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(time.Minute)
		return at
	}
}

func newLedger(st *store.Store) *ledger.Ledger {
	clock := ticker()
	env := vocab.Env{Base: base, InstanceName: "B"}
	keys := keyring.New(st, nil, rand.Reader)
	return ledger.New(ledger.Config{Store: st, Keyring: keys, Env: env, Clock: clock,
		Publisher: outbox.New(outbox.Config{Store: st, Keyring: keys, Env: env, Clock: clock})})
}

func organisation(t *testing.T, l *ledger.Ledger) directory.Entry {
	t.Helper()
	org, err := l.CreateOrganisation(t.Context(), system, directory.Entry{
		Name: directory.LangText{"fr": "La Coop"}, Status: directory.StatusPublished})
	if err != nil {
		t.Fatal(err)
	}
	return org
}

func garden(owner string) directory.Entry {
	return directory.Entry{
		Kind: directory.KindCommons, Owner: owner, Status: directory.StatusPublished,
		Name:   directory.LangText{"fr": "Jardin des Œillets"},
		Themes: []string{"jardin"},
		Place:  &directory.Place{Locality: "Rennes", Country: "FR", Point: &directory.Point{Lat: 48.11, Lon: -1.68}},
	}
}

// each runs fn with a ledger on each engine.
func each(t *testing.T, fn func(t *testing.T, st *store.Store, l *ledger.Ledger)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, st *store.Store) { fn(t, st, newLedger(st)) })
}

func TestCreatePublishesOnce(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		org := organisation(t, l)
		e, err := l.Create(t.Context(), system, garden(org.ID))
		if err != nil {
			t.Fatal(err)
		}
		if e.URI != base+"/entries/"+e.ID || e.Handle == "" || e.OwnerURI != org.URI || e.Seq == 0 || e.Hash == "" || e.PublishedAt.IsZero() {
			t.Errorf("incomplete entry: %+v", e)
		}
		got, err := st.Entry(t.Context(), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(e, got); diff != "" {
			t.Errorf("stored entry differs (-returned +stored)\n%s", diff)
		}
		rows, err := st.Catalog(t.Context(), "", 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != 2 || rows[1].URI != e.URI || rows[1].Hash != e.Hash || rows[1].Deleted {
			t.Errorf("catalog = %+v", rows)
		}
		revs, err := st.Revisions(t.Context(), e.ID)
		if err != nil || len(revs) != 1 || revs[0].Summary != "created" || revs[0].WhoID != "system" {
			t.Errorf("revisions = %+v, %v", revs, err)
		}
		log, err := st.Audit(t.Context(), "", 10)
		if err != nil || len(log) != 2 || log[0].Verb != "created" || log[0].Object != e.ID {
			t.Errorf("audit = %+v, %v", log, err)
		}
	})
}

func TestEditMovesSeqOnlyWithThePublicDocument(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		ctx := t.Context()
		org := organisation(t, l)
		e, err := l.Create(ctx, system, garden(org.ID))
		if err != nil {
			t.Fatal(err)
		}
		same, err := l.Edit(ctx, system, e.ID, func(e *directory.Entry) error { return nil })
		if err != nil || same.Revision != 1 || same.Seq != e.Seq {
			t.Errorf("no-op edit: revision %d seq %d, %v", same.Revision, same.Seq, err)
		}
		private, err := l.Edit(ctx, system, e.ID, func(e *directory.Entry) error {
			e.Contact = &directory.Contact{Email: "jardin@b.example"}
			return nil
		})
		if err != nil || private.Revision != 2 || private.Seq != e.Seq || private.Hash != e.Hash || !private.Updated.Equal(e.Updated) {
			t.Errorf("private edit changed what is public: %+v, %v", private, err)
		}
		public, err := l.Edit(ctx, system, e.ID, func(e *directory.Entry) error { e.Name["fr"] = "Jardin"; return nil })
		if err != nil || public.Revision != 3 || public.Seq <= e.Seq || public.Hash == e.Hash || !public.Updated.After(e.Updated) {
			t.Errorf("public edit: %+v, %v", public, err)
		}
		revs, err := st.Revisions(ctx, e.ID)
		if err != nil || len(revs) != 3 {
			t.Fatalf("revisions = %+v, %v", revs, err)
		}
		back, err := l.Revert(ctx, system, e.ID, 1)
		if err != nil || back.Name["fr"] != "Jardin des Œillets" || back.Revision != 4 || back.ID != e.ID || back.Contact != nil {
			t.Errorf("revert: %+v, %v", back, err)
		}
	})
}

func TestUnpublishAndDelete(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		ctx := t.Context()
		org := organisation(t, l)
		e, err := l.Create(ctx, system, garden(org.ID))
		if err != nil {
			t.Fatal(err)
		}
		draft, err := l.SetStatus(ctx, system, e.ID, directory.StatusDraft)
		if err != nil || draft.Seq <= e.Seq || draft.Hash != "" {
			t.Fatalf("unpublish: %+v, %v", draft, err)
		}
		if rows, err := st.Catalog(ctx, "", e.Seq, 10); err != nil || len(rows) != 1 || !rows[0].Deleted {
			t.Errorf("catalog after unpublish = %+v, %v", rows, err)
		}
		if again, err := l.SetStatus(ctx, system, e.ID, directory.StatusPublished); err != nil || again.Hash == "" || !again.PublishedAt.Equal(e.PublishedAt) {
			t.Errorf("publish again: %+v, %v", again, err)
		}
		if err := l.Delete(ctx, system, org.ID, ""); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("deleting an organisation that owns entries: %v, want ErrConflict", err)
		}
		if err := l.Delete(ctx, system, e.ID, "closed"); err != nil {
			t.Fatal(err)
		}
		if _, err := st.Entry(ctx, e.ID); !errors.Is(err, directory.ErrGone) {
			t.Errorf("deleted entry: %v, want ErrGone", err)
		}
		if err := l.Delete(ctx, system, e.ID, ""); !errors.Is(err, directory.ErrGone) {
			t.Errorf("deleting twice: %v, want ErrGone", err)
		}
		if err := l.Delete(ctx, system, org.ID, ""); err != nil {
			t.Errorf("deleting the empty organisation: %v", err)
		}
	})
}

func TestPermissions(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		ctx := t.Context()
		org := organisation(t, l)
		e, err := l.Create(ctx, system, garden(org.ID))
		if err != nil {
			t.Fatal(err)
		}
		editor := directory.Who{UserID: "u", Orgs: []string{org.ID}}
		stranger := directory.Who{UserID: "v", Orgs: []string{"other"}}
		rename := func(e *directory.Entry) error { e.Name["fr"] += "."; return nil }
		if _, err := l.Edit(ctx, editor, e.ID, rename); err != nil {
			t.Errorf("editor: %v", err)
		}
		for _, who := range []directory.Who{stranger, {}} {
			if _, err := l.Edit(ctx, who, e.ID, rename); !errors.Is(err, directory.ErrForbidden) {
				t.Errorf("edit by %+v: %v, want ErrForbidden", who, err)
			}
			if err := l.Delete(ctx, who, e.ID, ""); !errors.Is(err, directory.ErrForbidden) {
				t.Errorf("delete by %+v: %v, want ErrForbidden", who, err)
			}
			if _, err := l.Create(ctx, who, garden(org.ID)); !errors.Is(err, directory.ErrForbidden) {
				t.Errorf("create by %+v: %v, want ErrForbidden", who, err)
			}
		}
		if _, err := l.CreateOrganisation(ctx, editor, directory.Entry{Name: directory.LangText{"fr": "X"}}); !errors.Is(err, directory.ErrForbidden) {
			t.Errorf("organisation by an editor: %v, want ErrForbidden", err)
		}
	})
}

func TestHandles(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		ctx := t.Context()
		org := organisation(t, l)
		seen := map[string]bool{org.Handle: true}
		for range 14 {
			e, err := l.Create(ctx, system, garden(org.ID))
			if err != nil {
				t.Fatal(err)
			}
			if seen[e.Handle] {
				t.Errorf("handle %q twice", e.Handle)
			}
			seen[e.Handle] = true
		}
		if !seen["jardin-des-oeillets"] && !seen["jardin_des_oeillets"] && !seen["jardindesoeillets"] {
			t.Errorf("no plain handle among %v", seen)
		}
		e := garden(org.ID)
		e.Handle = "instance"
		if _, err := l.Create(ctx, system, e); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("reserved handle: %v, want ErrInvalid", err)
		}
		renamed, err := l.Edit(ctx, system, org.ID, func(e *directory.Entry) error { e.Handle = "coop2"; return nil })
		if err != nil || renamed.Handle != "coop2" {
			t.Fatalf("rename: %+v, %v", renamed, err)
		}
		old, err := st.EntryByHandle(ctx, org.Handle)
		if err != nil || old.ID != org.ID {
			t.Errorf("old handle leads to %v, %v", old.ID, err)
		}
	})
}

func TestEveryErrorAtOnce(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		_, err := l.Create(t.Context(), system, directory.Entry{Kind: directory.KindEvent,
			Place: &directory.Place{Point: &directory.Point{Lat: 200}}})
		var bad directory.Invalid
		if !errors.As(err, &bad) {
			t.Fatalf("error = %v, want Invalid", err)
		}
		fields := map[string]bool{}
		for _, f := range bad {
			fields[f.Field] = true
		}
		for _, want := range []string{"owner", "name"} {
			if !fields[want] {
				t.Errorf("no error about %s in %v", want, bad)
			}
		}
		if len(fields) < 3 {
			t.Errorf("errors about %v only", fields)
		}
		if n, err := st.CountEntries(t.Context(), store.EntryFilter{Statuses: []directory.Status{directory.StatusDraft, directory.StatusPublished}}); err != nil || n != 0 {
			t.Errorf("%d entries after a refused one, %v", n, err)
		}
	})
}

func TestUpsertIsIdempotent(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		ctx := t.Context()
		org := organisation(t, l)
		var es []directory.Entry
		for i := range 600 {
			e := garden(org.ID)
			e.SourceKey = fmt.Sprintf("row-%d", i)
			es = append(es, e)
		}
		es[7].Place.Point.Lat = 300
		es[9].SourceKey = es[8].SourceKey
		count := func(res []ledger.UpsertResult) map[ledger.Outcome]int {
			out := map[ledger.Outcome]int{}
			for _, r := range res {
				out[r.Outcome]++
			}
			return out
		}
		run := func(opt ledger.UpsertOptions, want map[ledger.Outcome]int) {
			t.Helper()
			res, err := l.Upsert(ctx, system, es, opt)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, count(res)); diff != "" {
				t.Errorf("outcomes (-want +got)\n%s", diff)
			}
		}
		run(ledger.UpsertOptions{DryRun: true}, map[ledger.Outcome]int{ledger.Created: 598, ledger.Rejected: 2})
		if n, err := st.CountEntries(ctx, store.EntryFilter{}); err != nil || n != 1 {
			t.Fatalf("a dry run wrote: %d entries, %v", n, err)
		}
		run(ledger.UpsertOptions{}, map[ledger.Outcome]int{ledger.Created: 598, ledger.Rejected: 2})
		seq, err := st.LastSeq(ctx)
		if err != nil {
			t.Fatal(err)
		}
		run(ledger.UpsertOptions{}, map[ledger.Outcome]int{ledger.Unchanged: 598, ledger.Rejected: 2})
		if again, err := st.LastSeq(ctx); err != nil || again != seq {
			t.Errorf("the second run moved seq from %d to %d, %v", seq, again, err)
		}
		es[0].Name = directory.LangText{"fr": "Autre nom"}
		run(ledger.UpsertOptions{}, map[ledger.Outcome]int{ledger.Unchanged: 597, ledger.Updated: 1, ledger.Rejected: 2})
	})
}

func TestRemote(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		ctx := t.Context()
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		e := garden("")
		e.URI, e.Origin, e.Updated = "https://a.example/entries/1", "https://a.example", at
		accept := func(e directory.Entry, hash string) (changed bool) {
			t.Helper()
			err := st.Write(ctx, func(tx *store.Tx) (err error) {
				changed, err = l.AcceptRemote(ctx, tx, e, []byte(`{}`), hash)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return changed
		}
		if !accept(e, "h1") || accept(e, "h1") {
			t.Error("the first version must change, the same again must not")
		}
		older := e
		older.Updated = at.Add(-time.Hour)
		if accept(older, "h0") {
			t.Error("an older version was taken")
		}
		newer := e
		newer.Updated, newer.Website = at.Add(time.Hour), "javascript:alert(1)"
		if !accept(newer, "h2") {
			t.Error("a newer version was not taken")
		}
		got, err := st.EntryByURI(ctx, e.URI)
		if err != nil || got.Website != "" || got.Status != directory.StatusPublished {
			t.Errorf("got %+v, %v: a bad website must be dropped", got, err)
		}
		if _, err := l.Edit(ctx, system, got.ID, func(e *directory.Entry) error { return nil }); !errors.Is(err, directory.ErrForbidden) {
			t.Errorf("editing a remote entry: %v, want ErrForbidden", err)
		}
		write := func(fn func(context.Context, *store.Tx, string) error) {
			t.Helper()
			if err := st.Write(ctx, func(tx *store.Tx) error { return fn(ctx, tx, e.URI) }); err != nil {
				t.Fatal(err)
			}
		}
		write(l.RemoveRemote)
		write(l.RemoveRemote)
		if accept(newer, "h2") {
			t.Error("a deleted entry came back with the version from before")
		}
		forged := e
		forged.URI = "https://victim.example/entries/1"
		err = st.Write(ctx, func(tx *store.Tx) error { _, err := l.AcceptRemote(ctx, tx, forged, nil, "h"); return err })
		if !errors.Is(err, directory.ErrForbidden) {
			t.Errorf("cross-origin entry: %v, want ErrForbidden", err)
		}
	})
}

func TestFailureLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		ctx := t.Context()
		org := organisation(t, l)
		boom := errors.New("boom")
		err := st.Write(ctx, func(tx *store.Tx) error {
			e := garden("")
			e.URI, e.Origin = "https://a.example/entries/1", "https://a.example"
			if _, err := l.AcceptRemote(ctx, tx, e, nil, "h"); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if _, err := l.Edit(ctx, system, org.ID, func(*directory.Entry) error { return boom }); !errors.Is(err, boom) {
			t.Errorf("edit: %v", err)
		}
		if _, err := st.EntryByURI(ctx, "https://a.example/entries/1"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("an entry is left of a failed transaction: %v", err)
		}
		revs, err := st.Revisions(ctx, org.ID)
		if err != nil || len(revs) != 1 {
			t.Errorf("revisions = %d, %v", len(revs), err)
		}
	})
}

func BenchmarkUpsert2000(b *testing.B) {
	for _, engine := range storetest.Engines {
		b.Run(engine, func(b *testing.B) {
			st := storetest.Open(b, engine)
			l := newLedger(st)
			org, err := l.CreateOrganisation(b.Context(), system, directory.Entry{Name: directory.LangText{"fr": "X"}, Status: directory.StatusPublished})
			if err != nil {
				b.Fatal(err)
			}
			for n := 0; b.Loop(); n++ {
				var es []directory.Entry
				for i := range 2000 {
					e := garden(org.ID)
					e.SourceKey = fmt.Sprintf("%d-%d", n, i)
					es = append(es, e)
				}
				if _, err := l.Upsert(b.Context(), system, es, ledger.UpsertOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
