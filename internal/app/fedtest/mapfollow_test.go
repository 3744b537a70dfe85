package fedtest

import (
	"errors"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestInstanceFollowsMap: b follows a map of a, and nothing else of it: it takes
// what enters the map, hears of its edits and of its end, and lets go of the rest
// when it follows the map no more.
func TestInstanceFollowsMap(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			storetest.Need(t, engine)
			_, is := instances(t, engine, "a", "b")
			a, b := is[0], is[1]
			_, uri := brittany(t, a, "bretagne")
			rule := directory.SourceRule{Kinds: []directory.Kind{directory.KindCommons}}
			if _, err := b.App.Harvest.FollowWith(t.Context(), System, uri, rule); err != nil {
				t.Fatal(err)
			}
			until(t, "a knows that b follows", func() (bool, error) {
				n, err := a.App.Store.CountFollowers(t.Context(), uri)
				return n == 1, err
			})
			add(t, a, "Jardin de Nice", "06000", directory.KindCommons) // not in the map
			inside := add(t, a, "Jardin de Rennes", "35000", directory.KindCommons)
			add(t, a, "Atelier de Vannes", "56000", directory.KindPlace) // b's rule ignores it
			other := add(t, a, "Four de Brest", "29200", directory.KindCommons)
			shows(t, b, a, 2)
			edit(t, a, inside.ID, func(e *directory.Entry) { e.Name["fr"] = "Jardin du Thabor" })
			until(t, "b knows the new name", func() (bool, error) {
				e, err := b.App.Store.EntryByURI(t.Context(), inside.URI)
				return e.Name["fr"] == "Jardin du Thabor", err
			})
			if err := a.App.Ledger.Delete(t.Context(), System, inside.ID, "story"); err != nil {
				t.Fatal(err)
			}
			shows(t, b, a, 1)
			if err := b.App.Harvest.Unfollow(t.Context(), System, uri); err != nil {
				t.Fatal(err)
			}
			shows(t, b, a, 0)
			if _, err := b.App.Store.EntryByURI(t.Context(), other.URI); err != nil && !errors.Is(err, directory.ErrNotFound) && !errors.Is(err, directory.ErrGone) {
				t.Error(err)
			}
		})
	}
}
