package config

import (
	"os"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The table of the README is the code's list of settings, in its order.
func TestReadmeListsTheSettings(t *testing.T) {
	raw, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	defaults := map[string]string{}
	for _, l := range Default().Lines() {
		defaults[l.Key] = l.Value
	}
	defaults["database"] = "sqlite:DATA_DIR/bocage.db"
	var got, want [][]string
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| `--([\\w-]+)` \\| `(\\w+)` \\| (?:`(.*?)`|none) \\|").FindAllStringSubmatch(string(raw), -1) {
		got = append(got, m[1:])
	}
	for _, s := range Settings() {
		want = append(want, []string{s.Key, s.Flag(), s.Env(), defaults[s.Key]})
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the code -, the README +\n%s", d)
	}
}
