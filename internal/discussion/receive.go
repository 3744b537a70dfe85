package discussion

import (
	"context"
	"errors"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// maxOwnLinks bounds how many links to us are looked up for one post.
const maxOwnLinks = 10

// About finds the entry of ours that a post is about: what it answers, or the
// entry that it links to and whose actor it names. ErrNotFound when it is about
// none that the public may see.
func (d *Discussions) About(ctx context.Context, r store.Reader, post vocab.ReceivedReply) (directory.Entry, error) {
	if post.InReplyTo != "" {
		return d.root(ctx, r, post.InReplyTo)
	}
	looked := 0
	for _, link := range post.Links {
		if !d.cfg.Env.IsLocal(link) {
			continue
		}
		if looked++; looked > maxOwnLinks {
			break
		}
		e, err := d.entryAt(ctx, r, link)
		if missing(err) {
			continue
		}
		if err != nil {
			return e, err
		}
		speaks := d.cfg.Publisher.AnswerAuthor(&e)
		for _, m := range post.Mentions {
			if m == speaks {
				return e, nil
			}
		}
	}
	return directory.Entry{}, fmt.Errorf("post %s is about none of our entries: %w", clip(post.ID), directory.ErrNotFound)
}

// root is the entry of the thread in which uri is: an entry, a post of ours
// about one, or a reply that was not refused.
func (d *Discussions) root(ctx context.Context, r store.Reader, uri string) (directory.Entry, error) {
	reply, err := r.ReplyByURI(ctx, uri)
	if err == nil {
		if reply.State == store.ReplyRemoved || reply.State == store.ReplyHidden {
			return directory.Entry{}, fmt.Errorf("answers a reply that is not shown: %w", directory.ErrNotFound)
		}
		return public(r.Entry(ctx, reply.EntryID))
	}
	if !errors.Is(err, directory.ErrNotFound) || !d.cfg.Env.IsLocal(uri) {
		return directory.Entry{}, err
	}
	if note, err := r.Activity(ctx, uri); err == nil && note.Type == "Note" && note.Public {
		return d.entryAt(ctx, r, note.Object)
	} else if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return directory.Entry{}, err
	}
	return d.entryAt(ctx, r, uri)
}

// entryAt is our public entry of an id or of the address of its page.
func (d *Discussions) entryAt(ctx context.Context, r store.Reader, uri string) (directory.Entry, error) {
	uri, _, _ = strings.Cut(uri, "#")
	uri, _, _ = strings.Cut(uri, "?")
	if handle, ok := strings.CutPrefix(uri, d.cfg.Env.Base+"/@"); ok {
		return public(r.EntryByHandle(ctx, strings.ToLower(handle)))
	}
	return public(r.EntryByURI(ctx, uri))
}

func public(e directory.Entry, err error) (directory.Entry, error) {
	if err == nil && (e.Origin != "" || !e.Status.Public()) {
		err = fmt.Errorf("no public entry of ours: %w", directory.ErrNotFound)
	}
	return e, err
}

func missing(err error) bool {
	return errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone)
}

// clip bounds what an error repeats of a foreign value.
func clip(s string) string { return s[:min(len(s), 200)] }

// Receive keeps a post about e that its author signed, as the rules have it.
// kept is false when they, a limit or an earlier copy say that it is not; why
// says so. An Update of what we hold goes the same way.
func (d *Discussions) Receive(ctx context.Context, tx *store.Tx, e directory.Entry, post vocab.ReceivedReply, author store.RemoteActor) (kept bool, why string, err error) {
	old, err := tx.ReplyByURI(ctx, post.ID)
	if err == nil {
		return d.again(ctx, tx, old, post, author)
	}
	if !errors.Is(err, directory.ErrNotFound) {
		return false, "", err
	}
	if !post.Public {
		return false, "not public", nil
	}
	if gone, err := tx.ReplyGone(ctx, post.ID, author.URI); err != nil || gone {
		return false, "deleted before it came", err
	}
	v, err := d.judge(ctx, tx, &e, author.URI)
	if err != nil || v.state == "" {
		return false, v.reason, err
	}
	if why, err := d.room(ctx, tx, e.ID, author.URI); err != nil || why != "" {
		return false, why, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return false, "", err
	}
	origin, err := peer.Origin(author.URI)
	if err != nil {
		return false, "", err
	}
	reply := store.Reply{ID: id.String(), URI: post.ID, EntryID: e.ID, InReplyTo: post.InReplyTo, Actor: author.URI, Origin: origin,
		State: v.state, Reason: v.reason, Published: d.said(post.Published), Received: d.now()}
	if reply.InReplyTo == "" {
		reply.InReplyTo = e.URI
	}
	write(&reply, post, author)
	return true, v.reason, tx.PutReply(ctx, reply)
}

