package view_test

import (
	"fmt"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/view"
)

// TestDeadOrigin: what an origin published leaves the map, the timeline and the
// lists when it has been deaf for ninety days, stays where it is named, and comes
// back with it.
func TestDeadOrigin(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
			st := storetest.OpenClock(t, engine, func() time.Time { return now })
			const a = "https://a.example"
			write := func(fn func(tx *store.Tx) error) {
				t.Helper()
				if err := st.Write(ctx, fn); err != nil {
					t.Fatal(err)
				}
			}
			write(func(tx *store.Tx) error {
				for i, origin := range []string{"", a, a, "https://c.example"} {
					e := directory.Entry{ID: fmt.Sprint("id", i), URI: fmt.Sprint(origin, "/entries/", i), Origin: origin, Kind: directory.KindEvent,
						Status: directory.StatusPublished, Name: directory.LangText{"fr": "Fête des haies"}, Period: &directory.Period{Start: "2026-06-05"},
						Place: &directory.Place{Point: &directory.Point{Lat: 48, Lon: float64(i)}}}
					if err := tx.PutEntry(ctx, &e, store.PutOptions{Public: true}); err != nil {
						return err
					}
				}
				return tx.EnsurePeer(ctx, a)
			})
			v := view.New(view.Config{Store: st})
			if err := v.Load(ctx); err != nil {
				t.Fatal(err)
			}
			revision := v.Revision()
			expect := func(what string, shown int, changed bool) {
				t.Helper()
				did, err := v.Refresh(ctx)
				if err != nil || did != changed {
					t.Errorf("%s: changed %t, %v", what, did, err)
				}
				if v.Atlas().Len() != shown || v.Chronicle().Len() != shown || v.Len() != shown {
					t.Errorf("%s: %d on the map, %d on the timeline, %d in all, want %d", what, v.Atlas().Len(), v.Chronicle().Len(), v.Len(), shown)
				}
				if next := v.Revision(); changed == (next == revision) {
					t.Errorf("%s: revision %s, then %s", what, revision, next)
				} else {
					revision = next
				}
				for _, query := range []string{"", "haies"} {
					if n, err := st.CountEntries(ctx, store.EntryFilter{Selection: directory.Selection{Query: query}}); n != shown || err != nil {
						t.Errorf("%s: %d listed for %q, want %d: %v", what, n, query, shown, err)
					}
					if es, err := st.Entries(ctx, store.EntryFilter{Selection: directory.Selection{Query: query}}); len(es) != shown || err != nil {
						t.Errorf("%s: %d found for %q, want %d: %v", what, len(es), query, shown, err)
					}
				}
				fresh := view.New(view.Config{Store: st})
				if err := fresh.Load(ctx); err != nil || fresh.Len() != shown {
					t.Errorf("%s: a new process shows %d, want %d: %v", what, fresh.Len(), shown, err)
				}
				if es, err := st.Entries(ctx, store.EntryFilter{Selection: directory.Selection{Origin: a}}); len(es) != 2 || err != nil {
					t.Errorf("%s: %d of the origin, %v", what, len(es), err)
				}
				if es, err := st.Entries(ctx, store.EntryFilter{WithDead: true}); len(es) != 4 || err != nil {
					t.Errorf("%s: %d exported, %v", what, len(es), err)
				}
				if e, err := st.Entry(ctx, "id1"); err != nil || !e.Status.Public() {
					t.Errorf("%s: its page: %+v, %v", what, e.Status, err)
				}
			}
			expect("at first", 4, false)
			for range 13 {
				write(func(tx *store.Tx) error { return tx.PeerFailed(ctx, a, "no route") })
				now = now.Add(7 * 24 * time.Hour)
			}
			expect("down", 4, false)
			write(func(tx *store.Tx) error { return tx.PeerFailed(ctx, a, "no route") })
			expect("dead", 2, true)
			write(func(tx *store.Tx) error { return tx.PeerAnswered(ctx, a) })
			expect("back", 4, true)
		})
	}
}
