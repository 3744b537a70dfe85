package chronicle

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func testOptions(lang string) SVGOptions {
	names := []string{"Nature & milieux", "Nourrir", "Habiter", "Soin", "Savoirs et éducation populaire", "Numérique", "Échanger", "Gouverner"}
	return SVGOptions{
		Title: "Frise <de> test", Lang: lang,
		Href:       func(num int64) string { return fmt.Sprintf("/events/%d?a=1&b=2", num) },
		WindowHref: func(from, to int64) string { return fmt.Sprintf("?from=%d&to=%d", from, to) },
		Lane: func(g Group) Lane {
			if g.Key < 0 {
				return Lane{Name: "Sans thème"}
			}
			return Lane{Name: names[g.Key], Slug: "nature", Icon: "/assets/icons.svg#nature", Href: fmt.Sprintf("?theme=%d&a", g.Key)}
		},
		Eras: []Era{{Span{yearStart(1945), yearStart(1975)}, "Après-guerre"}, {Span{yearStart(1970), yearStart(2008)}, "Crises & <virages>"}, {Span{yearStart(-500), yearStart(476)}, "Antiquité"}},
		ThemeSlug: func(theme int8) string {
			if theme == 0 {
				return "nature"
			}
			return ""
		},
	}
}

func form(edtf string) directory.DateForm {
	p := directory.Period{Start: edtf}
	return p.Form()
}

func testWindow() (*Chronicle, Window) {
	c := New([]Interval{
		{Num: 1, From: yearStart(1971), To: yearStart(1982), Theme: 0, Name: "Lutte du Larzac", Rank: 3},
		{Num: 2, From: at("2018-01-23"), To: at("2018-01-24"), Theme: 4, Name: "ActivityPub <W3C> & \"recommandation\""},
		{Num: 3, From: yearStart(1965), To: yearStart(1975), Theme: NoTheme, Form: form("1965~/1974?"), Name: "Vague"},
		{Num: 4, From: yearStart(1700), To: yearStart(2000), Theme: 1, Name: "Trois siècles de droits d’usage dans les forêts communales, racontés par ceux qui les ont tenus"},
		{Num: 5, From: at("2025-12-30"), To: at("2025-12-31"), Theme: 0, Name: "Presque au bord de la fenêtre"},
		{Num: 6, From: at("1990-01-01"), To: at("1990-01-01"), Theme: 0, Name: ""},
	})
	return c, c.Window(yearStart(1960), yearStart(2026), Filter{}, Options{Width: 1376, Rows: 2, Lanes: ByTheme, Lang: "fr", Now: at("2024-01-01")})
}

func TestSVGGolden(t *testing.T) {
	t.Parallel()
	c, w := testWindow()
	all, _ := c.Range(Filter{})
	golden(t, "window.svg", SVG(w, testOptions("fr")))
	golden(t, "overview.svg", OverviewSVG(all, c.Density(all, 120, Filter{}), Span{w.From, w.To}, 1376, testOptions("fr")))
	narrow := c.Window(yearStart(1960), yearStart(2026), Filter{}, Options{Width: 360, Rows: 2, Lanes: ByTheme, Lang: "en"})
	golden(t, "narrow.svg", SVG(narrow, testOptions("en")))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	checkSVG(t, got)
	path := filepath.Join("testdata", name)
	// One element a line, so that a change can be read.
	lines := bytes.ReplaceAll(got, []byte("><"), []byte(">\n<"))
	if *update {
		if err := os.WriteFile(path, lines, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(lines)); diff != "" {
		t.Errorf("%s (-update rewrites): %s", name, diff)
	}
}

// checkSVG checks what a strict CSP and a reader without a mouse ask of a
// drawing: well-formed, nothing inline, a title, every link with an address.
func checkSVG(t *testing.T, b []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(b))
	titles := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if e.Name.Local == "title" {
			titles++
		}
		href := ""
		for _, a := range e.Attr {
			if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
				t.Errorf("%s %s=%q", e.Name.Local, a.Name.Local, a.Value)
			}
			if a.Name.Local == "href" {
				href = a.Value
			}
		}
		if e.Name.Local == "script" || e.Name.Local == "style" || e.Name.Local == "a" && href == "" {
			t.Errorf("element %v", e)
		}
	}
	if titles == 0 || !bytes.Contains(b, []byte(`role="group"`)) {
		t.Error("no title or role")
	}
}

func TestEveryItemIsALink(t *testing.T) {
	t.Parallel()
	_, w := testWindow()
	svg := string(SVG(w, testOptions("fr")))
	for _, it := range w.Items {
		if !strings.Contains(svg, fmt.Sprintf(`href="/events/%d?a=1&amp;b=2"`, it.Num)) {
			t.Errorf("item %d has no link", it.Num)
		}
	}
	if got := strings.Count(svg, `<a class="ev `); got != w.Shown {
		t.Errorf("%d links for %d items", got, w.Shown)
	}
}

func FuzzSVG(f *testing.F) {
	f.Add("Larzac", int64(0), int64(1e9), int64(0), int64(2e9), 900, true)
	f.Add("<a href=\"x\">\x00\xff&", int64(-1e15), int64(1e15), int64(5), int64(5), 1, false)
	f.Add(strings.Repeat("مشاع ", 80), int64(-9e18), int64(9e18), int64(-9e18), int64(9e18), 99999, true)
	f.Fuzz(func(t *testing.T, name string, from, to, a, b int64, width int, byTheme bool) {
		c := New([]Interval{{Num: 1, From: from, To: to, Name: name, Theme: int8(from % 9), Form: randomForms[uint64(to)%uint64(len(randomForms))]}, {Num: 2, From: a, To: b, Name: name}})
		lanes := NoLanes
		if byTheme {
			lanes = ByTheme
		}
		w := c.Window(a, b, Filter{}, Options{Width: width, Lanes: lanes, Now: from, Lang: name})
		checkSVG(t, SVG(w, testOptions(name)))
		checkSVG(t, OverviewSVG(Span{from, to}, w.Bins, Span{a, b}, width%5000, testOptions(name)))
	})
}
