package resource

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestFeatureLasts: a leave to be in a collection stands as long as the document of
// the actor does, also when it has moved; a draft has none.
func TestFeatureLasts(t *testing.T) {
	s := newSite(t)
	moved := entry(2, directory.KindCommons, func(e *directory.Entry) {
		e.MovedTo, e.ShownAs = "https://new.example/entries/2", directory.NowhereShown
	})
	draft := entry(3, directory.KindCommons, func(e *directory.Entry) { e.Status = directory.StatusDraft })
	s.put(entry(1, directory.KindCommons, nil), moved, draft)
	for n, want := range map[int]int{1: http.StatusOK, 2: http.StatusOK, 3: http.StatusNotFound} {
		uri := env.Base + path(n, directory.KindCommons)
		f := store.Feature{ID: "leave-" + uri[len(uri)-12:], Object: uri, Collection: "https://m.example/c/1", Actor: "https://m.example/u/1", Created: now}
		s.write(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.PutFeature(ctx, f)
			return err
		})
		w := s.get("/features/" + f.ID)
		if w.Code != want || want == http.StatusOK && !strings.Contains(w.Body.String(), `"interactionTarget":"`+uri+`"`) {
			t.Errorf("of %s: %d %s", uri, w.Code, w.Body)
		}
	}
}
