package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

func aMap(id, handle string) directory.Map {
	at := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	return directory.Map{ID: id, Handle: handle, Name: directory.LangText{"fr": "Carte " + handle}, Status: directory.StatusPublished,
		Revision: 1, Created: at, Updated: at, Selection: directory.MapSelection{Area: directory.Area{Departments: []string{"35"}}}}
}

func TestMaps(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := t.Context()
		e := directory.Entry{ID: "e1", URI: "https://b.test/entries/e1", Kind: directory.KindCommons, Status: directory.StatusPublished,
			Name: directory.LangText{"fr": "Jardin"}, Handle: "jardin"}
		m := aMap("m1", "rennes")
		entered := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
		must := func(fn func(tx *store.Tx) error) {
			t.Helper()
			if err := st.Write(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		must(func(tx *store.Tx) error {
			if err := tx.PutMap(ctx, m); err != nil {
				return err
			}
			return tx.PutEntry(ctx, &e, store.PutOptions{Public: true})
		})
		got, err := st.MapByHandle(ctx, "rennes")
		if err != nil || !cmp.Equal(got, m) {
			t.Errorf("map %+v, %v, want %+v", got, err, m)
		}
		if err := st.Write(ctx, func(tx *store.Tx) error { return tx.PutMap(ctx, aMap("m2", "rennes")) }); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("a second map of one handle: %v", err)
		}
		if taken, err := st.HandleTaken(ctx, "rennes"); err != nil || !taken {
			t.Errorf("the handle of a map is free: %v", err)
		}
		must(func(tx *store.Tx) error {
			return tx.PutMember(ctx, store.Member{MapID: "m1", Num: e.Num, Present: true, Entered: entered, Announced: entered})
		})
		// A fill keeps the times of who is known.
		must(func(tx *store.Tx) error {
			return tx.FillMembers(ctx, []store.Member{{MapID: "m1", Num: e.Num, Present: true, Entered: entered.Add(time.Hour)}})
		})
		members, err := st.MembersOf(ctx, e.Num)
		want := []store.Member{{MapID: "m1", Num: e.Num, Present: true, Entered: entered, Announced: entered}}
		if err != nil || !cmp.Equal(members, want) {
			t.Errorf("members %+v, %v", members, err)
		}
		checkMapLists(t, st, e)
		must(func(tx *store.Tx) error {
			ok, err := tx.SetMapFilled(ctx, store.MapStamp{ID: "m1", Revision: 2, Filled: -1})
			if ok {
				t.Error("a version that is not the map's is filled")
			}
			return err
		})
		m.Status, m.DeletedAt = directory.StatusDeleted, entered
		must(func(tx *store.Tx) error { return tx.PutMap(ctx, m) })
		if got, err := st.Map(ctx, "m1"); !errors.Is(err, directory.ErrGone) || !got.DeletedAt.Equal(entered) {
			t.Errorf("a deleted map: %+v, %v", got, err)
		}
		if n, err := st.CountEntries(ctx, store.EntryFilter{Selection: directory.Selection{Map: "rennes"}}); err != nil || n != 0 {
			t.Errorf("%d entries in a deleted map, %v", n, err)
		}
	})
}

func checkMapLists(t *testing.T, st *store.Store, e directory.Entry) {
	t.Helper()
	ctx := t.Context()
	if n, err := st.CountMap(ctx, "m1"); err != nil || n != 1 {
		t.Errorf("CountMap = %d, %v", n, err)
	}
	if es, err := st.LatestInMap(ctx, "m1", 5); err != nil || len(es) != 1 || es[0].ID != e.ID {
		t.Errorf("LatestInMap = %v, %v", es, err)
	}
	if hs, err := st.MapsTold(ctx, e.Num); err != nil || !cmp.Equal(hs, []string{"rennes"}) {
		t.Errorf("MapsTold = %v, %v", hs, err)
	}
	for handle, want := range map[string]int{"rennes": 1, "nulle-part": 0} {
		n, err := st.CountEntries(ctx, store.EntryFilter{Selection: directory.Selection{Map: handle}})
		if err != nil || n != want {
			t.Errorf("%d entries with map=%s, %v, want %d", n, handle, err, want)
		}
	}
}

func TestPosted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := t.Context()
		at := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
		held := store.Posted{ID: "3", Actor: "a", At: at.Add(2 * time.Minute), Object: "e3", Kind: "created", Told: []string{"x", "y"}, Held: true}
		err := st.Write(ctx, func(tx *store.Tx) error {
			return errors.Join(tx.AddPosted(ctx, store.Posted{ID: "1", Actor: "a", At: at, Object: "e1", Kind: "created"}),
				tx.AddPosted(ctx, store.Posted{ID: "2", Actor: "a", At: at.Add(time.Minute), Object: "e2", Kind: "created"}),
				tx.AddPosted(ctx, held),
				tx.AddPosted(ctx, store.Posted{ID: "4", Actor: "b", At: at, Object: "e1", Kind: "created"}))
		})
		if err != nil {
			t.Fatal(err)
		}
		last, err := st.LastPosted(ctx, "a", at.Add(-time.Hour), 5)
		if err != nil || !cmp.Equal(last, []time.Time{at.Add(time.Minute), at}) {
			t.Errorf("LastPosted = %v, %v", last, err)
		}
		got, err := st.Held(ctx, "a", 5)
		if err != nil || !cmp.Equal(got, []store.Posted{held}) {
			t.Errorf("Held = %+v, %v", got, err)
		}
		err = st.Write(ctx, func(tx *store.Tx) error {
			return errors.Join(tx.ForgetHeld(ctx, "e3"), tx.PrunePosted(ctx, "a", at))
		})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := st.CountHeld(ctx, "a"); err != nil || n != 0 {
			t.Errorf("%d held, %v", n, err)
		}
		if last, err = st.LastPosted(ctx, "a", at.Add(-time.Hour), 5); err != nil || len(last) != 1 {
			t.Errorf("after pruning: %v, %v", last, err)
		}
		f := store.Feature{ID: "f1", Object: "o", Collection: "c", Actor: "who", Created: at}
		err = st.Write(ctx, func(tx *store.Tx) error {
			first, err1 := tx.PutFeature(ctx, f)
			again := f
			again.ID = "f2"
			second, err2 := tx.PutFeature(ctx, again)
			if !cmp.Equal(first, f) || !cmp.Equal(second, f) {
				t.Errorf("leaves %+v and %+v, want the first twice", first, second)
			}
			return errors.Join(err1, err2)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
