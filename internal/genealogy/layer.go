package genealogy

import (
	"math"
	"slices"
)

// vertex is a node, or a bend of an edge that passes through a layer.
type vertex struct {
	node  int // -1 for a bend
	layer int
	index int     // place in its layer
	x     float64 // middle
	width float64
	after float64 // room kept at the right, for a title beside a dot
	up    []*vertex
	down  []*vertex
	key   float64
	rank  float64 // place in its row, 0 to 1
}

// layers is the drawing before it has sizes in time: rows of vertices.
type layers struct {
	rows [][]*vertex
	// of is the vertex of each node, chains the vertices of each down link.
	of     []*vertex
	chains [][]*vertex
	gap    float64
	// room is what rows are kept within where they fit; 0 is no bound.
	room float64
	// offsets and pools are settleRow's, kept for the next row.
	offsets []float64
	pools   []pool
}

// measure says how large things are.
type measure struct {
	node, gap float64
	// perRow is how many nodes a row may have, span how many seconds of time.
	perRow int
	span   int64
	// room is the width to keep within where possible, 0 for any.
	room float64
	// spread gives the vertices of rows more room, once they are known; nil gives none.
	spread func(rows [][]*vertex)
}

const (
	bendWidth = 6
	bendGap   = 12
	sweeps    = 24
	// patience is how many sweeps in a row may bring nothing before it is over.
	patience = 5
	// settleRounds is how often coordinates are improved, down then up, while
	// something moves by more than still pixels.
	settleRounds = 40
	still        = 0.5
)

// layered puts the nodes in rows along time and orders each row.
func (o *ordered) layered(m measure) *layers {
	l := &layers{of: make([]*vertex, len(o.nodes)), gap: m.gap, room: m.room}
	parents := make([][]int, len(o.nodes))
	for _, k := range o.down {
		parents[max(k.from, k.to)] = append(parents[max(k.from, k.to)], min(k.from, k.to))
	}
	first := 0
	for i := range o.nodes {
		if i == 0 || l.cut(o, m, first, i, parents[i]) {
			l.rows = append(l.rows, nil)
			first = i
		}
		v := &vertex{node: i, layer: len(l.rows) - 1, width: m.node}
		l.of[i] = v
		l.rows[v.layer] = append(l.rows[v.layer], v)
	}
	l.bends(o)
	if m.spread != nil {
		m.spread(l.rows)
	}
	l.uncross()
	l.settle()
	return l
}

// cut says whether node i starts a new row: a parent is in the current one, it
// is full or too long, or the dated nodes end.
func (l *layers) cut(o *ordered, m measure, first, i int, parents []int) bool {
	current := len(l.rows) - 1
	if i == o.dated || i-first >= m.perRow {
		return true
	}
	if o.nodes[i].Dated && o.nodes[i].From-o.nodes[first].From > m.span {
		return true
	}
	return slices.ContainsFunc(parents, func(p int) bool { return l.of[p].layer == current })
}

// bends adds a vertex to each row that an edge passes.
func (l *layers) bends(o *ordered) {
	l.chains = make([][]*vertex, len(o.down))
	for k, e := range o.down {
		a, b := l.of[min(e.from, e.to)], l.of[max(e.from, e.to)]
		chain := make([]*vertex, 1, b.layer-a.layer+1)
		chain[0] = a
		for row := a.layer + 1; row < b.layer; row++ {
			v := &vertex{node: -1, layer: row, width: bendWidth}
			l.rows[row] = append(l.rows[row], v)
			join(chain[len(chain)-1], v)
			chain = append(chain, v)
		}
		join(chain[len(chain)-1], b)
		l.chains[k] = append(chain, b)
	}
	l.number()
}

func join(a, b *vertex) {
	a.down = append(a.down, b)
	b.up = append(b.up, a)
}

func (l *layers) number() {
	for _, row := range l.rows {
		number(row)
	}
}

func number(row []*vertex) {
	unit := 1 / float64(max(1, len(row)-1))
	for i, v := range row {
		v.index, v.rank = i, float64(i)*unit
	}
}

// uncross orders rows by the barycentre of their neighbours, down then up, and
// keeps the order with the fewest crossings.
func (l *layers) uncross() {
	best, kept := l.crossings(), l.snapshot()
	for k, idle := 0, 0; k < sweeps && idle < patience && best > 0; k++ {
		for s := range l.rows {
			row := s
			if k%2 == 1 {
				row = len(l.rows) - 1 - s
			}
			sortRow(l.rows[row], k%2 == 0)
		}
		idle++
		if c := l.crossings(); c < best {
			best, kept, idle = c, l.snapshot(), 0
		}
	}
	l.rows = kept
	l.number()
}

