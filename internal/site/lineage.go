package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"sync"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/genealogy"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// GenealogyPage is all the texts: as dots by time, and as a table.
type GenealogyPage struct {
	page.Base
	Drawing sanitize.HTML
	Legend  sanitize.HTML
	Query   string
	Rows    []TextRow
	Count   string
	List    bool // the table comes first
	TreeHref,
	ListHref string
}

// TextRow is one text in the table.
type TextRow struct {
	Date, Machine string
	Name          Text
	Href, Lineage string
	Form, Authors string
	Older, Newer  string
}

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
	Cycles    int
}

// LineageView is the part of a lineage that a text's own page shows.
type LineageView struct {
	Drawing       sanitize.HTML
	Href, Summary string
}

// Branch is one text of the nested list, with those behind it.
type Branch struct {
	Name     Text
	Href     string
	Line     string
	Branches []Branch
}

// branchDepth bounds the nested list, and branchMost its length.
const (
	branchDepth = 6
	branchMost  = 200
)

// older are the relation types that lead from a text to one before it.
var olderTypes = []directory.RelationType{directory.RelCites, directory.RelAmends, directory.RelRepeals, directory.RelTranslates,
	directory.RelRespondsTo, directory.RelImplements, directory.RelVersionOf}

// lineageGraph is the texts and who descends from whom.
type lineageGraph struct {
	genealogy.Graph
	texts map[string]directory.Public
}

// graph reads the texts, kept until the directory changes.
func (s *Site) graph(ctx context.Context, l *i18n.Locale) (lineageGraph, error) {
	texts, err := s.texts.get(s.cfg.View.Revision(), func() ([]directory.Public, error) { return s.ofKind(ctx, directory.KindText) })
	if err != nil {
		return lineageGraph{}, err
	}
	g := lineageGraph{texts: make(map[string]directory.Public, len(texts))}
	ids := make(map[string]string, len(texts))
	for _, t := range texts {
		ids[t.URI] = t.ID
		g.texts[t.ID] = t
	}
	for _, t := range texts {
		n := genealogy.Node{ID: t.ID, Title: textIn(l, t.Name).Text, Date: whenLine(l, t), KindName: kindName(l, t),
			Href: "/genealogy/" + url.PathEscape(t.ID), Theme: themeOf(t), Kind: "other"}
		if t.Text != nil && t.Text.Form != "" {
			n.Kind = t.Text.Form
		}
		if from := begins(t); from > -1<<62 {
			n.From, n.Dated = from, true
		}
		g.Nodes = append(g.Nodes, n)
		for _, r := range t.Relations {
			other, ok := ids[r.Object]
			if !ok {
				continue
			}
			switch {
			case r.Type == directory.RelInspires:
				g.Edges = append(g.Edges, genealogy.Edge{From: t.ID, To: other, Type: string(r.Type)})
			case slices.Contains(olderTypes, r.Type):
				g.Edges = append(g.Edges, genealogy.Edge{From: other, To: t.ID, Type: string(r.Type)})
			}
		}
	}
	return g, nil
}

// drawOptions name the relation types in the drawing.
func drawOptions(l *i18n.Locale, title string) genealogy.SVGOptions {
	return genealogy.SVGOptions{Title: title, Lang: l.Tag, TypeName: func(t string) string {
		if l.Has("edge." + t) {
			return l.T("edge." + t)
		}
		return t
	}}
}

