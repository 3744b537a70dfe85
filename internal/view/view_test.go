package view_test

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/view"
	"codeberg.org/bocage/bocage/internal/vocab"
)

var (
	system = directory.Who{Name: "test", System: true}
	world  = atlas.BBox{West: -180, South: -90, East: 180, North: 90}
)

func newLedger(st *store.Store) *ledger.Ledger {
	env := vocab.Env{Base: "https://b.example"}
	keys := keyring.New(st, nil, rand.Reader)
	return ledger.New(ledger.Config{Store: st, Keyring: keys, Env: env,
		Publisher: outbox.New(outbox.Config{Store: st, Keyring: keys, Env: env})})
}

// TestViewFollowsTheDatabase: what another process commits is on the map of
// this one after a look.
func TestViewFollowsTheDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := t.Context()
		l := newLedger(st)
		org, err := l.CreateOrganisation(ctx, system, directory.Entry{Name: directory.LangText{"fr": "Coop"}, Status: directory.StatusPublished})
		if err != nil {
			t.Fatal(err)
		}
		v := view.New(view.Config{Store: st})
		if err := v.Load(ctx); err != nil {
			t.Fatal(err)
		}
		revision := v.Revision()
		e, err := l.Create(ctx, system, directory.Entry{Kind: directory.KindEvent, Owner: org.ID, Status: directory.StatusPublished,
			Name: directory.LangText{"fr": "Forum des Œuvres"}, Themes: []string{"jardin"}, Tags: []string{"haies"},
			Period: &directory.Period{Start: "2026-06-05", End: "2026-06-07"},
			Place:  &directory.Place{Locality: "Rennes", Country: "FR", Point: &directory.Point{Lat: 48.1, Lon: -1.6}}})
		if err != nil {
			t.Fatal(err)
		}
		look := func(points, spans, all int) {
			t.Helper()
			if _, err := v.Refresh(ctx); err != nil {
				t.Fatal(err)
			}
			if v.Atlas().Len() != points || v.Chronicle().Len() != spans || v.Len() != all {
				t.Errorf("%d points, %d spans, %d entries, want %d %d %d", v.Atlas().Len(), v.Chronicle().Len(), v.Len(), points, spans, all)
			}
		}
		look(1, 1, 2)
		if v.Revision() == revision {
			t.Error("the revision stayed the same")
		}
		if changed, err := v.Refresh(ctx); err != nil || changed {
			t.Errorf("a second look: changed %v, %v", changed, err)
		}
		if got := v.Labels([]int64{e.Num, 999})[e.Num]; got.ID != e.ID || got.Name != "Forum des Œuvres" {
			t.Errorf("label = %+v", got)
		}
		checkFilters(t, v)
		if _, err := l.Edit(ctx, system, e.ID, func(e *directory.Entry) error { e.Place.Precision = directory.PrecisionHidden; return nil }); err != nil {
			t.Fatal(err)
		}
		look(0, 1, 2)
		if err := l.Delete(ctx, system, e.ID, ""); err != nil {
			t.Fatal(err)
		}
		look(0, 0, 1)
		fresh := view.New(view.Config{Store: st})
		if err := fresh.Load(ctx); err != nil || fresh.Len() != 1 || fresh.Atlas().Len() != 0 {
			t.Errorf("loaded again: %d entries, %v", fresh.Len(), err)
		}
	})
}

// checkFilters looks for the one event on the map.
func checkFilters(t *testing.T, v *view.View) {
	t.Helper()
	for _, tt := range []struct {
		s    directory.Selection
		want int
	}{
		{directory.Selection{}, 1},
		{directory.Selection{Kinds: []directory.Kind{directory.KindEvent}}, 1},
		{directory.Selection{Kinds: []directory.Kind{directory.KindText}}, 0},
		{directory.Selection{Themes: []string{"jardin"}}, 1},
		{directory.Selection{Themes: []string{"nourrir"}}, 1},
		{directory.Selection{Themes: []string{"terre"}}, 0},
		{directory.Selection{Query: "OEUVRES for"}, 1},
		{directory.Selection{Query: "absent"}, 0},
		{directory.Selection{Tags: []string{"haies"}}, 1},
		{directory.Selection{Origin: directory.OriginLocal}, 1},
		{directory.Selection{Origin: "https://a.example"}, 0},
		{directory.Selection{From: "2026", To: "2026"}, 1},
		{directory.Selection{From: "2027"}, 0},
		{directory.Selection{To: "2025"}, 0},
	} {
		for range 2 { // the second answer comes from the cache
			f, err := v.Filter(t.Context(), tt.s)
			if err != nil {
				t.Fatal(err)
			}
			if got := v.Atlas().Count(world, f); got != tt.want {
				t.Errorf("%+v: %d points, want %d", tt.s, got, tt.want)
			}
		}
	}
	for _, s := range []directory.Selection{{Themes: []string{"x"}}, {Kinds: []directory.Kind{"x"}}, {From: "yesterday"}} {
		if _, err := v.Filter(t.Context(), s); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("%+v: %v, want ErrInvalid", s, err)
		}
	}
}

// TestRunPolls: Run sees a change that nobody told it of.
func TestRunPolls(t *testing.T) {
	st := storetest.Open(t, "sqlite")
	v := view.New(view.Config{Store: st, Poll: 5 * time.Millisecond})
	if err := v.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	go func() { _ = v.Run(t.Context()) }() // always nil
	if _, err := newLedger(st).CreateOrganisation(t.Context(), system, directory.Entry{Name: directory.LangText{"fr": "Coop"}, Status: directory.StatusPublished}); err != nil {
		t.Fatal(err)
	}
	deadline := time.NewTimer(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for v.Len() == 0 {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("the change was never seen")
		}
	}
}
