package i18n

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country names a country, by its ISO 3166 code of two letters, in the
// language of the locale; what is no such code is given back as it is.
func (l *Locale) Country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() {
		return code
	}
	if name := display.Regions(language.Make(l.Tag)).Name(region); name != "" {
		return name
	}
	return code
}
