package fedtest

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// TestNoNeighbourVanishes: what a rule includes is shown and what it leaves out is not,
// never the other way round, and a rule on one neighbour touches no other; each step
// back brings back what it took.
func TestNoNeighbourVanishes(t *testing.T) {
	w := NewWorld(t)
	names := []string{"a", "b", "c"}
	at := map[string]*Instance{}
	for _, n := range names {
		i, err := w.Instance(n, "sqlite")
		if err != nil {
			t.Fatal(err)
		}
		at[n] = i
	}
	a, b, c := at["a"], at["b"], at["c"]
	event := directory.Entry{Kind: directory.KindEvent, Name: directory.LangText{"fr": "Fête des haies"}, Period: &directory.Period{Start: "2027-06-01"}}
	for _, i := range []*Instance{a, b} {
		publish(t, i, gardenIn("Jardin de Rennes", "Rennes", "35000", 48.11, -1.68), gardenIn("Jardin de Paris", "Paris", "75011", 48.86, 2.38), event)
	}
	includes := directory.SourceRule{Kinds: []directory.Kind{directory.KindCommons}}
	source, err := c.App.Harvest.FollowWith(t.Context(), System, a.URL(), includes)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.App.Harvest.Follow(t.Context(), System, b.URL()); err != nil {
		t.Fatal(err)
	}
	const all = 4 // with the organisation that publishes them
	check := func(step string, ofA int, kinds map[string]int) {
		t.Helper()
		shows(t, c, a, ofA)
		shows(t, c, b, all)
		for query, want := range kinds {
			until(t, fmt.Sprintf("%s: %s has %d", step, query, want), func() (bool, error) {
				n, err := c.Matched(t.Context(), query)
				return n == want, err
			})
		}
	}
	of := func(i *Instance, kind string) string { return "origin=" + i.URL() + "&kind=" + kind }
	check("commons are included", 2, map[string]int{of(a, "commons"): 2, of(a, "event"): 0, of(b, "commons"): 2, of(b, "event"): 1})

	area := directory.SourceRule{Area: &directory.Area{Regions: []string{"53"}}, Placeless: true}
	if err := c.App.Harvest.SetRule(t.Context(), System, source.URI, area, ""); err != nil {
		t.Fatal(err)
	}
	check("an area is included, and what has no place", 3, map[string]int{of(a, "commons"): 1, of(a, "event"): 1, of(b, "commons"): 2})

	excludes := directory.SourceRule{Kinds: []directory.Kind{directory.KindCommons}, Action: directory.DecideIgnore, Otherwise: directory.DecideReview}
	if err := c.App.Harvest.SetRule(t.Context(), System, source.URI, excludes, ""); err != nil {
		t.Fatal(err)
	}
	check("commons are left out, the rest waits", 0, map[string]int{of(a, "commons"): 0, of(b, "commons"): 2})

	if err := c.App.Harvest.SetRule(t.Context(), System, source.URI, directory.SourceRule{}, ""); err != nil {
		t.Fatal(err)
	}
	check("everything is included", all, map[string]int{of(a, "commons"): 2, of(a, "event"): 1, of(b, "commons"): 2})
}

// TestNewEntryIsToldAtOnce: on an instance whose edits rest for a day, a new entry is
// on the aggregator's map at once, and its list, its feed and its file too.
func TestNewEntryIsToldAtOnce(t *testing.T) {
	w := NewWorld(t)
	a, err := w.Instance("a", "sqlite")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Down(); err != nil {
		t.Fatal(err)
	}
	a.cfg.Debounce = 24 * time.Hour
	if err := a.Up(); err != nil {
		t.Fatal(err)
	}
	b, err := w.Instance("b", "sqlite")
	if err != nil {
		t.Fatal(err)
	}
	publish(t, a, gardenIn("Jardin de Paris", "Paris", "75011", 48.86, 2.38))
	if _, err := b.App.Harvest.Follow(t.Context(), System, a.URL()); err != nil {
		t.Fatal(err)
	}
	shows(t, b, a, 2)
	publish(t, a, gardenIn("Verger tout neuf", "Rennes", "35000", 48.11, -1.68))
	until(t, "it is on the map", func() (bool, error) {
		n, err := b.Matched(t.Context(), "q=neuf&bbox=-2,48,-1,49")
		return n == 1, err
	})
	for _, path := range []string{"/?q=neuf", "/feeds/changes.atom", "/export/entries.csv"} {
		until(t, path+" has it", func() (bool, error) { return b.says(t, path, "Verger tout neuf") })
	}
}

// says reports whether a page or a file has a text.
func (i *Instance) says(t *testing.T, path, text string) (bool, error) {
	t.Helper()
	_, body, err := i.Fetch(t.Context(), path, "")
	return bytes.Contains(body, []byte(text)), err
}
