package directory

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// Limits of an entry. Texts are counted in characters (runes), lists in items.
const (
	MaxName        = 200
	MaxSummary     = 1000
	MaxDescription = 20000
	MaxLine        = 300  // one-line texts: streets, localities, authors…
	MaxNote        = 2000 // short texts of several lines: notes, evidence, alternative texts
	MaxURL         = 2000 // bytes
	MaxTag         = 60   // characters of one tag
	MaxTags        = 50
	MaxThemes      = 10
	MaxLanguages   = 20
	MaxRelations   = 200
	MaxLinks       = 30
	MaxImages      = 20
	MaxSources     = 30
	MaxDefinitions = 50
	MaxAltLabels   = 50
	MaxExtraBytes  = 64 << 10
)

// Validate normalises e in place (white space trimmed, Unicode NFC, empty
// languages and doubled tags dropped, countries and identifiers in their written
// form, the precision of a place set) and returns nil, or an Invalid with every
// field error at once. It checks what is true of the entry alone: that a handle is
// free or an owner exists is for the ledger.
func Validate(e *Entry) error {
	v := &validator{}
	v.identity(e)
	v.texts(e)
	v.terms(e)
	v.place(e.Place)
	v.period("period", e.Period)
	v.event(e)
	v.text(e)
	v.concept(e)
	v.pillars(e.Pillars)
	v.relations(e)
	v.confirmed(e)
	v.attachments(e)
	v.identifiers(e.Identifiers)
	v.contact(e.Contact)
	v.aliases(e)
	if len(v.bad) == 0 {
		return nil
	}
	return v.bad
}

// validator collects the field errors of one entry.
type validator struct{ bad Invalid }

func (v *validator) fail(field, code, format string, args ...any) {
	v.bad = append(v.bad, FieldError{Field: field, Code: code, Message: fmt.Sprintf(format, args...)})
}

func (v *validator) failIf(bad bool, field, code, format string, args ...any) {
	if bad {
		v.fail(field, code, format, args...)
	}
}

func (v *validator) identity(e *Entry) {
	v.failIf(!e.Kind.Valid(), "kind", "unknown_kind", "is not a kind of entry")
	v.failIf(e.Discussion != "" && !e.Discussion.Valid(), "discussion", "unknown", "is off, review, open or empty")
	e.Handle = strings.ToLower(strings.TrimSpace(e.Handle))
	switch {
	case e.Handle == "":
	case e.Kind.Valid() && !e.Kind.IsActor():
		v.fail("handle", "not_allowed", "only organisations, commons, places, practices and ecosystems have a handle")
	case !ValidHandle(e.Handle):
		v.fail("handle", "invalid_handle", "is not made of a-z, 0-9 and _ with - or . between them")
	case e.Origin == "" && ReservedHandle(e.Handle, ""):
		v.fail("handle", "reserved_handle", "belongs to the instance itself")
	}
	switch e.Status {
	case "":
		e.Status = StatusDraft
	case StatusDraft, StatusProposed, StatusPublished, StatusArchived:
	default:
		v.fail("status", "unknown_status", "is not draft, proposed, published or archived")
	}
	v.line("sourceKey", &e.SourceKey, MaxLine)
	v.line("openingHours", &e.OpeningHours, MaxLine)
}

func (v *validator) texts(e *Entry) {
	v.langText("name", &e.Name, MaxName, false)
	v.failIf(len(e.Name) == 0, "name", "required", "is required")
	v.langText("summary", &e.Summary, MaxSummary, true)
	v.langText("description", &e.Description, MaxDescription, true)
}

