package site

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/page"
)

// LoginPage is the form to sign in.
type LoginPage struct {
	page.Base
	Token string
	Next  string
	Name  string
	// Fault is why it did not work, "" at first.
	Fault string
}

// LogoutPage asks whether to sign out.
type LogoutPage struct {
	page.Base
	Token string
}

// Login is GET /login.
func (s *Site) Login(w http.ResponseWriter, r *http.Request) error {
	next := page.LocalPath(r.URL.Query().Get("next"))
	if auth.From(r.Context()).SignedIn() {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	return s.loginPage(w, r, http.StatusOK, &LoginPage{Next: next})
}

func (s *Site) loginPage(w http.ResponseWriter, r *http.Request, status int, p *LoginPage) error {
	fault := p.Fault
	p.Base = s.pages.Base(w, r, "form", "login.title")
	p.NoIndex = true
	if fault != "" {
		p.Fault = p.T(fault)
	}
	var err error
	if p.Token, err = s.pages.Token(w, r); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return s.pages.Page(w, r, status, "login", p)
}

// PostLogin is POST /login.
func (s *Site) PostLogin(w http.ResponseWriter, r *http.Request) error {
	if err := s.pages.Form(w, r); err != nil {
		if errors.Is(err, auth.ErrBadForm) {
			return s.loginPage(w, r, http.StatusForbidden, &LoginPage{Next: "/", Fault: "login.fault.form"})
		}
		return err
	}
	name, next := strings.TrimSpace(r.PostForm.Get("name")), page.LocalPath(r.PostForm.Get("next"))
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	_, token, err := s.cfg.Auth.Login(r.Context(), name, r.PostForm.Get("password"), address)
	var wait *auth.TooManyError
	switch {
	case errors.As(err, &wait):
		w.Header().Set("Retry-After", fmt.Sprint(int(wait.RetryAfter.Seconds())+1))
		return s.loginPage(w, r, http.StatusTooManyRequests, &LoginPage{Next: next, Name: name, Fault: "login.fault.wait"})
	case errors.Is(err, auth.ErrBadLogin):
		return s.loginPage(w, r, http.StatusForbidden, &LoginPage{Next: next, Name: name, Fault: "login.fault.wrong"})
	case err != nil:
		return err
	}
	s.cfg.Auth.SetCookie(w, token)
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// Logout is GET /logout: it asks, because a link must not change anything.
func (s *Site) Logout(w http.ResponseWriter, r *http.Request) error {
	p := &LogoutPage{Base: s.pages.Base(w, r, "form", "logout.title")}
	var err error
	if p.Token, err = s.pages.Token(w, r); err != nil {
		return err
	}
	p.NoIndex = true
	return s.pages.Page(w, r, http.StatusOK, "logout", p)
}

// PostLogout is POST /logout.
func (s *Site) PostLogout(w http.ResponseWriter, r *http.Request) error {
	if err := s.pages.Form(w, r); err != nil {
		return err
	}
	if err := s.cfg.Auth.Logout(w, r); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}
