// Package jobs keeps durable tasks in one small table, on SQLite and PostgreSQL:
// apply a received activity, harvest, import, send mail. A task is inserted in
// the same transaction as its cause and survives kill -9: a worker leases it, and
// a lease that runs out is taken by another.
//
// It knows nothing of federation, nor of package store, which lends it the
// database. Deliveries have their own queue per peer in package store.
package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Execer is a transaction, as far as this package needs one.
type Execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// DB runs a function in one transaction, more than once if it must.
type DB interface {
	Update(ctx context.Context, fn func(Execer) error) error
}

// Job is one task.
type Job struct {
	// ID is a UUIDv7, given by Insert.
	ID   string
	Kind string
	// Key makes a job unique among the jobs of its kind that wait: a second one
	// only brings the first one's due time forward and replaces its payload. One
	// that is running does not count. "" is never unique.
	Key     string
	Payload json.RawMessage
	// Due is when it may run; zero is at once.
	Due time.Time
	// Attempts counts the runs before this one.
	Attempts int
}

// Handler does one job. An error makes the job run again later; one that wraps
// ErrDiscard ends it. A job may run twice, when its worker was killed or lost its
// lease: the second run must do no harm.
type Handler func(ctx context.Context, job Job) error

// ErrDiscard ends a job that can never succeed.
var ErrDiscard = errors.New("discard job")

// Times and sizes; the zero fields of a Runner stand for them.
const (
	defaultLease   = 10 * time.Second
	defaultLimit   = 5 * time.Minute
	defaultPoll    = 500 * time.Millisecond
	defaultWorkers = 2
	firstBackoff   = 2 * time.Second
	maxBackoff     = time.Hour
	maxErrorBytes  = 500
)

// Insert adds a job in the caller's transaction.
func Insert(ctx context.Context, tx Execer, j Job) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("insert job %s: %w", j.Kind, err)
	}
	payload := string(j.Payload)
	if payload == "" {
		payload = "null"
	}
	const insert = `INSERT INTO job (id, kind, unique_key, payload, due, lease_until, lease_owner, attempts, last_error)
		VALUES ($1, $2, $3, $4, $5, 0, '', 0, '') ON CONFLICT (kind, unique_key)
		WHERE unique_key <> '' AND lease_until = 0
		DO UPDATE SET payload = excluded.payload, due = CASE WHEN excluded.due < job.due THEN excluded.due ELSE job.due END`
	var due int64 // 0 is at once
	if !j.Due.IsZero() {
		due = j.Due.UnixMicro()
	}
	if _, err = tx.ExecContext(ctx, insert, id.String(), j.Kind, j.Key, payload, due); err != nil {
		return fmt.Errorf("insert job %s: %w", j.Kind, err)
	}
	return nil
}
