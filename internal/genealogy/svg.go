package genealogy

import (
	"bytes"
	"fmt"

	"codeberg.org/bocage/bocage/internal/glyph"
)

// SVGOptions are what a drawing needs to know of the page.
type SVGOptions struct {
	// Title is the accessible name of the drawing, Lang "fr" or "en".
	Title, Lang string
	// ID makes the ids of this drawing its own; "arbre" when empty.
	ID string
	// FirstID is the id of the first chosen dot of a part of all, for a link that leads
	// there; "" for none.
	FirstID string
	// TypeName names a relation type for the legend and for edges' titles; nil
	// shows the type itself.
	TypeName func(typ string) string
}

func (o SVGOptions) typeName(typ string) string {
	if o.TypeName == nil {
		return typ
	}
	return o.TypeName(typ)
}

func (o SVGOptions) id() string {
	if o.ID == "" {
		return "arbre"
	}
	return glyph.Escape(o.ID)
}

// stroke is how edges of a type are drawn: told apart without colour.
type stroke struct {
	width float64
	dash  string
}

// strokeOf returns the stroke of a relation type.
func strokeOf(typ string) stroke {
	switch typ {
	case "inspires":
		return stroke{2, ""}
	case "cites":
		return stroke{2, "2 5.5"}
	case "responds_to":
		return stroke{2.2, "8 5"}
	case "amends":
		return stroke{4, ""}
	case "repeals":
		return stroke{4, "10 6"}
	case "implements":
		return stroke{3, "14 4"}
	case "translates":
		return stroke{1.8, "8 3 1.5 3"}
	case "version_of":
		return stroke{3, "3 5"}
	case "signed_by":
		return stroke{2, "1 4"}
	case "founded_at":
		return stroke{2.4, "6 3 1 3 1 3"}
	case "member_of", "part_of":
		return stroke{2.4, ""}
	case "partner_of":
		return stroke{2, "6 4"}
	case "funded_by":
		return stroke{2, "12 3 2 3"}
	case "organised_by":
		return stroke{1.6, "3 3"}
	case "claims":
		return stroke{2, "1.5 5"}
	case "broader", "narrower":
		return stroke{1.2, ""}
	case "related":
		return stroke{1.2, "1.5 4"}
	}
	return stroke{1.5, "5 4"}
}

// contrary is the stroke of edges against time.
var contrary = stroke{1.4, "3 4"}

func (s stroke) attributes() string {
	out := fmt.Sprintf(`stroke-width="%v" stroke-linecap="round"`, s.width)
	if s.dash == "" {
		return out + ` stroke-dasharray="none"`
	}
	return out + ` stroke-dasharray="` + s.dash + `"`
}

type painter struct {
	bytes.Buffer
	opt SVGOptions
	// over is a class more for titles that stand on other things, "" for none; first
	// is the id of the next dot.
	over, first string
}

func (p *painter) printf(format string, args ...any) { fmt.Fprintf(&p.Buffer, format, args...) }

func px(v float64) string { return glyph.Pixels(v) }
func esc(s string) string { return glyph.Escape(s) }

// SVG draws the layout: bands of time, edges, cards as links. The bytes are
// escaped and safe in a page with a strict CSP: classes and presentation
// attributes only.
func (l Layout) SVG(opt SVGOptions) []byte {
	p := &painter{opt: opt}
	p.open("genealogie", l.width, l.height)
	p.bands(&l, 21)
	for k, e := range l.order.down {
		p.chain(&l, e, l.layers.chains[k], cardBounds)
	}
	for _, e := range l.order.odd {
		p.odd(&l, e, cardBounds)
	}
	for i := range l.order.nodes {
		p.card(&l, i)
	}
	p.printf("</svg>")
	return p.Bytes()
}

func (p *painter) open(class string, width, height float64) {
	id := p.opt.id()
	p.printf(`<svg class="%s" width="%s" height="%s" viewBox="0 0 %s %s" role="group" aria-labelledby="%s-t"><title id="%s-t">%s</title><rect class="s-fond" width="%s" height="%s"/>`,
		class, px(width), px(height), px(width), px(height), id, id, esc(p.opt.Title), px(width), px(height))
}

func (p *painter) bands(l *Layout, size float64) {
	for i, b := range l.bands {
		if i%2 == 0 {
			p.printf(`<rect class="s-bande" y="%s" width="%s" height="%s"/>`, px(b.top), px(l.width), px(b.height))
		}
		middle := b.top + b.height/2
		y := middle + size*0.35
		if b.until != "" {
			y -= size * 0.4
			p.printf(`<text class="s-txt2" x="%d" y="%s" font-size="%s">%s </text>`, sideMargin+6, px(middle+size*0.95), px(size*0.66), esc(b.until))
		}
		p.printf(`<text class="s-tit" x="%d" y="%s" font-size="%s">%s </text>`, sideMargin+6, px(y), px(min(size, 88/max(1, glyph.Width(b.label, 1)))), esc(b.label))
	}
}

