package discussion

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
)

// The verbs of Decide.
const (
	Approve = "approve" // shows it
	Hide    = "hide"    // takes it off the page and keeps it
	Remove  = "remove"  // erases its text for good; one of ours is deleted everywhere
	Report  = "report"  // tells its author's server of it; it stays as it is here
)

// MaxDecide is how many replies one decision may be about.
const MaxDecide = 200

// MaxAnswer is the longest answer, in characters.
const MaxAnswer = 3000

// maxReason is the longest reason that is kept, in bytes.
const maxReason = 500

// Decide applies a verb to replies and records who did and why. It takes an
// editor of each reply's entry; all are decided, or none.
func (d *Discussions) Decide(ctx context.Context, who directory.Who, verb string, ids []string, reason string) error {
	if len(ids) == 0 || len(ids) > MaxDecide {
		return directory.Invalid{{Field: "reply", Code: "required", Message: fmt.Sprintf("choose 1 to %d replies", MaxDecide)}}
	}
	reason = strings.ToValidUTF8(reason[:min(len(reason), maxReason)], "")
	err := d.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		for _, id := range ids {
			if err := d.decide(ctx, tx, who, verb, id, reason); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s replies: %w", verb, err)
	}
	d.cfg.Deliver()
	return nil
}

func (d *Discussions) decide(ctx context.Context, tx *store.Tx, who directory.Who, verb, id, reason string) error {
	r, e, err := d.editable(ctx, tx, who, id)
	if err != nil {
		return err
	}
	if r.State == store.ReplyRemoved {
		return fmt.Errorf("reply %s was removed: %w", id, directory.ErrGone)
	}
	switch {
	case verb == Report && r.Origin != "":
		return d.report(ctx, tx, who, r, reason)
	case verb == Approve && r.Origin != "":
		r.State, r.Reason, r.DecidedBy = store.ReplyShown, reason, who.Name
	case verb == Hide && r.Origin != "":
		r.State, r.Reason, r.DecidedBy = store.ReplyHidden, reason, who.Name
	case verb == Remove:
		if r.Origin == "" {
			a, err := d.answerOf(ctx, tx, &e, r)
			if err != nil {
				return err
			}
			if err := d.cfg.Publisher.RemoveAnswer(ctx, tx, a); err != nil {
				return err
			}
		}
		r = outbox.Emptied(r, reason, who.Name, d.now())
	default:
		return directory.Invalid{{Field: "do", Code: "unknown", Message: "cannot " + verb + " this reply"}}
	}
	if err := tx.PutReply(ctx, r); err != nil {
		return err
	}
	return d.audit(ctx, tx, who, verb, r.URI, reason)
}

// report tells the server of a reply's author what is wrong with it, in the
// instance's name, which is why administrators do.
func (d *Discussions) report(ctx context.Context, tx *store.Tx, who directory.Who, r store.Reply, reason string) error {
	if !who.MayAdminister() {
		return fmt.Errorf("report %s: %w", r.URI, directory.ErrForbidden)
	}
	if strings.TrimSpace(reason) == "" {
		return directory.Invalid{{Field: "reason", Code: "required", Message: "say what is wrong with it: its server reads that"}}
	}
	author, err := tx.RemoteActor(ctx, r.Actor)
	if err != nil {
		return fmt.Errorf("report %s: %w", r.URI, err)
	}
	if err := d.cfg.Publisher.FlagPost(ctx, tx, r.URI, author, reason); err != nil {
		return err
	}
	return d.audit(ctx, tx, who, Report, r.URI, reason)
}

// editable is a reply and its entry, when who edits that entry.
func (d *Discussions) editable(ctx context.Context, tx *store.Tx, who directory.Who, id string) (store.Reply, directory.Entry, error) {
	r, err := tx.Reply(ctx, id)
	if err != nil {
		return r, directory.Entry{}, err
	}
	e, err := tx.Entry(ctx, r.EntryID)
	if err != nil {
		return r, e, err
	}
	if !who.MayEdit(&e) {
		return r, e, fmt.Errorf("discussion of %s: %w", e.ID, directory.ErrForbidden)
	}
	return r, e, nil
}

