package peer_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

type object = map[string]any

// host is another server that answers what it is told to.
type host struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]http.HandlerFunc
	hits    map[string]int
	pem     string
}

var rsaPEM = sync.OnceValues(func() (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	return httpsig.EncodeKey(&key.PublicKey)
})

func newHost(t *testing.T) *host {
	t.Helper()
	pem, err := rsaPEM()
	if err != nil {
		t.Fatal(err)
	}
	h := &host{answers: map[string]http.HandlerFunc{}, hits: map[string]int{}, pem: pem}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		answer := h.answers[r.URL.RequestURI()]
		h.hits[r.URL.RequestURI()]++
		h.mu.Unlock()
		if answer == nil {
			http.NotFound(w, r)
			return
		}
		answer(w, r)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *host) on(uri string, answer http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answers[uri] = answer
}

func (h *host) doc(uri string, doc object) {
	h.on(uri, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", federation.ContentType)
		_ = json.NewEncoder(w).Encode(doc) // the reader is the code under test
	})
}

func (h *host) count(uri string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.hits[uri]
}

func (h *host) actor(name string, change func(object)) string {
	id := h.URL + "/" + name
	doc := object{"id": id, "type": "Person", "preferredUsername": name, "inbox": id + "/inbox",
		"publicKey": object{"id": id + "#main-key", "owner": id, "publicKeyPem": h.pem}}
	if change != nil {
		change(doc)
	}
	h.doc("/"+name, doc)
	return id
}

func newActors(t *testing.T, clock func() time.Time) *peer.Actors {
	t.Helper()
	st := storetest.OpenClock(t, "sqlite", clock)
	return peer.NewActors(peer.ActorsConfig{Store: st, Clock: clock,
		Client: &federation.Client{HTTP: peer.NewTransport(peer.GuardOptions{AllowLoopback: true, OwnHost: "us.example"}), Clock: clock}})
}

func TestActor(t *testing.T) {
	h, evil := newHost(t), newHost(t)
	html := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	redirect := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	h.actor("alice", nil)
	h.doc("/renamed", object{"id": h.URL + "/alice", "type": "Person", "inbox": h.URL + "/inbox"})
	h.doc("/stolen", object{"id": evil.URL + "/stolen", "type": "Person", "inbox": evil.URL + "/inbox"})
	h.actor("aims", func(d object) { d["inbox"] = evil.URL + "/inbox" })
	h.actor("noinbox", func(d object) { delete(d, "inbox") })
	h.on("/gone", html(410, "gone"))
	h.on("/secret", html(401, "sign"))
	h.on("/broken", html(502, "<h1>bad gateway"))
	h.on("/html", html(200, "<html>"))
	h.on("/big", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", federation.ContentType)
		_, _ = w.Write([]byte(`{"id":"` + strings.Repeat("x", federation.MaxBodyBytes) + `"}`))
	})
	h.on("/deep", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", federation.ContentType)
		_, _ = w.Write([]byte(`{"id":"` + h.URL + `/deep","a":` + strings.Repeat("[", 10000) + strings.Repeat("]", 10000) + `}`))
	})
	h.on("/ours", redirect("https://us.example/actor"))
	h.on("/metadata", redirect("http://169.254.169.254/latest"))
	h.on("/circle", redirect("/circle"))
	evil.actor("mallory", nil)
	h.on("/open", redirect(evil.URL+"/mallory"))
	for path, want := range map[string]error{
		"/alice": nil, "/renamed": directory.ErrInvalid, "/stolen": directory.ErrInvalid, "/aims": directory.ErrInvalid, "/noinbox": directory.ErrInvalid,
		"/none": directory.ErrNotFound, "/gone": directory.ErrGone, "/secret": directory.ErrForbidden, "/broken": directory.ErrUnavailable,
		"/html": directory.ErrUnavailable, "/big": directory.ErrInvalid, "/deep": directory.ErrInvalid,
		"/ours": directory.ErrForbidden, "/metadata": directory.ErrUnavailable, "/circle": directory.ErrUnavailable, "/open": directory.ErrInvalid,
	} {
		a := newActors(t, time.Now)
		got, err := a.Actor(context.Background(), h.URL+path)
		if !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", path, err, want)
		}
		if want == nil && (got.URI != h.URL+path || got.KeyID != got.URI+"#main-key" || got.Inbox != got.URI+"/inbox") {
			t.Errorf("%s: %+v", path, got)
		}
	}
}

