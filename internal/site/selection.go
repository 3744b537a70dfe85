package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
)

// chosen is the selection of a request, ready for the indexes: the same on the
// map, the timeline, the genealogy and the concepts, which each show of it what
// they can.
type chosen struct {
	// query is what of the address lasts, and is kept by links.
	query url.Values
	// sel is the selection without its box, which is where the map is.
	sel    directory.Selection
	box    *directory.BBox
	filter atlas.Filter
}

// selection reads the selection of a request. The error wraps
// directory.ErrInvalid when the address cannot be read.
func (s *Site) selection(r *http.Request) (chosen, error) {
	return s.choose(r.Context(), r.URL.Query())
}

// choose is selection for an address's query.
func (s *Site) choose(ctx context.Context, q url.Values) (chosen, error) {
	sel, err := directory.ParseSelection(q)
	if err != nil {
		return chosen{}, fmt.Errorf("read selection: %w", err)
	}
	c := chosen{query: state(q), sel: sel, box: sel.BBox}
	c.sel.BBox = nil
	if c.filter, err = s.cfg.View.Filter(ctx, c.sel); err != nil {
		return chosen{}, fmt.Errorf("filter: %w", err)
	}
	return c, nil
}

// languageName is a language in words, or its tag.
func languageName(l *i18n.Locale, tag string) string {
	if l.Has("language." + tag) {
		return l.T("language." + tag)
	}
	return tag
}

// conceptName is the name of a concept by its id or address, and the address
// itself when it is not held here.
func (s *Site) conceptName(ctx context.Context, l *i18n.Locale, concept string) string {
	e, err := s.cfg.Store.Entry(ctx, concept)
	if err != nil {
		e, err = s.cfg.Store.EntryByURI(ctx, concept)
	}
	p, public := e.Public()
	if err != nil || !public {
		return concept
	}
	return textIn(l, p.Name).Text
}

// of is the numbers of the chosen entries of one kind, whatever kinds are chosen
// elsewhere: what a view of that kind alone shows. Nil has every number.
func (s *Site) of(ctx context.Context, c chosen, k directory.Kind) (*directory.NumSet, error) {
	sel := c.sel
	sel.Kinds = nil
	if sel.IsZero() {
		return nil, nil
	}
	sel.Kinds = []directory.Kind{k}
	set, err := s.cfg.View.Set(ctx, sel)
	if err != nil {
		return nil, fmt.Errorf("choose of kind %s: %w", k, err)
	}
	return set, nil
}
