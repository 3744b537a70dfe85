package site

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// What is about to be deleted is named on no page, its neighbours' included,
// until an editor brings it back.
func TestLeavingIsOnNoPage(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	leaving := garden()
	leaving.Name = directory.LangText{"fr": "Clos Éphémère"}
	leaving.Summary, leaving.Description = directory.LangText{"fr": "Un clos."}, nil
	e := b.add(leaving)
	cites := garden()
	cites.Relations = []directory.Relation{{Type: directory.RelPartnerOf, Object: e.URI, Name: "Clos Éphémère"}}
	other := b.add(cites)
	theirs := garden()
	theirs.Name = directory.LangText{"fr": "Voisin"}
	neighbour := b.add(theirs)
	if _, err := b.ledger.Edit(t.Context(), system, e.ID, func(e *directory.Entry) error {
		e.Relations = []directory.Relation{{Type: directory.RelPartnerOf, Object: neighbour.URI}}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	b.refresh()
	paths := append(surfaces(e), append(surfaces(other), surfaces(neighbour)...)...)
	// The history of the other says what its editors wrote, which stays theirs.
	paths = slices.DeleteFunc(paths, func(path string) bool { return path == "/entries/"+other.ID+"/history" })
	paths = append(paths, "/entries/"+e.ID+"/report", "/entries/"+e.ID+"/discussion.atom")
	named := func() (out []string) {
		for _, path := range paths {
			if w, _ := b.get(path); strings.Contains(w.Body.String(), "Éphémère") {
				out = append(out, path)
			}
		}
		return out
	}
	if got := named(); len(got) < 8 {
		t.Fatalf("before, it is only on %v", got)
	}
	if _, err := b.ledger.DeleteLater(t.Context(), system, e.ID, "closed"); err != nil {
		t.Fatal(err)
	}
	b.refresh()
	if got := named(); len(got) != 0 {
		t.Errorf("it is on %v", got)
	}
	for _, path := range []string{"", "/history", "/report", "/discussion.atom"} {
		if w, _ := b.get("/entries/" + e.ID + path); w.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, w.Code)
		}
	}
	c := b.signIn()
	if w, doc := c.get("/entries/" + e.ID); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "/entries/"+e.ID+"/restore") {
		t.Errorf("an editor: status %d, and no way back in %s", w.Code, text(doc))
	}
	if err := b.ledger.Restore(t.Context(), system, e.ID); err != nil {
		t.Fatal(err)
	}
	b.refresh()
	if got := named(); len(got) < 8 {
		t.Errorf("restored, it is only on %v", got)
	}
}
