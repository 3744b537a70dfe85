package site

import (
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

func TestGlossary(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	concept := func(name string, status directory.Status) directory.Entry {
		return b.add(directory.Entry{Kind: directory.KindConcept, Status: status, Name: directory.LangText{"fr": name, "en": "enclosure"},
			Summary: directory.LangText{"fr": "Mise en \"propriété\" d’une ressource."}, Concept: &directory.Concept{AltLabels: []string{"clôture des terres"}}})
	}
	c := concept("enclosure", directory.StatusPublished)
	draft := concept("brouillonnage", directory.StatusDraft)
	e := garden()
	e.Description = directory.LangText{"fr": "Contre l’Enclosure, encore l’enclosure. <b>Brouillonnage</b>. Voir https://enclosure.example/enclosure."}
	shown := b.add(e)
	b.tourOf("essai", directory.TourStep{Title: directory.LangText{"fr": "L’enclosure"}, Text: directory.LangText{"fr": "La clôture des terres."}},
		directory.TourStep{Title: directory.LangText{"fr": "Deux"}, Text: directory.LangText{"fr": "L’enclosure encore."}})
	link := `<a class="glose" href="/concepts/` + c.ID + `" title="Mise en &#34;propriété&#34; d’une ressource.">`
	for path, want := range map[string]string{"/@" + shown.Handle: link + "Enclosure</a>, encore l’enclosure.", "/tours/essai": "La " + link + "clôture des terres</a>."} {
		body := b.body(path)
		if !strings.Contains(body, want) {
			t.Errorf("GET %s has no %s", path, want)
		}
		if n := strings.Count(body, `class="glose"`); n != 1 {
			t.Errorf("GET %s has %d words with a definition, want 1", path, n)
		}
		if strings.Contains(body, draft.ID) {
			t.Errorf("GET %s leads to a draft", path)
		}
	}
	if body := b.body("/tours/essai/offline.html"); !strings.Contains(body, `href="`+testBase+"/concepts/"+c.ID) {
		t.Error("the file to keep has no whole address of the concept")
	}
	if body := b.body("/concepts/" + c.ID); strings.Contains(body, `class="glose"`) {
		t.Error("a concept leads to itself")
	}
	for path, bad := range map[string]string{"/glossary": "brouillonnage", "/glossary?lang=en": draft.ID} {
		body := b.body(path)
		if !strings.Contains(body, "enclosure") || !strings.Contains(body, `id="lettre-e"`) || strings.Contains(body, bad) {
			t.Errorf("GET %s: %s", path, body)
		}
	}
	c.Name = directory.LangText{"fr": "mainmise"}
	if _, err := b.ledger.Edit(t.Context(), system, c.ID, func(e *directory.Entry) error {
		e.Name, e.Concept = directory.LangText{"fr": "mainmise"}, nil
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	b.refresh()
	if body := b.body("/@" + shown.Handle); strings.Contains(body, `class="glose"`) {
		t.Error("the words of an older revision are still marked")
	}
}
