package genealogy

import (
	"math"
	"slices"

	"codeberg.org/bocage/bocage/internal/glyph"
)

const (
	dotSize   = 12
	dotGap    = 12
	dotHeight = 46
	// hitRadius makes a dot a target of 24 pixels (WCAG 2.2, 2.5.8).
	hitRadius = 12
	// dotTitle is the size of the title beside a dot; titles shorter than
	// leastTitle would say nothing, longer than mostTitle are shortened.
	dotTitle              = 13
	leastTitle, mostTitle = 64, 230
	titleGap              = 5
	paleRadius            = 3.5
	// Rows have few dots where there is height enough for all of them.
	fewDots, mostRows = 7, 32
)

// Dots is where the texts of a graph stand as dots in rows of time. It does not
// change once it is made: any number of goroutines may draw from it.
type Dots struct {
	layout Layout
	titles []string // beside the dots, "" where there is no room
}

// Dots places all the texts of the graph; lang is "fr" or "en".
func (g Graph) Dots(width int, lang string) *Dots {
	if width <= 0 {
		width = 960
	}
	room := float64(width - labelRoom - sideMargin)
	d := &Dots{layout: Layout{opt: LayoutOptions{Width: width, Lang: lang}, order: g.order()}}
	l := &d.layout
	d.titles = make([]string, len(l.order.nodes))
	l.layers = l.order.layered(measure{node: dotSize, gap: dotGap, span: 12 * yearSecs, room: room,
		perRow: min(max(fewDots, len(l.order.nodes)/mostRows), max(4, int(room)/(dotSize+dotGap)/2)),
		spread: func(rows [][]*vertex) {
			for _, row := range rows {
				l.order.titles(row, room, d.titles)
			}
		}})
	l.near = make([]nearness, len(l.order.nodes))
	l.place(func([]*vertex) float64 { return dotHeight })
	return d
}

// Overview draws all the texts of the graph as dots in rows of time, each a
// link with its title, which is beside the dot where there is room.
func (g Graph) Overview(width int, opt SVGOptions) []byte {
	return g.Dots(width, opt.Lang).SVG(nil, opt)
}

// SVG draws the texts of the IDs in only, nil for all. Each stands where it stands
// among all of them, and the others are left as pale dots without a link, so that
// people who filter keep their bearings.
func (d *Dots) SVG(only map[string]bool, opt SVGOptions) []byte {
	l, p := &d.layout, &painter{opt: opt}
	pale := func(node int) bool { return only != nil && !only[l.order.nodes[node].ID] }
	titles := d.titles
	if only != nil {
		titles = d.titlesOf(pale)
		p.over = " bord" // over pale lines and dots
		p.first = p.opt.FirstID
	}
	p.open("genealogie ensemble", l.width, l.height)
	p.bands(l, 15)
	for _, wantPale := range [...]bool{true, false} { // pale ones below
		for k, e := range l.order.down {
			if (pale(e.from) || pale(e.to)) == wantPale {
				p.thread(l, e, l.layers.chains[k], wantPale)
			}
		}
	}
	for _, e := range l.order.odd {
		if !pale(e.from) && !pale(e.to) {
			p.odd(l, e, dotBounds)
		}
	}
	for _, wantPale := range [...]bool{true, false} {
		for i := range l.order.nodes {
			switch {
			case pale(i) != wantPale:
			case wantPale:
				p.paleDot(l, i)
			default:
				p.dot(l, i, titles[i])
			}
		}
	}
	p.printf("</svg>")
	return p.Bytes()
}

// Cycles lists the edges that contradict time or close a circle.
func (d *Dots) Cycles() []Edge { return d.layout.Cycles() }

