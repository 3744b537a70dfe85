package preview

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/web"
)

func cards() map[string]Card {
	view := &basemap.View{Lat: 48.11, Lon: -1.68, Zoom: 7}
	return map[string]Card{
		"place": {Kicker: "Commun · Jardins partagés", Name: "Jardin des Œillets", Lines: []string{"Rennes (35)", "depuis mars 2011"},
			Instance: "La Coop des Communs", Theme: "nourrir", View: view, Pin: true},
		"long": {Kicker: "Texte", Name: strings.Repeat("Règlement sur la collaboration entre les habitants et l’administration ", 5), Lines: []string{strings.Repeat("Bologne ", 40)},
			Instance: strings.Repeat("Instance ", 20), Theme: "gouverner"},
		"word":   {Kicker: "Concept", Name: strings.Repeat("anticonstitutionnellement", 12), Instance: "Bocage", Theme: "savoir"},
		"arabic": {Kicker: "Lieu", Name: "الحديقة المشتركة", Fallback: "@jardin@bocage.example", Lines: []string{"تونس", "Tunis"}, Instance: "Bocage", View: view, Pin: true, Approximate: true},
		"emoji":  {Kicker: "🌱 Lieu", Name: "👩‍🌾 Le potager 🥕 des voisins", Instance: "🌳 Bocage", Theme: "nature"},
		"empty":  {},
	}
}

func ground(t testing.TB) *basemap.Basemap {
	t.Helper()
	b, err := basemap.Load(web.Geodata())
	if err != nil {
		t.Skipf("the front end is not built: %v", err)
	}
	return b
}

func TestPNG(t *testing.T) {
	t.Parallel()
	b := ground(t)
	for name, c := range cards() {
		raw, err := PNG(c, b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil || img.Bounds().Dx() != Width || img.Bounds().Dy() != Height {
			t.Errorf("%s: %v, %v", name, img.Bounds(), err)
		}
		if len(raw) > 400_000 {
			t.Errorf("%s has %d bytes", name, len(raw))
		}
		if dir := os.Getenv("PREVIEW_OUT"); dir != "" {
			if err := os.WriteFile(dir+"/"+name+".png", raw, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestWritten(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "Jardin  des\u00a0Œillets": "Jardin des Œillets", "👩‍🌾 Le potager 🥕": "Le potager", "الحديقة": "الحديقة", "הגן 3": "הגן 3", "公地 3": "3", "Сад Κήπος": "Сад Κήπος",
		"e\u0301te\u0301": "été", "a\xffb\x00c": "abc",
	} {
		if got := Written(in); got != want {
			t.Errorf("Written(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestWrapFits: no line is wider than its room, whatever the text.
func TestWrapFits(t *testing.T) {
	t.Parallel()
	f, err := newPen(true, 44)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"", "un", strings.Repeat("mot ", 200), strings.Repeat("x", 900), "a " + strings.Repeat("W", 80) + " b", strings.Repeat("الحديقة ", 90)} {
		for _, most := range []int{1, 3} {
			lines := wrap(f, s, 600, most)
			if len(lines) > most {
				t.Errorf("%.20q: %d lines of %d", s, len(lines), most)
			}
			for _, l := range lines {
				if w := f.width(l); w > 600 {
					t.Errorf("%q is %d wide", l, w)
				}
			}
		}
	}
}

// TestShelf: a picture is drawn once however many ask, what is used least goes,
// and who comes when too many wait is told so.
func TestShelf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s Shelf
		var drawn atomic.Int32
		gate := make(chan struct{})
		slow := func() ([]byte, error) { drawn.Add(1); <-gate; return []byte("png"), nil }
		var wg sync.WaitGroup
		var busy, got atomic.Int32
		for range 1000 {
			wg.Go(func() {
				switch _, err := s.Picture(t.Context(), "one", slow); {
				case errors.Is(err, ErrBusy):
					busy.Add(1)
				case err == nil:
					got.Add(1)
				}
			})
		}
		synctest.Wait()
		if n := drawn.Load(); n != 1 {
			t.Errorf("drawn %d times at once", n)
		}
		close(gate)
		wg.Wait()
		if drawn.Load() != 1 || got.Load() != maxWaiting+1 && got.Load() != maxWaiting || busy.Load()+got.Load() != 1000 {
			t.Errorf("drawn %d, got %d, busy %d", drawn.Load(), got.Load(), busy.Load())
		}
		big := make([]byte, maxShelfBytes/4)
		for i := range 8 {
			if _, err := s.Picture(t.Context(), fmt.Sprint(i), func() ([]byte, error) { return big, nil }); err != nil {
				t.Fatal(err)
			}
		}
		if s.bytes > maxShelfBytes || s.take("0") != nil || s.take("7") == nil {
			t.Errorf("%d bytes are kept", s.bytes)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		hold := make(chan struct{})
		wg.Go(func() { _, _ = s.Picture(t.Context(), "held", func() ([]byte, error) { <-hold; return big, nil }) })
		synctest.Wait()
		if _, err := s.Picture(ctx, "gone", slow); !errors.Is(err, context.Canceled) {
			t.Errorf("who left waits: %v", err)
		}
		close(hold)
		wg.Wait()
		if _, err := s.Picture(t.Context(), "bad", func() ([]byte, error) { return nil, errors.New("x") }); err == nil || s.take("bad") != nil {
			t.Error("a failure is kept")
		}
	})
}

func BenchmarkPNG(b *testing.B) {
	ground := ground(b)
	c := cards()["place"]
	for b.Loop() {
		if _, err := PNG(c, ground); err != nil {
			b.Fatal(err)
		}
	}
}
