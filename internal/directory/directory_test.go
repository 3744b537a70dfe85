package directory

import (
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestThemes(t *testing.T) {
	all := Themes()
	if len(all) != 40 || len(RootThemes()) != 8 {
		t.Fatalf("%d terms, %d roots, want 40 and 8", len(all), len(RootThemes()))
	}
	for i, theme := range all {
		if ThemeNumber(theme.Slug) != i {
			t.Errorf("%s has number %d, want %d: a slug is doubled", theme.Slug, ThemeNumber(theme.Slug), i)
		}
		if theme.Name["fr"] == "" || theme.Name["en"] == "" {
			t.Errorf("%s has no name in French or English", theme.Slug)
		}
		if (i < 8) != (theme.Parent == "") || (i >= 8 && ThemeNumber(theme.Parent) > 7) {
			t.Errorf("%s, number %d, has parent %q", theme.Slug, i, theme.Parent)
		}
	}
	for _, root := range RootThemes() {
		if n := len(ThemeChildren(root.Slug)); n < 3 || n > 5 {
			t.Errorf("%s has %d children", root.Slug, n)
		}
	}
	if got, want := ThemeMask([]string{"jardin", "unknown"}), uint64(1)<<ThemeNumber("jardin")|1<<ThemeNumber("nourrir"); got != want {
		t.Errorf("ThemeMask(jardin) = %b, want %b", got, want)
	}
	if ThemeMask([]string{"jardin"})&ThemeFilterMask([]string{"nourrir"}) == 0 {
		t.Error("the root nourrir does not select its child jardin")
	}
	if ThemeMask([]string{"nourrir"})&ThemeFilterMask([]string{"jardin"}) != 0 {
		t.Error("the child jardin selects its root nourrir")
	}
	if DominantRoot([]string{"?", "ssa", "eau"}) != 1 || DominantRoot(nil) != -1 {
		t.Error("DominantRoot is not the root of the first known theme")
	}
	for list, table := range map[List]map[string]string{ListTransforMap: transforMapThemes, ListFree: freeThemes} {
		for term, slug := range table {
			if ThemeNumber(slug) < 0 {
				t.Errorf("%s: %s maps to unknown theme %s", list, term, slug)
			}
			if Fold(term) != term {
				t.Errorf("%s: %q is not folded", list, term)
			}
		}
	}
}

func TestThemesFor(t *testing.T) {
	for _, tt := range []struct {
		list           List
		terms          []string
		slugs, unknown []string
	}{
		{ListTransforMap, []string{"community_garden", "self_harvest", "other", ""}, []string{"jardin"}, []string{"other"}},
		{ListFree, []string{"#Repair-Café", "Mobilité", "Licornes"}, []string{"reemploi", "mobilite"}, []string{"Licornes"}},
		{ListFree, []string{"Jardins partagés", "Free software", "eau"}, []string{"jardin", "logiciel", "eau"}, nil},
		{ListFree, nil, nil, nil},
	} {
		slugs, unknown := ThemesFor(tt.list, tt.terms)
		if d := cmp.Diff(tt.slugs, slugs) + cmp.Diff(tt.unknown, unknown); d != "" {
			t.Errorf("ThemesFor(%s, %v) (-want +got):\n%s", tt.list, tt.terms, d)
		}
	}
}

func TestFoldAndHandle(t *testing.T) {
	for _, tt := range []struct{ in, fold, handle string }{
		{"", "", ""},
		{"Le  Talus ", "le talus", "le-talus"},
		{"L’Œuvre d’à côté", "l'oeuvre d'a cote", "l-oeuvre-d-a-cote"},
		{"ŒÆßØłđ", "oeaessold", "oeaessold"},
		{"Žižkov İstanbul Straße", "zizkov istanbul strasse", "zizkov-istanbul-strasse"},
		{"Е́лка", "елка", ""},
		{"Café №5 — n°1", "cafe no5 - n°1", "cafe-no5-n-1"},
		{"東京 commons", "東京 commons", "commons"},
		{"--a--", "--a--", "a"},
		{"\xff\xfeoui", "oui", "oui"},
		{strings.Repeat("communs ", 20), strings.TrimSpace(strings.Repeat("communs ", 20)), "communs-communs-communs-communs-communs-communs"},
		{strings.Repeat("x", 90), strings.Repeat("x", 90), strings.Repeat("x", 48)},
	} {
		if got := Fold(tt.in); got != tt.fold {
			t.Errorf("Fold(%q) = %q, want %q", tt.in, got, tt.fold)
		}
		if got := Handle(tt.in); got != tt.handle {
			t.Errorf("Handle(%q) = %q, want %q", tt.in, got, tt.handle)
		}
	}
	for h, want := range map[string]bool{"le-talus": true, "a_b.c": true, "": false, "-a": false, "a.": false, "É": false,
		"A": false, "a b": false, strings.Repeat("a", 65): false} {
		if ValidHandle(h) != want {
			t.Errorf("ValidHandle(%q) = %v, want %v", h, !want, want)
		}
	}
	if !ReservedHandle("relay", "") || !ReservedHandle("b.example", "b.example") || ReservedHandle("jardin", "b.example") {
		t.Error("ReservedHandle is wrong")
	}
}

// mastodonUsername is the grammar of federation.md §1.1.
var mastodonUsername = regexp.MustCompile(`^[a-z0-9_]+([.-]+[a-z0-9_]+)*$`)

func FuzzFoldAndHandle(f *testing.F) {
	for _, s := range []string{"Le Talus", "L’Œuvre", "\xff", "İ", "가나다", "ﬁ Ⅷ ²", "a\u0301\u0345", "ẞ", "ΐΣ ς"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fold := Fold(s)
		if !utf8.ValidString(fold) {
			t.Fatalf("Fold(%q) is not UTF-8", s)
		}
		if again := Fold(fold); again != fold {
			t.Fatalf("Fold(%q) = %q, folded again %q", s, fold, again)
		}
		for _, w := range Words(s) {
			if w == "" || strings.ContainsFunc(w, unicode.IsSpace) || strings.ContainsAny(w, `"'*:&|!()`) {
				t.Fatalf("Words(%q) has %q", s, w)
			}
		}
		if h := Handle(s); h != "" && (!mastodonUsername.MatchString(h) || !ValidHandle(h)) {
			t.Fatalf("Handle(%q) = %q is not a user name for Mastodon", s, h)
		}
	})
}