// titlesOf are the titles of the nodes that are not pale: each has the room up to
// the next of them, over the pale ones between.
func (d *Dots) titlesOf(pale func(node int) bool) []string {
	out := make([]string, len(d.titles))
	for _, row := range d.layout.layers.rows {
		next := d.layout.width - d.layout.offset - sideMargin
		for _, v := range slices.Backward(row) {
			if v.node < 0 || pale(v.node) {
				continue
			}
			if most := next - v.x - dotSize/2 - titleGap; most >= leastTitle {
				out[v.node], _ = glyph.Shorten(d.layout.order.nodes[v.node].Title, dotTitle, min(most/1.06, mostTitle))
			}
			next = v.x - dotSize/2 - dotGap
		}
	}
	return out
}

// paleDot is a text that is not chosen: a mark of where it stands, with its name for
// the pointer.
func (p *painter) paleDot(l *Layout, i int) {
	n, v := &l.order.nodes[i], l.layers.of[i]
	p.printf(`<g class="hors"><title>%s</title><circle cx="%s" cy="%s" r="%v" fill="var(--papier)" stroke="var(--trait-fort)" stroke-width="1"/></g>`,
		esc(n.named()), px(v.x+l.offset), px(l.bands[v.layer].top+dotHeight/2), paleRadius)
}

// named is the date and the title of a node.
func (n *Node) named() string {
	if n.Date == "" {
		return glyph.Isolate(n.Title)
	}
	return n.Date + " — " + glyph.Isolate(n.Title)
}

// titles shortens the titles of a row's nodes to the room that there is, the
// same for each, and keeps that room; without enough room there are none.
func (o *ordered) titles(row []*vertex, room float64, out []string) {
	nodes := 0
	for _, v := range row {
		if v.node >= 0 {
			nodes++
		}
	}
	bends := len(row) - nodes
	if nodes == 0 {
		return
	}
	most := (room-float64(bends*(bendWidth+bendGap)))/float64(nodes) - dotSize - dotGap - titleGap
	if most < leastTitle {
		return
	}
	for _, v := range row {
		if v.node >= 0 {
			line, wide := glyph.Shorten(o.nodes[v.node].Title, dotTitle, min(most/1.06, mostTitle))
			out[v.node], v.after = line, titleGap+wide*1.06
		}
	}
}

func dotBounds(l *Layout, v *vertex) (top, bottom float64) {
	middle := l.bands[v.layer].top + dotHeight/2
	if v.node < 0 {
		return middle, middle
	}
	return middle - dotSize/2, middle + dotSize/2
}

// point is a place in the drawing.
type point struct{ x, y float64 }

// thread draws an edge between dots, as straight as the dots and titles beside
// its way allow; pale, it is a thin line without a name.
func (p *painter) thread(l *Layout, e link, chain []*vertex, pale bool) {
	line := l.straight(chain)
	if e.from > e.to { // from an undated node below
		slices.Reverse(line)
	}
	last := len(line) - 1
	tip := line[last]
	if pale {
		p.printf(`<path class="s-trait" fill="none" d="M%s %s`, px(line[0].x), px(line[0].y))
		p.bent(line)
		p.printf(`"/>`)
		return
	}
	line[last] = before(tip, line[last-1], arrowLength)
	p.edge(l, e, "", p.opt.edgeName(e))
	p.printf(`<path fill="none" %s d="M%s %s`, strokeOf(e.typ).attributes(), px(line[0].x), px(line[0].y))
	p.bent(line)
	p.printf(`"/>`)
	p.head(line[last], tip)
	if e.doubtful {
		p.doubt(point{(line[0].x + line[1].x) / 2, (line[0].y + line[1].y) / 2})
	}
	p.printf("</g>")
}

// bent goes along a line from its first point, around the bends.
func (p *painter) bent(line []point) {
	last := len(line) - 1
	for i := 1; i < last; i++ {
		a, b := before(line[i], line[i-1], dotHeight/2), before(line[i], line[i+1], dotHeight/2)
		p.printf("L%s %sQ%s %s %s %s", px(a.x), px(a.y), px(line[i].x), px(line[i].y), px(b.x), px(b.y))
	}
	p.printf("L%s %s", px(line[last].x), px(line[last].y))
}