// bounds gives the top and the bottom of what is drawn for a vertex, where
// edges start and end.
type bounds func(l *Layout, v *vertex) (top, bottom float64)

func cardBounds(l *Layout, v *vertex) (top, bottom float64) {
	b := l.bands[v.layer]
	if v.node < 0 {
		return b.top + bandGap/2, b.top + b.height - bandGap/2
	}
	return b.top + bandGap/2, b.top + bandGap/2 + l.cardHeight(v.node)
}

func (l *Layout) cardHeight(node int) float64 {
	return cardHead + float64(max(2, len(l.lines[node]))-1)*lineHeight + 14
}

// edge opens an edge's group, with its names for the script and the reader. The
// strokes are on the paths inside and not on the group, so that the style sheet
// may colour the group without taking away what tells the types apart.
func (p *painter) edge(l *Layout, e link, class, name string) {
	a, b := &l.order.nodes[e.from], &l.order.nodes[e.to]
	p.printf(`<g class="arete r-%s%s" data-from="%s" data-to="%s"><title>%s — %s — %s</title>`,
		esc(e.typ), class, esc(a.ID), esc(b.ID), esc(a.Title), esc(name), esc(b.Title))
}

// chain draws an edge from row to row, with a point at the newer end.
func (p *painter) chain(l *Layout, e link, chain []*vertex, at bounds) {
	colour := ""
	if l.vivid(e) {
		colour = ` stroke="var(--haie)"`
	}
	s := strokeOf(e.typ)
	p.edge(l, e, "", p.opt.edgeName(e))
	upward := e.from > e.to // from an undated node below
	p.printf(`<path fill="none" %s%s d="`, s.attributes(), colour)
	_, y := at(l, chain[0])
	x := chain[0].x
	if upward {
		y += arrowLength
	}
	p.printf("M%s %s", px(x+l.offset), px(y))
	for k := 1; k < len(chain); k++ {
		v := chain[k]
		top, bottom := at(l, v)
		if k == len(chain)-1 && !upward {
			top -= arrowLength
		}
		middle := px((y + top) / 2)
		p.printf("C%s %s %s %s %s %s", px(x+l.offset), middle, px(v.x+l.offset), middle, px(v.x+l.offset), px(top))
		if k < len(chain)-1 && bottom > top {
			p.printf("V%s", px(bottom))
		}
		x, y = v.x, bottom
	}
	p.printf(`"/>`)
	p.arrow(l, chain, upward, at, colour)
	if e.doubtful {
		a, b := chain[0], chain[len(chain)-1]
		if len(chain) > 2 {
			b = chain[1]
		}
		_, bottom := at(l, a)
		top, _ := at(l, b)
		p.doubt(point{(a.x+b.x)/2 + l.offset, (bottom + top) / 2})
	}
	p.printf("</g>")
}

// arrow draws the point of an edge, a small triangle filled by its own stroke.
func (p *painter) arrow(l *Layout, chain []*vertex, upward bool, at bounds, colour string) {
	last := chain[len(chain)-1]
	tip, _ := at(l, last)
	sign := -1.0
	if upward {
		last, sign = chain[0], 1
		_, tip = at(l, last)
	}
	x := last.x + l.offset
	p.printf(`<path class="pointe" fill="none"%s stroke-width="3" stroke-dasharray="none" stroke-linejoin="round" d="M%s %sH%sL%s %sz"/>`,
		colour, px(x-2.5), px(tip+sign*arrowLength), px(x+2.5), px(x), px(tip+sign*3))
}

const arrowLength = 8

// doubt marks an edge that only one side states.
func (p *painter) doubt(at point) {
	p.printf(`<circle class="doute" cx="%s" cy="%s" r="8" fill="var(--papier)" stroke="var(--trait-fort)" stroke-width="1.4" stroke-dasharray="none"/><text class="s-txt" x="%s" y="%s" font-size="12" font-weight="700" text-anchor="middle" stroke="none">? </text>`,
		px(at.x), px(at.y), px(at.x), px(at.y+4.2))
}

// edgeName names an edge, with what is not sure about it.
func (o SVGOptions) edgeName(e link) string {
	if e.doubtful {
		return o.typeName(e.typ) + " (" + word(o.Lang, "doubtful") + ")"
	}
	return o.typeName(e.typ)
}

