package chronicle

import (
	"cmp"
	"slices"

	"codeberg.org/bocage/bocage/internal/glyph"
)

// picker counts the intervals of a window and keeps the most important of each
// slot of each group.
type picker struct {
	w     *Window
	names func(num int64) string // nil = none but the intervals' own
	opt   Options
	lanes laneKeys
	slots int
	keep  int
	// counts, tops and floors are by slot, then by group. A full slot takes no more
	// below its floor.
	counts []int
	tops   [][]pick
	floors []uint64
}

// pick is an interval that may be shown.
type pick struct {
	table  *table
	at     int32
	slot   int32
	weight uint64
}

// before says whether p is to be shown rather than q.
func (p pick) before(q pick) bool {
	if p.weight != q.weight {
		return p.weight > q.weight
	}
	return p.table.num[p.at] < q.table.num[q.at]
}

func newPicker(w *Window, opt Options, lanes laneKeys) *picker {
	plot := float64(opt.Width) - w.X0 - rightMargin
	p := &picker{w: w, opt: opt, lanes: lanes, slots: max(1, int(plot/slotWidth)), keep: 2 * opt.Rows}
	if opt.Lanes == BySeries {
		p.keep = seriesKeep
	}
	n := len(lanes.keys) * p.slots
	p.counts, p.tops, p.floors = make([]int, n), make([][]pick, n), make([]uint64, n)
	return p
}

// slotStart is when a slot starts.
func (p *picker) slotStart(slot int) int64 {
	return p.w.From + int64(float64(p.w.To-p.w.From)*float64(slot)/float64(p.slots))
}

// scan adds what meets the window: slot by slot, so that a slot's own data stay
// at hand.
func (p *picker) scan(t *table, d dead, m *mask) {
	begun := t.first(p.w.From)
	t.eachBegun(p.w.From, begun, func(i int) {
		if !d.has(i) && m.pass(t, i) {
			p.add(t, i, 0)
		}
	})
	for slot, i := 0, begun; slot < p.slots; slot++ {
		end := p.w.To
		if slot < p.slots-1 {
			end = p.slotStart(slot + 1)
		}
		j := t.first(end)
		t.passing(d, m, i, j, func(at []int32) {
			for _, i := range at {
				p.add(t, int(i), slot)
			}
		})
		i = j
	}
}

func (p *picker) add(t *table, i, slot int) {
	g := p.lanes.of(t, i)
	at := slot*len(p.lanes.keys) + g
	p.counts[at]++
	if weight := t.weight(i); weight >= p.floors[at] {
		p.insert(pick{table: t, at: int32(i), slot: int32(slot), weight: weight}, at)
	}
}

// insert keeps the best of a slot, in order.
func (p *picker) insert(q pick, at int) {
	top := p.tops[at]
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
	p.tops[at] = top
	if len(top) == p.keep {
		p.floors[at] = top[len(top)-1].weight
	}
}

// place packs the picks of each group into its rows.
func (p *picker) place() {
	for g, key := range p.lanes.keys {
		total := 0
		for slot := range p.slots {
			total += p.counts[slot*len(p.lanes.keys)+g]
		}
		p.w.Total += total
		if total == 0 && p.opt.Lanes != NoLanes {
			continue
		}
		p.placeGroup(g, Group{Key: key, Row: p.w.Rows, Total: total, RestRow: -1})
	}
	slices.SortFunc(p.w.Items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.From, b.From), cmp.Compare(a.Num, b.Num))
	})
}

func (p *picker) placeGroup(g int, group Group) {
	var all []pick
	left := make([]int, p.slots)
	for slot := range p.slots {
		at := slot*len(p.lanes.keys) + g
		all = append(all, p.tops[at]...)
		left[slot] = p.counts[at]
	}
	slices.SortFunc(all, func(a, b pick) int {
		if a.before(b) {
			return -1
		}
		return 1
	})
	if p.opt.Lanes == BySeries && group.Key >= 0 {
		p.placeSeries(all, &group, left)
	} else {
		p.pack(all, &group, left)
	}
	if p.rest(left, len(p.w.Groups)) {
		group.RestRow = group.Row + group.Rows
		group.Rows++
	}
	p.w.Rows += group.Rows
	p.w.Groups = append(p.w.Groups, group)
}

// pack gives each pick the first row that has room for it, the most important first.
func (p *picker) pack(all []pick, group *Group, left []int) {
	var taken rows
	for _, q := range all {
		item, from, to := p.item(q)
		row, ok := taken.put(from, to, p.opt.Rows)
		if !ok {
			continue
		}
		item.Row, item.Group = group.Row+row, len(p.w.Groups)
		p.w.Items = append(p.w.Items, item)
		left[q.slot]--
	}
	group.Rows = max(1, len(taken))
}

// seriesKeep is how many editions of a series a slot shows: as many as there is
// room for dots.
const seriesKeep = slotWidth / (2 * dotRadius)

// placeSeries puts the editions of a series on one row, in order, so that they can
// be joined by a line. They are named by their year, where there is room.
func (p *picker) placeSeries(all []pick, group *Group, left []int) {
	slices.SortFunc(all, func(a, b pick) int {
		return cmp.Or(cmp.Compare(a.table.from[a.at], b.table.from[b.at]), cmp.Compare(a.table.num[a.at], b.table.num[b.at]))
	})
	group.Rows = 1
	first := len(p.w.Items)
	for _, q := range all {
		item, _, _ := p.item(q)
		item.Row, item.Group, item.Inside, item.Crossed = group.Row, len(p.w.Groups), false, false
		item.Label = yearName(utc(item.From).Year())
		item.LabelW = glyph.Width(item.Label, labelSize)
		item.LabelX = item.X + item.W/2 - item.LabelW/2 // under it
		p.w.Items = append(p.w.Items, item)
		left[q.slot]--
	}
	edge := float64(p.opt.Width)
	for i := len(p.w.Items) - 1; i >= first; i-- {
		it := &p.w.Items[i]
		if it.LabelX+it.LabelW*labelSlack > edge {
			it.Label, it.LabelX, it.LabelW = "", it.X, 0
			continue
		}
		edge = it.LabelX - labelGap
	}
}

// rest writes the counts of what found no room, and says whether there is any.
func (p *picker) rest(left []int, group int) bool {
	some := false
	for slot, n := range left {
		if n <= 0 {
			continue
		}
		some = true
		r := Rest{Group: group, N: n, From: p.slotStart(slot), To: p.slotStart(slot + 1)}
		r.X = p.w.x(r.From)
		r.W = p.w.x(r.To) - r.X
		p.w.Rest = append(p.w.Rest, r)
	}
	return some
}

// rows holds what is taken of each row, as [from, to) in order of entry.
type rows [][][2]float64

// itemGap is the least distance between two items of a row.
const itemGap = 14

// put finds the first row with room, adding rows up to most.
func (l *rows) put(from, to float64, most int) (row int, ok bool) {
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
