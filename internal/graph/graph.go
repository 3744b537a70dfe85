package graph

import (
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Node is one entry of a graph, keyed by its URI.
type Node struct {
	// Public is the entry without its long texts. Of one that is not Held only URI,
	// Origin and the name that others gave it are known.
	directory.Public
	// Held says that the entry is here and listed.
	Held bool
}

// Edge is one stated relation; it reads "subject TYPE object".
type Edge struct {
	// Subject is the URI of the entry that the edge starts from; Relation.Object is
	// the URI of the other.
	Subject string
	directory.Relation
	// StatedBy is the origin of whoever states it, "" for ours.
	StatedBy string
	// Confirmed says that the object states it too, see directory.Public.Agrees.
	Confirmed bool
}

// Ends are the older and the newer end of an edge of descent.
func (e Edge) Ends() (older, newer string) {
	if e.Type == directory.RelInspires {
		return e.Subject, e.Object
	}
	return e.Object, e.Subject
}

// Graph is nodes by number, those that are not held last, and the edges between them.
type Graph struct {
	Nodes []Node
	Edges []Edge
	// Left is how many nodes were left out because there are too many.
	Left int

	index map[string]int
}

// descent are the types of edges from text to text, attached those from a text to
// who signed it and where it was born.
var (
	descent = []directory.RelationType{directory.RelInspires, directory.RelCites, directory.RelAmends, directory.RelRepeals,
		directory.RelTranslates, directory.RelRespondsTo, directory.RelImplements, directory.RelVersionOf}
	attached = []directory.RelationType{directory.RelSignedBy, directory.RelFoundedAt}
)

// Descent reports whether edges of type t lead from text to text.
func Descent(t directory.RelationType) bool { return slices.Contains(descent, t) }

// DescentTypes returns the types of edges that lead from text to text, in a fresh slice.
func DescentTypes() []directory.RelationType { return slices.Clone(descent) }

// Attached reports whether edges of type t lead from a text to who signed it or
// where it was born.
func Attached(t directory.RelationType) bool { return slices.Contains(attached, t) }

// Node returns the node of a URI.
func (g *Graph) Node(uri string) (Node, bool) {
	i, ok := g.index[uri]
	if !ok {
		return Node{}, false
	}
	return g.Nodes[i], true
}

// ByID returns the held node of a local key.
func (g *Graph) ByID(id string) (Node, bool) {
	for _, n := range g.Nodes {
		if n.ID == id && n.Held {
			return n, true
		}
	}
	return Node{}, false
}

// add puts a node in once; a held one takes the place of one that is not.
func (g *Graph) add(n Node) {
	if g.index == nil {
		g.index = map[string]int{}
	}
	if i, ok := g.index[n.URI]; ok {
		if n.Held && !g.Nodes[i].Held {
			g.Nodes[i] = n
		}
		return
	}
	g.index[n.URI] = len(g.Nodes)
	g.Nodes = append(g.Nodes, n)
}

// sub is the graph of the nodes that keep names, with the edges between them.
func (g *Graph) sub(keep map[string]bool) *Graph {
	out := &Graph{}
	for _, n := range g.Nodes {
		if keep[n.URI] {
			out.add(n)
		}
	}
	for _, e := range g.Edges {
		if keep[e.Subject] && keep[e.Object] {
			out.Edges = append(out.Edges, e)
		}
	}
	return out
}

// Select keeps the texts that nums holds, at most most of them when it is not 0,
// and what hangs on them: who signed them, where they were born, and the texts
// that are not held.
func (g *Graph) Select(nums *directory.NumSet, most int) *Graph {
	keep := map[string]bool{}
	left := 0
	for _, n := range g.Nodes {
		if !n.Held || n.Kind != directory.KindText || nums != nil && !nums.Has(n.Num) {
			continue
		}
		if most > 0 && len(keep) >= most {
			left++
			continue
		}
		keep[n.URI] = true
	}
	out := g.sub(g.with(keep))
	out.Left = left
	return out
}

// with adds to the texts that keep names what hangs on them and is not a held text.
func (g *Graph) with(keep map[string]bool) map[string]bool {
	more := map[string]bool{}
	for _, e := range g.Edges {
		for _, ends := range [2][2]string{{e.Subject, e.Object}, {e.Object, e.Subject}} {
			if !keep[ends[0]] || keep[ends[1]] {
				continue
			}
			if n, ok := g.Node(ends[1]); ok && (!n.Held || n.Kind != directory.KindText) {
				more[ends[1]] = true
			}
		}
	}
	for uri := range more {
		keep[uri] = true
	}
	return keep
}

// Texts is the graph without what hangs on the texts: held texts and the edges
// of descent between them.
func (g *Graph) Texts() *Graph {
	keep := map[string]bool{}
	for _, n := range g.Nodes {
		if n.Held && n.Kind == directory.KindText {
			keep[n.URI] = true
		}
	}
	out := g.sub(keep)
	out.Left = g.Left
	return out
}

// Lineage returns the ancestors of a node up to depth generations and its
// descendants down to depth, with what hangs on them, at most most nodes, the
// nearest first: Left counts the others. A negative depth takes all.
func (g *Graph) Lineage(uri string, depth, most int) (*Graph, bool) {
	if _, ok := g.index[uri]; !ok {
		return nil, false
	}
	older, newer := map[string][]string{}, map[string][]string{}
	for _, e := range g.Edges {
		if Descent(e.Type) {
			from, to := e.Ends()
			newer[from], older[to] = append(newer[from], to), append(older[to], from)
		}
	}
	keep := map[string]bool{uri: true}
	up, down := []string{uri}, []string{uri}
	seenUp, seenDown := map[string]bool{uri: true}, map[string]bool{uri: true}
	left := 0
	step := func(front []string, next map[string][]string, seen map[string]bool) []string {
		var beyond []string
		for _, at := range front {
			for _, n := range next[at] {
				if seen[n] {
					continue
				}
				seen[n] = true
				if !keep[n] && len(keep) >= most {
					left++
					continue
				}
				keep[n] = true
				beyond = append(beyond, n)
			}
		}
		return beyond
	}
	for ; depth != 0 && len(up)+len(down) > 0; depth-- {
		up, down = step(up, older, seenUp), step(down, newer, seenDown)
	}
	for _, e := range g.Edges {
		if Attached(e.Type) && keep[e.Subject] && !keep[e.Object] {
			keep[e.Object] = true
		}
	}
	out := g.sub(keep)
	out.Left = left
	return out, true
}
