package transfer

import (
	"slices"
	"strings"
	"unicode"

	"codeberg.org/bocage/bocage/internal/directory"
)

// stopwords are short words of one language that the others here do not have,
// as directory.Fold leaves them.
var stopwords = map[string][]string{
	"fr": strings.Fields("le les des une et du pour dans est sur avec aux au ou par qui nous leur"),
	"en": strings.Fields("the and of for with is are by from our their that this we at it"),
	"de": strings.Fields("und der die das fur mit von ist ein eine auf im zu wir sich den"),
	"es": strings.Fields("el los las y para una del por con es su sus"),
	"it": strings.Fields("il di della per gli che nel dei delle sono una"),
	"nl": strings.Fields("het een van voor zijn op met wij deze naar"),
	"pt": strings.Fields("os da para uma nao dos das ao pela"),
}

// fewestStopwords is how many a text must have before its language is guessed.
const fewestStopwords = 12

// guessLanguage names the language that most of a text is in, or "" when that is
// not clear: too little text, or two languages that are both frequent.
func guessLanguage(text string) string {
	count := map[string]int{}
	words := strings.FieldsFunc(directory.Fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, w := range words {
		for lang, list := range stopwords {
			if slices.Contains(list, w) {
				count[lang]++
			}
		}
	}
	best, second := "", ""
	for _, lang := range languages {
		switch {
		case count[lang] > count[best]:
			best, second = lang, best
		case count[lang] > count[second]:
			second = lang
		}
	}
	if count[best] < fewestStopwords || count[best] < 2*count[second] {
		return ""
	}
	return best
}

// languageOf reads a cell that names a language: "fr", "EN", "en-GB", "français";
// of several the first. It is "" when the cell names none.
func languageOf(s string) string {
	first, _, _ := strings.Cut(strings.NewReplacer(";", ",", "/", ",", "|", ",").Replace(s), ",")
	w := directory.Fold(strings.TrimSpace(first))
	if l, ok := languageNames[w]; ok {
		return l
	}
	base, _, _ := strings.Cut(strings.ReplaceAll(w, "_", "-"), "-")
	if slices.Contains(languages, base) {
		return base
	}
	return ""
}

var languageNames = map[string]string{
	"francais": "fr", "french": "fr", "anglais": "en", "english": "en", "allemand": "de", "german": "de", "deutsch": "de",
	"espagnol": "es", "spanish": "es", "italien": "it", "italian": "it", "neerlandais": "nl", "dutch": "nl", "portugais": "pt", "portuguese": "pt",
}
