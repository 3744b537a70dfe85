package site

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// body is the text of a page that is there.
func (b *bench) body(path string) string {
	b.t.Helper()
	w, _ := b.get(path)
	if w.Code != http.StatusOK {
		b.t.Fatalf("GET %s: %d", path, w.Code)
	}
	return w.Body.String()
}

// tourOf makes and publishes a tour.
func (b *bench) tourOf(slug string, steps ...directory.TourStep) directory.Tour {
	b.t.Helper()
	t, err := b.ledger.CreateTour(b.t.Context(), system, directory.Tour{Slug: slug, Title: directory.LangText{"fr": "Visite " + slug}, Steps: steps})
	if err == nil {
		err = b.ledger.PublishTour(b.t.Context(), system, t.ID)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return t
}

func TestTourPage(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	e := b.add(garden())
	b.add(forum())
	b.tourOf("essai",
		directory.TourStep{Title: directory.LangText{"fr": "Un <b>jardin</b>"}, Text: directory.LangText{"fr": "Des mots & des <script>"}, Entry: e.URI},
		directory.TourStep{Title: directory.LangText{"fr": "Du temps"}, From: "2000", To: "2030"})
	body := b.body("/tours/essai?lang=fr")
	for _, want := range []string{"Étape 1 sur 2", "Un &lt;b&gt;jardin&lt;/b&gt;", "Des mots &amp; des &lt;script&gt;", "Jardin des Six Haies",
		`data-c="48.11100,-1.68000,8"`, `class="frise"`, `data-scene`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	kept := b.body("/tours/essai/offline.html?lang=fr")
	for _, bad := range []string{"<script", "<link", "<img", `src=`, `href="/`} {
		if strings.Contains(kept, bad) {
			t.Errorf("the file to keep has %s", bad)
		}
	}
	for _, m := range regexp.MustCompile(`<use href="([^"]+)"`).FindAllStringSubmatch(kept, -1) {
		if !strings.HasPrefix(m[1], "#") {
			t.Errorf("the file to keep refers to %s", m[1])
		}
	}
	if !strings.Contains(kept, testBase+"/@") {
		t.Error("the entry of the file to keep has no whole address")
	}
}

// TestTourShowsOnlyWhatIsPublic: neither a draft of a tour, nor a draft or a
// hidden place that a tour points at, is on any page.
func TestTourShowsOnlyWhatIsPublic(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	draft := garden()
	draft.Name, draft.Status = directory.LangText{"fr": "Brouillon secret"}, directory.StatusDraft
	d := b.add(draft)
	hidden := garden()
	hidden.Name = directory.LangText{"fr": "Refuge discret"}
	hidden.Place = &directory.Place{Name: "Maison jaune", Street: "77 rue Tue", Locality: "Rennes", Country: "FR",
		Point: &directory.Point{Lat: 48.123456, Lon: -1.654321}, Precision: directory.PrecisionHidden}
	h := b.add(hidden)
	b.tourOf("essai", directory.TourStep{Title: directory.LangText{"fr": "Un"}, Entry: d.URI, Picture: d.URI},
		directory.TourStep{Title: directory.LangText{"fr": "Deux"}, Entry: h.URI})
	unread, err := b.ledger.CreateTour(t.Context(), system, directory.Tour{Slug: "secrete", Title: directory.LangText{"fr": "Visite cachée"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/tours", "/tours/essai", "/tours/essai/offline.html", "/start", "/start?near=Rennes", "/"} {
		body := b.body(path)
		for _, secret := range []string{"Brouillon secret", d.ID, "Maison jaune", "77 rue Tue", "48.123", "-1.654", "secret@prive.example", "Visite cachée", unread.ID} {
			if strings.Contains(body, secret) {
				t.Errorf("GET %s shows %q", path, secret)
			}
		}
	}
	for _, path := range []string{"/tours/secrete", "/tours/secrete?draft=1", "/tours/secrete/offline.html?draft=1", "/tours/rien"} {
		if w, _ := b.get(path); w.Code != http.StatusNotFound {
			t.Errorf("GET %s: %d", path, w.Code)
		}
	}
	if err := b.ledger.DeleteTour(t.Context(), system, unread.ID); err != nil {
		t.Fatal(err)
	}
	if w, _ := b.get("/tours/secrete"); w.Code != http.StatusGone || strings.Contains(w.Body.String(), "cachée") {
		t.Errorf("a deleted tour: %d", w.Code)
	}
}

func TestStart(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.add(garden())
	b.add(forum())
	b.add(commonsConcept())
	for path, wants := range map[string][]string{
		"/start":                    {"Commencer ici", "Communs négatifs", "Première définition"},
		"/start?near=35000":         {"Rennes", "Jardin des Six Haies", "à 1"},
		"/start?at=48.11,-1.68":     {"votre position", "Jardin des Six Haies", "à 100"},
		"/start?near=zzzzqq":        {"zzzzqq"},
		"/start?at=91,0":            {"Commencer ici"},
		"/start?near=%22%3E%3Cb%3E": {"&#34;&gt;&lt;b&gt;"},
	} {
		body := b.body(path + map[bool]string{true: "&lang=fr", false: "?lang=fr"}[strings.Contains(path, "?")])
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("GET %s has no %q", path, want)
			}
		}
		if strings.Contains(body, "Forum des communs") {
			t.Errorf("GET %s shows an event as a place", path)
		}
	}
}
