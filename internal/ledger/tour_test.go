package ledger_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

func TestTourVerbs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := t.Context()
		l := newLedger(st)
		org := organisation(t, l)
		e, err := l.Create(ctx, system, garden(org.ID))
		if err != nil {
			t.Fatal(err)
		}
		editor, visitor := directory.Who{UserID: "u1", Name: "Ana", Orgs: []string{org.ID}}, directory.Who{UserID: "u2"}
		draft := directory.Tour{Slug: "Visite", Title: directory.LangText{"fr": "Visite"},
			Steps: []directory.TourStep{{Title: directory.LangText{"fr": "Un"}, Entry: base + "/@" + e.Handle}}}
		if _, err := l.CreateTour(ctx, visitor, draft); !errors.Is(err, directory.ErrForbidden) {
			t.Errorf("a visitor makes a tour: %v", err)
		}
		tour, err := l.CreateTour(ctx, editor, draft)
		if err != nil || tour.Slug != "visite" || tour.Steps[0].Entry != e.URI {
			t.Fatalf("%+v, %v, want the id %s of the entry", tour, err, e.URI)
		}
		if _, err := l.CreateTour(ctx, editor, draft); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("a slug twice: %v", err)
		}
		if err := l.PublishTour(ctx, editor, tour.ID); !errors.Is(err, directory.ErrForbidden) {
			t.Errorf("an editor publishes: %v", err)
		}
		if err := l.PublishTour(ctx, system, tour.ID); err != nil {
			t.Fatal(err)
		}
		rename := func(to string) func(*directory.Tour) error {
			return func(t *directory.Tour) error { t.Title, t.Slug = directory.LangText{"fr": to}, "autre"; return nil }
		}
		if _, err := l.EditTour(ctx, editor, tour.ID, 1, rename("Deux")); err != nil {
			t.Fatal(err)
		}
		if _, err := l.EditTour(ctx, editor, tour.ID, 1, rename("Trop tard")); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("an edit of an old version: %v", err)
		}
		if live, err := st.LiveTour(ctx, "visite"); err != nil || live.Title["fr"] != "Visite" {
			t.Errorf("live before it is published: %v, %v", live.Title, err)
		}
		back, err := l.RevertTour(ctx, editor, tour.ID, 1)
		if err != nil || back.Revision != 3 || back.Title["fr"] != "Visite" {
			t.Errorf("reverted: %+v, %v", back, err)
		}
		if err := l.DeleteTour(ctx, system, tour.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := st.LiveTour(ctx, "visite"); !errors.Is(err, directory.ErrGone) {
			t.Errorf("after the end: %v", err)
		}
		if _, err := l.CreateTour(ctx, editor, draft); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("the slug of one that ended: %v", err)
		}
		lines, err := st.Audit(ctx, "", 50)
		if err != nil {
			t.Fatal(err)
		}
		var verbs []string
		for _, a := range lines {
			if strings.HasPrefix(a.Verb, "tour.") {
				verbs = append(verbs, a.Verb+" "+a.Object)
			}
		}
		if got, want := strings.Join(verbs, ","), "tour.delete visite,tour.revert visite,tour.edit visite,tour.publish visite,tour.create visite"; got != want {
			t.Errorf("log %s, want %s", got, want)
		}
	})
}

// TestTourWithoutSteps: nobody publishes an empty page.
func TestTourWithoutSteps(t *testing.T) {
	t.Parallel()
	l := newLedger(storetest.Open(t, "sqlite"))
	tour, err := l.CreateTour(t.Context(), system, directory.Tour{Slug: "vide", Title: directory.LangText{"fr": "Vide"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.PublishTour(t.Context(), system, tour.ID); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("published without a step: %v", err)
	}
}

// TestTourEditedAtOnce: of many edits at once none is lost.
func TestTourEditedAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		l := newLedger(st)
		tour, err := l.CreateTour(t.Context(), system, directory.Tour{Slug: "ensemble", Title: directory.LangText{"fr": "Ensemble"}})
		if err != nil {
			t.Fatal(err)
		}
		const writers = 8
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				_, err := l.EditTour(t.Context(), system, tour.ID, 0, func(t *directory.Tour) error {
					t.Steps = append(t.Steps, directory.TourStep{Title: directory.LangText{"fr": "Une étape"}})
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		got, err := st.Tour(t.Context(), tour.ID)
		if err != nil || len(got.Steps) != writers || got.Revision != writers+1 {
			t.Errorf("%d steps, version %d, %v", len(got.Steps), got.Revision, err)
		}
	})
}
