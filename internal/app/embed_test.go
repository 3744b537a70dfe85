package app

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// hidden makes entries that nobody may see, or not where they are.
func hidden(t *testing.T, a *App) (draft, discreet directory.Entry) {
	t.Helper()
	system := directory.Who{System: true, Name: "test"}
	add := func(e directory.Entry) directory.Entry {
		made, err := a.Ledger.Create(t.Context(), system, e)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	draft = add(directory.Entry{Kind: directory.KindCommons, Status: directory.StatusDraft, Name: directory.LangText{"fr": "Brouillon secret"}})
	discreet = add(directory.Entry{Kind: directory.KindCommons, Status: directory.StatusPublished, Name: directory.LangText{"fr": "Refuge discret"},
		Place:   &directory.Place{Street: "77 rue Tue", PostalCode: "35999", Locality: "Rennes", Country: "FR", Point: &directory.Point{Lat: 48.123456, Lon: -1.654321}, Precision: directory.PrecisionHidden},
		Contact: &directory.Contact{Name: "Secrète Personne", Email: "secret@prive.example"}})
	if _, err := a.View.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return draft, discreet
}

// TestEmbed: what stands in a frame of another site may be framed by any, knows no
// session even of who sends one, sets no cookie, has no form, and shows nothing
// that is not public.
func TestEmbed(t *testing.T) {
	a := testApp(t)
	testMap(t, a, directory.Look{Light: "#7a1f4b"})
	draft, discreet := hidden(t, a)
	admin := signIn(t, a, store.User{Name: "admin", Admin: true})
	paths := []string{"/embed", "/embed?lang=en", "/embed?view=list&theme=eau", "/embed?view=timeline", "/embed?view=agenda", "/embed?view=entry&entry=" + discreet.ID,
		"/embed?view=entry&entry=" + draft.ID, "/embed?fragment=card&entry=" + discreet.ID, "/embed?fragment=list", "/embed?fragment=card&entry=" + draft.ID,
		"/maps/bretagne/embed", "/maps/bretagne/embed?view=list&scheme=dark", "/maps/bretagne/embed?view=timeline", "/embed?view=nonsense", "/maps/nulle/embed"}
	for _, path := range paths {
		w := admin.do("GET", path, nil)
		body, h := w.Body.String(), w.Header()
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors *") || !strings.Contains(csp, "form-action 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %q", path, csp)
		}
		if c := h.Values("Set-Cookie"); len(c) > 0 {
			t.Errorf("%s sets %v", path, c)
		}
		if strings.Contains(h.Get("Vary"), "Cookie") && !strings.Contains(path, "fragment") {
			t.Errorf("%s depends on a cookie: %s", path, h.Get("Vary"))
		}
		for _, never := range []string{"<form", "csrf", "/admin", "/logout", "http://www", "Brouillon secret", "77 rue Tue", "48.123", "secret@prive", "Secrète"} {
			if strings.Contains(body, never) && !strings.Contains(path, "fragment=list") {
				t.Errorf("%s has %q", path, never)
			}
		}
		if strings.HasPrefix(path, "/maps/bretagne") && strings.Contains(body, "Nice") {
			t.Errorf("%s has what is not in the map", path)
		}
		missing := strings.Contains(path, draft.ID) || strings.Contains(path, "nulle") || strings.Contains(path, "nonsense")
		if ok := w.Code == http.StatusOK; ok == missing || w.Code >= http.StatusInternalServerError {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if body := admin.do("GET", "/maps/bretagne/embed?view=list", nil).Body.String(); !strings.Contains(body, "Jardin de Rennes") || !strings.Contains(body, `<base target="_blank">`) {
		t.Error("the list of the map is empty, or its links stay in the frame")
	}
	if w := admin.do("POST", "/embed", url.Values{}); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST /embed: %d", w.Code)
	}
}

// TestOnlyEmbedsAreFramed: every other page refuses to stand in a frame.
func TestOnlyEmbedsAreFramed(t *testing.T) {
	a := testApp(t)
	testMap(t, a, directory.Look{})
	visitor := signIn(t, a, store.User{Name: "camille", Admin: true})
	for _, path := range []string{"/", "/maps/bretagne", "/maps/bretagne/about", "/timeline", "/login", "/new", "/share?url=/", "/admin/maps", "/qr.svg?url=/", "/oembed?url=" + url.QueryEscape(a.Config.URL)} {
		if csp := visitor.do("GET", path, nil).Header().Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: %q", path, csp)
		}
	}
}

