package basemap

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Numbered is one entry of a map for paper: its number in the legend, and where it is.
type Numbered struct {
	Lat, Lon float64
	N        int
	// Theme is the dominant root theme, 0 to 7, -1 for none.
	Theme int
	// Approximate draws a halo: the place is somewhere around.
	Approximate bool
}

// Sizes of numbers, in pixels of the drawing.
const (
	numberSize   = 11.5 // of the font
	numberHeight = 17   // of a line
	numberPad    = 5
	// samePlace is the distance at which entries share one label.
	samePlace = 7
	// leaderMost is how far a label may be from its place.
	leaderMost = 120
	// lineNumbers is about how many characters one line of a label has.
	lineNumbers = 16
)

// label is one label: the numbers of a place, and where it is drawn.
type label struct {
	x, y   float64 // the place
	lx, ly float64 // the middle of the label
	ns     []int
	theme  int // -1 when they differ
	halo   bool
}

// NumberedSVG draws a viewport whose entries are labelled with their numbers.
// Labels that would collide are moved aside and lead back to their place with a
// line; where there is no room at all they are joined into one. Every number
// whose place is in the viewport is on exactly one label.
func (b *Basemap) NumberedSVG(v View, entries []Numbered, opt SVGOptions) []byte {
	v = v.sane()
	d := &drawing{view: v, frame: v.frame(), scale: v.pixels(), opt: opt}
	fmt.Fprintf(d, `<svg class="numerotee" viewBox="0 0 %d %d" preserveAspectRatio="xMidYMid slice" role="img" aria-label="%s">`, v.Width, v.Height, html.EscapeString(opt.Title))
	fmt.Fprintf(d, `<rect class="m-mer" width="%d" height="%d"/>`, v.Width, v.Height)
	if b != nil {
		d.outlines(b.viewLayers(v))
		d.places = b.places
	}
	labels := d.labels(entries)
	for _, l := range labels {
		d.busy = append(d.busy, l.box(), box{l.x - 4, l.y - 4, l.x + 4, l.y + 4})
		if w := l.box(); w.maxX-w.minX > 0 {
			d.discs = append(d.discs, disc{l.lx, l.ly, (w.maxY - w.minY) / 2})
		}
	}
	d.names()
	for _, l := range labels {
		d.leader(l)
	}
	for _, l := range labels {
		d.label(l)
	}
	d.WriteString("</svg>")
	return d.Bytes()
}

// labels gathers the entries of one place and finds room for each label.
func (d *drawing) labels(entries []Numbered) []label {
	var all []label
	for _, e := range entries {
		x, y := d.at(project(e.Lon, e.Lat))
		if x < 0 || y < 0 || x > float64(d.view.Width) || y > float64(d.view.Height) {
			continue
		}
		i := slices.IndexFunc(all, func(l label) bool { return math.Hypot(l.x-x, l.y-y) < samePlace })
		if i < 0 {
			all = append(all, label{x: x, y: y, ns: []int{e.N}, theme: e.Theme, halo: e.Approximate})
			continue
		}
		all[i].ns = append(all[i].ns, e.N)
		if all[i].theme != e.Theme {
			all[i].theme = -1
		}
	}
	var placed []label
	for _, l := range all {
		slices.Sort(l.ns)
		placed = d.put(placed, l)
	}
	return placed
}

// put places a label beside those that are there, or joins it to the nearest.
func (d *drawing) put(placed []label, l label) []label {
	free := func(b box) bool {
		const edge = 12 // which a frame of another shape may cut
		if b.minX < edge || b.minY < edge || b.maxX > float64(d.view.Width)-edge || b.maxY > float64(d.view.Height)-edge {
			return false
		}
		return !slices.ContainsFunc(placed, func(o label) bool { return o.box().grown(2).overlaps(b) })
	}
	const turns = 16
	for r := 0.0; r <= leaderMost; r += 9 {
		for i := range turns {
			a := 2 * math.Pi * float64(i) / turns
			l.lx, l.ly = l.x+r*math.Cos(a), l.y+r*math.Sin(a)
			if free(l.box()) {
				return append(placed, l)
			}
			if r == 0 {
				break
			}
		}
	}
	if len(placed) == 0 { // wider than the map: shown where it is
		l.lx, l.ly = l.x, l.y
		return append(placed, l)
	}
	near := 0
	for i, o := range placed {
		if math.Hypot(o.x-l.x, o.y-l.y) < math.Hypot(placed[near].x-l.x, placed[near].y-l.y) {
			near = i
		}
	}
	joined := placed[near]
	joined.ns = append(slices.Clone(joined.ns), l.ns...)
	if joined.theme != l.theme {
		joined.theme = -1
	}
	return d.put(slices.Delete(placed, near, near+1), joined) // one label less each time
}

// lines are the words of a label: its numbers, runs of them as "3–7".
func (l label) lines() []string {
	ns := slices.Clone(l.ns)
	slices.Sort(ns)
	var words []string
	for i := 0; i < len(ns); {
		j := i
		for j+1 < len(ns) && ns[j+1] == ns[j]+1 {
			j++
		}
		switch {
		case j >= i+2:
			words = append(words, strconv.Itoa(ns[i])+"–"+strconv.Itoa(ns[j]))
		default:
			for k := i; k <= j; k++ {
				words = append(words, strconv.Itoa(ns[k]))
			}
		}
		i = j + 1
	}
	var out []string
	line := ""
	for _, w := range words {
		if line != "" && len(line)+len(w) > lineNumbers {
			out, line = append(out, line), ""
		}
		if line != "" {
			line += " · "
		}
		line += w
	}
	return append(out, line)
}

// size is the width and the height of a label.
func (l label) size() (w, h float64) {
	lines := l.lines()
	for _, s := range lines {
		w = math.Max(w, float64(len([]rune(s)))*numberSize*0.6)
	}
	return math.Max(numberHeight+2, w+2*numberPad), float64(len(lines))*numberHeight + 2
}

func (l label) box() box {
	w, h := l.size()
	return box{l.lx - w/2, l.ly - h/2, l.lx + w/2, l.ly + h/2}
}

func (b box) overlaps(o box) bool {
	return b.minX < o.maxX && o.minX < b.maxX && b.minY < o.maxY && o.minY < b.maxY
}

func (l label) class() string { return "c-" + (Mark{Theme: l.theme}).themeName() }

func (d *drawing) leader(l label) {
	if l.halo {
		fmt.Fprintf(d, `<circle class="n-halo %s" cx="%s" cy="%s" r="14"/>`, l.class(), short(l.x), short(l.y))
	}
	if math.Hypot(l.lx-l.x, l.ly-l.y) < 1 {
		return
	}
	fmt.Fprintf(d, `<g class="%s"><path class="n-fil" d="M%s %sL%s %s"/><circle class="n-lieu" cx="%s" cy="%s" r="3"/></g>`, l.class(),
		short(l.x), short(l.y), short(l.lx), short(l.ly), short(l.x), short(l.y))
}

func (d *drawing) label(l label) {
	w, h := l.size()
	fmt.Fprintf(d, `<g class="n-marque %s"><rect x="%s" y="%s" width="%s" height="%s" rx="9"/>`, l.class(), short(l.lx-w/2), short(l.ly-h/2), short(w), short(h))
	for i, line := range l.lines() {
		fmt.Fprintf(d, `<text x="%s" y="%s">%s</text>`, short(l.lx), short(l.ly-h/2+1+numberHeight*(float64(i)+0.5)+numberSize*0.36), strings.ReplaceAll(line, " · ", "  "))
	}
	d.WriteString("</g>")
}
