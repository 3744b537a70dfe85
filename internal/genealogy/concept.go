package genealogy

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"codeberg.org/bocage/bocage/internal/glyph"
)

// Use is one attested use of a concept.
type Use struct {
	// From is unix seconds; Date is what people read.
	From  int64
	Date  string
	Label string
	Href  string // "" for no link
	// Definition says that it is somebody's definition, and not only a use.
	Definition bool
}

// Concept is one lane. Undated concepts have no Uses.
type Concept struct {
	ID, Title, Href string
	// Theme is the dominant root theme's slug, "" for none.
	Theme string
	// Parent is the ID of the broader concept, "" for none; a parent that is
	// not in the list, or that makes a circle, is ignored.
	Parent string
	Uses   []Use
}

const (
	laneName    = 210 // room for the names
	laneHead    = 58
	laneTop     = 26 // from the lane's top to its line
	useRow      = 24
	useSize     = 14
	childIndent = 16
	// useSlack is how much wider than estimated a label may be, boldSlack a date.
	useSlack, boldSlack = 1.07, 1.06
)

// ConceptLanes draws concepts as lanes from their first attested use to now,
// by first use, children below their parent, those without a date at the end.
// The axis is narrower where sources are rare, before 1950.
func ConceptLanes(concepts []Concept, now int64, width int, opt SVGOptions) []byte {
	width = max(width, 720)
	lanes := orderConcepts(concepts)
	ax := newAxis(lanes, now, laneName, float64(width)-18)
	placed := make([]placedLane, len(lanes))
	height := float64(laneHead)
	for i := range lanes {
		placed[i] = placeLane(&lanes[i], ax, height, float64(width))
		height += placed[i].height
	}
	p := &painter{opt: opt}
	p.open("concepts", float64(width), height+8)
	for i, l := range placed {
		if i%2 == 0 {
			p.printf(`<rect class="s-bande" y="%s" width="%d" height="%s"/>`, px(l.top), width, px(l.height))
		}
	}
	p.axis(ax, height+8)
	for i := range placed {
		p.lane(&lanes[i], &placed[i], ax)
	}
	p.printf("</svg>")
	return p.Bytes()
}

// lane is a concept with its depth below its ancestors.
type lane struct {
	Concept
	depth int
}

// first is the time of the first use; undated concepts come last.
func (c *Concept) first() int64 {
	if len(c.Uses) == 0 {
		return math.MaxInt64
	}
	return c.Uses[0].From
}

// orderConcepts sorts uses by time and concepts by first use, each followed by
// its children.
func orderConcepts(concepts []Concept) []lane {
	known := map[string]int{}
	var all []Concept
	for _, c := range concepts {
		if _, twice := known[c.ID]; twice {
			continue
		}
		known[c.ID] = len(all)
		c.Uses = slices.Clone(c.Uses)
		slices.SortStableFunc(c.Uses, func(a, b Use) int { return cmp.Compare(a.From, b.From) })
		all = append(all, c)
	}
	children := map[string][]int{}
	for i, c := range all {
		parent := c.Parent
		if _, ok := known[parent]; !ok || circular(all, known, i) {
			parent = ""
		}
		children[parent] = append(children[parent], i)
	}
	var out []lane
	var walk func(parent string, depth int)
	walk = func(parent string, depth int) {
		list := children[parent]
		slices.SortFunc(list, func(a, b int) int {
			return cmp.Or(cmp.Compare(all[a].first(), all[b].first()), cmp.Compare(all[a].ID, all[b].ID))
		})
		for _, i := range list {
			out = append(out, lane{all[i], depth})
			if all[i].ID != "" {
				walk(all[i].ID, depth+1)
			}
		}
	}
	walk("", 0)
	return out
}

// circular says whether concept i is among its own ancestors, or below a circle.
func circular(all []Concept, known map[string]int, i int) bool {
	seen := map[int]bool{}
	for !seen[i] {
		seen[i] = true
		next, ok := known[all[i].Parent]
		if !ok || all[i].Parent == "" {
			return false
		}
		i = next
	}
	return true
}

// axis maps years to pixels, piece by piece.
type axis struct{ years, xs []float64 }

// stretches are the pieces of the axis: from a year on, so many pixels a year
// at the width of the design, which is then scaled.
var stretches = [...]struct{ year, weight float64 }{
	{1800, 1.9}, {1850, 1.9}, {1900, 2.8}, {1950, 5.8}, {1970, 7.4}, {1980, 7.4}, {1990, 7.4}, {2000, 7.1}, {2010, 7.1}, {2020, 7.1},
}

