package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// facets is the answer of /api/v1/facets.
type facets struct {
	// Total counts the whole selection. The numbers of a list apply everything
	// but that list's own choice: what choosing each would give.
	Total  int          `json:"total"`
	Kinds  []facetCount `json:"kinds"`
	Themes []facetCount `json:"themes"`
}

type facetCount struct {
	ID     string             `json:"id"`
	Parent string             `json:"parent,omitempty"`
	Name   directory.LangText `json:"name,omitempty"`
	Count  int                `json:"count"`
}

// Facets answers GET /api/v1/facets?selection. With a bounding box it counts
// what is on the map there, without one also the entries that have no point.
func (a *API) Facets(w http.ResponseWriter, r *http.Request) error {
	ask, err := ask(r)
	if err != nil {
		return err
	}
	sel := ask.filter.Selection
	key := "facets/" + a.cfg.View.Revision() + "?" + sel.Values().Encode()
	if k, ok := a.counts.get(key); ok {
		return write(w, r, "application/json", k.plain)
	}
	f, err := a.cfg.View.Filter(r.Context(), sel)
	if err != nil {
		return fmt.Errorf("facets: %w", err)
	}
	var counts atlas.Facets
	if sel.BBox != nil {
		counts = a.cfg.View.Atlas().Facets(atlas.BBox(*sel.BBox), f)
	} else if counts, err = a.countAll(r.Context(), f); err != nil {
		return fmt.Errorf("facets: %w", err)
	}
	body, err := json.Marshal(named(counts))
	if err != nil {
		return fmt.Errorf("facets: %w", err)
	}
	body = append(body, '\n')
	a.counts.put(&kept{key: key, plain: body})
	return write(w, r, "application/json", body)
}

// countAll counts every public entry, on the map or not.
func (a *API) countAll(ctx context.Context, f atlas.Filter) (atlas.Facets, error) {
	var c atlas.Facets
	err := a.cfg.Store.ScanIndex(ctx, func(row store.IndexRow) error {
		if row.Gone || f.Only != nil && !f.Only.Has(row.Num) {
			return nil
		}
		if f.Dated && !(row.HasDate && row.From < f.To && row.To > f.From) {
			return nil
		}
		kind := row.Kind.Number()
		inKinds := f.Kinds == 0 || kind >= 0 && f.Kinds&(1<<kind) != 0
		inThemes := f.Themes == 0 || f.Themes&row.ThemeMask != 0
		if inKinds && inThemes {
			c.Total++
		}
		if inThemes && kind >= 0 {
			c.Kinds[kind]++
		}
		if inKinds {
			for i := range c.Themes {
				if row.ThemeMask&(1<<i) != 0 {
					c.Themes[i]++
				}
			}
		}
		return nil
	})
	return c, err
}

func named(c atlas.Facets) facets {
	f := facets{Total: c.Total}
	for i, k := range directory.Kinds() {
		f.Kinds = append(f.Kinds, facetCount{ID: string(k), Count: c.Kinds[i]})
	}
	for i, t := range directory.Themes() {
		f.Themes = append(f.Themes, facetCount{ID: t.Slug, Parent: t.Parent, Name: t.Name, Count: c.Themes[i]})
	}
	return f
}
