package app

import (
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/config"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// Doctor sees what is well behind a proxy with a certificate of our own, and
// says of each thing that is wrong what to do.
func TestDoctor(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.URL, cfg.URLDefault, cfg.PeerCA, cfg.Secret = srv.URL, false, ca, "sixteen characters and more"
	cfg.Database, cfg.DataDir = storetest.URL(t, "sqlite"), t.TempDir()
	log := slog.New(slog.DiscardHandler)
	a, err := New(t.Context(), cfg, Options{Claim: true, Offline: true, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Keyring.Pair(t.Context(), keyring.Instance); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*config.Config)
		check  string
		ok     bool
		detail string
	}{
		{"well", func(*config.Config) {}, "url", true, "answers 200"},
		{"well", func(*config.Config) {}, "secret", true, "sealed"},
		{"no authority", func(c *config.Config) { c.PeerCA = "" }, "url", false, "does 'bocage serve' run"},
		{"another secret", func(c *config.Config) { c.Secret = "another of sixteen characters" }, "secret", false, "was it changed?"},
		{"no secret", func(c *config.Config) { c.Secret = "" }, "secret", false, "secret"},
		{"no such authority", func(c *config.Config) { c.PeerCA = "nowhere.pem" }, "database", false, "peer_ca: open nowhere.pem"},
	}
	for _, tt := range tests {
		c := cfg
		tt.change(&c)
		found := false
		for _, k := range Doctor(t.Context(), c, log) {
			if k.Name == tt.check {
				found = true
				if k.OK != tt.ok || !strings.Contains(k.Detail, tt.detail) {
					t.Errorf("%s: %+v, want %v %q", tt.name, k, tt.ok, tt.detail)
				}
			}
		}
		if !found {
			t.Errorf("%s: nothing about %s", tt.name, tt.check)
		}
	}
	cfg.Secret = "another of sixteen characters"
	if _, err := New(t.Context(), cfg, Options{Claim: true, Offline: true, Logger: log}); err == nil {
		t.Error("a command that may make keys starts with a secret that opens none")
	}
}

// TestDoctorSearch: doctor says who answers searches.
func TestDoctorSearch(t *testing.T) {
	a := testApp(t)
	srv := httptest.NewServer(a.Handler())
	defer srv.Close()
	says := func(want string) {
		t.Helper()
		got := checkSearch(t.Context(), srv.Client(), srv.URL)
		if len(got) != 1 || got[0].Name != "search" || !got[0].OK || !strings.Contains(got[0].Detail, want) {
			t.Errorf("%+v, want %q", got, want)
		}
	}
	says("by the database")
	if err := a.View.LoadWords(t.Context()); err != nil {
		t.Fatal(err)
	}
	says("from memory")
	srv.Close()
	if got := checkSearch(t.Context(), srv.Client(), srv.URL); len(got) != 1 || got[0].OK {
		t.Errorf("of a server that is gone: %+v", got)
	}
}
