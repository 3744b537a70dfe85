package outbox

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// note posts at most one readable note about the change, because nobody on
// Mastodon sees an actor's Update. A new entry has no followers yet: its note
// reaches those of its organisation and of the instance by Announce, and who
// follows both by the organisation's alone; then those of the maps that it enters.
func (p *Publisher) note(ctx context.Context, tx *store.Tx, ch Change, before *directory.Public, e directory.Public, aud audience) error {
	kind := ch.Note
	if kind == "" {
		kind = notable(before, e, p.now())
	}
	owner, instance := p.publisher((*directory.Entry)(&e)), p.instance()
	author := p.author((*directory.Entry)(&e))
	by := shared{bulk: ch.Bulk}
	var err error
	if kind != "" && !ch.Bulk {
		n := news{object: e.URI, kind: string(kind)}
		if by.object, err = p.noteBy(ctx, tx, author, kind, n, e, aud); err != nil {
			return err
		}
		by.told = []string{author.uri}
	}
	if before != nil {
		return p.enter(ctx, tx, ch.Before, ch.After, by)
	}
	for _, s := range []sender{owner, instance} {
		if slices.Contains(by.told, s.uri) || s == author && ch.Bulk {
			continue
		}
		n := news{object: e.URI, kind: string(vocab.NoteCreated), told: slices.Clone(by.told), bulk: ch.Bulk}
		if err := p.announceNew(ctx, tx, s, by.object, n, aud); err != nil {
			return err
		}
		by.told = append(by.told, s.uri)
	}
	return p.enter(ctx, tx, ch.Before, ch.After, by)
}

// noteBy keeps a note on e by its author and sends it to those followers who may
// be sent one now.
func (p *Publisher) noteBy(ctx context.Context, tx *store.Tx, author sender, kind NoteKind, n news, e directory.Public, aud audience) (uri string, err error) {
	id, err := newID()
	if err != nil {
		return "", err
	}
	uri = p.cfg.Env.NoteURI(id)
	note, err := p.cfg.Env.Note(e, kind, uri, p.now())
	if err != nil {
		return "", fmt.Errorf("note on %s: %w", e.URI, err)
	}
	now, _, err := p.cap(ctx, tx, author.uri, n, aud.hearers(author.uri))
	if err == nil {
		now, err = p.readers(ctx, tx, now)
	}
	if err != nil {
		return "", err
	}
	return uri, p.postNote(ctx, tx, author, e.URI, uri, note, inboxesOf(now))
}

// announceNew shares object with those followers of s who may be sent a post now.
// It is in the outbox in any case, which agendas read; what was imported is not
// announced one by one at all.
func (p *Publisher) announceNew(ctx context.Context, tx *store.Tx, s sender, object string, n news, aud audience) error {
	now, _, err := p.cap(ctx, tx, s.uri, n, aud.hearers(s.uri, n.told...))
	if err != nil || n.bulk {
		return err
	}
	return p.announce(ctx, tx, s, object, inboxesOf(now))
}

// announce shares object with the followers of s.
func (p *Publisher) announce(ctx context.Context, tx *store.Tx, s sender, object string, inboxes []string) error {
	agendas, inboxes, err := p.agendas(ctx, tx, inboxes)
	if err == nil {
		err = p.createBy(ctx, tx, s, object, agendas)
	}
	if err != nil {
		return err
	}
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
