package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// mapLink is a map as listed.
type mapLink struct {
	Handle  string             `json:"handle"`
	Name    directory.LangText `json:"name"`
	Summary directory.LangText `json:"summary,omitempty"`
	// Entries is how many public entries are in it.
	Entries int `json:"entries"`
	// URL is the map's actor and page, API its document here.
	URL string `json:"url"`
	API string `json:"api"`
}

// mapDocument is all that a map says.
type mapDocument struct {
	mapLink
	Selection directory.MapSelection `json:"selection"`
	Look      directory.Look         `json:"look,omitzero"`
	Created   time.Time              `json:"created"`
	Updated   time.Time              `json:"updated"`
	Links     []link                 `json:"links"`
}

func (a *API) mapLink(ctx context.Context, m directory.Map) (mapLink, error) {
	n, err := a.cfg.Store.CountMap(ctx, m.ID)
	return mapLink{Handle: m.Handle, Name: m.Name, Summary: m.Summary, Entries: n,
		URL: a.cfg.Base + "/maps/" + m.Handle, API: a.cfg.Base + "/api/v1/maps/" + m.Handle}, err
}

// Maps answers GET /api/v1/maps: the maps, by handle.
func (a *API) Maps(w http.ResponseWriter, r *http.Request) error {
	ms, err := a.cfg.Store.Maps(r.Context())
	if err != nil {
		return fmt.Errorf("list maps: %w", err)
	}
	out := struct {
		Maps []mapLink `json:"maps"`
	}{Maps: make([]mapLink, len(ms))}
	for i, m := range ms {
		if out.Maps[i], err = a.mapLink(r.Context(), m); err != nil {
			return fmt.Errorf("list maps: %w", err)
		}
	}
	return writeJSON(w, r, "application/json", out)
}

// Map answers GET /api/v1/maps/{map}: what a map is limited to, how it looks, and
// where what is in it can be read.
func (a *API) Map(w http.ResponseWriter, r *http.Request) error {
	m, err := a.cfg.Store.MapByHandle(r.Context(), strings.ToLower(r.PathValue("map")))
	if err != nil {
		return fmt.Errorf("map %q: %w", r.PathValue("map"), err)
	}
	d := mapDocument{Selection: m.Selection, Look: m.Look, Created: m.Created, Updated: m.Updated}
	if d.mapLink, err = a.mapLink(r.Context(), m); err != nil {
		return fmt.Errorf("map %q: %w", m.Handle, err)
	}
	in := "?" + url.Values{"map": {m.Handle}}.Encode()
	d.Links = []link{
		{"items", geoJSON, a.cfg.Base + "/api/v1/entries" + in},
		{"alternate", "text/html", d.URL},
		{"alternate", "text/html", d.URL + "/timeline"},
		{"alternate", "text/calendar", a.cfg.Base + "/feeds/events.ics" + in},
		{"alternate", "application/atom+xml", a.cfg.Base + "/feeds/changes.atom" + in},
		{"alternate", geoJSON, a.cfg.Base + "/export/entries.geojson" + in},
		{"alternate", "text/csv", a.cfg.Base + "/export/entries.csv" + in},
		{"alternate", "application/json+oembed", a.cfg.Base + "/oembed?" + url.Values{"url": {d.URL}}.Encode()},
	}
	return writeJSON(w, r, "application/json", d)
}
