package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

const (
	// maxHeld bounds what one digest counts.
	maxHeld = 100_000
	// digestNames is how many entries a digest may name; a post is short.
	digestNames = 30
)

// Digest is the handler of JobDigest: it tells in one post what an actor held
// back, in one transaction. With nothing held it does nothing.
func (p *Publisher) Digest(ctx context.Context, job jobs.Job) error {
	var d digestPayload
	if err := json.Unmarshal(job.Payload, &d); err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrDiscard, err)
	}
	return p.TellHeld(ctx, d.Actor)
}

// TellHeld tells at once what actor held back.
func (p *Publisher) TellHeld(ctx context.Context, actor string) error {
	err := p.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldChanges(ctx); err != nil { // so that no other process tells the same
			return err
		}
		held, err := tx.Held(ctx, actor, maxHeld)
		if err != nil || len(held) == 0 {
			return err
		}
		s, err := p.senderOf(ctx, tx, actor)
		if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
			return tx.DropHeld(ctx, actor, "")
		}
		if err != nil {
			return err
		}
		return p.tellHeld(ctx, tx, s, held)
	})
	if err != nil {
		return fmt.Errorf("digest of %s: %w", actor, err)
	}
	p.cfg.Deliver()
	return nil
}

func (p *Publisher) tellHeld(ctx context.Context, tx *store.Tx, s sender, held []store.Posted) error {
	to, err := p.digestHearers(ctx, tx, s.uri, held)
	if err != nil {
		return err
	}
	upTo := ""
	for _, h := range held {
		upTo = max(upTo, h.ID)
	}
	if err := tx.DropHeld(ctx, s.uri, upTo); err != nil {
		return err
	}
	d, named, err := p.digestOf(ctx, tx, s, held)
	if err != nil || d.Count == 0 {
		return err
	}
	id, err := newID()
	if err != nil {
		return err
	}
	uri := p.cfg.Env.NoteURI(id)
	note, err := p.cfg.Env.DigestNote(d, uri, p.now())
	if err != nil {
		return err
	}
	post, err := p.postedNote(ctx, tx, s, s.uri, uri, note, inboxesOf(to))
	if err != nil {
		return err
	}
	err = tx.PutDigest(ctx, store.Digest{Note: uri, Post: post, Actor: s.uri, Fresh: d.New, Others: d.Count - len(named), Named: named})
	if err != nil {
		return err
	}
	now := p.now()
	if err := tx.AddPosted(ctx, store.Posted{ID: id, Actor: s.uri, At: now, Object: s.uri, Kind: "digest"}); err != nil {
		return err
	}
	return tx.PrunePosted(ctx, s.uri, now.Add(-48*time.Hour))
}

// postNote keeps a Note of s about object and sends its Create.
func (p *Publisher) postNote(ctx context.Context, tx *store.Tx, s sender, object, uri string, note []byte, inboxes []string) error {
	_, err := p.postedNote(ctx, tx, s, object, uri, note, inboxes)
	return err
}

// postedNote is postNote, and returns the id of the Create.
func (p *Publisher) postedNote(ctx context.Context, tx *store.Tx, s sender, object, uri string, note []byte, inboxes []string) (post string, err error) {
	note, err = p.sealed(ctx, tx, s, note, p.now())
	if err != nil {
		return "", err
	}
	err = tx.PutActivity(ctx, store.Activity{ID: uri, Actor: s.uri, Type: "Note", Object: object, Body: note, Public: true, Created: p.now()})
	if err != nil {
		return "", fmt.Errorf("keep note: %w", err)
	}
	a, err := p.act(s)
	if err != nil {
		return "", err
	}
	body, err := p.cfg.Env.Create(a, note)
	if err != nil {
		return "", fmt.Errorf("create note: %w", err)
	}
	return a.ID, p.send(ctx, tx, message{from: s, typ: "Create", object: object, body: body, id: a.ID, public: true, outbox: true}, inboxes)
}

// digestHearers are the people who follow actor and have not heard all of what was
// held from another actor of ours that they follow too.
func (p *Publisher) digestHearers(ctx context.Context, tx *store.Tx, actor string, held []store.Posted) ([]listener, error) {
	objects := []string{actor}
	for _, h := range held {
		for _, t := range h.Told {
			if !slices.Contains(objects, t) {
				objects = append(objects, t)
			}
		}
	}
	aud, err := p.listeners(ctx, tx, objects)
	if err != nil {
		return nil, err
	}
	follows := map[string][]string{}
	for _, l := range aud.others {
		follows[l.actor] = append(follows[l.actor], l.object)
	}
	sets := map[string][]string{} // few distinct ones: an import has the same for each
	for _, h := range held {
		slices.Sort(h.Told)
		sets[fmt.Sprint(h.Told)] = h.Told
	}
	var out []listener
	for _, l := range aud.others {
		if l.object != actor {
			continue
		}
		for _, told := range sets {
			if !slices.ContainsFunc(told, func(t string) bool { return t != actor && slices.Contains(follows[l.actor], t) }) {
				out = append(out, l)
				break
			}
		}
	}
	programs, _, err := p.programs(ctx, tx, out)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(out, func(l listener) bool { return slices.Contains(programs, l) }), nil
}

// digestOf is what a digest says: how many entries, and the first of those that
// lists still show; shown are the ids of these.
func (p *Publisher) digestOf(ctx context.Context, tx *store.Tx, s sender, held []store.Posted) (d vocab.Digest, shown []string, err error) {
	d = vocab.Digest{Actor: s.uri, New: true}
	var uris []string
	seen := map[string]bool{}
	for _, h := range held {
		if h.Kind != string(vocab.NoteCreated) && h.Kind != newsEntered {
			d.New = false
		}
		if !seen[h.Object] {
			seen[h.Object] = true
			uris = append(uris, h.Object)
		}
	}
	named := uris[:min(len(uris), digestNames)]
	es, err := tx.EntriesByURI(ctx, named)
	if err != nil {
		return d, nil, err
	}
	for i := range es {
		if pub, ok := es[i].Public(); ok && es[i].Listed() {
			d.Entries = append(d.Entries, vocab.DigestEntry{Name: pub.Name, Link: p.link(pub)})
			shown = append(shown, es[i].URI)
		}
	}
	d.Count = len(uris) - len(named) + len(d.Entries) // those that are no longer shown do not count
	d.Link, err = p.digestLink(ctx, tx, s, &d)
	return d, shown, err
}

// digestLink is the page that has all of a digest: the map, the whole directory's
// latest, or the actor's own page.
func (p *Publisher) digestLink(ctx context.Context, tx *store.Tx, s sender, d *vocab.Digest) (string, error) {
	if handle := p.cfg.Env.MapHandle(s.uri); handle != "" {
		m, err := tx.MapByHandle(ctx, handle)
		d.Map = m.Name
		return s.uri, err
	}
	if s == p.instance() {
		return p.cfg.Env.Base + "/?origin=" + directory.OriginLocal, nil
	}
	e, err := tx.EntryByURI(ctx, s.uri)
	if err != nil {
		return "", err
	}
	pub, _ := e.Public()
	return p.cfg.Env.PageURL(pub), nil
}

// link is where people read an entry: its page here when it is ours, else its own.
func (p *Publisher) link(e directory.Public) string {
	if e.Origin != "" {
		return e.URI
	}
	return p.cfg.Env.PageURL(e)
}
