package checkup_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/checkup"
	"codeberg.org/bocage/bocage/internal/directory"
)

type object = map[string]any

// site is a server in order, of which a test breaks one thing.
type site struct {
	*httptest.Server
	actor, jrd, index object
	types             map[string]string           // content types by path
	handle            map[string]http.HandlerFunc // answers instead
	header            func(h http.Header)         // changes every answer
}

var rsaPEM = sync.OnceValue(func() string {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	text, err := httpsig.EncodeKey(&key.PublicKey)
	if err != nil {
		panic(err)
	}
	return text
})

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{types: map[string]string{}, handle: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	id, host := s.URL+"/actor", strings.TrimPrefix(s.URL, "https://")
	s.actor = object{"@context": []any{federation.ASContext, "https://w3id.org/security/v1"}, "id": id, "type": "Application",
		"preferredUsername": "instance", "inbox": id + "/inbox", "outbox": id + "/outbox", "followers": id + "/followers",
		"endpoints": object{"sharedInbox": s.URL + "/inbox"}, "summary": "a directory",
		"publicKey": object{"id": id + "#main-key", "owner": id, "publicKeyPem": rsaPEM()}}
	s.jrd = object{"subject": "acct:instance@" + host, "links": []any{object{"rel": "self", "type": federation.ContentType, "href": id}}}
	s.index = object{"links": []any{object{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": s.URL + "/nodeinfo/2.1"},
		object{"rel": federation.ASContext + "#Application", "href": id}}}
	return s
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	if s.header != nil {
		s.header(w.Header())
	}
	if h := s.handle[r.URL.Path]; h != nil {
		h(w, r)
		return
	}
	answer := func(typ string, v any) {
		if other, ok := s.types[r.URL.Path]; ok {
			typ = other
		}
		w.Header().Set("Content-Type", typ)
		w.Header().Add("Vary", "Accept")
		_ = json.NewEncoder(w).Encode(v) // the reader is the code under test
	}
	switch r.URL.Path {
	case "/.well-known/nodeinfo":
		answer("application/json", s.index)
	case "/nodeinfo/2.1":
		answer("application/json", object{"version": "2.1", "software": object{"name": "bocage", "version": "1.0"}})
	case "/.well-known/host-meta":
		w.Header().Set("Content-Type", federation.XRDType)
		_, _ = w.Write([]byte(`<XRD><Link rel="lrdd" template="` + s.URL + `/.well-known/webfinger?resource={uri}"/></XRD>`))
	case "/.well-known/webfinger":
		if !strings.Contains(r.URL.Query().Get("resource"), "instance") && r.URL.Query().Get("resource") != s.URL+"/" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		if r.Header.Get("Origin") != "" { // as Mastodon does
			w.Header().Set("Access-Control-Allow-Origin", "*")
		}
		answer(federation.JRDType, s.jrd)
	case "/actor":
		answer(federation.ContentType, s.actor)
	case "/actor/outbox", "/actor/followers":
		answer(federation.ContentType, object{"id": s.URL + r.URL.Path, "type": "OrderedCollection", "totalItems": 0})
	case "/inbox":
		w.WriteHeader(http.StatusUnauthorized)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (s *site) check(t *testing.T, opt checkup.Options) checkup.Report {
	t.Helper()
	if opt.HTTP == nil {
		opt.HTTP = s.Client()
	}
	rep, err := checkup.Run(t.Context(), s.URL, opt)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func TestInOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	rep := s.check(t, checkup.Options{Actor: "@instance"})
	for _, f := range rep.Findings {
		if f.Level != checkup.OK {
			t.Errorf("%+v", f)
		}
	}
	if rep.Software != "bocage 1.0" || rep.Actor != s.URL+"/actor" || rep.Count(checkup.OK) < 10 {
		t.Errorf("%+v", rep)
	}
}

// breakage is one thing that is wrong, and the finding that names it.
type breakage struct {
	breakIt func(s *site)
	level   checkup.Level
	check   string // how the finding's name begins
	text    string // what it says
	who     string
}

func status(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
	}
}

func link(typ, href string) object {
	return object{"subject": "acct:instance@x", "links": []any{object{"rel": "self", "type": typ, "href": href}}}
}

// key gives the actor another key, which is as it should be but for change.
func key(s *site, change object) {
	k := object{"id": s.URL + "/actor#main-key", "owner": s.URL + "/actor", "publicKeyPem": rsaPEM()}
	for name, v := range change {
		k[name] = v
	}
	s.actor["publicKey"] = k
}

var edPEM = sync.OnceValue(func() string {
	ed, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	text, err := httpsig.EncodeKey(ed)
	if err != nil {
		panic(err)
	}
	return text
})

// TestBrokenDiscovery breaks one thing at a time of what leads to an actor.
func TestBrokenDiscovery(t *testing.T) {
	t.Parallel()
	testBroken(t, map[string]breakage{
		"clock 10 minutes off": {func(s *site) { s.header = date(-10*time.Minute - 10*time.Second) }, checkup.Refused, "clock", "10m", "Gancio"},
		"clock 2 hours off":    {func(s *site) { s.header = date(2*time.Hour + 30*time.Second) }, checkup.Refused, "clock", "2h", "Mastodon"},
		"nodeinfo as JRD":      {func(s *site) { s.types["/.well-known/nodeinfo"] = federation.JRDType }, checkup.Warn, "nodeinfo", "jrd+json", "Mobilizon"},
		"no nodeinfo":          {func(s *site) { s.index = object{"links": []any{}} }, checkup.Warn, "nodeinfo", "no link", "Mobilizon"},
		"no host-meta":         {func(s *site) { s.handle["/.well-known/host-meta"] = status(404) }, checkup.Warn, "host-meta", "404", "Mobilizon"},
		"host-meta without lrdd": {func(s *site) {
			s.handle["/.well-known/host-meta"] = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<XRD/>")) }
		}, checkup.Warn, "host-meta", "lrdd", "Mobilizon"},
		"no webfinger": {func(s *site) { s.handle["/.well-known/webfinger"] = status(404) }, checkup.Refused, "instance actor: handle", "404", "Mastodon"},
		"webfinger redirects": {func(s *site) {
			s.handle["/.well-known/webfinger"] = status(302, "Location", "https://elsewhere.example/")
		}, checkup.Refused, "instance actor: handle", "redirects", "Mastodon"},
		"webfinger without self":  {func(s *site) { s.jrd["links"] = []any{} }, checkup.Refused, "instance actor: handle", "rel self", "Gancio"},
		"webfinger of plain JSON": {func(s *site) { s.jrd = link("application/json", s.URL+"/actor") }, checkup.Refused, "instance actor: handle", "application/json", "Mastodon"},
		"webfinger leads away":    {func(s *site) { s.jrd = link(federation.ContentType, s.URL+"/actor/") }, checkup.Refused, "instance actor: handle", "not the actor's id", "GoToSocial"},
		"webfinger type":          {func(s *site) { s.types["/.well-known/webfinger"] = "text/plain" }, checkup.Warn, "instance actor: handle", "text/plain", ""},
		"webfinger knows all": {func(s *site) {
			s.handle["/.well-known/webfinger"] = func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(s.jrd) }
		}, checkup.Warn, "unknown names", "nobody", "Mastodon"},
	})
}

// TestBrokenActor breaks one thing at a time of the actor and its inbox.
func TestBrokenActor(t *testing.T) {
	t.Parallel()
	testBroken(t, map[string]breakage{
		"actor wants signatures": {func(s *site) { s.handle["/actor"] = status(401) }, checkup.Refused, "instance actor", "without a signature", "GoToSocial"},
		"actor redirects":        {func(s *site) { s.handle["/actor"] = status(301, "Location", "/actor/") }, checkup.Refused, "instance actor", "redirects", "Mastodon"},
		"actor is a page":        {func(s *site) { s.types["/actor"] = "text/html" }, checkup.Refused, "instance actor", "text/html", "Mastodon"},
		"actor is plain JSON":    {func(s *site) { s.types["/actor"] = "application/json" }, checkup.Refused, "instance actor", "application/json", "Mastodon"},
		"charset in capitals":    {func(s *site) { s.types["/actor"] = "application/activity+json; charset=UTF-8" }, checkup.Warn, "instance actor", "UTF-8", "Lemmy"},
		"actor is 2 MB":          {func(s *site) { s.actor["name"] = strings.Repeat("x", 2<<20) }, checkup.Refused, "instance actor", "larger", "Mastodon"},
		"actor is no JSON": {func(s *site) {
			s.handle["/actor"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", federation.ContentType)
				_, _ = w.Write([]byte("{"))
			}
		}, checkup.Refused, "instance actor", "cannot be read", "Mastodon"},
		"another id":             {func(s *site) { s.actor["id"] = s.URL + "/Actor" }, checkup.Refused, "instance actor", "calls itself", "Mastodon"},
		"no context":             {func(s *site) { delete(s.actor, "@context") }, checkup.Refused, "instance actor", "@context", "Mastodon"},
		"type is a list":         {func(s *site) { s.actor["type"] = []string{"Application"} }, checkup.Refused, "instance actor", "a list", "Gancio"},
		"type is a Note":         {func(s *site) { s.actor["type"] = "Note" }, checkup.Refused, "instance actor", "Note", "Mastodon"},
		"accents in the name":    {func(s *site) { s.actor["preferredUsername"] = "forêt" }, checkup.Refused, "instance actor", "forêt", "Mastodon"},
		"long summary":           {func(s *site) { s.actor["summary"] = strings.Repeat("é", 5001) }, checkup.Refused, "instance actor", "5001", "Mobilizon"},
		"one attachment":         {func(s *site) { s.actor["attachment"] = object{"type": "PropertyValue"} }, checkup.Warn, "instance actor", "attachment", "Mastodon"},
		"no inbox":               {func(s *site) { delete(s.actor, "inbox") }, checkup.Refused, "instance actor", "inbox", "Mastodon"},
		"inbox elsewhere":        {func(s *site) { s.actor["inbox"] = "https://elsewhere.example/inbox" }, checkup.Refused, "instance actor", "another host", "GoToSocial"},
		"no shared inbox":        {func(s *site) { delete(s.actor, "endpoints"); s.handle["/actor/inbox"] = status(401) }, checkup.Warn, "instance actor", "sharedInbox", ""},
		"no key":                 {func(s *site) { delete(s.actor, "publicKey") }, checkup.Refused, "instance actor: key", "no publicKey", "Mastodon"},
		"two keys":               {func(s *site) { s.actor["publicKey"] = []any{s.actor["publicKey"]} }, checkup.Refused, "instance actor: key", "a list", "Mobilizon"},
		"key of another":         {func(s *site) { key(s, object{"owner": s.URL + "/other"}) }, checkup.Refused, "instance actor: key", "owner", "Mastodon"},
		"key on another host":    {func(s *site) { key(s, object{"id": "https://elsewhere.example/k"}) }, checkup.Refused, "instance actor: key", "another host", "Mastodon"},
		"key id of its own":      {func(s *site) { key(s, object{"id": s.URL + "/key"}) }, checkup.Warn, "instance actor: key", "/key", "Lemmy"},
		"key is no PEM":          {func(s *site) { key(s, object{"publicKeyPem": "AAAA"}) }, checkup.Refused, "instance actor: key", "PEM", "Mastodon"},
		"Ed25519 key":            {func(s *site) { key(s, object{"publicKeyPem": edPEM()}) }, checkup.Refused, "instance actor: key", "no RSA", "Gancio"},
		"outbox is not there":    {func(s *site) { s.handle["/actor/outbox"] = status(404) }, checkup.Warn, "instance actor", "outbox", "Mobilizon"},
		"inbox is not there":     {func(s *site) { s.handle["/inbox"] = status(404) }, checkup.Refused, "inbox", "nothing can be delivered", "Mastodon"},
		"inbox takes no POST":    {func(s *site) { s.handle["/inbox"] = status(405) }, checkup.Refused, "inbox", "405", "Mastodon"},
		"inbox breaks":           {func(s *site) { s.handle["/inbox"] = status(500) }, checkup.Refused, "inbox", "500", "Mastodon"},
		"inbox takes all":        {func(s *site) { s.handle["/inbox"] = status(202) }, checkup.Warn, "inbox", "Accepted", ""},
		"inbox says bad request": {func(s *site) { s.handle["/inbox"] = status(400) }, checkup.Warn, "inbox", "400", "Fedify"},
		"inbox moved":            {func(s *site) { s.handle["/inbox"] = status(308, "Location", "/inbox/") }, checkup.Refused, "inbox", "redirects", "Mastodon"},
	})
}

func testBroken(t *testing.T, table map[string]breakage) {
	t.Helper()
	for name, c := range table {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			c.breakIt(s)
			rep := s.check(t, checkup.Options{})
			found := slices.ContainsFunc(rep.Findings, func(f checkup.Finding) bool {
				return f.Level == c.level && strings.HasPrefix(f.Check, c.check) && strings.Contains(f.Detail, c.text) &&
					(c.who == "" || slices.Contains(f.Who, c.who)) && f.Do != ""
			})
			if !found {
				t.Errorf("want %s of %s with %q for %s, got %+v", c.level, c.check, c.text, c.who, rep.Findings)
			}
		})
	}
}