// TestKeyOwnership: a key is an actor's when the actor's own document lists it.
func TestKeyOwnership(t *testing.T) {
	h, evil := newHost(t), newHost(t)
	ctx := context.Background()
	alice := h.actor("alice", nil)
	// GoToSocial: the key's URL answers a stub of the actor, whose own document lists it.
	gts := h.actor("gts", func(d object) {
		d["publicKey"] = object{"id": h.URL + "/gts/main-key", "owner": h.URL + "/gts", "publicKeyPem": h.pem}
	})
	h.doc("/gts/main-key", object{"id": gts, "publicKey": object{"id": gts + "/main-key", "owner": gts, "publicKeyPem": h.pem}})
	h.doc("/key", object{"id": h.URL + "/key", "owner": alice, "publicKeyPem": h.pem})
	evil.doc("/key", object{"id": evil.URL + "/key", "owner": alice, "publicKeyPem": h.pem})
	evil.actor("mallory", func(d object) {
		d["publicKey"] = object{"id": evil.URL + "/mallory#main-key", "owner": alice, "publicKeyPem": h.pem}
	})
	for keyID, owner := range map[string]string{
		alice + "#main-key": alice, gts + "/main-key": gts,
		alice + "#other": "", h.URL + "/key": "", evil.URL + "/key": "", evil.URL + "/mallory#main-key": "",
	} {
		k, err := newActors(t, time.Now).KeyByID(ctx, keyID)
		if k.Actor != owner || (err == nil) != (owner != "") {
			t.Errorf("%s: owner %q, %v, want %q", keyID, k.Actor, err, owner)
		}
	}
}

// TestCaches: one request for many callers, none for what is known, one for a
// failure in five minutes, and a stale actor is better than none.
func TestCaches(t *testing.T) {
	now := time.Now()
	var mu sync.Mutex
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	pass := func(d time.Duration) { mu.Lock(); defer mu.Unlock(); now = now.Add(d) }
	ctx := context.Background()
	h := newHost(t)
	a := newActors(t, clock)
	alice := h.actor("alice", nil)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := a.Actor(ctx, alice); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := h.count("/alice"); n != 1 {
		t.Errorf("%d requests for one actor", n)
	}
	for range 5 {
		if _, err := a.Actor(ctx, h.URL+"/bob"); !errors.Is(err, directory.ErrNotFound) {
			t.Error(err)
		}
	}
	if n := h.count("/bob"); n != 1 {
		t.Errorf("%d requests for a failure", n)
	}
	pass(6 * time.Minute)
	h.actor("bob", nil)
	if _, err := a.Actor(ctx, h.URL+"/bob"); err != nil {
		t.Errorf("after five minutes: %v", err)
	}
	h.on("/carol", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	if _, err := a.Actor(ctx, h.URL+"/carol"); !errors.Is(err, directory.ErrUnavailable) {
		t.Error(err)
	}
	h.actor("carol", nil)
	pass(30 * time.Second)
	if _, err := a.Actor(ctx, h.URL+"/carol"); err != nil {
		t.Errorf("a server that restarted, after half a minute: %v", err)
	}
	pass(25 * time.Hour)
	h.on("/alice", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	if ra, err := a.Actor(ctx, alice); err != nil || ra.URI != alice {
		t.Errorf("stale: %v", err)
	}
	if n := h.count("/alice"); n != 2 {
		t.Errorf("%d requests after a day, want 2", n)
	}
}

func TestResolve(t *testing.T) {
	ctx := context.Background()
	h := newHost(t)
	relay := h.actor("relay", func(d object) { d["type"] = "Application" })
	h.on("/@relay", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/relay", http.StatusFound) })
	h.doc("/.well-known/nodeinfo", object{"links": []object{{"rel": "https://www.w3.org/ns/activitystreams#Application", "href": relay}}})
	name := strings.TrimPrefix(h.URL, "http://")
	h.on("/.well-known/webfinger?resource=acct:relay@"+name, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/jrd+json")
		_ = json.NewEncoder(w).Encode(object{"subject": "acct:relay@" + name, "links": []object{{"rel": "self", "type": federation.ContentType, "href": relay}}})
	})
	for _, target := range []string{h.URL, h.URL + "/", relay, h.URL + "/@relay", "@relay@" + name, "acct:relay@" + name, " relay@" + name + " "} {
		ra, err := newActors(t, time.Now).Resolve(ctx, target)
		if err != nil || ra.URI != relay {
			t.Errorf("Resolve(%q) = %q, %v", target, ra.URI, err)
		}
	}
	for _, target := range []string{"", "a b", "x/y", "ftp://x.example/", "javascript://x"} {
		if _, err := newActors(t, time.Now).Resolve(ctx, target); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("Resolve(%q): %v, want ErrInvalid", target, err)
		}
	}
}

func FuzzOrigin(f *testing.F) {
	for _, seed := range []string{"https://b.ex/x", "http://[::1]:8080", "https://a@b", "https://é.example:443/", "://", "https://%00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		o, err := peer.Origin(uri)
		if err != nil {
			return
		}
		if again, err := peer.Origin(o); err != nil || again != o {
			t.Errorf("Origin(%q) = %q, and of that %q, %v", uri, o, again, err)
		}
	})
}

