package web_test

import (
	"errors"
	"io/fs"
	"testing"

	"codeberg.org/bocage/bocage/web"
)

// TestSizes: what the home page loads beside its own text stays small. The text
// itself is about 22 KB, the part of the list that the map asks for 5; a test in
// Chromium adds up what really comes.
func TestSizes(t *testing.T) {
	m, err := web.LoadManifest()
	if errors.Is(err, fs.ErrNotExist) {
		t.Log("front end not built")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	size := func(name, form string) int64 {
		info, err := fs.Stat(web.Assets(), m[name]+form)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	const kb = 1000
	if n := size("map.js", ".gz"); n > 130*kb {
		t.Errorf("map.js is %d bytes with gzip, at most 130 KB are allowed", n)
	}
	if n := size("mapvectorstyle.js", ".gz"); n > 45*kb {
		t.Errorf("the part that draws vector styles is %d bytes with gzip, at most 45 KB are allowed", n)
	}
	all := size("atkinson.woff2", "") + size("atkinson-europe.woff2", "") + size("fraunces.woff2", "")
	for _, name := range []string{"map.js", "app.js", "home.css", "theme.js", "icons.svg", "parcels.svg", "favicon.svg"} {
		all += size(name, ".br")
	}
	if all > 123*kb {
		t.Errorf("the home page's scripts, styles, fonts and drawings are %d bytes with brotli, at most 123 KB are allowed", all)
	}
}
