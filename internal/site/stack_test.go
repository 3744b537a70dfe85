package site

import (
	"fmt"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// TestLongPile: every entry of one address is reached by links alone, page by page.
func TestLongPile(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	const n = stackMost + 7
	for i := range n {
		b.add(directory.Entry{Kind: directory.KindEvent, Name: directory.LangText{"fr": fmt.Sprintf("Assemblée %d", i)},
			Period: &directory.Period{Start: "2026-03-01"},
			Place:  &directory.Place{Locality: "Rennes", Country: "FR", Point: &directory.Point{Lat: 48.111, Lon: -1.68}}})
	}
	b.refresh()
	doc := b.ok("/?c=48.11,-1.68,12")
	mark := find(doc, "a.amas")
	if mark == nil {
		t.Fatal("no mark on the map")
	}
	seen := map[string]bool{}
	path := attr(mark, "href")
	for pages := 0; path != ""; pages++ {
		path, _, _ = strings.Cut(path, "#")
		doc = b.ok(path)
		items := findAll(doc, "#fiche .item h3 a")
		if len(items) == 0 || pages > 3 {
			t.Fatalf("page %d at %s lists %d", pages, path, len(items))
		}
		for _, a := range items {
			seen[attr(a, "href")] = true
		}
		path = ""
		if next := find(doc, "#fiche a[rel=next]"); next != nil {
			path = attr(next, "href")
		}
	}
	if len(seen) != n {
		t.Errorf("%d of %d are reached", len(seen), n)
	}
	if text(find(doc, "#fiche .pages-pile p")) != "51 à 57 sur 57" {
		t.Errorf("the last page says %q", text(find(doc, "#fiche .pages-pile p")))
	}
	if w, _ := b.get("/?entry=@48.111,-1.68&stack=99999999&fragment=card"); w.Code != 200 {
		t.Errorf("beyond the end: %d", w.Code)
	}
}
