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

// agendas parts inboxes into those of Gancio and the others. A Gancio takes an
// event, its Update and its Delete from an actor that it follows and from nobody
// else, the three from the same one, and no Announce.
func (p *Publisher) agendas(ctx context.Context, tx *store.Tx, inboxes []string) (agendas, others []string, err error) {
	origins, err := tx.OriginsOf(ctx, vocab.GancioSoftware)
	if err != nil || len(origins) == 0 {
		return nil, inboxes, err
	}
	for _, inbox := range inboxes {
		if origin, err := peer.Origin(inbox); err == nil && slices.Contains(origins, origin) {
			agendas = append(agendas, inbox)
		} else {
			others = append(others, inbox)
		}
	}
	return agendas, others, nil
}

// createBy tells agendas of an event of ours by s, which they follow, in the place of
// an Announce; of anything else they take nothing.
func (p *Publisher) createBy(ctx context.Context, tx *store.Tx, s sender, object string, agendas []string) error {
	if len(agendas) == 0 {
		return nil
	}
	e, err := tx.EntryByURI(ctx, object)
	if errors.Is(err, directory.ErrNotFound) {
		return nil // a note
	}
	if err != nil {
		return err
	}
	public, ok := e.Public()
	if !ok || e.Kind != directory.KindEvent || e.Origin != "" {
		return nil
	}
	pair, err := p.cfg.Keyring.PairTx(ctx, tx, keyOwner(&e))
	if err != nil {
		return err
	}
	doc, err := p.cfg.Env.Document(public, pair.Public)
	if err != nil {
		return fmt.Errorf("document of %s: %w", object, err)
	}
	a, err := p.act(s)
	if err != nil {
		return err
	}
	body, err := p.cfg.Env.Create(a, doc)
	if err != nil {
		return fmt.Errorf("create %s: %w", object, err)
	}
	return p.send(ctx, tx, message{from: s, typ: "Create", object: object, body: body, id: a.ID, public: true}, agendas)
}

// relay is everybody who is no directory and hears from s what becomes of an object
// of s. The agendas that follow no s have it from the instance, or from the first
// map that told it: tell is called for each such actor.
func (p *Publisher) relay(ctx context.Context, tx *store.Tx, aud audience, s sender, tell func(by sender, agendas []string) error) ([]string, error) {
	agendas, others, err := p.agendas(ctx, tx, aud.rest())
	if err != nil {
		return nil, err
	}
	by := map[string][]string{}
	for _, inbox := range agendas {
		if actor := aud.heard(inbox, s.uri); actor == s.uri {
			others = append(others, inbox)
		} else {
			by[actor] = append(by[actor], inbox)
		}
	}
	for _, actor := range aud.order {
		if len(by[actor]) == 0 {
			continue
		}
		herald, err := p.senderOf(ctx, tx, actor)
		if err != nil {
			return nil, err
		}
		if err := tell(herald, by[actor]); err != nil {
			return nil, err
		}
	}
	return others, nil
}

// heard is the first of our actors that told inbox of something: first, which
// published it, the instance, or a map.
func (a audience) heard(inbox, first string) string {
	for _, actor := range append([]string{first}, a.order...) {
		if slices.ContainsFunc(a.others, func(l listener) bool { return l.inbox == inbox && l.object == actor }) {
			return actor
		}
	}
	return first
}
