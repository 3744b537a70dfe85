package page

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
)

// maxFormBytes bounds what a form may send.
const maxFormBytes = 2 << 20

// Limits of the fields that come with a file.
const (
	maxUploadFields = 8
	maxFieldBytes   = 4 << 10
)

// signedIn fills the page's part about the visitor.
func (s *Pages) signedIn(r *http.Request, b *Base) {
	b.MayContribute = s.cfg.MayContribute
	if session := auth.From(r.Context()); session.SignedIn() {
		b.User = &UserBox{Name: session.User.Name, Admin: session.User.Admin}
	}
}

// Token is the form token of a page.
func (s *Pages) Token(w http.ResponseWriter, r *http.Request) (string, error) {
	if s.cfg.Auth == nil {
		return "", fmt.Errorf("sign in: %w", directory.ErrUnavailable)
	}
	t, err := s.cfg.Auth.FormToken(w, r)
	if err != nil {
		return "", fmt.Errorf("form token: %w", err)
	}
	return t, nil
}

// Form reads a form that one of our pages sent and checks its token.
func (s *Pages) Form(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.Auth == nil {
		return fmt.Errorf("form: %w", directory.ErrUnavailable)
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	err := r.ParseForm()
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(maxFormBytes) // all in memory: the body is no longer
	}
	if err != nil {
		return fmt.Errorf("read form: %w: %w", directory.ErrInvalid, err)
	}
	return s.cfg.Auth.CheckForm(r)
}

// Upload checks the token of a multipart form of one file, and returns the file
// while it arrives. The fields come before the file and are few; the route bounds
// the whole, and a reader who is slow gets longest.
func (s *Pages) Upload(w http.ResponseWriter, r *http.Request, longest time.Duration) (io.Reader, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		if bad := s.Form(w, r); bad != nil {
			return nil, bad
		}
		return nil, fmt.Errorf("upload: %w: %w", directory.ErrInvalid, err)
	}
	end := time.Now().Add(longest)
	c := http.NewResponseController(w)
	if err := errors.Join(c.SetReadDeadline(end), c.SetWriteDeadline(end.Add(time.Minute))); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, fmt.Errorf("upload: %w", err)
	}
	r.PostForm = url.Values{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			if bad := s.checkForm(r); bad != nil {
				return nil, bad
			}
			return nil, fmt.Errorf("upload: no file: %w", directory.ErrInvalid)
		}
		if err != nil {
			return nil, fmt.Errorf("upload: %w: %w", directory.ErrInvalid, err)
		}
		if part.FileName() != "" || len(r.PostForm) == maxUploadFields {
			return part, s.checkForm(r)
		}
		value, err := io.ReadAll(io.LimitReader(part, maxFieldBytes))
		if err != nil {
			return nil, fmt.Errorf("upload: %w", err)
		}
		r.PostForm.Set(part.FormName(), string(value))
	}
}

func (s *Pages) checkForm(r *http.Request) error {
	if s.cfg.Auth == nil {
		return fmt.Errorf("form: %w", directory.ErrUnavailable)
	}
	return s.cfg.Auth.CheckForm(r)
}

// LocalPath is a path of this site, to go to after signing in; anything else is "/".
func LocalPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return "/"
	}
	return s
}

// NeedSignIn sends a visitor to sign in; it reports whether it did.
func NeedSignIn(w http.ResponseWriter, r *http.Request) bool {
	if auth.From(r.Context()).SignedIn() {
		return false
	}
	http.Redirect(w, r, Address("/login", With(nil, "next", r.URL.RequestURI())), http.StatusSeeOther)
	return true
}
