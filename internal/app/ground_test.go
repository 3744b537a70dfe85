package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/config"
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
		"a style":               {"https://tuiles.example/style.json", "© x", "has no {z}"},
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
	if c := checkGround(config.Config{Basemap: "https://tile.openstreetmap.org/{z}/{x}/{y}.png", BasemapAttribution: "© OSM"}); c.OK || !strings.Contains(c.Detail, "block") {
		t.Errorf("doctor on openstreetmap.org: %+v", c)
	}
	if c := checkGround(config.Config{}); !c.OK {
		t.Errorf("doctor on the built-in ground: %+v", c)
	}
}
