package basemap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

// parsed checks that the drawing is well-formed and free of what a strict
// content security policy refuses, and returns its text and its links.
func parsed(t *testing.T, svg []byte) (texts, links []string) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts, links
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			for _, a := range e.Attr {
				if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
					t.Errorf("attribute %s on %s", a.Name.Local, e.Name.Local)
				}
				if a.Name.Local == "href" && e.Name.Local == "a" {
					links = append(links, a.Value)
				}
				if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
					t.Errorf("%s=%q", a.Name.Local, a.Value)
				}
			}
		case xml.CharData:
			texts = append(texts, string(e))
		}
	}
}

func TestSVGHasMarksNamesAndNoMarkup(t *testing.T) {
	v := View{Lat: 48, Lon: 4, Zoom: 5, Width: 800, Height: 600}
	marks := []Mark{
		{Lat: 44, Lon: -2, N: 1250, Shares: [9]int{1000, 250}, Href: "/?c=1,2,3&theme=eau", Label: `1250 "entries" <here>`},
		{Lat: 47, Lon: 8, N: 1, Theme: 4, Href: "/?entry=7", Label: "Le Talus", Approximate: true},
		{Lat: -40, Lon: 100, N: 5, Href: "/far", Label: "far away"},
	}
	svg := loaded(t).SVG(v, marks, SVGOptions{Title: `Carte <b>"x"</b>`, Lang: "fr", Icons: "/assets/icons.svg"})
	texts, links := parsed(t, svg)
	if got := strings.Join(links, " "); got != "/?c=1,2,3&theme=eau /?entry=7" {
		t.Errorf("links %q", got)
	}
	all := strings.Join(texts, "|")
	for _, want := range []string{"1,3\u202fk", "Cologne", "Paris"} {
		if !strings.Contains(all, want) {
			t.Errorf("no text %q in %q", want, all)
		}
	}
	for _, want := range []string{`class="m-terre"`, `class="vague c-savoir"`, `class="anneau c-nature"`, `class="halo"`, "#savoir", `aria-label="Carte &lt;b&gt;`} {
		if !bytes.Contains(svg, []byte(want)) {
			t.Errorf("no %s in the drawing", want)
		}
	}
}

func TestDecorativeSVGHasNoLinks(t *testing.T) {
	svg := loaded(t).SVG(View{Lat: 48, Lon: 4, Zoom: 9, Width: 372, Height: 220}, []Mark{{Lat: 48, Lon: 4, N: 1, Href: "/x", Label: "x"}}, SVGOptions{Title: "Où", Lang: "fr", Decorative: true})
	if _, links := parsed(t, svg); len(links) != 0 || !bytes.Contains(svg, []byte(`role="img"`)) {
		t.Errorf("links %v", links)
	}
}

func TestSVGOfAnyView(t *testing.T) {
	b := loaded(t)
	views := []View{{}, {Lat: 90, Lon: 180, Zoom: 22, Width: 10, Height: 10}, {Lat: -90, Lon: -540, Zoom: -3, Width: -5, Height: 1 << 30},
		{Lat: math.NaN(), Lon: math.Inf(1), Zoom: math.NaN(), Width: 100, Height: 100}, {Lat: 0, Lon: 180, Zoom: 3, Width: 1010, Height: 742}, {Lat: -80, Zoom: 2, Width: 1010, Height: 742}}
	for _, v := range views {
		parsed(t, b.SVG(v, []Mark{{Lat: 0, Lon: -179, N: 2, Shares: [9]int{8: 2}}}, SVGOptions{Title: "x"}))
	}
	var none *Basemap
	parsed(t, none.SVG(View{Width: 10, Height: 10}, nil, SVGOptions{Title: "x"}))
}

func TestMarkBeyondTheAntimeridianIsDrawn(t *testing.T) {
	svg := loaded(t).SVG(View{Lat: 0, Lon: 179, Zoom: 5, Width: 800, Height: 600}, []Mark{{Lat: 0, Lon: -179, N: 3, Href: "/here", Label: "x"}}, SVGOptions{Title: "x"})
	if _, links := parsed(t, svg); len(links) != 1 {
		t.Errorf("links %v", links)
	}
}

func TestBounds(t *testing.T) {
	near := func(a, b float64) bool { return math.Abs(a-b) < 0.01 }
	w, s, e, n := View{Lat: 0, Lon: 0, Zoom: 1, Width: 256, Height: 256}.Bounds()
	if !near(w, -90) || !near(e, 90) || !near(n, 66.51) || !near(s, -66.51) {
		t.Errorf("half the world: %v %v %v %v", w, s, e, n)
	}
	if w, _, e, _ := (View{Lat: 0, Lon: 180, Zoom: 3, Width: 256, Height: 256}).Bounds(); !near(w, 157.5) || !near(e, -157.5) {
		t.Errorf("over the antimeridian: %v to %v", w, e)
	}
	if w, _, e, _ := (View{Zoom: 1, Width: 2000, Height: 100}).Bounds(); w != -180 || e != 180 {
		t.Errorf("wider than the world: %v to %v", w, e)
	}
}

func TestMovedAndFit(t *testing.T) {
	v := View{Lat: 46, Lon: 2, Zoom: 6, Width: 1000, Height: 700}
	if back := v.Moved(0.5, 0, 0).Moved(-0.5, 0, 0); math.Abs(back.Lon-v.Lon) > 1e-9 || math.Abs(back.Lat-v.Lat) > 1e-9 {
		t.Errorf("there and back: %v", back)
	}
	if east := v.Moved(1, 0, 0); math.Abs(east.Lon-(2+1000*360/(256*64.0))) > 1e-9 {
		t.Errorf("a width east: %v", east.Lon)
	}
	f := Fit(170, -20, -170, -10, 800, 600, 12)
	if math.Abs(math.Abs(f.Lon)-180) > 1e-6 {
		t.Errorf("a box over the antimeridian is centred on it: %v", f.Lon)
	}
	w, s, e, n := f.Bounds()
	if w < 0 || w > 170 || e > 0 || e < -170 || s > -20 || n < -10 {
		t.Errorf("the box does not fit: %v %v %v %v", w, s, e, n)
	}
	if p := Fit(2, 48, 2, 48, 800, 600, 12); p.Zoom != 12 {
		t.Errorf("a point is seen at the largest zoom allowed: %v", p.Zoom)
	}
}

// maxSVGBytes keeps the page without script light.
const maxSVGBytes = 80_000

func TestRealDrawingsAreSmall(t *testing.T) {
	b := built(t)
	if b == nil {
		t.Log("front end not built: only the made-up data was tested")
		return
	}
	for _, v := range []View{{46.6, 2.5, 6, 1010, 742}, {50, 10, 4, 1010, 742}, {60, 20, 5, 1010, 742}, {20, 0, 2, 1010, 742}, {0, 180, 3, 1010, 742}, {60, 15, 6.5, 1010, 742}, {48, -3, 8, 1010, 742}, {46, 2, 1, 1010, 742}} {
		svg := b.SVG(v, nil, SVGOptions{Title: "Carte", Lang: "fr"})
		parsed(t, svg)
		if len(svg) > maxSVGBytes {
			t.Errorf("view %v takes %d bytes", v, len(svg))
		}
	}
}

func BenchmarkSVG(b *testing.B) {
	m := built(b)
	if m == nil {
		m = loaded(b)
	}
	v := View{Lat: 46.6, Lon: 2.5, Zoom: 6, Width: 1010, Height: 742}
	for b.Loop() {
		m.SVG(v, nil, SVGOptions{Title: "Carte", Lang: "fr"})
	}
}
