package web_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/web"
)

func TestManifestURL(t *testing.T) {
	m := web.Manifest{"app.css": "app-0a1b.css"}
	for name, want := range map[string]string{"app.css": "/assets/app-0a1b.css", "other.js": "/assets/other.js"} {
		if got := m.URL(name); got != want {
			t.Errorf("URL(%q) = %q, want %q", name, got, want)
		}
	}
	if got := web.Manifest(nil).URL("app.js"); got != "/assets/app.js" {
		t.Errorf("without a build: %q", got)
	}
}

// Every name of the manifest is a file, and text comes with its compressed forms.
func TestBuiltAssets(t *testing.T) {
	m, err := web.LoadManifest()
	if errors.Is(err, fs.ErrNotExist) {
		t.Log("front end not built")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"app.css", "app.js", "map.js", "timeline.js", "theme.js", "icons.svg", "favicon.svg", "atkinson.woff2", "licences.txt"} {
		if m[name] == "" {
			t.Errorf("no asset %s", name)
		}
	}
	for name, file := range m {
		forms := []string{"", ".br", ".gz"}
		if strings.HasSuffix(name, ".woff2") {
			forms = forms[:1]
		}
		for _, form := range forms {
			if _, err := fs.Stat(web.Assets(), file+form); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// The limits are those of the page's weight: see the design's budget.
func TestWeight(t *testing.T) {
	m, err := web.LoadManifest()
	if errors.Is(err, fs.ErrNotExist) {
		t.Log("front end not built")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, most := range map[string]int64{"map.js": 130_000, "app.js": 12_000, "app.css": 16_000, "timeline.js": 6_000, "theme.js": 1_500} {
		info, err := fs.Stat(web.Assets(), m[name]+".gz")
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > most {
			t.Errorf("%s weighs %d bytes compressed, more than %d", name, info.Size(), most)
		}
	}
}
