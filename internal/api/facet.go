package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/register"
	"codeberg.org/bocage/bocage/internal/view"
)

// facets is the answer of /api/v1/facets.
type facets struct {
	// Total counts the whole selection. The numbers of a list apply everything
	// but that list's own choice: what choosing each would give.
	Total  int          `json:"total"`
	Kinds  []facetCount `json:"kinds"`
	Themes []facetCount `json:"themes"`
	// The other lists have what occurs, most first.
	Tags      []facetCount `json:"tags"`
	Languages []facetCount `json:"languages"`
	Origins   []facetCount `json:"origins"`
	Licences  []facetCount `json:"licences"`
	Areas     []facetCount `json:"areas"`
	Concepts  []facetCount `json:"concepts"`
	Fresh     []facetCount `json:"fresh"`
	Rules     []facetCount `json:"rules"`
}

type facetCount struct {
	ID     string             `json:"id"`
	Parent string             `json:"parent,omitempty"`
	Name   directory.LangText `json:"name,omitempty"`
	Label  string             `json:"label,omitempty"`
	Count  int                `json:"count"`
}

// freshMonths are the choices of freshness that are counted.
var freshMonths = [...]int{6, 12, 24}

// mostCounted is how many tags and concepts are counted by name.
const mostCounted = 50

// Facets answers GET /api/v1/facets?selection. With a bounding box it counts
// what is on the map there, without one also the entries that have no point.
func (a *API) Facets(w http.ResponseWriter, r *http.Request) error {
	ask, err := ask(r)
	if err != nil {
		return err
	}
	sel := ask.filter.Selection
	counts, err := a.cfg.View.Facets(r.Context(), sel, view.Shows{Box: (*atlas.BBox)(sel.BBox), Months: freshMonths[:], Most: mostCounted})
	if err != nil {
		return fmt.Errorf("facets: %w", err)
	}
	body, err := json.Marshal(named(counts))
	if err != nil {
		return fmt.Errorf("facets: %w", err)
	}
	return write(w, r, "application/json", append(body, '\n'))
}

func named(c register.Counts) facets {
	f := facets{Total: c.Total, Tags: listed(c.Tags), Languages: listed(c.Languages), Origins: listed(c.Origins),
		Licences: listed(c.Licences), Concepts: listed(c.Concepts), Areas: []facetCount{}, Fresh: []facetCount{},
		Rules: []facetCount{{ID: directory.RulesPublished, Count: c.Rules}}}
	for i, k := range directory.Kinds() {
		f.Kinds = append(f.Kinds, facetCount{ID: string(k), Count: c.Kinds[i]})
	}
	for i, t := range directory.Themes() {
		f.Themes = append(f.Themes, facetCount{ID: t.Slug, Parent: t.Parent, Name: t.Name, Count: c.Themes[i]})
	}
	for i, o := range f.Origins {
		if o.ID == "" {
			f.Origins[i].ID = directory.OriginLocal
		}
	}
	for _, area := range view.Areas(c) {
		f.Areas = append(f.Areas, facetCount{ID: area.ID, Parent: area.Region, Label: area.Name, Count: area.N})
	}
	for i, n := range c.Since {
		f.Fresh = append(f.Fresh, facetCount{ID: strconv.Itoa(freshMonths[i]) + "m", Count: n})
	}
	return f
}

func listed(counts []register.Count) []facetCount {
	out := make([]facetCount, len(counts))
	for i, c := range counts {
		out[i] = facetCount{ID: c.Value, Count: c.N}
		if c.Shown != c.Value {
			out[i].Label = c.Shown
		}
	}
	return out
}