// langText checks a text in several languages; multi allows line breaks.
func (v *validator) langText(field string, t *LangText, limit int, multi bool) {
	if len(*t) == 0 {
		*t = nil
		return
	}
	v.failIf(len(*t) > MaxLanguages, field, "too_many", "has more than %d languages", MaxLanguages)
	out := LangText{}
	for lang, s := range *t {
		at := field + "." + lang
		if multi {
			v.paragraph(at, &s, limit)
		} else {
			v.line(at, &s, limit)
		}
		if s == "" {
			continue
		}
		if lang != "und" {
			tag, err := language.Parse(lang)
			if err != nil || lang == "" {
				v.fail(at, "invalid_language", "%.20q is not a language such as fr or en", lang)
			} else {
				lang = tag.String()
			}
		}
		out[lang] = s
	}
	if len(out) == 0 {
		out = nil
	}
	*t = out
}

// line normalises a one-line text and checks its length.
func (v *validator) line(field string, s *string, limit int) {
	*s = v.clean(field, *s, false)
	*s = strings.Join(strings.Fields(*s), " ")
	v.length(field, *s, limit)
}

// paragraph normalises a text of several lines and checks its length.
func (v *validator) paragraph(field string, s *string, limit int) {
	*s = strings.TrimSpace(v.clean(field, *s, true))
	v.length(field, *s, limit)
}

func (v *validator) length(field, s string, limit int) {
	if n := utf8.RuneCountInString(s); n > limit {
		v.fail(field, "too_long", "has %d characters, at most %d are allowed", n, limit)
	}
}

// clean makes a text NFC with line feeds only, and refuses control characters:
// nobody types them, and they break feeds, exports and terminals.
func (v *validator) clean(field, s string, multi bool) string {
	if s == "" {
		return ""
	}
	if !utf8.ValidString(s) {
		v.fail(field, "invalid_utf8", "is not UTF-8 text")
		return strings.ToValidUTF8(s, "\ufffd")
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.TrimPrefix(s, "\ufeff")
	if !multi {
		s = strings.NewReplacer("\n", " ", "\t", " ").Replace(s)
	}
	if strings.IndexFunc(s, isControl) >= 0 {
		v.fail(field, "control_character", "has a control character")
		s = strings.Map(func(r rune) rune {
			if isControl(r) {
				return -1
			}
			return r
		}, s)
	}
	return norm.NFC.String(s)
}

// isControl is true of control characters other than line feed and tab, and of
// the bidirectional overrides, which can make a text read as another.
func isControl(r rune) bool {
	if r == '\n' || r == '\t' {
		return false
	}
	return unicode.IsControl(r) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069)
}

// webURL checks an http or https URL; "" is allowed.
func (v *validator) webURL(field string, s *string) {
	*s = strings.TrimSpace(*s)
	if *s == "" {
		return
	}
	if len(*s) > MaxURL {
		v.fail(field, "too_long", "is a URL of more than %d bytes", MaxURL)
		return
	}
	if !WebURL(*s) {
		v.fail(field, "invalid_url", "is not a web address that starts with http:// or https://")
	}
}

// WebURL reports whether s is an absolute http or https URL with a host, without
// a password and without spaces or control characters.
func WebURL(s string) bool {
	if strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) >= 0 || !utf8.ValidString(s) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}

// edtf checks a date; "" and, where open allows it, ".." are allowed.
func (v *validator) edtf(field string, s *string, open bool) {
	*s = strings.TrimSpace(*s)
	if *s == "" || (open && *s == "..") {
		return
	}
	_, err := ParseEDTF(*s)
	v.failIf(err != nil, field, "invalid_date", "is not a date such as 1990, 2011-03, 2011-03-12 or 1217~")
}

