package site

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
)

// PeerRow is one instance that this one exchanges with.
type PeerRow struct {
	Host, Href   string
	Software     string
	State, Class string
	// Ways says who follows whom, a sentence for each direction.
	Ways        []string
	Entries     string
	EntriesHref string
	// Fresh says when both were last found to agree, or when something last
	// arrived there; FreshAt is the machine's form.
	Fresh, FreshAt string
	// Key is the key by which its documents are believed when it is gone, "" when
	// none is known.
	Key string
}

// peers lists the instances that we follow, that follow us, or whose entries
// we hold, by host.
func (s *Site) peers(ctx context.Context, l *i18n.Locale) ([]PeerRow, error) {
	peers, err := s.cfg.Store.Peers(ctx)
	if err != nil {
		return nil, fmt.Errorf("peers: %w", err)
	}
	followers, err := s.followersByOrigin(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := s.keys(ctx)
	if err != nil {
		return nil, fmt.Errorf("peers: %w", err)
	}
	var out []PeerRow
	for _, peer := range peers {
		accounts := followers[peer.Origin]
		delete(followers, peer.Origin)
		if peer.State == store.PeerBlocked {
			continue
		}
		follows, err := s.cfg.Store.FollowingByOrigin(ctx, peer.Origin)
		if err != nil {
			return nil, fmt.Errorf("peers: %w", err)
		}
		if row := s.peerRow(l, peer, follows, accounts); len(row.Ways) > 0 || peer.Entries > 0 {
			row.Key = keys[peer.Origin]
			out = append(out, row)
		}
	}
	for origin, accounts := range followers {
		out = append(out, s.peerRow(l, store.Peer{Origin: origin}, nil, accounts))
	}
	slices.SortFunc(out, func(a, b PeerRow) int { return strings.Compare(a.Host, b.Host) })
	return out, nil
}

// peerFollowers is what an instance's accounts follow here.
type peerFollowers struct{ instances, accounts int }

// followersMost is how many followers of the instance are counted by host.
const followersMost = 5000

// followersByOrigin counts who follows this instance as a whole: other
// instances of Bocage, and people's accounts.
func (s *Site) followersByOrigin(ctx context.Context) (map[string]peerFollowers, error) {
	followers, err := s.cfg.Store.Followers(ctx, s.cfg.Env.InstanceURI(), "", followersMost)
	if err != nil {
		return nil, fmt.Errorf("followers of the instance: %w", err)
	}
	out := map[string]peerFollowers{}
	for _, f := range followers {
		u, err := url.Parse(f.Actor)
		if err != nil || u.Host == "" {
			continue
		}
		n := out[u.Scheme+"://"+u.Host]
		if f.Bocage {
			n.instances++
		} else {
			n.accounts++
		}
		out[u.Scheme+"://"+u.Host] = n
	}
	return out, nil
}

func (s *Site) peerRow(l *i18n.Locale, peer store.Peer, follows []store.Following, by peerFollowers) PeerRow {
	row := PeerRow{Host: originHost(peer.Origin), Href: sanitize.URL(peer.Origin), Software: join(peer.Software, peer.Version),
		State: l.T("peer." + string(peerState(peer))), Class: peerClass(peer.State)}
	if row.Software == "" && (by.instances > 0 || peer.Catalog != "") {
		row.Software = "Bocage"
	}
	if peer.Entries > 0 {
		row.Entries = l.Number(peer.Entries)
		row.EntriesHref = page.Address("/", page.With(nil, "origin", peer.Origin, "all", "1"))
	}
	var agreed time.Time
	state := store.FollowState("")
	for _, f := range follows {
		if state != store.FollowAccepted {
			state = f.State
		}
		if f.Catalog != "" && row.Software == "" {
			row.Software = "Bocage"
		}
		if f.Synced.After(agreed) {
			agreed = f.Synced
		}
	}
	if state != "" {
		row.Ways = append(row.Ways, l.T("follow."+string(state)))
	}
	if by.instances > 0 {
		row.Ways = append(row.Ways, l.T("peers.follows_us"))
	}
	if by.accounts > 0 {
		row.Ways = append(row.Ways, l.N("peers.accounts", by.accounts))
	}
	row.fresh(l, agreed, peer.LastSuccess, s.cfg.Clock())
	return row
}

// fresh says when both sides agreed, else when something was last delivered.
func (row *PeerRow) fresh(l *i18n.Locale, agreed, delivered, now time.Time) {
	key, at := "peers.agreed_at", agreed
	if at.IsZero() {
		key, at = "peers.delivered_at", delivered
	}
	if !at.IsZero() {
		row.Fresh, row.FreshAt = l.T(key, "when", l.Relative(at, now)), at.UTC().Format(time.RFC3339)
	}
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
