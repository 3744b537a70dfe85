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
	// Rows have few dots where there is height enough for all of them.
	fewDots, mostRows = 7, 32
)

// Overview draws all the texts of the graph as dots in rows of time, each a
// link with its title, which is beside the dot where there is room.
func (g Graph) Overview(width int, opt SVGOptions) []byte {
	if width <= 0 {
		width = 960
	}
	room := float64(width - labelRoom - sideMargin)
	l := Layout{opt: LayoutOptions{Width: width, Lang: opt.Lang}, order: g.order()}
	titles := make([]string, len(l.order.nodes))
	l.layers = l.order.layered(measure{node: dotSize, gap: dotGap, span: 12 * yearSecs, room: room,
		perRow: min(max(fewDots, len(l.order.nodes)/mostRows), max(4, int(room)/(dotSize+dotGap)/2)),
		spread: func(rows [][]*vertex) {
			for _, row := range rows {
				l.order.titles(row, room, titles)
			}
		}})
	l.near = make([]nearness, len(l.order.nodes))
	l.place(func([]*vertex) float64 { return dotHeight })
	p := &painter{opt: opt}
	p.open("genealogie ensemble", l.width, l.height)
	p.bands(&l, 15)
	for k, e := range l.order.down {
		p.thread(&l, e, l.layers.chains[k])
	}
	for _, e := range l.order.odd {
		p.odd(&l, e, dotBounds)
	}
	for i := range l.order.nodes {
		p.dot(&l, i, titles[i])
	}
	p.printf("</svg>")
	return p.Bytes()
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
// its way allow.
func (p *painter) thread(l *Layout, e link, chain []*vertex) {
	line := l.straight(chain)
	if e.from > e.to { // from an undated node below
		slices.Reverse(line)
	}
	last := len(line) - 1
	tip := line[last]
	line[last] = before(tip, line[last-1], arrowLength)
	p.edge(l, e, "", p.opt.edgeName(e))
	p.printf(`<path fill="none" %s d="M%s %s`, strokeOf(e.typ).attributes(), px(line[0].x), px(line[0].y))
	for i := 1; i < last; i++ {
		a, b := before(line[i], line[i-1], dotHeight/2), before(line[i], line[i+1], dotHeight/2)
		p.printf("L%s %sQ%s %s %s %s", px(a.x), px(a.y), px(line[i].x), px(line[i].y), px(b.x), px(b.y))
	}
	p.printf(`L%s %s"/>`, px(line[last].x), px(line[last].y))
	p.head(line[last], tip)
	if e.doubtful {
		p.doubt(point{(line[0].x + line[1].x) / 2, (line[0].y + line[1].y) / 2})
	}
	p.printf("</g>")
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
	if n.Href != "" {
		p.printf(` href="%s"`, esc(n.Href))
	}
	title := glyph.Isolate(n.Title)
	if n.Date != "" {
		title = n.Date + " — " + title
	}
	x, y := v.x+l.offset, l.bands[v.layer].top+dotHeight/2
	p.printf(`><title>%s</title><circle cx="%s" cy="%s" r="%d" fill="none" pointer-events="all"/><circle class="pt" cx="%s" cy="%s" r="%d" fill="var(--c)" stroke="var(--papier)" stroke-width="1.5"/>`,
		esc(title), px(x), px(y), hitRadius, px(x), px(y), dotSize/2)
	if shown != "" {
		p.printf(`<text class="s-txt" x="%s" y="%s" font-size="%d">%s </text>`, px(x+dotSize/2+titleGap), px(y+4.5), dotTitle, esc(shown))
	}
	p.printf("</a>")
}