func (v *validator) terms(e *Entry) {
	seen := map[string]bool{}
	var themes []string
	for i, slug := range e.Themes {
		slug = strings.TrimSpace(slug)
		if slug == "" || seen[slug] {
			continue
		}
		seen[slug] = true
		themes = append(themes, slug)
		v.failIf(ThemeNumber(slug) < 0, fmt.Sprintf("themes[%d]", i), "unknown_theme", "%.40q is not a theme", slug)
	}
	v.failIf(len(themes) > MaxThemes, "themes", "too_many", "are more than %d", MaxThemes)
	var tags []string
	for i, tag := range e.Tags {
		v.line(fmt.Sprintf("tags[%d]", i), &tag, MaxTag)
		tag = strings.TrimSpace(strings.TrimLeft(tag, "#"))
		key := "#" + Fold(tag)
		if tag == "" || seen[key] {
			continue
		}
		seen[key] = true
		tags = append(tags, tag)
	}
	v.failIf(len(tags) > MaxTags, "tags", "too_many", "are more than %d", MaxTags)
	e.Themes, e.Tags = themes, tags
}

// countryPattern is ISO 3166-1 alpha-2.
var countryPattern = regexp.MustCompile(`^[A-Z]{2}$`)

func (v *validator) place(p *Place) {
	if p == nil {
		return
	}
	v.line("place.name", &p.Name, MaxLine)
	v.line("place.street", &p.Street, MaxLine)
	v.line("place.postalCode", &p.PostalCode, 20)
	v.line("place.locality", &p.Locality, MaxLine)
	v.line("place.region", &p.Region, MaxLine)
	v.line("place.pointSource", &p.PointSource, 100)
	v.webURL("place.online", &p.Online)
	p.Country = strings.ToUpper(strings.TrimSpace(p.Country))
	v.failIf(p.Country != "" && !countryPattern.MatchString(p.Country), "place.country", "invalid_country",
		"is not a country code of two letters such as FR")
	switch p.Precision {
	case "":
		p.Precision = PrecisionExact
	case PrecisionExact, PrecisionApproximate, PrecisionHidden:
	default:
		v.fail("place.precision", "unknown_precision", "is not exact, approximate or hidden")
	}
	if p.Shape != "" {
		v.shape(p)
	}
	if p.Point != nil {
		v.point(*p.Point)
	}
}

// shape writes the shape as ParseShape does, and sets a point in it when there is none.
func (v *validator) shape(p *Place) {
	s, err := ParseShape([]byte(p.Shape))
	var bad Invalid
	if errors.As(err, &bad) {
		v.bad = append(v.bad, bad...)
		return
	}
	p.Shape = s
	if p.Point == nil {
		if g, ok := s.Geometry(); ok {
			at := g.Inside()
			p.Point, p.PointSource = &at, PointFromShape
		}
	}
}

// PointFromShape is the point source of a point that Validate set in the shape.
const PointFromShape = "shape"

// point checks the ranges, with a hint when the two numbers are swapped.
func (v *validator) point(p Point) {
	bad := func(n, limit float64) bool { return math.IsNaN(n) || math.Abs(n) > limit }
	badLat, badLon := bad(p.Lat, 90), bad(p.Lon, 180)
	switch {
	case badLat && !bad(p.Lat, 180) && !bad(p.Lon, 90):
		v.fail("place.point.lat", "swapped", "%g is not between -90 and 90: latitude and longitude look swapped", p.Lat)
	default:
		v.failIf(badLat, "place.point.lat", "out_of_range", "%g is not between -90 and 90 degrees", p.Lat)
		v.failIf(badLon, "place.point.lon", "out_of_range", "%g is not between -180 and 180 degrees", p.Lon)
	}
	v.failIf(p.Lat == 0 && p.Lon == 0, "place.point", "null_island", "0, 0 is in the Atlantic Ocean: leave the point out when it is unknown")
}

func (v *validator) period(field string, p *Period) {
	if p == nil {
		return
	}
	before := len(v.bad)
	v.edtf(field+".start", &p.Start, true)
	v.edtf(field+".end", &p.End, true)
	v.line(field+".timezone", &p.Timezone, 64)
	if len(v.bad) > before || (p.Start == "" && p.End == "") {
		return
	}
	if _, _, ok := p.Interval(); !ok {
		v.fail(field+".end", "before_start", "is before the start")
	}
}

var eventStatuses = []EventStatus{"", EventConfirmed, EventTentative, EventCancelled}

