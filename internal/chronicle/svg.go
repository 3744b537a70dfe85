package chronicle

import (
	"bytes"
	"fmt"
	"strconv"

	"codeberg.org/bocage/bocage/internal/glyph"
)

// SVGOptions are what the drawing needs to know of the page.
type SVGOptions struct {
	// Title is the accessible name of the drawing, Lang "fr" or "en".
	Title, Lang string
	// ID makes the ids of this drawing its own; "frise" when empty.
	ID string
	// Href gives the address of an entry's page.
	Href func(num int64) string
	// WindowHref gives the address of the timeline at another window; nil draws
	// the rest without links.
	WindowHref func(from, to int64) string
	// ThemeSlug is the class of a root theme (0 to 7, or NoTheme).
	ThemeSlug func(theme int8) string
	// Lane says how a swim-lane is named and marked; nil names none.
	Lane func(g Group) Lane
	// When writes an interval's time in words; nil writes years.
	When func(item Item) string
	// Eras are drawn under the axis.
	Eras []Era
}

// Lane is what is written beside a swim-lane. Slug is the class of its badge and
// Icon the address of the badge's symbol, "" for no badge; Href is where its name
// leads, "" is no link.
type Lane struct{ Name, Slug, Icon, Href string }

const (
	// labelSize is the font size of labels in pixels.
	labelSize    = 13.5
	headHeight   = 58
	rowHeight    = 34
	groupPadding = 14
	nameHeight   = 30
)

// SVG draws a window: swim-lanes, ticks, items as links, the rest as counts.
// The bytes are escaped and safe to print in a page with a strict CSP: they
// have classes and presentation attributes only.
func SVG(w Window, opt SVGOptions) []byte {
	p := &painter{opt: opt, id: opt.ID}
	if p.id == "" {
		p.id = "frise"
	}
	p.id = glyph.Escape(p.id)
	eras, rows := placeEras(&w, opt.Eras)
	p.top = headHeight + rows*eraHeight
	tops, height := p.layout(w)
	p.printf(`<svg class="frise" width="%d" height="%d" viewBox="0 0 %d %d" role="group" aria-labelledby="%s-t" data-x0="%s" data-x1="%s">`,
		w.Width, height, w.Width, height, p.id, glyph.Pixels(w.X0), glyph.Pixels(float64(w.Width-rightMargin)))
	p.printf(`<title id="%s-t">%s</title>`, p.id, glyph.Escape(opt.Title))
	p.defs()
	p.printf(`<rect class="s-fond" width="%d" height="%d"/>`, w.Width, height)
	for i, g := range w.Groups {
		if len(w.Groups) > 1 && i%2 == 0 {
			p.printf(`<rect class="s-bande" y="%d" width="%d" height="%d"/>`, tops[i], w.Width, p.groupHeight(w, g))
		}
	}
	p.axis(w, height)
	p.eras(w, eras)
	items, rest := w.Items, w.Rest
	for i, g := range w.Groups {
		n, m := 0, 0
		for n < len(items) && items[n].Group == i {
			n++
		}
		for m < len(rest) && rest[m].Group == i {
			m++
		}
		p.group(w, g, tops[i], items[:n], rest[:m])
		items, rest = items[n:], rest[m:]
	}
	p.printf("</svg>")
	return p.Bytes()
}

type painter struct {
	bytes.Buffer
	opt SVGOptions
	// id is the escaped id of the drawing, top is where the swim-lanes start.
	id  string
	top int
}

func (p *painter) printf(format string, args ...any) { fmt.Fprintf(&p.Buffer, format, args...) }

// defs are how dates that are not known for sure look: masks that fade to one
// side, and lines over what is doubtful.
func (p *painter) defs() {
	p.printf(`<defs><linearGradient id="%[1]s-g"><stop offset="0" stop-color="#fff" stop-opacity=".04"/><stop offset="1" stop-color="#fff"/></linearGradient>`+
		`<linearGradient id="%[1]s-h"><stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="#fff" stop-opacity=".04"/></linearGradient>`+
		`<mask id="%[1]s-debut" maskContentUnits="objectBoundingBox"><rect width="1" height="1" fill="url(#%[1]s-g)"/></mask>`+
		`<mask id="%[1]s-fin" maskContentUnits="objectBoundingBox"><rect width="1" height="1" fill="url(#%[1]s-h)"/></mask>`+
		`<pattern id="%[1]s-doute" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line x1="1" x2="1" y1="0" y2="6" stroke="var(--papier)" stroke-width="2.4"/></pattern></defs>`, p.id)
}

