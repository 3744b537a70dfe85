package genealogy

import (
	"slices"

	"codeberg.org/bocage/bocage/internal/glyph"
)

// Star is one entry with its neighbours, in groups by relation.
type Star struct {
	Focus  Node
	Groups []StarGroup
}

// StarGroup is the neighbours by one relation.
type StarGroup struct {
	// Type is the relation type; Inverse says that the neighbours state it.
	Type    string
	Inverse bool
	// Title says the relation from the focus's side: "Has as a member".
	Title string
	Nodes []StarNode
	// More says how many there are besides, "" for none; MoreHref leads to them.
	More, MoreHref string
}

// StarNode is a neighbour.
type StarNode struct {
	Node
	Unconfirmed bool
}

const (
	starLabel = 148 // room for the titles of the groups
	starDrop  = 30  // from the bus to the cards below it
	starGap   = 16
	trunkX    = starLabel + 2
	starText  = 13.5
)

// starRow is a row of cards of one group.
type starRow struct {
	group  *StarGroup
	first  bool // of its group
	last   bool
	nodes  []*StarNode
	lines  [][]string
	top    float64
	height float64
}

// SVG draws the star: the focus on top, below it a band for each group, whose cards
// hang on the trunk by lines of the relation's stroke. A card is as wide as those of
// a lineage; width is how wide the drawing may become.
func (s Star) SVG(width int, opt SVGOptions) []byte {
	p := &painter{opt: opt}
	focusLines := glyph.Wrap(s.Focus.Title, titleSize*1.06, cardWidth-30, titleLines)
	focusHeight := cardHead + float64(max(2, len(focusLines))-1)*lineHeight + 14
	rows, wide := s.rows(float64(width))
	y := 14 + focusHeight + 18
	for i := range rows {
		rows[i].top = y
		y += rows[i].height
	}
	full := max(wide, trunkX+cardWidth+sideMargin)
	p.open("voisinage", full, y+6)
	for i, r := range rows {
		if i == 0 || r.first {
			s.band(p, rows[i:], full)
		}
	}
	if n := len(rows); n > 0 {
		p.printf(`<path class="tronc" fill="none" stroke="var(--trait-fort)" stroke-width="1.6" d="M%s %sV%s"/>`, px(trunkX+14), px(14+focusHeight), px(rows[n-1].top+14))
	}
	for i := range rows {
		p.starRow(&s, &rows[i])
	}
	p.frame(&s.Focus, focusLines, trunkX, 14, 14+focusHeight, focus)
	p.printf("</svg>")
	return p.Bytes()
}

// rows breaks the groups into rows of cards, and says how wide the widest is.
func (s Star) rows(width float64) ([]starRow, float64) {
	var out []starRow
	wide := 0.0
	for g := range s.Groups {
		group := &s.Groups[g]
		each := cardWidth + float64(starGap)
		if slices.ContainsFunc(group.Nodes, func(n StarNode) bool { return len(n.Notes) > 0 }) {
			each += noteReach + noteWidth
		}
		perRow := max(1, int((width-trunkX-32-sideMargin)/each))
		for from := 0; from < len(group.Nodes); from += perRow {
			to := min(from+perRow, len(group.Nodes))
			r := starRow{group: group, first: from == 0, last: to == len(group.Nodes)}
			tall := 0.0
			for i := from; i < to; i++ {
				n := &group.Nodes[i]
				lines := glyph.Wrap(n.Title, titleSize, cardWidth-30, titleLines)
				r.nodes, r.lines = append(r.nodes, n), append(r.lines, lines)
				tall = max(tall, cardHead+float64(max(2, len(lines))-1)*lineHeight+14, notesHeight(len(n.Notes)))
			}
			r.height = starDrop + 14 + tall + 14
			if r.last && group.More != "" {
				r.height += 22
			}
			wide = max(wide, trunkX+32+float64(len(r.nodes))*each+sideMargin)
			out = append(out, r)
		}
	}
	return out, wide
}