// Genealogy is GET /genealogy.
func (s *Site) Genealogy(w http.ResponseWriter, r *http.Request) error {
	p := &GenealogyPage{Base: s.pages.Base(w, r, "genealogy", "genealogy.title")}
	p.Section, p.Description, p.Canonical = "genealogy", p.T("genealogy.description"), s.cfg.Env.Base+"/genealogy"
	g, err := s.graph(r.Context(), p.Locale)
	if err != nil {
		return fmt.Errorf("genealogy: %w", err)
	}
	q := r.URL.Query()
	p.Query, p.List = q.Get("q"), q.Get("view") == "list"
	st := state(q)
	p.TreeHref, p.ListHref = page.Address("/genealogy", page.With(st, "view", "")), page.Address("/genealogy", page.With(st, "view", "list"))
	older, newer := map[string]int{}, map[string]int{}
	for _, e := range g.Edges {
		older[e.To]++
		newer[e.From]++
	}
	if len(g.Nodes) > 0 && !p.List {
		if err := s.drawOverview(p, g); err != nil {
			return err
		}
	}
	needle := directory.Fold(p.Query)
	for _, t := range byDate(g.texts) {
		row := TextRow{Date: whenLine(p.Locale, t), Name: textIn(p.Locale, t.Name), Href: entryPath(t), Form: kindName(p.Locale, t),
			Lineage: "/genealogy/" + url.PathEscape(t.ID), Older: p.Number(older[t.ID]), Newer: p.Number(newer[t.ID])}
		if t.Period != nil {
			row.Machine = t.Period.Start
		}
		if t.Text != nil {
			row.Authors = t.Text.Authors
		}
		if needle == "" || foldContains(needle, row.Name.Text, row.Authors, row.Form) {
			p.Rows = append(p.Rows, row)
		}
	}
	p.Count = p.N("genealogy.count", len(p.Rows))
	return s.pages.Page(w, r, http.StatusOK, "genealogy", p)
}

// overview is the drawing of all texts in one language, and its legend.
type overview struct{ drawing, legend sanitize.HTML }

// drawOverview draws all texts, once for each language and revision.
func (s *Site) drawOverview(p *GenealogyPage, g lineageGraph) error {
	made, err := s.overviews.get(s.cfg.View.Revision(), func() (*sync.Map, error) { return &sync.Map{}, nil })
	if err != nil {
		return err
	}
	kept, ok := made.Load(p.Locale.Tag)
	if !ok {
		opt := drawOptions(p.Locale, p.N("genealogy.drawing", len(g.Nodes)))
		kept = overview{sanitize.Drawn(g.Overview(usualChart, opt)), sanitize.Drawn(g.Graph.Legend(opt))}
		made.Store(p.Locale.Tag, kept)
	}
	o := kept.(overview)
	p.Drawing, p.Legend = o.drawing, o.legend
	return nil
}

// byDate sorts texts, oldest first, undated last, then by ID.
func byDate(texts map[string]directory.Public) []directory.Public {
	out := make([]directory.Public, 0, len(texts))
	for _, t := range texts {
		out = append(out, t)
	}
	key := func(p directory.Public) int64 {
		if b := begins(p); b > -1<<62 {
			return b
		}
		return 1<<62 - 1
	}
	sort.Slice(out, func(i, j int) bool {
		if a, b := key(out[i]), key(out[j]); a != b {
			return a < b
		}
		return out[i].ID < out[j].ID
	})
	return out
}

