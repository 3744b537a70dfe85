package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// Retell is the handler of store.JobRetell: it tells a digest anew without the
// entries that are shown no more. With all of them shown it does nothing.
func (p *Publisher) Retell(ctx context.Context, job jobs.Job) error {
	var payload store.RetellPayload
	if err := json.Unmarshal(job.Payload, &payload); err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrDiscard, err)
	}
	err := p.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldChanges(ctx); err != nil {
			return err
		}
		return p.retell(ctx, tx, payload.Note, "")
	})
	if err != nil {
		return fmt.Errorf("tell %s anew: %w", payload.Note, err)
	}
	p.cfg.Deliver()
	return nil
}

// retellWithout tells the digests that name an entry anew, in the transaction that
// takes it away.
func (p *Publisher) retellWithout(ctx context.Context, tx *store.Tx, gone string) error {
	notes, err := tx.DigestsNaming(ctx, gone)
	if err != nil {
		return err
	}
	for _, note := range notes {
		if err := p.retell(ctx, tx, note, gone); err != nil {
			return err
		}
	}
	return nil
}

// retell writes a digest again without gone ("" = none) and what else lists no
// longer show, under the same ids, and tells those who follow its actor. A digest
// that has nothing left is deleted.
func (p *Publisher) retell(ctx context.Context, tx *store.Tx, note, gone string) error {
	d, err := tx.Digest(ctx, note)
	if errors.Is(err, directory.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	left, lost, err := p.stillNamed(ctx, tx, d, gone)
	if err != nil || lost == 0 {
		return err
	}
	kept, err := tx.Activity(ctx, note)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	if !kept.Public {
		return tx.DeleteDigest(ctx, note) // it was taken back with its actor
	}
	s, err := p.senderOf(ctx, tx, d.Actor)
	if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
		return p.endDigest(ctx, tx, d)
	}
	if err != nil {
		return err
	}
	to, err := p.digestReaders(ctx, tx, s.uri)
	if err != nil {
		return err
	}
	if d.Others+len(left) == 0 {
		if err := p.endDigest(ctx, tx, d); err != nil {
			return err
		}
		return p.sendDelete(ctx, tx, s, note, "Note", to)
	}
	told := vocab.Digest{Actor: s.uri, New: d.Fresh, Count: d.Others + len(left), Entries: left, Retold: p.now()}
	if told.Link, err = p.digestLink(ctx, tx, s, &told); err != nil {
		return err
	}
	return p.tellAnew(ctx, tx, s, d, kept, told, to)
}

// stillNamed is what a digest still names, and how many entries it lost.
func (p *Publisher) stillNamed(ctx context.Context, tx *store.Tx, d store.Digest, gone string) (left []vocab.DigestEntry, lost int, err error) {
	es, err := tx.EntriesByURI(ctx, d.Named)
	if err != nil {
		return nil, 0, err
	}
	shown := make(map[string]vocab.DigestEntry, len(es))
	for i := range es {
		if pub, ok := es[i].Public(); ok && es[i].Listed() && es[i].URI != gone {
			shown[es[i].URI] = vocab.DigestEntry{Name: pub.Name, Link: p.link(pub)}
		}
	}
	for _, uri := range d.Named {
		if e, ok := shown[uri]; ok {
			left = append(left, e)
			continue
		}
		lost++
		if err := tx.UnnameInDigest(ctx, d.Note, uri); err != nil {
			return nil, 0, err
		}
	}
	return left, lost, nil
}

// digestReaders are the inboxes of the people who follow actor.
func (p *Publisher) digestReaders(ctx context.Context, tx *store.Tx, actor string) ([]string, error) {
	aud, err := p.listeners(ctx, tx, []string{actor})
	if err != nil {
		return nil, err
	}
	programs, _, err := p.programs(ctx, tx, aud.others) // they were sent no digest
	if err != nil {
		return nil, err
	}
	return inboxesOf(slices.DeleteFunc(aud.others, func(l listener) bool { return slices.Contains(programs, l) })), nil
}

// endDigest takes a digest off the web, with all that was said of it and still
// waits to be sent.
func (p *Publisher) endDigest(ctx context.Context, tx *store.Tx, d store.Digest) error {
	if err := p.forgetShares(ctx, tx, d.Note); err != nil {
		return err
	}
	if err := tx.DeleteActivity(ctx, d.Post); err != nil {
		return err
	}
	stone, err := p.cfg.Env.Tombstone(d.Note, "Note", p.now())
	if err != nil {
		return err
	}
	// The row stays, so that the address answers 410.
	err = tx.PutActivity(ctx, store.Activity{ID: d.Note, Actor: d.Actor, Type: "Note", Object: d.Actor, Body: stone, Created: p.now()})
	if err != nil {
		return err
	}
	return tx.DeleteDigest(ctx, d.Note)
}

// tellAnew puts the new text in the Note, in the activity that sent it and in
// earlier Updates, and sends an Update.
func (p *Publisher) tellAnew(ctx context.Context, tx *store.Tx, s sender, d store.Digest, kept store.Activity, told vocab.Digest, to []string) error {
	note, err := p.cfg.Env.DigestNote(told, d.Note, kept.Created)
	if err != nil {
		return err
	}
	if note, err = p.sealed(ctx, tx, s, note, p.now()); err != nil {
		return err
	}
	kept.Body = note
	if err := tx.PutActivity(ctx, kept); err != nil {
		return err
	}
	post, err := tx.Activity(ctx, d.Post)
	if err == nil {
		err = p.rewrite(ctx, tx, post, note)
	}
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	if err := p.forgetShares(ctx, tx, d.Note); err != nil { // what an earlier Update said holds no more
		return err
	}
	if len(to) == 0 {
		return nil
	}
	a, err := p.act(s)
	if err != nil {
		return err
	}
	body, err := p.cfg.Env.Update(a, note)
	if err != nil {
		return fmt.Errorf("update %s: %w", d.Note, err)
	}
	return p.send(ctx, tx, message{from: s, typ: "Update", object: d.Note, body: body, id: a.ID, public: true}, to)
}
