package plate

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/glyph"
	"codeberg.org/bocage/bocage/internal/pdf"
	"codeberg.org/bocage/bocage/internal/typeface"
)

// A sheet of paper is A4 to A0, the smallest on which a pixel is at least leastScale
// points, so that the small print is 6 points high; a pixel is never more than 0.75.
const (
	leastScale, mostScale = 0.5, 0.75
	paperMargin           = 28
)

// papers are the short and the long sides of ISO 216 sheets, in points.
var papers = [...][2]float64{{595, 842}, {842, 1191}, {1191, 1684}, {1684, 2384}, {2384, 3370}}

// PDF writes the sheet as vectors on one page.
func (s Sheet) PDF() ([]byte, error) {
	root, width, height, err := s.compose()
	if err != nil {
		return nil, err
	}
	subject := ""
	if len(s.Foot) > 0 {
		subject = s.Foot[0]
	}
	doc := pdf.New(pdf.Info{Title: s.Title, Author: s.Author, Subject: subject, Lang: s.Lang, Created: s.Created})
	regular, err := doc.Regular()
	if err != nil {
		return nil, fmt.Errorf("write PDF: %w", err)
	}
	bold, err := doc.Bold()
	if err != nil {
		return nil, fmt.Errorf("write PDF: %w", err)
	}
	paperWide, paperHigh, scale := paper(width, height)
	p := &printer{doc: doc, page: doc.Page(paperWide, paperHigh), regular: regular, bold: bold, scale: scale,
		left: (paperWide - width*scale) / 2, top: paperHigh - paperMargin}
	p.page.Transform(scale, 0, 0, -scale, p.left, p.top)
	p.draw(root, style{fill: "#000000", stroke: "none", width: 1, size: 16, opacity: 1, fillOpacity: 1, strokeOpacity: 1}, 0, 0, true)
	var b bytes.Buffer
	if _, err := doc.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("write PDF: %w", err)
	}
	return b.Bytes(), nil
}

// paper chooses a sheet and the points of one pixel on it.
func paper(width, height float64) (wide, high, scale float64) {
	for i, sides := range papers {
		wide, high = sides[0], sides[1]
		if width > height {
			wide, high = high, wide
		}
		scale = min(mostScale, (wide-2*paperMargin)/width, (high-2*paperMargin)/height)
		if scale >= leastScale || i == len(papers)-1 {
			break
		}
	}
	return wide, high, scale
}

// style is what elements inherit.
type style struct {
	fill, stroke, dash, cap, join, weight, family, anchor, direction string
	width, size, opacity, fillOpacity, strokeOpacity                 float64
}

// with is the style inside an element.
func (st style) with(e *element) style {
	texts := map[string]*string{"fill": &st.fill, "stroke": &st.stroke, "stroke-dasharray": &st.dash, "stroke-linecap": &st.cap,
		"stroke-linejoin": &st.join, "font-weight": &st.weight, "font-family": &st.family, "text-anchor": &st.anchor, "direction": &st.direction}
	numbers := map[string]*float64{"stroke-width": &st.width, "font-size": &st.size, "fill-opacity": &st.fillOpacity, "stroke-opacity": &st.strokeOpacity}
	for _, a := range e.attrs {
		if to := texts[a.name]; to != nil {
			*to = a.value
		}
		if to := numbers[a.name]; to != nil {
			if v, err := strconv.ParseFloat(strings.TrimSuffix(a.value, "px"), 64); err == nil {
				*to = v
			}
		}
		if v, err := strconv.ParseFloat(a.value, 64); a.name == "opacity" && err == nil {
			st.opacity *= v
		}
	}
	return st
}

// printer draws elements on a page whose y runs downwards in pixels.
type printer struct {
	doc              *pdf.Document
	page             *pdf.Page
	regular, bold    *pdf.Font
	scale, left, top float64
	// address is that of the link that is drawn and whose words no font has, "" once
	// it stands in their place.
	address string
	// box is what was drawn since it was last emptied, for the links.
	box box
}

type box struct{ x0, y0, x1, y1 float64 }

func empty() box { return box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)} }

func (b *box) add(x, y float64) {
	b.x0, b.y0, b.x1, b.y1 = min(b.x0, x), min(b.y0, y), max(b.x1, x), max(b.y1, y)
}

func (p *printer) draw(e *element, st style, dx, dy float64, root bool) {
	st = st.with(e)
	switch e.name {
	case "title":
		return
	case "svg":
		if !root {
			dx, dy = dx+e.number("x"), dy+e.number("y")
		}
	case "text":
		p.text(e, st, dx, dy)
		return
	case "rect", "circle", "line", "path":
		p.shape(e, st, dx, dy)
		return
	}
	before := p.box
	if e.name == "a" {
		p.box, p.address = empty(), e.get("href")
	}
	for _, c := range e.children {
		if c.element != nil {
			p.draw(c.element, st, dx, dy, false)
		}
	}
	if e.name == "a" {
		if href := e.get("href"); (strings.HasPrefix(href, "https://") || strings.HasPrefix(href, "http://")) && p.box.x0 <= p.box.x1 {
			p.page.Link(p.left+p.box.x0*p.scale, p.top-p.box.y1*p.scale, (p.box.x1-p.box.x0)*p.scale, (p.box.y1-p.box.y0)*p.scale, href)
		}
		p.box, p.address = before, ""
	}
}

// ink sets colours and line of a style, and says what there is to paint.
func (p *printer) ink(st style) (fill, stroke bool) {
	f, fill := rgb(st.fill)
	s, stroke := rgb(st.stroke)
	stroke = stroke && st.width > 0
	if fill {
		p.page.Fill(f)
	}
	if stroke {
		p.page.Stroke(s)
		p.page.Line(st.width, dashes(st.dash), st.cap == "round" || st.join == "round")
	}
	p.page.Opacity(st.opacity*st.fillOpacity, st.opacity*st.strokeOpacity)
	return fill, stroke
}

