package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/config"
	"codeberg.org/bocage/bocage/internal/site"
	"codeberg.org/bocage/bocage/internal/tileset"
)

// ground is the operator's background of the map; the zero value is none, the
// built-in one alone.
type ground struct {
	set    *tileset.Set    // of a file, else nil
	keeper *tileset.Keeper // of a style, else nil
	source tileset.Source
	info   site.Ground
}

// styleFile is where the copy of a style is kept, in the data directory.
const styleFile = "basemap-style.json"

// openGround opens the background of the configuration. A file that cannot be
// read, and a source that does not say whose data it is, are errors; a style is
// asked for later.
func openGround(cfg config.Config) (ground, error) {
	src, err := tileset.ParseSource(cfg.Basemap)
	if err != nil || src == (tileset.Source{}) {
		return ground{}, err
	}
	g := ground{source: src, info: site.Ground{Attribution: cfg.BasemapAttribution}}
	switch {
	case src.Style != "":
		return g, nil
	case src.File == "":
		g.info.URL, g.info.MaxZoom = src.Template, defaultGroundZoom
	default:
		if g.set, err = tileset.Open(src.File); err != nil {
			return ground{}, err
		}
		g.info.URL, g.info.MinZoom, g.info.MaxZoom, g.info.Vector = "/tiles/base/own/{z}/{x}/{y}", g.set.MinZoom, g.set.MaxZoom, g.set.Format == tileset.MVT
		g.info.Attribution = cmp.Or(g.info.Attribution, tileset.Plain(g.set.Attribution))
	}
	if g.info.Attribution == "" {
		return ground{}, errors.Join(errors.New("basemap: its source must be named: set basemap_attribution"), g.close())
	}
	return g, nil
}

// keepStyle takes what keeps the style of a ground that has one.
func (a *App) keepStyle() error {
	if a.ground.source.Style == "" {
		return nil
	}
	file := ""
	if a.Config.DataDir != "" {
		file = filepath.Join(a.Config.DataDir, styleFile)
	}
	var err error
	a.ground.keeper, err = tileset.NewKeeper(a.ground.source.Style, file, a.Config.BasemapAttribution, a.client.HTTP, a.clock, a.log)
	return err
}

// shown is the background as pages have it now: a style from its first copy on.
func (g ground) shown() site.Ground {
	if s := g.keeper.Style(); s != nil {
		return site.Ground{Style: "/tiles/base/style.json", Attribution: cmp.Or(g.info.Attribution, s.Attribution)}
	}
	if g.source.Style != "" {
		return site.Ground{}
	}
	return g.info
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
// pictures, and the tiles of a style, from the origins of the background.
func (g ground) contentSecurity() string {
	origins, answers := []string{g.source.Origin}, ""
	if g.source.Style != "" {
		s := g.keeper.Style()
		if s == nil {
			return contentSecurity
		}
		origins = s.Origins
		answers = " " + strings.Join(origins, " ")
	}
	if slices.Equal(origins, []string{""}) {
		return contentSecurity
	}
	policy := strings.Replace(contentSecurity, "img-src 'self'", "img-src 'self' "+strings.Join(origins, " "), 1)
	return strings.Replace(policy, "connect-src 'self'", "connect-src 'self'"+answers, 1)
}

// checkGround tells what the background is, for doctor; the client asks for a style.
func checkGround(ctx context.Context, cfg config.Config, client *http.Client) Check {
	g, err := openGround(cfg)
	if err != nil {
		return Check{"basemap", false, err.Error()}
	}
	defer func() { _ = g.close() }() // only read
	switch {
	case g.set != nil:
		return Check{"basemap", true, fmt.Sprintf("%s: %s tiles, zooms %d to %d, %s", g.source.File, g.set.Format, g.set.MinZoom, g.set.MaxZoom, g.info.Attribution)}
	case g.source.Style != "":
		return checkStyle(ctx, g, client)
	case g.source.Template != "":
		return Check{"basemap", !g.source.Refused(), strings.TrimSpace(g.source.Origin + "; " + g.source.Warning())}
	}
	return Check{"basemap", true, "the built-in one"}
}

func checkStyle(ctx context.Context, g ground, client *http.Client) Check {
	s, err := tileset.FetchStyle(ctx, client, g.source.Style, time.Now())
	if err != nil {
		return Check{"basemap", false, err.Error()}
	}
	owner := cmp.Or(g.info.Attribution, s.Attribution)
	if owner == "" {
		return Check{"basemap", false, "its source must be named: set basemap_attribution"}
	}
	parts := []string{"a style with tiles of " + strings.Join(s.Origins, ", "), owner}
	if len(s.Left) > 0 {
		parts = append(parts, "left out: "+strings.Join(s.Left, ", "))
	}
	return Check{"basemap", true, strings.Join(append(parts, g.source.Warning()), "; ")}
}
