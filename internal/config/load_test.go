package config

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bocage.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSourcesWinInOrder(t *testing.T) {
	path := writeFile(t, "name = \"file\"\nlanguage = \"en\"\nlisten = \"localhost:1\"\n")
	var f Flags
	fs := flag.NewFlagSet("t", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	f.Register(fs)
	if err := fs.Parse([]string{"--config", path, "--listen", "127.0.0.1:9"}); err != nil {
		t.Fatal(err)
	}
	c, err := Load(f, []string{"BOCAGE_NAME=env", "BOCAGE_LISTEN=localhost:2", "HOME=/x", "BOCAGE_TEST_X=1"})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{c.Name, c.Language, c.Listen, c.URL, c.Database}
	want := []string{"env", "en", "127.0.0.1:9", "http://127.0.0.1:9", "sqlite:" + filepath.Join("data", "bocage.db")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestEveryProblemIsNamedAtOnce(t *testing.T) {
	path := writeFile(t, "# comment\nnam = \"x\"\nlanguage = \"de\"\n\ntrusted_proxies = [\"10.0.0.0/8\", \"nonsense\"]\n[server]\nport = 1\n")
	var f Flags
	f.File = path
	f.Set("url", "http://communs.example")
	_, err := Load(f, []string{"BOCAGE_LISTENN=x", "BOCAGE_DATABASE_URL=mysql://x", "BOCAGE_SECRET=short"})
	if err == nil {
		t.Fatal("no error")
	}
	want := []string{
		path + `:2: unknown setting "nam", did you mean name?`,
		path + `:3: language: "de" is not one of fr, en`,
		path + `:5: trusted_proxies: "nonsense" is neither an address nor a prefix such as 10.0.0.0/8`,
		path + `:6: unknown setting "server"`,
		"BOCAGE_DATABASE_URL: want sqlite:PATH or postgres://user@host/name",
		"BOCAGE_SECRET: want 16 to 4096 bytes, got 5",
		"BOCAGE_LISTENN: unknown setting, did you mean BOCAGE_LISTEN?",
		"--url: plain http is for localhost only; write https://communs.example",
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestMalformedFileNamesTheLine(t *testing.T) {
	path := writeFile(t, "name = \"x\"\nlanguage = \n")
	_, err := Load(Flags{File: path}, nil)
	if err == nil || !strings.HasPrefix(err.Error(), path+":2:") {
		t.Errorf("error = %v, want it to begin with %s:2:", err, path)
	}
}

func TestURL(t *testing.T) {
	tests := []struct{ in, want string }{
		{"https://b.example/", "https://b.example"},
		{"https://b.example:8443", "https://b.example:8443"},
		{"http://localhost:8080", "http://localhost:8080"},
		{"http://a.localhost", "http://a.localhost"},
		{"http://127.0.0.1:1", "http://127.0.0.1:1"},
		{"http://[::1]:1", "http://[::1]:1"},
		{"http://10.0.0.1", ""},
		{"https://B.example", ""},
		{"https://b.example/path", ""},
		{"https://u@b.example", ""},
		{"ftp://b.example", ""},
		{"b.example", ""},
	}
	for _, tt := range tests {
		var f Flags
		f.Set("url", tt.in)
		c, err := Load(f, nil)
		if (err != nil) != (tt.want == "") || c.URL != tt.want {
			t.Errorf("url %q: got %q, %v; want %q", tt.in, c.URL, err, tt.want)
		}
	}
}

func TestLinesHideSecrets(t *testing.T) {
	var f Flags
	f.Set("secret", "0123456789abcdef")
	f.Set("database", "postgres://bocage:hunter2@db/bocage")
	c, err := Load(f, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range c.Lines() {
		if strings.Contains(l.Value, "0123456789abcdef") || strings.Contains(l.Value, "hunter2") {
			t.Errorf("%s shows a secret: %s", l.Key, l.Value)
		}
	}
}

func FuzzLoadFile(f *testing.F) {
	f.Add("name = \"x\"\n")
	f.Add("[a.b]\nname=1\n")
	f.Add("trusted_proxies = [1, \"::/0\"]")
	f.Add("url = 'https://[::1'")
	f.Fuzz(func(t *testing.T, doc string) {
		path := writeFile(t, doc)
		c, err := Load(Flags{File: path}, nil)
		if err == nil && (c.URL == "" || c.Database == "" || c.Listen == "") {
			t.Errorf("accepted an empty identity: %+v", c)
		}
	})
}
