package api

import (
	"log/slog"
	"net/http"
	"time"

	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/tileset"
	"codeberg.org/bocage/bocage/internal/view"
)

// Config is what the API needs.
type Config struct {
	Store *store.Store
	View  *view.View
	// Basemap may be nil: its tiles are then empty.
	Basemap *basemap.Basemap
	// Ground is the operator's own background, nil without one.
	Ground *tileset.Set
	// Style gives the newest copy of the operator's style, nil when there is none;
	// the nil function has none.
	Style func() *tileset.Style
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
type API struct {
	cfg   Config
	tiles *lru // of entry tiles, by revision, address and selection
	base  *lru // of basemap tiles, by address
}

// Bytes of answers that are kept compressed.
const (
	entryTileBytes = 64 << 20
	baseTileBytes  = 64 << 20
)

// New returns the handlers.
func New(cfg Config) *API {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	return &API{cfg: cfg, tiles: newLRU(entryTileBytes), base: newLRU(baseTileBytes)}
}

// Preflight answers OPTIONS: any page may read the API, nothing may write.
func (a *API) Preflight(w http.ResponseWriter, _ *http.Request) error {
	open(w)
	w.Header().Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
	w.Header().Set("Access-Control-Allow-Headers", "Accept, If-None-Match, If-Modified-Since")
	w.Header().Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// open lets scripts of any page read the answer; there are no cookies in it.
func open(w http.ResponseWriter) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Expose-Headers", "ETag, Link")
}
