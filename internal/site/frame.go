package site

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/genealogy"
	"codeberg.org/bocage/bocage/internal/page"
)

// handler is a page.
type handler = func(http.ResponseWriter, *http.Request) error

// Whole is a view of the whole directory: with a map in its query it leads to the
// map's own page.
func Whole(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if q := r.URL.Query(); q.Get("map") != "" {
			if own := page.Address(r.URL.Path, q); !strings.HasPrefix(own, r.URL.Path+"?") {
				http.Redirect(w, r, own, http.StatusMovedPermanently)
				return nil
			}
		}
		return h(w, r)
	}
}

// Framed is a view of what is in the map of the path: what the visitor chooses
// comes on top of what the map is limited to.
func (s *Site) Framed(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		m, err := s.cfg.Store.MapByHandle(r.Context(), strings.ToLower(r.PathValue("map")))
		if err != nil {
			return fmt.Errorf("map %q: %w", r.PathValue("map"), err)
		}
		return h(w, s.framed(r, m))
	}
}

// framed is the request with the map in its query and its context.
func (s *Site) framed(r *http.Request, m directory.Map) *http.Request {
	f := &page.Frame{Map: m, URL: s.cfg.Env.MapURI(m.Handle), Handle: "@" + m.Handle + "@" + s.pages.Host()}
	if _, ok := m.Look.Accents(false); ok {
		f.Style = "/maps/" + m.Handle + "/theme.css?v=" + strconv.FormatInt(m.Revision, 10)
	}
	in := r.WithContext(page.WithFrame(r.Context(), f))
	u := *r.URL
	u.RawQuery = page.With(r.URL.Query(), "map", m.Handle).Encode()
	in.URL = &u
	return in
}

// Map is GET /maps/{map}: the view that the map opens with.
func (s *Site) Map(w http.ResponseWriter, r *http.Request) error {
	return s.Framed(func(w http.ResponseWriter, r *http.Request) error {
		m := page.FrameOf(r.Context()).Map
		q := r.URL.Query()
		q.Del("lang")
		if view := m.Look.View; view != "" && len(q) == 1 { // nothing but the map was asked for
			http.Redirect(w, r, page.Address("/"+view, r.URL.Query()), http.StatusFound)
			return nil
		}
		return s.Home(w, r)
	})(w, r)
}

// MapStyle is GET /maps/{map}/theme.css: the map's colours. The styles of a page
// may come from files only.
func (s *Site) MapStyle(w http.ResponseWriter, r *http.Request) error {
	m, err := s.cfg.Store.MapByHandle(r.Context(), r.PathValue("map"))
	if err != nil {
		return fmt.Errorf("map %q: %w", r.PathValue("map"), err)
	}
	body := mapStyle(m.Look)
	sum := sha256.Sum256([]byte(body))
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	h := w.Header()
	h.Set("Content-Type", "text/css; charset=utf-8")
	h.Set("ETag", tag)
	h.Set("Cache-Control", "public, max-age=300")
	if r.URL.Query().Get("v") == strconv.FormatInt(m.Revision, 10) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	_, _ = w.Write([]byte(body)) // the client may have gone
	return nil
}

// mapStyle writes the accents over those of the style sheet, in the same order of
// preference: the reader's system, then what the reader chose.
func mapStyle(look directory.Look) string {
	declare := func(dark bool) string {
		a, ok := look.Accents(dark)
		if !ok {
			return ""
		}
		return "--haie:" + a.Accent.String() + ";--haie-fonce:" + a.Strong.String() + ";--haie-clair:" + a.Soft.String() + ";--sur-haie:" + a.On.String()
	}
	light, dark := declare(false), declare(true)
	if light == "" {
		return ""
	}
	return ":root{" + light + "}\n@media (prefers-color-scheme:dark){:root:not([data-theme=light]){" + dark + "}}\n" +
		":root[data-theme=dark]{" + dark + "}\n@media print{:root:root{" + light + "}}\n"
}

// frameView is where a map opens: where its makers chose, else on what is in it
// (on most of it when it has no area to hold it together), else on its area.
func (s *Site) frameView(f *page.Frame, only atlas.Filter) MapPosition {
	if p := f.Map.Look.Start; p != nil {
		return MapPosition(*p)
	}
	if !f.Map.Selection.Area.IsZero() {
		const sample = 5000
		if b, ok := around(s.cfg.View.Atlas().Within(world, only, sample)); ok {
			return fit(b)
		}
	}
	if b, ok := most(s.cfg.View.Atlas().Clusters(world, extentZoom, only)); ok {
		return fit(b)
	}
	if b, ok := f.Map.Selection.Area.Bounds(); ok && b.West <= b.East {
		return fit(atlasBox(b))
	}
	return s.firstView()
}

// stayInMap leads from the texts of a drawing to their lineages in the map that the
// page is of.
func stayInMap(b *page.Base, g *genealogy.Graph) {
	for i := range g.Nodes {
		g.Nodes[i].Href = b.At(g.Nodes[i].Href)
	}
}

// mapFeeds are the addresses at which what is in a map can be read by programs.
func mapFeeds(handle string) (ics, atom, geojson, csv string) {
	q := url.Values{"map": {handle}}
	return page.Address("/feeds/events.ics", q), page.Address("/feeds/changes.atom", q),
		page.Address("/export/entries.geojson", q), page.Address("/export/entries.csv", q)
}
