package site

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/graph"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/view"
)

// GenealogyPage is all the texts: as dots by time, and as a table.
type GenealogyPage struct {
	page.Base
	Drawing sanitize.HTML
	Legend  sanitize.HTML
	Query   string
	Facets  FacetPanel
	Rows    []TextRow
	Count   string
	// Other leads to the texts when other kinds are chosen, Href "" when not.
	Other NamedLink
	// Pale says what the pale dots are and leads to the first that is not; Href ""
	// when there are none.
	Pale NamedLink
	// Notes say what the drawing leaves out and what is odd in it.
	Notes []string
	List  bool // the table comes first
	TreeHref,
	ListHref string
	Next    string // the rest of the table, "" at its end
	First   string // its beginning, "" there
	Exports []NamedLink
}

// TextRow is one text in the table.
type TextRow struct {
	Date, Machine string
	Name          Text
	Href, Lineage string
	Form, Authors string
	Older, Newer  string
}

// Sizes of the page of all texts: more than overviewMost are not drawn, because
// nobody could read them, and the table has tableMost rows a page.
const (
	overviewMost = 600
	tableMost    = 200
)

// Genealogy is GET /genealogy.
func (s *Site) Genealogy(w http.ResponseWriter, r *http.Request) error {
	p := &GenealogyPage{Base: s.pages.Base(w, r, "genealogy", "genealogy.title")}
	p.Section, p.Description, p.Canonical = "genealogy", p.T("genealogy.description"), s.cfg.Env.Base+"/genealogy"
	p.Picture = s.viewPicture(r.Context(), p.Locale, "genealogy")
	c, err := s.selection(r)
	if err != nil {
		return err
	}
	c = c.boxed()
	all, err := s.textGraph(r.Context())
	if err != nil {
		return fmt.Errorf("genealogy: %w", err)
	}
	keep, err := s.of(r.Context(), c, directory.KindText)
	if err != nil {
		return err
	}
	texts := textsOf(all, keep)
	p.Query, p.List = c.sel.Query, c.query.Get("view") == "list"
	st := page.With(c.query, "after", "")
	p.TreeHref, p.ListHref = page.Address("/genealogy", page.With(st, "view", "")), page.Address("/genealogy", page.With(st, "view", "list"))
	p.Exports = fileLinks(p.Locale, "/export/genealogy", GraphFormats, page.With(c.values(), "lang", st.Get("lang")))
	if !p.List {
		if err := s.drawOverview(r.Context(), p, all, texts); err != nil {
			return err
		}
	}
	if all.Left > 0 {
		p.Notes = append(p.Notes, p.N("genealogy.left", all.Left))
	}
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	p.table(all, texts, st, after)
	p.Count, p.Other = p.N("genealogy.count", len(texts.Nodes)), otherKinds(p.Locale, c, "/genealogy", directory.KindText)
	if p.Facets, err = s.facets(r.Context(), p.Locale, c, "/genealogy", view.Shows{Only: directory.KindText}, "view"); err != nil {
		return err
	}
	if p.Facets.Hides, err = s.hides(r, p.Locale, c, p.Facets.ClearHref, view.Shows{Only: directory.KindText}); err != nil {
		return err
	}
	if r.URL.Query().Get("fragment") == "view" {
		return s.pages.Fragment(w, r, "genealogy", "view", p)
	}
	return s.pages.Page(w, r, http.StatusOK, "genealogy", p)
}

// table fills one page of the table, with how many texts are before and after each.
func (p *GenealogyPage) table(all, texts *graph.Graph, st url.Values, after int) {
	older, newer := map[string]int{}, map[string]int{}
	for _, e := range all.Edges {
		if graph.Descent(e.Type) {
			from, to := e.Ends()
			older[to]++
			newer[from]++
		}
	}
	rows := byDate(texts)
	from := max(0, min(after, len(rows)))
	to := min(from+tableMost, len(rows))
	if from > 0 {
		p.First = page.Address("/genealogy", st)
	}
	if to < len(rows) {
		p.Next = page.Address("/genealogy", page.With(st, "after", strconv.Itoa(to))) + "#h-textes"
	}
	for _, t := range rows[from:to] {
		row := TextRow{Date: whenLine(p.Locale, t), Name: textIn(p.Locale, t.Name), Href: entryPath(t), Form: kindName(p.Locale, t),
			Lineage: p.At("/genealogy/" + url.PathEscape(t.ID)), Older: p.Number(older[t.URI]), Newer: p.Number(newer[t.URI])}
		if t.Period != nil {
			row.Machine = t.Period.Start
		}
		if t.Text != nil {
			row.Authors = t.Text.Authors
		}
		p.Rows = append(p.Rows, row)
	}
}

// byDate sorts texts, oldest first, undated last, then by ID.
func byDate(g *graph.Graph) []directory.Public {
	type dated struct {
		directory.Public
		from int64
	}
	list := make([]dated, 0, len(g.Nodes))
	for _, n := range g.Nodes {
		from := begins(n.Public)
		if from == -1<<62 {
			from = 1<<62 - 1
		}
		list = append(list, dated{n.Public, from})
	}
	slices.SortFunc(list, func(a, b dated) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.ID, b.ID)) })
	out := make([]directory.Public, len(list))
	for i, d := range list {
		out[i] = d.Public
	}
	return out
}
