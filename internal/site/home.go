package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/gazetteer"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/view"
)

// HomePage is the map with its search, filters and list.
type HomePage struct {
	page.Base
	Query string
	// Total is the number of public entries on the map, as a sentence.
	Tagline string
	// NearState is kept by the commune form.
	NearState []page.Hidden
	Near      NearBox
	Facets    FacetPanel
	List      ListView
	Map       MapView
	Layers    LayersView
	Slider    SliderView
	Card      CardView
}

// NearBox is the search of a place without script.
type NearBox struct {
	Text string
	// NotFound says that the gazetteer does not know the text; Suggestions are like it.
	NotFound    bool
	Suggestions []NamedLink
}

// NamedLink is a link with its text.
type NamedLink struct{ Name, Href string }

// MapView is the map: the drawing of the server, and what the script reads.
type MapView struct {
	Drawing   sanitize.HTML
	View      string
	Active    int // how many filters are on
	ZoomIn    string
	ZoomOut   string
	North     string
	South     string
	West      string
	East      string
	NoPlaces  bool
	MapTitle  string
	CloseHref string
	// Ground is the operator's background, for the script.
	Ground Ground
}

// homeState is one request for the home page, read.
type homeState struct {
	chosen
	position MapPosition
	// placed says that the visitor chose the position, so that the list is of the view.
	placed bool
	box    atlas.BBox
	// fitted is the box of all results, when the map was moved to show them.
	fitted *atlas.BBox
	all    bool
	layers layers
	// stack is how many entries at the card's place come before its page.
	stack int
}

// Home is GET /: search, filters, map and list. ?fragment=list and
// ?fragment=card&entry= answer with a part of the page.
func (s *Site) Home(w http.ResponseWriter, r *http.Request) error {
	base := s.pages.Base(w, r, "home", "home.title")
	base.Section, base.Script, base.Description = "map", "map.js", base.T("home.description")
	base.Canonical = s.cfg.Env.Base + "/"
	base.Picture = s.viewPicture(r.Context(), base.Locale, "")
	q := r.URL.Query()
	near := NearBox{}
	if text := q.Get("near"); text != "" {
		target, box := s.near(base.Locale, text, q)
		if target != "" {
			http.Redirect(w, r, target, http.StatusSeeOther)
			return nil
		}
		near = box
	}
	st, err := s.homeState(r.Context(), q)
	if err != nil {
		return err
	}
	p := &HomePage{Base: base, Query: st.sel.Query, Near: near}
	if q.Get("fragment") == "card" || q.Get("entry") != "" {
		if p.Card, err = s.card(r.Context(), base.Locale, st, q.Get("entry")); err != nil {
			return err
		}
		if q.Get("fragment") == "card" {
			if !p.Card.Shown {
				return fmt.Errorf("entry %q: %w", q.Get("entry"), directory.ErrNotFound)
			}
			return s.pages.Fragment(w, r, "home", "card", p)
		}
	}
	if p.Facets, err = s.homeFacets(r, base.Locale, st); err != nil {
		return err
	}
	if p.List, err = s.list(r.Context(), base.Locale, st, q.Get("after"), p.Card.Num); err != nil {
		return err
	}
	p.Slider = slider(base.Locale, p.Facets.Histogram, st)
	if p.Layers, err = s.layersView(r.Context(), base.Locale, st); err != nil {
		return err
	}
	if q.Get("fragment") == "list" {
		return s.pages.Fragment(w, r, "home", "list", p)
	}
	count, tagline := atlas.Filter{}, "home.tagline"
	if base.Frame != nil {
		tagline = "maps.tagline"
		if count, err = s.cfg.View.Filter(r.Context(), directory.Selection{Map: base.Frame.Map.Handle}); err != nil {
			return fmt.Errorf("count map: %w", err)
		}
	}
	p.Tagline = base.N(tagline, s.cfg.View.Atlas().Count(world, count))
	p.NearState = page.HiddenInputs(st.query, "c", "entry", "all", "lang")
	if p.Map, err = s.mapView(r.Context(), base.Locale, st); err != nil {
		return err
	}
	p.Map.Active = len(p.Facets.Active)
	return s.pages.Page(w, r, http.StatusOK, "home", p)
}

// homeFacets counts what is in view, or everything when the list is of that.
func (s *Site) homeFacets(r *http.Request, l *i18n.Locale, st homeState) (FacetPanel, error) {
	var shows view.Shows
	if !st.all {
		shows.Box = &st.box
	}
	p, err := s.facets(r.Context(), l, st.chosen, "/", shows, "c")
	p.Side = true
	if err != nil {
		return p, err
	}
	p.Hides, err = s.hides(r, l, st.chosen, p.ClearHref, shows)
	return p, err
}

