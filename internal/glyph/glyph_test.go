package glyph

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in string
		lines    int
		want     []string
	}{
		{"empty", "", 3, nil},
		{"spaces", "  \n ", 3, nil},
		{"one", "Manifeste GNU", 3, []string{"Manifeste GNU"}},
		{"three", "Statuts de l’Association internationale des travailleurs", 4, []string{"Statuts de", "l’Association", "internationale des", "travailleurs"}},
		{"hyphen", "Loi Waldeck-Rousseau sur les syndicats", 3, []string{"Loi Waldeck-", "Rousseau sur les", "syndicats"}},
		{"cut", "un deux trois quatre cinq six sept huit neuf dix onze douze", 2, []string{"un deux trois quatre", "cinq six sept huit…"}},
	} {
		if diff := cmp.Diff(tt.want, Wrap(tt.in, 13, 130, tt.lines)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestRightToLeft(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{"": false, "12 مشاع": true, "« ברית": true, "Commun": false, "🌾": false, "a مشاع": false} {
		if got := RightToLeft(in); got != want {
			t.Errorf("RightToLeft(%q) = %v", in, got)
		}
	}
}

func FuzzFit(f *testing.F) {
	f.Add("Licences Creative Commons 1.0", 120.0, 3)
	f.Add(strings.Repeat("é", 400), 100.0, 4)
	f.Add("👩‍🌾 مشاع\x00\xff-", 50.0, 1)
	f.Fuzz(func(t *testing.T, s string, room float64, lines int) {
		if room < 30 || room > 1e6 || lines < 1 || lines > 50 {
			return
		}
		for _, line := range Wrap(s, 13, room, lines) {
			if w := Width(line, 13); w > room+13 {
				t.Errorf("line %q is %v wide in %v", line, w, room)
			}
		}
		if line, w := Shorten(s, 13, room); w > room+13 || Width(line, 13) > room+13 {
			t.Errorf("%q is %v wide in %v", line, w, room)
		}
		if e := Escape(s); !utf8.ValidString(e) || strings.ContainsAny(e, "<>\"'\x00") {
			t.Errorf("Escape(%q) = %q", s, e)
		}
	})
}
