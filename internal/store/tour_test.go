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

func TestTours(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := t.Context()
		at := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
		tour := directory.Tour{ID: "t1", Slug: "visite", Title: directory.LangText{"fr": "Visite"}, Revision: 1, Created: at, Updated: at,
			Steps: []directory.TourStep{{Title: directory.LangText{"fr": "Un"}, Map: &directory.TourView{Lat: 48, Lon: -1.5, Zoom: 7}}}}
		put := func(tour directory.Tour, text bool) error {
			return st.Write(ctx, func(tx *store.Tx) error {
				if err := tx.PutTour(ctx, tour); err != nil || !text {
					return err
				}
				return tx.AddTourRevision(ctx, tour, store.TourRevision{At: tour.Updated, WhoName: "Ana", Summary: "edit"})
			})
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(put(tour, true))
		got, err := st.TourBySlug(ctx, "visite")
		if diff := cmp.Diff(tour, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
		if _, err := st.LiveTour(ctx, "visite"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("a draft is live: %v", err)
		}
		other := tour
		other.ID = "t2"
		if err := put(other, true); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("a second tour of one slug: %v", err)
		}
		tour.Live = 1
		must(put(tour, false))
		second := tour
		second.Revision, second.Title = 2, directory.LangText{"fr": "Visite refaite"}
		must(put(second, true))
		if err := put(second, true); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("one version twice: %v", err)
		}
		live, err := st.LiveTour(ctx, "visite")
		if err != nil || live.Title["fr"] != "Visite" {
			t.Errorf("live: %v, %v", live.Title, err)
		}
		if lives, err := st.LiveTours(ctx); err != nil || len(lives) != 1 || lives[0].Title["fr"] != "Visite" {
			t.Errorf("live tours: %+v, %v", lives, err)
		}
		if news, err := st.Tours(ctx); err != nil || len(news) != 1 || news[0].Title["fr"] != "Visite refaite" {
			t.Errorf("tours: %+v, %v", news, err)
		}
		if old, err := st.TourVersion(ctx, "t1", 1); err != nil || old.Title["fr"] != "Visite" {
			t.Errorf("version 1: %+v, %v", old, err)
		}
		revs, err := st.TourRevisions(ctx, "t1", 10)
		if err != nil || len(revs) != 2 || revs[0].Number != 2 || revs[0].WhoName != "Ana" {
			t.Errorf("versions: %+v, %v", revs, err)
		}
		second.Live, second.DeletedAt = 0, at
		must(put(second, false))
		for _, read := range []func() (directory.Tour, error){
			func() (directory.Tour, error) { return st.LiveTour(ctx, "visite") },
			func() (directory.Tour, error) { return st.Tour(ctx, "t1") },
		} {
			if _, err := read(); !errors.Is(err, directory.ErrGone) {
				t.Errorf("a deleted tour: %v", err)
			}
		}
		if n, err := st.CountTours(ctx); err != nil || n != 0 {
			t.Errorf("%d tours, %v", n, err)
		}
	})
}
