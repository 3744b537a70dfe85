package site

import (
	"errors"
	"net/http"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
)

// ErrorPage says what went wrong and what to do.
type ErrorPage struct {
	page.Base
	Status  int
	Heading string
	Advice  string
	// Fields are the faults of an address that could not be read.
	Fields []string
	Links  []NamedLink
}

// ErrorPage answers with the page for an error. status is that of package
// app's table; err is shown only as far as it speaks of the visitor's own input.
func (s *Site) ErrorPage(w http.ResponseWriter, r *http.Request, status int, err error) {
	b := s.pages.Base(w, r, "error", "")
	p := &ErrorPage{Base: b, Status: status}
	kind := "500"
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		kind = "400"
	case http.StatusUnauthorized, http.StatusForbidden:
		kind = "403"
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		kind = "404"
	case http.StatusGone:
		kind = "410"
	case http.StatusTooManyRequests:
		kind = "429"
	case http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout:
		kind = "503"
	}
	p.Heading, p.Advice = b.T("error."+kind+".title"), b.T("error."+kind+".advice")
	p.Title, p.NoIndex = p.Heading, true
	var invalid directory.Invalid
	if kind == "400" && errors.As(err, &invalid) {
		for _, f := range invalid {
			p.Fields = append(p.Fields, fieldFault(b.Locale, f))
		}
	}
	p.Links = []NamedLink{{b.T("error.to_map"), "/"}, {b.T("error.to_timeline"), "/timeline"}, {b.T("error.to_about"), "/about"}}
	if perr := s.pages.Page(w, r, status, "error", p); perr != nil {
		s.cfg.Logger.ErrorContext(r.Context(), "error page", "err", perr)
	}
}
