package chronicle

import (
	"codeberg.org/bocage/bocage/internal/glyph"
)

// Era is a named stretch of history, drawn as a band under the axis.
type Era struct {
	Span
	Name string
}

const (
	eraHeight = 26
	eraSize   = 12.5
	// eraLeast is the width of the narrowest era that is drawn.
	eraLeast = 3
	// maxEraRows bounds the band: eras that overlap are in rows of their own.
	maxEraRows = 3
)

// placedEra is an era with its place.
type placedEra struct {
	Era
	row   int
	x, wd float64
}

// placeEras puts the eras of the window into rows, those that come first in the
// list in the first; rows is how many there are.
func placeEras(w *Window, eras []Era) (placed []placedEra, rows int) {
	var taken rowsOfEras
	for _, e := range eras {
		if e.To <= w.From || e.From >= w.To {
			continue
		}
		x := w.x(max(e.From, w.From))
		wide := w.x(min(e.To, w.To)) - x
		if wide < eraLeast {
			continue
		}
		row, ok := taken.put(e.Span)
		if !ok {
			continue
		}
		placed = append(placed, placedEra{Era: e, row: row, x: x, wd: wide})
	}
	return placed, len(taken)
}

type rowsOfEras [][]Span

func (r *rowsOfEras) put(s Span) (row int, ok bool) {
	for row = range *r {
		free := true
		for _, t := range (*r)[row] {
			free = free && (s.To <= t.From || s.From >= t.To)
		}
		if free {
			(*r)[row] = append((*r)[row], s)
			return row, true
		}
	}
	if len(*r) == maxEraRows {
		return 0, false
	}
	*r = append(*r, []Span{s})
	return len(*r) - 1, true
}

// eras draws the band; each era is a link to its own window.
func (p *painter) eras(w Window, placed []placedEra) {
	for _, e := range placed {
		y := headHeight + e.row*eraHeight
		if p.opt.WindowHref != nil {
			p.printf(`<a class="ere" href="%s">`, glyph.Escape(p.opt.WindowHref(e.From, e.To)))
		} else {
			p.printf(`<g class="ere">`)
		}
		p.printf(`<title>%s</title><rect class="s-ere" x="%s" y="%d" width="%s" height="%d" rx="3"/>`,
			glyph.Escape(glyph.Isolate(e.Name)+p.eraYears(e)), glyph.Pixels(e.x+1), y, glyph.Pixels(max(1, e.wd-2)), eraHeight-3)
		if name, wide := glyph.Shorten(e.Name, eraSize, e.wd-14); name != "" && wide <= e.wd-10 && len([]rune(name)) > 3 {
			p.printf(`<text class="s-txt2" x="%s" y="%d" font-size="%v">%s </text>`, glyph.Pixels(e.x+8), y+16, eraSize, glyph.Escape(name))
		}
		if p.opt.WindowHref != nil {
			p.printf(`</a>`)
		} else {
			p.printf(`</g>`)
		}
	}
}

func (p *painter) eraYears(e placedEra) string {
	return ", " + yearName(utc(e.From).Year()) + "–" + yearName(utc(e.To-1).Year())
}
