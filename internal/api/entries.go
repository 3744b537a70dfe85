package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/transfer"
)

// link is one of the links of a collection, by RFC 8288 relation.
type link struct {
	Rel  string `json:"rel"`
	Type string `json:"type,omitempty"`
	Href string `json:"href"`
}

// collection is a GeoJSON FeatureCollection with the members that OGC API
// Features gives it (Part 1 §7.16).
type collection struct {
	Type           string `json:"type"`
	NumberMatched  int    `json:"numberMatched"`
	NumberReturned int    `json:"numberReturned"`
	// Instead is the query that is answered when the one of the request finds nothing.
	Instead  string             `json:"instead,omitempty"`
	Links    []link             `json:"links"`
	Features []transfer.Feature `json:"features"`
}

const geoJSON = "application/geo+json"

// Entries answers GET /api/v1/entries: one page of the selection, in a stable
// order, with a link to the next.
func (a *API) Entries(w http.ResponseWriter, r *http.Request) error {
	ask, err := ask(r)
	if err != nil {
		return err
	}
	f := ask.filter
	limit := f.Limit
	f.Limit = limit + 1 // one more tells whether there is a next page
	instead := a.cfg.View.Instead(f.Query)
	if instead != "" {
		f.Query = instead
	}
	es, err := a.list(r.Context(), f)
	if err != nil {
		return fmt.Errorf("list entries: %w", err)
	}
	matched, err := a.matched(r.Context(), f)
	if err != nil {
		return fmt.Errorf("count entries: %w", err)
	}
	// What was just published is listed a moment before it is counted.
	c := collection{Type: "FeatureCollection", NumberMatched: max(matched, len(es)), Instead: instead, Features: []transfer.Feature{}}
	more := len(es) > limit
	if more {
		es = es[:limit]
	}
	for _, e := range es {
		if p, ok := e.Public(); ok {
			c.Features = append(c.Features, transfer.NewFeature(p, a.cfg.Base))
		}
	}
	c.NumberReturned = len(c.Features)
	url := a.cfg.Base + "/api/v1/entries"
	self := ask.values.Encode()
	if after := ask.filter.AfterNum; after > 0 {
		self = with(ask.values, "after", cursor(after))
	}
	c.Links = []link{{"self", geoJSON, join(url, self)}}
	if more {
		next := join(url, with(ask.values, "after", cursor(es[limit-1].Num)))
		c.Links = append(c.Links, link{"next", geoJSON, next})
		w.Header().Add("Link", `<`+next+`>; rel="next"; type="`+geoJSON+`"`)
	}
	return writeJSON(w, r, geoJSON, c)
}

// list is the entries of a filter. Words and nothing else are what is asked for with
// every letter that somebody types: memory has the numbers.
func (a *API) list(ctx context.Context, f store.EntryFilter) ([]directory.Entry, error) {
	words := store.EntryFilter{Selection: directory.Selection{Query: f.Query}, AfterNum: f.AfterNum, Limit: f.Limit}
	if f.Query != "" && reflect.DeepEqual(f, words) {
		if nums, ok := a.cfg.View.Search(f.Query, f.AfterNum, f.Limit); ok {
			return a.cfg.Store.EntriesByNum(ctx, nums)
		}
	}
	return a.cfg.Store.Entries(ctx, f)
}

// matched counts the whole selection: in memory, but for what only the database
// knows. A count in the database reads every entry that it counts.
func (a *API) matched(ctx context.Context, f store.EntryFilter) (int, error) {
	if !f.Since.IsZero() {
		return a.cfg.Store.CountEntries(ctx, f)
	}
	return a.cfg.View.Count(ctx, f.Selection, (*atlas.BBox)(f.BBox))
}

func join(url, query string) string {
	if query == "" {
		return url
	}
	return url + "?" + query
}

// Entry answers GET /api/v1/entries/{id}: one feature, by the UUID of this
// instance. The error wraps ErrNotFound, or ErrGone of an entry that was deleted.
func (a *API) Entry(w http.ResponseWriter, r *http.Request) error {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil || len(r.PathValue("id")) != len(id.String()) {
		return fmt.Errorf("entry %.60q: %w", r.PathValue("id"), directory.ErrNotFound)
	}
	e, err := a.cfg.Store.Entry(r.Context(), id.String())
	if err != nil {
		return fmt.Errorf("entry %s: %w", id, err)
	}
	_, leaving, err := a.cfg.Store.Leaving(r.Context(), e)
	if err != nil {
		return fmt.Errorf("entry %s: %w", id, err)
	}
	p, ok := e.Public()
	if !ok || leaving {
		return fmt.Errorf("entry %s: %w", id, directory.ErrNotFound)
	}
	return writeJSON(w, r, geoJSON, transfer.NewFeature(p, a.cfg.Base))
}

// writeJSON answers with v and an ETag of its bytes.
func writeJSON(w http.ResponseWriter, r *http.Request, contentType string, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(true)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	return write(w, r, contentType, b.Bytes())
}
