package site

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"strconv"

	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/view"
)

// What the map shows of the entries, as the address's layer says: "" is the
// entries themselves, in clusters.
const (
	layerHeat       = "heat"
	layerRegion     = "region"
	layerDepartment = "dep"
)

var layerNames = []string{"", layerHeat, layerRegion, layerDepartment}

// groundBuiltIn is the value of the address's ground for the built-in background.
const groundBuiltIn = "plain"

// layers is what the address says of the map's layers.
type layers struct {
	// mode is one of layerNames.
	mode string
	// noShapes hides lines and areas.
	noShapes bool
}

func readLayers(q url.Values) (l layers) {
	for _, name := range layerNames {
		if q.Get("layer") == name {
			l.mode = name
		}
	}
	l.noShapes = q.Get("shapes") == "0"
	return l
}

// level is the level of areas that is shown, "" for none.
func (l layers) level() string {
	switch l.mode {
	case layerRegion:
		return directory.AreaRegion
	case layerDepartment:
		return directory.AreaDepartment
	}
	return ""
}

// LayersView is the choice of layers, their legend and its twin as a table.
type LayersView struct {
	Modes  []Option
	Shapes bool
	// Grounds are the backgrounds, nil when there is only one.
	Grounds []Option
	// State is what the form keeps of the address.
	State []page.Hidden
	// Title names what is shown instead of the entries, "" for themselves.
	Title   string
	Heat    bool
	Classes []LegendClass
	Rows    []LegendRow
	// Elsewhere says how many entries are in no area, "" for none.
	Elsewhere string
}

// LegendClass is one colour of the map, Class from 1, and what it stands for.
type LegendClass struct {
	Class int
	Text  string
}

// LegendRow is one area in the table.
type LegendRow struct {
	Name, Href, Count string
	Class             int
	// Theme is the slug of most of its entries, ThemeName its name; "" for none.
	Theme, ThemeName string
}

// layersView makes the choice and, of areas, the legend and the table.
func (s *Site) layersView(ctx context.Context, l *i18n.Locale, st homeState) (LayersView, error) {
	v := LayersView{Shapes: !st.layers.noShapes, State: page.HiddenInputs(st.query, "layer", "shapes", "ground"), Heat: st.layers.mode == layerHeat}
	for _, name := range layerNames {
		key := name
		if key == "" {
			key = "entries"
		}
		v.Modes = append(v.Modes, Option{name, l.T("layers." + key), name == st.layers.mode})
	}
	if g := s.ground(); g.URL != "" || g.Style != "" {
		builtIn := st.query.Get("ground") == groundBuiltIn
		v.Grounds = []Option{{"", l.T("layers.ground.own"), !builtIn}, {groundBuiltIn, l.T("layers.ground.plain"), builtIn}}
	}
	if v.Heat {
		v.Title = l.T("layers.heat")
	}
	level := st.layers.level()
	if level == "" {
		return v, nil
	}
	c, err := s.areaCounts(ctx, st, level)
	if err != nil {
		return v, err
	}
	v.Title = l.T("layers.title." + st.layers.mode)
	v.Classes = classes(l, c.Breaks)
	for _, a := range c.Areas {
		row := LegendRow{Name: a.Name, Href: areaHref(st, level, a.Code), Count: l.Number(a.N), Class: a.Class}
		if a.Theme >= 0 {
			row.Theme = directory.RootThemes()[a.Theme].Slug
			row.ThemeName = themeName(l, row.Theme)
		}
		v.Rows = append(v.Rows, row)
	}
	if c.Elsewhere > 0 {
		v.Elsewhere = l.N("layers.elsewhere", c.Elsewhere)
	}
	return v, nil
}

func (s *Site) areaCounts(ctx context.Context, st homeState, level string) (*view.ZoneCounts, error) {
	c, err := s.cfg.View.ZoneCounts(ctx, level, st.sel)
	if err != nil {
		return nil, fmt.Errorf("count areas: %w", err)
	}
	return c, nil
}

// classes words the classes between breaks: "5 – 19", "200 and more".
func classes(l *i18n.Locale, breaks []int) []LegendClass {
	var out []LegendClass
	for i, least := range breaks {
		text := l.T("layers.class.last", "from", l.Number(least))
		if i+1 < len(breaks) {
			text = l.T("layers.class", "from", l.Number(least), "to", l.Number(breaks[i+1]-1))
			if breaks[i+1]-1 == least {
				text = l.Number(least)
			}
		}
		out = append(out, LegendClass{i + 1, text})
	}
	return out
}

// areaHref is the home page with the entries of an area.
func areaHref(st homeState, level, code string) string {
	return page.Address("/", page.With(st.query, "area", level+code, "layer", "", "entry", "", "c", "", "fit", "1"))
}

// zones draws the areas of a level with their counts: outlines by class, and in
// those that are large enough a mark.
func (s *Site) zones(ctx context.Context, l *i18n.Locale, st homeState) ([]basemap.Drawn, []basemap.Mark, error) {
	level := st.layers.level()
	c, err := s.areaCounts(ctx, st, level)
	if err != nil {
		return nil, nil, err
	}
	pixels := 256 * math.Exp2(st.position.Zoom)
	box := directory.BBox(boundsOf(st.position.view(mapWidth, mapHeight)))
	var outlines []basemap.Drawn
	var marks []basemap.Mark
	for _, area := range s.cfg.Basemap.Areas(level) {
		if !area.Bounds.Meets(box) {
			continue
		}
		n := c.Of(area.Code)
		label := l.N("layers.zone", n.N, "name", n.Name)
		href := areaHref(st, level, area.Code)
		outlines = append(outlines, basemap.Drawn{Outline: area.Outline, Class: "zone z-" + strconv.Itoa(n.Class), Href: href, Label: label})
		if n.N > 0 && area.Room(pixels) >= view.MarkRoom(n.N) {
			marks = append(marks, basemap.Mark{Lat: area.Mark.Lat, Lon: area.Mark.Lon, N: n.N, Crown: true, Shares: n.Shares, Theme: n.Theme})
		}
	}
	return outlines, marks, nil
}

// heat is what the view holds as spots of warmth: the cells of tiles one zoom
// deeper than those of clusters.
func (s *Site) heat(st homeState) []basemap.Mark {
	zoom := uint32(max(0, math.Round(st.position.Zoom)))
	var marks []basemap.Mark
	for _, c := range s.cfg.View.Atlas().Clusters(boundsOf(st.position.view(mapWidth, mapHeight)), zoom, st.filter) {
		marks = append(marks, basemap.Mark{Lat: c.Lat, Lon: c.Lon, N: c.N})
	}
	return marks
}
