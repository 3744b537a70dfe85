package site

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/qr"
)

// SharePage is the ways to pass on an address of this instance: the link, its QR
// code, and the code that shows it on another site.
type SharePage struct {
	page.Base
	// Own is the full address, QR the path of its drawing.
	Own, QR string
	// Embed is nil for a page that cannot stand in a frame.
	Embed *EmbedCode
}

// EmbedCode is what to paste into another site.
type EmbedCode struct {
	Title                    string
	Views, Schemes           []Option
	Height                   int
	IFrame, Element, Service string
	// Preview is the frame's path.
	Preview string
}

// Share is GET /share?url=. With view, scheme and height it makes the code of the
// frame that they describe.
func (s *Site) Share(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := &SharePage{Base: s.pages.Base(w, r, "share", "share.title")}
	p.NoIndex, p.Self = true, ""
	u, err := s.ownURL(cmp.Or(q.Get("url"), "/"))
	if err != nil {
		return err
	}
	own := *u
	own.RawQuery = page.With(u.Query(), "lang", "", "fragment", "").Encode()
	p.Own = own.String()
	p.QR = page.Address("/qr.svg", url.Values{"url": {p.Own}})
	e, err := s.embeddable(r.Context(), p.Locale, p.Own)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	if err == nil {
		p.Embed = s.embedCode(p, e, q)
	}
	return s.pages.Page(w, r, http.StatusOK, "share", p)
}

// embedCode makes the code of the frame that a form describes.
func (s *Site) embedCode(p *SharePage, e embeddable, q url.Values) *EmbedCode {
	for _, v := range e.Views {
		if q.Get("view") == v {
			e.View = v
		}
	}
	scheme := q.Get(schemeKey)
	c := &EmbedCode{Title: e.Title, Height: e.height()}
	if n, err := strconv.Atoi(q.Get("height")); err == nil && n >= minFrame && n <= maxFrame {
		c.Height = n
	}
	for _, v := range e.Views {
		c.Views = append(c.Views, Option{v, p.T("embed.view." + v), v == e.View})
	}
	for _, v := range []string{"", "light", "dark"} {
		c.Schemes = append(c.Schemes, Option{v, p.T("embed.scheme." + cmp.Or(v, "auto")), v == scheme})
	}
	if scheme != "light" && scheme != "dark" {
		scheme = ""
	}
	base := s.cfg.Env.Base
	c.IFrame = e.iframe(e.frame(base, scheme, p.Tag), "100%", c.Height)
	c.Element = e.element(base, scheme, p.Tag, c.Height)
	c.Service = base + page.Address("/oembed", url.Values{"url": {e.Own}, "format": {"json"}})
	c.Preview = e.frame("", scheme, p.Tag)
	return c
}

// QR is GET /qr.svg?url=: the QR code of an address of this instance, and of no
// other, so that nobody passes off theirs as ours.
func (s *Site) QR(w http.ResponseWriter, r *http.Request) error {
	u, err := s.ownURL(r.URL.Query().Get("url"))
	if err != nil {
		return err
	}
	c, err := qr.Encode(u.String())
	if err != nil {
		return fmt.Errorf("draw address: %w", err)
	}
	l := s.pages.Locale(r)
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Cache-Control", "public, max-age=86400")
	h.Set("Vary", "Accept-Language")
	_, _ = w.Write(c.SVG(l.T("share.qr_of", "url", u.String()))) // the client may have gone
	return nil
}
