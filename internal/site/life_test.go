package site

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// TestMergeOnThePages: an editor compares two sheets, merges them, and splits them.
func TestMergeOnThePages(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	c := b.signIn()
	mine := b.add(directory.Entry{Kind: directory.KindPlace, Name: directory.LangText{"fr": "Verger d’ailleurs"}, Licence: "CC0-1.0",
		Place: &directory.Place{Locality: "Nantes", Country: "FR", Point: &directory.Point{Lat: 47.2, Lon: -1.55}}})
	theirs := b.remote(remoteOrchard())
	life := "/entries/" + mine.ID + "/life"
	if w, _ := b.get(life); w.Code != http.StatusSeeOther {
		t.Errorf("without session: %d", w.Code)
	}
	w, doc := c.get(life)
	twin := find(doc, "#merge ul a")
	if w.Code != http.StatusOK || twin == nil || !strings.Contains(attr(twin, "href"), theirs.ID) || !strings.Contains(text(find(doc, "#merge ul li")), "même endroit") {
		t.Fatalf("%d: no twin suggested", w.Code)
	}
	_, doc = c.get(life + "?twin=" + theirs.ID)
	if got := text(find(doc, "#merge table")); !strings.Contains(got, "ODbL-1.0") || !strings.Contains(got, "CC0-1.0") || strings.Contains(got, theirs.ID) {
		t.Errorf("differences: %q", got)
	}
	if w, _ = c.post(life, life, url.Values{"do": {"merge"}, "other": {theirs.ID}, "reason": {"même verger"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("merge: %d", w.Code)
	}
	if w, _ = b.get("/entries/" + theirs.ID); w.Code != http.StatusFound || w.Header().Get("Location") != "/@"+mine.Handle || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("the twin's page: %d %v", w.Code, w.Header())
	}
	if doc = b.ok("/entries/" + theirs.ID + "?own=1"); text(find(doc, "h1")) != "Verger d’ailleurs" {
		t.Error("the twin alone is not shown")
	}
	doc = b.ok("/@" + mine.Handle)
	if got := text(find(doc, "article")); !strings.Contains(got, "ailleurs.test") || !strings.Contains(got, "ODbL-1.0") || !strings.Contains(got, "différence") {
		t.Errorf("the winner does not show its twin: %q", got)
	}
	if find(doc, `a[href$="/life#merge"]`) != nil {
		t.Error("a visitor is offered to split")
	}
	if w, doc = c.post(life, life, url.Values{"do": {"merge"}, "other": {theirs.ID}}); w.Code != http.StatusConflict || find(doc, ".avis.erreur") == nil {
		t.Errorf("merged again: %d", w.Code)
	}
	if w, _ = c.post(life, life, url.Values{"do": {"split"}, "other": {theirs.ID}}); w.Code != http.StatusSeeOther {
		t.Errorf("split: %d", w.Code)
	}
	b.ok("/entries/" + theirs.ID)
	if w, _ = c.post(life, life, url.Values{"do": {"not_twins"}, "other": {theirs.ID}}); w.Code != http.StatusSeeOther {
		t.Errorf("not twins: %d", w.Code)
	}
}

// TestRenameOnThePages: the old address leads to the new one, and a bad name is
// explained.
func TestRenameOnThePages(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	c := b.signIn()
	e := b.add(garden())
	life := "/entries/" + e.ID + "/life"
	if w, doc := c.post(life, life, url.Values{"do": {"rename"}, "handle": {"é"}}); w.Code != http.StatusUnprocessableEntity || find(doc, ".avis.erreur") == nil {
		t.Errorf("a bad name: %d", w.Code)
	}
	if w, _ := c.post(life, life, url.Values{"do": {"rename"}, "handle": {"@Haies"}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != life+"?done=rename" {
		t.Fatalf("rename: %d %v", w.Code, w.Header())
	}
	if w, _ := b.get("/@" + e.Handle); w.Code != http.StatusPermanentRedirect || w.Header().Get("Location") != "/@haies" {
		t.Errorf("the old address: %d %v", w.Code, w.Header())
	}
	_, doc := c.get(life + "?done=rename")
	if got := text(find(doc, "#rename")); !strings.Contains(got, "@"+e.Handle) || find(doc, ".avis.ok") == nil {
		t.Errorf("old handles: %q", got)
	}
	edit := "/entries/" + e.ID + "/edit"
	_, doc = c.get(edit)
	form := asShown(doc)
	if form.Get("handle") != "haies" {
		t.Errorf("the form has @%s", form.Get("handle"))
	}
	form.Set("handle", "six-haies")
	if w, _ := c.post(edit, edit, form); w.Code != http.StatusSeeOther {
		t.Fatalf("rename by the form: %d", w.Code)
	}
	if w, _ := b.get("/@haies"); w.Header().Get("Location") != "/@six-haies" {
		t.Errorf("the second address: %d %v", w.Code, w.Header())
	}
	if w, _ := c.post(life, life, url.Values{"do": {"claim"}, "alias": {"https://mastodon.example/users/haies"}}); w.Code != http.StatusSeeOther {
		t.Errorf("claim: %d", w.Code)
	}
	if w, doc := c.get(life); w.Code != http.StatusOK || !strings.Contains(text(find(doc, "#move ul")), "mastodon.example") {
		t.Error("what was claimed is not shown")
	}
}

// TestTombstonePage: since when, and no more than that.
func TestTombstonePage(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	c := b.signIn()
	e := b.add(garden())
	here := "/entries/" + e.ID
	if w, _ := c.post(here+"/edit", here+"/delete", url.Values{"confirm": {"yes"}, "do": {"now"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("delete: %d", w.Code)
	}
	for _, path := range []string{here, "/@" + e.Handle} {
		w, doc := b.get(path)
		if w.Code != http.StatusGone || !strings.Contains(text(find(doc, "main")), "2026") || strings.Contains(w.Body.String(), "Six Haies") {
			t.Errorf("%s: %d %q", path, w.Code, text(find(doc, "main")))
		}
	}
}
