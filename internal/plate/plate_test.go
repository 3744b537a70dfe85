package plate

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func sheet(t *testing.T, name string) Sheet {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../genealogy/testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return Sheet{Title: "Généalogie <des> textes", Lang: "fr", Under: []string{"12 textes, au 28 novembre 2026"}, Drawing: b,
		Legend: []byte(`<svg width="300" height="24"><path d="M2 10h34" stroke="var(--haie)" stroke-width="2"/><text class="s-txt2" x="44" y="14" font-size="13">inspire </text></svg>`),
		Foot:   []string{"CC BY-SA 4.0", "https://bocage.test/genealogy"}, Author: "Bocage d’essai", Base: "https://bocage.test", Created: time.Unix(1, 0)}
}

var drawings = []string{"all.svg", "lineage.svg", "overview.svg", "concepts.svg", "beside.svg"}

// A file stands alone: no variable, class, script or style sheet is left, and every
// link has an address.
func TestSVGStandsAlone(t *testing.T) {
	t.Parallel()
	for _, name := range drawings {
		got, err := sheet(t, name).SVG()
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"var(", "class=", "<script", "<style", "NaN", "currentColor"} {
			if bytes.Contains(got, []byte(bad)) {
				t.Errorf("%s has %q", name, bad)
			}
		}
		texts := 0
		for d := xml.NewDecoder(bytes.NewReader(got)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			e, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			if e.Name.Local == "text" {
				texts++
			}
			for _, a := range e.Attr {
				if a.Name.Local == "href" && !strings.HasPrefix(a.Value, "https://") {
					t.Errorf("%s: link to %q", name, a.Value)
				}
			}
		}
		if texts < 5 || !bytes.Contains(got, []byte("Généalogie &lt;des&gt; textes")) || !bytes.Contains(got, []byte("CC BY-SA 4.0")) {
			t.Errorf("%s: %d texts, or no title or licence", name, texts)
		}
		again, _ := sheet(t, name).SVG()
		if !bytes.Equal(got, again) {
			t.Errorf("%s is another each time", name)
		}
	}
}

func TestPDF(t *testing.T) {
	t.Parallel()
	for _, name := range drawings {
		got, err := sheet(t, name).PDF()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(got, []byte("%PDF-1.7")) || !bytes.HasSuffix(got, []byte("%%EOF\n")) {
			t.Errorf("%s is no PDF", name)
		}
		xref(t, got)
		if again, _ := sheet(t, name).PDF(); !bytes.Equal(got, again) {
			t.Errorf("%s is another each time", name)
		}
		if n := len(got); n > 200<<10 {
			t.Errorf("%s has %d bytes", name, n)
		}
		words(t, name, got)
	}
}

// xref checks that each object is where the table says.
func xref(t *testing.T, file []byte) {
	t.Helper()
	table := file[bytes.LastIndex(file, []byte("\nxref\n")):]
	rows := regexp.MustCompile(`(?m)^(\d{10}) 00000 n $`).FindAllSubmatch(table, -1)
	if len(rows) < 8 {
		t.Fatalf("%d objects", len(rows))
	}
	for i, r := range rows {
		at := 0
		for _, c := range r[1] {
			at = at*10 + int(c-'0')
		}
		want := []byte(itoa(i+1) + " 0 obj\n")
		if at+len(want) > len(file) || !bytes.Equal(file[at:at+len(want)], want) {
			t.Errorf("object %d is not at %d", i+1, at)
		}
	}
}

func itoa(n int) string {
	if n >= 10 {
		return itoa(n/10) + string(rune('0'+n%10))
	}
	return string(rune('0' + n))
}

// words reads the text back with another program, where there is one.
func words(t *testing.T, name string, file []byte) {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		return
	}
	path := filepath.Join(t.TempDir(), name+".pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), tool, "-layout", path, "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v %s", name, err, out)
	}
	for _, want := range []string{"Généalogie <des> textes", "28 novembre 2026", "CC BY-SA 4.0"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%s: no %q in %.300s", name, want, out)
		}
	}
}

// The colours are those of the pages.
func TestColoursAreThoseOfThePages(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../web/build/tokens.mjs")
	if err != nil {
		t.Fatal(err)
	}
	for name, colour := range colours {
		m := regexp.MustCompile(`(?m)^ +"?` + name + `"?: \["(#[0-9a-f]{6})"`).FindSubmatch(b)
		if m == nil || string(m[1]) != colour {
			t.Errorf("%s is %s here and %q there", name, colour, m)
		}
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"var(--c)": "#123456", "var(--haie)": "#2b5a43", "var(--c,var(--haie))": "#123456", "none": "none",
		"var(--x,var(--haie))": "#2b5a43", "var(--x": "currentColor", "a var(--haie) b": "a #2b5a43 b"} {
		if got := resolve(in, "#123456"); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func FuzzPath(f *testing.F) {
	f.Add("M1 2h3v4l-5-6c1 2 3 4 5 6s1 2 3 4q1 2 3 4a5 5 0 0 1 2 3z")
	f.Add("M1e999 2")
	f.Fuzz(func(t *testing.T, d string) {
		for _, s := range steps(d) {
			if !strings.ContainsRune("MLCZ", rune(s.op)) {
				t.Errorf("step %c", s.op)
			}
		}
	})
}

func FuzzSheet(f *testing.F) {
	f.Add([]byte(`<svg width="9" height="9"><a href="/x"><text x="1" y="2" direction="rtl">é<tspan font-weight="700">b</tspan></text></a></svg>`), "Titre")
	f.Fuzz(func(t *testing.T, drawing []byte, title string) {
		s := Sheet{Title: title, Drawing: drawing, Foot: []string{title}}
		if _, err := s.PDF(); err != nil {
			return
		}
		if _, err := s.SVG(); err != nil {
			t.Error(err)
		}
	})
}
