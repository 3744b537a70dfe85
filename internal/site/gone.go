package site

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
)

// GonePage stands where an entry was, or is about to be no more.
type GonePage struct {
	page.Base
	Heading, Words string
	// Restore is where an editor undoes the deletion, "" for others and afterwards.
	Restore, Token string
	Links          []NamedLink
}

// before1990 dates no deletion: it is how entries that we chose not to keep are marked.
var before1990 = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// gone answers with the page of a tombstone, or passes the error on.
func (s *Site) gone(w http.ResponseWriter, r *http.Request, e directory.Entry, err error) error {
	if !errors.Is(err, directory.ErrGone) || e.Status != directory.StatusDeleted {
		return err
	}
	p := s.gonePage(w, r, "gone.title")
	switch {
	case e.DeletedAt.Before(before1990):
		p.Words = p.T("gone.let_go")
	case e.Origin != "":
		p.Words = p.T("gone.there", "host", hostOf(e.Origin), "date", p.Date(e.DeletedAt))
	default:
		p.Words = p.T("gone.here", "date", p.Date(e.DeletedAt))
	}
	return s.pages.Page(w, r, http.StatusGone, "gone", p)
}

func (s *Site) gonePage(w http.ResponseWriter, r *http.Request, heading string) *GonePage {
	p := &GonePage{Base: s.pages.Base(w, r, "error", "")}
	p.Heading, p.NoIndex = p.T(heading), true
	p.Title = p.Heading
	p.Links = []NamedLink{{p.T("error.to_map"), "/"}, {p.T("error.to_timeline"), "/timeline"}, {p.T("error.to_about"), "/about"}}
	return p
}

// leaving answers with the page of an entry that is about to be deleted; it
// reports whether it did. It is not gone yet, and not found any more.
func (s *Site) leaving(w http.ResponseWriter, r *http.Request, e directory.Entry) (bool, error) {
	why, leaving, err := s.cfg.Store.Leaving(r.Context(), e)
	if err != nil {
		return false, fmt.Errorf("entry %s: %w", e.ID, err)
	}
	if !leaving {
		return false, nil
	}
	p := s.gonePage(w, r, "gone.leaving.title")
	p.Words = p.T("gone.leaving", "time", p.DateTime(why.Due))
	if who := auth.From(r.Context()).Who(); s.cfg.Ledger != nil && p.User != nil && who.MayEdit(&e) {
		p.Restore = "/" + e.Kind.Path() + "/" + e.ID + "/restore"
		if p.Token, err = s.pages.Token(w, r); err != nil {
			return false, err
		}
	}
	return true, s.pages.Page(w, r, http.StatusNotFound, "gone", p)
}

// staying leaves out what is about to be deleted, which no page names.
func (s *Site) staying(ctx context.Context, es []directory.Entry) ([]directory.Entry, error) {
	out := make([]directory.Entry, 0, len(es))
	for _, e := range es {
		_, leaving, err := s.cfg.Store.Leaving(ctx, e)
		if err != nil {
			return nil, fmt.Errorf("entry %s: %w", e.ID, err)
		}
		if !leaving {
			out = append(out, e)
		}
	}
	return out, nil
}
