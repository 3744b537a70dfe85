package chronicle

import (
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/glyph"
)

const (
	dotRadius  = 5
	labelGap   = 8
	minBar     = 12 // a shorter bar is drawn as a dot
	maxLabel   = 240
	barPadding = 9
	// openFade is over how many pixels an interval without a known end fades.
	openFade = 48
)

// soft is where a date may have been, in seconds: how far beyond its bounds it
// reaches, and how much of what is within them is not for sure.
type soft struct{ before, after, start, end int64 }

// softness turns how well dates are known into lengths. A single date that is
// known to the year happened somewhere in that year: it fades from its middle to
// both ends. An interval fades over the precision of each end. An approximate
// date reaches as far again beyond its bounds as it is precise.
func softness(form directory.DateForm, from, to int64) soft {
	var s soft
	start, end := form.Start().Seconds(), form.End().Seconds()
	if form.ApproximateStart() {
		s.before = max(start, day)
	}
	if !form.Interval() {
		if form.ApproximateStart() {
			s.after = s.before
		}
		if form.Vague() {
			half := (to - from) / 2
			s.start, s.end = half+s.before, half+s.after
		}
		return s
	}
	if form.ApproximateEnd() {
		s.after = max(end, day)
	}
	if form.Start() < directory.PrecisionDay || form.ApproximateStart() {
		s.start = start + s.before
	}
	if form.End() < directory.PrecisionDay || form.ApproximateEnd() {
		s.end = end + s.after
	}
	// The ends of a short interval do not run into each other.
	if whole := to - from + s.before + s.after; s.start+s.end > whole {
		s.start = whole * s.start / (s.start + s.end)
		s.end = whole - s.start
	}
	return s
}

// item places an interval and its label, and returns the room that it takes.
func (p *picker) item(q pick) (it Item, from, to float64) {
	t, i := q.table, q.at
	it = Item{Num: int64(t.num[i]), Name: p.nameOf(t, i), From: t.from[i], To: t.to[i], Kind: t.kind(int(i)), Theme: t.theme(int(i)),
		Form: t.form[i], Vague: t.form[i].Vague(), Series: t.series[i]}
	it.Label, it.LabelW = glyph.Shorten(it.Name, labelSize, min(maxLabel, float64(p.opt.Width)/2))
	p.bar(&it)
	from, to = it.X, it.X+it.W
	if it.W == 0 {
		from, to = it.X-dotRadius, it.X+dotRadius
	}
	from, to = p.label(&it, from, to)
	return it, from, to
}

// nameOf is the interval's name: its own, else the owner's for its number.
func (p *picker) nameOf(t *table, i int32) string {
	if name := t.nameOf(int(i)); name != "" || p.names == nil {
		return name
	}
	return p.names(int64(t.num[i]))
}

// bar places the bar of an item, or its dot.
func (p *picker) bar(it *Item) {
	s := softness(it.Form, it.From, it.To)
	first, last := it.From-s.before, max(it.To, it.From)+s.after
	left, right := p.w.x(max(first, p.w.From)), p.w.x(min(last, p.w.To))
	it.X, it.W = left, right-left
	if it.W < minBar {
		it.W = 0
		if it.Vague { // its middle: the start would be a date that nobody knows
			it.X = p.w.x(min(max((first+last)/2, p.w.From), p.w.To))
		}
		return
	}
	if s.start > 0 {
		it.SoftStart = max(0, min(it.W, p.w.x(first+s.start)-left))
	}
	if s.end > 0 {
		it.SoftEnd = max(0, min(it.W-it.SoftStart, right-p.w.x(last-s.end)))
	}
	it.CutStart, it.CutEnd = first < p.w.From, last > p.w.To
	if it.Form.OpenStart() {
		it.SoftStart, it.CutStart = min(openFade, it.W/2), false
	}
	if it.Form.OpenEnd() {
		it.CutEnd = false
		it.SoftEnd = min(openFade, it.W-it.SoftStart)
		if now := p.opt.Now; now > it.From && p.w.Today >= 0 { // what is to come is not known
			it.SoftEnd = max(it.SoftEnd, min(right-p.w.Today, it.W-it.SoftStart))
		}
	}
}

// sure is the stretch of a bar on which a label can be read.
func (it *Item) sure() (from, wide float64) {
	if it.Form.Uncertain() {
		return it.X, 0 // it is hatched
	}
	return it.X + it.SoftStart, it.W - it.SoftStart - it.SoftEnd
}

// label places an item's label: on its bar, after it, before it when the edge
// or the line of today is in the way, and returns the room of both.
func (p *picker) label(it *Item, from, to float64) (float64, float64) {
	edge := float64(p.opt.Width) - rightMargin/2
	wide := it.LabelW * labelSlack
	after, before := to+labelGap, from-labelGap-it.LabelW
	fits, room := after+wide <= edge, from-labelGap-wide >= p.w.X0
	sure, length := it.sure()
	switch {
	case length >= it.LabelW+2*barPadding:
		it.Inside = true
		it.LabelX = sure + barPadding
	case fits && !(room && p.crossed(after, wide) && !p.crossed(before, it.LabelW)):
		it.LabelX = after
		to = after + wide
	case room:
		it.LabelX = before
		from -= labelGap + wide
	default: // on the bar, which is long, or the drawing is narrow
		it.LabelX = max(p.w.X0, min(it.X+barPadding, edge-wide))
		from, to = min(from, it.LabelX), max(to, it.LabelX+wide)
	}
	it.Crossed = !it.Inside && (it.LabelX < it.X+it.W && it.LabelX+wide > it.X || p.crossed(it.LabelX, wide))
	return from, to
}

// labelSlack is how much wider than estimated a label may be, in an unlucky font.
const labelSlack = 1.06

// crossed says whether the line of today goes through a label.
func (p *picker) crossed(x, wide float64) bool {
	return p.w.Today >= 0 && x-4 < p.w.Today && x+wide+4 > p.w.Today
}
