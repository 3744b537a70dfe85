package site

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/gazetteer"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/view"
	"codeberg.org/bocage/bocage/internal/vocab"
)

const testBase = "https://bocage.test"

var testNow = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// bench is a site over a real store, with what a test needs to fill it.
type bench struct {
	t      *testing.T
	site   *Site
	store  *store.Store
	view   *view.View
	ledger *ledger.Ledger
	talk   *discussion.Discussions
	auth   *auth.Auth
	org    directory.Entry
	user   store.User
}

var system = directory.Who{Name: "test", System: true}

func newBench(t *testing.T, client *http.Client) *bench {
	t.Helper()
	st := storetest.Open(t, "sqlite")
	env := vocab.Env{Base: testBase, InstanceName: "Bocage d’essai"}
	clock := func() time.Time { return testNow }
	keys := keyring.New(st, nil, nil)
	v := view.New(view.Config{Store: st, Clock: clock})
	pub := outbox.New(outbox.Config{Store: st, Keyring: keys, Env: env, Clock: clock})
	b := &bench{t: t, store: st, view: v, ledger: ledger.New(ledger.Config{Store: st, Keyring: keys, Env: env, Publisher: pub, Clock: clock})}
	var err error
	if b.auth, err = auth.New(auth.Config{Store: st, Base: testBase, Clock: clock, Cost: auth.Cost{Time: 1, MemoryKiB: 64, Threads: 1}}); err != nil {
		t.Fatal(err)
	}
	g, err := gazetteer.Load()
	if err != nil {
		t.Fatal(err)
	}
	pages, err := page.New(page.Config{URL: testBase, InstanceName: "Bocage d’essai", Auth: b.auth, MayContribute: true, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	b.talk = discussion.New(discussion.Config{Store: st, Publisher: pub, Moderation: moderation.New(st, clock), Env: env, Clock: clock})
	cfg := Config{Store: st, Discussions: b.talk, View: v, Pages: pages, Ledger: b.ledger, Auth: b.auth, Gazetteer: g, Env: env, Clock: clock,
		Description: "Une instance <b>d’essai</b>.", Contact: "equipe@bocage.test", Version: "1.2.3"}
	if client != nil {
		cfg.Client = &federation.Client{HTTP: client, Clock: clock, UserAgent: "test"}
	}
	if b.site, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	if err := v.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.org, err = b.ledger.CreateOrganisation(t.Context(), system, directory.Entry{Kind: directory.KindOrganisation, Status: directory.StatusPublished,
		Name: directory.LangText{"fr": "La Coop du Bocage"}, Licence: "CC-BY-SA-4.0"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// add creates an entry of the organisation and shows it on the map.
func (b *bench) add(e directory.Entry) directory.Entry {
	b.t.Helper()
	if e.Owner == "" {
		e.Owner = b.org.ID
	}
	if e.Status == "" {
		e.Status = directory.StatusPublished
	}
	made, err := b.ledger.Create(b.t.Context(), system, e)
	if err != nil {
		b.t.Fatalf("create: %v", err)
	}
	b.refresh()
	return made
}

func (b *bench) refresh() {
	b.t.Helper()
	if _, err := b.view.Refresh(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

// remote puts an entry of another instance.
func (b *bench) remote(e directory.Entry) directory.Entry {
	b.t.Helper()
	err := b.store.Write(b.t.Context(), func(tx *store.Tx) error {
		_, err := b.ledger.AcceptRemote(b.t.Context(), tx, e, []byte(`{}`), "sha256-"+e.URI)
		return err
	})
	if err != nil {
		b.t.Fatalf("accept remote: %v", err)
	}
	b.refresh()
	got, err := b.store.EntryByURI(b.t.Context(), e.URI)
	if err != nil {
		b.t.Fatal(err)
	}
	return got
}

// routes are those of package app, as far as the tests go.
func (b *bench) routes() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, fn func(http.ResponseWriter, *http.Request) error) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := fn(w, r); err != nil {
				b.site.ErrorPage(w, r, statusOfError(err), err)
			}
		})
	}
	s := b.site
	handle("GET /{$}", s.Home)
	handle("GET /timeline", s.Timeline)
	handle("GET /series/{slug}", s.Series)
	handle("GET /genealogy", s.Genealogy)
	handle("GET /genealogy/{id}", s.Lineage)
	handle("GET /export/{file}", s.ExportGenealogy)
	for _, f := range GraphFormats {
		handle("GET /export/neighbourhood."+string(f), s.ExportNeighbourhood)
	}
	for _, f := range ConceptFormats {
		handle("GET /export/concepts."+string(f), s.ExportConcepts)
	}
	handle("GET /concepts", s.Concepts)
	handle("GET /about", s.About)
	handle("GET /start", s.Start)
	handle("GET /glossary", s.Glossary)
	handle("GET /og/home.png", s.PreviewHome)
	handle("GET /og/views/{file}", s.PreviewView)
	handle("GET /og/entries/{file}", s.PreviewEntry)
	handle("GET /og/maps/{file}", s.PreviewMap)
	handle("GET /og/tours/{file}", s.PreviewTour)
	handle("GET /print", s.Print)
	handle("GET /entries/{id}/print", s.PrintEntry)
	handle("GET /tours", s.Tours)
	handle("GET /tours/{slug}", s.Tour)
	handle("GET /tours/{slug}/offline.html", s.TourOffline)
	handle("GET /legal", s.Legal)
	handle("GET /accessibility", s.Accessibility)
	handle("GET /interact", s.Interact)
	handle("POST /interact", s.PostInteract)
	handle("GET /login", s.Login)
	handle("POST /login", s.PostLogin)
	handle("GET /logout", s.Logout)
	handle("POST /logout", s.PostLogout)
	handle("GET /new", s.NewEntry)
	handle("POST /new", s.PostNew)
	for _, k := range []string{"entries", "events", "texts", "concepts"} {
		handle("GET /"+k+"/{id}", s.Entry)
		handle("GET /"+k+"/{id}/history", s.History)
		handle("GET /"+k+"/{id}/edit", s.EditEntry)
		handle("POST /"+k+"/{id}/edit", s.PostEdit)
		handle("POST /"+k+"/{id}/delete", s.PostDelete)
		handle("POST /"+k+"/{id}/revert", s.PostRevert)
		handle("POST /"+k+"/{id}/confirm", s.PostConfirm)
		handle("POST /"+k+"/{id}/restore", s.PostRestore)
		handle("POST /"+k+"/{id}/relations", s.PostRelations)
		handle("GET /"+k+"/{id}/neighbourhood", s.Neighbourhood)
		handle("GET /"+k+"/{id}/life", s.Life)
		handle("POST /"+k+"/{id}/life", s.PostLife)
		handle("GET /"+k+"/{id}/archive", s.Archive)
		handle("POST /"+k+"/{id}/discussion", s.PostDiscussion)
		handle("GET /"+k+"/{id}/discussion.atom", s.DiscussionFeed)
	}
	handle("GET /{handle}", s.Actor)
	return b.auth.Middleware(mux)
}

func statusOfError(err error) int {
	for _, e := range []struct {
		err    error
		status int
	}{{directory.ErrNotFound, 404}, {directory.ErrGone, 410}, {directory.ErrForbidden, 403}, {directory.ErrInvalid, 400}, {directory.ErrUnavailable, 503}} {
		if errors.Is(err, e.err) {
			return e.status
		}
	}
	return 500
}

// get asks for a page in French and parses it.
func (b *bench) get(path string, header ...string) (*httptest.ResponseRecorder, *html.Node) {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), http.MethodGet, path, nil)
	r.Header.Set("Accept-Language", "fr")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return b.do(r)
}

