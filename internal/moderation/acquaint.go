package moderation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

const (
	// actorAge is how old the document of a server's actor may be for what nobody
	// signs to be read of that server.
	actorAge = 24 * time.Hour
	// maxActors bounds how many actors of a server are asked for when it was away.
	maxActors = 3
)

// ErrSuspect means that a server came back and waits for a decision: what it says
// is not read.
var ErrSuspect = fmt.Errorf("it came back and waits for a decision on its key: %w", directory.ErrForbidden)

// Acquaint looks at the actor of a server before anything is read there, when
// that was not done for a day or the server was away: its documents are signed by
// nobody, and whoever has its domain now could change the directory with them.
// The error wraps ErrSuspect when the server has another key than before, and is
// as peer.Actors has it when the actor cannot be had. That the keys are the same
// says nothing of who shows them: see Doubt.
func (m *Moderation) Acquaint(ctx context.Context, actors *peer.Actors, origin, actor string) error {
	p, err := m.st.Peer(ctx, origin)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	known, err := actors.Known(ctx, actor)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	if away := p.State == store.PeerDown || p.State == store.PeerDead; away || m.clock().Sub(known.FetchedAt) >= actorAge {
		if _, err := actors.Refresh(ctx, actor); err != nil {
			return err
		}
	}
	suspect, err := m.Quarantined(ctx, origin)
	if err == nil && suspect {
		err = fmt.Errorf("%s: %w", origin, ErrSuspect)
	}
	return err
}

// AcquaintOrigin is Acquaint of a server of which a third one spoke, by the
// actors of it that are known here: the one whose key is pinned and those that are
// followed. It is enough that one of them is there. A server of which nothing is
// known has nothing to lose.
func (m *Moderation) AcquaintOrigin(ctx context.Context, actors *peer.Actors, origin string) error {
	known, err := m.speakers(ctx, m.st.Reader, origin)
	if err != nil || len(known) == 0 {
		return err
	}
	var first error
	for _, actor := range known {
		err := m.Acquaint(ctx, actors, origin, actor)
		if err == nil || errors.Is(err, ErrSuspect) {
			return err
		}
		if first == nil {
			first = fmt.Errorf("actor of %s: %w", origin, err)
		}
	}
	return first
}

// speakers are the actors of a server by which its key is looked at.
func (m *Moderation) speakers(ctx context.Context, r store.Reader, origin string) ([]string, error) {
	var out []string
	pin, err := r.PinnedKey(ctx, origin)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return nil, err
	}
	if pin.Actor != "" {
		out = append(out, pin.Actor)
	}
	followed, err := r.FollowingByOrigin(ctx, origin)
	if err != nil {
		return nil, err
	}
	for _, f := range followed {
		if len(out) < maxActors && f.Object != pin.Actor {
			out = append(out, f.Object)
		}
	}
	return out, nil
}
