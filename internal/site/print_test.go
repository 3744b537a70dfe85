package site

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// TestPaperHasNothingPrivate: no contact, hidden place, draft or exact approximate
// place is on any document.
func TestPaperHasNothingPrivate(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	shown := b.add(garden())
	hidden := garden()
	hidden.Name = directory.LangText{"fr": "Refuge discret"}
	hidden.Place = &directory.Place{Name: "Maison jaune", Street: "77 rue Tue", PostalCode: "35999", Locality: "Rennes", Country: "FR",
		Point: &directory.Point{Lat: 48.123456, Lon: -1.654321}, Precision: directory.PrecisionHidden}
	refuge := b.add(hidden)
	near := garden()
	near.Name = directory.LangText{"fr": "Lieu flou"}
	near.Place = &directory.Place{Street: "78 rue Floue", Locality: "Rennes", Country: "FR",
		Point: &directory.Point{Lat: 48.133456, Lon: -1.664321}, Precision: directory.PrecisionApproximate}
	vague := b.add(near)
	draft := garden()
	draft.Name, draft.Status = directory.LangText{"fr": "Brouillon secret"}, directory.StatusDraft
	d := b.add(draft)
	secrets := []string{"Secrète Personne", "secret@prive.example", "33600000000", "Maison jaune", "77 rue Tue", "35999", "48.123", "-1.654",
		"78 rue Floue", "48.1334", "-1.6643", "Brouillon secret", d.ID}
	paths := []string{"/print", "/print?q=brouillon", "/print?format=list&q=brouillon"}
	for _, f := range printFormats {
		paths = append(paths, "/print?format="+f.name, "/print?format="+f.name+"&bbox=-2,48,-1,49")
	}
	for _, e := range []directory.Entry{shown, refuge, vague} {
		paths = append(paths, "/entries/"+e.ID+"/print")
	}
	for _, path := range paths {
		body := b.body(path)
		for _, s := range secrets {
			if strings.Contains(body, s) {
				t.Errorf("GET %s shows %q", path, s)
			}
		}
	}
	if w, _ := b.get("/entries/" + d.ID + "/print"); w.Code != http.StatusNotFound {
		t.Errorf("the sheet of a draft: %d", w.Code)
	}
	if w, _ := b.get("/print?format=tout"); w.Code != http.StatusBadRequest {
		t.Errorf("an unknown format: %d", w.Code)
	}
	for path, want := range map[string]string{"/print?format=booklet&lang=fr": "Jardin des Six Haies", "/entries/" + shown.ID + "/print": "2 chemin du Four",
		"/print?format=poster": `class="n-marque`, "/print?format=large&lang=en": "Six Hedges Garden"} {
		if !strings.Contains(b.body(path), want) {
			t.Errorf("GET %s has no %s", path, want)
		}
	}
}

// TestPaperIsBounded: a document has so many entries and says how many are left out.
func TestPaperIsBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	const all, most = 215, 200
	for i := range all {
		e := garden()
		e.Name, e.Handle = directory.LangText{"fr": fmt.Sprintf("Verger %03d", i)}, ""
		e.Place = &directory.Place{Locality: "Rennes", Country: "FR", Point: &directory.Point{Lat: 48 + float64(i)/1000, Lon: -1.7}}
		if _, err := b.ledger.Create(t.Context(), system, func() directory.Entry { e.Owner, e.Status = b.org.ID, directory.StatusPublished; return e }()); err != nil {
			t.Fatal(err)
		}
	}
	b.refresh()
	for format, mark := range map[string]string{"poster": `<li class="c-nourrir"><b>`, "booklet": `class="fiche-papier`} {
		body := b.body("/print?format=" + format + "&kind=commons&lang=fr")
		if n := strings.Count(body, mark); n != most {
			t.Errorf("%s has %d entries, want %d", format, n, most)
		}
		if !strings.Contains(body, "15 fiches de la sélection ne sont pas") {
			t.Errorf("%s does not say what is left out", format)
		}
	}
	if body := b.body("/print?kind=commons&lang=fr"); !strings.Contains(body, "Au plus 200 fiches") {
		t.Error("the choice does not say how many fit")
	}
}
