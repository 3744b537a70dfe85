package site

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/preview"
)

// previewZoom is how near the small map of a picture looks.
const previewZoom = 7

// busySeconds is when to ask again for a picture, when too many wait.
const busySeconds = 5

// PreviewHome is GET /og/home.png: the picture of the instance.
func (s *Site) PreviewHome(w http.ResponseWriter, r *http.Request) error {
	l := s.pages.Locale(r)
	at := s.firstView()
	return s.answerPicture(w, r, preview.Card{Kicker: l.T("tagline"), Name: s.pages.InstanceName(), Fallback: s.pages.Host(),
		Lines: []string{l.N("home.tagline", s.cfg.View.Len())}, Instance: s.pages.Host(), View: &basemap.View{Lat: at.Lat, Lon: at.Lon, Zoom: at.Zoom - 1}})
}

// pictured are the views with a picture of their own: the key of their heading, the one
// kind that they show ("" when there are more) and the key of how many.
var pictured = map[string]struct {
	heading, count string
	kind           directory.Kind
}{
	"timeline": {"timeline.heading", "home.tagline", ""}, "genealogy": {"genealogy.heading", "genealogy.count", directory.KindText},
	"concepts": {"concepts.heading", "concepts.count", directory.KindConcept},
}

// PreviewView is GET /og/views/{file}: the picture of the chronology, the genealogy or
// the concepts.
func (s *Site) PreviewView(w http.ResponseWriter, r *http.Request) error {
	name := strings.TrimSuffix(r.PathValue("file"), ".png")
	v, ok := pictured[name]
	if !ok {
		return fmt.Errorf("picture of %.40q: %w", name, directory.ErrNotFound)
	}
	l, sel := s.pages.Locale(r), directory.Selection{}
	if v.kind != "" {
		sel.Kinds = []directory.Kind{v.kind}
	}
	n, err := s.cfg.View.Count(r.Context(), sel, nil)
	if err != nil {
		return fmt.Errorf("picture of %s: %w", name, err)
	}
	return s.answerPicture(w, r, preview.Card{Kicker: l.T("nav." + name), Name: l.T(v.heading), Fallback: s.pages.Host() + "/" + name,
		Lines: []string{l.N(v.count, n), l.T("tagline")}, Instance: s.pages.InstanceName(), Host: s.pages.Host()})
}

// PreviewEntry is GET /og/entries/{id}.png: the picture of an entry of any kind
// that anyone may see and that is listed.
func (s *Site) PreviewEntry(w http.ResponseWriter, r *http.Request) error {
	id := strings.TrimSuffix(r.PathValue("file"), ".png")
	e, err := s.cfg.Store.Entry(r.Context(), id)
	if err != nil {
		return fmt.Errorf("picture of %q: %w", id, err)
	}
	_, leaving, err := s.cfg.Store.Leaving(r.Context(), e)
	if err != nil {
		return fmt.Errorf("picture of %s: %w", id, err)
	}
	public, ok := e.Public()
	if !ok || leaving || !e.Listed() {
		return fmt.Errorf("picture of %s: %w", id, directory.ErrNotFound)
	}
	return s.answerPicture(w, r, s.entryCard(s.pages.Locale(r), public))
}

// entryCard is what the picture of an entry says.
func (s *Site) entryCard(l *i18n.Locale, e directory.Public) preview.Card {
	c := preview.Card{Kicker: kindName(l, e), Name: textIn(l, e.Name).Text, Fallback: s.pages.Host() + entryPath(e),
		Instance: s.pages.InstanceName(), Host: s.pages.Host()}
	if t := themeOf(e); t != noTheme {
		c.Theme = t
		c.Kicker = join(c.Kicker, themeName(l, t))
	}
	if e.Handle != "" && e.Origin == "" {
		c.Fallback = "@" + e.Handle + "@" + s.pages.Host()
	}
	if e.Origin != "" {
		c.Instance = l.T("preview.by", "host", originHost(e.Origin), "instance", s.pages.InstanceName())
	}
	for _, line := range [...]string{placeLine(l, e.Place), whenLine(l, e)} {
		if line != "" {
			c.Lines = append(c.Lines, line)
		}
	}
	if e.Text != nil && e.Text.Authors != "" {
		c.Lines = append(c.Lines, e.Text.Authors)
	}
	if e.Kind == directory.KindConcept {
		if d := shortDefinition(l, e).Text; d != "" {
			c.Lines = append(c.Lines, d)
		}
	}
	if pt := pointOf(e); pt != nil {
		c.View, c.Pin = &basemap.View{Lat: pt.Lat, Lon: pt.Lon, Zoom: previewZoom}, true
		c.Approximate = e.Place.Precision == directory.PrecisionApproximate
	}
	return c
}

