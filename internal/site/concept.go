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
	"codeberg.org/bocage/bocage/internal/view"
)

// ConceptsPage is the concepts by their first attested use.
type ConceptsPage struct {
	page.Base
	Drawing sanitize.HTML
	Rows    []ConceptRow
	Query   string
	Facets  FacetPanel
	Count   string
	// Other leads to the concepts when other kinds are chosen, Href "" when not.
	Other    NamedLink
	List     bool
	LaneHref string
	ListHref string
	Exports  []NamedLink
}

// ConceptLinks are the concepts to which one is related in one way.
type ConceptLinks struct {
	Title string
	Links []NamedLink
}

// ConceptRow is one concept in the list.
type ConceptRow struct {
	Date, Machine string
	Name, Summary Text
	Href          string
	Author        string
	Theme, Icon   string
	Definitions   string
	// Relations are its broader, narrower and related concepts, by name of the type.
	Relations []ConceptLinks
	start     int64
	dated     bool
}

// Concepts is GET /concepts.
func (s *Site) Concepts(w http.ResponseWriter, r *http.Request) error {
	p := &ConceptsPage{Base: s.pages.Base(w, r, "concepts", "concepts.title")}
	p.Section, p.Description, p.Canonical = "concepts", p.T("concepts.description"), s.cfg.Env.Base+"/concepts"
	p.Picture = s.viewPicture(r.Context(), p.Locale, "concepts")
	ctx := r.Context()
	all, err := s.concepts.get(s.cfg.View.Revision(), func() ([]directory.Public, error) { return s.conceptList(ctx) })
	if err != nil {
		return fmt.Errorf("concepts: %w", err)
	}
	c, err := s.selection(r)
	if err != nil {
		return err
	}
	c = c.boxed()
	keep, err := s.of(ctx, c, directory.KindConcept)
	if err != nil {
		return err
	}
	st := c.query
	p.Query, p.List = c.sel.Query, st.Get("view") == "list"
	p.LaneHref, p.ListHref = page.Address("/concepts", page.With(st, "view", "")), page.Address("/concepts", page.With(st, "view", "list"))
	if err := s.conceptRows(r, p, all, keep); err != nil {
		return err
	}
	p.Exports = fileLinks(p.Locale, "/export/concepts", ConceptFormats, page.With(c.values(), "lang", st.Get("lang")))
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
	p.Count, p.Other = p.N("concepts.count", len(p.Rows)), otherKinds(p.Locale, c, "/concepts", directory.KindConcept)
	if p.Facets, err = s.facets(r.Context(), p.Locale, c, "/concepts", view.Shows{Only: directory.KindConcept}, "view"); err != nil {
		return err
	}
	if p.Facets.Hides, err = s.hides(r, p.Locale, c, p.Facets.ClearHref, view.Shows{Only: directory.KindConcept}); err != nil {
		return err
	}
	if r.URL.Query().Get("fragment") == "view" {
		return s.pages.Fragment(w, r, "concepts", "view", p)
	}
	return s.pages.Page(w, r, http.StatusOK, "concepts", p)
}

// lanesMost is how many concepts are drawn; a page with more has the list only.
const lanesMost = 400

// conceptRows fills the list, and the drawing.
func (s *Site) conceptRows(r *http.Request, p *ConceptsPage, all []directory.Public, keep *directory.NumSet) error {
	known, err := s.conceptsKnown(r.Context(), all)
	if err != nil {
		return err
	}
	var lanes []genealogy.Concept
	for _, c := range all {
		if keep.Has(c.Num) {
			p.Rows = append(p.Rows, conceptRow(p.Locale, c, known))
			lanes = append(lanes, lane(p.Locale, c, known, ""))
		}
	}
	if len(lanes) > 0 && len(lanes) <= lanesMost && !p.List {
		p.Drawing = sanitize.Drawn(genealogy.ConceptLanes(lanes, s.cfg.Clock().Unix(), usualChart, drawOptions(p.Locale, p.N("concepts.drawing", len(lanes)))))
	}
	return nil
}

// conceptList reads all concepts.
func (s *Site) conceptList(ctx context.Context) ([]directory.Public, error) {
	all, _, err := s.graphReader().OfKind(ctx, directory.KindConcept)
	return all, err
}

func conceptRow(l *i18n.Locale, c directory.Public, byURI known) ConceptRow {
	row := ConceptRow{Name: textIn(l, c.Name), Summary: textIn(l, c.Summary), Href: entryPath(c), Theme: themeOf(c), Icon: iconOf(c)}
	if c.Concept != nil {
		row.Machine, row.Date = c.Concept.FirstUse, l.EDTF(c.Concept.FirstUse)
		row.Author = join(c.Concept.FirstAuthor, c.Concept.SourceWork)
		row.start, row.dated = started(c.Concept.FirstUse)
		if n := len(c.Concept.Definitions); n > 0 {
			row.Definitions = l.N("concepts.definitions", n)
		}
	}
	row.Relations = conceptLinks(l, c, byURI)
	return row
}
