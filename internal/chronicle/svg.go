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
	// ThemeName and ThemeSlug name a root theme (0 to 7, or NoTheme).
	ThemeName func(theme int8) string
	ThemeSlug func(theme int8) string
	// ThemeIcon is the address of a theme's symbol; nil or "" draws none.
	ThemeIcon func(theme int8) string
	// When writes an interval's time; nil writes years.
	When func(item Item) string
}

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
	p := &painter{opt: opt}
	tops, height := p.layout(w)
	id := opt.ID
	if id == "" {
		id = "frise"
	}
	p.printf(`<svg class="frise" width="%d" height="%d" viewBox="0 0 %d %d" role="group" aria-labelledby="%s-t" data-x0="%s" data-x1="%s">`,
		w.Width, height, w.Width, height, glyph.Escape(id), glyph.Pixels(w.X0), glyph.Pixels(float64(w.Width-rightMargin)))
	p.printf(`<title id="%s-t">%s</title><rect class="s-fond" width="%d" height="%d"/>`, glyph.Escape(id), glyph.Escape(opt.Title), w.Width, height)
	for i, g := range w.Groups {
		if len(w.Groups) > 1 && i%2 == 0 {
			p.printf(`<rect class="s-bande" y="%d" width="%d" height="%d"/>`, tops[i], w.Width, p.groupHeight(w, g))
		}
	}
	p.axis(w, height)
	for i, g := range w.Groups {
		p.groupName(w, g, tops[i])
	}
	for _, it := range w.Items {
		p.item(it, p.rowY(w, tops, it.Lane))
	}
	for _, r := range w.Rest {
		p.rest(r, p.rowY(w, tops, w.Groups[r.Group].RestLane))
	}
	p.printf("</svg>")
	return p.Bytes()
}

type painter struct {
	bytes.Buffer
	opt SVGOptions
}

func (p *painter) printf(format string, args ...any) { fmt.Fprintf(&p.Buffer, format, args...) }

// layout returns the top of each group and the height of the drawing.
func (p *painter) layout(w Window) (tops []int, height int) {
	y := headHeight
	for _, g := range w.Groups {
		tops = append(tops, y)
		y += p.groupHeight(w, g)
	}
	return tops, y + 8
}

func (p *painter) groupHeight(w Window, g Group) int {
	return 2*groupPadding + g.Lanes*rowHeight + p.nameRow(w)
}

// nameRow is the height of the row of a swim-lane's name, when there is no
// gutter for it.
func (p *painter) nameRow(w Window) int {
	if len(w.Groups) > 1 && w.X0 == 0 {
		return nameHeight
	}
	return 0
}

// rowY is the middle of a row.
func (p *painter) rowY(w Window, tops []int, lane int) float64 {
	for i, g := range w.Groups {
		if lane < g.Lane+g.Lanes {
			return float64(tops[i] + groupPadding + p.nameRow(w) + (lane-g.Lane)*rowHeight + rowHeight/2)
		}
	}
	return headHeight
}

func (p *painter) axis(w Window, height int) {
	for _, t := range w.Ticks {
		if !t.Major {
			p.printf(`<line class="s-trait2" x1="%s" x2="%s" y1="52" y2="%d" opacity=".55"/>`, glyph.Pixels(t.X), glyph.Pixels(t.X), height)
			continue
		}
		p.printf(`<line class="s-trait" x1="%s" x2="%s" y1="44" y2="%d"/>`, glyph.Pixels(t.X), glyph.Pixels(t.X), height)
		anchor, half := "middle", glyph.Width(t.Label, 16)/2
		x := t.X
		switch {
		case x-half < w.X0:
			anchor, x = "start", max(x, w.X0+2)
		case x+half > float64(w.Width):
			anchor, x = "end", min(x, float64(w.Width-2))
		}
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

func (p *painter) groupName(w Window, g Group, top int) {
	if len(w.Groups) < 2 || p.opt.ThemeName == nil {
		return
	}
	y, scale := top+groupPadding, 1.0
	if w.X0 == 0 {
		y, scale = top+6, 0.75
	}
	p.printf(`<g class="c-%s" transform="translate(16 %d)"><path d="%s" transform="scale(%s)" fill="var(--c)"/>`, glyph.Escape(p.slugOf(g.Theme)), y, leaf, glyph.Pixels(scale))
	if p.opt.ThemeIcon != nil {
		if href := p.opt.ThemeIcon(g.Theme); href != "" {
			side := 20 * scale
			p.printf(`<use class="s-icone" href="%s" x="%s" y="%s" width="%s" height="%s"/>`, glyph.Escape(href), glyph.Pixels(6*scale), glyph.Pixels(6*scale), glyph.Pixels(side), glyph.Pixels(side))
		}
	}
	name := p.opt.ThemeName(g.Theme)
	lines := wrapName(name, gutter-64)
	if w.X0 == 0 {
		lines = []string{name}
	}
	for i, line := range lines {
		p.printf(`<text class="s-txt" x="%s" y="%s" font-size="15" font-weight="600">%s </text>`, glyph.Pixels(32*scale+10), glyph.Pixels(21*scale+float64(i*18-(len(lines)-1)*9)), glyph.Escape(line))
	}
	p.printf("</g>")
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

func (p *painter) item(it Item, y float64) {
	p.printf(`<a class="ev c-%s"`, glyph.Escape(p.slugOf(it.Theme)))
	if p.opt.Href != nil {
		p.printf(` href="%s"`, glyph.Escape(p.opt.Href(it.Num)))
	}
	p.printf(` data-num="%d"><title>%s, %s</title>`, it.Num, glyph.Escape(it.Name), glyph.Escape(p.when(it)))
	class := "s-txt"
	switch {
	case it.W == 0:
		p.printf(`<circle class="pt" cx="%s" cy="%s" r="%d" fill="var(--c)"/>`, glyph.Pixels(it.X), glyph.Pixels(y), dotRadius)
	case it.Vague:
		p.printf(`<rect class="duree vague" x="%s" y="%s" width="%s" height="20" rx="6" fill="var(--c)" fill-opacity=".18" stroke="var(--c)" stroke-width="1.5" stroke-dasharray="4 3"/>`, glyph.Pixels(it.X), glyph.Pixels(y-10), glyph.Pixels(it.W))
	default:
		p.printf(`<rect class="duree" x="%s" y="%s" width="%s" height="24" rx="6" fill="var(--c)"/>`, glyph.Pixels(it.X), glyph.Pixels(y-12), glyph.Pixels(it.W))
		if it.Inside {
			class = "dedans"
		}
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
	p.printf(`<text class="%s" x="%s" y="%s" font-size="%v"%s>%s </text></a>`, class, glyph.Pixels(x), glyph.Pixels(y+4.5), labelSize, more, glyph.Escape(it.Label))
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
