package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// twins are an entry of ours and one of another instance about one garden.
func twins() (ours, theirs *directory.Entry) {
	ours = &directory.Entry{ID: "a", URI: "https://b.ex/entries/a", Kind: directory.KindCommons, Status: directory.StatusPublished,
		Name: directory.LangText{"fr": "Le Verger"}, Website: "https://verger.ex/"}
	theirs = &directory.Entry{ID: "b", URI: "https://c.ex/entries/b", Origin: "https://c.ex", Kind: directory.KindPlace,
		Status: directory.StatusPublished, Name: directory.LangText{"fr": "Verger commun"}, Website: "http://www.verger.ex"}
	return ours, theirs
}

// listed is what every list, count, search and index shows, by ID, which must agree.
func listed(t *testing.T, s *store.Store) []string {
	t.Helper()
	ctx := t.Context()
	es, err := s.Entries(ctx, store.EntryFilter{})
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, e := range es {
		ids = append(ids, e.ID)
	}
	n, err := s.CountEntries(ctx, store.EntryFilter{})
	if err != nil || n != len(ids) {
		t.Errorf("counted %d, listed %q, %v", n, ids, err)
	}
	found, err := s.SearchNums(ctx, "verger", 0)
	if err != nil || len(found) != len(ids) {
		t.Errorf("found %d, listed %q, %v", len(found), ids, err)
	}
	indexed := []string{}
	if err := s.ScanIndex(ctx, func(x store.IndexRow) error { indexed = append(indexed, x.ID); return nil }); err != nil || !cmp.Equal(indexed, ids) {
		t.Errorf("indexed %q, listed %q, %v", indexed, ids, err)
	}
	return ids
}

func TestSuccession(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ours, theirs := twins()
		put(t, s, ours, theirs)
		seq, _ := s.LastSeq(ctx)
		write(t, s, func(tx *store.Tx) error {
			return tx.PutSuccession(ctx, theirs, store.Succession{NewID: "a", Why: store.WhyMerged, WhoName: "alice", Reason: "same gate"})
		})
		if got := listed(t, s); !cmp.Equal(got, []string{"a"}) {
			t.Errorf("merged: %q", got)
		}
		rows, err := s.ChangesSince(ctx, seq, 0)
		if err != nil || len(rows) != 1 || rows[0].ID != "b" || !rows[0].Gone {
			t.Errorf("indexes hear %+v, %v", rows, err)
		}
		e, err := s.Entry(ctx, "b")
		if to, ok, serr := s.Successor(ctx, e); err != nil || serr != nil || !ok || to.ID != "a" {
			t.Errorf("successor %s %v %v", to.ID, ok, serr)
		}
		// Its origin goes on telling us about it, and it stays where it is.
		theirs.Summary = directory.LangText{"fr": "Un verger"}
		put(t, s, theirs)
		if got := listed(t, s); !cmp.Equal(got, []string{"a"}) {
			t.Errorf("after an update: %q", got)
		}
		if ms, err := s.MirroredFrom(ctx, "https://c.ex", "", 10); err != nil || len(ms) != 1 {
			t.Errorf("reconciled with its origin: %+v, %v", ms, err)
		}
		if to, err := s.Redirects(ctx); err != nil || !cmp.Equal(to, map[string]string{theirs.URI: ours.URI}) {
			t.Errorf("redirects %v, %v", to, err)
		}
		ps, err := s.Predecessors(ctx, "a")
		if err != nil || len(ps) != 1 || ps[0].OldID != "b" || ps[0].WhoName != "alice" || ps[0].Reason != "same gate" {
			t.Errorf("predecessors %+v, %v", ps, err)
		}
		write(t, s, func(tx *store.Tx) error {
			e, err := tx.Entry(ctx, "b")
			if err != nil {
				return err
			}
			return tx.DeleteSuccession(ctx, &e)
		})
		if got := listed(t, s); !cmp.Equal(got, []string{"a", "b"}) {
			t.Errorf("split: %q", got)
		}
	})
}

// TestRelease: who is shown as another is shown itself once the other is no more.
func TestRelease(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for name, leave := range map[string]func(ctx context.Context, tx *store.Tx, e directory.Entry) error{
			"deleted": func(ctx context.Context, tx *store.Tx, e directory.Entry) error {
				return tx.DeleteEntry(ctx, e.ID, time.Now())
			},
			"unpublished": func(ctx context.Context, tx *store.Tx, e directory.Entry) error {
				e.Status = directory.StatusDraft
				return tx.PutEntry(ctx, &e, store.PutOptions{Public: true})
			},
			"silenced": func(ctx context.Context, tx *store.Tx, e directory.Entry) error {
				e.Silenced = true
				return tx.PutEntry(ctx, &e, store.PutOptions{Public: true})
			},
		} {
			ours, theirs := twins()
			ours.ID, theirs.ID = ours.ID+name, theirs.ID+name
			ours.URI, theirs.URI = ours.URI+name, theirs.URI+name
			put(t, s, ours, theirs)
			write(t, s, func(tx *store.Tx) error {
				ctx := t.Context()
				if err := tx.PutSuccession(ctx, theirs, store.Succession{NewID: ours.ID, Why: store.WhyMerged}); err != nil {
					return err
				}
				return leave(ctx, tx, *ours)
			})
			e, err := s.Entry(t.Context(), theirs.ID)
			if err != nil || !e.Listed() {
				t.Errorf("%s: %+v, %v", name, e, err)
			}
			if _, err := s.Succession(t.Context(), theirs.ID); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("%s: succession: %v", name, err)
			}
			write(t, s, func(tx *store.Tx) error { ctx := t.Context(); return tx.DeleteEntry(ctx, theirs.ID, time.Now()) })
		}
	})
}

