package site

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// What looks like an entry that is there is shown, once, before it is published;
// a draft is nobody's twin.
func TestTwinShownBeforePublishing(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	c := b.signIn()
	site := "https://fournil.example/"
	there := b.add(directory.Entry{Kind: directory.KindCommons, Name: directory.LangText{"fr": "Le Fournil"}, Website: site})
	typed := url.Values{"kind": {"commons"}, "owner": {b.org.ID}, "name_fr": {"Le Fournil"}, "website": {site}, "do": {"publish"}}
	w, doc := c.post("/new", "/new", typed)
	if w.Code != http.StatusOK {
		t.Fatalf("status %d, want the form again", w.Code)
	}
	link := find(doc, ".jumelles li a")
	if link == nil || attr(link, "href") != entryPath(directory.Public(there)) {
		t.Fatalf("the entry that is there is not shown: %v", link)
	}
	if got := attr(find(doc, "#f-name_fr"), "value"); got != "Le Fournil" {
		t.Errorf("the name typed is %q", got)
	}
	typed.Set("twin", attr(find(doc, "#entry-form input[name=twin]"), "value"))
	if w, _ = c.post("/new", "/new", typed); w.Code != http.StatusSeeOther {
		t.Errorf("who has seen it may not publish: %d", w.Code)
	}
	typed.Del("twin")
	typed.Set("do", "draft")
	if w, _ = c.post("/new", "/new", typed); w.Code != http.StatusSeeOther {
		t.Errorf("a draft: %d", w.Code)
	}
}

// A fault of the form is told in the reader's language, whatever it is.
func TestFaultsInFrench(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	c := b.signIn()
	w, doc := c.post("/new", "/new", url.Values{"kind": {"commons"}, "owner": {b.org.ID}, "name_fr": {"Jardin \u202Eegrev"},
		"relations": {"cousin_of | https://x.example/"}, "lat": {"0"}, "lon": {"0"}, "do": {"publish"}})
	if w.Code != http.StatusUnprocessableEntity {
		t.Fatalf("status %d", w.Code)
	}
	for _, p := range findAll(doc, ".faute") {
		for _, english := range []string{" is ", " has ", "relations[", "name."} {
			if strings.Contains(" "+text(p)+" ", english) {
				t.Errorf("a fault is told in English: %q", text(p))
			}
		}
	}
}
