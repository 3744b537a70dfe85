package genealogy

import "codeberg.org/bocage/bocage/internal/glyph"

// Legend writes the relation types that the layout shows, with their strokes,
// as the content of a paragraph of class legende.
func (l Layout) Legend(opt SVGOptions) []byte {
	p := &painter{opt: opt}
	for _, s := range l.samples(opt) {
		p.printf(`<span><svg width="%d" height="%d" aria-hidden="true" focusable="false">`, int(s.width()), int(sampleHeight))
		p.sample(s, 0)
		p.printf(`</svg>%s</span>`, esc(s.name))
	}
	return p.Bytes()
}

// Legend writes the relation types of the graph, see Layout.Legend.
func (g Graph) Legend(opt SVGOptions) []byte { return Layout{order: g.order()}.Legend(opt) }

// LegendDrawing is the legend as a drawing of its own of a width in pixels, for
// files; nil when there is nothing to explain.
func (l Layout) LegendDrawing(width float64, opt SVGOptions) []byte {
	const gap, size, line = 22, 13, 24
	p := &painter{opt: opt}
	x, y := 0.0, 4.0
	for _, s := range l.samples(opt) {
		wide := s.width() + 7 + glyph.Width(s.name, size)*1.06
		if x > 0 && x+wide > width {
			x, y = 0, y+line
		}
		p.printf(`<svg x="%s" y="%s" width="%s" height="%s">`, px(x), px(y), px(s.width()), px(sampleHeight))
		p.sample(s, 0)
		p.printf(`</svg><text class="s-txt2" x="%s" y="%s" font-size="%d">%s </text>`, px(x+s.width()+7), px(y+sampleHeight/2+4.5), size, esc(s.name))
		x += wide + gap
	}
	if p.Len() == 0 {
		return nil
	}
	height := y + line
	out := &painter{opt: opt}
	out.printf(`<svg width="%s" height="%s">%s</svg>`, px(width), px(height), p.String())
	return out.Bytes()
}

// LegendDrawing is Layout.LegendDrawing for the overview.
func (g Graph) LegendDrawing(width float64, opt SVGOptions) []byte {
	return Layout{order: g.order()}.LegendDrawing(width, opt)
}

// sample is one line of the legend; doubt is the mark and no stroke.
type sample struct {
	stroke stroke
	doubt  bool
	name   string
}

const sampleHeight = 20

func (s sample) width() float64 {
	if s.doubt {
		return 20
	}
	return 38
}

func (l Layout) samples(opt SVGOptions) []sample {
	var out []sample
	for _, typ := range l.Types() {
		out = append(out, sample{stroke: strokeOf(typ), name: opt.typeName(typ)})
	}
	if len(l.order.odd) > 0 {
		out = append(out, sample{stroke: contrary, name: word(opt.Lang, "contrary")})
	}
	if l.doubtful() {
		out = append(out, sample{doubt: true, name: word(opt.Lang, "doubtful")})
	}
	return out
}

func (p *painter) sample(s sample, x float64) {
	if s.doubt {
		p.doubt(point{x + 10, 10})
		return
	}
	p.printf(`<path d="M%s 10h34" fill="none" stroke="var(--haie)" %s/>`, px(x+2), s.stroke.attributes())
}