// homeState reads the address: the selection, and where the map is.
func (s *Site) homeState(ctx context.Context, q url.Values) (homeState, error) {
	c, err := s.choose(ctx, q)
	if err != nil {
		return homeState{}, err
	}
	st := homeState{chosen: c, all: q.Get("all") == "1", position: s.firstView()}
	if st.layers = readLayers(q); st.layers.noShapes {
		st.query.Set("shapes", "0")
	} else {
		st.query.Del("shapes")
	}
	st.stack, _ = strconv.Atoi(q.Get("stack")) // what is no number is the first page
	if f := page.FrameOf(ctx); f != nil {
		only, err := s.cfg.View.Filter(ctx, directory.Selection{Map: f.Map.Handle})
		if err != nil {
			return homeState{}, fmt.Errorf("filter: %w", err)
		}
		st.position = s.frameView(f, only)
	}
	if p, ok := parsePosition(q.Get("c")); ok {
		st.position, st.placed = p, true
	} else {
		st.query.Del("c")
	}
	st.box = boundsOf(st.position.view(mapWidth, mapHeight))
	switch {
	case c.box != nil:
		st.box = atlasBox(*c.box)
		if !st.placed {
			st.position, st.placed = fit(st.box), true
		}
	case q.Get("fit") == "1", !st.placed && narrow(st.sel):
		const sample = 5000
		if b, ok := around(s.cfg.View.Atlas().Within(world, st.filter, sample)); ok {
			st.fitted, st.position = &b, fit(b)
			st.box = boundsOf(st.position.view(mapWidth, mapHeight))
		}
	}
	if st.sel.Query != "" && !st.placed || q.Get("fit") == "1" {
		st.all = true
	}
	return st, nil
}

// narrow reports whether a selection picks few entries, so that the map goes to them.
func narrow(sel directory.Selection) bool {
	return sel.Query != "" || len(sel.Tags) > 0 || sel.Origin != "" || sel.Member != ""
}

// near finds a commune: the address to go to, or what to say.
func (s *Site) near(l *i18n.Locale, text string, q url.Values) (string, NearBox) {
	box := NearBox{Text: text}
	if s.cfg.Gazetteer == nil {
		box.NotFound = true
		return "", box
	}
	if m, ok := s.commune(text); ok {
		return s.nearHref(m, q), box
	}
	const most = 6
	for _, m := range s.cfg.Gazetteer.Suggest(text, most) {
		name := m.Name
		if m.Department != "" {
			name = l.T("place.with_department", "place", m.Name, "code", m.Department)
		}
		box.Suggestions = append(box.Suggestions, NamedLink{name, s.nearHref(m, q)})
	}
	box.NotFound = true
	return "", box
}

// commune finds a commune by its name, or by its postcode.
func (s *Site) commune(text string) (gazetteer.Match, bool) {
	if s.cfg.Gazetteer == nil {
		return gazetteer.Match{}, false
	}
	query := gazetteer.Query{Locality: text}
	if len(text) == 5 && isDigits(text) {
		query = gazetteer.Query{PostalCode: text, Country: "FR"}
	}
	return s.cfg.Gazetteer.Find(query)
}

func isDigits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

func (s *Site) nearHref(m gazetteer.Match, q url.Values) string {
	c := MapPosition{m.Point.Lat, m.Point.Lon, nearZoom}.String()
	return page.Address("/", page.With(state(q), "c", c, "entry", "", "all", ""))
}

// mapView draws the map of the request.
func (s *Site) mapView(ctx context.Context, l *i18n.Locale, st homeState) (MapView, error) {
	v := st.position.view(mapWidth, mapHeight)
	to := func(dx, dy, dz float64) string {
		return page.Address("/", page.With(st.query, "c", positionOf(v.Moved(dx, dy, dz)).String(), "entry", "", "all", ""))
	}
	var opt basemap.SVGOptions
	var marks []basemap.Mark
	var err error
	switch {
	case st.layers.level() != "":
		opt.Outlines, marks, err = s.zones(ctx, l, st)
	case st.layers.mode == layerHeat:
		opt.Heat, marks = true, s.heat(st)
	default:
		marks = s.marks(l, st)
	}
	if err != nil {
		return MapView{}, err
	}
	if !st.layers.noShapes && st.layers.level() == "" {
		opt.Outlines = s.outlines(l, st)
	}
	n := 0
	for _, m := range marks {
		n += m.N
	}
	m := MapView{Ground: s.ground(), View: st.position.String(), NoPlaces: n == 0,
		MapTitle: l.N("map.drawing", n),
		ZoomIn:   to(0, 0, 1), ZoomOut: to(0, 0, -1), North: to(0, -.5, 0), South: to(0, .5, 0), West: to(-.5, 0, 0), East: to(.5, 0, 0)}
	m.CloseHref = page.Address("/", page.With(st.query, "entry", ""))
	base := s.svgOptions(l, m.MapTitle, false)
	base.Outlines, base.Heat = opt.Outlines, opt.Heat
	m.Drawing = sanitize.Drawn(s.cfg.Basemap.SVG(v, marks, base))
	return m, nil
}
