package site

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/store"
)

// ReportPage is the form by which anybody says that something is wrong with an
// entry.
type ReportPage struct {
	page.Base
	Name       Text
	Action     string
	Back       string
	Token      string
	Categories []Option
	Content    string
	Contact    string
	// Elsewhere is the host that keeps the entry, "" for our own.
	Elsewhere string
	Sent      bool
	// Fault is why the report was not taken, "" at first.
	Fault string
}

// Report is GET /entries/{id}/report and the same for the other kinds.
func (s *Site) Report(w http.ResponseWriter, r *http.Request) error {
	p, _, err := s.reportPage(w, r)
	if err != nil {
		return err
	}
	p.Sent = r.URL.Query().Get("sent") == "1"
	return s.pages.Page(w, r, http.StatusOK, "report", p)
}

func (s *Site) reportPage(w http.ResponseWriter, r *http.Request) (*ReportPage, directory.Public, error) {
	if s.cfg.Moderation == nil {
		return nil, directory.Public{}, fmt.Errorf("report: %w", directory.ErrNotFound)
	}
	e, err := s.cfg.Store.Entry(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, directory.Public{}, fmt.Errorf("report: %w", err)
	}
	_, leaving, err := s.cfg.Store.Leaving(r.Context(), e)
	if err != nil {
		return nil, directory.Public{}, fmt.Errorf("report: %w", err)
	}
	public, ok := e.Public()
	if !ok || leaving {
		return nil, public, fmt.Errorf("report %s: %w", e.ID, directory.ErrNotFound)
	}
	p := &ReportPage{Base: s.pages.Base(w, r, "form", "report.title"), Back: entryPath(public), Action: "/" + public.Kind.Path() + "/" + url.PathEscape(public.ID) + "/report"}
	p.NoIndex, p.Name = true, textIn(p.Locale, public.Name)
	if public.Origin != "" {
		p.Elsewhere = hostOf(public.Origin)
	}
	for _, c := range moderation.Categories() {
		p.Categories = append(p.Categories, Option{Value: c, Name: p.T("report.category." + c), On: c == r.FormValue("category")})
	}
	p.Token, err = s.pages.Token(w, r)
	return p, public, err
}

// PostReport is POST /entries/{id}/report.
func (s *Site) PostReport(w http.ResponseWriter, r *http.Request) error {
	bad := s.pages.Form(w, r)
	if bad != nil && !errors.Is(bad, auth.ErrBadForm) {
		return bad
	}
	p, e, err := s.reportPage(w, r)
	if err != nil {
		return err
	}
	p.Content, p.Contact = strings.TrimSpace(r.PostForm.Get("content")), strings.TrimSpace(r.PostForm.Get("contact"))
	refuse := func(status int, key string) error {
		p.Fault = p.T(key)
		return s.pages.Page(w, r, status, "report", p)
	}
	switch {
	case bad != nil:
		return refuse(http.StatusForbidden, "report.fault.form")
	case r.PostForm.Get("website") != "": // only programs see that field
		return s.reported(w, r, p)
	case p.Content == "":
		return refuse(http.StatusUnprocessableEntity, "report.fault.content")
	}
	if wait := s.cfg.Moderation.VisitorWait(r.RemoteAddr); wait > 0 {
		return later(w, refuse, wait)
	}
	err = s.cfg.Store.Write(r.Context(), func(tx *store.Tx) error {
		_, err := s.cfg.Moderation.TakeReport(r.Context(), tx, moderation.NewReport{Contact: p.Contact, Category: r.PostForm.Get("category"),
			Content: p.Content, Objects: []string{e.URI}})
		return err
	})
	if errors.Is(err, moderation.ErrTooMany) {
		s.cfg.Moderation.Refused("", moderation.CauseReports, err.Error())
		return later(w, refuse, time.Hour)
	}
	if err != nil {
		return fmt.Errorf("report %s: %w", e.ID, err)
	}
	return s.reported(w, r, p)
}

func later(w http.ResponseWriter, refuse func(int, string) error, wait time.Duration) error {
	w.Header().Set("Retry-After", fmt.Sprint(int(wait.Seconds())+1))
	return refuse(http.StatusTooManyRequests, "report.fault.wait")
}

func (s *Site) reported(w http.ResponseWriter, r *http.Request, p *ReportPage) error {
	http.Redirect(w, r, page.Address(p.Action, page.With(nil, "sent", "1")), http.StatusSeeOther)
	return nil
}
