package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// maxParticipants bounds to how many people beside the one who is answered an
// answer is sent.
const maxParticipants = 20

// Answer is what an editor of ours says in a discussion.
type Answer struct {
	// Entry is what the discussion is about: a local public entry.
	Entry *directory.Entry
	// Reply is the answer, Parent what it answers.
	Reply, Parent store.Reply
	// Others are the actors that take part in the discussion.
	Others []string
}

// AnswerAuthor is the actor of ours that answers in the discussion of an entry:
// the entry itself, or its organisation.
func (p *Publisher) AnswerAuthor(e *directory.Entry) string { return p.author(e).uri }

// Answer sends an answer, or again what it became when edited, to who is
// answered, to those who take part, and to who follows the entry. Others hear
// nothing of it: an organisation's followers did not ask for conversations.
func (p *Publisher) Answer(ctx context.Context, tx *store.Tx, a Answer) error {
	s := p.author(a.Entry)
	to, others, inboxes, err := p.answerAudience(ctx, tx, s, a)
	if err != nil {
		return err
	}
	note, err := p.cfg.Env.Answer(vocab.Answer{URI: a.Reply.URI, Actor: s.uri, InReplyTo: a.Reply.InReplyTo, Entry: a.Entry.URI,
		HTML: a.Reply.Body, Lang: a.Reply.Lang, To: to, Others: others, Published: a.Reply.Published, Updated: a.Reply.Updated})
	if err != nil {
		return fmt.Errorf("note of answer %s: %w", a.Reply.URI, err)
	}
	if note, err = p.sealed(ctx, tx, s, note, p.now()); err != nil {
		return err
	}
	err = tx.PutActivity(ctx, store.Activity{ID: a.Reply.URI, Actor: s.uri, Type: "Note", Object: a.Reply.InReplyTo, Body: note,
		Public: true, Created: p.now()})
	if err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	act, err := p.act(s)
	if err != nil {
		return err
	}
	act.To, act.CC = []string{federation.Public, to.URI}, append([]string{s.uri + "/followers"}, others...)
	typ, verb := "Create", p.cfg.Env.Create
	if !a.Reply.Updated.IsZero() {
		typ, verb = "Update", p.cfg.Env.Update
	}
	body, err := verb(act, note)
	if err != nil {
		return fmt.Errorf("send answer %s: %w", a.Reply.URI, err)
	}
	return p.send(ctx, tx, message{from: s, typ: typ, object: a.Reply.URI, body: body, id: act.ID, public: true}, inboxes)
}

// RemoveAnswer takes an answer off the web and tells those who have it.
func (p *Publisher) RemoveAnswer(ctx context.Context, tx *store.Tx, a Answer) error {
	s := p.author(a.Entry)
	_, _, inboxes, err := p.answerAudience(ctx, tx, s, a)
	if err != nil {
		return err
	}
	if err := tx.HideActivity(ctx, a.Reply.URI); err != nil {
		return err
	}
	about, err := tx.ActivitiesAbout(ctx, a.Reply.URI, store.MaxLimit)
	if err != nil {
		return fmt.Errorf("activities about %s: %w", a.Reply.URI, err)
	}
	for _, old := range about {
		if err := tx.HideActivity(ctx, old.ID); err != nil {
			return err
		}
	}
	return p.sendDelete(ctx, tx, s, a.Reply.URI, "Note", inboxes)
}

// answerAudience is who is answered, who else is named, and the inboxes of all
// of them who may hear us.
func (p *Publisher) answerAudience(ctx context.Context, tx *store.Tx, s sender, a Answer) (to vocab.Person, others, inboxes []string, err error) {
	to = vocab.Person{URI: a.Parent.Actor, Handle: a.Parent.Handle}
	add := func(uri string) (bool, error) {
		if p.cfg.Env.IsLocal(uri) {
			return false, nil
		}
		ra, err := tx.RemoteActor(ctx, uri)
		if errors.Is(err, directory.ErrNotFound) || err == nil && ra.Gone {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("participant: %w", err)
		}
		ok, err := p.mayHear(ctx, tx, uri)
		if err != nil || !ok {
			return false, err
		}
		inbox := ra.SharedInbox
		if inbox == "" {
			inbox = ra.Inbox
		}
		inboxes = append(inboxes, inbox)
		return true, nil
	}
	if _, err = add(to.URI); err != nil {
		return to, nil, nil, err
	}
	for _, uri := range unique(append([]string(nil), a.Others...)) {
		if uri == to.URI || len(others) >= maxParticipants {
			continue
		}
		ok, err := add(uri)
		if err != nil {
			return to, nil, nil, err
		}
		if ok {
			others = append(others, uri)
		}
	}
	if a.Entry.Kind.IsActor() {
		aud, err := p.audienceOf(ctx, tx, a.Entry)
		if err != nil {
			return to, nil, nil, err
		}
		inboxes = append(inboxes, aud.of(s.uri)...)
	}
	return to, others, unique(inboxes), nil
}

// withdrawAnswers removes our answers about an entry that is public no more,
// and all that was said about it when it was deleted for good.
func (p *Publisher) withdrawAnswers(ctx context.Context, tx *store.Tx, e *directory.Entry, deleted bool) error {
	all, err := tx.RepliesOf(ctx, e.ID, store.MaxLimit)
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.Origin != "" || r.State == store.ReplyRemoved {
			continue
		}
		parent, err := tx.ReplyByURI(ctx, r.InReplyTo)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return err
		}
		if err := p.RemoveAnswer(ctx, tx, Answer{Entry: e, Reply: r, Parent: parent}); err != nil {
			return err
		}
		if err := tx.PutReply(ctx, Emptied(r, "the entry is no longer public", "", p.now())); err != nil {
			return err
		}
	}
	if deleted {
		return tx.DropReplies(ctx, e.ID)
	}
	return nil
}

// Emptied is a reply without its text and its author's name, removed.
func Emptied(r store.Reply, reason, by string, at time.Time) store.Reply {
	r.State, r.Reason, r.DecidedBy = store.ReplyRemoved, reason, by
	r.Body, r.Warning, r.Name, r.Handle, r.URL, r.Media = "", "", "", "", "", 0
	r.Updated = at
	return r
}
