package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/store"
)

// TestQuarantineWords: why a server is not believed is said in the language of the
// terminal.
func TestQuarantineWords(t *testing.T) {
	qs := []store.Quarantine{{Origin: "https://a.example", Cause: store.CauseUnproven, Arg: "2026-05-01", OldKey: "k", NewKey: "k"},
		{Origin: "https://b.example", Cause: store.CauseDead, Arg: "2026-05-01", OldKey: "k", NewKey: "l"}}
	ds := []store.Doubt{{Origin: "https://c.example", Since: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), Back: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}}
	for env, want := range map[string][]string{
		"LANG=fr_FR.UTF-8": {"n’a rien signé avec elle", "passait pour disparu", "mai 2026"},
		"LANG=C.UTF-8":     {"has signed nothing with it", "was taken for gone", "May 2026"},
		"LC_ALL=en_GB":     {"has signed nothing with it", "in doubt until 2026-06-08T00:00:00Z"},
		"":                 {"has signed nothing with it"},
	} {
		var out bytes.Buffer
		c := &call{streams: streams{out: &out, environ: []string{env}}}
		if err := printQuarantines(c, qs, ds); err != nil {
			t.Fatal(err)
		}
		for _, w := range append(want, "https://a.example", "https://b.example", "https://c.example") {
			if !strings.Contains(out.String(), w) {
				t.Errorf("%s: lacks %q: %s", env, w, out.String())
			}
		}
		if n := strings.Count(out.String(), "new key"); n != 1 {
			t.Errorf("%s: %d new keys: %s", env, n, out.String())
		}
	}
}
