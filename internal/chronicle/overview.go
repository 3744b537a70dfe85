package chronicle

import (
	"fmt"
	"slices"

	"codeberg.org/bocage/bocage/internal/glyph"
)

const (
	overviewHeight = 86
	overviewBase   = 58
	overviewMargin = 8
	// overviewStretch is the least width of a link of the strip.
	overviewStretch = 90
)

// OverviewSVG draws the density of a whole span with the window on it. Each
// stretch between ticks is a link to a window when opt.WindowHref is set. The
// script hides that window and puts its own, with handles, in its place.
func OverviewSVG(all Span, bins []int, window Span, width int, opt SVGOptions) []byte {
	p := &painter{opt: opt}
	all, window = all.tidy(), window.tidy()
	if width <= 0 {
		width = 1376
	}
	width = min(max(width, 240), 8000)
	w := Window{From: all.From, To: all.To, Width: width, X0: overviewMargin}
	id := opt.ID
	if id == "" {
		id = "apercu"
	}
	p.printf(`<svg class="densite" width="%d" height="%d" viewBox="0 0 %d %d" preserveAspectRatio="none" role="group" aria-labelledby="%s-t" data-x0="%s" data-x1="%s">`,
		width, overviewHeight, width, overviewHeight, glyph.Escape(id), glyph.Pixels(w.X0), glyph.Pixels(float64(width-rightMargin)))
	p.printf(`<title id="%s-t">%s</title><rect class="s-bande" width="%d" height="%d"/>`, glyph.Escape(id), glyph.Escape(opt.Title), width, overviewHeight)
	p.bars(w, bins, window)
	p.printf(`<line class="s-trait" x1="0" x2="%d" y1="%d" y2="%d"/>`, width, overviewBase+1, overviewBase+1)
	p.stretches(w, all)
	from, to := w.x(max(all.From, min(window.From, all.To))), w.x(max(all.From, min(window.To, all.To)))
	p.printf(`<rect class="fenetre sans-js" x="%s" y="3" width="%s" height="80" rx="6" fill="var(--haie)" fill-opacity=".07" stroke="var(--haie)" stroke-width="2.5" pointer-events="none"/></svg>`,
		glyph.Pixels(from), glyph.Pixels(max(4, to-from)))
	return p.Bytes()
}

// bars draws at most one bar for six pixels.
func (p *painter) bars(w Window, bins []int, window Span) {
	if len(bins) == 0 {
		return
	}
	n := min(len(bins), (w.Width-overviewMargin-rightMargin)/6)
	sums := make([]int, n)
	for i, c := range bins {
		sums[i*n/len(bins)] += c
	}
	most := max(1, slices.Max(sums))
	wide := (float64(w.Width) - w.X0 - rightMargin) / float64(n)
	length := float64(w.To - w.From)
	for i, c := range sums {
		if c == 0 {
			continue
		}
		class, fill := "b", "var(--trait-fort)"
		middle := w.From + int64(length*(float64(i)+0.5)/float64(n))
		if middle >= window.From && middle < window.To {
			class, fill = "b s", "var(--haie)"
		}
		tall := max(2, float64(c)/float64(most)*(overviewBase-14))
		p.printf(`<rect class="%s" fill="%s" x="%s" y="%s" width="%s" height="%s" rx="1.5"/>`, class, fill, glyph.Pixels(w.X0+float64(i)*wide), glyph.Pixels(overviewBase-tall), glyph.Pixels(max(1, wide-2)), glyph.Pixels(tall))
	}
}

// stretches writes the years under the bars, as links.
func (p *painter) stretches(w Window, all Span) {
	st := stepFor(all, float64(w.Width)*112/overviewStretch/1.2)
	last := -1e9
	for k := st.floor(all.From); ; k++ {
		from, to := max(st.at(k), all.From), st.at(k+1)
		if from >= all.To {
			return
		}
		x0, x1 := w.x(from), w.x(min(to, all.To))
		label := p.shortLabel(st, st.at(k))
		show := st.at(k) >= all.From && x0-last > glyph.Width(label, 13)+16
		if p.opt.WindowHref != nil {
			p.printf(`<a class="pas" href="%s"><title>%s</title><rect x="%s" y="0" width="%s" height="%d" fill="none" pointer-events="all"/>`,
				glyph.Escape(p.opt.WindowHref(from, to)), glyph.Escape(fmt.Sprintf("%s – %s", p.shortLabel(st, st.at(k)), p.shortLabel(st, to))), glyph.Pixels(x0), glyph.Pixels(x1-x0), overviewHeight)
		}
		if show {
			p.printf(`<text class="s-txt2" x="%s" y="78" font-size="13">%s </text>`, glyph.Pixels(x0+2), glyph.Escape(label))
			last = x0
		}
		if p.opt.WindowHref != nil {
			p.printf("</a>")
		}
	}
}

// shortLabel is the year where the axis would name a decade or a century.
func (p *painter) shortLabel(st step, at int64) string {
	if st.years > 0 {
		return yearName(utc(at).Year())
	}
	return st.label(at, p.opt.Lang)
}
