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
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
)

const base = "https://b.example"

// t0 is the time of the tests, in whole microseconds as the store keeps it.
var t0 = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// entry makes a published commons; edit it as the test needs.
func entry(name string, edit ...func(*directory.Entry)) *directory.Entry {
	id := uuid.Must(uuid.NewV7()).String()
	e := &directory.Entry{
		ID: id, URI: base + "/entries/" + id, Kind: directory.KindCommons, Status: directory.StatusPublished,
		Name: directory.LangText{"fr": name}, Created: t0, Updated: t0, Revision: 1,
	}
	for _, f := range edit {
		f(e)
	}
	return e
}

func put(t testing.TB, s *store.Store, es ...*directory.Entry) {
	t.Helper()
	if err := s.Write(context.Background(), func(tx *store.Tx) error {
		return tx.PutEntries(context.Background(), es, store.PutOptions{Public: true})
	}); err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, s *store.Store, fn func(*store.Tx) error) {
	t.Helper()
	if err := s.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func names(es []directory.Entry) []string {
	out := []string{}
	for _, e := range es {
		n, _ := e.Name.In()
		out = append(out, n)
	}
	return out
}

func TestEntryRoundTrip(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		want := entry("Le Talus", func(e *directory.Entry) {
			e.Handle, e.Owner, e.OwnerURI, e.SourceKey = "le-talus", "org", base+"/entries/org", "row-7"
			e.Summary = directory.LangText{"fr": "Une ferme", "en": "A farm"}
			e.Themes, e.Tags = []string{"jardin", "educ"}, []string{"Compost", "Événement"}
			e.Place = &directory.Place{Locality: "Marseille", Country: "FR", Point: &directory.Point{Lat: 43.3, Lon: 5.4}}
			e.Period = &directory.Period{Start: "2018"}
			e.Relations = []directory.Relation{{ID: "r1", Type: directory.RelMemberOf, Object: base + "/entries/x"}}
			e.Contact = &directory.Contact{Email: "someone@example.org"}
			e.Hash = "sha256-abc"
		})
		put(t, s, want)
		if want.Num == 0 || want.Seq == 0 {
			t.Fatalf("Num, Seq = %d, %d, want both given", want.Num, want.Seq)
		}
		for name, read := range map[string]func() (directory.Entry, error){
			"id":     func() (directory.Entry, error) { return s.Entry(ctx, want.ID) },
			"uri":    func() (directory.Entry, error) { return s.EntryByURI(ctx, want.URI) },
			"num":    func() (directory.Entry, error) { return s.EntryByNum(ctx, want.Num) },
			"handle": func() (directory.Entry, error) { return s.EntryByHandle(ctx, "le-talus") },
			"source": func() (directory.Entry, error) { return s.EntryBySourceKey(ctx, "org", "row-7") },
		} {
			got, err := read()
			if err != nil {
				t.Errorf("by %s: %v", name, err)
			}
			if d := cmp.Diff(*want, got); d != "" {
				t.Errorf("by %s (-want +got):\n%s", name, d)
			}
		}
		for _, err := range []error{
			second(s.Entry(ctx, "nobody")), second(s.EntryByHandle(ctx, "")), second(s.EntryBySourceKey(ctx, "org", "")),
			second(s.EntryWire(ctx, want.ID)),
		} {
			if !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("missing entry: %v, want ErrNotFound", err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestPutEntryReplacesItsParts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		e := entry("Avant", func(e *directory.Entry) {
			e.Themes, e.Tags = []string{"eau"}, []string{"ancien"}
			e.Relations = []directory.Relation{{ID: "r1", Type: directory.RelCites, Object: "https://o.example/1"}}
		})
		put(t, s, e)
		num, seq := e.Num, e.Seq
		e.Name = directory.LangText{"fr": "Après"}
		e.Themes, e.Tags = []string{"foret"}, []string{"nouveau"}
		e.Relations = []directory.Relation{{ID: "r2", Type: directory.RelCites, Object: "https://o.example/2"}}
		put(t, s, e)
		if e.Num != num || e.Seq <= seq {
			t.Errorf("after edit Num, Seq = %d, %d, want %d and more than %d", e.Num, e.Seq, num, seq)
		}
		for _, tt := range []struct {
			name string
			f    directory.Selection
			want int
		}{
			{"old theme", directory.Selection{Themes: []string{"eau"}}, 0},
			{"new theme", directory.Selection{Themes: []string{"foret"}}, 1},
			{"old tag", directory.Selection{Tags: []string{"ancien"}}, 0},
			{"new tag", directory.Selection{Tags: []string{"Nouveau"}}, 1},
			{"old word", directory.Selection{Query: "avant"}, 0},
			{"new word", directory.Selection{Query: "apres"}, 1},
		} {
			got, err := s.CountEntries(ctx, store.EntryFilter{Selection: tt.f})
			if err != nil || got != tt.want {
				t.Errorf("%s: %d entries, %v, want %d", tt.name, got, err, tt.want)
			}
		}
		if rels, err := s.RelationsTo(ctx, "https://o.example/1"); err != nil || len(rels) != 0 {
			t.Errorf("old relation is still there: %v, %v", rels, err)
		}
		rel, err := s.Relation(ctx, "r2")
		if err != nil || rel.SubjectURI != e.URI || rel.SubjectName["fr"] != "Après" {
			t.Errorf("Relation = %+v, %v", rel, err)
		}
	})
}

func TestPutEntryConflict(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		put(t, s, entry("Un", func(e *directory.Entry) { e.URI, e.Handle, e.Owner, e.SourceKey = base+"/1", "un", "org", "k" }))
		for name, edit := range map[string]func(*directory.Entry){
			"uri":    func(e *directory.Entry) { e.URI = base + "/1" },
			"handle": func(e *directory.Entry) { e.Handle = "un" },
			"source": func(e *directory.Entry) { e.Owner, e.SourceKey = "org", "k" },
		} {
			err := s.Write(ctx, func(tx *store.Tx) error { return tx.PutEntry(ctx, entry("Deux", edit), store.PutOptions{}) })
			if !errors.Is(err, directory.ErrConflict) {
				t.Errorf("same %s: %v, want ErrConflict", name, err)
			}
		}
		// A remote actor may have the handle of a local one.
		put(t, s, entry("Loin", func(e *directory.Entry) { e.Handle, e.Origin = "un", "https://far.example" }))
	})
}

