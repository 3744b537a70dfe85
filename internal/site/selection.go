package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
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

// entryName is the name of an entry by its id, handle or address; what was given
// when it is not held here, or not for everybody.
func (s *Site) entryName(ctx context.Context, l *i18n.Locale, ref string) string {
	e, err := s.cfg.Store.Entry(ctx, ref)
	for _, find := range []func(context.Context, string) (directory.Entry, error){s.cfg.Store.EntryByURI, s.cfg.Store.EntryByHandle} {
		if err != nil {
			e, err = find(ctx, ref)
		}
	}
	p, public := e.Public()
	if err != nil || !public {
		return ref
	}
	return textIn(l, p.Name).Text
}

// boxed keeps the box of the address as a filter: for the views that, unlike the
// map, are nowhere.
func (c chosen) boxed() chosen {
	if c.box != nil {
		c.query = page.With(c.query, "bbox", c.box.String())
	}
	return c
}

// values are those of the selection, with its box in the views where it is a filter.
func (c chosen) values() url.Values {
	v := c.sel.Values()
	if box := c.query.Get("bbox"); box != "" {
		v.Set("bbox", box)
	}
	return v
}

// within adds the box of the address to a set of numbers; nil has every number.
func (s *Site) within(c chosen, set *directory.NumSet) *directory.NumSet {
	if c.box == nil {
		return set
	}
	return set.And(s.cfg.View.Inside(atlasBox(*c.box)))
}

// of is the numbers of the chosen entries of one kind, for a view that has no
// other: none when other kinds are chosen. Nil has every number.
func (s *Site) of(ctx context.Context, c chosen, k directory.Kind) (*directory.NumSet, error) {
	if leavesOut(c.sel, k) {
		return directory.NewNumSet(), nil
	}
	sel := c.sel
	if sel.Kinds = nil; sel.IsZero() {
		return s.within(c, nil), nil
	}
	sel.Kinds = []directory.Kind{k}
	set, err := s.cfg.View.Set(ctx, sel)
	if err != nil {
		return nil, fmt.Errorf("choose of kind %s: %w", k, err)
	}
	return s.within(c, set), nil
}

// leavesOut reports whether a selection is of other kinds.
func leavesOut(sel directory.Selection, k directory.Kind) bool {
	return len(sel.Kinds) > 0 && !slices.Contains(sel.Kinds, k)
}

// otherKinds says why a view of one kind is empty when other kinds are chosen, and
// leads to the same selection without them; Href "" when that is not why.
func otherKinds(l *i18n.Locale, c chosen, path string, k directory.Kind) NamedLink {
	if !leavesOut(c.sel, k) {
		return NamedLink{}
	}
	return NamedLink{l.T("filter.other_kinds."+string(k), "kinds", kindsText(l, c.sel.Kinds)), page.Address(path, page.With(c.query, "kind", "", "after", ""))}
}

func kindsText(l *i18n.Locale, kinds []directory.Kind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = l.T("kinds." + string(k))
	}
	return strings.Join(names, ", ")
}
