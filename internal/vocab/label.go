package vocab

import (
	"strings"
	"unicode"

	"codeberg.org/bocage/bocage/internal/directory"
)

// label gives the few words that documents carry for people on other
// software, who never see our pages' catalogues.
func label(key, lang string) string {
	i := 1
	if lang == "fr" || strings.HasPrefix(lang, "fr-") {
		i = 0
	}
	return labels[key][i]
}

var labels = map[string][2]string{
	"colon":      {"\u00a0:", ":"},
	"site":       {"Site", "Website"},
	"licence":    {"Licence", "Licence"},
	"address":    {"Adresse", "Address"},
	"governance": {"Gouvernance", "Governance"},
	"resource":   {"Ressource", "Resource"},
	"community":  {"Communauté", "Community"},
	"themes":     {"Thèmes", "Themes"},
	"dates":      {"Dates", "Dates"},
	"hours":      {"Horaires", "Opening hours"},
	"online":     {"en ligne", "online"},

	"entered":            {"%s est entré dans la carte %s", "%s entered the map %s"},
	"digest-map":         {"{n} nouvelles entrées dans la carte {map}", "{n} new entries in the map {map}"},
	"digest-map-one":     {"{n} nouvelle entrée dans la carte {map}", "{n} new entry in the map {map}"},
	"digest-new":         {"{n} nouvelles entrées", "{n} new entries"},
	"digest-new-one":     {"{n} nouvelle entrée", "{n} new entry"},
	"digest-changes":     {"{n} entrées nouvelles ou modifiées", "{n} new or changed entries"},
	"digest-changes-one": {"{n} entrée modifiée", "{n} changed entry"},

	string(NoteCreated):   {"Nouvelle fiche dans l’annuaire", "New entry in the directory"},
	string(NoteUpdated):   {"Fiche mise à jour", "Entry updated"},
	string(NoteAnnounced): {"Événement annoncé", "Event announced"},
	string(NoteCancelled): {"Événement annulé", "Event cancelled"},
	string(NoteMoved):     {"Changement de date ou de lieu", "New date or place"},
	string(NoteClosed):    {"N’est plus actif", "No longer active"},
}

// themeNames are the names of slugs in lang, unknown slugs as they are.
func themeNames(slugs []string, lang string) []string {
	names := make([]string, 0, len(slugs))
	for _, slug := range slugs {
		name := slug
		if t, ok := directory.ThemeBySlug(slug); ok {
			name, _ = t.Name.In(lang)
		}
		names = append(names, name)
	}
	return names
}

// hashtag writes a tag as one word, "" when nothing is left: letters and
// digits, the words after the first with a capital, not digits alone.
func hashtag(s string) string {
	var b strings.Builder
	up, letter := false, false
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' {
			up = b.Len() > 0
			continue
		}
		letter = letter || unicode.IsLetter(r)
		if up {
			r = unicode.ToUpper(r)
			up = false
		}
		b.WriteRune(r)
	}
	if !letter {
		return ""
	}
	return b.String()
}
