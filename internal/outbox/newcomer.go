package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

const (
	// maxNewcomer is how many events are announced to a server that has just come.
	maxNewcomer = 100
	// newcomerEvery is how long a server that comes again is no newcomer, maxNewcomers
	// how many servers are within that time: whoever follows and lets go in turn, or
	// from ever new hosts, must not have us queue a hundred deliveries for each time.
	newcomerEvery = 24 * time.Hour
	maxNewcomers  = 200
	// settingNewcomers has when which origins came last, as JSON: seconds by origin.
	settingNewcomers = "outbox.newcomers"
)

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
	if isNew, err := p.comes(ctx, tx, f.Actor); err != nil || !isNew {
		return err
	}
	events, err := p.soonest(ctx, tx)
	if err != nil {
		return fmt.Errorf("newcomer: %w", err)
	}
	for _, e := range events {
		if err := p.announceAgain(ctx, tx, p.instance(), e.URI, inboxes); err != nil {
			return err
		}
	}
	return nil
}

// announceAgain sends inboxes the Announce of object by s that there is, else a new
// one: an object has as many as before however many servers come.
func (p *Publisher) announceAgain(ctx context.Context, tx *store.Tx, s sender, object string, inboxes []string) error {
	m := message{from: s, typ: "Announce", object: object, public: true}
	said, err := tx.AnnounceOf(ctx, s.uri, object)
	if err == nil {
		m.id = said.ID
		return p.enqueue(ctx, tx, m, inboxes)
	}
	if !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	a, err := p.act(s)
	if err != nil {
		return err
	}
	if m.body, err = p.cfg.Env.Announce(a, object); err != nil {
		return fmt.Errorf("announce %s: %w", object, err)
	}
	m.id = a.ID
	return p.send(ctx, tx, m, inboxes)
}

// comes notes that the server of an actor comes, and reports whether it is a newcomer.
func (p *Publisher) comes(ctx context.Context, tx *store.Tx, actor string) (bool, error) {
	origin, err := peer.Origin(actor)
	if err != nil {
		return false, nil
	}
	raw, err := tx.Setting(ctx, settingNewcomers)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return false, err
	}
	last, now := map[string]int64{}, p.now()
	if err := json.Unmarshal([]byte(raw), &last); err != nil {
		last = map[string]int64{} // none yet
	}
	maps.DeleteFunc(last, func(_ string, at int64) bool { return now.Sub(time.Unix(at, 0)) >= newcomerEvery })
	if _, again := last[origin]; again || len(last) >= maxNewcomers {
		return false, nil
	}
	last[origin] = now.Unix()
	out, err := json.Marshal(last)
	if err != nil {
		return false, err
	}
	return true, tx.PutSetting(ctx, settingNewcomers, string(out))
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
