package site

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
)

// DeletePage asks before an entry is removed for good.
type DeletePage struct {
	page.Base
	Name         Text
	Token        string
	Action, Back string
	// EditHref is the form that can take the entry off the public pages instead.
	EditHref string
}

// PostDelete is POST /entries/{id}/delete: without confirm=yes it asks.
func (s *Site) PostDelete(w http.ResponseWriter, r *http.Request) error {
	e, err := s.changing(w, r)
	if err != nil || e.ID == "" {
		return err
	}
	if r.PostForm.Get("confirm") != "yes" {
		p := &DeletePage{Base: s.pages.Base(w, r, "form", "delete.title"), Action: r.URL.EscapedPath(), Back: entryPath(directory.Public(e))}
		p.Name, p.NoIndex = textIn(p.Locale, e.Name), true
		p.EditHref = "/" + e.Kind.Path() + "/" + e.ID + "/edit"
		if p.Token, err = s.pages.Token(w, r); err != nil {
			return err
		}
		return s.pages.Page(w, r, http.StatusOK, "delete", p)
	}
	const maxReason = 500
	reason := r.PostForm.Get("reason")
	reason = strings.ToValidUTF8(reason[:min(len(reason), maxReason)], "")
	who := auth.From(r.Context()).Who()
	if r.PostForm.Get("do") == "now" {
		err = s.cfg.Ledger.Delete(r.Context(), who, e.ID, reason)
	} else {
		_, err = s.cfg.Ledger.DeleteLater(r.Context(), who, e.ID, reason)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/"+e.Kind.Path()+"/"+e.ID, http.StatusSeeOther) // the page says what is left of it
	return nil
}

// PostRestore is POST /entries/{id}/restore: it is not deleted after all.
func (s *Site) PostRestore(w http.ResponseWriter, r *http.Request) error {
	e, err := s.changing(w, r)
	if err != nil || e.ID == "" {
		return err
	}
	if err := s.cfg.Ledger.Restore(r.Context(), auth.From(r.Context()).Who(), e.ID); err != nil {
		return err
	}
	http.Redirect(w, r, entryPath(directory.Public(e)), http.StatusSeeOther)
	return nil
}

// PostRevert is POST /entries/{id}/revert: brings back the version of the form.
func (s *Site) PostRevert(w http.ResponseWriter, r *http.Request) error {
	e, err := s.changing(w, r)
	if err != nil || e.ID == "" {
		return err
	}
	n, err := strconv.ParseInt(r.PostForm.Get("revision"), 10, 64)
	if err != nil {
		return fmt.Errorf("revision %q: %w", r.PostForm.Get("revision"), directory.ErrInvalid)
	}
	if _, err := s.cfg.Ledger.Revert(r.Context(), auth.From(r.Context()).Who(), e.ID, n); err != nil {
		return err
	}
	http.Redirect(w, r, "/"+e.Kind.Path()+"/"+e.ID+"/history", http.StatusSeeOther)
	return nil
}

// PostConfirm is POST /entries/{id}/confirm: all is still right.
func (s *Site) PostConfirm(w http.ResponseWriter, r *http.Request) error {
	e, err := s.changing(w, r)
	if err != nil || e.ID == "" {
		return err
	}
	if _, err := s.cfg.Ledger.Confirm(r.Context(), auth.From(r.Context()).Who(), e.ID); err != nil {
		return err
	}
	http.Redirect(w, r, page.Address(entryPath(directory.Public(e)), url.Values{"done": {"confirmed"}}), http.StatusSeeOther)
	return nil
}

// changing checks the form and reads the entry of a POST; without error and
// without entry, the visitor was sent to sign in.
func (s *Site) changing(w http.ResponseWriter, r *http.Request) (directory.Entry, error) {
	if !auth.From(r.Context()).SignedIn() {
		http.Redirect(w, r, "/login", http.StatusSeeOther)
		return directory.Entry{}, nil
	}
	if err := s.pages.Form(w, r); err != nil {
		return directory.Entry{}, err
	}
	return s.editable(r)
}
