package site

import (
	"context"
	"fmt"
	"net/http"
	"sort"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/genealogy"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// ConceptsPage is the concepts by their first attested use.
type ConceptsPage struct {
	page.Base
	Drawing  sanitize.HTML
	Rows     []ConceptRow
	Query    string
	Count    string
	List     bool
	LaneHref string
	ListHref string
}

// ConceptRow is one concept in the list.
type ConceptRow struct {
	Date, Machine string
	Name, Summary Text
	Href          string
	Author        string
	Theme, Icon   string
	Definitions   string
	Broader       []NamedLink
	start         int64
	dated         bool
}

// Concepts is GET /concepts.
func (s *Site) Concepts(w http.ResponseWriter, r *http.Request) error {
	p := &ConceptsPage{Base: s.pages.Base(w, r, "concepts", "concepts.title")}
	p.Section, p.Description, p.Canonical = "concepts", p.T("concepts.description"), s.cfg.Env.Base+"/concepts"
	ctx := r.Context()
	all, err := s.concepts.get(s.cfg.View.Revision(), func() ([]directory.Public, error) { return s.conceptList(ctx) })
	if err != nil {
		return fmt.Errorf("concepts: %w", err)
	}
	c, err := s.selection(r)
	if err != nil {
		return err
	}
	keep, err := s.of(ctx, c, directory.KindConcept)
	if err != nil {
		return err
	}
	st := c.query
	p.Query, p.List = c.sel.Query, st.Get("view") == "list"
	p.LaneHref, p.ListHref = page.Address("/concepts", page.With(st, "view", "")), page.Address("/concepts", page.With(st, "view", "list"))
	byURI := make(map[string]directory.Public, len(all))
	for _, c := range all {
		byURI[c.URI] = c
	}
	var lanes []genealogy.Concept
	for _, c := range all {
		if !keep.Has(c.Num) {
			continue
		}
		p.Rows = append(p.Rows, conceptRow(p.Locale, c, byURI))
		lanes = append(lanes, lane(p.Locale, c, byURI))
	}
	sort.SliceStable(p.Rows, func(i, j int) bool {
		a, b := p.Rows[i], p.Rows[j]
		if a.dated != b.dated {
			return a.dated
		}
		if a.start != b.start {
			return a.start < b.start
		}
		return directory.Fold(a.Name.Text) < directory.Fold(b.Name.Text)
	})
	p.Count = p.N("concepts.count", len(p.Rows))
	if len(lanes) > 0 {
		p.Drawing = sanitize.Drawn(genealogy.ConceptLanes(lanes, s.cfg.Clock().Unix(), usualChart, drawOptions(p.Locale, p.N("concepts.drawing", len(lanes)))))
	}
	return s.pages.Page(w, r, http.StatusOK, "concepts", p)
}

// conceptList reads all concepts.
func (s *Site) conceptList(ctx context.Context) ([]directory.Public, error) {
	all, _, err := s.graphReader().OfKind(ctx, directory.KindConcept)
	return all, err
}

func conceptRow(l *i18n.Locale, c directory.Public, byURI map[string]directory.Public) ConceptRow {
	row := ConceptRow{Name: textIn(l, c.Name), Summary: textIn(l, c.Summary), Href: entryPath(c), Theme: themeOf(c), Icon: iconOf(c)}
	if c.Concept != nil {
		row.Machine, row.Date = c.Concept.FirstUse, l.EDTF(c.Concept.FirstUse)
		row.Author = join(c.Concept.FirstAuthor, c.Concept.SourceWork)
		row.start, row.dated = started(c.Concept.FirstUse)
		if n := len(c.Concept.Definitions); n > 0 {
			row.Definitions = l.N("concepts.definitions", n)
		}
	}
	for _, r := range c.Relations {
		if b, ok := byURI[r.Object]; ok && r.Type == directory.RelBroader {
			row.Broader = append(row.Broader, NamedLink{textIn(l, b.Name).Text, entryPath(b)})
		}
	}
	return row
}

// lane gives a concept's dated uses to the drawing.
func lane(l *i18n.Locale, c directory.Public, byURI map[string]directory.Public) genealogy.Concept {
	out := genealogy.Concept{ID: c.ID, Title: textIn(l, c.Name).Text, Href: entryPath(c), Theme: themeOf(c)}
	for _, r := range c.Relations {
		if b, ok := byURI[r.Object]; ok && r.Type == directory.RelBroader && out.Parent == "" {
			out.Parent = b.ID
		}
	}
	if c.Concept == nil {
		return out
	}
	add := func(date, label string) {
		if from, ok := started(date); ok {
			out.Uses = append(out.Uses, genealogy.Use{From: from, Date: l.EDTF(date), Label: label, Href: out.Href})
		}
	}
	first := c.Concept.SourceWork
	if first == "" {
		first = c.Concept.FirstAuthor
	}
	add(c.Concept.FirstUse, first)
	for _, d := range c.Concept.Definitions {
		if d.Date != c.Concept.FirstUse || d.Author != c.Concept.FirstAuthor {
			add(d.Date, d.Author)
		}
	}
	sort.SliceStable(out.Uses, func(i, j int) bool { return out.Uses[i].From < out.Uses[j].From })
	return out
}
