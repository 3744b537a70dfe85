package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/config"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

func TestWantsActivity(t *testing.T) {
	tests := []struct {
		accept string
		want   bool
	}{
		{"", false},
		{"*/*", false},
		{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false},
		{"application/activity+json", true},
		{"application/activity+json, application/ld+json", true},
		{`application/ld+json; profile="https://www.w3.org/ns/activitystreams"`, true},
		{"application/ld+json", true},
		{"application/json", true},
		{"application/activity+json, text/html;q=0.1", true},
		{"text/html, application/activity+json;q=0.9", false},
		{"text/html, application/activity+json", false},
		{"application/activity+json;q=0", false},
		{"application/activity+json;q=zzz", false},
	}
	for _, tt := range tests {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if tt.accept != "" {
			r.Header.Set("Accept", tt.accept)
		}
		if got := wantsActivity(r); got != tt.want {
			t.Errorf("Accept %q: %v, want %v", tt.accept, got, tt.want)
		}
	}
}

func TestForwardedIsBelievedOfProxiesOnly(t *testing.T) {
	a := &App{Config: config.Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32")}}}
	tests := []struct{ remote, chain, host, wantRemote, wantHost string }{
		{"127.0.0.1:5", "198.51.100.7", "b.example", "198.51.100.7:0", "b.example"},
		{"10.1.2.3:5", "203.0.113.9, 198.51.100.7, 10.9.9.9", "", "198.51.100.7:0", "example.com"},
		{"[::ffff:10.1.2.3]:5", "2001:db8::1", "", "[2001:db8::1]:0", "example.com"},
		{"192.0.2.1:5", "198.51.100.7", "evil.example", "192.0.2.1:5", "example.com"},
		{"127.0.0.1:5", "nonsense", "", "127.0.0.1:5", "example.com"},
	}
	for _, tt := range tests {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = tt.remote
		r.Header.Set("X-Forwarded-For", tt.chain)
		if tt.host != "" {
			r.Header.Set("X-Forwarded-Host", tt.host)
		}
		a.forwarded(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.RemoteAddr != tt.wantRemote || r.Host != tt.wantHost {
				t.Errorf("from %s with %q: %s %s, want %s %s", tt.remote, tt.chain, r.RemoteAddr, r.Host, tt.wantRemote, tt.wantHost)
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
	}
}

func TestStatusOf(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want int
	}{
		{fmt.Errorf("x: %w", directory.ErrNotFound), 404}, {directory.ErrGone, 410}, {directory.Invalid{}, 400},
		{directory.ErrForbidden, 403}, {directory.ErrConflict, 409}, {directory.ErrUnavailable, 503},
		{errors.New("x"), 500}, {context.DeadlineExceeded, 503}, {&http.MaxBytesError{}, 413},
		{&auth.TooManyError{}, 429},
	} {
		if got := statusOf(tt.err); got != tt.want {
			t.Errorf("statusOf(%v) = %d, want %d", tt.err, got, tt.want)
		}
	}
}

func testApp(t *testing.T) *App { return testAppAt(t, "https://b.example") }

func testAppAt(t *testing.T, url string) *App {
	t.Helper()
	cfg := config.Default()
	cfg.URL, cfg.URLDefault, cfg.Database, cfg.DataDir = url, false, storetest.Migrated(t, "sqlite"), t.TempDir()
	a, err := New(t.Context(), cfg, Options{Claim: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() }) // the test is over
	return a
}

func TestRoutes(t *testing.T) {
	a := testApp(t)
	tests := []struct {
		method, path, accept string
		status               int
		kind                 string
	}{
		{"GET", "/", "text/html", 200, "text/html"},
		{"HEAD", "/", "", 200, "text/html"},
		{"GET", "/healthz", "", 200, "text/plain"},
		{"GET", "/readyz", "", 200, "text/plain"},
		{"GET", "/timeline", "", 200, "text/html"},
		{"GET", "/search?q=x", "", 301, ""},
		{"GET", "/nowhere", "text/html", 404, "text/html"},
		{"GET", "/nowhere", "application/activity+json", 404, "text/plain"},
		{"GET", "/entries/00000000-0000-7000-8000-000000000000", "text/html", 404, "text/html"},
		{"GET", "/entries/00000000-0000-7000-8000-000000000000", "application/activity+json", 404, "text/plain"},
		{"GET", "/@nobody", "application/ld+json", 404, "text/plain"},
		{"GET", "/api/v1/entries", "", 200, "application/geo+json"},
		{"GET", "/api/v1/entries?bbox=1,2", "", 400, "application/problem+json"},
		{"GET", "/actor", "application/activity+json", 200, "application/activity+json"},
		{"GET", "/.well-known/webfinger?resource=acct:instance@b.example", "", 200, "application/jrd+json"},
		{"GET", "/.well-known/webfinger", "", 400, "text/plain"},
		{"POST", "/timeline", "", 405, "text/html"},
		{"POST", "/login", "", 403, "text/html"},
		{"POST", "/inbox", "", 415, ""},
		{"GET", "/assets/nope.js", "", 404, "text/plain"},
	}
	for _, tt := range tests {
		r := httptest.NewRequest(tt.method, "https://b.example"+tt.path, nil)
		if tt.accept != "" {
			r.Header.Set("Accept", tt.accept)
		}
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, r)
		if w.Code != tt.status || !strings.HasPrefix(w.Header().Get("Content-Type"), tt.kind) {
			t.Errorf("%s %s (%s): %d %s, want %d %s: %.200s", tt.method, tt.path, tt.accept, w.Code, w.Header().Get("Content-Type"), tt.status, tt.kind, w.Body)
		}
		for k, want := range map[string]string{"Content-Security-Policy": contentSecurity, "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "same-origin", "Strict-Transport-Security": strictTransport, "Permissions-Policy": "geolocation=(self)"} {
			if got := w.Header().Get(k); got != want {
				t.Errorf("%s %s: %s = %q", tt.method, tt.path, k, got)
			}
		}
	}
}

func TestPanicIsAPage(t *testing.T) {
	a := testApp(t)
	h := a.observe(a.secure(compress(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }))))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != 500 || strings.Contains(w.Body.String(), "boom") || !strings.Contains(w.Body.String(), "<html") {
		t.Errorf("answer %d: %.300s", w.Code, w.Body)
	}
}

func TestDatabaseBelongsToOneURL(t *testing.T) {
	a := testApp(t)
	cfg := a.Config
	cfg.URL = "https://other.example"
	if _, err := New(t.Context(), cfg, Options{Offline: true}); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("another URL: %v, want ErrConflict", err)
	}
	cfg.URLDefault = true
	b, err := New(t.Context(), cfg, Options{Offline: true})
	if err != nil || b.Env.Base != "https://b.example" {
		t.Fatalf("no URL configured: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}
