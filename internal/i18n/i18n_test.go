package i18n

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"codeberg.org/bocage/bocage/web"
)

func locales(t testing.TB) (fr, en *Locale) {
	t.Helper()
	c, err := Load(web.Locales())
	if err != nil {
		t.Fatal(err)
	}
	fr, _ = c.Locale("fr")
	en, _ = c.Locale("en")
	return fr, en
}

func TestPlurals(t *testing.T) {
	t.Parallel()
	fr, en := locales(t)
	for _, c := range []struct {
		l    *Locale
		n    int
		want string
	}{{fr, 0, "0 texte"}, {fr, 1, "1 texte"}, {fr, 2, "2 textes"}, {fr, 5310, "5\u202f310 textes"},
		{en, 0, "0 texts"}, {en, 1, "1 text"}, {en, 5310, "5,310 texts"}} {
		if got := c.l.N("genealogy.count", c.n); got != c.want {
			t.Errorf("%s N(%d) = %q, want %q", c.l.Tag, c.n, got, c.want)
		}
	}
}

func TestEDTF(t *testing.T) {
	t.Parallel()
	fr, en := locales(t)
	for _, c := range []struct{ in, fr, en string }{
		{"1968", "1968", "1968"},
		{"1968-05", "mai 1968", "May 1968"},
		{"1968-05-01", "1er mai 1968", "1 May 1968"},
		{"2001-21", "printemps 2001", "spring 2001"},
		{"196X", "années 1960", "1960s"},
		{"18XX", "XIXe siècle", "19th century"},
		{"1968~", "vers 1968", "c. 1968"},
		{"1968?", "1968 (incertain)", "1968 (uncertain)"},
		{"-0043", "44 av. J.-C.", "44 BCE"},
		{"1971/1981", "1971 – 1981", "1971 – 1981"},
		{"1971/..", "depuis 1971", "since 1971"},
		{"../1981", "jusqu’à 1981", "until 1981"},
		{"2026-12-05T09:30:00+01:00", "samedi 5 décembre 2026, 09:30", "Saturday 5 December 2026, 09:30"},
		{"2004-06-XX", "juin 2004", "June 2004"},
		{"pas une date", "pas une date", "pas une date"},
		{"", "", ""},
	} {
		if got := fr.EDTF(c.in); got != c.fr {
			t.Errorf("fr EDTF(%q) = %q, want %q", c.in, got, c.fr)
		}
		if got := en.EDTF(c.in); got != c.en {
			t.Errorf("en EDTF(%q) = %q, want %q", c.in, got, c.en)
		}
	}
}

func TestRelativeAndNumbers(t *testing.T) {
	t.Parallel()
	fr, en := locales(t)
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{0: "à l’instant", 5 * time.Minute: "il y a 5 minutes", time.Hour: "il y a 1 heure",
		72 * time.Hour: "il y a 3 jours", 60 * 24 * time.Hour: "il y a 2 mois", 800 * 24 * time.Hour: "il y a 2 ans"} {
		if got := fr.Relative(now.Add(-d), now); got != want {
			t.Errorf("Relative(%s) = %q, want %q", d, got, want)
		}
	}
	if got, want := fr.Decimal(1234.5, 1), "1\u202f234,5"; got != want {
		t.Errorf("Decimal = %q, want %q", got, want)
	}
	if got, want := en.Compact(1150), "1.1k"; got != want {
		t.Errorf("Compact = %q, want %q", got, want)
	}
}

func TestFrenchTypography(t *testing.T) {
	t.Parallel()
	fr, _ := locales(t)
	for _, k := range fr.Keys() {
		for _, bad := range []string{" ;", " !", " ?", " :", "« ", " »", "'"} {
			if strings.Contains(fr.T(k), bad) {
				t.Errorf("%q keeps a plain %q: %q", k, bad, fr.T(k))
			}
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	c, err := Load(web.Locales())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		wishes []string
		want   string
	}{{nil, "fr"}, {[]string{"en"}, "en"}, {[]string{"", "en-GB,fr;q=0.5"}, "en"}, {[]string{"de"}, "fr"}, {[]string{"xx", "en"}, "en"}, {[]string{"fr-CA"}, "fr"}, {[]string{"<script>"}, "fr"}} {
		if got := c.Match(tt.wishes...).Tag; got != tt.want {
			t.Errorf("Match(%q) = %q, want %q", tt.wishes, got, tt.want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{"not JSON": "{", "no other form": `{"a":{"one":"x"}}`, "a number": `{"a":1}`} {
		if _, err := Load(fstest.MapFS{"fr.json": {Data: []byte(file)}}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := Load(fstest.MapFS{}); err == nil {
		t.Error("no catalogue: no error")
	}
}

// FuzzEDTF: any text is written without panic.
func FuzzEDTF(f *testing.F) {
	for _, s := range []string{"1968", "1968-05-01/..", "19XX~", "-0043", "2001-21", "/", "Y-17", "1968-13", "XX", "-"} {
		f.Add(s)
	}
	fr, _ := locales(f)
	f.Fuzz(func(t *testing.T, s string) { _ = fr.EDTF(s) })
}