func (b *bench) do(r *http.Request) (*httptest.ResponseRecorder, *html.Node) {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.routes().ServeHTTP(w, r)
	doc, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		b.t.Fatal(err)
	}
	if strings.Contains(w.Body.String(), "ZgotmplZ") {
		b.t.Errorf("%s %s: the template engine refused a value", r.Method, r.URL)
	}
	return w, doc
}

// ok asks for a page that must answer 200.
func (b *bench) ok(path string) *html.Node {
	b.t.Helper()
	w, doc := b.get(path)
	if w.Code != http.StatusOK {
		b.t.Fatalf("GET %s: status %d, want 200\n%s", path, w.Code, text(doc))
	}
	return doc
}

// client is a browser with cookies, signed in as the organisation's editor.
type client struct {
	b       *bench
	cookies map[string]*http.Cookie
}

func (b *bench) signIn() *client {
	b.t.Helper()
	u, err := b.auth.CreateUser(b.t.Context(), store.User{Name: "camille", Orgs: []string{b.org.ID}}, "correct horse battery")
	if err != nil {
		b.t.Fatal(err)
	}
	b.user = u
	c := &client{b: b, cookies: map[string]*http.Cookie{}}
	w, _ := c.post("/login", "/login", url.Values{"name": {"camille"}, "password": {"correct horse battery"}, "next": {"/new"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/new" {
		b.t.Fatalf("sign in: status %d to %q", w.Code, w.Header().Get("Location"))
	}
	return c
}

func (c *client) send(r *http.Request) (*httptest.ResponseRecorder, *html.Node) {
	c.b.t.Helper()
	r.Header.Set("Accept-Language", "fr")
	for _, k := range c.cookies {
		r.AddCookie(k)
	}
	w, doc := c.b.do(r)
	for _, k := range w.Result().Cookies() {
		if k.MaxAge < 0 {
			delete(c.cookies, k.Name)
			continue
		}
		c.cookies[k.Name] = k
	}
	return w, doc
}

func (c *client) get(path string) (*httptest.ResponseRecorder, *html.Node) {
	c.b.t.Helper()
	return c.send(httptest.NewRequestWithContext(c.b.t.Context(), http.MethodGet, path, nil))
}

// post takes the form's token from the page at from.
func (c *client) post(from, to string, v url.Values) (*httptest.ResponseRecorder, *html.Node) {
	c.b.t.Helper()
	_, page := c.get(from)
	input := find(page, "input[name=csrf]")
	if input == nil {
		c.b.t.Fatalf("GET %s: no form token", from)
	}
	v.Set("csrf", attr(input, "value"))
	return c.raw(to, v)
}

func (c *client) raw(to string, v url.Values) (*httptest.ResponseRecorder, *html.Node) {
	c.b.t.Helper()
	r := httptest.NewRequestWithContext(c.b.t.Context(), http.MethodPost, to, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.send(r)
}
