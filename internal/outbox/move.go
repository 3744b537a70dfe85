package outbox

import (
	"context"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Move tells the followers of one of our actors that it is target now (FEP-7628):
// the activity is signed by the actor itself, and each follower's server asks the
// target whether it agrees. Objects have no followers; their document alone says
// where they went.
func (p *Publisher) Move(ctx context.Context, tx *store.Tx, e *directory.Entry, target string) error {
	if !e.Kind.IsActor() || e.Origin != "" {
		return nil
	}
	fs, err := tx.FollowersOfAny(ctx, []string{e.URI})
	if err != nil {
		return fmt.Errorf("move %s: %w", e.URI, err)
	}
	var inboxes []string
	for _, f := range fs {
		ok, err := p.mayHear(ctx, tx, f.Actor)
		if err != nil {
			return err
		}
		if ok && f.State == store.FollowAccepted {
			inboxes = append(inboxes, f.DeliveryInbox())
		}
	}
	s := p.author(e)
	a, err := p.act(s)
	if err != nil {
		return err
	}
	body, err := p.cfg.Env.Move(a, target)
	if err != nil {
		return fmt.Errorf("move %s: %w", e.URI, err)
	}
	m := message{from: s, typ: "Move", object: e.URI, body: body, id: a.ID, public: true}
	return p.send(ctx, tx, m, unique(inboxes))
}
