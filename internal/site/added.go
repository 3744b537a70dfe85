package site

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/view"
)

// addedCookie remembers the entry that was just added, so that a list whose
// filters hide it says so.
const (
	addedCookie = "added"
	addedAge    = 15 * time.Minute
)

// added notes the entry that a person just added.
func (s *Site) added(w http.ResponseWriter, e directory.Entry) {
	http.SetCookie(w, &http.Cookie{Name: addedCookie, Value: url.QueryEscape(e.ID), Path: "/", MaxAge: int(addedAge.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.cfg.Env.Base[:min(len(s.cfg.Env.Base), 6)] == "https:"})
}

// hides is the entry that the person of the request just added, when the
// selection leaves it out, with the way to drop the filters; Href "" when it does not.
func (s *Site) hides(r *http.Request, l *i18n.Locale, c chosen, clear string, shows view.Shows) (NamedLink, error) {
	cookie, err := r.Cookie(addedCookie)
	if err != nil || !narrowed(c.sel) && !c.query.Has("bbox") {
		return NamedLink{}, nil
	}
	id, err := url.QueryUnescape(cookie.Value)
	if err != nil {
		return NamedLink{}, nil
	}
	e, err := s.cfg.Store.Entry(r.Context(), id)
	if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
		return NamedLink{}, nil
	}
	if err != nil {
		return NamedLink{}, fmt.Errorf("entry just added: %w", err)
	}
	p, public := e.Public()
	elsewhere := shows.Only != "" && e.Kind != shows.Only || shows.Window != nil && begins(p) <= -1<<62
	if elsewhere || !public || !e.Listed() || !s.cfg.View.Register().Has(e.Num) {
		return NamedLink{}, nil
	}
	set, err := s.cfg.View.Set(r.Context(), c.sel)
	if err == nil && c.query.Has("bbox") {
		set = s.within(c, set)
	}
	if err != nil || set.Has(e.Num) {
		return NamedLink{}, err
	}
	return NamedLink{Name: l.T("filter.hides", "name", textIn(l, p.Name).Text), Href: clear}, nil
}
