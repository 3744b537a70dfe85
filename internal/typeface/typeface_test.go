package typeface

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// TestFormsAreThoseOfTheLetters: every form is of its letter, as Unicode's own tables
// say, and both fonts have it.
func TestFormsAreThoseOfTheLetters(t *testing.T) {
	t.Parallel()
	var forms []rune
	check := func(form rune, want string) {
		t.Helper()
		if got := norm.NFKC.String(string(form)); got != want {
			t.Errorf("%U is a form of %q, want %q", form, got, want)
		}
		forms = append(forms, form)
	}
	for r, l := range letters {
		for i := range rune(4) {
			if i < 2 || l.both {
				check(l.alone+i, string(r))
			}
		}
	}
	for alef, form := range alefs {
		check(form, string([]rune{lam, alef}))
		check(form+1, string([]rune{lam, alef}))
	}
	for font, runes := range map[Font][]rune{Arabic: append(forms, []rune("ء،؟٠٩ـ")...), Hebrew: []rune("אבםןףץת׳״־")} {
		for _, bold := range []bool{false, true} {
			f, err := sfnt.Parse(font.File(bold))
			if err != nil {
				t.Fatal(err)
			}
			var b sfnt.Buffer
			for _, r := range runes {
				if g, err := f.GlyphIndex(&b, r); err != nil || g == 0 {
					t.Errorf("%s, bold %t, has no %U", font, bold, r)
				}
			}
		}
	}
	if Eastern.File(false) != nil || Latin.File(true) != nil {
		t.Error("a font that is not here has a file")
	}
}

func TestRuns(t *testing.T) {
	t.Parallel()
	for s, want := range map[string][]Run{
		"Charte des haies": {{Latin, "Charte des haies"}},
		"Хартия":           {{Latin, "Хартия"}},
		"Χάρτης":           {{Latin, "Χάρτης"}},
		// Read from the right: meem begins, alef ends, hamza stands alone.
		"ماء":          {{Arabic, "ءﺎﻣ"}},
		"سلام":         {{Arabic, "ﻡﻼﺳ"}},
		"مَاء":         {{Arabic, "ءﺎﻣ"}},
		"שלום":         {{Hebrew, "םולש"}},
		"Charte ماء 3": {{Latin, "Charte 3 "}, {Arabic, "ءﺎﻣ"}},
		"ماء Charte":   {{Latin, "Charte "}, {Arabic, "ءﺎﻣ"}},
		"公地 2026":      {{Eastern, "公地 "}, {Latin, "2026"}},
		"":             {{Latin, ""}},
	} {
		if diff := cmp.Diff(want, Runs(s)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", s, diff)
		}
	}
}

func TestUnwritten(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{"Charte «été» — ميثاق, אמנה, Хартия": false, "公地宪章": true, "Charte コモンズ": true, "공유지": true, "": false} {
		if got := Unwritten(s); got != want {
			t.Errorf("%q: %t, want %t", s, got, want)
		}
	}
}

func FuzzRuns(f *testing.F) {
	f.Add("ab ماء (سلام) שלום 公 \xff\u200d")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range Runs(s) {
			if r.Font != Latin && r.Text == "" {
				t.Errorf("%q has an empty run", s)
			}
		}
	})
}
