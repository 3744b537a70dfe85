package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
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

// querier is what *sql.DB and *sql.Tx share.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// Reader has every read; *Store and *Tx embed one. In a *Tx it sees the
// transaction's own writes.
type Reader struct {
	q      querier
	engine engine
	clock  func() time.Time
	// committed is what to do after the commit, nil outside a transaction.
	committed *[]func()
}

// OnCommit runs f once what is read here is certain: at once, or, in a transaction,
// when it is committed and not when it, or the part of it that f is of, is undone. What
// is not kept in the database, a count say, is then done once however often the
// transaction runs.
func (r Reader) OnCommit(f func()) {
	if r.committed == nil {
		f()
		return
	}
	*r.committed = append(*r.committed, f)
}

// Store is one open database. It may be used by many goroutines at once.
type Store struct {
	Reader
	read, write *sql.DB
	log         *slog.Logger
}

// Tx is one transaction, see Store.Write. It belongs to one goroutine and ends
// with the function that received it.
type Tx struct {
	Reader
}

// openWait bounds the wait for another process that is just creating the file.
const openWait = 15 * time.Second

// Open opens "sqlite:PATH" or "postgres://…" and checks that it answers. It
// does not migrate.
func Open(ctx context.Context, url string, opt Options) (*Store, error) {
	e, dsn, err := splitURL(url)
	if err != nil {
		return nil, err
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.Logger == nil {
		opt.Logger = slog.Default()
	}
	if opt.ReadConns <= 0 {
		opt.ReadConns = 4
	}
	read, write, err := openPools(e, dsn, opt.ReadConns)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", e, err)
	}
	s := &Store{
		Reader: Reader{q: read, engine: e, clock: opt.Clock},
		read:   read, write: write, log: opt.Logger,
	}
	if err := s.firstPing(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", e, err), s.Close())
	}
	return s, nil
}

// firstPing pings the writer first, which creates the file and sets WAL. Setting
// WAL does not honour the busy timeout when two processes do it at once.
func (s *Store) firstPing(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, openWait)
	defer cancel()
	for {
		err := s.write.PingContext(ctx)
		if err == nil {
			return s.read.PingContext(ctx)
		}
		if !busy(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Close closes the database. Transactions that run are cut off.
func (s *Store) Close() error {
	err := s.read.Close()
	if s.write != s.read {
		err = errors.Join(err, s.write.Close())
	}
	return err
}

// Engine is "sqlite" or "postgres".
func (s *Store) Engine() string { return string(s.engine) }

// Ping returns nil when the database answers a query.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	if err := s.q.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return fmt.Errorf("ping: %w: %w", directory.ErrUnavailable, err)
	}
	return nil
}

// writeAttempts bounds how often Write runs fn on PostgreSQL.
const writeAttempts = 8

// Write runs fn in one transaction and commits it when fn returns nil; any error
// rolls back and is returned. On PostgreSQL fn runs again after a serialization
// failure or a deadlock, so it must have no effect outside the transaction. fn
// must not call Write, nor read through the Store what it wrote through tx.
func (s *Store) Write(ctx context.Context, fn func(*Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := s.writeOnce(ctx, fn)
		if err == nil || !s.engine.retryable(err) || attempt == writeAttempts {
			return err
		}
		s.log.DebugContext(ctx, "transaction runs again", "attempt", attempt, "error", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(attempt) * 5 * time.Millisecond):
		}
	}
}

func (s *Store) writeOnce(ctx context.Context, fn func(*Tx) error) (err error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	committed := false
	defer func() { // also when fn panics, so that the one writer is not lost
		if !committed {
			_ = tx.Rollback() // the error of fn says more
		}
	}()
	var then []func()
	if err := fn(&Tx{Reader{q: tx, engine: s.engine, clock: s.clock, committed: &then}}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	committed = true
	for _, f := range then {
		f()
	}
	return nil
}

// jobsDB lends a store to package jobs.
type jobsDB struct{ s *Store }

func (d jobsDB) Update(ctx context.Context, fn func(jobs.Execer) error) error {
	return d.s.Write(ctx, func(tx *Tx) error { return fn(tx.q) })
}

// Jobs is the database as package jobs needs it, for a jobs.Runner.
func (s *Store) Jobs() jobs.DB { return jobsDB{s} }

// Jobs is the transaction as package jobs needs it, for jobs.Insert.
func (t *Tx) Jobs() jobs.Execer { return t.q }
