package store

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"codeberg.org/bocage/bocage/internal/jobs"
)

// Options tune a store; the zero value works.
type Options struct {
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
	// Logger hears of retries and migrations; nil means slog.Default().
	Logger *slog.Logger
	// ReadConns is the size of the reader pool; 0 means 4.
	ReadConns int
}

// Reader reads; *Store and *Tx embed one.
type Reader struct{}

// Store is one open database.
type Store struct {
	Reader
}

// Tx is one transaction, see Store.Write.
type Tx struct {
	Reader
}

// Open opens "sqlite:PATH" or "postgres://…". It does not migrate.
func Open(ctx context.Context, url string, opt Options) (*Store, error) {
	return nil, errors.ErrUnsupported
}

// Close closes the database.
func (s *Store) Close() error { return nil }

// Engine is "sqlite" or "postgres".
func (s *Store) Engine() string { return "" }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return nil }

// Migrate brings the schema to the newest version.
func (s *Store) Migrate(ctx context.Context) (from, to int, err error) { return }

// Write runs fn in one transaction and commits it when fn returns nil. On
// PostgreSQL fn may run more than once (serialization failures and deadlocks).
func (s *Store) Write(ctx context.Context, fn func(*Tx) error) error { return errors.ErrUnsupported }

// Jobs is the database as package jobs needs it.
func (s *Store) Jobs() jobs.DB { return nil }

// Jobs is the transaction as package jobs needs it, for jobs.Insert.
func (t *Tx) Jobs() jobs.Execer { return nil }
