package bench

import (
	"strings"
	"testing"
	"time"
)

// TestViews runs the whole measurement on few entries: each part measures something
// and none asserts a time.
func TestViews(t *testing.T) {
	opt := Options{Entries: 2000, Dir: t.TempDir(), Turn: time.Microsecond, Progress: func(int, int) {}}
	names := map[string]bool{}
	opt.Report = func(f Figure) {
		if f.Ratio <= 0 || names[f.Name] {
			t.Errorf("%+v", f)
		}
		if f.Missed() {
			t.Errorf("%s has a bar, with few entries", f.Name)
		}
		names[f.Name] = true
	}
	if err := Views(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"start", "memory", "tile at zoom 13", "facet counts", "density", "search", "home page", "a change"} {
		found := false
		for name := range names {
			found = found || strings.HasPrefix(name, part)
		}
		if !found {
			t.Errorf("nothing measured of %q", part)
		}
	}
}

func TestMissed(t *testing.T) {
	for _, c := range []struct {
		f    Figure
		want bool
	}{{Figure{Ratio: 2, Bar: 1}, true}, {Figure{Ratio: 1, Bar: 1}, false}, {Figure{Ratio: 9}, false}} {
		if c.f.Missed() != c.want {
			t.Errorf("%+v missed: %v", c.f, !c.want)
		}
	}
}
