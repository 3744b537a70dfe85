package page

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
)

// Base is what every page has: its language, its head, its header and footer.
// The embedded Locale gives templates T, N and Number.
type Base struct {
	*i18n.Locale
	// Title is the page's own; the layout adds the instance's name.
	Title string
	// Description is for search engines and previews; "" leaves it out.
	Description string
	// Section is the navigation's current entry: map, timeline, genealogy,
	// concepts, or "" for none.
	Section string
	// Class is the suffix of the body's class page-….
	Class string
	// ThirdParty says that maps ask another server for their background.
	ThirdParty bool
	// Script is the page's own module, such as "map.js"; "" for none.
	Script string
	// Canonical is the page's full address, "" leaves it out.
	Canonical string
	// Alternates are other forms of the same resource.
	Alternates []Alternate
	// Picture is what other sites show beside a link to the page; the zero value
	// leaves it out.
	Picture Picture
	// NoIndex keeps search engines away.
	NoIndex bool
	// Instance is the instance's name, Host its host name.
	Instance  string
	Host      string
	Languages []LanguageLink
	// User is who is signed in; nil for a visitor.
	User *UserBox
	// MayContribute shows the links that lead to writing.
	MayContribute bool
	// chosen is the selection of the address, for the other views of it.
	chosen directory.Selection
	// Now is the time of the request.
	Now time.Time
	// Self is the full address of what the page shows, to pass on; "" for a page
	// that is not passed on. OEmbed names it to those who embed.
	Self   string
	OEmbed bool
	// Frame is the map that the page is of, nil for the whole directory.
	Frame *Frame
	// embedded pages are for the frames of other sites.
	embedded bool
}

// longName is the number of characters from which the header writes the
// instance's name smaller.
const longName = 16

// LongName reports whether the instance's name needs a smaller type.
func (b *Base) LongName() bool { return utf8.RuneCountInString(b.Instance) > longName }

// Across is the address of another view of the page's selection.
func (b *Base) Across(path string) string {
	if b.Section == "" {
		return b.At(path)
	}
	s := b.chosen
	s.Map = ""
	return Address(b.At(path), s.Values())
}

// PageBase makes every page struct a Pager.
func (b *Base) PageBase() *Base { return b }

// Picture is the picture of a page (Open Graph's og:image); URL is absolute,
// Width and Height in pixels.
type Picture struct {
	URL, Alt      string
	Width, Height int
}

// Alternate is one <link rel="alternate">.
type Alternate struct{ Type, Href, Title string }

// LanguageLink leads to the same page in another language.
type LanguageLink struct {
	Tag, Label, Href string
	Current          bool
}

// UserBox is the signed-in user as the header shows it.
type UserBox struct {
	Name string
	// Admin shows the way to the administration.
	Admin bool
}

// langCookie keeps the language that a visitor chose with ?lang=.
const langCookie = "lang"

// langCookieAge is how long the choice of a language is kept.
const langCookieAge = 365 * 24 * time.Hour

// Locale is the language of a request: ?lang=, then the cookie, then
// Accept-Language, then French.
func (s *Pages) Locale(r *http.Request) *i18n.Locale {
	if l, ok := s.catalogue.Locale(r.URL.Query().Get("lang")); ok {
		return l
	}
	if c, err := r.Cookie(langCookie); err == nil {
		if l, ok := s.catalogue.Locale(c.Value); ok {
			return l
		}
	}
	return s.catalogue.Match(r.Header.Get("Accept-Language"))
}

// Base starts a page. titleKey is the key of the title; "" leaves it to the caller.
func (s *Pages) Base(w http.ResponseWriter, r *http.Request, class, titleKey string) Base {
	l := s.Locale(r)
	embedded := embeddedIn(r.Context())
	if chosen := r.URL.Query().Get("lang"); chosen == l.Tag && !embedded {
		http.SetCookie(w, &http.Cookie{Name: langCookie, Value: l.Tag, Path: "/", MaxAge: int(langCookieAge.Seconds()),
			HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(s.cfg.URL, "https:")})
	}
	chosen, _ := directory.ParseSelection(r.URL.Query()) // what can be read of it
	b := Base{chosen: chosen, Locale: l, Class: class, Instance: s.cfg.InstanceName, Host: s.host, ThirdParty: s.cfg.ThirdParty, Now: s.cfg.Clock(), embedded: embedded}
	if f := FrameOf(r.Context()); f != nil {
		b.Frame = f.in(l.Tag)
	}
	if titleKey != "" {
		b.Title = l.T(titleKey)
	}
	for _, tag := range s.catalogue.Tags() {
		q := r.URL.Query()
		q.Del("fragment")
		q.Set("lang", tag)
		b.Languages = append(b.Languages, LanguageLink{
			Tag: tag, Label: strings.ToUpper(tag), Current: tag == l.Tag, Href: Address(r.URL.EscapedPath(), q)})
	}
	s.signedIn(r, &b)
	b.Self = s.cfg.URL + Address(r.URL.EscapedPath(), With(r.URL.Query(), "lang", "", "fragment", ""))
	b.OEmbed = slices.Contains(embeddable[:], class)
	return b
}

// embeddable are the classes of the pages that can stand in a frame of another site.
var embeddable = [...]string{"home", "timeline", "genealogy", "concepts", "map", "entry"}

// Address is a path with its query, when there is one. A view with a map in its
// query is that map's own page.
func Address(path string, q url.Values) string {
	path, q = inMap(path, q)
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// With returns a copy of q with keys set, in pairs; an empty value removes the key.
func With(q url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for k, v := range q {
		out[k] = append([]string(nil), v...)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			out.Del(pairs[i])
		} else {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	return out
}

// Hidden is one hidden input that keeps the state of the page in a form.
type Hidden struct{ Name, Value string }

// HiddenInputs lists the values of q but those of the keys that the form itself has.
func HiddenInputs(q url.Values, but ...string) []Hidden {
	var out []Hidden
	for _, k := range slices.Sorted(maps.Keys(q)) {
		if slices.Contains(but, k) {
			continue
		}
		for _, v := range q[k] {
			out = append(out, Hidden{k, v})
		}
	}
	return out
}
