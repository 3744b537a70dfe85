package site

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// foreign is a text of another instance that says something of ours.
func foreign(n, name, date string, relations ...directory.Relation) directory.Entry {
	e := manifesto(name, date, relations...)
	e.URI, e.Origin, e.Status = "https://ailleurs.test/texts/0193a000-0000-7000-8000-00000000000"+n, "https://ailleurs.test", directory.StatusPublished
	e.OwnerURI, e.Updated = "https://ailleurs.test/actor", testNow
	return e
}

// An edge that one instance states of another's text is marked as such until an
// editor of the text confirms it, and again when they take that back.
func TestEdgeAcrossInstancesIsConfirmed(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	mine := b.add(manifesto("Charte mère", "1217"))
	theirs := b.remote(foreign("5", "Manifeste", "1990", directory.Relation{Type: directory.RelCites, Object: mine.URI}))
	const marked = "non confirmé"
	for _, path := range []string{"/texts/" + mine.ID, "/genealogy/" + mine.ID, "/genealogy/" + theirs.ID} {
		if got := text(b.ok(path)); !strings.Contains(got, marked) {
			t.Errorf("%s does not say that the edge is not confirmed", path)
		}
	}
	if find(b.ok("/genealogy/"+mine.ID), ".arete .doute") == nil {
		t.Error("the drawing has no mark")
	}
	form := "form[action=/texts/" + mine.ID + "/relations]"
	if find(b.ok("/texts/"+mine.ID), form) != nil {
		t.Error("a visitor may confirm")
	}
	c := b.signIn()
	here := "/texts/" + mine.ID
	say := func(do, typ, subject string) int {
		w, _ := c.post(here, here+"/relations", url.Values{"do": {do}, "type": {typ}, "subject": {subject}})
		b.refresh()
		return w.Code
	}
	if _, doc := c.get(here); find(doc, form) == nil {
		t.Fatal("the editor has no button")
	}
	if got := say("confirm", "amends", theirs.URI); got < 400 {
		t.Errorf("what the other does not state was confirmed: %d", got)
	}
	if got := say("confirm", "cites", theirs.URI); got != http.StatusSeeOther {
		t.Fatalf("confirm: status %d", got)
	}
	for _, path := range []string{"/texts/" + mine.ID, "/genealogy/" + mine.ID, "/genealogy/" + theirs.ID} {
		if got := text(b.ok(path)); strings.Contains(got, marked) {
			t.Errorf("%s says that the edge is not confirmed", path)
		}
	}
	revs, err := b.store.Revisions(t.Context(), mine.ID)
	if err != nil || len(revs) != 2 || revs[0].Summary != "relation confirmed" {
		t.Errorf("history: %v %v", revs, err)
	}
	if got := say("withdraw", "cites", theirs.URI); got != http.StatusSeeOther {
		t.Fatalf("withdraw: status %d", got)
	}
	if got := text(b.ok("/genealogy/" + theirs.ID)); !strings.Contains(got, marked) {
		t.Error("it is still confirmed")
	}
}

// A text that is not held stands in the drawing by the name that it was given, with
// a link to its origin; who signed and where it was born stand beside.
func TestLineageShowsWhatIsBeside(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	org := b.add(directory.Entry{Kind: directory.KindCommons, Name: directory.LangText{"fr": "Réseau signataire"}})
	born := b.add(forum())
	draft := forum()
	draft.Status, draft.Name = directory.StatusDraft, directory.LangText{"fr": "Rencontre secrète"}
	secret := b.add(draft)
	m := b.add(manifesto("Manifeste", "1990",
		directory.Relation{Type: directory.RelCites, Object: "https://loin.test/texts/1", Name: "Texte lointain"},
		directory.Relation{Type: directory.RelSignedBy, Object: org.URI},
		directory.Relation{Type: directory.RelSignedBy, Object: "https://loin.test/actors/2", Name: "Signataire lointaine"},
		directory.Relation{Type: directory.RelFoundedAt, Object: born.URI},
		directory.Relation{Type: directory.RelFoundedAt, Object: secret.URI, Name: "Rencontre secrète"}))
	doc := b.ok("/genealogy/" + m.ID)
	if a := find(doc, "a.noeud.dehors"); a == nil || attr(a, "href") != "https://loin.test/texts/1" || !strings.Contains(text(a), "Texte lointain") {
		t.Error("the text that is not held is not drawn")
	}
	if got := len(findAll(doc, ".noeud.note")); got != 3 {
		t.Errorf("%d notes beside the card, want 3", got)
	}
	got := text(doc)
	for _, want := range []string{"Réseau signataire", "Signataire lointaine", "Forum des communs", "signé par", "né à", "1 texte sans date"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(got, "secrète") {
		t.Error("a draft is named")
	}
}

// More texts than can be read in a drawing are a list, page by page.
func TestGenealogyOfASelection(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	old := b.add(manifesto("Charte mère", "1217"))
	b.add(manifesto("Manifeste", "1990", directory.Relation{Type: directory.RelCites, Object: old.URI}))
	for path, want := range map[string]int{"/genealogy": 2, "/genealogy?from=1900": 1, "/genealogy?q=charte": 1, "/genealogy?q=manifeste": 1, "/genealogy?theme=eau": 0} {
		doc := b.ok(path)
		if got := len(findAll(doc, "tbody tr")); got != want {
			t.Errorf("%s: %d rows, want %d", path, got, want)
		}
		if got := len(findAll(doc, ".toile .point")); got != want {
			t.Errorf("%s: %d dots, want %d", path, got, want)
		}
	}
}