// Lineage is GET /genealogy/{id}.
func (s *Site) Lineage(w http.ResponseWriter, r *http.Request) error {
	p := &LineagePage{Base: s.pages.Base(w, r, "genealogy", "")}
	g, err := s.graph(r.Context(), p.Locale)
	if err != nil {
		return fmt.Errorf("lineage: %w", err)
	}
	id := r.PathValue("id")
	text, ok := g.texts[id]
	if !ok {
		return fmt.Errorf("text %q: %w", id, directory.ErrNotFound)
	}
	q := r.URL.Query()
	depth, name := depthOf(q.Get("depth"))
	sub, _ := g.Graph.Lineage(id, depth, depth)
	p.Name, p.Href, p.Section = textIn(p.Locale, text.Name), entryPath(text), "genealogy"
	p.Title = p.T("lineage.title", "name", p.Name.Text)
	p.Description, p.Canonical = p.Title, s.cfg.Env.Base+"/genealogy/"+id
	layout := sub.Layout(genealogy.LayoutOptions{Focus: id, Lang: p.Tag, Width: usualChart})
	opt := drawOptions(p.Locale, p.N("lineage.drawing", len(sub.Nodes), "name", p.Name.Text))
	p.Drawing, p.Legend = sanitize.Drawn(layout.SVG(opt)), sanitize.Drawn(layout.Legend(opt))
	p.Cycles = len(layout.Cycles())
	for _, d := range []string{"1", "2", "all"} {
		p.Depths = append(p.Depths, ScaleLink{Name: p.T("lineage.depth." + d), Current: d == name,
			Href: page.Address(r.URL.EscapedPath(), page.With(state(q), "depth", d))})
	}
	left := branchMost
	p.Ancestors = s.branches(p.Locale, g, sub.Edges, id, true, map[string]bool{id: true}, branchDepth, &left)
	p.Heirs = s.branches(p.Locale, g, sub.Edges, id, false, map[string]bool{id: true}, branchDepth, &left)
	up, down := reach(sub.Edges, id)
	p.Summary = join(p.N("lineage.older", up), p.N("lineage.newer", down))
	return s.pages.Page(w, r, http.StatusOK, "lineage", p)
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
func reach(edges []genealogy.Edge, id string) (up, down int) {
	walk := func(next func(genealogy.Edge) (from, to string)) int {
		seen, queue := map[string]bool{id: true}, []string{id}
		for len(queue) > 0 {
			at := queue[0]
			queue = queue[1:]
			for _, e := range edges {
				if from, to := next(e); from == at && !seen[to] {
					seen[to] = true
					queue = append(queue, to)
				}
			}
		}
		return len(seen) - 1
	}
	return walk(func(e genealogy.Edge) (string, string) { return e.To, e.From }), walk(func(e genealogy.Edge) (string, string) { return e.From, e.To })
}

// branches lists the texts next to id, with those behind each, without going
// in circles.
func (s *Site) branches(l *i18n.Locale, g lineageGraph, edges []genealogy.Edge, id string, up bool, path map[string]bool, depth int, left *int) []Branch {
	if depth == 0 {
		return nil
	}
	var out []Branch
	for _, e := range edges {
		at, other, key := e.From, e.To, "edge.down."
		if up {
			at, other, key = e.To, e.From, "edge.up."
		}
		t, ok := g.texts[other]
		if at != id || path[other] || !ok || *left == 0 {
			continue
		}
		*left--
		path[other] = true
		out = append(out, Branch{Name: textIn(l, t.Name), Href: entryPath(t), Line: join(whenLine(l, t), l.T(key+e.Type)),
			Branches: s.branches(l, g, edges, other, up, path, depth-1, left)})
		delete(path, other)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Line < out[j].Line })
	return out
}

// excerpt is the direct parents and children of a text, for its own page; nil
// when it has none.
func (s *Site) excerpt(ctx context.Context, l *i18n.Locale, e directory.Public) (*LineageView, error) {
	g, err := s.graph(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("lineage: %w", err)
	}
	sub, found := g.Graph.Lineage(e.ID, 1, 1)
	if !found || len(sub.Edges) == 0 {
		return nil, nil
	}
	name := textIn(l, e.Name).Text
	opt := drawOptions(l, l.N("lineage.drawing", len(sub.Nodes), "name", name))
	all, _ := g.Graph.Lineage(e.ID, branchDepth*10, branchDepth*10)
	up, down := reach(all.Edges, e.ID)
	return &LineageView{Drawing: sanitize.Drawn(sub.Layout(genealogy.LayoutOptions{Focus: e.ID, Lang: l.Tag}).SVG(opt)),
		Href: "/genealogy/" + url.PathEscape(e.ID), Summary: join(l.N("lineage.older", up), l.N("lineage.newer", down))}, nil
}

// foldContains reports whether any of the texts holds the folded needle.
func foldContains(needle string, texts ...string) bool {
	return slices.ContainsFunc(texts, func(t string) bool { return containsFold(t, needle) })
}
