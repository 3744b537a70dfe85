package genealogy

import (
	"cmp"
	"slices"
)

// Node is one text or concept.
type Node struct {
	ID    string
	Title string
	// Date is the date as people read it, "" when unknown.
	Date string
	// From is unix seconds, read only when Dated.
	From  int64
	Dated bool
	// Kind is the form of the text ("law", "charter"…): a CSS class suffix.
	Kind string
	// KindName is the form as people read it.
	KindName string
	Href     string
	// Theme is the dominant root theme's slug, "" for none.
	Theme string
	// Outside is the host of a text that is not held here, "" for what is.
	Outside string
	// Notes stand beside the card: who signed the text, where it was born.
	Notes []Note
}

// Note is a small card beside a text's, with an edge to it.
type Note struct {
	ID, Title, Href string
	// Type is the relation type ("signed_by", "founded_at").
	Type        string
	Unconfirmed bool
}

// Edge says that To descends from From: From is the older.
type Edge struct {
	From, To string
	// Type is the relation type ("inspires", "cites"…), a CSS class suffix.
	Type string
	// Unconfirmed says that only one side states it.
	Unconfirmed bool
}

// Graph is texts and their relations, in any order. Edges to unknown nodes are
// ignored.
type Graph struct {
	Nodes []Node
	Edges []Edge
}

// Lineage returns the subgraph of a text: its ancestors up to depth up and its
// descendants up to depth down, with all the edges between them. A depth of 0
// takes none, a negative one takes all. found is false when there is no such
// node.
func (g Graph) Lineage(id string, up, down int) (sub Graph, found bool) {
	children, parents := map[string][]string{}, map[string][]string{}
	for _, e := range g.Edges {
		children[e.From] = append(children[e.From], e.To)
		parents[e.To] = append(parents[e.To], e.From)
	}
	keep := reach(id, parents, up)
	for k := range reach(id, children, down) {
		keep[k] = true
	}
	for _, n := range g.Nodes {
		if keep[n.ID] {
			sub.Nodes = append(sub.Nodes, n)
			found = found || n.ID == id
		}
	}
	if !found {
		return Graph{}, false
	}
	for _, e := range g.Edges {
		if keep[e.From] && keep[e.To] {
			sub.Edges = append(sub.Edges, e)
		}
	}
	return sub, true
}

// reach returns what can be reached in up to depth steps, id included.
func reach(id string, next map[string][]string, depth int) map[string]bool {
	seen := map[string]bool{id: true}
	front := []string{id}
	for ; depth != 0 && len(front) > 0; depth-- {
		var beyond []string
		for _, a := range front {
			for _, b := range next[a] {
				if !seen[b] {
					seen[b] = true
					beyond = append(beyond, b)
				}
			}
		}
		front = beyond
	}
	return seen
}

// ordered is a graph made ready to lay out: indices for ids, in order of time.
type ordered struct {
	nodes []Node // dated first, by date, parents before children, then by ID
	dated int
	// down are edges from an older to a newer node, or to or from an undated
	// one; odd are the others: loops, circles, children older than parents.
	down, odd []link
}

// link is an edge between nodes by index.
type link struct {
	from, to int
	typ      string
	doubtful bool
}

// order sorts the graph. Of nodes with one ID the first counts; edges to
// unknown nodes and edges given twice are dropped.
func (g Graph) order() ordered {
	var o ordered
	seen := map[string]bool{}
	for _, n := range g.Nodes {
		if !seen[n.ID] {
			seen[n.ID] = true
			o.nodes = append(o.nodes, n)
		}
	}
	slices.SortFunc(o.nodes, func(a, b Node) int {
		if a.Dated != b.Dated {
			if a.Dated {
				return -1
			}
			return 1
		}
		if a.Dated && a.From != b.From {
			return cmp.Compare(a.From, b.From)
		}
		return cmp.Compare(a.ID, b.ID)
	})
	index := map[string]int{}
	for i, n := range o.nodes {
		index[n.ID] = i
		if n.Dated {
			o.dated++
		}
	}
	o.classify(g.links(index))
	return o
}

// links returns the edges between known nodes, sorted, each once.
func (g Graph) links(index map[string]int) []link {
	var out []link
	for _, e := range g.Edges {
		from, ok1 := index[e.From]
		to, ok2 := index[e.To]
		if ok1 && ok2 {
			out = append(out, link{from, to, e.Type, e.Unconfirmed})
		}
	}
	slices.SortFunc(out, func(a, b link) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.typ, b.typ), compareBool(a.doubtful, b.doubtful))
	})
	// Of an edge that is given twice the confirmed one counts.
	return slices.CompactFunc(out, func(a, b link) bool { return a.from == b.from && a.to == b.to && a.typ == b.typ })
}

func compareBool(a, b bool) int {
	if a == b {
		return 0
	}
	if b {
		return -1
	}
	return 1
}

// classify divides the edges and sorts nodes of one date so that parents come
// before children.
func (o *ordered) classify(links []link) {
	sameDate := map[int][]int{} // children of the same date
	for _, l := range links {
		a, b := &o.nodes[l.from], &o.nodes[l.to]
		switch {
		case l.from == l.to:
			o.odd = append(o.odd, l)
		case !a.Dated && !b.Dated, a.Dated && b.Dated && a.From == b.From:
			if reaches(sameDate, l.to, l.from) {
				o.odd = append(o.odd, l)
				continue
			}
			sameDate[l.from] = append(sameDate[l.from], l.to)
			o.down = append(o.down, l)
		case a.Dated && b.Dated && a.From > b.From:
			o.odd = append(o.odd, l)
		default:
			o.down = append(o.down, l)
		}
	}
	o.renumber(sameDate)
}

// reaches says whether to can be reached from from.
func reaches(next map[int][]int, from, to int) bool {
	stack, seen := []int{from}, map[int]bool{from: true}
	for len(stack) > 0 {
		k := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if k == to {
			return true
		}
		for _, n := range next[k] {
			if !seen[n] {
				seen[n] = true
				stack = append(stack, n)
			}
		}
	}
	return false
}

// renumber orders nodes of one date by generation, and the links with them.
func (o *ordered) renumber(sameDate map[int][]int) {
	if len(sameDate) == 0 {
		return
	}
	generation := make([]int, len(o.nodes))
	for changed := true; changed; {
		changed = false
		for from, tos := range sameDate {
			for _, to := range tos {
				if generation[to] <= generation[from] {
					generation[to] = generation[from] + 1
					changed = true
				}
			}
		}
	}
	perm := make([]int, len(o.nodes))
	for i := range perm {
		perm[i] = i
	}
	slices.SortStableFunc(perm, func(a, b int) int {
		x, y := &o.nodes[a], &o.nodes[b]
		if x.Dated != y.Dated || x.Dated && x.From != y.From {
			return cmp.Compare(a, b)
		}
		return cmp.Compare(generation[a], generation[b])
	})
	place := make([]int, len(perm))
	nodes := make([]Node, len(perm))
	for i, k := range perm {
		place[k], nodes[i] = i, o.nodes[k]
	}
	o.nodes = nodes
	for _, links := range [][]link{o.down, o.odd} {
		for i, l := range links {
			links[i].from, links[i].to = place[l.from], place[l.to]
		}
	}
}
