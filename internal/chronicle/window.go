package chronicle

import (
	"cmp"
	"math"
	"slices"

	"codeberg.org/bocage/bocage/internal/glyph"
)

const (
	defaultWidth    = 1200
	defaultLanes    = 8
	defaultBinWidth = 4
	// gutter is the room at the left for the names of swim-lanes, when the
	// drawing is wide enough for it.
	gutter         = 190
	gutterMinWidth = 760
	rightMargin    = 10
	// slotWidth is the stretch in which the most important are chosen, so that
	// one dense decade does not leave the others empty.
	slotWidth = 110
	maxLanes  = 60
	groups    = 9
)

func (o Options) withDefaults() Options {
	if o.Width <= 0 {
		o.Width = defaultWidth
	}
	o.Width = min(max(o.Width, 240), 8000)
	if o.Lanes <= 0 {
		o.Lanes = defaultLanes
	}
	o.Lanes = min(o.Lanes, maxLanes)
	if o.BinWidth <= 0 {
		o.BinWidth = defaultBinWidth
	}
	return o
}

// Window lays out what [from, to) shows: counts of all, and the most important
// of each stretch as items with a place for their labels.
func (c *Chronicle) Window(from, to int64, f Filter, opt Options) Window {
	s, m := c.current.Load(), f.mask()
	opt = opt.withDefaults()
	span := Span{From: from, To: to}.tidy()
	w := Window{From: span.From, To: span.To, Width: opt.Width, Today: -1, Items: []Item{}}
	if opt.ByTheme && opt.Width >= gutterMinWidth {
		w.X0 = gutter
	}
	st := stepFor(span, float64(opt.Width)-w.X0-rightMargin)
	w.Scale, w.Ticks = st.scale, st.ticks(span, opt.Lang, w.x)
	if opt.Now != 0 && opt.Now >= span.From && opt.Now < span.To {
		w.Today = w.x(opt.Now)
	}
	p := newPicker(&w, opt)
	s.each(span, &m, p.add)
	w.Total = p.total
	w.Bins = p.bins
	p.place()
	w.Shown = len(w.Items)
	return w
}

// x is the place of a moment.
func (w *Window) x(at int64) float64 {
	return w.X0 + float64(at-w.From)/float64(w.To-w.From)*(float64(w.Width)-w.X0-rightMargin)
}

// picker counts the intervals of a window and keeps the most important of each
// slot of each group.
type picker struct {
	w       *Window
	opt     Options
	slots   int
	perTime float64 // the window's length is 1
	keep    int
	bins    []int
	total   int
	counts  [groups][]int
	tops    [groups][][]pick
	// floors are the ranks below which a full slot takes no more.
	floors [groups][]float32
}

// pick is an interval that may be shown.
type pick struct {
	table *table
	at    int32
	slot  int32
	rank  float32
	tie   uint32
}

// before says whether p is to be shown rather than q. Equal ranks are ordered
// by a hash of the number: by date, they would all be at the left of the slot.
func (p pick) before(q pick) bool {
	if p.rank != q.rank {
		return p.rank > q.rank
	}
	if p.tie != q.tie {
		return p.tie < q.tie
	}
	return p.table.num[p.at] < q.table.num[q.at]
}

func newPicker(w *Window, opt Options) *picker {
	plot := float64(opt.Width) - w.X0 - rightMargin
	p := &picker{w: w, opt: opt, slots: max(1, int(plot/slotWidth)), keep: 2 * opt.Lanes}
	p.bins = make([]int, max(1, int(plot)/opt.BinWidth))
	p.perTime = 1 / float64(w.To-w.From)
	for g := range groups {
		p.counts[g] = make([]int, p.slots)
		p.tops[g] = make([][]pick, p.slots)
		p.floors[g] = make([]float32, p.slots)
		for i := range p.floors[g] {
			p.floors[g][i] = float32(math.Inf(-1))
		}
	}
	return p
}

func (p *picker) add(t *table, i int) {
	p.total++
	share := max(0, float64(t.from[i]-p.w.From)*p.perTime)
	p.bins[min(int(share*float64(len(p.bins))), len(p.bins)-1)]++
	slot := min(int(share*float64(p.slots)), p.slots-1)
	g := 0
	if p.opt.ByTheme {
		g = groupOf(t.theme[i])
	}
	p.counts[g][slot]++
	if rank := t.rank[i]; rank >= p.floors[g][slot] {
		p.insert(pick{table: t, at: int32(i), slot: int32(slot), rank: rank, tie: uint32(t.num[i]) * 2654435761}, g)
	}
}

// insert keeps the best of a slot, in order.
func (p *picker) insert(q pick, g int) {
	top := p.tops[g][q.slot]
	if len(top) == p.keep {
		if !q.before(top[len(top)-1]) {
			return
		}
		top = top[:len(top)-1]
	}
	k := len(top)
	top = append(top, q)
	for k > 0 && q.before(top[k-1]) {
		top[k] = top[k-1]
		k--
	}
	top[k] = q
	p.tops[g][q.slot] = top
	if len(top) == p.keep {
		p.floors[g][q.slot] = top[len(top)-1].rank
	}
}

