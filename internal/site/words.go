package site

import (
	"net/url"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/glyph"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// staleAfter is the age at which a confirmation is called old.
const staleAfter = 18 * 30 * 24 * time.Hour

// Text is a text with its language, which is "" when it is the page's own.
type Text struct{ Text, Lang string }

// textIn is t in the page's language, else in another that is then marked.
// French gets the spaces of French typography.
func textIn(l *i18n.Locale, t directory.LangText) Text {
	s, lang := t.In(l.Tag)
	if lang == "fr" || lang == "und" && l.Tag == "fr" {
		s = i18n.French(s)
	}
	if lang == l.Tag || lang == "und" {
		lang = ""
	}
	return Text{s, lang}
}

// entryPath is the address of an entry's page on this instance.
func entryPath(e directory.Public) string {
	if e.Kind.IsActor() && e.Origin == "" && e.Handle != "" {
		return "/@" + e.Handle
	}
	return "/" + e.Kind.Path() + "/" + url.PathEscape(e.ID)
}

// themeOf is the slug of the dominant root theme, "autre" for none: the suffix
// of the colour class.
func themeOf(e directory.Public) string {
	for _, t := range e.Themes {
		if root := directory.ThemeRoot(t); root != "" {
			return root
		}
	}
	return noTheme
}

// noTheme is the colour class and icon of entries without theme.
const noTheme = "autre"

// iconOf is the theme's icon, or the kind's where there is no theme.
func iconOf(e directory.Public) string {
	if t := themeOf(e); t != noTheme {
		return t
	}
	return string(e.Kind)
}

// themeName is the name of a term in the page's language; an unknown slug gives itself.
func themeName(l *i18n.Locale, slug string) string {
	for _, t := range directory.Themes() {
		if t.Slug == slug {
			name, _ := t.Name.In(l.Tag)
			return name
		}
	}
	return slug
}

// shortTheme is the name of a root theme on a button, where room is short.
func shortTheme(l *i18n.Locale, slug string) string {
	if key := "theme.short." + slug; l.Has(key) {
		return l.T(key)
	}
	return themeName(l, slug)
}

// rootSlug is the slug of root number n, 0 to 7, else noTheme.
func rootSlug(n int) string {
	roots := directory.RootThemes()
	if n < 0 || n >= len(roots) {
		return noTheme
	}
	return roots[n].Slug
}

// placeLine writes the locality with the number of its département, or what is
// known of the place; "" when nothing is.
func placeLine(l *i18n.Locale, p *directory.Place) string {
	switch {
	case p == nil:
		return ""
	case p.Locality != "" && p.Country == "FR" && len(p.PostalCode) == 5:
		return l.T("place.with_department", "place", p.Locality, "code", departmentCode(p.PostalCode))
	case p.Locality != "" && p.Country != "" && p.Country != "FR":
		return l.T("place.with_country", "place", p.Locality, "country", l.Country(p.Country))
	case p.Locality != "":
		return p.Locality
	case p.Region != "":
		return p.Region
	case p.Country != "":
		return l.Country(p.Country)
	case p.Online != "":
		return l.T("place.online")
	}
	return ""
}

// departmentCode is the département of a French postcode, as far as postcodes tell.
func departmentCode(postcode string) string {
	switch {
	case strings.HasPrefix(postcode, "97"), strings.HasPrefix(postcode, "98"):
		return postcode[:3]
	case strings.HasPrefix(postcode, "200"), strings.HasPrefix(postcode, "201"):
		return "2A"
	case strings.HasPrefix(postcode, "20"):
		return "2B"
	}
	return postcode[:2]
}

// whenLine is the entry's date as its kind reads it; "" without one.
func whenLine(l *i18n.Locale, e directory.Public) string {
	if e.Kind == directory.KindConcept {
		if e.Concept != nil && e.Concept.FirstUse != "" {
			return l.T("when.first_use", "date", l.EDTF(e.Concept.FirstUse))
		}
		return ""
	}
	if e.Period == nil {
		return ""
	}
	if e.Period.Timed() {
		return e.Period.Human(l.Tag) // in the event's own time zone
	}
	switch e.Kind {
	case directory.KindEvent, directory.KindText:
		return l.Period(e.Period.Start, e.Period.End)
	}
	if e.Period.End == "" || e.Period.End == ".." {
		if e.Period.Start == "" {
			return ""
		}
		return l.T("when.since", "date", l.EDTF(e.Period.Start))
	}
	return l.Period(e.Period.Start, e.Period.End)
}

// hostOf is the host of an origin or address, for display.
func hostOf(address string) string { return sanitize.Host(address) }

// join joins the parts that are not empty with a middle dot.
func join(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, glyph.Isolate(p))
		}
	}
	return strings.Join(out, " · ")
}

// Item is one entry of a list.
type Item struct {
	Num         int64
	Href        string
	Name        Text
	Theme, Icon string
	// Line says what and where, When since when and from which instance.
	Line, When string
	HasPoint   bool
	Lat, Lon   float64
	// Bounds is the box of its line or area, for the script; "" for a point.
	Bounds   string
	Selected bool
	// CentreLabel is the accessible name of the button that shows it on the map.
	CentreLabel string
	Summary     Text
}

// item makes the list form of an entry.
func item(l *i18n.Locale, e directory.Public) Item {
	it := Item{Num: e.Num, Href: entryPath(e), Name: textIn(l, e.Name), Theme: themeOf(e), Icon: iconOf(e),
		Line: join(kindName(l, e), placeLine(l, e.Place)), Summary: textIn(l, e.Summary)}
	from := ""
	if e.Origin != "" {
		from = l.T("list.from", "host", hostOf(e.Origin))
	}
	it.When = join(whenLine(l, e), from)
	if e.Place != nil && e.Place.Point != nil {
		it.HasPoint, it.Lat, it.Lon = true, e.Place.Point.Lat, e.Place.Point.Lon
	}
	it.CentreLabel = l.T("list.centre", "name", it.Name.Text)
	return it
}

// kindName names the kind, or the form of a text.
func kindName(l *i18n.Locale, e directory.Public) string {
	if e.Kind == directory.KindText && e.Text != nil && e.Text.Form != "" {
		if key := "textform." + e.Text.Form; l.Has(key) {
			return l.T(key)
		}
	}
	return l.T("kind." + string(e.Kind))
}

// publics keeps of entries what anyone may see.
func publics(es []directory.Entry) []directory.Public {
	out := make([]directory.Public, 0, len(es))
	for _, e := range es {
		if p, ok := e.Public(); ok {
			out = append(out, p)
		}
	}
	return out
}