// TestExactNames: "Id" must not stand in for "id" for one reader and not for another.
func TestExactNames(t *testing.T) {
	h := newHost(t)
	a := newActors(t, time.Now)
	h.on("/doc", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", federation.ContentType)
		_, _ = w.Write([]byte(`{"id":"https://victim.example/1","Id":"` + h.URL + `/doc","type":"Event"}`)) // the reader is the code under test
	})
	if _, err := a.Fetch(t.Context(), h.URL+"/doc"); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}

// TestHandle: an actor has a name on its own host, and on another one only when that
// one says so; nobody has the name of somebody else, nor one that hides what it is.
func TestHandle(t *testing.T) {
	h, other := newHost(t), newHost(t)
	name, elsewhere := strings.TrimPrefix(h.URL, "http://"), strings.TrimPrefix(other.URL, "http://")
	finger := func(user, self string) {
		other.on("/.well-known/webfinger?resource=acct:"+user+"@"+elsewhere, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/jrd+json")
			_ = json.NewEncoder(w).Encode(object{"subject": "acct:" + user + "@" + elsewhere, "links": []object{{"rel": "self", "type": federation.ContentType, "href": self}}})
		})
	}
	finger("split", h.URL+"/split")
	finger("victim", other.URL+"/victim")
	for _, c := range []struct{ path, user, webfinger, want string }{
		{"plain", "plain", "", "plain@" + name},
		{"own", "own", "renamed@" + name, "renamed@" + name},
		{"split", "split", "split@" + elsewhere, "split@" + elsewhere},
		{"thief", "thief", "victim@" + elsewhere, "thief@" + name},
		{"nowhere", "nowhere", "nobody@" + elsewhere, "nowhere@" + name},
		{"spelled", "spelled", "@@" + elsewhere, "spelled@" + name},
		{"two", "victim@" + elsewhere, "", ""},
		{"turned", "a\u202eb", "", ""},
		{"hidden", "a\u200bb", "", ""},
		{"long", strings.Repeat("x", peer.MaxNameBytes+1), "", ""},
		{"letters", "forêt", "", "forêt@" + name},
	} {
		id := h.actor(c.path, func(d object) { d["preferredUsername"], d["webfinger"] = c.user, c.webfinger })
		a := newActors(t, time.Now)
		ra, err := a.Actor(t.Context(), id)
		if err != nil || ra.Handle != c.want {
			t.Errorf("%s is called %q, want %q, %v", c.path, ra.Handle, c.want, err)
			continue
		}
		if err := a.Learn(t.Context(), ra.Doc, id); err != nil {
			t.Fatal(err)
		}
		if now, err := a.Known(t.Context(), id); err != nil || now.Handle != c.want {
			t.Errorf("%s is called %q after an Update, want %q, %v", c.path, now.Handle, c.want, err)
		}
	}
}
