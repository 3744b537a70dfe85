package pdf

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Page is what is drawn on one page, in the order of painting.
type Page struct {
	doc           *Document
	width, height float64
	content       bytes.Buffer
	links         []link
}

type link struct {
	x, y, width, height float64
	uri                 string
}

// Colour is red, green and blue from 0 to 1.
type Colour [3]float64

// number writes a real number without an exponent, which PDF does not know.
func number(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	s := strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
	if s == "-0" {
		return "0"
	}
	return s
}

func (p *Page) op(name string, operands ...float64) {
	for _, v := range operands {
		p.content.WriteString(number(v))
		p.content.WriteByte(' ')
	}
	p.content.WriteString(name)
	p.content.WriteByte('\n')
}

// Save keeps the graphics state for Restore.
func (p *Page) Save() { p.op("q") }

// Restore takes back the state of the last Save.
func (p *Page) Restore() { p.op("Q") }

// Transform multiplies the coordinates by the matrix [a b c d e f].
func (p *Page) Transform(a, b, c, d, e, f float64) { p.op("cm", a, b, c, d, e, f) }

// Fill and Stroke set the colours.
func (p *Page) Fill(c Colour) { p.op("rg", c[0], c[1], c[2]) }

// Stroke sets the colour of lines.
func (p *Page) Stroke(c Colour) { p.op("RG", c[0], c[1], c[2]) }

// Line sets the width of lines and their dashes, none for solid ones; round says
// how they end and join.
func (p *Page) Line(width float64, dashes []float64, round bool) {
	p.op("w", width)
	how := 0.0
	if round {
		how = 1
	}
	p.op("J", how)
	p.op("j", how)
	p.content.WriteString("[")
	for _, d := range dashes {
		p.content.WriteString(number(math.Max(0, d)) + " ")
	}
	p.content.WriteString("] 0 d\n")
}

// Opacity sets how opaque fillings and lines are, 0 to 1.
func (p *Page) Opacity(fill, stroke float64) {
	key := [2]float64{fill, stroke}
	i := slices.Index(p.doc.alpha, key)
	if i < 0 {
		i = len(p.doc.alpha)
		p.doc.alpha = append(p.doc.alpha, key)
	}
	fmt.Fprintf(&p.content, "/G%d gs\n", i)
}

// MoveTo, LineTo, CurveTo, Close and Rect make the path that Paint paints.
func (p *Page) MoveTo(x, y float64) { p.op("m", x, y) }

// LineTo goes straight to a point.
func (p *Page) LineTo(x, y float64) { p.op("l", x, y) }

// CurveTo goes to (x, y) on a cubic Bézier curve.
func (p *Page) CurveTo(x1, y1, x2, y2, x, y float64) { p.op("c", x1, y1, x2, y2, x, y) }

// Close goes back to where the path began.
func (p *Page) Close() { p.op("h") }

// Rect is a rectangle.
func (p *Page) Rect(x, y, width, height float64) { p.op("re", x, y, width, height) }

// Paint fills the path, strokes it, both or neither.
func (p *Page) Paint(fill, stroke bool) {
	switch {
	case fill && stroke:
		p.op("B")
	case fill:
		p.op("f")
	case stroke:
		p.op("S")
	default:
		p.op("n")
	}
}

// Text writes a line from (x, y), its letters squeezed to the share of their width
// (1 for none). Upside says that y runs downwards where it is written. Halo
// strokes the letters instead of filling them.
func (p *Page) Text(f *Font, size, x, y, share float64, upside, halo bool, s string) {
	d := 1.0
	if upside {
		d = -1
	}
	mode := 0
	if halo {
		mode = 1
	}
	fmt.Fprintf(&p.content, "BT /F%d %s Tf %s Tz %d Tr 1 0 0 %s %s %s Tm <%s> Tj ET\n",
		f.index, number(size), number(share*100), mode, number(d), number(x), number(y), f.encode(s))
}

// Link makes a rectangle of the page, in its own points, lead to an address.
func (p *Page) Link(x, y, width, height float64, uri string) {
	p.links = append(p.links, link{x, y, width, height, uri})
}

// write puts the page in the file and returns its number.
func (p *Page) write(o *objects, parent, resources int) int {
	page, content := o.reserve(), o.reserve()
	var annotations strings.Builder
	for _, l := range p.links {
		fmt.Fprintf(&annotations, "<</Type/Annot/Subtype/Link/Border[0 0 0]/Rect[%s %s %s %s]/A<</S/URI/URI%s>>>>\n",
			number(l.x), number(l.y), number(l.x+l.width), number(l.y+l.height), address(l.uri))
	}
	o.stream(content, "", p.content.Bytes())
	o.put(page, "<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Resources %d 0 R/Contents %d 0 R/Annots[%s]>>",
		parent, number(p.width), number(p.height), resources, content, annotations.String())
	return page
}