// layout returns the top of each group and the height of the drawing.
func (p *painter) layout(w Window) (tops []int, height int) {
	y := p.top
	for _, g := range w.Groups {
		tops = append(tops, y)
		y += p.groupHeight(w, g)
	}
	return tops, y + 8
}

func (p *painter) groupHeight(w Window, g Group) int {
	return 2*groupPadding + g.Rows*rowHeight + p.nameRow(w)
}

// nameRow is the height of the row of a swim-lane's name, when there is no
// gutter for it.
func (p *painter) nameRow(w Window) int {
	if w.By != NoLanes && w.X0 == 0 {
		return nameHeight
	}
	return 0
}

// group draws a swim-lane: its name and what it holds, in the order of time.
func (p *painter) group(w Window, g Group, top int, items []Item, rest []Rest) {
	y := func(row int) float64 {
		return float64(top + groupPadding + p.nameRow(w) + (row-g.Row)*rowHeight + rowHeight/2)
	}
	named := w.By != NoLanes && p.opt.Lane != nil
	if named {
		lane := p.opt.Lane(g)
		p.printf(`<g class="couloir" role="group" aria-label="%s">`, glyph.Escape(lane.Name))
		p.groupName(w, lane, top)
	}
	if w.By == BySeries && g.Key >= 0 && len(items) > 1 {
		p.printf(`<line class="s-serie" x1="%s" x2="%s" y1="%s" y2="%s"/>`, glyph.Pixels(items[0].X), glyph.Pixels(items[len(items)-1].X), glyph.Pixels(y(g.Row)), glyph.Pixels(y(g.Row)))
	}
	for _, it := range items {
		under := 4.5
		if w.By == BySeries && g.Key >= 0 {
			under = seriesLabel
		}
		p.item(it, y(it.Row), under)
	}
	for _, r := range rest {
		p.rest(r, y(g.RestRow))
	}
	if named {
		p.printf("</g>")
	}
}

func (p *painter) axis(w Window, height int) {
	last := -1e9 // where the label before ends
	for _, t := range w.Ticks {
		if !t.Major {
			p.printf(`<line class="s-trait2" x1="%s" x2="%s" y1="52" y2="%d" opacity=".55"/>`, glyph.Pixels(t.X), glyph.Pixels(t.X), height)
			continue
		}
		p.printf(`<line class="s-trait" x1="%s" x2="%s" y1="44" y2="%d"/>`, glyph.Pixels(t.X), glyph.Pixels(t.X), height)
		anchor, half := "middle", glyph.Width(t.Label, 16)/2
		x, left := t.X, t.X-half
		switch {
		case left < 2:
			anchor, x, left = "start", max(x, 2), max(x, 2)
		case x+half > float64(w.Width):
			anchor, x = "end", min(x, float64(w.Width-2))
			left = x - 2*half
		}
		if left < last {
			continue
		}
		last = left + 2*half + 8
		p.printf(`<text class="s-tit" x="%s" y="34" font-size="16" text-anchor="%s">%s </text>`, glyph.Pixels(x), anchor, glyph.Escape(t.Label))
	}
	if w.Today >= 0 {
		p.printf(`<line class="aujourdhui" x1="%s" x2="%s" y1="40" y2="%d" stroke="var(--terre)" stroke-width="2"/><circle class="aujourdhui" cx="%s" cy="40" r="4" fill="var(--terre)"/>`,
			glyph.Pixels(w.Today), glyph.Pixels(w.Today), height, glyph.Pixels(w.Today))
	}
}

