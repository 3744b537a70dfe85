package app

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

// TestCompress: pages come in brotli where the client takes it, other text in
// gzip, small bodies and pictures as they are; each decodes to what was written.
func TestCompress(t *testing.T) {
	body := strings.Repeat("<li>un jardin, des communs</li>\n", 4000)
	tests := []struct{ accept, kind, body, want string }{
		{"gzip, deflate, br", "text/html; charset=utf-8", body, "br"},
		{"br", "text/html", body, "br"},
		{"gzip", "text/html; charset=utf-8", body, "gzip"},
		{"gzip, br;q=0", "text/html; charset=utf-8", body, "gzip"},
		{"gzip, br", "application/geo+json", body, "gzip"},
		{"br", "application/geo+json", body, ""},
		{"gzip, br", "image/png", body, ""},
		{"gzip, br", "text/html", "short", ""},
		{"", "text/html", body, ""},
	}
	for range 2 { // the second time with encoders that were used
		for _, tt := range tests {
			h := compress(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tt.kind)
				_, _ = io.Copy(w, strings.NewReader(tt.body))
			}))
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Accept-Encoding", tt.accept)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if got := w.Header().Get("Content-Encoding"); got != tt.want {
				t.Errorf("%q of %s: coding %q, want %q", tt.accept, tt.kind, got, tt.want)
				continue
			}
			if compressible(tt.kind) && tt.accept != "" && w.Header().Get("Vary") != "Accept-Encoding" {
				t.Errorf("%q of %s: Vary %q", tt.accept, tt.kind, w.Header().Get("Vary"))
			}
			if got := decoded(t, tt.want, w.Body); got != tt.body {
				t.Errorf("%q of %s: %d bytes, want %d", tt.accept, tt.kind, len(got), len(tt.body))
			}
		}
	}
}

func decoded(t *testing.T, coding string, body *bytes.Buffer) string {
	t.Helper()
	var r io.Reader = body
	switch coding {
	case "br":
		r = brotli.NewReader(body)
	case "gzip":
		z, err := gzip.NewReader(body)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
