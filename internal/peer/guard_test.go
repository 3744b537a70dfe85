package peer

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestPublicAddress(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{
		"8.8.8.8": true, "80.67.169.12": true, "2001:4860:4860::8888": true, "2a00:1450::1": true,
		"0.0.0.0": false, "10.1.2.3": false, "100.64.0.1": false, "127.0.0.1": false, "169.254.169.254": false,
		"172.31.255.255": false, "172.32.0.1": true, "192.168.1.1": false, "192.0.0.8": false, "192.0.2.1": false, "198.19.0.1": false,
		"198.51.100.7": false, "203.0.113.9": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false,
		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd12::1": false, "ff02::1": false,
		"2001:db8::1": false, "2001::1": false, "100::1": false, "3fff::1": false, "5f00::1": false, "fec0::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:8.8.8.8": true,
		"64:ff9b::7f00:1": false, "64:ff9b::a00:1": false, "64:ff9b::808:808": true, "64:ff9b:1::808:808": false,
		"2002:7f00:1::": false, "2002:a00:1::1": false, "2002:808:808::1": true, "::127.0.0.1": false, "::ffff:0:7f00:1": false,
	} {
		if got := publicAddress(netip.MustParseAddr(addr)); got != want {
			t.Errorf("publicAddress(%s) = %v, want %v", addr, got, want)
		}
	}
}

func TestIsLoopbackName(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST.": true, "a.localhost": true, "127.0.0.1": true, "[::1]": true, "::1": true,
		"localhost.example": false, "127.0.0.1.example": false, "example.org": false, "": false, "10.0.0.1": false,
	} {
		if got := IsLoopbackName(host); got != want {
			t.Errorf("IsLoopbackName(%q) = %v, want %v", host, got, want)
		}
	}
}

func get(t *testing.T, c *http.Client, url string) error {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(req)
	if err == nil {
		_ = resp.Body.Close() // nothing is read
	}
	return err
}

func TestGuardRefusesLoopback(t *testing.T) {
	t.Parallel()
	srv := httptest.NewTLSServer(http.NotFoundHandler())
	defer srv.Close()
	if err := get(t, NewTransport(GuardOptions{}), srv.URL); !errors.Is(err, ErrRefusedAddress) {
		t.Errorf("loopback over TLS: got %v, want ErrRefusedAddress", err)
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	if err := get(t, NewTransport(GuardOptions{}), plain.URL); !errors.Is(err, ErrRefusedAddress) {
		t.Errorf("plain http: got %v, want ErrRefusedAddress", err)
	}
	if err := get(t, NewTransport(GuardOptions{AllowLoopback: true}), plain.URL); err != nil {
		t.Errorf("plain http with AllowLoopback: %v", err)
	}
	if err := get(t, NewTransport(GuardOptions{AllowLoopback: true, OwnHost: plain.Listener.Addr().String()}), plain.URL); !errors.Is(err, ErrRefusedAddress) {
		t.Errorf("own host: got %v, want ErrRefusedAddress", err)
	}
}

// TestGuardRedirect: a public-looking host that redirects to the metadata
// address, to plain http, to ourselves or in circles gets nowhere.
func TestGuardRedirect(t *testing.T) {
	t.Parallel()
	hits := 0
	inner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { hits++ }))
	defer inner.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("/inner", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inner.URL, http.StatusFound) })
	mux.HandleFunc("/own", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://own.example/actor", http.StatusFound)
	})
	mux.HandleFunc("/dot", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://own.example./actor", http.StatusFound)
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/once", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/end", http.StatusFound) })
	mux.HandleFunc("/end", func(w http.ResponseWriter, r *http.Request) {})
	outer := httptest.NewTLSServer(mux)
	defer outer.Close()
	pool := outer.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	c := NewTransport(GuardOptions{
		AllowHosts: []string{"example.com", "own.example."}, OwnHost: "own.example", RootCAs: pool,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, outer.Listener.Addr().String())
		},
	})
	for _, path := range []string{"/inner", "/own", "/dot"} {
		if err := get(t, c, "https://example.com"+path); !errors.Is(err, ErrRefusedAddress) {
			t.Errorf("%s: got %v, want ErrRefusedAddress", path, err)
		}
	}
	if err := get(t, c, "https://example.com/loop"); err == nil || !strings.Contains(err.Error(), "redirects") {
		t.Errorf("loop: got %v", err)
	}
	if err := get(t, c, "https://example.com/once"); err != nil {
		t.Errorf("one redirect: %v", err)
	}
	if hits != 0 {
		t.Errorf("the inner server was reached %d times", hits)
	}
}