func groupOf(theme int8) int {
	if theme < 0 || theme >= groups-1 {
		return groups - 1
	}
	return int(theme)
}

// place packs the picks of each group into its lanes.
func (p *picker) place() {
	for g := range groups {
		total := 0
		for _, n := range p.counts[g] {
			total += n
		}
		if total == 0 && (p.opt.ByTheme || g > 0) {
			continue
		}
		theme := int8(NoTheme)
		if p.opt.ByTheme && g < groups-1 {
			theme = int8(g)
		}
		p.placeGroup(g, Group{Theme: theme, Lane: p.w.Lanes, Total: total, RestLane: -1})
	}
	slices.SortFunc(p.w.Items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Num, b.Num))
	})
}

func (p *picker) placeGroup(g int, group Group) {
	var all []pick
	for _, top := range p.tops[g] {
		all = append(all, top...)
	}
	slices.SortFunc(all, func(a, b pick) int {
		if a.before(b) {
			return -1
		}
		return 1
	})
	left := slices.Clone(p.counts[g])
	var lanes lanes
	for _, q := range all {
		item, from, to := p.item(q)
		lane, ok := lanes.put(from, to, p.opt.Lanes)
		if !ok {
			continue
		}
		item.Lane = group.Lane + lane
		p.w.Items = append(p.w.Items, item)
		left[q.slot]--
	}
	group.Lanes = max(1, len(lanes))
	if p.rest(left, len(p.w.Groups)) {
		group.RestLane = group.Lane + group.Lanes
		group.Lanes++
	}
	p.w.Lanes += group.Lanes
	p.w.Groups = append(p.w.Groups, group)
}

// rest writes the counts of what found no room, and says whether there is any.
func (p *picker) rest(left []int, group int) bool {
	some := false
	length := p.w.To - p.w.From
	for slot, n := range left {
		if n <= 0 {
			continue
		}
		some = true
		r := Rest{Group: group, N: n}
		r.From = p.w.From + int64(float64(length)*float64(slot)/float64(p.slots))
		r.To = p.w.From + int64(float64(length)*float64(slot+1)/float64(p.slots))
		r.X = p.w.x(r.From)
		r.W = p.w.x(r.To) - r.X
		p.w.Rest = append(p.w.Rest, r)
	}
	return some
}

// lanes holds what is taken of each row, as [from, to) in order of entry.
type lanes [][][2]float64

// itemGap is the least distance between two items of a row.
const itemGap = 14

// put finds the first row with room, adding rows up to most.
func (l *lanes) put(from, to float64, most int) (lane int, ok bool) {
	for i := range *l {
		if free((*l)[i], from, to) {
			(*l)[i] = append((*l)[i], [2]float64{from, to})
			return i, true
		}
	}
	if len(*l) == most {
		return 0, false
	}
	*l = append(*l, [][2]float64{{from, to}})
	return len(*l) - 1, true
}

func free(taken [][2]float64, from, to float64) bool {
	for _, t := range taken {
		if from < t[1]+itemGap && t[0] < to+itemGap {
			return false
		}
	}
	return true
}

const (
	dotRadius  = 5
	labelGap   = 8
	minBar     = 12 // a shorter bar is drawn as a dot, unless it is vague
	maxLabel   = 240
	barPadding = 9
)

// item places an interval and its label, and returns the room that it takes.
func (p *picker) item(q pick) (it Item, from, to float64) {
	t, i := q.table, q.at
	it = Item{Num: t.num[i], Name: t.name[i], From: t.from[i], To: t.to[i], Kind: t.kind[i], Theme: t.theme[i], Vague: t.vague[i]}
	left := p.w.x(max(it.From, p.w.From))
	right := p.w.x(min(max(it.To, it.From), p.w.To))
	it.Label, it.LabelW = glyph.Shorten(it.Name, labelSize, min(maxLabel, float64(p.opt.Width)/2))
	if right-left < minBar && !(it.Vague && right-left >= 2*dotRadius) {
		it.X, it.W = left, 0
		from, to = left-dotRadius, left+dotRadius
	} else {
		it.X, it.W = left, right-left
		from, to = left, right
	}
	from, to = p.label(&it, from, to)
	return it, from, to
}

// label places an item's label: on its bar, after it, before it when the edge
// or the line of today is in the way, and returns the room of both.
func (p *picker) label(it *Item, from, to float64) (float64, float64) {
	edge := float64(p.opt.Width) - rightMargin/2
	wide := it.LabelW * labelSlack
	after, before := to+labelGap, from-labelGap-it.LabelW
	fits, room := after+wide <= edge, from-labelGap-wide >= p.w.X0
	switch {
	case it.W >= it.LabelW+2*barPadding:
		it.Inside = true
		it.LabelX = it.X + barPadding
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
	it.Crossed = !it.Inside && p.crossed(it.LabelX, wide)
	return from, to
}

// labelSlack is how much wider than estimated a label may be, in an unlucky font.
const labelSlack = 1.06

// crossed says whether the line of today goes through a label.
func (p *picker) crossed(x, wide float64) bool {
	return p.w.Today >= 0 && x-4 < p.w.Today && x+wide+4 > p.w.Today
}