// said is when a post says that it was written, which cannot be later than now.
func (d *Discussions) said(t time.Time) time.Time {
	if now := d.now(); t.IsZero() || t.After(now) {
		return now
	}
	return t
}

// room says why there is no room for another reply, "" when there is.
func (d *Discussions) room(ctx context.Context, tx *store.Tx, entryID, actor string) (string, error) {
	n, err := tx.CountReplies(ctx, store.ReplyFilter{EntryID: entryID})
	if err != nil {
		return "", err
	}
	if n >= maxPerEntry {
		return "the discussion is full", nil
	}
	origin, err := peer.Origin(actor)
	if err != nil {
		return "", err
	}
	byActor, byOrigin, err := tx.CountRepliesSince(ctx, actor, origin, d.now().Add(-day))
	if err != nil {
		return "", err
	}
	switch {
	case byActor >= maxActorDay:
		return "the author wrote too much today", nil
	case byOrigin >= maxOriginDay:
		return "the server sent too much today", nil
	}
	return "", nil
}

// write puts the words of a post and of its author into a reply, made safe.
func write(r *store.Reply, post vocab.ReceivedReply, author store.RemoteActor) {
	text := post.HTML
	if post.Title != "" {
		text = "<p>" + html.EscapeString(post.Title) + "</p>" + text
	}
	r.Body = string(sanitize.Comment(text))
	r.Warning = sanitize.Line(post.Warning, maxWarning)
	r.Lang, r.URL = post.Lang, post.URL
	if r.URL == "" {
		r.URL = sanitize.URL(post.ID)
	}
	r.Media = min(post.Media, 99)
	r.Name, r.Handle = sanitize.Line(author.Name, maxName), sanitize.Line(author.Handle, maxHandle)
}

// again takes a newer version of a reply by its author. What was approved and
// then changed waits again, unless the rule shows such replies at once; what
// was removed stays so.
func (d *Discussions) again(ctx context.Context, tx *store.Tx, old store.Reply, post vocab.ReceivedReply, author store.RemoteActor) (kept bool, why string, err error) {
	switch {
	case old.Actor != author.URI:
		return false, "written by another", nil
	case old.State == store.ReplyRemoved:
		return false, "removed", nil
	case !post.Public:
		return true, "", tx.PutReply(ctx, outbox.Emptied(old, "no longer public", "", d.now()))
	case !newer(post, old):
		return false, "not newer than what we have", nil
	}
	e, err := tx.Entry(ctx, old.EntryID)
	if err != nil {
		return false, "", err
	}
	v, err := d.judge(ctx, tx, &e, author.URI)
	if err != nil {
		return false, "", err
	}
	if old.State == store.ReplyShown && v.state != store.ReplyShown {
		old.State, old.Reason, old.DecidedBy = store.ReplyPending, "edited", ""
	}
	write(&old, post, author)
	old.Updated = d.said(post.Updated)
	return true, "", tx.PutReply(ctx, old)
}

func newer(post vocab.ReceivedReply, old store.Reply) bool {
	have := old.Updated
	if have.IsZero() {
		have = old.Published
	}
	return post.Updated.After(have)
}

// Withdraw removes a reply that its author deleted. ErrNotFound when it is none
// of ours to remove.
func (d *Discussions) Withdraw(ctx context.Context, tx *store.Tx, uri, actor string) error {
	r, err := tx.ReplyByURI(ctx, uri)
	if err != nil {
		return err
	}
	if r.Actor != actor {
		return fmt.Errorf("deletes a reply of another: %w", directory.ErrForbidden)
	}
	if r.State == store.ReplyRemoved {
		return nil
	}
	return tx.PutReply(ctx, outbox.Emptied(r, "deleted by its author", "", d.now()))
}

// Precede remembers that an actor deleted a post that has not come: its Delete
// may have overtaken it. One that came meanwhile is withdrawn.
func (d *Discussions) Precede(ctx context.Context, tx *store.Tx, uri, actor string) error {
	err := d.Withdraw(ctx, tx, uri, actor)
	if !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	origin, err := peer.Origin(actor)
	if err != nil {
		return err
	}
	return tx.PutReplyGone(ctx, uri, actor, origin)
}