func (v *validator) event(e *Entry) {
	if e.Kind == KindEvent {
		v.failIf(e.Period == nil || e.Period.Start == "" || e.Period.Start == "..", "period.start", "required", "an event has a start")
	}
	if e.Event == nil {
		return
	}
	v.failIf(e.Kind != KindEvent, "event", "not_allowed", "belongs to events only")
	e.Event.Status = EventStatus(strings.ToUpper(strings.TrimSpace(string(e.Event.Status))))
	v.failIf(!slices.Contains(eventStatuses, e.Event.Status), "event.status", "unknown_status",
		"is not CONFIRMED, TENTATIVE or CANCELLED")
	v.line("event.series", &e.Event.Series, MaxLine)
	v.line("event.edition", &e.Event.Edition, MaxLine)
	v.line("event.organisers", &e.Event.Organisers, MaxLine)
}

// textForms are the forms of a text.
var textForms = []string{"manifesto", "law", "charter", "licence", "declaration", "judgment", "report", "book",
	"article", "treaty", "other"}

// TextForms returns the forms that a text may have, in a fresh slice.
func TextForms() []string { return slices.Clone(textForms) }

// textCountryPattern also takes EU and INT, for texts of no single country.
var textCountryPattern = regexp.MustCompile(`^[A-Z]{2,3}$`)

func (v *validator) text(e *Entry) {
	t := e.Text
	if t == nil {
		return
	}
	v.failIf(e.Kind != KindText, "text", "not_allowed", "belongs to texts only")
	t.Form = strings.ToLower(strings.TrimSpace(t.Form))
	v.failIf(t.Form != "" && !slices.Contains(textForms, t.Form), "text.form", "unknown_form",
		"is not one of %s", strings.Join(textForms, ", "))
	v.line("text.authors", &t.Authors, MaxLine)
	v.webURL("text.url", &t.URL)
	t.Country = strings.ToUpper(strings.TrimSpace(t.Country))
	v.failIf(t.Country != "" && !textCountryPattern.MatchString(t.Country), "text.country", "invalid_country",
		"is not a country code such as FR, EU or INT")
	t.Language = strings.TrimSpace(t.Language)
	if t.Language != "" {
		_, err := language.Parse(t.Language)
		v.failIf(err != nil, "text.language", "invalid_language", "is not a language such as fr or en")
	}
}

func (v *validator) concept(e *Entry) {
	c := e.Concept
	if c == nil {
		return
	}
	v.failIf(e.Kind != KindConcept, "concept", "not_allowed", "belongs to concepts only")
	v.failIf(len(c.AltLabels) > MaxAltLabels, "concept.altLabels", "too_many", "are more than %d", MaxAltLabels)
	for i := range c.AltLabels {
		v.line(fmt.Sprintf("concept.altLabels[%d]", i), &c.AltLabels[i], MaxName)
	}
	c.AltLabels = slices.DeleteFunc(c.AltLabels, func(s string) bool { return s == "" })
	v.matches("concept.exactMatch", &c.ExactMatch)
	v.matches("concept.closeMatch", &c.CloseMatch)
	v.edtf("concept.firstUse", &c.FirstUse, false)
	v.line("concept.firstAuthor", &c.FirstAuthor, MaxLine)
	v.line("concept.sourceWork", &c.SourceWork, MaxLine)
	v.failIf(len(c.Definitions) > MaxDefinitions, "concept.definitions", "too_many", "are more than %d", MaxDefinitions)
	for i := range c.Definitions {
		d, at := &c.Definitions[i], fmt.Sprintf("concept.definitions[%d]", i)
		v.langText(at+".text", &d.Text, MaxNote, true)
		v.failIf(len(d.Text) == 0, at+".text", "required", "is required")
		v.line(at+".author", &d.Author, MaxLine)
		v.line(at+".source", &d.Source, MaxNote)
		v.edtf(at+".date", &d.Date, false)
	}
}