// TestUnlistedInCatalog: what no list here shows is still published by us.
func TestUnlistedInCatalog(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ours, _ := twins()
		put(t, s, ours)
		write(t, s, func(tx *store.Tx) error {
			return tx.PutSuccession(t.Context(), ours, store.Succession{Why: store.WhyMoved})
		})
		rows, err := s.Catalog(t.Context(), "", 0, 10)
		if err != nil || len(rows) != 1 || rows[0].Deleted {
			t.Errorf("catalogue %+v, %v", rows, err)
		}
		if n, err := s.CountCatalog(t.Context(), ""); err != nil || n != 1 {
			t.Errorf("counted %d, %v", n, err)
		}
		if got := listed(t, s); len(got) != 0 {
			t.Errorf("listed %q", got)
		}
	})
}

func TestTwins(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ours, theirs := twins()
		other := &directory.Entry{ID: "c", URI: "https://c.ex/entries/c", Origin: "https://c.ex", Kind: directory.KindPlace,
			Status: directory.StatusPublished, Name: directory.LangText{"fr": "LE VERGER"}}
		draft := &directory.Entry{ID: "d", URI: "https://b.ex/entries/d", Kind: directory.KindPlace,
			Status: directory.StatusDraft, Name: directory.LangText{"fr": "Le Verger"}, Website: "https://verger.ex"}
		put(t, s, ours, theirs, other, draft)
		found, err := s.TwinCandidates(ctx, ours)
		if err != nil || len(found) != 2 || found[0].ID != "b" || found[1].ID != "c" {
			t.Errorf("candidates %+v, %v", found, err)
		}
		pairs, err := s.TwinPairs(ctx, store.TwinPair{}, 10)
		want := []store.TwinPair{{A: ours.Num, B: theirs.Num}, {A: ours.Num, B: other.Num}}
		if err != nil || !cmp.Equal(pairs, want) {
			t.Errorf("pairs %+v, %v", pairs, err)
		}
		if rest, err := s.TwinPairs(ctx, want[0], 10); err != nil || !cmp.Equal(rest, want[1:]) {
			t.Errorf("after the first: %+v, %v", rest, err)
		}
		write(t, s, func(tx *store.Tx) error { ctx := t.Context(); return tx.RefuseTwins(ctx, "c", "a", "u", "alice") })
		if rest, err := s.TwinPairs(ctx, store.TwinPair{}, 10); err != nil || !cmp.Equal(rest, want[:1]) {
			t.Errorf("after one was refused: %+v, %v", rest, err)
		}
		write(t, s, func(tx *store.Tx) error { ctx := t.Context(); return tx.DeleteEntry(ctx, "b", time.Now()) })
		if rest, err := s.TwinPairs(ctx, store.TwinPair{}, 10); err != nil || len(rest) != 0 {
			t.Errorf("after one was deleted: %+v, %v", rest, err)
		}
		for complete := false; !complete; {
			if complete, err = s.IndexTwins(ctx, 1); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestMoves(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, at := t.Context(), time.UnixMicro(1_700_000_000_000_000).UTC()
		m := store.Move{ID: "1", Direction: store.MoveOut, OldURI: "https://b.ex/entries/a", NewURI: "https://c.ex/entries/a", Name: "A",
			Entries: 3, LeftHere: 1, WhoID: "u", WhoName: "alice", At: at}
		later := m
		later.ID, later.Direction, later.At = "2", store.MoveIn, at.Add(time.Hour)
		write(t, s, func(tx *store.Tx) error { return errors.Join(tx.PutMove(ctx, m), tx.PutMove(ctx, later)) })
		if got, err := s.LastMove(ctx, m.OldURI); err != nil || !cmp.Equal(got, later) {
			t.Errorf("last %+v, %v", got, err)
		}
		m.Undone = at.Add(time.Minute)
		write(t, s, func(tx *store.Tx) error { ctx := t.Context(); return tx.PutMove(ctx, m) })
		if got, err := s.Moves(ctx, store.MoveOut, "", 10); err != nil || !cmp.Equal(got, []store.Move{m}) {
			t.Errorf("out %+v, %v", got, err)
		}
		if got, err := s.Moves(ctx, "", "2", 10); err != nil || len(got) != 1 {
			t.Errorf("before 2: %+v, %v", got, err)
		}
		if _, err := s.LastMove(ctx, "https://b.ex/entries/x"); !errors.Is(err, directory.ErrNotFound) {
			t.Error(err)
		}
	})
}
