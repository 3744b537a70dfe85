package app

import (
	"errors"
	"fmt"
	"html"
	"regexp"
	"strings"

	"codeberg.org/bocage/bocage/internal/config"
	"codeberg.org/bocage/bocage/internal/site"
	"codeberg.org/bocage/bocage/internal/tileset"
)

// ground is the operator's background of the map; the zero value is none, the
// built-in one alone.
type ground struct {
	set    *tileset.Set // of a file, else nil
	source tileset.Source
	info   site.Ground
}

// markup are the tags that files put in their attribution.
var markup = regexp.MustCompile(`<[^<>]*>`)

// openGround opens the background of the configuration. A file that cannot be
// read, and a source that does not say whose data it is, are errors.
func openGround(cfg config.Config) (ground, error) {
	src, err := tileset.ParseSource(cfg.Basemap)
	if err != nil || src == (tileset.Source{}) {
		return ground{}, err
	}
	g := ground{source: src, info: site.Ground{Attribution: cfg.BasemapAttribution}}
	if src.File == "" {
		g.info.URL, g.info.MaxZoom = src.Template, defaultGroundZoom
	} else {
		if g.set, err = tileset.Open(src.File); err != nil {
			return ground{}, err
		}
		g.info.URL, g.info.MinZoom, g.info.MaxZoom, g.info.Vector = "/tiles/base/own/{z}/{x}/{y}", g.set.MinZoom, g.set.MaxZoom, g.set.Format == tileset.MVT
		if g.info.Attribution == "" {
			g.info.Attribution = strings.TrimSpace(html.UnescapeString(markup.ReplaceAllString(g.set.Attribution, "")))
		}
	}
	if g.info.Attribution == "" {
		return ground{}, errors.Join(errors.New("basemap: its source must be named: set basemap_attribution"), g.close())
	}
	return g, nil
}

// defaultGroundZoom is the last zoom that tile servers are asked for.
const defaultGroundZoom = 19

func (g ground) close() error {
	if g.set == nil {
		return nil
	}
	return g.set.Close()
}

// contentSecurity is that of every page: it loads from its own instance, and
// pictures from the origin of the background.
func (g ground) contentSecurity() string {
	if g.source.Origin == "" {
		return contentSecurity
	}
	return strings.Replace(contentSecurity, "img-src 'self'", "img-src 'self' "+g.source.Origin, 1)
}

// checkGround tells what the background is, for doctor.
func checkGround(cfg config.Config) Check {
	g, err := openGround(cfg)
	if err != nil {
		return Check{"basemap", false, err.Error()}
	}
	defer func() { _ = g.close() }() // only read
	switch {
	case g.set != nil:
		return Check{"basemap", true, fmt.Sprintf("%s: %s tiles, zooms %d to %d, %s", g.source.File, g.set.Format, g.set.MinZoom, g.set.MaxZoom, g.info.Attribution)}
	case g.source.Template != "":
		return Check{"basemap", !g.source.Refused(), strings.TrimSpace(g.source.Origin + "; " + g.source.Warning())}
	}
	return Check{"basemap", true, "the built-in one"}
}
