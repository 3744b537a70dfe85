package outbox

import (
	"context"
	"fmt"

	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// Change is one change of one local entry.
type Change struct {
	// Before is the entry as it was, nil when it is new.
	Before *directory.Entry
	// After is the entry as it is, already written to the transaction; nil or
	// StatusDeleted when it was deleted.
	After *directory.Entry
	// Bulk changes (imports) reach other directories only: no notes, no posts.
	Bulk bool
	// Note forces the kind of note; "" lets Publish find out from Before and After.
	Note NoteKind
}

// publish inserts the activities that ch causes and a delivery per audience member.
//
// Other directories get the whole object from its organisation. The rest of
// the fediverse gets what it can show: followers of an actor its Update and,
// on a notable change, one note; followers of an organisation its events; the
// followers of the instance an Announce of what is new.
func (p *Publisher) publish(ctx context.Context, tx *store.Tx, ch Change) error {
	before, wasPublic := public(ch.Before)
	after, isPublic := public(ch.After)
	if !wasPublic && !isPublic {
		return nil
	}
	e := ch.After
	if !isPublic {
		e = ch.Before
	}
	if e.Origin != "" {
		return nil // not ours: mirrored entries are never announced again
	}
	aud, err := p.audienceOf(ctx, tx, e)
	if err != nil {
		return err
	}
	if !isPublic {
		return p.remove(ctx, tx, ch, e, aud)
	}
	pair, err := p.cfg.Keyring.PairTx(ctx, tx, keyOwner(e))
	if err != nil {
		return err
	}
	doc, err := p.cfg.Env.Document(after, pair.Public)
	if err != nil {
		return fmt.Errorf("document of %s: %w", e.URI, err)
	}
	if !wasPublic {
		return p.create(ctx, tx, ch, after, doc, aud)
	}
	if same, err := p.unchanged(before, after, doc, pair.Public); err != nil || same {
		return err
	}
	return p.update(ctx, tx, ch, before, after, doc, aud)
}

func public(e *directory.Entry) (directory.Public, bool) {
	if e == nil {
		return directory.Public{}, false
	}
	return e.Public()
}

// unchanged compares the public documents as if they had been updated at the
// same time: an edit of the private contact must tell nobody anything.
func (p *Publisher) unchanged(before, after directory.Public, doc []byte, keys vocab.Keys) (bool, error) {
	before.Updated, before.Revision = after.Updated, after.Revision
	old, err := p.cfg.Env.Document(before, keys.Unsigned())
	if err != nil {
		return false, nil // what was published can no longer be written: it did change
	}
	return proof.Hash(old) == proof.Hash(doc), nil
}

func (p *Publisher) create(ctx context.Context, tx *store.Tx, ch Change, e directory.Public, doc []byte, aud audience) error {
	entry := (*directory.Entry)(&e)
	s := p.publisher(entry)
	a, err := p.act(s)
	if err != nil {
		return err
	}
	body, err := p.cfg.Env.Create(a, doc)
	if err != nil {
		return fmt.Errorf("create %s: %w", e.URI, err)
	}
	m := message{from: s, typ: "Create", object: e.URI, body: body, id: a.ID, public: true, listed: true}
	inboxes := aud.directories
	n := news{object: e.URI, kind: string(vocab.NoteCreated), bulk: ch.Bulk}
	if e.Kind.IsActor() {
		if err := p.send(ctx, tx, m, inboxes); err != nil {
			return err
		}
		return p.note(ctx, tx, ch, nil, e, aud)
	}
	// The object is the post: the same activity tells everybody. What was
	// imported is in no outbox; package resource lists its upcoming events.
	m.outbox = !ch.Bulk
	now, _, err := p.cap(ctx, tx, s.uri, n, aud.hearers(s.uri))
	if err != nil {
		return err
	}
	if err := p.send(ctx, tx, m, unique(append(inboxes, inboxesOf(now)...))); err != nil {
		return err
	}
	by := shared{told: []string{s.uri}, bulk: ch.Bulk}
	if s != p.instance() { // its followers have the Create
		n.told = []string{s.uri}
		if err := p.announceNew(ctx, tx, p.instance(), e.URI, n, aud); err != nil {
			return err
		}
		by.told = append(by.told, p.instance().uri)
	}
	return p.enter(ctx, tx, ch.Before, ch.After, by)
}

func (p *Publisher) update(ctx context.Context, tx *store.Tx, ch Change, before, e directory.Public, doc []byte, aud audience) error {
	if precisionOf(e).Coarser(precisionOf(before)) {
		if err := p.redact(ctx, tx, e.URI, doc); err != nil {
			return err
		}
	}
	entry := (*directory.Entry)(&e)
	s := p.publisher(entry)
	to := aud.directories
	author := p.author(entry)
	switch {
	case ch.Bulk:
	case !e.Kind.IsActor(): // the followers of the instance hold a copy too
		rest, err := p.relay(ctx, tx, aud, s, func(by sender, agendas []string) error {
			return p.sendUpdate(ctx, tx, by, e.URI, doc, agendas)
		})
		if err != nil {
			return err
		}
		to = unique(append(to, rest...))
	case author == s:
		to = unique(append(to, aud.of(author.uri)...))
	}
	if err := p.sendUpdate(ctx, tx, s, e.URI, doc, to); err != nil {
		return err
	}
	if ch.Bulk {
		return p.enter(ctx, tx, ch.Before, ch.After, shared{bulk: true})
	}
	if author != s {
		// Mastodon takes an actor's Update from that actor only.
		if err := p.sendUpdate(ctx, tx, author, e.URI, doc, aud.of(author.uri)); err != nil {
			return err
		}
	}
	return p.note(ctx, tx, ch, &before, e, aud)
}

func (p *Publisher) sendUpdate(ctx context.Context, tx *store.Tx, s sender, object string, doc []byte, inboxes []string) error {
	if len(inboxes) == 0 {
		return nil
	}
	inboxes, err := p.supersede(ctx, tx, s, object, doc, inboxes)
	if err != nil || len(inboxes) == 0 {
		return err
	}
	a, err := p.act(s)
	if err != nil {
		return err
	}
	body, err := p.cfg.Env.Update(a, doc)
	if err != nil {
		return fmt.Errorf("update %s: %w", object, err)
	}
	return p.send(ctx, tx, message{from: s, typ: "Update", object: object, body: body, id: a.ID, public: true, listed: p.listed(object)}, inboxes)
}

// remove tells everybody who may hold a copy, of the entry and of the notes
// about it. The actor's own Delete goes to its followers, who then are none of
// ours any more.
func (p *Publisher) remove(ctx context.Context, tx *store.Tx, ch Change, e *directory.Entry, aud audience) error {
	s, author := p.publisher(e), p.author(e)
	if err := p.leave(ctx, tx, e); err != nil {
		return err
	}
	if err := tx.CancelDeliveries(ctx, e.URI); err != nil {
		return err
	}
	notes, err := p.withdraw(ctx, tx, e.URI)
	if err != nil {
		return err
	}
	for _, note := range notes {
		if err := p.sendDelete(ctx, tx, author, note, "Note", aud.rest()); err != nil {
			return err
		}
	}
	if err := p.withdrawAnswers(ctx, tx, e, ch.After == nil || ch.After.Status == directory.StatusDeleted); err != nil {
		return err
	}
	to := aud.directories
	if author == s {
		rest, err := p.relay(ctx, tx, aud, s, func(by sender, agendas []string) error {
			return p.sendDelete(ctx, tx, by, e.URI, vocab.WireType(e.Kind), agendas)
		})
		if err != nil {
			return err
		}
		to = unique(append(to, rest...))
	} else if err := p.sendDelete(ctx, tx, author, e.URI, vocab.WireType(e.Kind), aud.rest()); err != nil {
		return err
	}
	if err := p.sendDelete(ctx, tx, s, e.URI, vocab.WireType(e.Kind), to); err != nil {
		return err
	}
	return p.dropFollowers(ctx, tx, e)
}

// withdraw takes the posts about object out of the outboxes and off the web,
// since they hold what is no longer public, and returns the ids of its notes.
func (p *Publisher) withdraw(ctx context.Context, tx *store.Tx, object string) (notes []string, err error) {
	about, err := tx.ActivitiesAbout(ctx, object, store.MaxLimit)
	if err != nil {
		return nil, fmt.Errorf("activities about %s: %w", object, err)
	}
	for _, a := range about {
		if !a.Outbox && !a.Public || a.Type == "Delete" {
			continue
		}
		if err := tx.HideActivity(ctx, a.ID); err != nil {
			return nil, err
		}
		if a.Type == "Note" {
			notes = append(notes, a.ID)
			if _, err := p.withdraw(ctx, tx, a.ID); err != nil { // its Announces
				return nil, err
			}
		}
	}
	return notes, nil
}

func (p *Publisher) dropFollowers(ctx context.Context, tx *store.Tx, e *directory.Entry) error {
	if !e.Kind.IsActor() {
		return nil
	}
	fs, err := tx.FollowersOfAny(ctx, []string{e.URI})
	if err != nil {
		return fmt.Errorf("followers of %s: %w", e.URI, err)
	}
	for _, f := range fs {
		if _, err := tx.DeleteFollower(ctx, f.Actor, f.Object); err != nil {
			return fmt.Errorf("drop follower of %s: %w", e.URI, err)
		}
	}
	return nil
}

func (p *Publisher) sendDelete(ctx context.Context, tx *store.Tx, s sender, object, formerType string, inboxes []string) error {
	if len(inboxes) == 0 {
		return nil
	}
	a, err := p.act(s)
	if err != nil {
		return err
	}
	body, err := p.cfg.Env.Delete(a, object, formerType)
	if err != nil {
		return fmt.Errorf("delete %s: %w", object, err)
	}
	return p.send(ctx, tx, message{from: s, typ: "Delete", object: object, body: body, id: a.ID, public: true,
		listed: formerType != "Note" && p.listed(object)}, inboxes)
}

// listed reports whether the catalogue tells of an object that we publish: of all
// entries, of maps it does not.
func (p *Publisher) listed(object string) bool { return p.cfg.Env.MapHandle(object) == "" }