func date(off time.Duration) func(http.Header) {
	return func(h http.Header) { h.Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat)) }
}

// TestKeyApart: a server that serves its key to everybody and the actor to who
// signs, as GoToSocial does, is in order as far as can be seen.
func TestKeyApart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.handle["/actor"], s.handle["/inbox"] = status(401), status(404)
	s.handle["/actor/main-key"] = func(w http.ResponseWriter, _ *http.Request) {
		key := object{"id": s.URL + "/actor/main-key", "owner": s.URL + "/actor", "publicKeyPem": rsaPEM()}
		w.Header().Set("Content-Type", federation.ContentType)
		_ = json.NewEncoder(w).Encode(object{"id": s.URL + "/actor", "preferredUsername": "instance", "publicKey": key})
	}
	rep := s.check(t, checkup.Options{})
	if n := rep.Count(checkup.Refused); n != 0 {
		t.Errorf("%d refused: %+v", n, rep.Findings)
	}
	if !slices.ContainsFunc(rep.Findings, func(f checkup.Finding) bool {
		return f.Level == checkup.Warn && strings.Contains(f.Detail, "but for its key")
	}) {
		t.Errorf("it is not said that no more can be seen: %+v", rep.Findings)
	}
}

// TestUnreachable: nothing more is said than what is wrong.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stranger := &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()} // does not trust its certificate
	t.Cleanup(stranger.CloseIdleConnections)
	for text, c := range map[string]struct {
		url    string
		client *http.Client
	}{
		"nobody that is trusted": {s.URL, stranger},
		"nobody answers":         {"https://127.0.0.1:1", s.Client()},
	} {
		rep, err := checkup.Run(t.Context(), c.url, checkup.Options{HTTP: c.client})
		if err != nil || len(rep.Findings) != 1 || rep.Count(checkup.Refused) != 1 || !strings.Contains(rep.Findings[0].Detail, text) || rep.Findings[0].Do == "" {
			t.Errorf("%s: %+v %v", text, rep, err)
		}
	}
}

func TestTarget(t *testing.T) {
	t.Parallel()
	dead := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) { return nil, errors.New(r.URL.Host + " is dead") })}
	for host, want := range map[string]string{
		"b.ex": "https://b.ex", "https://B.ex/": "https://b.ex", "b.ex:8443": "https://b.ex:8443",
		"localhost:8080": "http://localhost:8080", "http://127.0.0.1:8080": "http://127.0.0.1:8080",
		"http://b.ex": "", "": "", "b.ex/path": "", "user@b.ex": "", "https://a:b@b.ex": "", "a b": "", "ftp://b.ex": "",
	} {
		rep, err := checkup.Run(context.Background(), host, checkup.Options{HTTP: dead})
		if rep.Host != want || (want == "") != errors.Is(err, directory.ErrInvalid) {
			t.Errorf("%q: %q %v, want %q", host, rep.Host, err, want)
		}
	}
	if rep, err := checkup.Run(context.Background(), "http://b.ex", checkup.Options{HTTP: dead, AllowHTTP: true}); err != nil || rep.Host != "http://b.ex" {
		t.Errorf("with plain http allowed: %+v %v", rep, err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
