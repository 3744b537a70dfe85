package site

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
)

// AboutPage says what this instance is, holds and exchanges.
type AboutPage struct {
	Base
	Body    sanitize.HTML
	Contact string
	// ContactHref is a mailto or web address, "" for plain text.
	ContactHref string
	Figures     []Figure
	Peers       []PeerRow
	Handle      string
	URI         string
	Version     string
}

// Figure is one number with what it counts.
type Figure struct{ Number, Name, Href string }

// PeerRow is one instance that this one exchanges with.
type PeerRow struct {
	Host, Href       string
	Software         string
	State, Class     string
	Entries          string
	EntriesHref      string
	Agreed, AgreedAt string
	Follow           string
}

// About is GET /about.
func (s *Site) About(w http.ResponseWriter, r *http.Request) error {
	p := &AboutPage{Base: s.newBase(w, r, "about", "about.title")}
	p.Canonical, p.Version = s.cfg.Env.Base+"/about", s.cfg.Version
	p.Description = s.cfg.Description
	p.Body = sanitize.Text(s.cfg.Description)
	p.Contact, p.ContactHref = s.cfg.Contact, contactHref(s.cfg.Contact)
	p.Handle, p.URI = "@instance@"+s.host, s.cfg.Env.InstanceURI()
	ctx := r.Context()
	for _, k := range directory.Kinds() {
		n, err := s.cfg.Store.CountEntries(ctx, store.EntryFilter{Selection: directory.Selection{Kinds: []directory.Kind{k}}})
		if err != nil {
			return fmt.Errorf("count entries: %w", err)
		}
		if n > 0 {
			p.Figures = append(p.Figures, Figure{p.Number(n), p.N("count."+string(k), n), "/?all=1&kind=" + string(k)})
		}
	}
	var err error
	if p.Peers, err = s.peers(ctx, p.Locale); err != nil {
		return err
	}
	return s.page(w, r, http.StatusOK, "about", p)
}

// contactHref links a contact when it is an address.
func contactHref(c string) string {
	if href := sanitize.URL(c); href != "" {
		return href
	}
	if at := sanitize.URL("mailto:" + c); at != "" && isEmail(c) {
		return at
	}
	return ""
}

// peers lists the instances we follow or hold entries of, by host.
func (s *Site) peers(ctx context.Context, l *i18n.Locale) ([]PeerRow, error) {
	peers, err := s.cfg.Store.Peers(ctx)
	if err != nil {
		return nil, fmt.Errorf("peers: %w", err)
	}
	now := s.cfg.Clock()
	var out []PeerRow
	for _, peer := range peers {
		if peer.State == store.PeerBlocked {
			continue
		}
		row := PeerRow{Host: originHost(peer.Origin), Href: sanitize.URL(peer.Origin), Software: join(peer.Software, peer.Version),
			State: l.T("peer." + string(peerState(peer))), Class: peerClass(peer.State)}
		if peer.Entries > 0 {
			row.Entries = l.Number(peer.Entries)
			row.EntriesHref = address("/", with(nil, "origin", peer.Origin))
		}
		follows, err := s.cfg.Store.FollowingByOrigin(ctx, peer.Origin)
		if err != nil {
			return nil, fmt.Errorf("peers: %w", err)
		}
		var agreed time.Time
		for _, f := range follows {
			row.Follow = l.T("follow." + string(f.State))
			if f.Synced.After(agreed) {
				agreed = f.Synced
			}
		}
		if !agreed.IsZero() {
			row.Agreed, row.AgreedAt = l.Relative(agreed, now), agreed.UTC().Format(time.RFC3339)
		}
		out = append(out, row)
	}
	return out, nil
}

func peerState(p store.Peer) store.PeerState {
	if p.State == "" {
		return store.PeerUp
	}
	return p.State
}

func peerClass(s store.PeerState) string {
	switch s {
	case store.PeerFailing:
		return "j"
	case store.PeerDown, store.PeerDead:
		return "t"
	}
	return "v"
}

// TextPage is a page of words: legal notices, accessibility.
type TextPage struct {
	Base
	Contact, ContactHref string
}

// Legal is GET /legal.
func (s *Site) Legal(w http.ResponseWriter, r *http.Request) error {
	return s.words(w, r, "legal")
}

// Accessibility is GET /accessibility.
func (s *Site) Accessibility(w http.ResponseWriter, r *http.Request) error {
	return s.words(w, r, "accessibility")
}

func (s *Site) words(w http.ResponseWriter, r *http.Request, name string) error {
	p := &TextPage{Base: s.newBase(w, r, "text", name+".title"), Contact: s.cfg.Contact, ContactHref: contactHref(s.cfg.Contact)}
	p.Canonical = s.cfg.Env.Base + "/" + name
	return s.page(w, r, http.StatusOK, name, p)
}
