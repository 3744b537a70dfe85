package site

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/gazetteer"
	"codeberg.org/bocage/bocage/internal/graph"
	"codeberg.org/bocage/bocage/internal/harvest"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/preview"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/view"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// Config is what pages are made from. Store, View, Pages and Env are required.
type Config struct {
	Store *store.Store
	View  *view.View
	Pages *page.Pages
	// Ledger and Auth serve those who sign in; without them the pages are read only.
	Ledger *ledger.Ledger
	Auth   *auth.Auth
	// Harvest asks other instances before an entry moves there; nil moves none.
	Harvest *harvest.Harvester
	// Moderation takes what visitors report; nil takes nothing.
	Moderation *moderation.Moderation
	// Discussions shows what the fediverse says about entries; nil shows none.
	Discussions *discussion.Discussions
	// Basemap nil draws the marks on an empty sea.
	Basemap *basemap.Basemap
	// Ground gives the operator's own background as it is now; the zero value, and
	// the nil function, is none.
	Ground func() Ground
	// Gazetteer nil finds no commune.
	Gazetteer *gazetteer.Gazetteer
	// Client asks a visitor's home server where to follow; nil asks nobody.
	Client *federation.Client
	Env    vocab.Env
	// Clock nil means time.Now.
	Clock func() time.Time
	// Description and Contact are the operator's words on /about; "" leaves them out.
	Description, Contact string
	// Version of the program, "" leaves it out.
	Version string
	// View0 is what the map shows first; the zero value is where most entries are.
	View0  MapPosition
	Logger *slog.Logger
}

// Ground is a background that the operator brought.
type Ground struct {
	// URL is the template of its tiles, Style the address of its style on this
	// instance; both "" is no background.
	URL, Style       string
	Vector           bool
	MinZoom, MaxZoom uint32
	// Attribution names whose data it is, as plain text.
	Attribution string
}

// ground is the operator's background as it is now.
func (s *Site) ground() Ground {
	if s.cfg.Ground == nil {
		return Ground{}
	}
	return s.cfg.Ground()
}

// MapPosition is the centre of a map, degrees WGS 84, and its zoom, at which
// the world is 256·2^zoom pixels wide.
type MapPosition struct{ Lat, Lon, Zoom float64 }

// Site answers requests for pages. Its methods are safe for concurrent calls.
type Site struct {
	cfg   Config
	pages *page.Pages

	origins  cached[[]store.OriginCount]
	texts    cached[*graph.Graph]
	concepts cached[[]directory.Public]
	// pictures are those drawn for links to our pages.
	pictures preview.Shelf
	// glossaries are the matchers of the concepts by language.
	glossaries cached[*sync.Map]
	extent     cached[MapPosition]
	// overviews are the drawings of all texts by language.
	overviews cached[*sync.Map]
}

// New checks the configuration and parses every template and locale.
func New(cfg Config) (*Site, error) {
	if cfg.Store == nil || cfg.View == nil || cfg.Pages == nil {
		return nil, errors.New("site: store, view and pages are required")
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
	return &Site{cfg: cfg, pages: cfg.Pages}, nil
}
