package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Greet queues something signed for a peer, and reports whether there is anybody
// there to greet. One that reads our catalogue is told to read it again; others
// get an Update of the actor of ours that they follow, or of the instance's that
// follows them: it says nothing new, and who stopped to deliver to us learns that
// we are back.
func (p *Publisher) Greet(ctx context.Context, tx *store.Tx, origin string) (bool, error) {
	to, from, err := p.whoAt(ctx, tx, origin)
	if errors.Is(err, directory.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("greet %s: %w", origin, err)
	}
	peer, err := tx.Peer(ctx, origin)
	if err != nil {
		return false, fmt.Errorf("greet %s: %w", origin, err)
	}
	object := from.uri
	var doc []byte
	if peer.Reader {
		from = p.instance()
		object = from.uri + "/catalog"
		doc, err = federation.Encode(federation.OrderedCollection{ID: object, Type: "OrderedCollection", OrderType: "ForwardChronological",
			First: object + "?after=0"})
	} else {
		doc, err = p.actorDocument(ctx, tx, from)
	}
	if err != nil {
		return false, fmt.Errorf("greet %s: %w", origin, err)
	}
	a, err := p.act(from)
	if err != nil {
		return false, err
	}
	body, err := p.cfg.Env.Update(a, doc)
	if err != nil {
		return false, fmt.Errorf("greet %s: %w", origin, err)
	}
	return true, p.send(ctx, tx, message{from: from, typ: "Update", object: object, body: body, id: a.ID, listed: peer.Reader}, []string{to})
}

// whoAt is an inbox at origin and the actor of ours that it knows, or ErrNotFound.
func (p *Publisher) whoAt(ctx context.Context, tx *store.Tx, origin string) (inbox string, from sender, err error) {
	f, err := tx.FollowerAt(ctx, origin, p.cfg.Env.InstanceURI())
	if err == nil {
		from, err = p.senderOf(ctx, tx, f.Object)
		return f.DeliveryInbox(), from, err
	}
	if !errors.Is(err, directory.ErrNotFound) {
		return "", from, err
	}
	fs, err := tx.FollowingByOrigin(ctx, origin)
	if err != nil {
		return "", from, err
	}
	for _, f := range fs {
		if f.State != store.FollowRejected && f.Inbox != "" {
			from, err = p.senderOf(ctx, tx, f.Actor)
			return f.Inbox, from, err
		}
	}
	return "", from, fmt.Errorf("nobody at %s: %w", origin, directory.ErrNotFound)
}

// actorDocument is the document of an actor of ours, as it is served.
func (p *Publisher) actorDocument(ctx context.Context, tx *store.Tx, s sender) ([]byte, error) {
	pair, err := p.cfg.Keyring.PairTx(ctx, tx, s.owner)
	if err != nil {
		return nil, err
	}
	if s == p.instance() {
		return p.cfg.Env.InstanceActor(pair.Public, time.Time{})
	}
	e, err := tx.EntryByURI(ctx, s.uri)
	if err != nil {
		return nil, err
	}
	public, ok := e.Public()
	if !ok {
		return nil, fmt.Errorf("%s: %w", s.uri, directory.ErrNotFound)
	}
	return p.cfg.Env.Document(public, pair.Public)
}
