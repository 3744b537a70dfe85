// Package ledger holds the verbs: every change of the directory, by a person,
// a file or a peer, goes through one of them. A verb opens one transaction in
// which it checks the permission, validates, writes, records the history and
// the audit line, and inserts what has to be told to other servers; the commit
// is the promise to tell them.
//
// What is true of an entry is package directory's, how it is kept package
// store's, who hears of it package outbox's. Packages site, transfer, inbox,
// harvest, demo and cmd/bocage call it.
package ledger

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// Judge decides what becomes of an entry of another instance; package
// moderation has the one that counts.
type Judge interface {
	Judge(ctx context.Context, r store.Reader, e *directory.Entry) (directory.Decision, error)
	// JudgePage is Judge for many entries, whose URIs it is given by origin: it reads
	// once what it has to know, and what it returns judges each.
	JudgePage(ctx context.Context, r store.Reader, uris map[string][]string) (func(*directory.Entry) (directory.Decision, error), error)
}

// Config is what a Ledger needs.
type Config struct {
	Store     *store.Store
	Keyring   *keyring.Keyring
	Env       vocab.Env
	Publisher *outbox.Publisher
	Judge     Judge            // of what other instances send; nil = all is published
	Clock     func() time.Time // nil = time.Now
	Logger    *slog.Logger     // nil = slog.Default()
	// Changed is called after a commit that changed what the public sees and
	// Deliver after one that may have left deliveries; both may be nil.
	Changed, Deliver func()
}

// Ledger changes the directory. Its methods may be called concurrently.
type Ledger struct {
	store     *store.Store
	keys      *keyring.Keyring
	env       vocab.Env
	publisher *outbox.Publisher
	judge     Judge
	clock     func() time.Time
	log       *slog.Logger
	changed   func()
	deliver   func()
}

// New returns a Ledger.
func New(cfg Config) *Ledger {
	l := &Ledger{store: cfg.Store, keys: cfg.Keyring, env: cfg.Env, publisher: cfg.Publisher, judge: cfg.Judge,
		clock: cfg.Clock, log: cfg.Logger, changed: cfg.Changed, deliver: cfg.Deliver}
	if l.clock == nil {
		l.clock = time.Now
	}
	if l.log == nil {
		l.log = slog.Default()
	}
	if l.changed == nil {
		l.changed = func() {}
	}
	if l.deliver == nil {
		l.deliver = func() {}
	}
	return l
}

// commit runs fn in one transaction and, when it held, wakes those who follow
// the change sequence.
func (l *Ledger) commit(ctx context.Context, fn func(tx *store.Tx) error) error {
	if err := l.store.Write(ctx, fn); err != nil {
		return err
	}
	l.changed()
	l.deliver()
	return nil
}

// now is the clock in the precision of the store.
func (l *Ledger) now() time.Time { return l.clock().UTC().Truncate(time.Microsecond) }

func newID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("new id: %w", err)
	}
	return id.String(), nil
}

// Outcome says what Upsert did with an entry.
type Outcome string

// The outcomes of Upsert.
const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
	Rejected  Outcome = "rejected"
)

// UpsertOptions tune Upsert; the zero value writes and sends no notes.
type UpsertOptions struct {
	// DryRun does everything but the commit.
	DryRun bool
	// Notify sends notes to followers as for single changes.
	Notify bool
	// Complete, when not nil, gives to an entry what its file cannot say, from the one
	// that it would update.
	Complete func(e, old *directory.Entry)
	// Progress, when not nil, is called after each chunk.
	Progress func(done, total int)
}

// UpsertResult is what became of the entry of the same index.
type UpsertResult struct {
	// ID and URI are those of the entry, also of one that a dry run would make; ""
	// when it was rejected for what it is.
	ID, URI string
	Outcome Outcome
	// Err is why it was rejected: an Invalid, or a wrapped sentinel.
	Err error
}
