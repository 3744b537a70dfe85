package site

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
)

// LoginPage is the form to sign in.
type LoginPage struct {
	Base
	Token string
	Next  string
	Name  string
	// Fault is why it did not work, "" at first.
	Fault string
}

// LogoutPage asks whether to sign out.
type LogoutPage struct {
	Base
	Token string
}

// maxFormBytes bounds what a form may send.
const maxFormBytes = 2 << 20

// signedIn fills the page's part about the visitor.
func (s *Site) signedIn(r *http.Request, b *Base) {
	b.MayContribute = s.cfg.Ledger != nil && s.cfg.Auth != nil
	if session := auth.From(r.Context()); session.SignedIn() {
		b.User = &UserBox{Name: session.User.Name}
	}
}

// token is the form token of a page.
func (s *Site) token(w http.ResponseWriter, r *http.Request) (string, error) {
	if s.cfg.Auth == nil {
		return "", fmt.Errorf("sign in: %w", directory.ErrUnavailable)
	}
	t, err := s.cfg.Auth.FormToken(w, r)
	if err != nil {
		return "", fmt.Errorf("form token: %w", err)
	}
	return t, nil
}

// form reads a form that one of our pages sent.
func (s *Site) form(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.Auth == nil {
		return fmt.Errorf("form: %w", directory.ErrUnavailable)
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	if err := r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w: %w", directory.ErrInvalid, err)
	}
	return s.cfg.Auth.CheckForm(r)
}

// Login is GET /login.
func (s *Site) Login(w http.ResponseWriter, r *http.Request) error {
	next := localPath(r.URL.Query().Get("next"))
	if auth.From(r.Context()).SignedIn() {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	return s.loginPage(w, r, http.StatusOK, &LoginPage{Next: next})
}

func (s *Site) loginPage(w http.ResponseWriter, r *http.Request, status int, p *LoginPage) error {
	fault := p.Fault
	p.Base = s.newBase(w, r, "form", "login.title")
	p.NoIndex = true
	if fault != "" {
		p.Fault = p.T(fault)
	}
	var err error
	if p.Token, err = s.token(w, r); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return s.page(w, r, status, "login", p)
}

// PostLogin is POST /login.
func (s *Site) PostLogin(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r); err != nil {
		if errors.Is(err, auth.ErrBadForm) {
			return s.loginPage(w, r, http.StatusForbidden, &LoginPage{Next: "/", Fault: "login.fault.form"})
		}
		return err
	}
	name, next := strings.TrimSpace(r.PostForm.Get("name")), localPath(r.PostForm.Get("next"))
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
	p := &LogoutPage{Base: s.newBase(w, r, "form", "logout.title")}
	var err error
	if p.Token, err = s.token(w, r); err != nil {
		return err
	}
	p.NoIndex = true
	return s.page(w, r, http.StatusOK, "logout", p)
}

// PostLogout is POST /logout.
func (s *Site) PostLogout(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r); err != nil {
		return err
	}
	if err := s.cfg.Auth.Logout(w, r); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// localPath is a path of this site, to go to after signing in; anything else is "/".
func localPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return "/"
	}
	return s
}

// needSignIn sends a visitor to sign in; it reports whether it did.
func needSignIn(w http.ResponseWriter, r *http.Request) bool {
	if auth.From(r.Context()).SignedIn() {
		return false
	}
	http.Redirect(w, r, address("/login", with(nil, "next", r.URL.RequestURI())), http.StatusSeeOther)
	return true
}
