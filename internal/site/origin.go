package site

import (
	"context"
	"errors"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
)

// OriginView says where a remote entry comes from.
type OriginView struct {
	Host, Href, Seen string
	// Silent is since when the origin does not answer, in words and for machines;
	// "" when it does.
	Silent, SilentAt string
	// Via is the host of the mirror that the copy came from, "" when it came from
	// its origin.
	Via string
}

// originView reads what is known of a remote entry's origin. What cannot be read
// is left out: the entry is worth showing all the same.
func (s *Site) originView(ctx context.Context, l *i18n.Locale, public directory.Public, now time.Time) *OriginView {
	v := &OriginView{Host: hostOf(public.Origin), Href: sanitize.URL(public.URI), Seen: l.Relative(public.Updated, now)}
	p, err := s.cfg.Store.Peer(ctx, public.Origin)
	if err == nil && (p.State == store.PeerDown || p.State == store.PeerDead) {
		since := p.LastSuccess
		if since.IsZero() {
			since = p.FailingSince
		}
		v.Silent = l.T("entry.origin_gone", "host", v.Host)
		if !since.IsZero() {
			v.Silent, v.SilentAt = l.T("entry.origin_silent", "host", v.Host, "when", l.Relative(since, now)), since.UTC().Format(time.RFC3339)
		}
	}
	d, derr := s.cfg.Store.KeptDocument(ctx, public.URI)
	if derr == nil && d.Via != "" {
		v.Via = hostOf(d.Via)
	}
	for _, err := range []error{err, derr} {
		if err != nil && !errors.Is(err, directory.ErrNotFound) && ctx.Err() == nil {
			s.cfg.Logger.ErrorContext(ctx, "origin of an entry", "uri", public.URI, "error", err)
		}
	}
	return v
}

// keys are the keys by which the documents of other instances are believed, by
// origin.
func (s *Site) keys(ctx context.Context) (map[string]string, error) {
	pins, err := s.cfg.Store.PinnedKeys(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(pins))
	for _, p := range pins {
		if p.Disputed.IsZero() {
			out[p.Origin] = p.Multikey
		}
	}
	return out, nil
}
