package genealogy

const (
	dotSize   = 12
	dotGap    = 12
	dotHeight = 46
)

// Overview draws all the texts of the graph as dots in rows of time, each a
// link with its title.
func (g Graph) Overview(width int, opt SVGOptions) []byte {
	if width <= 0 {
		width = 960
	}
	l := Layout{opt: LayoutOptions{Width: width, Lang: opt.Lang}, order: g.order()}
	l.layers = l.order.layered(measure{node: dotSize, gap: dotGap, perRow: max(4, (width-labelRoom)/(dotSize+dotGap)/2), span: 12 * yearSecs})
	l.near = make([]nearness, len(l.order.nodes))
	l.place(func([]*vertex) float64 { return dotHeight })
	p := &painter{opt: opt}
	p.open("genealogie ensemble", l.width, l.height)
	p.bands(&l, 15)
	for k, e := range l.order.down {
		p.chain(&l, e, l.layers.chains[k], dotBounds)
	}
	for _, e := range l.order.odd {
		p.odd(&l, e, dotBounds)
	}
	for i := range l.order.nodes {
		p.dot(&l, i)
	}
	p.printf("</svg>")
	return p.Bytes()
}

func dotBounds(l *Layout, v *vertex) (top, bottom float64) {
	middle := l.bands[v.layer].top + dotHeight/2
	if v.node < 0 {
		return middle, middle
	}
	return middle - dotSize/2, middle + dotSize/2
}

func (p *painter) dot(l *Layout, i int) {
	n, v := &l.order.nodes[i], l.layers.of[i]
	p.printf(`<a class="noeud point %s" data-id="%s"`, themeClass(n.Theme), esc(n.ID))
	if n.Href != "" {
		p.printf(` href="%s"`, esc(n.Href))
	}
	title := n.Title
	if n.Date != "" {
		title = n.Date + " — " + title
	}
	p.printf(`><title>%s</title><circle class="pt" cx="%s" cy="%s" r="%d" fill="var(--c)" stroke="var(--papier)" stroke-width="1.5"/></a>`,
		esc(title), px(v.x+l.offset), px(l.bands[v.layer].top+dotHeight/2), dotSize/2)
}
