package site

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/glossary"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// latestInMap is how many entries a map's page lists.
const latestInMap = 20

// MapsPage lists the maps that can be followed.
type MapsPage struct {
	page.Base
	Maps []MapRow
	// NewHref leads an administrator to making one, "" for others.
	NewHref string
}

// MapRow is one map of the list.
type MapRow struct {
	Name, Summary Text
	Href, Count   string
	Handle        string
}

// Maps is GET /maps.
func (s *Site) Maps(w http.ResponseWriter, r *http.Request) error {
	p := &MapsPage{Base: s.pages.Base(w, r, "map", "maps.title")}
	p.Canonical, p.Description = s.cfg.Env.Base+"/maps", p.T("maps.words")
	ms, err := s.cfg.Store.Maps(r.Context())
	if err != nil {
		return err
	}
	for _, m := range ms {
		n, err := s.cfg.Store.CountMap(r.Context(), m.ID)
		if err != nil {
			return err
		}
		p.Maps = append(p.Maps, MapRow{Name: textIn(p.Locale, m.Name), Summary: textIn(p.Locale, m.Summary), Href: "/maps/" + m.Handle,
			Count: p.N("maps.count", n), Handle: "@" + m.Handle + "@" + s.pages.Host()})
	}
	if auth.From(r.Context()).Who().MayAdminister() {
		p.NewHref = "/admin/maps/new"
	}
	return s.pages.Page(w, r, http.StatusOK, "maps", p)
}

// MapPage is what a map says, what is in it, and how to follow it.
type MapPage struct {
	page.Base
	Name     Text
	Body     sanitize.HTML
	BodyLang string
	Count    string
	// Filling says that the entries are still being counted.
	Filling bool
	// Limits are the sentences on what the map is limited to.
	Limits []Fact
	Views  []NamedLink
	// Feeds are the forms for programs.
	Feeds  []NamedLink
	Latest []Item
	Follow *FollowView
	// EditHref leads an administrator to the map's form, "" for others.
	EditHref string
}

// MapAbout is GET /maps/{map}/about, in the map's frame.
func (s *Site) MapAbout(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m := page.FrameOf(ctx).Map
	p := &MapPage{Base: s.pages.Base(w, r, "map", "maps.about")}
	l := p.Locale
	uri := s.cfg.Env.MapURI(m.Handle)
	p.Name = textIn(l, m.Name)
	p.Canonical = uri + "/about"
	summary, home := textIn(l, m.Summary), textIn(l, m.Look.Home)
	p.Description = summary.Text
	p.Body, p.BodyLang = sanitize.Text(summary.Text), summary.Lang
	if home.Text != "" {
		p.Body, p.BodyLang = sanitize.Text(home.Text), home.Lang
	}
	var err error
	if p.Body, err = s.gloss(ctx, l, p.Body, p.BodyLang, glossary.Options{}); err != nil {
		return err
	}
	p.Picture = s.mapPicture(l, m)
	p.Follow = &FollowView{Handle: "@" + m.Handle + "@" + s.pages.Host(), URI: uri}
	p.Limits = s.mapLimits(l, m.Selection)
	for _, v := range [...][2]string{{"map", "/"}, {"timeline", "/timeline"}, {"genealogy", "/genealogy"}, {"concepts", "/concepts"}} {
		p.Views = append(p.Views, NamedLink{l.T("nav." + v[0]), p.At(v[1])})
	}
	ics, atom, geojson, csv := mapFeeds(m.Handle)
	for key, href := range map[string]string{"ics": ics, "atom": atom, "geojson": geojson, "csv": csv} {
		p.Feeds = append(p.Feeds, NamedLink{l.T("footer." + key), href})
	}
	slices.SortFunc(p.Feeds, func(a, b NamedLink) int { return strings.Compare(a.Name, b.Name) })
	if err := s.mapMembers(ctx, p, m); err != nil {
		return err
	}
	if auth.From(ctx).Who().MayAdminister() {
		p.EditHref = "/admin/maps/" + m.ID
	}
	return s.pages.Page(w, r, http.StatusOK, "map", p)
}

// mapMembers counts what is in a map and lists what entered last.
func (s *Site) mapMembers(ctx context.Context, p *MapPage, m directory.Map) error {
	n, err := s.cfg.Store.CountMap(ctx, m.ID)
	if err != nil {
		return err
	}
	p.Count = p.N("maps.count", n)
	filled, err := s.cfg.Store.MapFilled(ctx, m.ID)
	if err != nil {
		return err
	}
	p.Filling = filled >= 0
	latest, err := s.cfg.Store.LatestInMap(ctx, m.ID, latestInMap)
	if err != nil {
		return err
	}
	for _, e := range latest {
		if public, ok := e.Public(); ok {
			p.Latest = append(p.Latest, item(p.Locale, public))
		}
	}
	return nil
}

// mapLimits says in words what a selection keeps.
func (s *Site) mapLimits(l *i18n.Locale, sel directory.MapSelection) []Fact {
	var out []Fact
	add := func(key string, words []string) {
		if len(words) > 0 {
			out = append(out, Fact{Term: l.T(key), Text: strings.Join(words, ", ")})
		}
	}
	var areas, kinds, themes, origins []string
	a := sel.Area
	if s.cfg.Gazetteer != nil {
		for _, code := range a.Departments {
			d, _ := s.cfg.Gazetteer.Department(code)
			areas = append(areas, d.Name)
		}
		for _, code := range a.Regions {
			g, _ := s.cfg.Gazetteer.Region(code)
			areas = append(areas, g.Name)
		}
	}
	if a.BBox != nil || len(a.GeoJSON) > 0 {
		areas = append(areas, l.T("maps.drawn_area"))
	}
	for _, k := range sel.Kinds {
		kinds = append(kinds, l.T("kinds."+string(k)))
	}
	for _, t := range sel.Themes {
		themes = append(themes, themeName(l, t))
	}
	for _, o := range sel.Origins {
		if o == directory.OriginLocal {
			origins = append(origins, l.T("filter.this_instance"))
		} else {
			origins = append(origins, hostOf(o))
		}
	}
	add("maps.area", areas)
	add("maps.kinds", kinds)
	add("maps.themes", themes)
	add("maps.tags", sel.Tags)
	add("maps.languages", sel.Languages)
	add("maps.origins", origins)
	return out
}
