package i18n

import "testing"

func TestFrench(t *testing.T) {
	for in, want := range map[string]string{
		"":                        "",
		"sans rien":               "sans rien",
		"le « commoning » vu ici": "le «\u202fcommoning\u202f» vu ici",
		"le «commoning»":          "le «\u202fcommoning\u202f»",
		"«\u00a0déjà\u00a0»":      "«\u202fdéjà\u202f»",
		"Quoi ? Ici ; là !":       "Quoi\u202f? Ici\u202f; là\u202f!",
		"Quoi? Oui!":              "Quoi\u202f? Oui\u202f!",
		"Trois mots : a, b":       "Trois mots\u00a0: a, b",
		"Trois mots: a, b":        "Trois mots\u00a0: a, b",
		"de 10:30 à 12:00":        "de 10:30 à 12:00",
		"https://a.ex/?q=1;b=2":   "https://a.ex/?q=1;b=2",
		"Guerre et paix ?":        "Guerre et paix\u202f?",
		"l’eau, un commun":        "l’eau, un commun",
	} {
		if got := French(in); got != want {
			t.Errorf("French(%q) = %q, want %q", in, got, want)
		}
		if again := French(want); again != want {
			t.Errorf("French(%q) changes again to %q", want, again)
		}
	}
}

func TestCountry(t *testing.T) {
	for _, c := range []struct{ tag, code, want string }{
		{"fr", "PH", "Philippines"}, {"fr", "FR", "France"}, {"fr", "GB", "Royaume-Uni"}, {"en", "DE", "Germany"},
		{"fr", "DE", "Allemagne"}, {"en", "", ""}, {"fr", "Bretagne", "Bretagne"}, {"fr", "ZZ", "ZZ"}, {"en", "us", "United States"},
	} {
		if got := (&Locale{Tag: c.tag}).Country(c.code); got != c.want {
			t.Errorf("%s: Country(%q) = %q, want %q", c.tag, c.code, got, c.want)
		}
	}
}
