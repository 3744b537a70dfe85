package app

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/config"
	"codeberg.org/bocage/bocage/internal/site"
)

func TestOpenGround(t *testing.T) {
	t.Parallel()
	bad := filepath.Join(t.TempDir(), "bad.pmtiles")
	if err := os.WriteFile(bad, []byte(strings.Repeat("x", 500)), 0o644); err != nil {
		t.Fatal(err)
	}
	const template = "https://tuiles.example/{z}/{x}/{y}.png"
	for name, c := range map[string]struct {
		basemap, attribution, want string
	}{
		"a file that is none":   {bad, "© x", "not a PMTiles"},
		"no file":               {"/nowhere/x.mbtiles", "© x", "no such file"},
		"nobody is named":       {template, "", "basemap_attribution"},
		"a style":               {"https://tuiles.example/style.json", "", ""},
		"neither":               {"https://tuiles.example/tuiles", "© x", "has no {z}"},
		"a server, and its own": {template, "© x", ""},
		"none":                  {"", "", ""},
	} {
		g, err := openGround(config.Config{Basemap: c.basemap, BasemapAttribution: c.attribution})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if name == "a server, and its own" && g.contentSecurity() != strings.Replace(contentSecurity, "img-src 'self' data:", "img-src 'self' https://tuiles.example data:", 1) {
			t.Errorf("%s: %s", name, g.contentSecurity())
		}
		if name == "none" && g.contentSecurity() != contentSecurity {
			t.Errorf("%s: %s", name, g.contentSecurity())
		}
	}
	if c := checkGround(t.Context(), config.Config{Basemap: "https://tile.openstreetmap.org/{z}/{x}/{y}.png", BasemapAttribution: "© OSM"}, nil); c.OK || !strings.Contains(c.Detail, "block") {
		t.Errorf("doctor on openstreetmap.org: %+v", c)
	}
	if c := checkGround(t.Context(), config.Config{}, nil); !c.OK {
		t.Errorf("doctor on the built-in ground: %+v", c)
	}
}

// TestStyleGround: a style's tiles are allowed once there is a copy, and shown
// with whose data they are; before it, the built-in ground alone is.
func TestStyleGround(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"version":8,"sources":{"a":{"type":"vector","tiles":["https://tuiles.example/{z}/{x}/{y}.pbf"],"attribution":"© <b>Plan</b>"}},"layers":[{"id":"l","type":"line","source":"a"}]}`)
	}))
	t.Cleanup(srv.Close)
	cfg := config.Config{Basemap: strings.Replace(srv.URL, "127.0.0.1", "localhost", 1) + "/style.json"}
	a := &App{Config: cfg, client: &federation.Client{HTTP: srv.Client()}, clock: time.Now, log: slog.New(slog.DiscardHandler)}
	var err error
	if a.ground, err = openGround(cfg); err != nil {
		t.Fatal(err)
	}
	if err := a.keepStyle(); err != nil {
		t.Fatal(err)
	}
	if got := a.ground.shown(); got != (site.Ground{}) || a.ground.contentSecurity() != contentSecurity {
		t.Errorf("before the first copy: %+v, %s", got, a.ground.contentSecurity())
	}
	if err := a.ground.keeper.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := a.ground.shown(), (site.Ground{Style: "/tiles/base/style.json", Attribution: "© Plan"}); got != want {
		t.Errorf("shown %+v, want %+v", got, want)
	}
	policy := a.ground.contentSecurity()
	for _, want := range []string{"img-src 'self' https://tuiles.example data:", "connect-src 'self' https://tuiles.example;", "font-src 'self';"} {
		if !strings.Contains(policy, want) {
			t.Errorf("%q is not in %s", want, policy)
		}
	}
	if c := checkGround(t.Context(), cfg, srv.Client()); !c.OK || !strings.Contains(c.Detail, "https://tuiles.example") || !strings.Contains(c.Detail, "© Plan") {
		t.Errorf("doctor: %+v", c)
	}
}
