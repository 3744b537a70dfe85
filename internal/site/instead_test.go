package site

import (
	"strings"
	"testing"
)

// TestInstead: a word that no entry has is answered by the nearest in every view,
// and each says so in the page's language; a word that somebody has is not.
func TestInstead(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.add(garden())
	b.add(forum())
	b.refresh()
	if doc := b.ok("/?q=jadin"); find(doc, ".avis") != nil {
		t.Error("a page tells of nearest words before they are known")
	}
	if err := b.view.LoadWords(t.Context()); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/?q=jadin&lang=fr": "Aucun résultat pour « jadin »", "/?q=jadin&lang=fr&fragment=list": "« jardin »",
		"/timeline?q=jadin&lang=en": "No result for “jadin”. Shown instead: “jardin”.", "/genealogy?q=jadin&lang=en": "“jardin”", "/concepts?q=jadin&lang=en": "“jardin”",
		"/?q=jardin": "", "/timeline?q=forum": "", "/?q=": "", "/?q=zzzzzz": "",
	} {
		doc := b.ok(path)
		notice := strings.ReplaceAll(text(find(doc, ".avis")), "\u00a0", " ")
		notice = strings.ReplaceAll(notice, "\u202f", " ")
		if (notice != "") != (want != "") || !strings.Contains(notice, want) {
			t.Errorf("%s tells %q, want %q", path, notice, want)
		}
	}
	if main := text(find(b.ok("/?q=jadin&all=1"), "#resultats")); !strings.Contains(main, "Jardin des Six Haies") || strings.Contains(main, "Forum") {
		t.Errorf("the list shows %q", main)
	}
}