func TestOEmbed(t *testing.T) {
	a := testApp(t)
	testMap(t, a, directory.Look{})
	draft, discreet := hidden(t, a)
	ask := func(of, more string) *httptest.ResponseRecorder {
		return visitor{t: t, a: a}.do("GET", "/oembed?url="+url.QueryEscape(of)+more, nil)
	}
	base := a.Config.URL
	for of, want := range map[string]string{base: "/embed?", base + "/?theme=eau&c=48,-3,8": "theme=eau", base + "/maps/bretagne": "/maps/bretagne/embed", base + "/maps/bretagne/timeline": "view=timeline",
		base + "/?map=bretagne": "/maps/bretagne/embed", base + "/entries/" + discreet.ID: "view=entry", base + "/concepts": "kind=concept"} {
		w := ask(of, "&maxwidth=300&maxheight=200&lang=fr")
		var o struct {
			Version, Type, Title, HTML string
			Width, Height              int
		}
		if err := json.Unmarshal(w.Body.Bytes(), &o); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%s: %d %v %s", of, w.Code, err, w.Body)
		}
		src, _, _ := strings.Cut(strings.TrimPrefix(o.HTML, `<iframe src="`), `"`)
		src = strings.ReplaceAll(src, "&amp;", "&")
		if o.Version != "1.0" || o.Type != "rich" || o.Title == "" || o.Width != 300 || o.Height != 200 || !strings.HasPrefix(src, base+"/") || !strings.Contains(src, want) ||
			!strings.Contains(o.HTML, `width="300" height="200"`) || !strings.Contains(o.HTML, "sandbox=") {
			t.Errorf("%s: %+v", of, o)
		}
		if f := (visitor{t: t, a: a}).do("GET", strings.TrimPrefix(src, base), nil); f.Code != http.StatusOK {
			t.Errorf("%s: its frame %s answers %d", of, src, f.Code)
		}
		if w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: %v", of, w.Header())
		}
	}
	for _, of := range []string{"", "https://elsewhere.example/", "//elsewhere.example/", base + ".evil.example/", "javascript:alert(1)", base + "/entries/" + draft.ID, base + "/entries/" + draft.ID + "/edit",
		base + "/admin", base + "/login", base + "/maps/nulle", strings.Replace(base, "://", "://user@", 1) + "/", base + "/@nobody", base + "/" + strings.Repeat("x", 5000), base + "/genealogy/"} {
		if w := ask(of, ""); w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%.80s: %d %s", of, w.Code, w.Body)
		}
	}
	if w := ask(base, "&format=yaml"); w.Code != http.StatusNotImplemented {
		t.Errorf("format yaml: %d", w.Code)
	}
	if w := ask(base, "&maxwidth=wide"); w.Code != http.StatusBadRequest {
		t.Errorf("maxwidth wide: %d", w.Code)
	}
	var o struct {
		XMLName xml.Name `xml:"oembed"`
		HTML    string   `xml:"html"`
	}
	if w := ask(base+"/maps/bretagne", "&format=xml"); xml.Unmarshal(w.Body.Bytes(), &o) != nil || !strings.HasPrefix(o.HTML, "<iframe ") || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/xml") {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
}

// TestShare: the page that passes on an address does so for our own only.
func TestShare(t *testing.T) {
	a := testApp(t)
	testMap(t, a, directory.Look{})
	v := visitor{t: t, a: a}
	own := a.Config.URL + "/maps/bretagne?theme=eau"
	w := v.do("GET", "/share?scheme=dark&view=list&height=300&url="+url.QueryEscape(own+"&lang=fr"), nil)
	for _, want := range []string{own, "/qr.svg?url=", "/maps/bretagne/embed?lang=fr&amp;scheme=dark&amp;theme=eau&amp;view=list", "&lt;bocage-map src=", "/embed/v1/bocage-map.js", `height=&#34;300&#34;`} {
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%d, lacks %q", w.Code, want)
		}
	}
	for _, path := range []string{"/share?url=https://elsewhere.example/", "/qr.svg?url=https://elsewhere.example/", "/qr.svg?url=//elsewhere.example/", "/qr.svg"} {
		if w := v.do("GET", path, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := v.do("GET", "/qr.svg?url="+url.QueryEscape(own), nil); w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/svg+xml" || !strings.Contains(w.Body.String(), "</svg>") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	home := v.do("GET", "/timeline?theme=eau", nil).Body.String()
	if !strings.Contains(home, `type="application/json&#43;oembed"`) && !strings.Contains(home, `type="application/json+oembed"`) || !strings.Contains(home, "/share?url=") {
		t.Error("the timeline does not tell how to embed it")
	}
}

// TestComponent: the web component is at an address that stays, for any site.
func TestComponent(t *testing.T) {
	a := testApp(t)
	w := visitor{t: t, a: a}.do("GET", "/embed/v1/bocage-map.js", nil)
	if len(a.assets.files) == 0 {
		t.Skip("the front end was not built")
	}
	h := w.Header()
	if w.Code != http.StatusOK || h.Get("Access-Control-Allow-Origin") != "*" || !strings.HasPrefix(h.Get("Content-Type"), "text/javascript") ||
		h.Get("Cache-Control") != "public, max-age=86400" || h.Get("ETag") == "" || !strings.Contains(w.Body.String(), "bocage-map") {
		t.Errorf("%d %v", w.Code, h)
	}
	v := strings.Trim(h.Get("ETag"), `"`)
	if w := (visitor{t: t, a: a}).do("GET", "/embed/v1/bocage-map.js?v="+v, nil); !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("named by its hash: %v", w.Header())
	}
}