// earlyWidth is the room of all the time before 1800.
const earlyWidth = 46

func newAxis(lanes []lane, now int64, left, right float64) axis {
	first, last := math.Inf(1), yearAt(now)
	for _, l := range lanes {
		for _, u := range l.Uses {
			first, last = min(first, yearAt(u.From)), max(last, yearAt(u.From))
		}
	}
	if first > last-10 {
		first = last - 10
	}
	a := axis{}
	x := 0.0
	add := func(year, width float64) {
		x += width
		a.years, a.xs = append(a.years, year), append(a.xs, x)
	}
	add(math.Floor(first), 0)
	previous, weight := first, 0.0
	for _, s := range stretches {
		if s.year > first && s.year < last {
			width := (s.year - previous) * weight
			if weight == 0 {
				width = min(earlyWidth, (s.year-previous)*1.9)
			}
			add(s.year, width)
			previous = s.year
		}
		if s.year <= last {
			weight = s.weight
		}
		if s.year <= first {
			previous = first
		}
	}
	add(last+2, (last+2-previous)*max(weight, 1))
	scale := (right - left) / x
	for i := range a.xs {
		a.xs[i] = left + a.xs[i]*scale
	}
	return a
}

func yearAt(at int64) float64 {
	y := yearOf(at)
	return float64(y) + float64(at-yearStart(y))/yearSecs
}

func (a axis) x(year float64) float64 {
	i, _ := slices.BinarySearch(a.years, year)
	i = min(max(i, 1), len(a.years)-1)
	y0, y1 := a.years[i-1], a.years[i]
	return a.xs[i-1] + (year-y0)/(y1-y0)*(a.xs[i]-a.xs[i-1])
}

// placedLane is a lane with the places of its uses.
type placedLane struct {
	top, height float64
	uses        []placedUse
}

type placedUse struct {
	x, labelX float64
	label     string // shortened to what room there is
	row       int
	end       bool // the label ends at labelX
}

// placeLane puts labels in rows below the line so that they do not touch.
func placeLane(l *lane, ax axis, top, width float64) placedLane {
	out := placedLane{top: top}
	var rows [][][2]float64
	for _, u := range l.Uses {
		x := ax.x(yearAt(u.From))
		date := glyph.Width(u.Date+" ", useSize) * boldSlack
		pu := placedUse{x: x, labelX: x - 6}
		right, left := width-8-pu.labelX, min(x+6, width-8)-laneName
		label, wide := glyph.Shorten(u.Label, useSize, max(right, left)/useSlack-date)
		pu.label, wide = label, (wide+date)*useSlack
		from, to := pu.labelX, pu.labelX+wide
		if wide > right {
			pu.end, pu.labelX = true, min(x+6, width-8)
			from, to = pu.labelX-wide, pu.labelX
		}
		for pu.row = 0; ; pu.row++ {
			if pu.row == len(rows) {
				rows = append(rows, nil)
			}
			if roomIn(rows[pu.row], from, to) {
				rows[pu.row] = append(rows[pu.row], [2]float64{from, to})
				break
			}
		}
		out.uses = append(out.uses, pu)
	}
	names := float64(len(l.nameLines()) - 1)
	out.height = max(74+max(names, 0)*21, laneTop+float64(len(rows))*useRow+22)
	return out
}

// nameX is where the lane's name starts, nameLines its lines.
func (l *lane) nameX() float64 { return 20 + float64(min(l.depth, 4)*childIndent) }

func (l *lane) nameLines() []string {
	return glyph.Wrap(l.Title, 20, laneName-l.nameX()-16, 2)
}

func roomIn(taken [][2]float64, from, to float64) bool {
	for _, t := range taken {
		if from < t[1]+10 && t[0] < to+10 {
			return false
		}
	}
	return true
}

func (p *painter) axis(a axis, height float64) {
	last := math.Inf(-1)
	for i, year := range a.years[:len(a.years)-1] {
		x := a.xs[i]
		p.printf(`<line class="s-trait" x1="%s" x2="%s" y1="44" y2="%s"/>`, px(x), px(x), px(height))
		if x-last >= 42 || i == 0 {
			p.printf(`<text class="s-tit" x="%s" y="34" font-size="17" text-anchor="middle">%s </text>`, px(x), yearName(int(year)))
			last = x
		}
	}
}

