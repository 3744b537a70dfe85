package store_test

import (
	"slices"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"github.com/google/go-cmp/cmp"
)

// TestSearchTexts: the words of public entries, and of no others, come back as they
// are searched, also for the entries that were there before they were kept.
func TestSearchTexts(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			url := storetest.URL(t, engine)
			s := storetest.OpenURL(t, url, store.Options{})
			garden := entry("L'Œuvre des jardins, jardins d'été")
			draft := entry("Brouillon caché", func(e *directory.Entry) { e.Status = directory.StatusDraft })
			pond := entry("Mare 水")
			put(t, s, garden, draft, pond)
			want := map[int64]string{garden.Num: "d des ete jardins l oeuvre", pond.Num: "mare 水"}
			check := func(when string) {
				t.Helper()
				got := map[int64]string{}
				err := s.ScanSearchTexts(ctx, func(x store.SearchText) error {
					got[x.Num] = sortedWords(x.Words)
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("%s: %s", when, d)
				}
				some, err := s.SearchTexts(ctx, []int64{draft.Num, pond.Num, 12345})
				if err != nil || len(some) != len(want)-1 || len(some) == 1 && sortedWords(some[0].Words) != want[pond.Num] {
					t.Errorf("%s: of some numbers %v, %v", when, some, err)
				}
			}
			check("written")
			if engine == "sqlite" {
				if _, err := rawDB(t, engine, url).ExecContext(ctx, "DELETE FROM search_text"); err != nil {
					t.Fatal(err)
				}
			}
			if err := store.FillSearchText(ctx, s); err != nil {
				t.Fatal(err)
			}
			check("filled in")
			pond.Name = directory.LangText{"fr": "Étang"}
			garden.Status = directory.StatusDraft
			put(t, s, pond, garden)
			want = map[int64]string{pond.Num: "etang"}
			got := map[int64]string{}
			if err := s.ScanSearchTexts(ctx, func(x store.SearchText) error { got[x.Num] = x.Words; return nil }); err != nil || !cmp.Equal(got, want) {
				t.Errorf("changed: %v, %v", got, err)
			}
		})
	}
}

func sortedWords(s string) string {
	words := strings.Fields(s)
	slices.Sort(words)
	return strings.Join(words, " ")
}