// Answer publishes an answer by who, in the name of the entry, to the reply parentID.
func (d *Discussions) Answer(ctx context.Context, who directory.Who, parentID, text, lang string) (store.Reply, error) {
	body, err := answerBody(text, lang)
	if err != nil {
		return store.Reply{}, err
	}
	var out store.Reply
	err = d.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		parent, e, err := d.editable(ctx, tx, who, parentID)
		if err != nil {
			return err
		}
		if _, err := public(e, nil); err != nil {
			return err
		}
		if parent.State != store.ReplyShown || parent.Origin == "" {
			return directory.Invalid{{Field: "reply", Code: "not_shown", Message: "only a reply that is shown, and by somebody else, can be answered"}}
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		out = store.Reply{ID: id.String(), URI: d.cfg.Env.NoteURI(id.String()), EntryID: e.ID, InReplyTo: parent.URI,
			Actor: d.cfg.Publisher.AnswerAuthor(&e), Body: body, Lang: lang, State: store.ReplyShown, DecidedBy: who.Name,
			Published: d.now(), Received: d.now()}
		out.URL = out.URI
		if out.Name, out.Handle, err = d.speaker(ctx, tx, &e); err != nil {
			return err
		}
		return d.publish(ctx, tx, who, &e, out, "answer")
	})
	if err != nil {
		return store.Reply{}, fmt.Errorf("answer %s: %w", parentID, err)
	}
	d.cfg.Deliver()
	return out, nil
}

// EditAnswer replaces the text of an answer of ours.
func (d *Discussions) EditAnswer(ctx context.Context, who directory.Who, id, text, lang string) (store.Reply, error) {
	body, err := answerBody(text, lang)
	if err != nil {
		return store.Reply{}, err
	}
	var out store.Reply
	err = d.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		r, e, err := d.editable(ctx, tx, who, id)
		if err != nil {
			return err
		}
		switch {
		case r.Origin != "":
			return fmt.Errorf("a reply of somebody else: %w", directory.ErrForbidden)
		case r.State == store.ReplyRemoved:
			return fmt.Errorf("answer %s: %w", id, directory.ErrGone)
		case r.Body == body && r.Lang == lang:
			out = r
			return nil
		}
		r.Body, r.Lang, r.Updated, r.DecidedBy = body, lang, d.now(), who.Name
		out = r
		return d.publish(ctx, tx, who, &e, r, "edit")
	})
	if err != nil {
		return store.Reply{}, fmt.Errorf("edit answer %s: %w", id, err)
	}
	d.cfg.Deliver()
	return out, nil
}

func (d *Discussions) publish(ctx context.Context, tx *store.Tx, who directory.Who, e *directory.Entry, r store.Reply, verb string) error {
	if err := tx.PutReply(ctx, r); err != nil {
		return err
	}
	a, err := d.answerOf(ctx, tx, e, r)
	if err != nil {
		return err
	}
	if err := d.cfg.Publisher.Answer(ctx, tx, a); err != nil {
		return err
	}
	return d.audit(ctx, tx, who, verb, r.URI, "")
}

var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$`)

// answerBody checks an answer and makes paragraphs of it.
func answerBody(text, lang string) (string, error) {
	var bad directory.Invalid
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		bad = append(bad, directory.FieldError{Field: "text", Code: "required", Message: "an answer needs a text"})
	case n > MaxAnswer:
		bad = append(bad, directory.FieldError{Field: "text", Code: "too_long", Message: fmt.Sprintf("has %d characters, %d are allowed", n, MaxAnswer)})
	}
	if !languageTag.MatchString(lang) {
		bad = append(bad, directory.FieldError{Field: "lang", Code: "invalid", Message: "is not a language, such as fr"})
	}
	body := string(sanitize.Comment(string(sanitize.Text(text))))
	if len(bad) == 0 && body == "" {
		bad = append(bad, directory.FieldError{Field: "text", Code: "required", Message: "an answer needs a text"})
	}
	if len(bad) > 0 {
		return "", bad
	}
	return body, nil
}

// speaker is the name and the handle of the actor that answers for an entry.
func (d *Discussions) speaker(ctx context.Context, tx *store.Tx, e *directory.Entry) (name, handle string, err error) {
	uri := d.cfg.Publisher.AnswerAuthor(e)
	if uri == d.cfg.Env.InstanceURI() {
		return d.cfg.Env.InstanceName, "instance@" + d.cfg.Env.Host(), nil
	}
	by := *e
	if uri != e.URI {
		if by, err = tx.EntryByURI(ctx, uri); err != nil {
			return "", "", fmt.Errorf("who answers: %w", err)
		}
	}
	name, _ = by.Name.In()
	return sanitize.Line(name, maxName), by.Handle + "@" + d.cfg.Env.Host(), nil
}

// answerOf is an answer with what it answers and those who take part: the
// authors of the replies above.
func (d *Discussions) answerOf(ctx context.Context, tx *store.Tx, e *directory.Entry, r store.Reply) (outbox.Answer, error) {
	a := outbox.Answer{Entry: e, Reply: r}
	const maxAbove = 50
	above := r.InReplyTo
	for i := range maxAbove {
		p, err := tx.ReplyByURI(ctx, above)
		if errors.Is(err, directory.ErrNotFound) {
			break
		}
		if err != nil {
			return a, err
		}
		if i == 0 {
			a.Parent = p
		} else if p.Origin != "" && p.State == store.ReplyShown {
			a.Others = append(a.Others, p.Actor)
		}
		above = p.InReplyTo
	}
	return a, nil
}