func dashes(s string) []float64 {
	var out []float64
	for f := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' || r == ',' }) {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return nil
		}
		out = append(out, v)
	}
	return out
}

func (p *printer) shape(e *element, st style, dx, dy float64) {
	fill, stroke := p.ink(st)
	if !fill && !stroke {
		return
	}
	for _, s := range steps(outline(e)) {
		x := s.p
		switch s.op {
		case 'M':
			p.page.MoveTo(x[0]+dx, x[1]+dy)
			p.box.add(x[0]+dx, x[1]+dy)
		case 'L':
			p.page.LineTo(x[0]+dx, x[1]+dy)
			p.box.add(x[0]+dx, x[1]+dy)
		case 'C':
			p.page.CurveTo(x[0]+dx, x[1]+dy, x[2]+dx, x[3]+dy, x[4]+dx, x[5]+dy)
			p.box.add(x[4]+dx, x[5]+dy)
		case 'Z':
			p.page.Close()
		}
	}
	p.page.Paint(fill, stroke)
}

// outline is the path of a shape.
func outline(e *element) string {
	n := e.number
	switch e.name {
	case "path":
		return e.get("d")
	case "line":
		return fmt.Sprintf("M%v %vL%v %v", n("x1"), n("y1"), n("x2"), n("y2"))
	case "circle":
		r := n("r")
		return fmt.Sprintf("M%v %va%v %v 0 1 1 %v 0a%v %v 0 1 1 %v 0z", n("cx")-r, n("cy"), r, r, 2*r, r, r, -2*r)
	}
	x, y, w, h := n("x"), n("y"), n("width"), n("height")
	r := min(n("rx"), w/2, h/2)
	if r <= 0 {
		return fmt.Sprintf("M%v %vh%vv%vh%vz", x, y, w, h, -w)
	}
	return fmt.Sprintf("M%v %vh%va%v %v 0 0 1 %v %vv%va%v %v 0 0 1 %v %vh%va%v %v 0 0 1 %v %vv%va%v %v 0 0 1 %v %vz",
		x+r, y, w-2*r, r, r, r, r, h-2*r, r, r, -r, r, 2*r-w, r, r, -r, -r, 2*r-h, r, r, r, -r)
}

// run is a piece of a line in one style.
type run struct {
	text         string
	st           style
	font         *pdf.Font
	width, share float64
}

// text draws a line, squeezed where the embedded font is wider than the room that
// the drawing was laid out with.
func (p *printer) text(e *element, st style, dx, dy float64) {
	runs := p.runs(e, st, nil)
	total := 0.0
	for _, r := range runs {
		total += r.width
	}
	x, y := e.number("x")+dx, e.number("y")+dy
	anchor := st.anchor
	if st.direction == "rtl" && anchor != "middle" {
		anchor = map[string]string{"": "end", "start": "end", "end": "start"}[anchor]
	}
	switch anchor {
	case "middle":
		x -= total / 2
	case "end":
		x -= total
	}
	for _, r := range runs {
		p.box.add(x, y-r.st.size)
		p.box.add(x+r.width, y+r.st.size/4)
		fill, stroke := p.ink(r.st)
		if stroke && e.get("paint-order") != "" {
			p.page.Text(r.font, r.st.size, x, y, r.share, true, true, r.text)
		}
		if fill {
			p.page.Text(r.font, r.st.size, x, y, r.share, true, false, r.text)
		}
		x += r.width
	}
}

func (p *printer) runs(e *element, st style, out []run) []run {
	for i, c := range e.children {
		if c.element != nil {
			if c.name == "tspan" {
				out = p.runs(c.element, st.with(c.element), out)
			}
			continue
		}
		text := c.text
		if i == len(e.children)-1 && e.name == "text" {
			text = strings.TrimRight(text, " ")
		}
		if typeface.Unwritten(text) {
			text, p.address = instead(p.address, glyph.Width(text, st.size), st.size), ""
		}
		if text == "" {
			continue
		}
		for _, part := range typeface.Runs(text) {
			out = append(out, p.run(part, st))
		}
	}
	return out
}

// instead is what stands where no font has the letters of a name: the address at which
// it can be read, as much as there is room for; once for a name of several lines.
func instead(address string, room, size float64) string {
	if address == "" {
		return "…"
	}
	_, address, _ = strings.Cut(address, "://")
	const least = 12 // letters that say something
	short, _ := glyph.Shorten(address, size, max(room, least*size*0.55))
	return short
}

// run measures a stretch of a line in one font, squeezed where it is wider than the
// room that the drawing was laid out with.
func (p *printer) run(part typeface.Run, st style) run {
	weight, err := strconv.Atoi(st.weight)
	bold := err == nil && weight >= 550 || st.weight == "bold"
	r := run{text: part.Text, st: st, font: p.font(part.Font, bold), share: 1}
	room := glyph.Width(part.Text, st.size) * 1.06
	if bold {
		room *= 1.02
	}
	r.width = r.font.Width(part.Text, st.size)
	if r.width > room && room > 0 {
		r.share, r.width = room/r.width, room
	}
	return r
}

// font is a font of the document; one that cannot be read is the Latin one.
func (p *printer) font(f typeface.Font, bold bool) *pdf.Font {
	latin, name := p.regular, "Noto"+string(f)+"Regular"
	if bold {
		latin, name = p.bold, "Noto"+string(f)+"Bold"
	}
	if file := f.File(bold); file != nil {
		if font, err := p.doc.Embed(name, file); err == nil {
			return font
		}
	}
	return latin
}
