package site

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/gazetteer"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/view"
	"codeberg.org/bocage/bocage/internal/vocab"
	"codeberg.org/bocage/bocage/web"
)

// Config is what pages are made from. Store, View and Env are required.
type Config struct {
	Store *store.Store
	View  *view.View
	// Ledger and Auth serve those who sign in; without them the pages are read only.
	Ledger *ledger.Ledger
	Auth   *auth.Auth
	// Basemap nil draws the marks on an empty sea.
	Basemap *basemap.Basemap
	// Gazetteer nil finds no commune.
	Gazetteer *gazetteer.Gazetteer
	// Client asks a visitor's home server where to follow; nil asks nobody.
	Client   *federation.Client
	Manifest web.Manifest
	Env      vocab.Env
	// Clock nil means time.Now.
	Clock        func() time.Time
	InstanceName string
	// Description and Contact are the operator's words on /about; "" leaves them out.
	Description, Contact string
	// Version of the program, "" leaves it out.
	Version string
	// View0 is what the map shows first; the zero value is where most entries are.
	View0  MapPosition
	Logger *slog.Logger
}

// MapPosition is the centre of a map, degrees WGS 84, and its zoom, at which
// the world is 256·2^zoom pixels wide.
type MapPosition struct{ Lat, Lon, Zoom float64 }

// Site answers requests for pages. Its methods are safe for concurrent calls.
type Site struct {
	cfg       Config
	catalogue *i18n.Catalogue
	templates templates
	host      string

	origins  cached[[]store.OriginCount]
	texts    cached[[]directory.Public]
	concepts cached[[]directory.Public]
	extent   cached[MapPosition]
	// overviews are the drawings of all texts by language.
	overviews cached[*sync.Map]
}

// New checks the configuration and parses every template and locale.
func New(cfg Config) (*Site, error) {
	if cfg.Store == nil || cfg.View == nil {
		return nil, errors.New("site: store and view are required")
	}
	base, err := url.Parse(cfg.Env.Base)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("site: base URL %q is not absolute", cfg.Env.Base)
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Basemap == nil {
		cfg.Basemap = &basemap.Basemap{}
	}
	if cfg.InstanceName == "" {
		cfg.InstanceName = cfg.Env.InstanceName
	}
	if cfg.InstanceName == "" {
		cfg.InstanceName = "Bocage"
	}
	catalogue, err := i18n.Load(web.Locales())
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	t, err := parseTemplates(web.Templates(), cfg.Manifest)
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	return &Site{cfg: cfg, catalogue: catalogue, templates: t, host: base.Host}, nil
}
