package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// audience is who hears of a change: the inboxes of other directories, which
// take every change, and those of the rest of the fediverse by what they follow.
type audience struct {
	directories []string
	others      []listener
	// directoriesOf are the inboxes of directories by the actor of ours that they follow.
	directoriesOf map[string][]string
	// order is of which actors these are the followers: who tells first comes first.
	order []string
}

// listener is a follower on other software, and the actor of ours that it
// follows.
type listener struct{ actor, object, inbox string }

// audienceOf reads the followers of e, of its organisation, of the instance and
// of the maps that told of it.
func (p *Publisher) audienceOf(ctx context.Context, tx *store.Tx, e *directory.Entry) (audience, error) {
	objects := []string{e.URI, p.cfg.Env.InstanceURI()}
	if e.OwnerURI != "" && e.OwnerURI != e.URI {
		objects = append(objects, e.OwnerURI)
	}
	in, err := tx.MapsTold(ctx, e.Num)
	if err != nil {
		return audience{}, err
	}
	for _, handle := range in {
		objects = append(objects, p.cfg.Env.MapURI(handle))
	}
	return p.listeners(ctx, tx, objects)
}

// listeners reads the followers of some of our actors.
func (p *Publisher) listeners(ctx context.Context, tx *store.Tx, objects []string) (audience, error) {
	fs, err := tx.FollowersOfAny(ctx, objects)
	if err != nil {
		return audience{}, fmt.Errorf("followers: %w", err)
	}
	a := audience{directoriesOf: map[string][]string{}, order: objects}
	for _, f := range fs {
		if f.State != store.FollowAccepted {
			continue
		}
		if ok, err := p.mayHear(ctx, tx, f.Actor); err != nil || !ok {
			if err != nil {
				return a, err
			}
			continue
		}
		if f.Bocage {
			a.directories = append(a.directories, f.DeliveryInbox())
			a.directoriesOf[f.Object] = append(a.directoriesOf[f.Object], f.DeliveryInbox())
			continue
		}
		a.others = append(a.others, listener{f.Actor, f.Object, f.DeliveryInbox()})
	}
	a.directories = unique(a.directories)
	return a, nil
}

// of is the inboxes of who follows object and none of told: what those have
// been sent already must not come twice.
func (a audience) of(object string, told ...string) []string {
	return inboxesOf(a.hearers(object, told...))
}

// rest is everybody who is no directory, whatever they follow.
func (a audience) rest() []string {
	var all []string
	for _, l := range a.others {
		all = append(all, l.inbox)
	}
	return unique(all)
}

func (p *Publisher) mayHear(ctx context.Context, tx *store.Tx, actor string) (bool, error) {
	if p.cfg.Moderation == nil {
		return true, nil
	}
	v, err := p.cfg.Moderation.CheckActorTx(ctx, tx, actor)
	if errors.Is(err, directory.ErrInvalid) {
		return false, nil
	}
	return v.Allowed, err
}

// enqueue adds m to the queue of each inbox's peer.
func (p *Publisher) enqueue(ctx context.Context, tx *store.Tx, m message, inboxes []string) error {
	ds := make([]store.Delivery, 0, len(inboxes))
	for _, inbox := range inboxes {
		origin, err := peer.Origin(inbox)
		if err != nil {
			p.cfg.Logger.WarnContext(ctx, "follower has no usable inbox", "inbox", inbox)
			continue
		}
		ds = append(ds, store.Delivery{
			Peer: origin, ActivityID: m.id, Sender: m.from.owner, KeyID: vocab.KeyID(m.from.uri),
			Inbox: inbox, Created: p.now(), Listed: m.listed,
		})
	}
	if len(ds) == 0 {
		return nil
	}
	if err := tx.Enqueue(ctx, ds...); err != nil {
		return fmt.Errorf("queue %s: %w", m.typ, err)
	}
	return nil
}

func unique(s []string) []string {
	slices.Sort(s)
	return slices.Compact(s)
}
