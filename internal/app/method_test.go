package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
)

// Every address that answers GET answers HEAD with the same status and no body.
func TestHeadIsGetWithoutBody(t *testing.T) {
	a := testApp(t)
	srv := httptest.NewServer(a.Handler())
	defer srv.Close()
	fill := strings.NewReplacer("{id}", "00000000-0000-7000-8000-000000000000", "{handle}", "instance", "{z}", "3", "{x}", "4", "{y}", "2.mvt", "*", "nope")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	status := func(method, path string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, srv.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close() // only the head counts
		return resp.StatusCode, resp.Header.Get("Content-Type")
	}
	err := chi.Walk(a.Handler().(chi.Routes), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if method != http.MethodGet {
			return nil
		}
		path := fill.Replace(route)
		get, getType := status(http.MethodGet, path)
		if head, headType := status(http.MethodHead, path); head != get || headType != getType {
			t.Errorf("HEAD %s: %d %s, GET gives %d %s", path, head, headType, get, getType)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMethodsAndSlashes(t *testing.T) {
	a := testApp(t)
	const any = "GET, HEAD, OPTIONS"
	tests := []struct {
		method, path string
		status       int
		kind, header string // the header is Allow or Location
	}{
		{"DELETE", "/timeline", 405, "text/html", any},
		{"DELETE", "/login", 405, "text/html", "GET, HEAD, POST, OPTIONS"},
		{"PUT", "/api/v1/entries", 405, "application/problem+json", any},
		{"POST", "/feeds/events.ics", 405, "application/problem+json", any},
		{"GET", "/inbox", 405, "text/plain", "POST, OPTIONS"},
		{"OPTIONS", "/inbox", 204, "", "POST, OPTIONS"},
		{"OPTIONS", "/api/v1/entries", 204, "", any},
		{"OPTIONS", "/feeds/changes.atom", 204, "", any},
		{"OPTIONS", "/tiles/entries/3/4/2.mvt", 204, "", any},
		{"OPTIONS", "/.well-known/webfinger", 204, "", any},
		{"GET", "/api", 404, "application/problem+json", ""},
		{"GET", "/api/v1/nope", 404, "application/problem+json", ""},
		{"OPTIONS", "/api/v1/nope", 404, "application/problem+json", ""},
		{"GET", "/feeds/nope", 404, "application/problem+json", ""},
		{"GET", "/.well-known/nope", 404, "text/plain", ""},
		{"GET", "/timeline/?from=1990", 301, "", "/timeline?from=1990"},
		{"HEAD", "/api/v1/entries/", 301, "", "/api/v1/entries"},
		{"POST", "/login/", 404, "text/html", ""},
		{"GET", "//evil.example/", 404, "text/html", ""},
	}
	for _, tt := range tests {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(tt.method, "/", nil)
		path, query, _ := strings.Cut(tt.path, "?")
		r.URL.Path, r.URL.RawQuery = path, query
		a.Handler().ServeHTTP(w, r)
		header := w.Header().Get("Allow") + w.Header().Get("Location")
		if w.Code != tt.status || !strings.HasPrefix(w.Header().Get("Content-Type"), tt.kind) || header != tt.header {
			t.Errorf("%s %s: %d %s %q, want %d %s %q", tt.method, tt.path, w.Code, w.Header().Get("Content-Type"), header, tt.status, tt.kind, tt.header)
		}
		if cors := w.Header().Get("Access-Control-Allow-Origin"); tt.method == "OPTIONS" && tt.header == any && cors != "*" {
			t.Errorf("%s %s lets no script in: %q", tt.method, tt.path, cors)
		}
	}
}
