package genealogy

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
}

// Edge says that To descends from From: From is the older.
type Edge struct {
	From, To string
	// Type is the relation type ("inspires", "cites"…), a CSS class suffix.
	Type string
}

// Graph is texts and their relations, in any order. Edges to unknown nodes are
// ignored.
type Graph struct {
	Nodes []Node
	Edges []Edge
}

// Lineage returns the subgraph of a text: its ancestors up to depth up and its
// descendants up to depth down. found is false when there is no such node.
func (g Graph) Lineage(id string, up, down int) (sub Graph, found bool) { return Graph{}, false }

// LayoutOptions say how to lay out. The zero value is right for a page.
type LayoutOptions struct {
	// Focus is the ID of the text whose lineage it is; its card is marked.
	Focus string
	// Width is the least width of the drawing in pixels; it grows when needed.
	Width int
	// Lang is "fr" or "en".
	Lang string
}

// Layout is a drawing ready to be written.
type Layout struct{}

// Layout places the nodes as cards, time from top to bottom. The same graph
// gives the same layout, whatever the order of its nodes and edges.
func (g Graph) Layout(opt LayoutOptions) Layout { return Layout{} }

// SVGOptions are what a drawing needs to know of the page.
type SVGOptions struct {
	// Title is the accessible name of the drawing, Lang "fr" or "en".
	Title, Lang string
	// TypeName names a relation type for the legend and for edges' titles.
	TypeName func(typ string) string
}

// SVG draws the layout: bands of time, edges, cards as links.
func (l Layout) SVG(opt SVGOptions) []byte { return nil }

// Legend draws a legend of the relation types that the layout shows.
func (l Layout) Legend(opt SVGOptions) []byte { return nil }

// Cycles lists the edges that contradict time or close a circle; they are
// drawn dashed, without direction.
func (l Layout) Cycles() []Edge { return nil }

// Overview draws all the texts of the graph as dots in rows of time.
func (g Graph) Overview(width int, opt SVGOptions) []byte { return nil }

// Use is one attested use of a concept.
type Use struct {
	// From is unix seconds; Date is what people read.
	From  int64
	Date  string
	Label string
	Href  string // "" for no link
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

// ConceptLanes draws concepts as lanes, by first use, children below their parent.
func ConceptLanes(concepts []Concept, now int64, width int, opt SVGOptions) []byte { return nil }