// PreviewMap is GET /og/maps/{handle}.png: the picture of a map.
func (s *Site) PreviewMap(w http.ResponseWriter, r *http.Request) error {
	handle := strings.TrimSuffix(r.PathValue("file"), ".png")
	m, err := s.cfg.Store.MapByHandle(r.Context(), handle)
	if err != nil {
		return fmt.Errorf("picture of map %q: %w", handle, err)
	}
	n, err := s.cfg.Store.CountMap(r.Context(), m.ID)
	if err != nil {
		return err
	}
	l := s.pages.Locale(r)
	c := preview.Card{Kicker: l.T("preview.map"), Name: textIn(l, m.Name).Text, Fallback: "@" + m.Handle + "@" + s.pages.Host(),
		Lines: []string{l.N("maps.count", n)}, Instance: s.pages.InstanceName(), Host: s.pages.Host()}
	c.View = s.mapCardView(m)
	return s.answerPicture(w, r, c)
}

// mapCardView is the small map of a map: its area, or where most entries are.
func (s *Site) mapCardView(m directory.Map) *basemap.View {
	const width, height, most = 400, 604, 9
	at := s.firstView()
	v := basemap.View{Lat: at.Lat, Lon: at.Lon, Zoom: at.Zoom - 1}
	if b, ok := m.Selection.Area.Bounds(); ok && b.West >= -180 && b.East <= 180 {
		v = basemap.Fit(b.West, b.South, b.East, b.North, width, height, most)
	}
	return &v
}

// PreviewTour is GET /og/tours/{slug}.png: the picture of a published tour.
func (s *Site) PreviewTour(w http.ResponseWriter, r *http.Request) error {
	t, err := s.cfg.Store.LiveTour(r.Context(), strings.TrimSuffix(r.PathValue("file"), ".png"))
	if err != nil {
		return err
	}
	l := s.pages.Locale(r)
	return s.answerPicture(w, r, preview.Card{Kicker: l.T("preview.tour"), Name: textIn(l, t.Title).Text, Fallback: s.pages.Host() + "/tours/" + t.Slug,
		Lines: []string{l.N("tours.steps", len(t.Steps))}, Instance: s.pages.InstanceName(), Host: s.pages.Host(), Theme: "gouverner"})
}

// answerPicture answers with the picture of a card. What it says is its validator, so
// that a picture that has not changed is not drawn to be told so.
func (s *Site) answerPicture(w http.ResponseWriter, r *http.Request, c preview.Card) error {
	raw, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("picture: %w", err)
	}
	sum := sha256.Sum256(raw)
	key := base64.RawURLEncoding.EncodeToString(sum[:15])
	h := w.Header()
	h.Set("ETag", `"`+key+`"`)
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Vary", "Accept-Language, Cookie")
	h.Set("X-Robots-Tag", "noindex")
	if strings.Contains(r.Header.Get("If-None-Match"), key) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	png, err := s.pictures.Picture(r.Context(), key, func() ([]byte, error) { return preview.PNG(c, s.cfg.Basemap) })
	if errors.Is(err, preview.ErrBusy) {
		h.Del("ETag")
		h.Set("Cache-Control", "no-store")
		h.Set("Retry-After", strconv.Itoa(busySeconds))
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return nil
	}
	if err != nil {
		return fmt.Errorf("picture: %w", err)
	}
	h.Set("Content-Type", "image/png")
	h.Set("Content-Length", strconv.Itoa(len(png)))
	_, _ = w.Write(png) // the client may have gone
	return nil
}

// picture is the picture of a page, for its head; what it shows in version.
func (s *Site) picture(l *i18n.Locale, path, version, alt string) page.Picture {
	q := url.Values{"lang": {l.Tag}}
	if version != "" {
		q.Set("v", version)
	}
	return page.Picture{URL: s.cfg.Env.Base + page.Address("/og/"+path+".png", q), Alt: alt, Width: preview.Width, Height: preview.Height}
}

// entryPicture is the picture of an entry's page.
func (s *Site) entryPicture(l *i18n.Locale, e directory.Public) page.Picture {
	c := s.entryCard(l, e)
	alt := l.T("preview.alt", "name", c.Name, "what", join(append([]string{c.Kicker}, c.Lines...)...), "instance", s.pages.InstanceName())
	return s.picture(l, "entries/"+e.ID, strconv.FormatInt(e.Revision, 36)+strconv.FormatInt(e.Updated.Unix(), 36), shorten(alt, 400))
}

// mapPicture is the picture of a map's pages.
func (s *Site) mapPicture(l *i18n.Locale, m directory.Map) page.Picture {
	alt := l.T("preview.alt", "name", textIn(l, m.Name).Text, "what", l.T("preview.map"), "instance", s.pages.InstanceName())
	return s.picture(l, "maps/"+m.Handle, strconv.FormatInt(m.Revision, 36), alt)
}

// viewPicture is the picture of the pages that are about no one thing: the map's
// whose pages they are, that of a view, or with view "" the instance's.
func (s *Site) viewPicture(ctx context.Context, l *i18n.Locale, view string) page.Picture {
	if f := page.FrameOf(ctx); f != nil {
		return s.mapPicture(l, f.Map)
	}
	if v, ok := pictured[view]; ok {
		return s.picture(l, "views/"+view, "", l.T("preview.alt", "name", l.T(v.heading), "what", l.T("tagline"), "instance", s.pages.InstanceName()))
	}
	return s.picture(l, "home", "", l.T("preview.alt", "name", s.pages.InstanceName(), "what", l.T("tagline"), "instance", s.pages.Host()))
}
