package site

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
)

func TestFormsNeedSignInAndToken(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	e := b.add(garden())
	here := "/entries/" + e.ID
	for _, path := range []string{"/new", here + "/edit"} {
		if w, _ := b.get(path); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/login?next=") {
			t.Errorf("GET %s without session: status %d to %q", path, w.Code, w.Header().Get("Location"))
		}
	}
	c := b.signIn()
	for _, path := range []string{"/new", here + "/edit", here + "/delete", here + "/revert", here + "/confirm", here + "/relations", "/logout"} {
		for _, token := range []string{"", "bm90IGEgdG9rZW4"} {
			if w, _ := c.raw(path, url.Values{"csrf": {token}, "kind": {"commons"}, "name_fr": {"Intrus"}, "confirm": {"yes"}}); w.Code != http.StatusForbidden {
				t.Errorf("POST %s with token %q: status %d, want 403", path, token, w.Code)
			}
		}
	}
	if got, err := b.store.Entry(t.Context(), e.ID); err != nil || got.Status != directory.StatusPublished {
		t.Errorf("the entry changed: %v %v", got.Status, err)
	}
}

// asShown is what the edit form would send without a change.
func asShown(doc *html.Node) url.Values {
	v := url.Values{"do": {"save"}}
	for _, n := range append(findAll(doc, "#entry-form input"), findAll(doc, "#entry-form select option[selected]")...) {
		switch {
		case n.Data == "option":
			v.Set(attr(n.Parent, "name"), attr(n, "value"))
		case attr(n, "type") == "checkbox" && !has(n, "checked"):
		case attr(n, "name") == "themes":
			v.Add("themes", attr(n, "value"))
		default:
			v.Set(attr(n, "name"), attr(n, "value"))
		}
	}
	return v
}

func TestEditOvertaken(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	c := b.signIn()
	e := b.add(directory.Entry{Kind: directory.KindCommons, Name: directory.LangText{"fr": "Four banal"}})
	here := "/entries/" + e.ID + "/edit"
	_, doc := c.get(here)
	first, second := asShown(doc), asShown(doc)
	first.Set("name_fr", "Four à pain")
	if w, _ := c.post(here, here, first); w.Code != http.StatusSeeOther {
		t.Fatalf("first save: status %d", w.Code)
	}
	second.Set("summary_fr", "Allumé le samedi")
	w, doc := c.post(here, here, second)
	if w.Code != http.StatusConflict || find(doc, ".avis.erreur a") == nil {
		t.Fatalf("second save: status %d, want 409 with a way to the history", w.Code)
	}
	if got := text(find(doc, "#f-summary_fr")); got != "Allumé le samedi" {
		t.Errorf("what was typed is lost: %q", got)
	}
	if got, _ := b.store.Entry(t.Context(), e.ID); got.Name["fr"] != "Four à pain" || got.Summary["fr"] != "" {
		t.Errorf("the overtaken form was saved: %v %v", got.Name, got.Summary)
	}
	if w, _ := c.post(here, here, asShown(doc)); w.Code != http.StatusSeeOther {
		t.Fatalf("save again: status %d", w.Code)
	}
	if got, _ := b.store.Entry(t.Context(), e.ID); got.Name["fr"] != "Four banal" {
		t.Errorf("saved again, the name is %v", got.Name)
	}
}

