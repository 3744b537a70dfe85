package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/genealogy"
	"codeberg.org/bocage/bocage/internal/graph"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// LineagePage is the ancestors and descendants of one text.
type LineagePage struct {
	page.Base
	Name      Text
	Href      string
	Drawing   sanitize.HTML
	Legend    sanitize.HTML
	Summary   string
	Depths    []ScaleLink
	Ancestors []Branch
	Heirs     []Branch
	// Beside is who signed the texts and where they were born.
	Beside []BesideView
	// Notes say what is odd or left out.
	Notes   []string
	Exports []NamedLink
}

// LineageView is the part of a lineage that a text's own page shows.
type LineageView struct {
	Drawing, Legend sanitize.HTML
	Href, Summary   string
}

// Branch is one text of the nested list, with those behind it.
type Branch struct {
	Name     Text
	Href     string
	Line     string
	Doubt    string // why it is not sure, "" when both sides say it
	Outside  bool   // leads to another server
	Branches []Branch
}

// BesideView is what one text says of who signed it or where it was born.
type BesideView struct {
	Text, Words string
	Name        Text
	Href, Doubt string
	Outside     bool
}

// branchDepth bounds the nested list, branchMost its length, and lineageMost the
// texts of a lineage.
const (
	branchDepth = 6
	branchMost  = 200
	lineageMost = 250
)

// Lineage is GET /genealogy/{id}.
func (s *Site) Lineage(w http.ResponseWriter, r *http.Request) error {
	p := &LineagePage{Base: s.pages.Base(w, r, "genealogy", "")}
	g, err := s.textGraph(r.Context())
	if err != nil {
		return fmt.Errorf("lineage: %w", err)
	}
	id := r.PathValue("id")
	text, ok := g.ByID(id)
	if !ok || text.Kind != directory.KindText {
		return fmt.Errorf("text %q: %w", id, directory.ErrNotFound)
	}
	q := r.URL.Query()
	depth, name := depthOf(q.Get("depth"))
	sub, _ := g.Lineage(text.URI, depth, lineageMost)
	p.Name, p.Href, p.Section = textIn(p.Locale, text.Name), entryPath(text.Public), "genealogy"
	p.Title = p.T("lineage.title", "name", p.Name.Text)
	p.Description, p.Canonical = p.Title, s.cfg.Env.Base+"/genealogy/"+id
	p.Picture = s.entryPicture(p.Locale, text.Public)
	drawn := drawing(p.Locale, sub, "")
	stayInMap(&p.Base, &drawn)
	layout := drawn.Layout(genealogy.LayoutOptions{Focus: id, Lang: p.Tag, Width: usualChart, Least: minChart})
	opt := drawOptions(p.Locale, p.N("lineage.drawing", len(drawn.Nodes), "name", p.Name.Text))
	p.Drawing, p.Legend = sanitize.Drawn(layout.SVG(opt)), sanitize.Drawn(layout.Legend(opt))
	p.note(sub, drawn, len(layout.Cycles()))
	for _, d := range []string{"1", "2", "all"} {
		p.Depths = append(p.Depths, ScaleLink{Name: p.T("lineage.depth." + d), Current: d == name,
			Href: page.Address(r.URL.EscapedPath(), page.With(state(q), "depth", d))})
	}
	p.Exports = fileLinks(p.Locale, "/export/genealogy", GraphFormats, page.With(url.Values{"id": {id}}, "depth", q.Get("depth"), "lang", q.Get("lang")))
	left := branchMost
	p.Ancestors = branches(p.Locale, sub, text.URI, true, map[string]bool{text.URI: true}, branchDepth, &left)
	p.Heirs = branches(p.Locale, sub, text.URI, false, map[string]bool{text.URI: true}, branchDepth, &left)
	p.Beside = beside(p.Locale, sub)
	up, down := reach(sub.Edges, text.URI)
	p.Summary = join(p.N("lineage.older", up), p.N("lineage.newer", down))
	return s.pages.Page(w, r, http.StatusOK, "lineage", p)
}