func TestSelectionRoundTrip(t *testing.T) {
	q := "q=c%C5%93ur&kind=event,text&kind=commons&theme=eau,nourrir&tag=a&tag=b&from=1990&to=2011-03&bbox=170,-10,-170,10&origin=HTTPS://B.example:443/x&licence=ODbL-1.0&fresh=12m&language=FR-ca,br&rules=published&area=dep:1,region:53&concept=https://c.example/a,b&concept=0190a1b2&other=1"
	v, err := url.ParseQuery(q)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseSelection(v)
	want := Selection{
		Query: "cœur", Kinds: []Kind{KindEvent, KindText, KindCommons}, Themes: []string{"eau", "nourrir"},
		Tags: []string{"a", "b"}, From: "1990", To: "2011-03", BBox: &BBox{170, -10, -170, 10},
		Origin: "https://b.example", Licence: "ODbL-1.0", FreshMonths: 12,
		Languages: []string{"fr", "br"}, Rules: true, Areas: []string{"dep:01", "region:53"}, Concepts: []string{"https://c.example/a,b", "0190a1b2"},
	}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Fatalf("ParseSelection: %v (-want +got):\n%s", err, d)
	}
	again, err := ParseSelection(got.Values())
	if d := cmp.Diff(got, again); d != "" || err != nil {
		t.Errorf("Values does not round trip: %v\n%s", err, d)
	}
	if empty, err := ParseSelection(url.Values{"q": {" "}, "kind": {""}, "bbox": {""}}); err != nil || !empty.IsZero() {
		t.Errorf("empty values = %+v, %v, want the zero selection", empty, err)
	}
}

func TestSelectionErrors(t *testing.T) {
	v, _ := url.ParseQuery("kind=unicorn&theme=nope&from=2011&to=1990&bbox=1,2,3&origin=ftp://x&licence=WTF&language=french&rules=no&area=dep:00,commune:35238&concept=mailto:x&fresh=-1")
	s, err := ParseSelection(v)
	var bad Invalid
	if !errors.As(err, &bad) || !errors.Is(err, ErrInvalid) {
		t.Fatalf("err = %v, want Invalid", err)
	}
	var fields []string
	for _, f := range bad {
		fields = append(fields, f.Field)
	}
	if d := cmp.Diff([]string{"kind", "theme", "from", "bbox", "origin", "licence", "language", "rules", "area", "area", "concept", "fresh"}, fields); d != "" {
		t.Errorf("fields (-want +got):\n%s", d)
	}
	if s.From != "" || s.BBox != nil {
		t.Errorf("unreadable parts are kept: %+v", s)
	}
	for _, bbox := range []string{"0,0,0", "0,0,0,0,0", "a,0,1,1", "NaN,0,1,1", "-181,0,1,1", "0,10,1,5", "0,-91,1,5", "Inf,0,1,1"} {
		if b, err := ParseBBox(bbox); !errors.Is(err, ErrInvalid) {
			t.Errorf("ParseBBox(%q) = %v, %v, want ErrInvalid", bbox, b, err)
		}
	}
}