// slugOf is the class suffix of a theme.
func (p *painter) slugOf(theme int8) string {
	if p.opt.ThemeSlug != nil {
		if s := p.opt.ThemeSlug(theme); s != "" {
			return s
		}
	}
	return "autre"
}

// leaf is the badge of a theme, 32 pixels square, the mark of the design.
const leaf = "M16 0C25 0 32 7 32 16S25 32 16 32H5a5 5 0 0 1-5-5V16C0 7 7 0 16 0z"

// groupName writes the name of a swim-lane with its badge, in the gutter or above it.
func (p *painter) groupName(w Window, lane Lane, top int) {
	y, scale := top+groupPadding, 1.0
	if w.X0 == 0 {
		y, scale = top+6, 0.75
	}
	open, end := `<g`, `</g>`
	if lane.Href != "" {
		open, end = fmt.Sprintf(`<a href="%s"`, glyph.Escape(lane.Href)), `</a>`
	}
	p.printf(`%s class="nom-couloir c-%s" transform="translate(16 %d)">`, open, glyph.Escape(lane.Slug), y)
	x := 0.0
	if lane.Icon != "" {
		side := 20 * scale
		p.printf(`<path d="%s" transform="scale(%s)" fill="var(--c)"/><use class="s-icone" href="%s" x="%s" y="%s" width="%s" height="%s"/>`, leaf, glyph.Pixels(scale),
			glyph.Escape(lane.Icon), glyph.Pixels(6*scale), glyph.Pixels(6*scale), glyph.Pixels(side), glyph.Pixels(side))
		x = 32*scale + 10
	}
	lines := []string{lane.Name}
	if w.X0 > 0 {
		lines = wrapName(lane.Name, gutter-22-x)
	}
	for i, line := range lines {
		p.printf(`<text class="s-txt" x="%s" y="%s" font-size="15" font-weight="600">%s </text>`, glyph.Pixels(x), glyph.Pixels(21*scale+float64(i*18-(len(lines)-1)*9)), glyph.Escape(line))
	}
	p.WriteString(end)
}

// wrapName puts a theme's name on one line or two.
func wrapName(s string, room float64) []string {
	if glyph.Width(s, 15) <= room {
		return []string{s}
	}
	best, cut := room*10, -1
	for i, r := range s {
		if r != ' ' {
			continue
		}
		if wide := max(glyph.Width(s[:i], 15), glyph.Width(s[i+1:], 15)); wide < best {
			best, cut = wide, i
		}
	}
	if cut < 0 {
		return []string{s}
	}
	return []string{s[:cut], s[cut+1:]}
}

func (p *painter) when(it Item) string {
	if p.opt.When != nil {
		return p.opt.When(it)
	}
	first, last := utc(it.From).Year(), utc(max(it.From, it.To-1)).Year()
	if first == last {
		return yearName(first)
	}
	return yearName(first) + "–" + yearName(last)
}

// seriesLabel is how far under the line of a series its years are written.
const seriesLabel = 23

// item draws an item about y, with the base line of its label so far under it.
func (p *painter) item(it Item, y, under float64) {
	p.printf(`<a class="ev c-%s"`, glyph.Escape(p.slugOf(it.Theme)))
	if p.opt.Href != nil {
		p.printf(` href="%s"`, glyph.Escape(p.opt.Href(it.Num)))
	}
	p.printf(` data-num="%d"><title>%s, %s</title>`, it.Num, glyph.Escape(glyph.Isolate(it.Name)), glyph.Escape(p.when(it)))
	class := "s-txt"
	p.mark(it, y)
	if it.Inside {
		class = "dedans"
	}
	if it.Label == "" {
		p.printf("</a>")
		return
	}
	x, more := it.LabelX, ""
	switch {
	case class != "s-txt":
		more = ` font-weight="600" font-family="var(--f-texte)" fill="var(--sur-cat)"`
	case it.LabelX < it.X && !it.Inside: // ends at the item, whatever its true width
		x, more = it.LabelX+it.LabelW, ` text-anchor="end"`
	}
	if it.Crossed {
		class += " bord"
	}
	p.printf(`<text class="%s" x="%s" y="%s" font-size="%v"%s>%s </text></a>`, class, glyph.Pixels(x), glyph.Pixels(y+under), labelSize, more, glyph.Escape(it.Label))
}

