package outbox

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// note posts at most one readable note about the change, because nobody on
// Mastodon sees an actor's Update. A new entry has no followers yet: its note
// reaches those of its organisation and of the instance by Announce, and who
// follows both by the organisation's alone.
func (p *Publisher) note(ctx context.Context, tx *store.Tx, ch Change, before *directory.Public, e directory.Public, aud audience) error {
	kind := ch.Note
	if kind == "" {
		kind = notable(before, e, p.now())
	}
	if kind == "" {
		return nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("new note id: %w", err)
	}
	uri := p.cfg.Env.NoteURI(id.String())
	note, err := p.cfg.Env.Note(e, kind, uri, p.now())
	if err != nil {
		return fmt.Errorf("note on %s: %w", e.URI, err)
	}
	author := p.author((*directory.Entry)(&e))
	if note, err = p.sealed(ctx, tx, author, note, p.now()); err != nil {
		return err
	}
	err = tx.PutActivity(ctx, store.Activity{
		ID: uri, Actor: author.uri, Type: "Note", Object: e.URI, Body: note, Public: true, Created: p.now(),
	})
	if err != nil {
		return fmt.Errorf("keep note: %w", err)
	}
	a, err := p.act(author)
	if err != nil {
		return err
	}
	body, err := p.cfg.Env.Create(a, note)
	if err != nil {
		return fmt.Errorf("create note: %w", err)
	}
	m := message{from: author, typ: "Create", object: e.URI, body: body, id: a.ID, public: true, outbox: true}
	if err := p.send(ctx, tx, m, aud.of(author.uri)); err != nil || before != nil {
		return err
	}
	owner, instance := p.publisher((*directory.Entry)(&e)), p.instance()
	if owner != author && owner != instance {
		if err := p.announce(ctx, tx, owner, uri, aud.of(owner.uri, author.uri)); err != nil {
			return err
		}
	}
	return p.announce(ctx, tx, instance, uri, aud.of(instance.uri, author.uri, owner.uri))
}

// announce shares object with the followers of s.
func (p *Publisher) announce(ctx context.Context, tx *store.Tx, s sender, object string, inboxes []string) error {
	a, err := p.act(s)
	if err != nil {
		return err
	}
	body, err := p.cfg.Env.Announce(a, object)
	if err != nil {
		return fmt.Errorf("announce %s: %w", object, err)
	}
	m := message{from: s, typ: "Announce", object: object, body: body, id: a.ID, public: true, outbox: true}
	return p.send(ctx, tx, m, inboxes)
}

// notable says which note a change of e deserves, "" for none. Events, texts
// and concepts are posts themselves when they are new.
func notable(before *directory.Public, e directory.Public, now time.Time) NoteKind {
	switch {
	case e.Kind == directory.KindEvent:
		return notableEvent(before, e, now)
	case !e.Kind.IsActor():
		return ""
	case before == nil:
		return vocab.NoteCreated
	case closed(e) && !closed(*before):
		return vocab.NoteClosed
	case !maps.Equal(before.Name, e.Name), elsewhere(before.Place, e.Place):
		return vocab.NoteUpdated
	}
	return ""
}

func notableEvent(before *directory.Public, e directory.Public, now time.Time) NoteKind {
	entry := directory.Entry(e)
	if before == nil || !upcoming(&entry, now) {
		return ""
	}
	if cancelled(e) {
		if cancelled(*before) {
			return ""
		}
		return vocab.NoteCancelled
	}
	if before.Period == nil || e.Period == nil || *before.Period != *e.Period || elsewhere(before.Place, e.Place) {
		return vocab.NoteMoved
	}
	return ""
}

func cancelled(e directory.Public) bool {
	return e.Event != nil && e.Event.Status == directory.EventCancelled
}

func closed(e directory.Public) bool {
	return e.Status == directory.StatusArchived || e.Period != nil && e.Period.End != ""
}

// elsewhere reports whether an address changed, not merely its precision or
// where its point comes from.
func elsewhere(a, b *directory.Place) bool {
	if a == nil || b == nil {
		return a != b
	}
	return a.Name != b.Name || a.Street != b.Street || a.PostalCode != b.PostalCode ||
		a.Locality != b.Locality || a.Country != b.Country || a.Online != b.Online
}

// upcoming reports whether an event is not over. One without a date is not.
func upcoming(e *directory.Entry, now time.Time) bool {
	if e.Period == nil {
		return false
	}
	_, to, ok := e.Period.Interval()
	return ok && to > now.Unix()
}