func TestHandleAlias(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		e := entry("Nouveau nom", func(e *directory.Entry) { e.Handle = "nouveau" })
		put(t, s, e)
		write(t, s, func(tx *store.Tx) error { return tx.PutHandleAlias(ctx, "ancien", e.ID) })
		got, err := s.EntryByHandle(ctx, "ancien")
		if err != nil || got.ID != e.ID {
			t.Errorf("by alias: %s, %v, want %s", got.ID, err, e.ID)
		}
		for handle, want := range map[string]bool{"ancien": true, "nouveau": true, "libre": false} {
			if got, err := s.HandleTaken(ctx, handle); err != nil || got != want {
				t.Errorf("HandleTaken(%s) = %v, %v, want %v", handle, got, err, want)
			}
		}
	})
}

func TestDeleteEntryLeavesATombstone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		e := entry("Jardin secret", func(e *directory.Entry) {
			e.Handle, e.Tags, e.Contact = "jardin", []string{"x"}, &directory.Contact{Email: "a@b.example"}
		})
		draft := entry("Brouillon", func(e *directory.Entry) { e.Status = directory.StatusDraft })
		put(t, s, e, draft)
		write(t, s, func(tx *store.Tx) error {
			return tx.AddRevision(ctx, store.Revision{EntryID: e.ID, Number: 1, Doc: []byte("{}")})
		})
		before := e.Seq
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.DeleteEntry(ctx, e.ID, t0.Add(time.Hour)), tx.DeleteEntry(ctx, draft.ID, t0))
		})
		got, err := s.EntryByURI(ctx, e.URI)
		if !errors.Is(err, directory.ErrGone) {
			t.Fatalf("deleted entry: %v, want ErrGone", err)
		}
		want := directory.Entry{ID: e.ID, URI: e.URI, Kind: e.Kind, Handle: "jardin", Status: directory.StatusDeleted,
			Revision: 1, Created: t0, Updated: t0.Add(time.Hour), DeletedAt: t0.Add(time.Hour)}
		if d := cmp.Diff(want, got, cmpopts.IgnoreFields(directory.Entry{}, "Num", "Seq")); d != "" {
			t.Errorf("tombstone (-want +got):\n%s", d)
		}
		if got.Seq <= before {
			t.Errorf("tombstone seq %d is not after %d", got.Seq, before)
		}
		if _, err := s.Entry(ctx, draft.ID); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("deleted draft: %v, want ErrNotFound", err)
		}
		if vs, err := s.Revisions(ctx, e.ID); err != nil || len(vs) != 0 {
			t.Errorf("history of a deleted entry: %v, %v", vs, err)
		}
		if nums, err := s.SearchNums(ctx, "jardin", 0); err != nil || len(nums) != 0 {
			t.Errorf("search finds a deleted entry: %v, %v", nums, err)
		}
		changes, err := s.ChangesSince(ctx, before, 0)
		if err != nil || len(changes) != 1 || !changes[0].Gone || changes[0].Name != "" {
			t.Errorf("ChangesSince = %+v, %v, want one nameless Gone row", changes, err)
		}
		cat, err := s.Catalog(ctx, "", 0, 0)
		if err != nil || len(cat) != 1 || !cat[0].Deleted || cat[0].URI != e.URI {
			t.Errorf("Catalog = %+v, %v, want one tombstone", cat, err)
		}
		// Deleting again changes nothing.
		write(t, s, func(tx *store.Tx) error { return tx.DeleteEntry(ctx, e.ID, t0.Add(2*time.Hour)) })
		if again, _ := s.Entry(ctx, e.ID); again.Seq != got.Seq {
			t.Errorf("second delete moved seq from %d to %d", got.Seq, again.Seq)
		}
	})
}

func TestEntryWireIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		e := entry("Loin", func(e *directory.Entry) { e.Origin = "https://far.example" })
		write(t, s, func(tx *store.Tx) error {
			if err := tx.PutEntry(ctx, e, store.PutOptions{Public: true, Wire: []byte(`{"id":1}`)}); err != nil {
				return err
			}
			return tx.PutEntry(ctx, e, store.PutOptions{Public: true}) // keeps the wire
		})
		if got, err := s.EntryWire(ctx, e.ID); err != nil || string(got) != `{"id":1}` {
			t.Errorf("EntryWire = %q, %v", got, err)
		}
		write(t, s, func(tx *store.Tx) error { return tx.DeleteEntry(ctx, e.ID, t0) })
		if _, err := s.EntryWire(ctx, e.ID); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("wire of a tombstone: %v, want ErrNotFound", err)
		}
	})
}

func TestPutEntriesInBulk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		const n = 1203 // several chunks and a rest
		es := make([]*directory.Entry, n)
		wires := make([][]byte, n)
		for i := range es {
			es[i] = entry(fmt.Sprintf("Entrée %04d", i), func(e *directory.Entry) {
				e.Tags, e.Themes, e.Origin = []string{"lot"}, []string{"eau"}, "https://far.example"
			})
			wires[i] = fmt.Appendf(nil, "%d", i)
		}
		write(t, s, func(tx *store.Tx) error {
			return tx.PutEntries(ctx, es, store.PutOptions{Public: true, Wires: wires})
		})
		for i, e := range es {
			if e.Num != int64(i+1) || e.Seq != int64(i+1) {
				t.Fatalf("entry %d has Num, Seq = %d, %d", i, e.Num, e.Seq)
			}
		}
		if wire, err := s.EntryWire(ctx, es[1100].ID); err != nil || string(wire) != "1100" {
			t.Errorf("wire of entry 1100 = %q, %v", wire, err)
		}
		put(t, s, es...) // again: an update of all
		if got, err := s.CountEntries(ctx, store.EntryFilter{Selection: directory.Selection{Query: "entree", Tags: []string{"lot"}}}); err != nil || got != n {
			t.Errorf("after a second put: %d entries, %v, want %d", got, err, n)
		}
		if last, err := s.LastSeq(ctx); err != nil || last != 2*n {
			t.Errorf("LastSeq = %d, %v, want %d", last, err, 2*n)
		}
	})
}

// TestKeysFromOutside gives to lookups what a URL may hold: NUL and bytes that are
// not UTF-8, which PostgreSQL refuses to compare.
func TestKeysFromOutside(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		put(t, s, entry("Là"))
		for _, key := range []string{"a\x00b", "\xff\xfe", "'; DROP TABLE entry; --"} {
			for _, err := range []error{
				second(s.Entry(ctx, key)), second(s.EntryByURI(ctx, key)), second(s.EntryByHandle(ctx, key)),
				second(s.Activity(ctx, key)), second(s.UserByName(ctx, key)),
			} {
				if !errors.Is(err, directory.ErrNotFound) {
					t.Errorf("%q: %v, want ErrNotFound", key, err)
				}
			}
			if _, err := s.CountEntries(ctx, store.EntryFilter{Selection: directory.Selection{Tags: []string{key}, Query: key}}); err != nil {
				t.Errorf("%q as a tag: %v", key, err)
			}
		}
		if n, err := s.CountEntries(ctx, store.EntryFilter{}); err != nil || n != 1 {
			t.Errorf("%d entries after it, %v", n, err)
		}
	})
}