func TestAddEditRevertDelete(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	c := b.signIn()
	w, doc := c.post("/new", "/new", url.Values{"kind": {"commons"}, "owner": {b.org.ID}, "summary_fr": {"Gardé"}, "start": {"pas une date"}, "website": {"ftp://x"}, "do": {"publish"}})
	if w.Code != http.StatusUnprocessableEntity {
		t.Fatalf("bad form: status %d", w.Code)
	}
	if n := len(findAll(doc, ".avis.erreur li a")); n < 3 {
		t.Errorf("%d faults told, want at least 3 (name, start, website): %s", n, text(find(doc, ".avis.erreur")))
	}
	for _, id := range []string{"f-name_fr", "f-start", "f-website"} {
		if n := find(doc, "#"+id); attr(n, "aria-invalid") != "true" {
			t.Errorf("#%s is not marked", id)
		}
	}
	if got := text(find(doc, "#f-summary_fr")); got != "Gardé" {
		t.Errorf("what was typed is lost: %q", got)
	}
	w, _ = c.post("/new", "/new", url.Values{"kind": {"commons"}, "owner": {b.org.ID}, "name_fr": {"Lavoir du bourg"}, "themes": {"eau", "entraide"},
		"locality": {"Rennes"}, "country": {"FR"}, "precision": {"exact"}, "start": {"1998"}, "licence": {"CC-BY-SA-4.0"}, "do": {"publish"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/@lavoir-du-bourg" {
		t.Fatalf("add: status %d to %q", w.Code, w.Header().Get("Location"))
	}
	e, err := b.store.EntryByHandle(t.Context(), "lavoir-du-bourg")
	if err != nil {
		t.Fatal(err)
	}
	if e.Place == nil || e.Place.Point == nil || !strings.HasPrefix(e.Place.PointSource, "gazetteer:") || e.Status != directory.StatusPublished {
		t.Errorf("made %+v", e.Place)
	}
	here := "/entries/" + e.ID
	_, doc = c.get(here + "/edit")
	v := asShown(doc)
	before := e
	if w, doc = c.post(here+"/edit", here+"/edit", v); w.Code != http.StatusSeeOther {
		t.Fatalf("save unchanged: status %d: %s", w.Code, text(find(doc, ".avis")))
	}
	if e, _ = b.store.Entry(t.Context(), e.ID); e.Revision != before.Revision {
		t.Errorf("saving what was shown made revision %d", e.Revision)
	}
	v.Set("name_fr", "Lavoir rénové")
	if w, _ = c.post(here+"/edit", here+"/edit", v); w.Code != http.StatusSeeOther {
		t.Fatalf("save: status %d", w.Code)
	}
	if got := text(find(b.ok(here+"/history"), ".diff")); !strings.Contains(got, "Lavoir du bourg") || !strings.Contains(got, "Lavoir rénové") {
		t.Errorf("history does not show the change: %q", got)
	}
	if w, _ = c.post(here+"/history", here+"/revert", url.Values{"revision": {"1"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("revert: status %d", w.Code)
	}
	if got := text(find(b.ok(here), "h1")); got != "Lavoir du bourg" {
		t.Errorf("after revert the name is %q", got)
	}
	if w, doc = c.post(here+"/edit", here+"/delete", url.Values{}); w.Code != http.StatusOK || find(doc, "input[name=confirm]") == nil {
		t.Fatalf("delete did not ask: status %d", w.Code)
	}
	if w, _ = c.post(here+"/edit", here+"/delete", url.Values{"confirm": {"yes"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("delete: status %d", w.Code)
	}
	if w, _ = b.get(here); w.Code != http.StatusNotFound {
		t.Errorf("while it can be restored: status %d", w.Code)
	}
	if w, _ = c.post(here, here+"/restore", url.Values{}); w.Code != http.StatusSeeOther {
		t.Fatalf("restore: status %d", w.Code)
	}
	b.ok(here)
	if w, _ = c.post(here+"/edit", here+"/delete", url.Values{"confirm": {"yes"}, "do": {"now"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("delete now: status %d", w.Code)
	}
	if w, doc = b.get(here); w.Code != http.StatusGone || find(doc, "h1") == nil {
		t.Errorf("after delete: status %d, want 410", w.Code)
	}
}

func TestInteractSendsHome(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	home := httptest.NewServer(mux)
	t.Cleanup(home.Close)
	mux.HandleFunc("GET /.well-known/webfinger", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/jrd+json")
		_, _ = w.Write([]byte(`{"subject":"acct:camille@home.test","links":[{"rel":"` + relSubscribe + `","template":"https://home.test/follow?uri={uri}"}]}`))
	})
	mux.HandleFunc("GET /.well-known/nodeinfo", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.1","href":"https://mastodon.example/nodeinfo/2.1"}]}`))
	})
	mux.HandleFunc("GET /nodeinfo/2.1", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"version":"2.1","software":{"name":"mastodon","version":"4.5"}}`))
	})
	b := newBench(t, nil)
	b.site.cfg.Client = &federation.Client{HTTP: &http.Client{Transport: oneHost{"mastodon.example", home}}, UserAgent: "test"}
	e := b.add(garden())
	host := strings.TrimPrefix(home.URL, "http://")
	want := "https://home.test/follow?uri=" + url.QueryEscape(e.URI)
	for account, target := range map[string]string{"@camille@localhost:" + host[strings.LastIndex(host, ":")+1:]: want, "mastodon.example": "https://mastodon.example/authorize_interaction?uri=" + url.QueryEscape(e.URI), "inconnu.example": "", "pas un compte": ""} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/interact", strings.NewReader(url.Values{"uri": {e.URI}, "account": {account}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w, doc := b.do(r)
		if target != "" {
			if w.Code != http.StatusSeeOther || w.Header().Get("Location") != target {
				t.Errorf("account %q: status %d to %q, want %q", account, w.Code, w.Header().Get("Location"), target)
			}
			continue
		}
		if w.Code != http.StatusUnprocessableEntity || find(doc, ".avis.erreur") == nil {
			t.Errorf("account %q: status %d without a fault", account, w.Code)
		}
		if field := find(doc, "#compte"); field == nil || attr(field, "value") != account {
			t.Errorf("account %q is lost with the fault", account)
		}
	}
}

// oneHost answers for a host by a test's server; other hosts but localhost do not exist.
type oneHost struct {
	name   string
	server *httptest.Server
}

func (o oneHost) RoundTrip(r *http.Request) (*http.Response, error) {
	switch r.URL.Hostname() {
	case o.name:
		r = r.Clone(r.Context())
		r.URL.Scheme, r.URL.Host = "http", o.server.Listener.Addr().String()
	case "localhost":
	default:
		return nil, errors.New("no such host")
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"/new": "/new", "/entries/x?y=1": "/entries/x?y=1", "": "/", "https://mal.test/": "/", "//mal.test": "/",
		"/\\mal.test": "/", "javascript:alert(1)": "/", "new": "/", "/a\r\nb": "/"} {
		if got := page.LocalPath(in); got != want {
			t.Errorf("page.LocalPath(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestInteractFromElsewhere: another site's page cannot send people on through us.
func TestInteractFromElsewhere(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/interact", strings.NewReader("uri="+url.QueryEscape(testBase+"/actor")+"&account=evil.example"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if w, _ := b.do(r); w.Code != http.StatusForbidden || w.Header().Get("Location") != "" {
		t.Errorf("status %d to %q, want 403", w.Code, w.Header().Get("Location"))
	}
}
