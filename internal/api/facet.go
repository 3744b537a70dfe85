package api

import (
	"encoding/json"
	"fmt"
	"net/http"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
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
	} else {
		counts = a.cfg.View.Facets(f)
	}
	body, err := json.Marshal(named(counts))
	if err != nil {
		return fmt.Errorf("facets: %w", err)
	}
	body = append(body, '\n')
	a.counts.put(&kept{key: key, plain: body})
	return write(w, r, "application/json", body)
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
