package site

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/glossary"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// ToursPage lists the guided tours.
type ToursPage struct {
	page.Base
	Tours []TourRow
	// EditHref leads those who write tours to them, "" for others.
	EditHref string
}

// TourRow is one tour of the list.
type TourRow struct {
	Name, Summary Text
	Href, Steps   string
}

// Tours is GET /tours.
func (s *Site) Tours(w http.ResponseWriter, r *http.Request) error {
	p := &ToursPage{Base: s.pages.Base(w, r, "tours", "tours.title")}
	p.Canonical, p.Description = s.cfg.Env.Base+"/tours", p.T("tours.words")
	p.Picture = s.viewPicture(r.Context(), p.Locale, "")
	var err error
	if p.Tours, err = s.tourRows(r.Context(), p.Locale); err != nil {
		return err
	}
	if auth.From(r.Context()).Who().MayWriteTours() {
		p.EditHref = "/admin/tours"
	}
	return s.pages.Page(w, r, http.StatusOK, "tours", p)
}

// tourRows are the published tours.
func (s *Site) tourRows(ctx context.Context, l *i18n.Locale) ([]TourRow, error) {
	ts, err := s.cfg.Store.LiveTours(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]TourRow, 0, len(ts))
	for _, t := range ts {
		rows = append(rows, TourRow{Name: textIn(l, t.Title), Summary: textIn(l, t.Summary), Href: "/tours/" + t.Slug,
			Steps: l.N("tours.steps", len(t.Steps))})
	}
	return rows, nil
}

// TourPage is a guided tour: one page of words and drawings, which a script
// turns into a map and a timeline that move with the steps.
type TourPage struct {
	page.Base
	Name     Text
	Body     sanitize.HTML
	BodyLang string
	Steps    []StepView
	// Count says how many steps there are.
	Count string
	// Notice says that it is a draft, "" when everybody reads it.
	Notice string
	// EditHref leads those who write tours to this one, "" for others.
	EditHref    string
	OfflineHref string
	// HasMap and HasTime say what the stage of the script needs; MapView is where
	// its map begins, Strip the density of all times, StripFrom and StripTo its ends.
	HasMap, HasTime    bool
	MapView            string
	Strip              sanitize.HTML
	StripFrom, StripTo int64
	// Here is the page's full address, Made the day of a copy to keep.
	Here, Made string
}

// StepView is one step.
type StepView struct {
	Number   int
	ID       string
	Position string // "Step 2 of 9"
	Title    Text
	Body     sanitize.HTML
	BodyLang string
	// Entry is the entry that the step is about, nil for none that anyone may see.
	Entry *Item
	// Map is the drawing, MapHref the same on the map's page, View "lat,lon,zoom".
	Map     sanitize.HTML
	MapHref string
	View    string
	// Time is the drawing, TimeHref the same on the timeline's page; From and To
	// are Unix seconds, FromText and ToText EDTF.
	Time             sanitize.HTML
	TimeHref         string
	From, To         int64
	FromText, ToText string
	Picture          *PictureView
}

// PictureView is a picture of an entry. Pictures on other servers are a link: a
// page asks nothing of them.
type PictureView struct {
	Src, Href, Alt, Credit, Host string
}

// Tour is GET /tours/{slug}; ?draft=1 shows those who write tours the newest version.
func (s *Site) Tour(w http.ResponseWriter, r *http.Request) error {
	t, draft, err := s.readTour(r)
	if err != nil {
		return err
	}
	p := &TourPage{Base: s.pages.Base(w, r, "tour", "tours.title")}
	if err := s.fillTour(r.Context(), p, t, ""); err != nil {
		return err
	}
	if draft {
		p.Notice, p.NoIndex = p.T("tours.draft"), true
	}
	if auth.From(r.Context()).Who().MayWriteTours() {
		p.EditHref = "/admin/tours/" + t.ID
	}
	if p.HasMap || p.HasTime {
		p.Script = "tour.js"
	}
	return s.pages.Page(w, r, http.StatusOK, "tour", p)
}

// readTour reads what the visitor may see of a tour.
func (s *Site) readTour(r *http.Request) (t directory.Tour, draft bool, err error) {
	slug := r.PathValue("slug")
	if r.URL.Query().Get("draft") == "1" && auth.From(r.Context()).Who().MayWriteTours() {
		t, err = s.cfg.Store.TourBySlug(r.Context(), slug)
		return t, t.Live != t.Revision, err
	}
	t, err = s.cfg.Store.LiveTour(r.Context(), slug)
	return t, false, err
}

