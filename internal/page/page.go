// Package page is what every HTML page is made with: its language, its layout,
// its templates, its form tokens and its validators. It knows no entry and no
// route. Packages site and admin make their pages with it.
package page

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/web"
)

// Config is what pages are made from; URL is required.
type Config struct {
	// URL is the instance's base URL, without a slash at its end.
	URL          string
	InstanceName string
	// Auth gives forms their tokens; nil makes every page read only.
	Auth     *auth.Auth
	Manifest web.Manifest
	// MayContribute shows the links that lead to writing.
	MayContribute bool
	// ThirdParty says that maps ask another server for their background.
	ThirdParty bool
	Clock      func() time.Time // nil = time.Now
}

// Pages makes pages. Concurrent use is safe.
type Pages struct {
	cfg       Config
	catalogue *i18n.Catalogue
	templates templates
	host      string
}

// New parses every template and locale.
func New(cfg Config) (*Pages, error) {
	base, err := url.Parse(cfg.URL)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("page: base URL %q is not absolute", cfg.URL)
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.InstanceName == "" {
		cfg.InstanceName = "Bocage"
	}
	s := &Pages{cfg: cfg, host: base.Host}
	var faults [2]error
	s.catalogue, faults[0] = i18n.Load(web.Locales())
	s.templates, faults[1] = parseTemplates(web.Templates(), cfg.Manifest)
	if err := errors.Join(faults[:]...); err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return s, nil
}

// Host is the instance's host name, with its port when it has one.
func (s *Pages) Host() string { return s.host }

// InstanceName is what the instance calls itself.
func (s *Pages) InstanceName() string { return s.cfg.InstanceName }

// Asset is the address of a built file, such as "icons.svg".
func (s *Pages) Asset(name string) string { return s.cfg.Manifest.URL(name) }
