package site

import (
	"bytes"
	"image/png"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

func TestPictures(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	e := b.add(garden())
	draft := garden()
	draft.Name, draft.Status = directory.LangText{"fr": "Brouillon"}, directory.StatusDraft
	d := b.add(draft)
	unread, err := b.ledger.CreateTour(t.Context(), system, directory.Tour{Slug: "secrete", Title: directory.LangText{"fr": "Cachée"}})
	if err != nil {
		t.Fatal(err)
	}
	b.tourOf("essai", directory.TourStep{Title: directory.LangText{"fr": "Un"}})
	m := b.add(manifesto("Manifeste des haies", "1999"))
	head := regexp.MustCompile(`<meta property="og:image" content="` + testBase + `(/og/[^"]+)">`)
	for path, want := range map[string]string{"/": "/og/home.png", "/start": "/og/home.png", "/@" + e.Handle: "/og/entries/" + e.ID + ".png", "/tours/essai": "/og/tours/essai.png",
		"/timeline": "/og/views/timeline.png", "/genealogy": "/og/views/genealogy.png", "/genealogy/" + m.ID: "/og/entries/" + m.ID + ".png",
		"/concepts": "/og/views/concepts.png"} {
		body := b.body(path)
		m := head.FindStringSubmatch(body)
		if m == nil || !strings.HasPrefix(m[1], want) || !strings.Contains(body, `name="twitter:card" content="summary_large_image"`) || !strings.Contains(body, `property="og:image:alt"`) {
			t.Errorf("GET %s has no picture %s: %v", path, want, m)
			continue
		}
		w, _ := b.get(strings.ReplaceAll(m[1], "&amp;", "&"))
		img, err := png.Decode(bytes.NewReader(w.Body.Bytes()))
		if w.Code != http.StatusOK || err != nil || img.Bounds().Dx() != 1200 || w.Header().Get("Content-Type") != "image/png" {
			t.Errorf("GET %s: %d %v", m[1], w.Code, err)
			continue
		}
		if again, _ := b.get(strings.ReplaceAll(m[1], "&amp;", "&"), "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("GET %s again: %d", m[1], again.Code)
		}
	}
	for _, path := range []string{"/og/entries/" + d.ID + ".png", "/og/entries/x.png", "/og/tours/" + unread.Slug + ".png", "/og/maps/rien.png", "/og/views/rien.png"} {
		if w, _ := b.get(path); w.Code != http.StatusNotFound {
			t.Errorf("GET %s: %d, want 404", path, w.Code)
		}
	}
}

// TestPicturesGiveWay: when many are asked for at once, some are told to come
// back, and a page is answered meanwhile.
func TestPicturesGiveWay(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	e := b.add(garden())
	mux := b.routes()
	var wg sync.WaitGroup
	var ok, busy, other atomic.Int32
	for i := range 1000 {
		wg.Go(func() {
			w := answer(mux, t, "/og/entries/"+e.ID+".png?lang="+[2]string{"fr", "en"}[i%2])
			switch w.Code {
			case http.StatusOK:
				ok.Add(1)
			case http.StatusServiceUnavailable:
				if w.Header().Get("Retry-After") == "" || w.Header().Get("ETag") != "" {
					t.Error("a picture that waits has no Retry-After, or a validator")
				}
				busy.Add(1)
			default:
				other.Add(1)
			}
		})
	}
	begun := time.Now()
	if w := answer(mux, t, "/glossary"); w.Code != http.StatusOK {
		t.Errorf("a page meanwhile: %d", w.Code)
	}
	t.Logf("a page in %v", time.Since(begun))
	wg.Wait()
	if other.Load() != 0 || ok.Load() == 0 || ok.Load()+busy.Load() != 1000 {
		t.Errorf("%d pictures, %d told to wait, %d others", ok.Load(), busy.Load(), other.Load())
	}
}

func answer(h http.Handler, t *testing.T, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w
}
