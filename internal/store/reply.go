package store

import (
	"context"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// ReplyState is where a reply stands.
type ReplyState string

// The states of a reply. Only shown ones are public; a removed one has no text.
const (
	ReplyPending ReplyState = "pending"
	ReplyShown   ReplyState = "shown"
	ReplyHidden  ReplyState = "hidden"
	ReplyRemoved ReplyState = "removed"
)

// Reply is what somebody wrote about a local entry, or one of our editors answered.
type Reply struct {
	ID      string // UUIDv7
	URI     string // ActivityPub id
	EntryID string
	// InReplyTo is the id that it answers: the entry, a post about it, or a reply.
	InReplyTo string
	Actor     string
	Origin    string // of Actor, "" for ours
	Name      string // the author's, as they were when it came
	Handle    string // name@host, "" when unknown
	URL       string // the page of the original
	// Body is HTML of paragraphs and links, made by package sanitize.
	Body string
	// Warning is the author's content warning, "" for none.
	Warning string
	Lang    string // BCP 47, "" when unknown
	Media   int    // attachments that only the original shows
	State   ReplyState
	// Reason and DecidedBy say why it stands so; DecidedBy is "" when the rule did it.
	Reason, DecidedBy string
	Published         time.Time
	Updated           time.Time // zero when never edited
	Received          time.Time
}

// ReplyRule is an exception: whose replies are always shown or never kept.
type ReplyRule struct {
	Subject string // an actor's id, or a domain with its subdomains
	Action  string // show, never
	Reason  string
	By      string
	Created time.Time
}

// ReplyFilter selects replies; zero fields select all.
type ReplyFilter struct {
	State   ReplyState
	EntryID string
	// Owners limits to entries of these organisations; nil is no limit.
	Owners []string
	// Before is the ID that the page starts after, "" = from the newest.
	Before string
	Limit  int
}

const selectReply = `SELECT r.id, r.uri, r.entry_id, r.in_reply_to, r.actor, r.origin, r.name, r.handle, r.url, r.body,
	r.warning, r.lang, r.media, r.state, r.reason, r.decided_by, r.published, r.updated, r.received FROM reply r`

func scanReply(row scanner) (v Reply, err error) {
	var published, updated, received int64
	err = row.Scan(&v.ID, &v.URI, &v.EntryID, &v.InReplyTo, &v.Actor, &v.Origin, &v.Name, &v.Handle, &v.URL, &v.Body,
		&v.Warning, &v.Lang, &v.Media, &v.State, &v.Reason, &v.DecidedBy, &published, &updated, &received)
	v.Published, v.Updated, v.Received = instant(published), instant(updated), instant(received)
	return v, err
}

// Reply reads a reply by its ID, or ErrNotFound.
func (r Reader) Reply(ctx context.Context, id string) (Reply, error) {
	v, err := one(ctx, r, scanReply, selectReply+" WHERE r.id = $1", id)
	return v, wrap(err, "reply %s", id)
}

// ReplyByURI reads a reply by its ActivityPub id, or ErrNotFound.
func (r Reader) ReplyByURI(ctx context.Context, uri string) (Reply, error) {
	v, err := one(ctx, r, scanReply, selectReply+" WHERE r.uri = $1", uri)
	return v, wrap(err, "reply %s", uri)
}

// RepliesOf lists the replies to an entry in every state, oldest first.
func (r Reader) RepliesOf(ctx context.Context, entryID string, limit int) ([]Reply, error) {
	vs, err := collect(ctx, r, scanReply, selectReply+" WHERE r.entry_id = $1 ORDER BY r.published, r.id LIMIT $2", entryID, limit)
	return vs, wrap(err, "replies to entry %s", entryID)
}

// ShownReplies lists the shown replies to an entry, newest first.
func (r Reader) ShownReplies(ctx context.Context, entryID string, limit int) ([]Reply, error) {
	vs, err := collect(ctx, r, scanReply, selectReply+
		" WHERE r.entry_id = $1 AND r.state = 'shown' ORDER BY r.published DESC, r.id DESC LIMIT $2", entryID, limit)
	return vs, wrap(err, "shown replies to entry %s", entryID)
}

// ShownAnswers lists the shown replies whose InReplyTo is uri, oldest first.
func (r Reader) ShownAnswers(ctx context.Context, uri string, limit int) ([]Reply, error) {
	vs, err := collect(ctx, r, scanReply, selectReply+
		" WHERE r.in_reply_to = $1 AND r.state = 'shown' ORDER BY r.published, r.id LIMIT $2", uri, limit)
	return vs, wrap(err, "answers to %s", uri)
}

// Replies lists the replies that a filter selects, newest first.
func (r Reader) Replies(ctx context.Context, f ReplyFilter) ([]Reply, error) {
	var a args
	q := selectReply + " WHERE r.id < " + a.add(before(f.Before)) + f.where(&a) +
		" ORDER BY r.id DESC LIMIT " + a.add(f.Limit)
	vs, err := collect(ctx, r, scanReply, q, a...)
	return vs, wrap(err, "replies")
}

// CountReplies counts what a filter selects; its Before and Limit do not matter.
func (r Reader) CountReplies(ctx context.Context, f ReplyFilter) (int, error) {
	var a args
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM reply r WHERE r.id < "+a.add(before(""))+f.where(&a), a...)
	return n, wrap(err, "count replies")
}

func before(id string) string {
	if id == "" {
		return "z" // after every UUID, in every collation
	}
	return id
}

func (f ReplyFilter) where(a *args) string {
	q := ""
	if f.State != "" {
		q += " AND r.state = " + a.add(string(f.State))
	}
	if f.EntryID != "" {
		q += " AND r.entry_id = " + a.add(f.EntryID)
	}
	if f.Owners != nil {
		q += " AND EXISTS (SELECT 1 FROM entry e WHERE e.id = r.entry_id AND e.owner IN " + list(a, f.Owners) + ")"
	}
	return q
}

// CountRepliesSince counts what an actor and what its origin wrote here since a time.
func (r Reader) CountRepliesSince(ctx context.Context, actor, origin string, since time.Time) (byActor, byOrigin int, err error) {
	if byActor, err = value[int](ctx, r, "SELECT COUNT(*) FROM reply WHERE actor = $1 AND received >= $2", actor, micros(since)); err == nil {
		byOrigin, err = value[int](ctx, r, "SELECT COUNT(*) FROM reply WHERE origin = $1 AND received >= $2", origin, micros(since))
	}
	return byActor, byOrigin, wrap(err, "count replies of %s", actor)
}

// PutReply inserts or replaces a reply, by its ID. Another one of the same URI is ErrConflict.
func (t *Tx) PutReply(ctx context.Context, v Reply) error {
	received := micros(v.Received)
	if received == 0 {
		received = t.now()
	}
	_, err := t.exec(ctx, `INSERT INTO reply (id, uri, entry_id, in_reply_to, actor, origin, name, handle, url, body,
		warning, lang, media, state, reason, decided_by, published, updated, received)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
		ON CONFLICT (id) DO UPDATE SET entry_id = excluded.entry_id, in_reply_to = excluded.in_reply_to,
		name = excluded.name, handle = excluded.handle, url = excluded.url, body = excluded.body, warning = excluded.warning,
		lang = excluded.lang, media = excluded.media, state = excluded.state, reason = excluded.reason,
		decided_by = excluded.decided_by, published = excluded.published, updated = excluded.updated`,
		v.ID, v.URI, v.EntryID, v.InReplyTo, v.Actor, v.Origin, v.Name, v.Handle, v.URL, v.Body,
		v.Warning, v.Lang, v.Media, string(v.State), v.Reason, v.DecidedBy, micros(v.Published), micros(v.Updated), received)
	return wrap(err, "put reply %s", v.URI)
}

// EmptyRepliesBy removes the text and the name from all that an actor wrote, and returns how many.
func (t *Tx) EmptyRepliesBy(ctx context.Context, actor, reason string) (int, error) {
	n, err := t.exec(ctx, `UPDATE reply SET state = 'removed', body = '', warning = '', name = '', handle = '', url = '',
		media = 0, reason = $2 WHERE actor = $1 AND state <> 'removed'`, actor, reason)
	return n, wrap(err, "remove replies of %s", actor)
}

// DropReplies forgets the replies to an entry that was deleted.
func (t *Tx) DropReplies(ctx context.Context, entryID string) error {
	_, err := t.exec(ctx, "DELETE FROM reply WHERE entry_id = $1", entryID)
	return wrap(err, "drop replies to entry %s", entryID)
}

const selectReplyRule = "SELECT subject, action, reason, by_name, created FROM reply_rule"

func scanReplyRule(row scanner) (v ReplyRule, err error) {
	var created int64
	err = row.Scan(&v.Subject, &v.Action, &v.Reason, &v.By, &created)
	v.Created = instant(created)
	return v, err
}

// ReplyRules lists the exceptions by subject.
func (r Reader) ReplyRules(ctx context.Context) ([]ReplyRule, error) {
	vs, err := collect(ctx, r, scanReplyRule, selectReplyRule+" ORDER BY subject")
	return vs, wrap(err, "reply rules")
}

// ReplyRulesFor lists the exceptions for any of the subjects.
func (r Reader) ReplyRulesFor(ctx context.Context, subjects []string) ([]ReplyRule, error) {
	var a args
	vs, err := collect(ctx, r, scanReplyRule, selectReplyRule+" WHERE subject IN "+list(&a, subjects)+" ORDER BY subject", a...)
	return vs, wrap(err, "reply rules")
}

// PutReplyRule inserts or replaces an exception, by its subject.
func (t *Tx) PutReplyRule(ctx context.Context, v ReplyRule) error {
	created := micros(v.Created)
	if created == 0 {
		created = t.now()
	}
	_, err := t.exec(ctx, `INSERT INTO reply_rule (subject, action, reason, by_name, created) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (subject) DO UPDATE SET action = excluded.action, reason = excluded.reason, by_name = excluded.by_name,
		created = excluded.created`, v.Subject, v.Action, v.Reason, v.By, created)
	return wrap(err, "put reply rule %s", v.Subject)
}

// DeleteReplyRule forgets an exception; ErrNotFound when there is none.
func (t *Tx) DeleteReplyRule(ctx context.Context, subject string) error {
	n, err := t.exec(ctx, "DELETE FROM reply_rule WHERE subject = $1", subject)
	if err == nil && n == 0 {
		err = directory.ErrNotFound
	}
	return wrap(err, "delete reply rule %s", subject)
}

// EmptyReceived forgets the body of a received activity and keeps that it came:
// what was not meant for the public is not ours to keep.
func (t *Tx) EmptyReceived(ctx context.Context, id string) error {
	_, err := t.exec(ctx, "UPDATE received SET body = $2 WHERE id = $1", id, []byte{})
	return wrap(err, "empty received %s", id)
}