func sortRow(vs []*vertex, fromAbove bool) {
	for _, v := range vs {
		near := v.down
		if fromAbove {
			near = v.up
		}
		v.key = v.rank
		if len(near) == 0 {
			continue
		}
		sum := 0.0
		for _, n := range near {
			sum += n.rank
		}
		v.key = sum / float64(len(near))
	}
	slices.SortFunc(vs, func(a, b *vertex) int {
		switch {
		case a.key < b.key:
			return -1
		case a.key > b.key:
			return 1
		}
		return a.index - b.index
	})
	number(vs)
}

func (l *layers) snapshot() [][]*vertex {
	out := make([][]*vertex, len(l.rows))
	for i := range out {
		out[i] = slices.Clone(l.rows[i])
	}
	return out
}

// crossings counts the pairs of edges between two rows that cross.
func (l *layers) crossings() int {
	total := 0
	var ends, tree []int
	for row := range max(len(l.rows)-1, 0) {
		ends = ends[:0]
		for _, v := range l.rows[row] {
			from := len(ends)
			for _, d := range v.down {
				ends = append(ends, d.index)
			}
			slices.Sort(ends[from:])
		}
		n := len(l.rows[row+1])
		tree = slices.Grow(tree[:0], n+1)[:n+1]
		clear(tree)
		total += inversions(ends, tree)
	}
	return total
}

// inversions counts pairs out of order, with a tree of counts (Fenwick).
// whose length is one more than the greatest value, and more.
func inversions(values, tree []int) int {
	n, total := len(tree)-1, 0
	for i := len(values) - 1; i >= 0; i-- {
		for k := values[i]; k > 0; k -= k & -k {
			total += tree[k]
		}
		for k := values[i] + 1; k <= n; k += k & -k {
			tree[k]++
		}
	}
	return total
}

// settle gives coordinates: each vertex as near as can be to its neighbours,
// with the order and the least distances kept (isotonic regression by pooling
// adjacent violators, one row after another).
func (l *layers) settle() {
	for _, row := range l.rows {
		x := 0.0
		for i, v := range row {
			if i > 0 {
				x += l.distance(row[i-1], v)
			}
			v.x = x
		}
	}
	for k := range settleRounds {
		moved := 0.0
		for s := range l.rows {
			row := s
			if k%2 == 1 {
				row = len(l.rows) - 1 - s
			}
			moved = max(moved, l.settleRow(l.rows[row], k%2 == 0))
		}
		if moved < still {
			break
		}
	}
	left := math.Inf(1)
	for _, row := range l.rows {
		if len(row) > 0 {
			left = min(left, row[0].x-row[0].width/2)
		}
	}
	for _, row := range l.rows {
		for _, v := range row {
			v.x -= left
		}
	}
}

func (l *layers) distance(a, b *vertex) float64 {
	gap := l.gap
	if a.node < 0 && b.node < 0 {
		gap = bendGap
	}
	return a.width/2 + a.after + gap + b.width/2
}

// pool is a run of vertices that move together.
type pool struct {
	mean, weight float64
	n            int
}

// settleRow returns by how much the vertex that moved most did.
func (l *layers) settleRow(row []*vertex, fromAbove bool) (moved float64) {
	offset := 0.0
	offsets, pools := l.offsets[:0], l.pools[:0]
	for i, v := range row {
		if i > 0 {
			offset += l.distance(row[i-1], v)
		}
		offsets = append(offsets, offset)
		want, weight := v.pull(fromAbove)
		p := pool{want - offset, weight, 1}
		for len(pools) > 0 && pools[len(pools)-1].mean > p.mean {
			q := pools[len(pools)-1]
			pools = pools[:len(pools)-1]
			p = pool{(q.mean*q.weight + p.mean*p.weight) / (q.weight + p.weight), q.weight + p.weight, q.n + p.n}
		}
		pools = append(pools, p)
	}
	l.offsets, l.pools = offsets, pools
	first, last := math.Inf(-1), math.Inf(1)
	if n := len(row); n > 0 && l.room > 0 {
		left := row[0].width / 2
		right := l.room - offset - row[n-1].width/2 - row[n-1].after
		if left <= right {
			first, last = left, right
		}
	}
	i := 0
	for _, p := range pools {
		at := min(max(p.mean, first), last)
		for range p.n {
			x := at + offsets[i]
			moved = max(moved, math.Abs(x-row[i].x))
			row[i].x = x
			i++
		}
	}
	return moved
}

// pull is where the neighbours want a vertex, and how strongly: those of the
// row just settled more, and bends most, so that long edges are straight.
func (v *vertex) pull(fromAbove bool) (want, weight float64) {
	up, down := 0.3, 1.0
	if fromAbove {
		up, down = 1, 0.3
	}
	sum := 0.0
	for _, n := range v.up {
		f := up
		if v.node < 0 && n.node < 0 {
			f *= 4
		}
		sum += n.x * f
		weight += f
	}
	for _, n := range v.down {
		f := down
		if v.node < 0 && n.node < 0 {
			f *= 4
		}
		sum += n.x * f
		weight += f
	}
	if weight == 0 {
		return v.x, 0.1
	}
	return sum / weight, min(weight, 4)
}
