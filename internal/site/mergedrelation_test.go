package site

import (
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// What a merged twin says of others stays in the charts and on the page of the one
// that is shown, with whose word it is, until they are split.
func TestRelationsOfAMergedTwin(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	root := b.add(manifesto("Charte mère", "1217"))
	mine := b.add(manifesto("Manifeste", "1990"))
	twin := manifesto("Manifeste", "1990", directory.Relation{Type: directory.RelCites, Object: root.URI}, directory.Relation{Type: directory.RelCites, Object: mine.URI})
	twin.URI, twin.Origin, twin.Status = "https://ailleurs.test/texts/0193a000-0000-7000-8000-000000000005", "https://ailleurs.test", directory.StatusPublished
	twin.OwnerURI, twin.Updated = "https://ailleurs.test/actor", testNow
	theirs := b.remote(twin)
	look := func() (page, chart, root1 bool) {
		t.Helper()
		b.refresh()
		got := text(b.ok("/texts/" + mine.ID))
		page = strings.Contains(got, "Charte mère") && strings.Contains(got, "ailleurs.test")
		return page, strings.Contains(text(b.ok("/genealogy/"+mine.ID)), "Charte mère"), strings.Contains(text(b.ok("/genealogy/"+root.ID)), "Manifeste")
	}
	if page, chart, _ := look(); page || chart {
		t.Fatal("before the merge it is not related")
	}
	if err := b.ledger.Merge(t.Context(), system, mine.ID, theirs.ID, "same"); err != nil {
		t.Fatal(err)
	}
	if page, chart, heirs := look(); !page || !chart || !heirs {
		t.Errorf("merged: on its page %t, in its chart %t, in the other's %t", page, chart, heirs)
	}
	if err := b.ledger.Split(t.Context(), system, theirs.ID, "not the same"); err != nil {
		t.Fatal(err)
	}
	if page, chart, _ := look(); page || chart {
		t.Errorf("split: on its page %t, in its chart %t", page, chart)
	}
}