// odd draws an edge against time, without direction; a loop is not drawn.
func (p *painter) odd(l *Layout, e link, at bounds) {
	a, b := l.layers.of[e.from], l.layers.of[e.to]
	if a == b {
		return
	}
	if a.layer > b.layer {
		a, b = b, a
	}
	p.edge(l, e, " contre", p.opt.edgeName(e)+", "+word(p.opt.Lang, "contrary"))
	_, y0 := at(l, a)
	y1, bottom := at(l, b)
	bend := (y0 + y1) / 2
	if a.layer == b.layer {
		y1 = bottom
		bend = max(y0, y1) + bandGap/2
	}
	p.printf(`<path fill="none" %s d="M%s %sC%s %s %s %s %s %s"/></g>`, contrary.attributes(), px(a.x+l.offset), px(y0), px(a.x+l.offset), px(bend), px(b.x+l.offset), px(bend), px(b.x+l.offset), px(y1))
}

// card draws a node: a leaf-cornered card with a bar in the colour of its theme.
func (p *painter) card(l *Layout, i int) {
	n, v := &l.order.nodes[i], l.layers.of[i]
	top, bottom := cardBounds(l, v)
	left := v.x + l.offset - cardWidth/2
	p.frame(n, l.lines[i], left, top, bottom, l.near[i])
	p.notes(n, left+cardWidth, top)
}

// frame draws a card with its text.
func (p *painter) frame(n *Node, lines []string, left, top, bottom float64, near nearness) {
	class, fill, line, wide := "noeud", "var(--papier)", "var(--trait-fort)", 1.2
	switch near {
	case focus:
		class, fill, line, wide = "noeud sel", "var(--haie-clair)", "var(--haie)", 2.6
	case ancestor, descendant:
		line, wide = "var(--c,var(--haie))", 1.8
	}
	dash := ""
	if n.Outside != "" {
		class, dash = class+" dehors", ` stroke-dasharray="5 4"`
	}
	p.printf(`<a class="%s %s" data-id="%s"`, class, themeClass(n.Theme), esc(n.ID))
	if n.Href != "" {
		p.printf(` href="%s"`, esc(n.Href))
	}
	if near == focus {
		p.printf(` aria-current="true"`)
	}
	p.printf(`><path class="cadre-n" d="M%s %sh%da11 11 0 0 1 11 11V%sa11 11 0 0 1 -11 11H%sa3 3 0 0 1 -3 -3V%sa11 11 0 0 1 11 -11z" fill="%s" stroke="%s" stroke-width="%v"%s/>`,
		px(left+11), px(top), cardWidth-22, px(bottom-11), px(left+3), px(top+11), fill, line, wide, dash)
	p.printf(`<path d="M%s %sV%s" stroke="var(--c)" stroke-width="5" stroke-linecap="round"/>`, px(left+9.5), px(top+13), px(bottom-13))
	p.cardText(n, lines, left, top, near == focus)
	p.printf("</a>")
}

func (p *painter) cardText(n *Node, lines []string, left, top float64, bold bool) {
	x := left + 21
	date, _ := glyph.Shorten(n.Date, 12.8, (cardWidth-28)/boldSlack)
	p.printf(`<text class="s-date" x="%s" y="%s" font-size="12.8" font-weight="700" fill="var(--c)">%s `, px(x), px(top+21), esc(date))
	about := n.KindName
	if n.Outside != "" {
		about = n.Outside
	}
	if about != "" {
		dot := ""
		if n.Date != "" {
			dot = "· "
		}
		about, _ = glyph.Shorten(dot+about, 12.8, cardWidth-28-glyph.Width(date+" ", 12.8)*boldSlack)
		p.printf(`<tspan font-weight="500" fill="var(--encre-2)">%s </tspan>`, esc(about))
	}
	p.printf("</text>")
	attributes := ""
	if bold {
		attributes = ` font-weight="700"`
	}
	if glyph.RightToLeft(n.Title) {
		attributes += ` direction="rtl"`
		x = left + cardWidth - 9
	}
	for k, line := range lines {
		p.printf(`<text class="s-txt" x="%s" y="%s" font-size="%v"%s>%s </text>`, px(x), px(top+cardHead+float64(k)*lineHeight), titleSize, attributes, esc(line))
	}
	if len(lines) == titleLines {
		p.printf(`<title>%s</title>`, esc(n.Title))
	}
}

// themeClass is the class that sets the colour of a theme.
func themeClass(slug string) string {
	if slug == "" {
		slug = "autre"
	}
	return "c-" + esc(slug)
}