func TestBBoxContains(t *testing.T) {
	pacific := BBox{West: 170, South: -20, East: -170, North: 20}
	for p, want := range map[Point]bool{{0, 175}: true, {0, -175}: true, {0, 0}: false, {30, 175}: false, {20, 170}: true} {
		if got := pacific.Contains(p); got != want {
			t.Errorf("Contains(%v) = %v, want %v", p, got, want)
		}
	}
}

func TestOrigin(t *testing.T) {
	for in, want := range map[string]string{
		"https://B.Example/x?y": "https://b.example", "http://b.example:80": "http://b.example",
		"http://localhost:8080/": "http://localhost:8080", "https://[::1]:8443/": "https://[::1]:8443",
	} {
		if got, err := Origin(in); err != nil || got != want {
			t.Errorf("Origin(%s) = %s, %v, want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", "b.example", "ftp://b.example", "https://", "https://user@b.example", "https://%zz"} {
		if got, err := Origin(in); !errors.Is(err, ErrInvalid) {
			t.Errorf("Origin(%q) = %s, %v, want ErrInvalid", in, got, err)
		}
	}
}

func FuzzParseSelection(f *testing.F) {
	for _, s := range []string{"q=a&kind=event", "bbox=170,-10,-170,10", "from=1990/..&to=2011", "origin=https://[::1]", "tag=%ff,a", "fresh=999",
		"language=fr-CA,und&rules=published", "area=region:53,dep:2a,dep:", "concept=https://a.example/%20&concept=x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		s, err := ParseSelection(v)
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Fatalf("error does not wrap ErrInvalid: %v", err)
			}
			return
		}
		again, err := ParseSelection(s.Values())
		if err != nil {
			t.Fatalf("%q: its own values %q: %v", query, s.Values().Encode(), err)
		}
		if d := cmp.Diff(s.Values(), again.Values()); d != "" {
			t.Fatalf("%q does not round trip:\n%s", query, d)
		}
	})
}

func TestWho(t *testing.T) {
	local := &Entry{Owner: "org", Status: StatusDraft}
	remote := &Entry{Owner: "org", Origin: "https://far.example", Status: StatusPublished}
	for _, tt := range []struct {
		name                           string
		who                            Who
		edit, see, publish, administer bool
	}{
		{"visitor", Who{}, false, false, false, false},
		{"stranger", Who{UserID: "u", Orgs: []string{"other"}}, false, false, false, false},
		{"editor", Who{UserID: "u", Orgs: []string{"org"}}, true, true, true, false},
		{"admin", Who{UserID: "u", Admin: true}, true, true, true, true},
		{"system", Who{System: true}, true, true, true, true},
	} {
		got := [4]bool{tt.who.MayEdit(local), tt.who.MaySee(local), tt.who.MayPublishAs("org"), tt.who.MayAdminister()}
		if want := [4]bool{tt.edit, tt.see, tt.publish, tt.administer}; got != want {
			t.Errorf("%s: edit, see, publish, administer = %v, want %v", tt.name, got, want)
		}
		if tt.who.MayEdit(remote) {
			t.Errorf("%s may edit a remote entry", tt.name)
		}
	}
	if (Who{Orgs: []string{""}}).MayEdit(&Entry{}) {
		t.Error("an entry without an owner is anybody's")
	}
}

func TestPublicHasNothingUnlookedAt(t *testing.T) {
	t.Parallel()
	e := Entry{Status: StatusPublished, Contact: &Contact{Email: "x@y.example"}, Extra: map[string]json.RawMessage{"email": json.RawMessage(`"x@y.example"`)}}
	if p, _ := e.Public(); p.Extra != nil || p.Contact != nil {
		t.Errorf("public entry has %v and %v", p.Extra, p.Contact)
	}
}
