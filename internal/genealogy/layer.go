package genealogy

import (
	"cmp"
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
	up    []*vertex
	down  []*vertex
	key   float64
}

// layers is the drawing before it has sizes in time: rows of vertices.
type layers struct {
	rows [][]*vertex
	// of is the vertex of each node, chains the vertices of each down link.
	of     []*vertex
	chains [][]*vertex
	gap    float64
}

// measure says how large things are.
type measure struct {
	node, gap float64
	// perRow is how many nodes a row may have, span how many seconds of time.
	perRow int
	span   int64
}

const (
	bendWidth = 6
	bendGap   = 12
	sweeps    = 24
	// settleRounds is how often coordinates are improved, down then up.
	settleRounds = 40
)

// layered puts the nodes in rows along time and orders each row.
func (o *ordered) layered(m measure) *layers {
	l := &layers{of: make([]*vertex, len(o.nodes)), gap: m.gap}
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
		chain := []*vertex{a}
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
		for i, v := range row {
			v.index = i
		}
	}
}

// uncross orders rows by the barycentre of their neighbours, down then up, and
// keeps the order with the fewest crossings.
func (l *layers) uncross() {
	best, kept := l.crossings(), l.snapshot()
	for k := range sweeps {
		if best == 0 {
			break
		}
		for s := range l.rows {
			row := s
			if k%2 == 1 {
				row = len(l.rows) - 1 - s
			}
			l.sortRow(row, k%2 == 0)
		}
		if c := l.crossings(); c < best {
			best, kept = c, l.snapshot()
		}
	}
	l.rows = kept
	l.number()
}

func (l *layers) sortRow(row int, fromAbove bool) {
	vs := l.rows[row]
	for _, v := range vs {
		near := v.down
		if fromAbove {
			near = v.up
		}
		v.key = float64(v.index) / float64(max(1, len(vs)-1))
		if len(near) == 0 {
			continue
		}
		sum := 0.0
		for _, n := range near {
			sum += float64(n.index) / float64(max(1, len(l.rows[n.layer])-1))
		}
		v.key = sum / float64(len(near))
	}
	slices.SortStableFunc(vs, func(a, b *vertex) int { return cmp.Compare(a.key, b.key) })
	for i, v := range vs {
		v.index = i
	}
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
	for row := range max(len(l.rows)-1, 0) {
		var ends []int
		for _, v := range l.rows[row] {
			from := len(ends)
			for _, d := range v.down {
				ends = append(ends, d.index)
			}
			slices.Sort(ends[from:])
		}
		total += inversions(ends, len(l.rows[row+1]))
	}
	return total
}

// inversions counts pairs out of order, with a tree of counts (Fenwick).
func inversions(values []int, n int) int {
	tree := make([]int, n+1)
	total := 0
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
		for s := range l.rows {
			row := s
			if k%2 == 1 {
				row = len(l.rows) - 1 - s
			}
			l.settleRow(l.rows[row], k%2 == 0)
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
	return a.width/2 + gap + b.width/2
}

// pool is a run of vertices that move together.
type pool struct {
	mean, weight float64
	n            int
}

func (l *layers) settleRow(row []*vertex, fromAbove bool) {
	offset := 0.0
	offsets := make([]float64, len(row))
	var pools []pool
	for i, v := range row {
		if i > 0 {
			offset += l.distance(row[i-1], v)
		}
		offsets[i] = offset
		want, weight := v.pull(fromAbove)
		p := pool{want - offset, weight, 1}
		for len(pools) > 0 && pools[len(pools)-1].mean > p.mean {
			q := pools[len(pools)-1]
			pools = pools[:len(pools)-1]
			p = pool{(q.mean*q.weight + p.mean*p.weight) / (q.weight + p.weight), q.weight + p.weight, q.n + p.n}
		}
		pools = append(pools, p)
	}
	i := 0
	for _, p := range pools {
		for range p.n {
			row[i].x = p.mean + offsets[i]
			i++
		}
	}
}

// pull is where the neighbours want a vertex, and how strongly: those of the
// row just settled more, and bends most, so that long edges are straight.
func (v *vertex) pull(fromAbove bool) (want, weight float64) {
	strong, weak := v.down, v.up
	if fromAbove {
		strong, weak = v.up, v.down
	}
	sum := 0.0
	add := func(near []*vertex, force float64) {
		for _, n := range near {
			f := force
			if v.node < 0 && n.node < 0 {
				f *= 4
			}
			sum += n.x * f
			weight += f
		}
	}
	add(strong, 1)
	add(weak, 0.3)
	if weight == 0 {
		return v.x, 0.1
	}
	return sum / weight, min(weight, 4)
}
