package api

import (
	"log/slog"
	"net/http"
	"time"

	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/view"
)

// Config is what the API needs.
type Config struct {
	Store *store.Store
	View  *view.View
	// Basemap may be nil: its tiles are then empty.
	Basemap *basemap.Basemap
	// Base is the instance's URL without a trailing slash.
	Base string
	// Title is the instance's name, for feeds.
	Title  string
	Clock  func() time.Time // nil = time.Now
	Logger *slog.Logger     // nil = slog.Default()
}

// API is the handlers. Its methods may be called concurrently; each returns an
// error that wraps a sentinel of package directory, for the caller to render
// (see WriteProblem).
type API struct{ cfg Config }

// New returns the handlers.
func New(cfg Config) *API { return &API{cfg: cfg} }

// Entries answers GET /api/v1/entries.
func (a *API) Entries(w http.ResponseWriter, r *http.Request) error { return directory.ErrUnavailable }

// Entry answers GET /api/v1/entries/{id}.
func (a *API) Entry(w http.ResponseWriter, r *http.Request) error { return directory.ErrUnavailable }

// Facets answers GET /api/v1/facets.
func (a *API) Facets(w http.ResponseWriter, r *http.Request) error { return directory.ErrUnavailable }

// Timeline answers GET /api/v1/timeline.
func (a *API) Timeline(w http.ResponseWriter, r *http.Request) error { return directory.ErrUnavailable }

// OpenAPI answers GET /api/v1/openapi.yaml.
func (a *API) OpenAPI(w http.ResponseWriter, r *http.Request) error { return directory.ErrUnavailable }

// EntryTile answers GET /tiles/entries/{z}/{x}/{y}.
func (a *API) EntryTile(w http.ResponseWriter, r *http.Request) error {
	return directory.ErrUnavailable
}

// BaseTile answers GET /tiles/base/{z}/{x}/{y}.
func (a *API) BaseTile(w http.ResponseWriter, r *http.Request) error { return directory.ErrUnavailable }

// Events answers GET /feeds/events.ics.
func (a *API) Events(w http.ResponseWriter, r *http.Request) error { return directory.ErrUnavailable }

// Changes answers GET /feeds/changes.atom.
func (a *API) Changes(w http.ResponseWriter, r *http.Request) error { return directory.ErrUnavailable }

// ExportCSV answers GET /export/entries.csv.
func (a *API) ExportCSV(w http.ResponseWriter, r *http.Request) error {
	return directory.ErrUnavailable
}

// ExportGeoJSON answers GET /export/entries.geojson.
func (a *API) ExportGeoJSON(w http.ResponseWriter, r *http.Request) error {
	return directory.ErrUnavailable
}

// WriteProblem writes err as an RFC 9457 problem document.
func WriteProblem(w http.ResponseWriter, r *http.Request, status int, err error) {}