// seam is how far the parts of a bar go under each other, so that no line shows.
const seam = 0.6

// mark draws the dot or the bar of an item. A full dot is a day; a ring is a date
// that is known less well; a bar fades where it may have been, and is hatched when
// it is doubtful.
func (p *painter) mark(it Item, y float64) {
	x := glyph.Pixels
	switch {
	case it.W == 0 && it.Vague:
		dash := ""
		if it.Form.Uncertain() {
			dash = ` stroke-dasharray="2.4 2.4"`
		}
		p.printf(`<circle class="halo" cx="%s" cy="%s" r="%d" fill="var(--c)" fill-opacity=".16"/><circle class="pt flou" cx="%s" cy="%s" r="%v" fill="var(--papier)" stroke="var(--c)" stroke-width="2.4"%s/>`,
			x(it.X), x(y), dotRadius+4, x(it.X), x(y), dotRadius-0.6, dash)
		return
	case it.W == 0:
		p.printf(`<circle class="pt" cx="%s" cy="%s" r="%d" fill="var(--c)"/>`, x(it.X), x(y), dotRadius)
		return
	case it.SoftStart+it.SoftEnd == 0:
		p.printf(`<rect class="duree" x="%s" y="%s" width="%s" height="24" rx="6" fill="var(--c)"/>`, x(it.X), x(y-12), x(it.W))
	default:
		if it.SoftStart >= 1 {
			p.printf(`<rect class="duree" x="%s" y="%s" width="%s" height="20" fill="var(--c)" %s/>`, x(it.X), x(y-10), x(it.SoftStart), p.unsure(it.CutStart, "debut"))
		}
		if sure := it.W - it.SoftStart - it.SoftEnd; sure > 0.5 {
			p.printf(`<rect class="duree" x="%s" y="%s" width="%s" height="20" fill="var(--c)"/>`, x(it.X+it.SoftStart), x(y-10), x(sure))
		}
		if it.SoftEnd >= 1 {
			p.printf(`<rect class="duree" x="%s" y="%s" width="%s" height="20" fill="var(--c)" %s/>`, x(it.X+it.W-it.SoftEnd-seam), x(y-10), x(it.SoftEnd+seam), p.unsure(it.CutEnd, "fin"))
		}
	}
	if it.Form.Uncertain() {
		p.printf(`<rect x="%s" y="%s" width="%s" height="24" fill="url(#%s-doute)"/>`, x(it.X), x(y-12), x(it.W), p.id)
	}
}

// unsure is how the part of a bar looks that may not have been: fading, or pale all
// over when the window cuts it.
func (p *painter) unsure(cut bool, mask string) string {
	if cut {
		return `opacity=".38"`
	}
	return `mask="url(#` + p.id + `-` + mask + `)"`
}

// rest draws a count of what is not shown, as a link to where it is.
func (p *painter) rest(r Rest, y float64) {
	label := "+" + strconv.Itoa(r.N)
	wide := max(28, glyph.Width(label, 13)+14)
	middle := r.X + r.W/2
	if p.opt.WindowHref != nil {
		title := "%s : agrandir"
		if language(p.opt.Lang) == "en" {
			title = "%s: zoom in"
		}
		p.printf(`<a class="reste" href="%s"><title>%s</title>`, glyph.Escape(p.opt.WindowHref(r.From, r.To)), glyph.Escape(fmt.Sprintf(title, label)))
	}
	p.printf(`<rect x="%s" y="%s" width="%s" height="24" rx="12" fill="var(--papier)" stroke="var(--trait-fort)"/><text class="s-txt2" x="%s" y="%s" font-size="13" text-anchor="middle">%s </text>`,
		glyph.Pixels(middle-wide/2), glyph.Pixels(y-12), glyph.Pixels(wide), glyph.Pixels(middle), glyph.Pixels(y+4.5), label)
	if p.opt.WindowHref != nil {
		p.printf("</a>")
	}
}