// TourOffline is GET /tours/{slug}/offline.html: one file that asks nothing of
// the network, to keep, to send and to print.
func (s *Site) TourOffline(w http.ResponseWriter, r *http.Request) error {
	t, _, err := s.readTour(r)
	if err != nil {
		return err
	}
	p := &TourPage{Base: s.pages.Base(w, r, "tour", "tours.title")}
	if err := s.fillTour(r.Context(), p, t, s.cfg.Env.Base); err != nil {
		return err
	}
	p.Made = p.Date(s.cfg.Clock())
	body, err := s.pages.Document("tour-offline", p)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+t.Slug+"-"+p.Tag+`.html"`)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("X-Robots-Tag", "noindex")
	_, err = w.Write(body)
	return err
}

// fillTour makes the page. base "" makes a page of the site; else it is written
// before every link, and the drawings refer to no other file.
func (s *Site) fillTour(ctx context.Context, p *TourPage, t directory.Tour, base string) error {
	l := p.Locale
	p.Name = textIn(l, t.Title)
	p.Title, p.Here = p.Name.Text, s.cfg.Env.Base+"/tours/"+t.Slug
	p.Canonical = p.Here
	p.Picture = s.picture(l, "tours/"+t.Slug, strconv.FormatInt(t.Live, 36),
		l.T("preview.alt", "name", p.Name.Text, "what", l.T("preview.tour"), "instance", s.pages.InstanceName()))
	summary := textIn(l, t.Summary)
	p.Description = summary.Text
	p.Body, p.BodyLang = sanitize.Text(summary.Text), summary.Lang
	p.Count = l.N("tours.steps", len(t.Steps))
	p.OfflineHref = "/tours/" + t.Slug + "/offline.html?lang=" + l.Tag
	words := glossary.Options{Base: base, Seen: map[int]bool{}}
	for i, step := range t.Steps {
		v := StepView{Number: i + 1, ID: "etape-" + strconv.Itoa(i+1), Title: textIn(l, step.Title),
			Position: l.T("tours.position", "n", strconv.Itoa(i+1), "total", strconv.Itoa(len(t.Steps)))}
		text := textIn(l, step.Text)
		v.BodyLang = text.Lang
		var err error
		if v.Body, err = s.gloss(ctx, l, sanitize.Text(text.Text), text.Lang, words); err != nil {
			return err
		}
		if err := s.pointStep(ctx, l, &v, step, base); err != nil {
			return fmt.Errorf("tour %s: %w", t.Slug, err)
		}
		p.HasMap, p.HasTime = p.HasMap || v.View != "", p.HasTime || v.Time != ""
		if p.MapView == "" {
			p.MapView = v.View
		}
		p.Steps = append(p.Steps, v)
	}
	if p.HasTime && base == "" {
		s.tourStrip(p)
	}
	return nil
}

// pointStep adds what the step points at.
func (s *Site) pointStep(ctx context.Context, l *i18n.Locale, v *StepView, step directory.TourStep, base string) error {
	e, ok, err := s.tourEntry(ctx, step.Entry)
	if err != nil {
		return err
	}
	var entry *directory.Public
	if ok {
		entry = &e
		it := item(l, e)
		it.Href = base + it.Href
		v.Entry = &it
	}
	if at, ok := stepPosition(step, entry); ok {
		s.stepMap(l, v, step, at, entry, base)
	}
	if step.From != "" || step.To != "" {
		s.stepTime(l, v, step, base)
	}
	if step.Picture == "" {
		return nil
	}
	with, ok, err := s.tourEntry(ctx, step.Picture)
	if ok {
		v.Picture = s.pictureOf(l, with)
	}
	return err
}

// tourEntry is the entry of an ActivityPub id; ok is false when nobody may see it.
func (s *Site) tourEntry(ctx context.Context, uri string) (e directory.Public, ok bool, err error) {
	if uri == "" {
		return e, false, nil
	}
	found, err := s.cfg.Store.EntryByURI(ctx, uri)
	if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
		return e, false, nil
	}
	if err != nil {
		return e, false, err
	}
	e, ok = found.Public()
	return e, ok && found.Listed(), nil
}

// pictureOf is the first picture of an entry, nil without.
func (s *Site) pictureOf(l *i18n.Locale, e directory.Public) *PictureView {
	for _, img := range e.Images {
		href := sanitize.URL(img.URL)
		if href == "" {
			continue
		}
		alt := textIn(l, img.Alt).Text
		if alt == "" {
			alt = textIn(l, e.Name).Text
		}
		v := &PictureView{Href: href, Alt: alt, Credit: img.Credit, Host: hostOf(href)}
		if origin, err := directory.Origin(href); err == nil && origin == s.cfg.Env.Base {
			v.Src = href
		}
		return v
	}
	return nil
}
