package site

import (
	"fmt"
	"net/http"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
)

// AboutPage says what this instance is, holds and exchanges.
type AboutPage struct {
	page.Base
	Body    sanitize.HTML
	Contact string
	// ContactHref is a mailto or web address, "" for plain text.
	ContactHref string
	Figures     []Figure
	Peers       []PeerRow
	Handle      string
	URI         string
	Version     string
}

// Figure is one number with what it counts.
type Figure struct{ Number, Name, Href string }

// About is GET /about.
func (s *Site) About(w http.ResponseWriter, r *http.Request) error {
	p := &AboutPage{Base: s.pages.Base(w, r, "about", "about.title")}
	p.Canonical, p.Version = s.cfg.Env.Base+"/about", s.cfg.Version
	p.Picture = s.viewPicture(r.Context(), p.Locale, "")
	p.Description = s.cfg.Description
	p.Body = sanitize.Text(s.cfg.Description)
	p.Contact, p.ContactHref = s.cfg.Contact, contactHref(s.cfg.Contact)
	p.Handle, p.URI = "@instance@"+s.pages.Host(), s.cfg.Env.InstanceURI()
	ctx := r.Context()
	for _, k := range directory.Kinds() {
		n, err := s.cfg.Store.CountEntries(ctx, store.EntryFilter{Selection: directory.Selection{Kinds: []directory.Kind{k}}})
		if err != nil {
			return fmt.Errorf("count entries: %w", err)
		}
		if n > 0 {
			p.Figures = append(p.Figures, Figure{p.Number(n), p.N("count."+string(k), n), "/?all=1&kind=" + string(k)})
		}
	}
	var err error
	if p.Peers, err = s.peers(ctx, p.Locale); err != nil {
		return err
	}
	return s.pages.Page(w, r, http.StatusOK, "about", p)
}

// contactHref links a contact when it is an address.
func contactHref(c string) string {
	if href := sanitize.URL(c); href != "" {
		return href
	}
	if at := sanitize.URL("mailto:" + c); at != "" && isEmail(c) {
		return at
	}
	return ""
}

// TextPage is a page of words: legal notices, accessibility.
type TextPage struct {
	page.Base
	Contact, ContactHref string
}

// Legal is GET /legal.
func (s *Site) Legal(w http.ResponseWriter, r *http.Request) error {
	return s.words(w, r, "legal")
}

// Accessibility is GET /accessibility.
func (s *Site) Accessibility(w http.ResponseWriter, r *http.Request) error {
	return s.words(w, r, "accessibility")
}

func (s *Site) words(w http.ResponseWriter, r *http.Request, name string) error {
	p := &TextPage{Base: s.pages.Base(w, r, "text", name+".title"), Contact: s.cfg.Contact, ContactHref: contactHref(s.cfg.Contact)}
	p.Canonical = s.cfg.Env.Base + "/" + name
	return s.pages.Page(w, r, http.StatusOK, name, p)
}
