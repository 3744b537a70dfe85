package api

import (
	"context"
	"errors"
	"net/http"

	"codeberg.org/bocage/bocage/internal/directory"
)

// tourJSON is a published tour as programs read it; the command line imports it.
type tourJSON struct {
	Slug    string               `json:"slug"`
	Title   directory.LangText   `json:"title"`
	Summary directory.LangText   `json:"summary,omitempty"`
	Steps   []directory.TourStep `json:"steps"`
}

// tourLink is a tour of the list.
type tourLink struct {
	Slug  string             `json:"slug"`
	Title directory.LangText `json:"title"`
	Steps int                `json:"steps"`
	URL   string             `json:"url"`
	Page  string             `json:"page"`
}

// Tours answers GET /api/v1/tours: the published guided tours.
func (a *API) Tours(w http.ResponseWriter, r *http.Request) error {
	ts, err := a.cfg.Store.LiveTours(r.Context())
	if err != nil {
		return err
	}
	out := struct {
		Tours []tourLink `json:"tours"`
	}{Tours: make([]tourLink, len(ts))}
	for i, t := range ts {
		out.Tours[i] = tourLink{t.Slug, t.Title, len(t.Steps), a.cfg.Base + "/api/v1/tours/" + t.Slug, a.cfg.Base + "/tours/" + t.Slug}
	}
	return writeJSON(w, r, "application/json", out)
}

// Tour answers GET /api/v1/tours/{slug}: one published tour, without what it
// says of entries that nobody may see.
func (a *API) Tour(w http.ResponseWriter, r *http.Request) error {
	t, err := a.cfg.Store.LiveTour(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	for i := range t.Steps {
		for _, ref := range [...]*string{&t.Steps[i].Entry, &t.Steps[i].Picture} {
			seen, err := a.seen(r.Context(), *ref)
			if err != nil {
				return err
			}
			if !seen {
				*ref = ""
			}
		}
	}
	return writeJSON(w, r, "application/json", tourJSON{t.Slug, t.Title, t.Summary, t.Steps})
}

// seen reports whether anyone may see the entry of an ActivityPub id.
func (a *API) seen(ctx context.Context, uri string) (bool, error) {
	if uri == "" {
		return false, nil
	}
	e, err := a.cfg.Store.EntryByURI(ctx, uri)
	if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, ok := e.Public()
	return ok && e.Listed(), nil
}
