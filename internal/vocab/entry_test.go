package vocab

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"codeberg.org/bocage/bocage/internal/directory"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// TestGoldens reads what other software sends: in.json is the document,
// want.json the entry.
func TestGoldens(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../federation/testdata/*/*.txtar")
	if err != nil || len(files) < 6 {
		t.Fatalf("%d goldens, %v", len(files), err)
	}
	for _, name := range files {
		ar, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		e, err := Entry(ar.Files[0].Data, "")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got bytes.Buffer
		enc := json.NewEncoder(&got)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(e); err != nil {
			t.Fatal(err)
		}
		if *update {
			ar.Files[1].Data = got.Bytes()
			if err := os.WriteFile(name, txtar.Format(ar), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(string(ar.Files[1].Data), got.String()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		if err := directory.Validate(&e); err != nil {
			t.Errorf("%s: not a valid entry: %v", name, err)
		}
	}
}

func TestEntryRefuses(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"another origin":        `{"id":"https://evil.ex/1","type":"Event","name":"x","startTime":"2026-01-01T00:00:00Z"}`,
		"a port makes another":  `{"id":"https://a.ex:8443/1","type":"Event","name":"x","startTime":"2026-01-01T00:00:00Z"}`,
		"another scheme":        `{"id":"http://a.ex/1","type":"Event","name":"x","startTime":"2026-01-01T00:00:00Z"}`,
		"no id":                 `{"type":"Event","name":"x","startTime":"2026-01-01T00:00:00Z"}`,
		"no name":               `{"id":"https://a.ex/1","type":"Event","startTime":"2026-01-01T00:00:00Z"}`,
		"a name of markup only": `{"id":"https://a.ex/1","type":"Event","name":"<script>x</script>","startTime":"2026-01-01T00:00:00Z"}`,
		"no start":              `{"id":"https://a.ex/1","type":"Event","name":"x"}`,
		"a person":              `{"id":"https://a.ex/1","type":"Person","name":"x"}`,
		"a note":                `{"id":"https://a.ex/1","type":"Note","content":"x"}`,
		"bad details":           `{"id":"https://a.ex/1","type":"Article","kind":"text","nameMap":{"fr":"x"},"text":[1]}`,
		"not JSON":              `<html>`,
		"deep":                  `{"id":"https://a.ex/1","type":"Event","x":` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + `}`,
	} {
		if e, err := Entry([]byte(doc), "https://a.ex"); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
	const ok = `{"id":"https://A.ex:443/1","type":"Event","name":"x","startTime":"2026-01-01T00:00:00Z","to":["as:Public"]}`
	if _, err := Entry([]byte(ok), "https://a.ex"); err != nil {
		t.Errorf("the same origin written in another way: %v", err)
	}
}

// TestUnlisted: an object without Public in `to` is in no directory (FEP-8a8e).
func TestUnlisted(t *testing.T) {
	t.Parallel()
	const event = `{"id":"https://a.ex/1","type":"Event","name":"x","startTime":"2026-01-01T00:00:00Z"`
	for name, tt := range map[string]struct {
		doc  string
		want error
	}{
		"public":            {event + `,"to":"https://www.w3.org/ns/activitystreams#Public"}`, nil},
		"public, abridged":  {event + `,"to":["https://a.ex/f","as:Public"]}`, nil},
		"unlisted":          {event + `,"to":["https://a.ex/f"],"cc":["https://www.w3.org/ns/activitystreams#Public"]}`, directory.ErrForbidden},
		"followers":         {event + `,"to":["https://a.ex/f"]}`, directory.ErrForbidden},
		"nobody":            {event + `}`, directory.ErrForbidden},
		"a text of ours":    {`{"id":"https://a.ex/1","type":"Article","kind":"text","nameMap":{"fr":"x"}}`, directory.ErrForbidden},
		"actors have no to": {`{"id":"https://a.ex/1","type":"Group","kind":"commons","nameMap":{"fr":"x"}}`, nil},
		"foreign group":     {`{"id":"https://a.ex/1","type":"Group","name":"x"}`, nil},
	} {
		if _, err := Entry([]byte(tt.doc), "https://a.ex"); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

func TestEntryDropsUnsafeURLs(t *testing.T) {
	t.Parallel()
	const doc = `{"id":"https://a.ex/1","type":"Group","kind":"commons","nameMap":{"fr":"x"},"website":"javascript:alert(1)","onlineUrl":"data:x",
		"links":[{"url":"javascript:1"},{"url":"https://ok.ex/"}],"pictures":[{"url":"data:image/png;x"}],"sources":[{"name":"s","url":"file:///x"}],"pillars":{"rulesUrl":"javascript:1"}}`
	e, err := Entry([]byte(doc), "https://a.ex")
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"javascript:", "data:", "file:"} {
		if strings.Contains(string(got), bad) {
			t.Errorf("%s in %s", bad, got)
		}
	}
	if len(e.Links) != 1 {
		t.Errorf("links: %+v", e.Links)
	}
}

func TestForeignText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain":                                  "plain",
		"<p>a</p><p>b</p>":                       "a\n\nb",
		"a<br>b<br/>c":                           "a\nb\nc",
		"  a \n\t b  ":                           "a b",
		"<ul><li>a</li><li>b</li></ul>":          "- a\n- b",
		"a &lt;b&gt; &amp; c":                    "a <b> & c",
		"<script>alert(1)</script>x":             "x",
		"<style>p{}</style>x<svg><p>y</p></svg>": "x",
		"<scr<script>ipt>alert(1)</script>":      "ipt>alert(1)",
		"<p>unclosed <b>x":                       "unclosed x",
		"<!-- c --><a href='javascript:1'>l</a>": "l",
		"<iframe src=x>y</iframe>z":              "z",
		"":                                       "",
	} {
		if got := foreignText(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestEventTimes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		period     directory.Period
		start, end string
	}{
		{directory.Period{Start: "2026-06-06T18:00:00+02:00", End: "2026-06-06T20:00:00+02:00", Timezone: "Europe/Paris"}, "2026-06-06T18:00:00+02:00", "2026-06-06T20:00:00+02:00"},
		{directory.Period{Start: "2026-06-06T18:00:00+02:00"}, "2026-06-06T18:00:00+02:00", ""},
		{directory.Period{Start: "2026-06-06", Timezone: "Europe/Paris"}, "2026-06-06T00:00:00+02:00", "2026-06-06T23:59:59+02:00"},
		{directory.Period{Start: "2026-06-06", End: "2026-06-08"}, "2026-06-06T00:00:00Z", "2026-06-08T23:59:59Z"},
		{directory.Period{Start: "1998"}, "1998-01-01T00:00:00Z", "1998-12-31T23:59:59Z"},
		{directory.Period{Start: "-0043"}, "", ""},
		{directory.Period{}, "", ""},
	} {
		if start, end := eventTimes(&tt.period); start != tt.start || end != tt.end {
			t.Errorf("%+v: %s, %s", tt.period, start, end)
		}
	}
}

func TestLicence(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		licenceURL("CC-BY-SA-4.0"): "CC-BY-SA-4.0", "https://creativecommons.org/licenses/by-sa/4.0/deed.fr": "CC-BY-SA-4.0",
		"https://creativecommons.org/publicdomain/zero/1.0/": "CC0-1.0", "https://x.ex/": "", "": "",
	} {
		if got := licenceID(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func FuzzEntry(f *testing.F) {
	files, _ := filepath.Glob("../../federation/testdata/*/*.txtar")
	for _, name := range files {
		if ar, err := txtar.ParseFile(name); err == nil {
			f.Add(ar.Files[0].Data)
		}
	}
	f.Add([]byte(`{"id":"https://a.ex/1","type":"Group","kind":"commons","nameMap":{"fr":"x"},"relations":{"items":[{"relationship":"x"}]},"dateEdtf":"/"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := Entry(raw, "")
		if err != nil {
			if !errors.Is(err, directory.ErrInvalid) && !errors.Is(err, directory.ErrForbidden) {
				t.Fatalf("error of no kind: %v", err)
			}
			return
		}
		if e.URI == "" || e.Origin == "" || !e.Kind.Valid() || len(e.Name) == 0 || !e.Status.Public() || e.Contact != nil {
			t.Fatalf("not an entry: %+v", e)
		}
		if _, err := env.Document(directory.Public(e), Keys{}); err != nil {
			t.Fatalf("cannot be written again: %v", err)
		}
	})
}

func TestOwnerOfAnotherHost(t *testing.T) {
	t.Parallel()
	for attributed, want := range map[string]string{
		"https://evil.example/actor":         "https://evil.example/actor",
		"https://victim.example/entries/org": "",
		"https://evil.example.victim.org/x":  "",
		"http://evil.example/actor":          "",
		"javascript:alert(1)":                "",
	} {
		raw := `{"id":"https://evil.example/e/1","type":"Event","name":"Foire","startTime":"2026-06-06T10:00:00Z","to":"as:Public","attributedTo":"` + attributed + `"}`
		e, err := Entry([]byte(raw), "https://evil.example")
		if err != nil || e.OwnerURI != want {
			t.Errorf("attributed to %s: owner %q, want %q (%v)", attributed, e.OwnerURI, want, err)
		}
	}
	own := `{"id":"https://evil.example/entries/1","type":"Group","kind":"commons","name":"Jardin","to":"as:Public","attributedTo":"https://victim.example/entries/org"}`
	if e, err := Entry([]byte(own), "https://evil.example"); err != nil || e.OwnerURI != e.URI {
		t.Errorf("a commons in the name of another host's organisation: owner %q, %v", e.OwnerURI, err)
	}
}