func (p *painter) lane(l *lane, at *placedLane, ax axis) {
	y := at.top + laneTop
	p.printf(`<g class="couloir %s" data-id="%s">`, themeClass(l.Theme), esc(l.ID))
	if len(at.uses) > 0 {
		first, last, end := at.uses[0].x, at.uses[len(at.uses)-1].x, ax.xs[len(ax.xs)-1]
		p.printf(`<path d="M%s %sH%s" stroke="var(--c)" stroke-width="8" stroke-opacity=".22" stroke-linecap="round"/><path d="M%s %sH%s" stroke="var(--c)" stroke-width="3" stroke-linecap="round"/>`,
			px(first), px(y), px(end), px(first), px(y), px(last))
	}
	// Lines to labels first, so that no label is crossed by one.
	for _, u := range at.uses {
		if u.row > 0 {
			p.printf(`<path d="M%s %sV%s" stroke="var(--c)" stroke-width="1" stroke-opacity=".55"/>`, px(u.x), px(y), px(y+float64(u.row)*useRow+12))
		}
	}
	for i := range at.uses {
		p.use(l, at.uses[i], i, y)
	}
	p.laneName(l, y)
	p.printf("</g>")
}

func (p *painter) use(l *lane, at placedUse, i int, y float64) {
	u := &l.Uses[i]
	tag := "g"
	if u.Href != "" {
		tag = "a"
		p.printf(`<a class="noeud" href="%s">`, esc(u.Href))
	} else {
		p.printf(`<g class="noeud">`)
	}
	title := glyph.Isolate(l.Title) + " — " + u.Date + " " + glyph.Isolate(u.Label)
	if i == 0 {
		title += " (" + word(p.opt.Lang, "first") + ")"
		p.printf(`<title>%s</title><path d="M%s %sc6 0 11 5 11 11s-5 11-11 11h-8a3 3 0 0 1-3-3v-8c0-6 5-11 11-11z" fill="var(--c)"/>`, esc(title), px(at.x), px(y-11))
	} else if u.Definition {
		p.printf(`<title>%s</title><rect x="%s" y="%s" width="12" height="12" rx="1.5" fill="var(--papier)" stroke="var(--c)" stroke-width="3"/>`, esc(title), px(at.x-6), px(y-6))
	} else {
		p.printf(`<title>%s</title><circle cx="%s" cy="%s" r="6.5" fill="var(--papier)" stroke="var(--c)" stroke-width="3"/>`, esc(title), px(at.x), px(y))
	}
	anchor := "start"
	if at.end {
		anchor = "end"
	}
	p.printf(`<text class="s-txt bord" x="%s" y="%s" font-size="%d" text-anchor="%s"><tspan font-weight="700" fill="var(--c)">%s</tspan> %s </text></%s>`,
		px(at.labelX), px(y+25+float64(at.row)*useRow), useSize, anchor, esc(u.Date), esc(glyph.Isolate(at.label)), tag)
}

// laneName writes the concept's name, with an elbow below its parent.
func (p *painter) laneName(l *lane, y float64) {
	x := l.nameX()
	if l.depth > 0 {
		p.printf(`<path d="M%s %sV%sH%s" fill="none" stroke="var(--trait-fort)" stroke-width="1.5"/>`, px(x-11), px(y-laneTop+6), px(y+1), px(x-4))
	}
	lines := l.nameLines()
	if l.Href != "" {
		p.printf(`<a class="noeud" href="%s">`, esc(l.Href))
	}
	for i, line := range lines {
		p.printf(`<text class="s-tit" x="%s" y="%s" font-size="%d">%s </text>`, px(x), px(y+7+float64(i)*21), 20-2*min(len(lines)-1, 1), esc(line))
	}
	if l.Href != "" {
		p.printf("</a>")
	}
	note := word(p.opt.Lang, "no use")
	switch n := len(l.Uses); {
	case n == 1:
		note = "1 " + word(p.opt.Lang, "use")
	case n > 1:
		note = strconv.Itoa(n) + " " + word(p.opt.Lang, "uses")
	}
	p.printf(`<text class="s-txt2" x="%s" y="%s" font-size="13.5">%s </text>`, px(x), px(y+28+float64(max(0, len(lines)-1))*21), esc(note))
}
