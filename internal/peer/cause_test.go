package peer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/peer"
)

// TestCauseOf: what really fails has its cause, as an error and as the text of it
// that is kept.
func TestCauseOf(t *testing.T) {
	t.Parallel()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var status int
		if _, err := fmt.Sscanf(r.URL.Path, "/%d", &status); err == nil {
			w.WriteHeader(status)
		}
	}))
	t.Cleanup(plain.Close)
	client := &federation.Client{HTTP: peer.NewTransport(peer.GuardOptions{AllowLoopback: true})}
	ended, cancel := context.WithTimeout(t.Context(), 0)
	cancel()
	get := func(ctx context.Context, url string) error {
		_, err := client.Get(ctx, url, federation.GetOptions{})
		return err
	}
	for name, c := range map[string]struct {
		err  error
		want peer.Cause
	}{
		"not known":      {get(t.Context(), "https://nobody.invalid/"), peer.CauseDNS},
		"nobody listens": {get(t.Context(), "http://127.0.0.1:1/"), peer.CauseRefusedConn},
		"no authority":   {get(t.Context(), secure.URL), peer.CauseTLSUnknown},
		"time":           {get(ended, plain.URL+"/200"), peer.CauseTimeout},
		"private":        {get(t.Context(), "https://10.0.0.1/"), peer.CauseAddress},
		"a page":         {get(t.Context(), plain.URL+"/200"), peer.CauseNoDocument},
		"401":            {get(t.Context(), plain.URL+"/401"), peer.CauseSignature},
		"403":            {get(t.Context(), plain.URL+"/403"), peer.CauseForbidden},
		"404":            {get(t.Context(), plain.URL+"/404"), peer.CauseNotFound},
		"410":            {get(t.Context(), plain.URL+"/410"), peer.CauseGone},
		"418":            {get(t.Context(), plain.URL+"/418"), peer.CauseRejected},
		"429":            {get(t.Context(), plain.URL+"/429"), peer.CauseBusy},
		"500":            {get(t.Context(), plain.URL+"/500"), peer.CauseServer},
		"502":            {get(t.Context(), plain.URL+"/502"), peer.CauseGateway},
		"503":            {get(t.Context(), plain.URL+"/503"), peer.CauseMaintenance},
		"cut":            {fmt.Errorf("read: %w", io.ErrUnexpectedEOF), peer.CauseReset},
		"anything":       {errors.New("who knows"), peer.CauseOther},
		"nothing":        {nil, ""},
	} {
		if got := peer.CauseOf(c.err); got != c.want {
			t.Errorf("%s: %q, want %q (%v)", name, got, c.want, c.err)
		}
		if c.err == nil {
			continue
		}
		if got := peer.CauseOfText(c.err.Error()); got != c.want {
			t.Errorf("%s as text: %q, want %q (%v)", name, got, c.want, c.err)
		}
	}
	for text, want := range map[string]peer.Cause{
		"": "", "503 Service Unavailable: <html>": peer.CauseMaintenance, "our key: sealed": peer.CauseOurKey,
		`Post "https://b.ex/inbox": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time`: peer.CauseTLSExpired,
		"x509: certificate is valid for a.ex, not b.ex": peer.CauseTLSName,
	} {
		if got := peer.CauseOfText(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestCauseWords(t *testing.T) {
	t.Parallel()
	seen := map[string]peer.Cause{}
	for _, c := range peer.Causes() {
		if was, twice := seen[c.English()]; twice {
			t.Errorf("%s and %s say the same", c, was)
		}
		seen[c.English()] = c
		if c.Do() == "" {
			t.Errorf("%s does not say what to do", c)
		}
	}
}
