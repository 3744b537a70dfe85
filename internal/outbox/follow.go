package outbox

import (
	"context"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// Follow asks target for a follow by our instance actor and records the
// pending Following. Asking again sends the Follow again: servers answer a
// repeated Follow, and the first Accept may have been lost.
func (p *Publisher) Follow(ctx context.Context, tx *store.Tx, target store.RemoteActor) error {
	origin, err := peer.Origin(target.URI)
	if err != nil {
		return fmt.Errorf("follow: %w", err)
	}
	s := p.instance()
	a, err := p.act(s, target.URI)
	if err != nil {
		return err
	}
	body, err := p.cfg.Env.Follow(a, target.URI)
	if err != nil {
		return fmt.Errorf("follow %s: %w", target.URI, err)
	}
	f, err := tx.Following(ctx, s.uri, target.URI)
	if errors.Is(err, directory.ErrNotFound) {
		f = store.Following{Actor: s.uri, Object: target.URI, Created: p.now()}
	} else if err != nil {
		return fmt.Errorf("follow %s: %w", target.URI, err)
	}
	if f.State == store.FollowRejected {
		f.LastError = "" // that was another time
	}
	if f.State != store.FollowAccepted {
		f.State = store.FollowPending
	}
	f.Origin, f.Name, f.Handle = origin, target.Name, target.Handle
	f.Inbox, f.Outbox, f.Catalog = target.Inbox, target.Outbox, target.Catalog
	f.FollowID, f.Changed = a.ID, p.now()
	if err := tx.PutFollowing(ctx, f); err != nil {
		return fmt.Errorf("follow %s: %w", target.URI, err)
	}
	return p.send(ctx, tx, message{from: s, typ: "Follow", object: target.URI, body: body, id: a.ID}, []string{target.Inbox})
}

// Unfollow takes a follow back and forgets it. The Undo embeds the Follow with
// the id under which the peer knows it.
func (p *Publisher) Unfollow(ctx context.Context, tx *store.Tx, f store.Following) error {
	s, err := p.senderOf(ctx, tx, f.Actor)
	if err != nil {
		return err
	}
	a, err := p.act(s, f.Object)
	if err != nil {
		return err
	}
	inner := a
	inner.ID = f.FollowID
	follow, err := p.cfg.Env.Follow(inner, f.Object)
	if err != nil {
		return fmt.Errorf("unfollow %s: %w", f.Object, err)
	}
	body, err := p.cfg.Env.Undo(a, follow)
	if err != nil {
		return fmt.Errorf("unfollow %s: %w", f.Object, err)
	}
	if _, err := tx.DeleteFollowing(ctx, f.Actor, f.Object); err != nil {
		return fmt.Errorf("unfollow %s: %w", f.Object, err)
	}
	return p.send(ctx, tx, message{from: s, typ: "Undo", object: f.Object, body: body, id: a.ID}, []string{f.Inbox})
}

// Accept answers a Follow of f.Object by f.Actor; follow is the activity as
// received, embedded whole because Mastodon matches by its id.
func (p *Publisher) Accept(ctx context.Context, tx *store.Tx, f store.Follower, follow []byte) error {
	return p.answer(ctx, tx, f, follow, "Accept")
}

// Reject refuses a Follow, or removes a follower.
func (p *Publisher) Reject(ctx context.Context, tx *store.Tx, f store.Follower, follow []byte) error {
	return p.answer(ctx, tx, f, follow, "Reject")
}

func (p *Publisher) answer(ctx context.Context, tx *store.Tx, f store.Follower, follow []byte, typ string) error {
	s, err := p.senderOf(ctx, tx, f.Object)
	if err != nil {
		return err
	}
	a, err := p.act(s, f.Actor)
	if err != nil {
		return err
	}
	write := p.cfg.Env.Accept
	if typ == "Reject" {
		write = p.cfg.Env.Reject
	}
	body, err := write(a, follow)
	if err != nil {
		return fmt.Errorf("%s follow by %s: %w", typ, f.Actor, err)
	}
	return p.send(ctx, tx, message{from: s, typ: typ, object: f.Actor, body: body, id: a.ID}, []string{f.Inbox})
}

// Ignore answers a Join of the local event e by who: the event's organisation
// says that it keeps no list of participants here.
func (p *Publisher) Ignore(ctx context.Context, tx *store.Tx, e *directory.Entry, who store.RemoteActor, join []byte) error {
	s := p.author(e)
	a, err := p.act(s, who.URI)
	if err != nil {
		return err
	}
	body, err := p.cfg.Env.Ignore(a, join)
	if err != nil {
		return fmt.Errorf("ignore join by %s: %w", who.URI, err)
	}
	return p.send(ctx, tx, message{from: s, typ: "Ignore", object: who.URI, body: body, id: a.ID}, []string{who.Inbox})
}
