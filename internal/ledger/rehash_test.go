package ledger_test

import (
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestRehash: entries whose hash is that of another form of their document get
// the right one and a new place in the catalogue, those whose hash is right stay
// as they are, nobody is told, and it is done once.
func TestRehash(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		org := organisation(t, l)
		var made [2]directory.Entry
		for i := range made {
			e, err := l.Create(t.Context(), system, garden(org.ID))
			if err != nil {
				t.Fatal(err)
			}
			made[i] = e
		}
		stale, fresh := made[0], made[1]
		err := st.Write(t.Context(), func(tx *store.Tx) error {
			e := stale
			e.Hash = "sha256-of-another-form"
			return tx.PutEntry(t.Context(), &e, store.PutOptions{Public: true})
		})
		if err != nil {
			t.Fatal(err)
		}
		read := func(id string) directory.Entry {
			t.Helper()
			e, err := st.Entry(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		was := read(stale.ID)
		if n, err := l.Rehash(t.Context()); err != nil || n != 1 {
			t.Fatalf("%d changed, %v", n, err)
		}
		if got := read(stale.ID); got.Hash != stale.Hash || got.Seq <= was.Seq || !got.Updated.Equal(stale.Updated) {
			t.Errorf("hash %s seq %d updated %v, want %s, after %d, %v", got.Hash, got.Seq, got.Updated, stale.Hash, was.Seq, stale.Updated)
		}
		if got := read(fresh.ID); got.Seq != fresh.Seq || got.Hash != fresh.Hash {
			t.Errorf("what was right moved from %d to %d", fresh.Seq, got.Seq)
		}
		if n, err := l.Rehash(t.Context()); err != nil || n != 0 {
			t.Errorf("again: %d changed, %v", n, err)
		}
	})
}
