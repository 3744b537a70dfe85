package outbox

import (
	"context"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Flag reports an entry of another instance to that instance, in the shape that
// Mastodon has: by our instance actor, about the publisher and then the entry.
// Nobody learns who asked for it. target is the publisher, or the entry itself
// when it is an actor.
func (p *Publisher) Flag(ctx context.Context, tx *store.Tx, e directory.Entry, target store.RemoteActor, content string) error {
	if e.Origin == "" {
		return fmt.Errorf("report %s: it is ours: %w", e.URI, directory.ErrInvalid)
	}
	return p.FlagPost(ctx, tx, e.URI, target, content)
}

// FlagPost is Flag about a post that is no entry, such as a reply; target is its
// author.
func (p *Publisher) FlagPost(ctx context.Context, tx *store.Tx, uri string, target store.RemoteActor, content string) error {
	objects := []string{target.URI}
	if uri != target.URI {
		objects = append(objects, uri)
	}
	s := p.instance()
	a, err := p.act(s, target.URI)
	if err != nil {
		return err
	}
	body, err := p.cfg.Env.Flag(a, objects, content)
	if err != nil {
		return fmt.Errorf("report %s: %w", uri, err)
	}
	inbox := target.SharedInbox
	if inbox == "" {
		inbox = target.Inbox
	}
	return p.send(ctx, tx, message{from: s, typ: "Flag", object: uri, body: body, id: a.ID}, []string{inbox})
}
