package genealogy

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"codeberg.org/bocage/bocage/internal/glyph"
)

// LayoutOptions say how to lay out. The zero value is right for a page.
type LayoutOptions struct {
	// Focus is the ID of the text whose lineage it is; its card is marked.
	Focus string
	// Width is how wide the drawing should become at most, in pixels, 960 when 0; it
	// is wider when a row needs it.
	Width int
	// Least is how wide it is in any case; 0 is Width.
	Least int
	// Lang is "fr" or "en".
	Lang string
}

const (
	cardWidth  = 160
	cardGap    = 16
	bandGap    = 44 // between the cards of two bands, for the edges
	labelRoom  = 112
	sideMargin = 16
	titleSize  = 13.3
	titleLines = 5
	lineHeight = 15.3
	cardHead   = 38 // from the card's top to its first line of title
	yearSecs   = 31556952
)

// Layout is a drawing ready to be written.
type Layout struct {
	opt           LayoutOptions
	order         ordered
	layers        *layers
	bands         []band
	lines         [][]string // the title of each node, wrapped
	width, height float64
	offset        float64 // x of the leftmost vertex
	near          []nearness
}

// band is a row of time.
type band struct {
	label, until string
	top, height  float64
}

// nearness says where a node stands to the focus.
type nearness uint8

const (
	elsewhere nearness = iota
	ancestor
	descendant
	focus
)

// Layout places the nodes as cards, time from top to bottom. The same graph
// gives the same layout, whatever the order of its nodes and edges.
func (g Graph) Layout(opt LayoutOptions) Layout {
	if opt.Width <= 0 {
		opt.Width = 960
	}
	l := Layout{opt: opt, order: g.order()}
	room := opt.Width - labelRoom - sideMargin
	l.layers = l.order.layered(measure{node: cardWidth, gap: cardGap, perRow: max(3, room/(cardWidth+cardGap)), span: 9 * yearSecs,
		spread: l.order.makeRoom})
	for _, n := range l.order.nodes {
		size := titleSize
		if n.ID == opt.Focus {
			size *= 1.06 // bold
		}
		l.lines = append(l.lines, glyph.Wrap(n.Title, size, cardWidth-30, titleLines))
	}
	l.place(func(row []*vertex) float64 {
		height := 0.0
		for _, v := range row {
			if v.node >= 0 {
				height = max(height, l.cardHeight(v.node), notesHeight(len(l.order.nodes[v.node].Notes)))
			}
		}
		return height + bandGap
	})
	l.relate()
	return l
}

// place gives each row its band and computes the size of the drawing.
func (l *Layout) place(heightOf func(row []*vertex) float64) {
	y, right := 0.0, 0.0
	for i, row := range l.layers.rows {
		b := band{top: y, height: heightOf(row)}
		b.label, b.until = l.bandLabel(row)
		l.bands = append(l.bands, b)
		y += b.height
		if len(row) > 0 {
			last := l.layers.rows[i][len(row)-1]
			right = max(right, last.x+last.width/2+last.after)
		}
	}
	l.height = max(y, 60)
	l.width = max(float64(cmp.Or(l.opt.Least, l.opt.Width)), labelRoom+right+sideMargin)
	l.offset = labelRoom + (l.width-labelRoom-sideMargin-right)/2
}

// bandLabel is the years of a row's nodes: the first, and the last if another.
func (l *Layout) bandLabel(row []*vertex) (label, until string) {
	first, last := math.MaxInt, math.MinInt
	for _, v := range row {
		if v.node >= 0 && l.order.nodes[v.node].Dated {
			y := yearOf(l.order.nodes[v.node].From)
			first, last = min(first, y), max(last, y)
		}
	}
	if first > last {
		return word(l.opt.Lang, "undated"), ""
	}
	if first < last {
		until = word(l.opt.Lang, "to") + " " + yearName(last)
	}
	return yearName(first), until
}

func yearOf(at int64) int { return time.Unix(at, 0).UTC().Year() }

func yearStart(y int) int64 { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC).Unix() }

func yearName(y int) string {
	if y < 0 {
		return "−" + strconv.Itoa(-y)
	}
	return strconv.Itoa(y)
}

// word returns one of the few words that drawings say by themselves.
func word(lang, key string) string {
	words := map[string][2]string{ // French, English
		"undated":  {"Sans date", "Undated"},
		"to":       {"à", "to"},
		"contrary": {"relation contraire aux dates", "relation against the dates"},
		"uses":     {"emplois attestés", "attested uses"},
		"use":      {"emploi attesté", "attested use"},
		"doubtful": {"dit d’un seul côté, non confirmé", "stated by one side only, not confirmed"},
		"more":     {"autres", "more"},
		"first":    {"premier emploi", "first use"},
		"no use":   {"emploi non daté", "undated use"},
	}
	if lang == "en" || len(lang) > 2 && lang[:3] == "en-" {
		return words[key][1]
	}
	return words[key][0]
}

// relate marks the ancestors and descendants of the focus.
func (l *Layout) relate() {
	l.near = make([]nearness, len(l.order.nodes))
	at := slices.IndexFunc(l.order.nodes, func(n Node) bool { return l.opt.Focus != "" && n.ID == l.opt.Focus })
	if at < 0 {
		return
	}
	children, parents := map[int][]int{}, map[int][]int{}
	for _, k := range l.order.down {
		children[k.from] = append(children[k.from], k.to)
		parents[k.to] = append(parents[k.to], k.from)
	}
	mark := func(next map[int][]int, as nearness) {
		stack := []int{at}
		for len(stack) > 0 {
			k := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, n := range next[k] {
				if l.near[n] == elsewhere {
					l.near[n] = as
					stack = append(stack, n)
				}
			}
		}
	}
	l.near[at] = focus
	mark(parents, ancestor)
	mark(children, descendant)
}

// vivid says whether an edge is on a line of descent of the focus.
func (l *Layout) vivid(e link) bool {
	a, b := l.near[e.from], l.near[e.to]
	return a != elsewhere && b != elsewhere && (a == b || a == focus || b == focus)
}

// Width is how wide the drawing is, in pixels.
func (l Layout) Width() float64 { return l.width }

// Cycles lists the edges that contradict time or close a circle; they are
// drawn dashed, without direction.
func (l Layout) Cycles() []Edge {
	var out []Edge
	for _, k := range l.order.odd {
		out = append(out, Edge{From: l.order.nodes[k.from].ID, To: l.order.nodes[k.to].ID, Type: k.typ, Unconfirmed: k.doubtful})
	}
	return out
}

// Cycles lists the edges that contradict time or close a circle.
func (g Graph) Cycles() []Edge { return Layout{order: g.order()}.Cycles() }

// Types lists the relation types that the layout shows, sorted.
func (l Layout) Types() []string {
	var out []string
	for _, k := range l.order.down {
		out = append(out, k.typ)
	}
	for _, n := range l.order.nodes {
		for _, note := range n.Notes {
			out = append(out, note.Type)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
