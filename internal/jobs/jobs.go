// Package jobs keeps durable tasks in one small table, on SQLite and PostgreSQL:
// apply a received activity, harvest, import, send mail. A task is inserted in
// the same transaction as its cause and survives kill -9: a worker leases it, and
// a lease that runs out is taken by another.
//
// It knows nothing of federation and of package store, which implements DB.
// Deliveries have their own per-peer queue in package store.
package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"log/slog"
	"time"
)

// Execer is a transaction, as far as this package needs one.
type Execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// DB runs a function in one transaction.
type DB interface {
	Update(ctx context.Context, fn func(Execer) error) error
}

// Job is one task.
type Job struct {
	ID   int64
	Kind string
	// Key makes a job unique among those that wait: inserting a second job with
	// the same kind and key only brings the first one's due time forward. "" is never unique.
	Key     string
	Payload json.RawMessage
	// Due is when it may run; zero is at once.
	Due      time.Time
	Attempts int
}

// Handler does one job. An error makes the job run again later; an error that wraps
// ErrDiscard ends it. It must be safe to run twice.
type Handler func(ctx context.Context, job Job) error

// ErrDiscard ends a job that can never succeed.
var ErrDiscard = errors.New("discard job")

// Insert adds a job in the caller's transaction.
func Insert(ctx context.Context, tx Execer, j Job) error { return errors.ErrUnsupported }

// Runner runs jobs until its context ends.
type Runner struct {
	DB       DB
	Handlers map[string]Handler
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
	// Workers is how many jobs run at once; 0 means 2.
	Workers int
	// Poll is the time between looks at an empty table; 0 means 500 ms.
	Poll time.Duration
	// Lease is how long a job may run before another worker takes it; 0 means 5 min.
	Lease time.Duration
	// Logger hears of failures; nil means slog.Default().
	Logger *slog.Logger
}

// Run works until ctx ends.
func (r *Runner) Run(ctx context.Context) error { return errors.ErrUnsupported }

// Notify wakes a sleeping runner: a job was just committed.
func (r *Runner) Notify() {}

// Step runs what is due now and returns how many jobs ran; tests call it.
func (r *Runner) Step(ctx context.Context) (int, error) { return 0, errors.ErrUnsupported }