// note says what the drawing cannot: what is left out, undated or contradictory.
func (p *LineagePage) note(sub *graph.Graph, drawn genealogy.Graph, cycles int) {
	undated := 0
	for _, n := range drawn.Nodes {
		if !n.Dated {
			undated++
		}
	}
	for key, n := range map[string]int{"lineage.cycles": cycles, "lineage.undated": undated, "lineage.left": sub.Left} {
		if n > 0 {
			p.Notes = append(p.Notes, p.N(key, n))
		}
	}
	slices.Sort(p.Notes)
}

// depthOf reads how many generations to show, each way.
func depthOf(s string) (depth int, name string) {
	switch s {
	case "1", "2":
		n, _ := strconv.Atoi(s)
		return n, s
	}
	const generations = 50
	return generations, "all"
}

// reach counts the texts before and after one.
func reach(edges []graph.Edge, uri string) (up, down int) {
	older, newer := map[string][]string{}, map[string][]string{}
	for _, e := range edges {
		if graph.Descent(e.Type) {
			from, to := e.Ends()
			older[to], newer[from] = append(older[to], from), append(newer[from], to)
		}
	}
	walk := func(next map[string][]string) int {
		seen, queue := map[string]bool{uri: true}, []string{uri}
		for len(queue) > 0 {
			at := queue[0]
			queue = queue[1:]
			for _, to := range next[at] {
				if !seen[to] {
					seen[to] = true
					queue = append(queue, to)
				}
			}
		}
		return len(seen) - 1
	}
	return walk(older), walk(newer)
}

// branches lists the texts next to one, with those behind each, without going
// in circles.
func branches(l *i18n.Locale, g *graph.Graph, uri string, up bool, path map[string]bool, depth int, left *int) []Branch {
	if depth == 0 {
		return nil
	}
	var out []Branch
	for _, e := range g.Edges {
		if !graph.Descent(e.Type) {
			continue
		}
		at, other := e.Ends()
		key := "edge.down."
		if up {
			at, other, key = other, at, "edge.up."
		}
		t, ok := g.Node(other)
		if at != uri || path[other] || !ok || *left == 0 {
			continue
		}
		*left--
		path[other] = true
		object, _ := g.Node(e.Object)
		b := Branch{Name: textIn(l, t.Name), Line: join(l.T(key + string(e.Type))), Doubt: doubt(l, e, object), Outside: !t.Held,
			Branches: branches(l, g, other, up, path, depth-1, left)}
		if t.Held {
			b.Href, b.Line = entryPath(t.Public), join(whenLine(l, t.Public), b.Line)
		} else {
			b.Href = sanitize.URL(t.URI)
		}
		out = append(out, b)
		delete(path, other)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Line < out[j].Line })
	return out
}

// beside lists who signed the texts of a graph and where they were born.
func beside(l *i18n.Locale, g *graph.Graph) []BesideView {
	var out []BesideView
	for _, e := range g.Edges {
		if !graph.Attached(e.Type) || len(out) == branchMost {
			continue
		}
		text, _ := g.Node(e.Subject)
		o, _ := g.Node(e.Object)
		out = append(out, BesideView{Text: textIn(l, text.Name).Text, Words: l.T("rel." + string(e.Type)), Name: textIn(l, o.Name),
			Href: nodeHref(o, ""), Doubt: doubt(l, e, o), Outside: !o.Held})
	}
	return out
}

// excerpt is the direct parents and children of a text, for its own page; nil
// when it has none.
func (s *Site) excerpt(ctx context.Context, l *i18n.Locale, e directory.Public) (*LineageView, error) {
	g, err := s.textGraph(ctx)
	if err != nil {
		return nil, fmt.Errorf("lineage: %w", err)
	}
	sub, found := g.Lineage(e.URI, 1, lineageMost)
	if !found || len(sub.Edges) == 0 {
		return nil, nil
	}
	drawn := drawing(l, sub, "")
	opt := drawOptions(l, l.N("lineage.drawing", len(drawn.Nodes), "name", textIn(l, e.Name).Text))
	layout := drawn.Layout(genealogy.LayoutOptions{Focus: e.ID, Lang: l.Tag, Least: minChart})
	up, down := reach(g.Edges, e.URI)
	return &LineageView{Drawing: sanitize.Drawn(layout.SVG(opt)), Legend: sanitize.Drawn(layout.Legend(opt)),
		Href: "/genealogy/" + url.PathEscape(e.ID), Summary: join(l.N("lineage.older", up), l.N("lineage.newer", down))}, nil
}