// head draws the point of an edge from a to its tip, filled by its own stroke.
func (p *painter) head(a, tip point) {
	length := max(1, math.Hypot(tip.x-a.x, tip.y-a.y))
	dx, dy := (tip.x-a.x)/length, (tip.y-a.y)/length
	const half, stop = 2.5, 3
	p.printf(`<path class="pointe" fill="none" stroke-width="3" stroke-dasharray="none" stroke-linejoin="round" d="M%s %sL%s %sL%s %sz"/>`,
		px(a.x-dy*half), px(a.y+dx*half), px(a.x+dy*half), px(a.y-dx*half), px(tip.x-dx*stop), px(tip.y-dy*stop))
}

// before is the point so many pixels before the end of a stretch, at most half-way.
func before(end, from point, pixels float64) point {
	share := min(0.5, pixels/max(1, math.Hypot(end.x-from.x, end.y-from.y)))
	return point{end.x + (from.x-end.x)*share, end.y + (from.y-end.y)*share}
}

// straight leaves out the bends of a chain that a straight line can do without.
func (l *Layout) straight(chain []*vertex) []point {
	at := func(k int) point {
		top, bottom := dotBounds(l, chain[k])
		y := top
		if k == 0 {
			y = bottom
		}
		return point{chain[k].x + l.offset, y}
	}
	out := []point{at(0)}
	for from := 0; from < len(chain)-1; {
		to := len(chain) - 1
		for ; to > from+1; to-- {
			if l.clear(chain[from+1:to], out[len(out)-1], at(to)) {
				break
			}
		}
		out = append(out, at(to))
		from = to
	}
	return out
}

// clear says whether a straight line passes all bends between their neighbours.
func (l *Layout) clear(bends []*vertex, a, b point) bool {
	return !slices.ContainsFunc(bends, func(v *vertex) bool {
		_, y := dotBounds(l, v)
		x := a.x + (b.x-a.x)*(y-a.y)/(b.y-a.y) - l.offset
		row := l.layers.rows[v.layer]
		if v.index > 0 {
			if n := row[v.index-1]; x < l.limit(n, v, n.x+n.width/2+n.after) {
				return true
			}
		}
		if v.index < len(row)-1 {
			if n := row[v.index+1]; x > l.limit(n, v, n.x-n.width/2) {
				return true
			}
		}
		return false
	})
}

// limit is how near to a neighbour an edge may pass: half-way to another edge,
// and not so as to touch a dot or a title.
func (l *Layout) limit(n, v *vertex, side float64) float64 {
	if n.node < 0 {
		return (n.x + v.x) / 2
	}
	const least = 5
	if side < v.x {
		return min(side+least, v.x)
	}
	return max(side-least, v.x)
}

func (p *painter) dot(l *Layout, i int, shown string) {
	n, v := &l.order.nodes[i], l.layers.of[i]
	p.printf(`<a class="noeud point %s" data-id="%s"`, themeClass(n.Theme), esc(n.ID))
	if p.first != "" {
		p.printf(` id="%s"`, esc(p.first))
		p.first = ""
	}
	if n.Href != "" {
		p.printf(` href="%s"`, esc(n.Href))
	}
	x, y := v.x+l.offset, l.bands[v.layer].top+dotHeight/2
	p.printf(`><title>%s</title><circle cx="%s" cy="%s" r="%d" fill="none" pointer-events="all"/><circle class="pt" cx="%s" cy="%s" r="%d" fill="var(--c)" stroke="var(--papier)" stroke-width="1.5"/>`,
		esc(n.named()), px(x), px(y), hitRadius, px(x), px(y), dotSize/2)
	if shown != "" {
		p.printf(`<text class="s-txt%s" x="%s" y="%s" font-size="%d">%s </text>`, p.over, px(x+dotSize/2+titleGap), px(y+4.5), dotTitle, esc(shown))
	}
	p.printf("</a>")
}