// band draws the ground and the title of the group of the first row.
func (s Star) band(p *painter, rows []starRow, width float64) {
	height := 0.0
	for i, r := range rows {
		if i > 0 && r.first {
			break
		}
		height += r.height
	}
	r := rows[0]
	if slices.IndexFunc(s.Groups, func(g StarGroup) bool { return g.Type == r.group.Type && g.Inverse == r.group.Inverse })%2 == 0 {
		p.printf(`<rect class="s-bande" y="%s" width="%s" height="%s"/>`, px(r.top), px(width), px(height))
	}
	for i, line := range glyph.Wrap(r.group.Title, starText, starLabel-30, 4) {
		p.printf(`<text class="s-txt" x="%d" y="%s" font-size="%v" font-weight="700">%s </text>`, sideMargin, px(r.top+20+float64(i)*18), starText, esc(line))
	}
}

// starRow draws the cards of a row and the lines to the trunk.
func (p *painter) starRow(s *Star, r *starRow) {
	bus := r.top + 14
	each := cardWidth + float64(starGap)
	if slices.ContainsFunc(r.group.Nodes, func(n StarNode) bool { return len(n.Notes) > 0 }) {
		each += noteReach + noteWidth
	}
	top := bus + starDrop
	stroke := strokeOf(r.group.Type).attributes()
	for i, n := range r.nodes {
		left := trunkX + 32 + float64(i)*each
		x := left + cardWidth/2
		name := p.opt.typeName(r.group.Type)
		from, to := &s.Focus, &n.Node
		if r.group.Inverse {
			from, to = to, from
		}
		if n.Unconfirmed {
			name += " (" + word(p.opt.Lang, "doubtful") + ")"
		}
		p.printf(`<g class="arete r-%s" data-from="%s" data-to="%s"><title>%s — %s — %s</title>`, esc(r.group.Type), esc(from.ID), esc(to.ID), esc(from.Title), esc(name), esc(to.Title))
		p.printf(`<path fill="none" stroke="var(--haie)" %s d="M%s %sH%sV%s"/>`, stroke, px(trunkX+14), px(bus), px(x), px(top-arrowLength))
		tip, sign := top, -1.0
		if r.group.Inverse { // it points to the focus
			tip, sign = bus+6, 1
		}
		p.printf(`<path class="pointe" fill="none" stroke="var(--haie)" stroke-width="3" stroke-dasharray="none" stroke-linejoin="round" d="M%s %sH%sL%s %sz"/>`,
			px(x-2.5), px(tip+sign*arrowLength), px(x+2.5), px(x), px(tip+sign*3))
		if n.Unconfirmed {
			p.doubt(point{x + 14, top - 13})
		}
		p.printf("</g>")
	}
	for i, n := range r.nodes {
		left := trunkX + 32 + float64(i)*each
		bottom := top + cardHead + float64(max(2, len(r.lines[i]))-1)*lineHeight + 14
		p.frame(&n.Node, r.lines[i], left, top, bottom, elsewhere)
		p.notes(&n.Node, left+cardWidth, top)
	}
	if r.last && r.group.More != "" {
		p.printf(`<a class="noeud" href="%s"><text class="s-txt" x="%d" y="%s" font-size="%v" text-decoration="underline">%s </text></a>`,
			esc(r.group.MoreHref), trunkX+32, px(r.top+r.height-10), starText, esc(r.group.More))
	}
}

// Legend writes the relation types of the star, as the content of a paragraph of
// class legende.
func (s Star) Legend(opt SVGOptions) []byte { return s.layout().Legend(opt) }

// LegendDrawing is the legend as a drawing of its own.
func (s Star) LegendDrawing(width float64, opt SVGOptions) []byte {
	return s.layout().LegendDrawing(width, opt)
}

// layout is what a legend has to know of the star.
func (s Star) layout() Layout {
	var l Layout
	for _, g := range s.Groups {
		l.order.down = append(l.order.down, link{typ: g.Type, doubtful: slices.ContainsFunc(g.Nodes, func(n StarNode) bool { return n.Unconfirmed })})
		for _, n := range g.Nodes {
			l.order.nodes = append(l.order.nodes, n.Node)
		}
	}
	return l
}
