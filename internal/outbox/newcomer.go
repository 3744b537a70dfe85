package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// maxNewcomer is how many events are announced to a server that has just come.
const maxNewcomer = 100

// Newcomer announces the upcoming events of this instance, the soonest first, to
// another server's own actor that has just been accepted as a follower of the
// instance: a Mobilizon lists in public what was announced to it, and not what it
// read in our outbox. Directories and agendas have everything from what they read.
func (p *Publisher) Newcomer(ctx context.Context, tx *store.Tx, f store.Follower) error {
	if f.Object != p.cfg.Env.InstanceURI() || f.Bocage {
		return nil
	}
	ra, err := tx.RemoteActor(ctx, f.Actor)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return fmt.Errorf("newcomer: %w", err)
	}
	if ra.Type != "Application" {
		return nil
	}
	_, inboxes, err := p.agendas(ctx, tx, []string{f.DeliveryInbox()})
	if err != nil || len(inboxes) == 0 {
		return err
	}
	events, err := p.soonest(ctx, tx)
	if err != nil {
		return fmt.Errorf("newcomer: %w", err)
	}
	s := p.instance()
	for _, e := range events {
		a, err := p.act(s)
		if err != nil {
			return err
		}
		body, err := p.cfg.Env.Announce(a, e.URI)
		if err != nil {
			return fmt.Errorf("announce %s: %w", e.URI, err)
		}
		m := message{from: s, typ: "Announce", object: e.URI, body: body, id: a.ID, public: true}
		if err := p.send(ctx, tx, m, inboxes); err != nil {
			return err
		}
	}
	return nil
}

// soonest are the next events of this instance that are not over, in the order in
// which they begin.
func (p *Publisher) soonest(ctx context.Context, tx *store.Tx) ([]directory.Entry, error) {
	now := p.now()
	f := store.EntryFilter{LocalOnly: true, Limit: store.MaxLimit}
	f.Kinds, f.From = []directory.Kind{directory.KindEvent}, now.UTC().Format(time.DateOnly)
	events, err := tx.Entries(ctx, f)
	if err != nil {
		return nil, err
	}
	events = slices.DeleteFunc(events, func(e directory.Entry) bool { return !upcoming(&e, now) })
	start := func(e directory.Entry) int64 { from, _, _ := e.Period.Interval(); return from }
	slices.SortStableFunc(events, func(a, b directory.Entry) int { return int(max(-1, min(1, start(a)-start(b)))) })
	return events[:min(len(events), maxNewcomer)], nil
}
