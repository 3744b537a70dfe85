package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/web"
)

// templates holds one parsed set a page, by the page's file name without
// extension, each with the layout and the shared parts.
type templates map[string]*template.Template

// shared are the files that every page includes.
var shared = [...]string{"layout.html", "parts.html", "carte.html", "filters.html"}

// parseTemplates parses every *.html of fsys with the shared ones.
func parseTemplates(fsys fs.FS, assets web.Manifest) (templates, error) {
	funcs := template.FuncMap{"asset": assets.URL}
	base := template.New("layout.html").Funcs(funcs).Option("missingkey=error")
	if _, err := base.ParseFS(fsys, shared[:]...); err != nil {
		return nil, fmt.Errorf("parse shared templates: %w", err)
	}
	files, err := fs.Glob(fsys, "*.html")
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	out := templates{}
	for _, f := range files {
		if slices.Contains(shared[:], f) {
			continue
		}
		t, err := base.Clone()
		if err != nil {
			return nil, fmt.Errorf("template %s: %w", f, err)
		}
		if _, err := t.ParseFS(fsys, f); err != nil {
			return nil, fmt.Errorf("template %s: %w", f, err)
		}
		out[strings.TrimSuffix(f, ".html")] = t
	}
	return out, nil
}

// execute prints the named block of a page's template set.
func (t templates) execute(page, block string, data any) ([]byte, error) {
	set, ok := t[page]
	if !ok {
		return nil, fmt.Errorf("template %s: none", page)
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, block, data); err != nil {
		return nil, fmt.Errorf("template %s: %w", page, err)
	}
	return b.Bytes(), nil
}

// Page answers with a whole page.
func (s *Pages) Page(w http.ResponseWriter, r *http.Request, status int, name string, data Pager) error {
	data.PageBase().settle(s.cfg.URL)
	return s.answer(w, r, status, name, "layout", data)
}

// Bare answers with a page that has a layout of its own, the block "bare".
func (s *Pages) Bare(w http.ResponseWriter, r *http.Request, status int, name string, data Pager) error {
	return s.answer(w, r, status, name, "bare", data)
}

// Fragment answers with one block of a page, for the page's script.
func (s *Pages) Fragment(w http.ResponseWriter, r *http.Request, name, block string, data Pager) error {
	w.Header().Set("X-Robots-Tag", "noindex")
	return s.answer(w, r, http.StatusOK, name, block, data)
}

// Pager is any page struct: it embeds Base.
type Pager interface{ PageBase() *Base }

// answer executes a block into memory, so that an error leaves no half page,
// and sends it with a validator made of its bytes.
func (s *Pages) answer(w http.ResponseWriter, r *http.Request, status int, name, block string, data Pager) error {
	body, err := s.templates.execute(name, block, data)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", data.PageBase().Tag)
	kept := h.Get("Cache-Control") != "" && data.PageBase().embedded
	if kept {
		h.Add("Vary", "Accept-Language") // there is neither a cookie nor a session
	} else {
		h.Add("Vary", "Accept, Accept-Language, Cookie")
	}
	if data.PageBase().User != nil || status != http.StatusOK {
		h.Set("Cache-Control", "private, no-store")
	} else {
		if !kept {
			h.Set("Cache-Control", "private, no-cache")
		}
		sum := sha256.Sum256(body)
		etag := `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
		h.Set("ETag", etag)
		if match(r.Header.Get("If-None-Match"), etag) {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	_, err = w.Write(body)
	return err
}

// match reports whether an If-None-Match header names the tag (RFC 9110 §13.1.2).
func match(header, etag string) bool {
	for _, t := range strings.Split(header, ",") {
		if t = strings.TrimSpace(t); t == "*" || (t != "" && strings.TrimPrefix(t, "W/") == strings.TrimPrefix(etag, "W/")) {
			return true
		}
	}
	return false
}

// Document executes a template that is a whole document of its own, without the
// layout: the block of its own name.
func (s *Pages) Document(name string, data Pager) ([]byte, error) {
	return s.templates.execute(name, name, data)
}

// Whole answers with a template that is a whole document of its own, without the
// layout: the block of its own name.
func (s *Pages) Whole(w http.ResponseWriter, r *http.Request, name string, data Pager) error {
	return s.answer(w, r, http.StatusOK, name, name, data)
}
