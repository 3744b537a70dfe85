package site

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// InteractPage helps a visitor to follow an actor from their own server.
type InteractPage struct {
	page.Base
	URI     string
	Handle  string
	Account string
	// Local is our page about the actor, Href "" when we hold none.
	Local NamedLink
	// Fault is why the account did not work, "" at first.
	Fault string
}

// relSubscribe names the template to follow an account from one's own server
// (OStatus, kept by Mastodon and its peers).
const relSubscribe = "http://ostatus.org/schema/1.0/subscribe"

// interactTimeout bounds the question to the visitor's server.
const interactTimeout = 8 * time.Second

// Interact is GET /interact?uri=: how to follow the actor of that address. It
// is also where other servers send our own people (our subscribe template).
func (s *Site) Interact(w http.ResponseWriter, r *http.Request) error {
	p, err := s.interactPage(w, r, r.URL.Query().Get("uri"))
	if err != nil {
		return err
	}
	p.name()
	return s.pages.Page(w, r, http.StatusOK, "interact", p)
}

// PostInteract is POST /interact: asks the visitor's server where to follow and
// sends them there. It changes nothing here, so it needs no token; another
// site's page may not use it to send people where it likes under our name.
func (s *Site) PostInteract(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.Auth != nil {
		if err := s.cfg.Auth.CheckSite(r); err != nil {
			return err
		}
	}
	const maxForm = 16 << 10
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return fmt.Errorf("interact form: %w", directory.ErrInvalid)
	}
	p, err := s.interactPage(w, r, r.PostForm.Get("uri"))
	if err != nil {
		return err
	}
	p.Account = strings.TrimSpace(r.PostForm.Get("account"))
	target, err := s.subscribe(r.Context(), p.Account, p.URI)
	if err == nil {
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, target, http.StatusSeeOther)
		return nil
	}
	p.Fault = p.T("interact.fault.server")
	if errors.Is(err, directory.ErrInvalid) {
		p.Fault = p.T("interact.fault.account")
	}
	p.name()
	return s.pages.Page(w, r, http.StatusUnprocessableEntity, "interact", p)
}

// name titles the page with whom it is about, when we know.
func (p *InteractPage) name() {
	if p.Local.Name != "" {
		p.Title = p.T("interact.heading_name", "name", p.Local.Name)
	}
}

func (s *Site) interactPage(w http.ResponseWriter, r *http.Request, uri string) (*InteractPage, error) {
	p := &InteractPage{Base: s.pages.Base(w, r, "text", "interact.title")}
	p.NoIndex = true
	uri = strings.TrimPrefix(strings.TrimSpace(uri), "acct:")
	if href := sanitize.URL(uri); strings.HasPrefix(href, "http") {
		p.URI = href
	} else if isEmail(strings.TrimPrefix(uri, "@")) {
		p.URI, p.Handle = strings.TrimPrefix(uri, "@"), "@"+strings.TrimPrefix(uri, "@")
	} else {
		return nil, fmt.Errorf("interact with %q: %w", uri, directory.Invalid{{Field: "uri", Code: "format", Message: "is neither an address nor name@server"}})
	}
	if p.URI == s.cfg.Env.InstanceURI() {
		p.Handle, p.Local = "@instance@"+s.pages.Host(), NamedLink{s.pages.InstanceName(), "/about"}
		return p, nil
	}
	if handle := s.cfg.Env.MapHandle(p.URI); handle != "" {
		if m, err := s.cfg.Store.MapByHandle(r.Context(), handle); err == nil {
			p.Handle, p.Local = "@"+handle+"@"+s.pages.Host(), NamedLink{textIn(p.Locale, m.Name).Text, "/maps/" + handle}
			return p, nil
		}
	}
	e, err := s.cfg.Store.EntryByURI(r.Context(), p.URI)
	if errors.Is(err, directory.ErrNotFound) {
		return p, nil
	}
	if err != nil {
		return nil, fmt.Errorf("interact: %w", err)
	}
	_, leaving, err := s.cfg.Store.Leaving(r.Context(), e)
	if err != nil {
		return nil, fmt.Errorf("interact: %w", err)
	}
	if public, ok := e.Public(); ok && !leaving {
		host := s.pages.Host()
		if public.Origin != "" {
			host = originHost(public.Origin)
		}
		if public.Handle != "" {
			p.Handle = "@" + public.Handle + "@" + host
		}
		p.Local = NamedLink{textIn(p.Locale, public.Name).Text, entryPath(public)}
	}
	return p, nil
}

// subscribe asks the account's server for its subscribe template. A text that
// is no account is ErrInvalid; a server that cannot say, ErrUnavailable.
func (s *Site) subscribe(ctx context.Context, account, uri string) (string, error) {
	account = strings.TrimPrefix(account, "@")
	if !isHost(account) && !isEmail(account) {
		return "", fmt.Errorf("account: %w", directory.ErrInvalid)
	}
	if s.cfg.Client == nil {
		return "", fmt.Errorf("no client: %w", directory.ErrUnavailable)
	}
	ctx, cancel := context.WithTimeout(ctx, interactTimeout)
	defer cancel()
	if isHost(account) {
		if _, _, err := s.cfg.Client.Server(ctx, "https://"+account); err != nil { // nobody is sent to a server that is not there
			return "", fmt.Errorf("ask %s: %w: %w", account, directory.ErrUnavailable, err)
		}
		return "https://" + account + "/authorize_interaction?uri=" + url.QueryEscape(uri), nil // Mastodon's, known to its peers
	}
	jrd, err := s.cfg.Client.WebFinger(ctx, account)
	if err != nil {
		return "", fmt.Errorf("ask %s: %w: %w", account, directory.ErrUnavailable, err)
	}
	for _, link := range jrd.Links {
		if link.Rel != relSubscribe || !strings.Contains(link.Template, "{uri}") {
			continue
		}
		target := sanitize.URL(strings.ReplaceAll(link.Template, "{uri}", url.QueryEscape(uri)))
		if strings.HasPrefix(target, "https://") || s.loopback(target) {
			return target, nil
		}
	}
	return "", fmt.Errorf("%s has no subscribe template: %w", account, directory.ErrUnavailable)
}

// loopback allows plain http between instances on one machine, when this one is.
func (s *Site) loopback(target string) bool {
	return strings.HasPrefix(s.cfg.Env.Base, "http://") && strings.HasPrefix(target, "http://")
}

// isEmail reports whether s has the form name@host.
func isEmail(s string) bool {
	name, host, ok := strings.Cut(s, "@")
	return ok && name != "" && isHost(host) && !strings.ContainsAny(name, " \t\r\n/?#@:<>\"")
}

// isHost reports whether s may be a host name, with a port or not.
func isHost(s string) bool {
	if s == "" || len(s) > 255 || strings.ContainsAny(s, " \t\r\n/?#@<>\"\\") {
		return false
	}
	u, err := url.Parse("https://" + s)
	return err == nil && u.Host == s && (strings.Contains(u.Hostname(), ".") || u.Hostname() == "localhost")
}
