package web_test

import (
	"errors"
	"io/fs"
	"testing"

	"codeberg.org/bocage/bocage/web"
)

// TestSizes: what the home page loads beside its own text stays small. The text
// itself is about 30 KB, fonts come from the cache after the first page.
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
	all := int64(0)
	for _, name := range []string{"map.js", "app.js", "app.css", "theme.js", "icons.svg"} {
		all += size(name, ".br")
	}
	if all > 120*kb {
		t.Errorf("the home page's scripts and styles are %d bytes with brotli, at most 120 KB are allowed", all)
	}
}
