package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// NoteKind is the change that a readable note tells of.
type NoteKind = vocab.NoteKind

// Config is what a Publisher needs.
type Config struct {
	Store   *store.Store
	Keyring *keyring.Keyring
	Env     vocab.Env
	// Moderation keeps refused origins out of every audience; nil refuses none.
	Moderation *moderation.Moderation
	// Debounce is how long an edit rests before it is told; 0 tells at once.
	Debounce time.Duration
	// Posts bounds how many posts each of our actors makes to people.
	Posts Limits
	// Deliver is called after a commit of the publisher's own that left
	// deliveries; nil does nothing.
	Deliver func()
	Clock   func() time.Time // nil = time.Now
	Logger  *slog.Logger     // nil = slog.Default()
}

// Publisher writes activities and deliveries into the caller's transaction.
// Concurrent use is safe.
type Publisher struct {
	cfg   Config
	cache mapCache
}

// New returns a Publisher.
func New(cfg Config) *Publisher {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Deliver == nil {
		cfg.Deliver = func() {}
	}
	return &Publisher{cfg: cfg}
}

// sender is a local actor that speaks: its id and the owner of its keys.
type sender struct{ uri, owner string }

func (p *Publisher) instance() sender {
	return sender{uri: p.cfg.Env.InstanceURI(), owner: keyring.Instance}
}

// senderOf finds the local actor uri; ErrNotFound when we have none.
func (p *Publisher) senderOf(ctx context.Context, tx *store.Tx, uri string) (sender, error) {
	if uri == p.cfg.Env.InstanceURI() {
		return p.instance(), nil
	}
	if handle := p.cfg.Env.MapHandle(uri); handle != "" {
		m, err := tx.MapByHandle(ctx, handle)
		if err != nil {
			return sender{}, fmt.Errorf("sender %s: %w", uri, err)
		}
		return p.mapSender(m), nil
	}
	e, err := tx.EntryByURI(ctx, uri)
	if err != nil {
		return sender{}, fmt.Errorf("sender %s: %w", uri, err)
	}
	if e.Origin != "" || !e.Kind.IsActor() {
		return sender{}, fmt.Errorf("sender %s is no actor of ours: %w", uri, directory.ErrNotFound)
	}
	return sender{uri: e.URI, owner: keyOwner(&e)}, nil
}

// keyOwner is whose keys sign for e: its organisation's, else the instance's.
func keyOwner(e *directory.Entry) string {
	switch {
	case e.Owner != "":
		return e.Owner
	case e.Kind == directory.KindOrganisation:
		return e.ID
	}
	return keyring.Instance
}

// author is who speaks about e to the fediverse at large: an actor for itself,
// an object's organisation for it.
func (p *Publisher) author(e *directory.Entry) sender {
	if e.Kind.IsActor() {
		return sender{uri: e.URI, owner: keyOwner(e)}
	}
	return p.publisher(e)
}

// publisher is who speaks about e to other directories: its organisation,
// whose key they know already. Were each entry to sign for itself, a peer
// would have to fetch one key per entry. What nobody owns is the instance's.
func (p *Publisher) publisher(e *directory.Entry) sender {
	switch {
	case e.OwnerURI != "" && e.Owner != "":
		return sender{uri: e.OwnerURI, owner: e.Owner}
	case e.Kind == directory.KindOrganisation:
		return sender{uri: e.URI, owner: keyOwner(e)}
	}
	return p.instance()
}

// act returns the outside of a new activity by s.
func (p *Publisher) act(s sender, to ...string) (vocab.Act, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return vocab.Act{}, fmt.Errorf("new activity id: %w", err)
	}
	return vocab.Act{ID: p.cfg.Env.ActivityURI(id.String()), Actor: s.uri, To: to, At: p.now()}, nil
}

func (p *Publisher) now() time.Time { return p.cfg.Clock().UTC().Truncate(time.Microsecond) }

// message is one activity on its way into the transaction.
type message struct {
	from   sender
	typ    string
	object string
	body   []byte
	id     string
	// outbox lists it in the sender's outbox; public serves it on GET.
	outbox, public bool
	// listed: the catalogue tells of it too.
	listed bool
}

// send stores m and one delivery per inbox. Messages that nobody hears and
// that no outbox lists are not kept.
func (p *Publisher) send(ctx context.Context, tx *store.Tx, m message, inboxes []string) error {
	if len(inboxes) == 0 && !m.outbox {
		return nil
	}
	if m.public {
		var err error
		if m.body, err = p.signed(ctx, tx, m.from, m.body, p.now()); err != nil {
			return err
		}
	}
	err := tx.PutActivity(ctx, store.Activity{
		ID: m.id, Actor: m.from.uri, Type: m.typ, Object: m.object, Body: m.body,
		Public: m.public, Outbox: m.outbox, Created: p.now(),
	})
	if err != nil {
		return fmt.Errorf("keep %s: %w", m.typ, err)
	}
	return p.enqueue(ctx, tx, m, inboxes)
}
