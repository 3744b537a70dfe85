package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/transfer"
)

// Numbers of entries of the feed of changes.
const defaultChanges = 50

// Events answers GET /feeds/events.ics?selection: every event of the selection.
func (a *API) Events(w http.ResponseWriter, r *http.Request) error {
	ask, err := ask(r)
	if err != nil {
		return err
	}
	return a.send(w, r, transfer.ICS, "text/calendar; charset=utf-8", "", ask, 0)
}

// Event answers GET /feeds/events/{id}.ics: one public event, for a calendar. The
// error wraps ErrNotFound for what is not a public, dated event.
func (a *API) Event(w http.ResponseWriter, r *http.Request) error {
	id, isFile := strings.CutSuffix(r.PathValue("id"), ".ics")
	e, err := a.cfg.Store.Entry(r.Context(), id)
	if err == nil && !isFile {
		err = directory.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("event %q: %w", id, err)
	}
	if p, ok := e.Public(); !ok || p.Kind != directory.KindEvent || p.Period == nil {
		return fmt.Errorf("event %q: %w", id, directory.ErrNotFound)
	}
	ask := asked{filter: store.EntryFilter{Nums: []int64{e.Num}}, values: url.Values{}}
	return a.send(w, r, transfer.ICS, "text/calendar; charset=utf-8", "event.ics", ask, 1)
}

// Changes answers GET /feeds/changes.atom?selection: the entries that changed
// last; limit says how many.
func (a *API) Changes(w http.ResponseWriter, r *http.Request) error {
	ask, err := ask(r)
	if err != nil {
		return err
	}
	most := defaultChanges
	if ask.values.Get("limit") != "" {
		most = ask.filter.Limit
	}
	ask.filter.Order = store.ByRecent
	return a.send(w, r, transfer.Atom, "application/atom+xml; charset=utf-8", "", ask, most)
}

// ExportCSV answers GET /export/entries.csv?selection with every entry of it.
func (a *API) ExportCSV(w http.ResponseWriter, r *http.Request) error {
	return a.export(w, r, transfer.CSV, "text/csv; charset=utf-8; header=present", "entries.csv")
}

// ExportGeoJSON answers GET /export/entries.geojson?selection with every entry
// of it; those without a point have no geometry.
func (a *API) ExportGeoJSON(w http.ResponseWriter, r *http.Request) error {
	return a.export(w, r, transfer.GeoJSON, geoJSON, "entries.geojson")
}

func (a *API) export(w http.ResponseWriter, r *http.Request, f transfer.Format, contentType, name string) error {
	ask, err := ask(r)
	if err != nil {
		return err
	}
	return a.send(w, r, f, contentType, name, ask, 0)
}

// send streams a file. Its ETag is of the change sequence, of what moves without one
// and of the query, so that a feed reader costs nothing while nothing changes.
func (a *API) send(w http.ResponseWriter, r *http.Request, f transfer.Format, contentType, name string, ask asked, most int) error {
	seq, err := a.cfg.Store.LastSeq(r.Context())
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	moving, err := a.cfg.View.Moving(r.Context(), ask.filter.Selection)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	open(w)
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	query := ask.values.Encode()
	if fresh(w, r, etag(string(f), a.cfg.Base, fmt.Sprint(seq), moving, query)) {
		return nil
	}
	h.Set("Content-Type", contentType)
	if name != "" {
		h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	}
	info := transfer.ExportInfo{
		Base: a.cfg.Base, Title: a.cfg.Title, Self: join(a.cfg.Base+r.URL.Path, query),
		Home: join(a.cfg.Base+"/", ask.filter.Selection.Values().Encode()), Now: a.cfg.Clock(), Most: most,
	}
	ask.filter.AfterNum = 0
	if r.Method == http.MethodHead {
		return nil
	}
	err = transfer.Export(r.Context(), a.cfg.Store, w, f, ask.filter, info)
	if err != nil && r.Context().Err() != nil {
		return nil // the client left
	}
	return err
}
