package site

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
)

// maxSharedBytes bounds an address that is shared, embedded or drawn.
const maxSharedBytes = 1500

// embeddable is a page of this instance that can stand in a frame elsewhere.
type embeddable struct {
	// Own is the page's full address.
	Own string
	// Title is what it shows; View and Views those that a frame can show of it.
	Title string
	View  string
	Views []string
	// path and query are the frame's, without its view, colours and language.
	path  string
	query url.Values
}

// Sizes of frames, in pixels of CSS.
const (
	minFrame, maxFrame          = 160, 4000
	frameWidth                  = 800
	mapFrame, flowFrame, inCard = 460, 560, 360
)

// ownURL reads an address of this instance, whole or as a path; the error wraps
// ErrNotFound for any other.
func (s *Site) ownURL(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	base, berr := url.Parse(s.cfg.Env.Base)
	if err == nil && u.Host != "" && u.Path == "" {
		u.Path = "/"
	}
	if err != nil || berr != nil || len(raw) > maxSharedBytes || u.User != nil || u.Opaque != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.ContainsAny(raw, "\\\r\n\t") || strings.HasPrefix(raw, "//") {
		return nil, fmt.Errorf("address %.100q: %w", raw, directory.ErrNotFound)
	}
	if (u.Scheme != "" || u.Host != "") && (u.Scheme != base.Scheme || !strings.EqualFold(u.Host, base.Host)) {
		return nil, fmt.Errorf("address %.100q is not ours: %w", raw, directory.ErrNotFound)
	}
	u.Scheme, u.Host, u.Fragment, u.RawFragment = base.Scheme, base.Host, "", ""
	return u, nil
}

// frameless are the keys of a page that say nothing of what it shows.
var frameless = []string{"lang", "fragment", "after", "fit", "near", "w", schemeKey, "map", "all"}

// embeddable finds what an address of ours shows. What is not there, not public or
// cannot stand in a frame wraps ErrNotFound.
func (s *Site) embeddable(ctx context.Context, l *i18n.Locale, raw string) (embeddable, error) {
	u, err := s.ownURL(raw)
	if err != nil {
		return embeddable{}, err
	}
	path, q := u.Path, u.Query()
	e := embeddable{path: "/embed", query: page.With(q), Title: s.pages.InstanceName(), Views: embedViews[:4]}
	handle := strings.ToLower(q.Get("map"))
	if rest, ok := strings.CutPrefix(path, "/maps/"); ok {
		handle, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	if handle != "" {
		m, err := s.cfg.Store.MapByHandle(ctx, handle)
		if err != nil {
			return e, notFound(err)
		}
		e.path, e.Title = "/maps/"+m.Handle+"/embed", textIn(l, m.Name).Text
	}
	for _, k := range frameless {
		e.query.Del(k)
	}
	if err := s.embedView(ctx, l, &e, path); err != nil {
		return e, err
	}
	u.RawQuery = page.With(q, "lang", "", "fragment", "").Encode()
	e.Own = u.String()
	return e, nil
}

// embedView says how a frame shows the page at path.
func (s *Site) embedView(ctx context.Context, l *i18n.Locale, e *embeddable, path string) error {
	view := e.query.Get("view")
	e.query.Del("view")
	kind := func(k directory.Kind) {
		e.View = "list"
		if e.query.Get("kind") == "" {
			e.query.Set("kind", string(k))
		}
	}
	switch {
	case path == "/embed" && view == "entry":
		return s.embedOne(ctx, l, e, e.query.Get("entry"))
	case path == "/" || path == "/about" || path == "/embed":
		e.View = embedViews[0]
		if path == "/embed" && slices.Contains(e.Views, view) {
			e.View = view
		}
	case path == "/timeline":
		e.View, e.Title = "timeline", l.T("timeline.title")+" – "+e.Title
	case path == "/genealogy":
		e.Title = l.T("genealogy.title") + " – " + e.Title
		kind(directory.KindText)
	case path == "/concepts":
		e.Title = l.T("concepts.title") + " – " + e.Title
		kind(directory.KindConcept)
	default:
		return s.embedOne(ctx, l, e, path)
	}
	return nil
}

// embedOne is the frame of one entry, by its address or its id.
func (s *Site) embedOne(ctx context.Context, l *i18n.Locale, e *embeddable, key string) error {
	found, err := s.entryAt(ctx, key)
	if err != nil {
		return notFound(err)
	}
	public, ok := found.Public()
	if !ok || !found.Listed() {
		return fmt.Errorf("entry %s: %w", found.ID, directory.ErrNotFound)
	}
	e.View, e.Views = "entry", embedViews[4:]
	e.path, e.query, e.Title = "/embed", url.Values{"entry": {public.ID}}, textIn(l, public.Name).Text
	return nil
}

// entryAt finds an entry by its id, or the path of its page or lineage.
func (s *Site) entryAt(ctx context.Context, key string) (directory.Entry, error) {
	if handle, ok := strings.CutPrefix(key, "/@"); ok {
		return s.cfg.Store.EntryByHandle(ctx, strings.ToLower(handle))
	}
	parts := strings.Split(key, "/")
	if len(parts) == 1 {
		return s.byKey(ctx, key)
	}
	if len(parts) != 3 || !slices.Contains([]string{"entries", "events", "texts", "concepts", "genealogy"}, parts[1]) || !strings.Contains(parts[2], "-") {
		return directory.Entry{}, fmt.Errorf("page %.100q: %w", key, directory.ErrNotFound)
	}
	return s.cfg.Store.Entry(ctx, parts[2])
}

// notFound tells what is gone and what never was alike, as an address is no place
// to learn it from; other errors stay.
func notFound(err error) error {
	if errors.Is(err, directory.ErrGone) || errors.Is(err, directory.ErrInvalid) {
		return fmt.Errorf("%s: %w", err.Error(), directory.ErrNotFound)
	}
	return err
}

// height is what a view needs.
func (e embeddable) height() int {
	switch e.View {
	case "map":
		return mapFrame
	case "entry":
		return inCard
	}
	return flowFrame
}

// frame is the full address of the frame.
func (e embeddable) frame(base, scheme, lang string) string {
	view := e.View
	if view == embedViews[0] {
		view = ""
	}
	return base + page.Address(e.path, page.With(e.query, "view", view, schemeKey, scheme, "lang", lang))
}

// sandbox is what a frame may do on the page around it: run its own scripts and
// open windows, and nothing to that page.
const sandbox = "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox"

// iframe is the frame as HTML; width is a number of pixels or "100%".
func (e embeddable) iframe(src, width string, height int) string {
	return `<iframe src="` + html.EscapeString(src) + `" width="` + width + `" height="` + strconv.Itoa(height) + `" title="` +
		html.EscapeString(e.Title) + `" loading="lazy" referrerpolicy="origin" sandbox="` + sandbox + `" style="border:0"></iframe>`
}

// element is the frame as the web component, with a link for who runs no script.
func (e embeddable) element(base, scheme, lang string, height int) string {
	attribute := func(name, value string) string {
		if value == "" {
			return ""
		}
		return " " + name + `="` + html.EscapeString(value) + `"`
	}
	high := ""
	if e.View == "map" {
		high = strconv.Itoa(height)
	}
	return `<script type="module" src="` + base + `/embed/v1/bocage-map.js"></script>` + "\n" + `<bocage-map src="` + html.EscapeString(e.Own) + `"` +
		attribute("view", e.View) + attribute("theme", scheme) + attribute("lang", lang) + attribute("height", high) + `><a href="` +
		html.EscapeString(e.Own) + `">` + html.EscapeString(e.Title) + `</a></bocage-map>`
}
