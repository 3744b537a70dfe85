package outbox

import (
	"context"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// Rekey tells the followers of the actor e that its document has another key.
// What it queues is to be signed with the key before: see keyring.Signers. Other
// directories are told by an organisation, which signs what they get; of an entry
// they take the document when they next look.
func (p *Publisher) Rekey(ctx context.Context, tx *store.Tx, e *directory.Entry, keys vocab.Keys) error {
	pub, ok := e.Public()
	if !ok || e.Origin != "" || !e.Kind.IsActor() {
		return nil
	}
	aud, err := p.audienceOf(ctx, tx, e)
	if err != nil {
		return err
	}
	s := p.author(e)
	to := aud.of(s.uri)
	if p.publisher(e) == s {
		to = unique(append(to, aud.directories...))
	}
	doc, err := p.cfg.Env.Document(pub, keys)
	if err != nil {
		return fmt.Errorf("document of %s: %w", e.URI, err)
	}
	return p.sendKey(ctx, tx, s, doc, to)
}

// RekeyInstance is Rekey for the instance's actor.
func (p *Publisher) RekeyInstance(ctx context.Context, tx *store.Tx, doc []byte) error {
	to, err := p.instanceFollowers(ctx, tx)
	if err != nil {
		return err
	}
	return p.sendKey(ctx, tx, p.instance(), doc, to)
}

// UpdateInstance tells the followers of the instance and whom it follows that its
// document says something else.
func (p *Publisher) UpdateInstance(ctx context.Context, tx *store.Tx) error {
	to, err := p.instanceFollowers(ctx, tx)
	if err != nil {
		return err
	}
	s := p.instance()
	for after := ""; ; {
		fs, err := tx.Followings(ctx, s.uri, after, store.MaxLimit)
		if err != nil {
			return fmt.Errorf("followed by %s: %w", s.uri, err)
		}
		if len(fs) == 0 {
			break
		}
		for _, f := range fs {
			if after = f.Object; f.State == store.FollowRejected || f.Inbox == "" {
				continue
			}
			ok, err := p.mayHear(ctx, tx, f.Object)
			if err != nil {
				return err
			}
			if ok {
				to = append(to, f.Inbox)
			}
		}
	}
	doc, err := p.actorDocument(ctx, tx, s)
	if err != nil {
		return fmt.Errorf("document of %s: %w", s.uri, err)
	}
	return p.sendKey(ctx, tx, s, doc, unique(to))
}

// instanceFollowers are the inboxes of who follows the instance.
func (p *Publisher) instanceFollowers(ctx context.Context, tx *store.Tx) ([]string, error) {
	fs, err := tx.FollowersOfAny(ctx, []string{p.instance().uri})
	if err != nil {
		return nil, fmt.Errorf("followers of the instance: %w", err)
	}
	var to []string
	for _, f := range fs {
		ok, err := p.mayHear(ctx, tx, f.Actor)
		if err != nil {
			return nil, err
		}
		if ok && f.State == store.FollowAccepted {
			to = append(to, f.DeliveryInbox())
		}
	}
	return unique(to), nil
}

// sendKey queues the Update at once: it must be signed with the key that goes.
func (p *Publisher) sendKey(ctx context.Context, tx *store.Tx, s sender, doc []byte, to []string) error {
	if len(to) == 0 {
		return nil
	}
	a, err := p.act(s)
	if err != nil {
		return err
	}
	body, err := p.cfg.Env.Update(a, doc)
	if err != nil {
		return fmt.Errorf("update %s: %w", s.uri, err)
	}
	return p.send(ctx, tx, message{from: s, typ: "Update", object: s.uri, body: body, id: a.ID, public: true}, to)
}
