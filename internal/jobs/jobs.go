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
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Execer is a transaction, as far as this package needs one.
type Execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// DB runs a function in one transaction; it may run the function again.
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
	defaultLease   = 5 * time.Minute
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

// Runner runs jobs until its context ends. Several runners, in one process or in
// many, share the table. Set the fields before the first call.
type Runner struct {
	DB       DB
	Handlers map[string]Handler // by Job.Kind; other kinds are left to other runners
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

	once  sync.Once
	owner string
	kinds []string
	wake  chan struct{}
}

func (r *Runner) init() {
	r.once.Do(func() {
		r.owner = uuid.NewString()
		r.wake = make(chan struct{}, 1)
		for k := range r.Handlers {
			r.kinds = append(r.kinds, k)
		}
		slices.Sort(r.kinds)
		if r.Clock == nil {
			r.Clock = time.Now
		}
		if r.Workers <= 0 {
			r.Workers = defaultWorkers
		}
		if r.Poll <= 0 {
			r.Poll = defaultPoll
		}
		if r.Lease <= 0 {
			r.Lease = defaultLease
		}
		if r.Logger == nil {
			r.Logger = slog.Default()
		}
	})
}

// Run works until ctx ends, and then waits for the jobs that run. It returns nil.
func (r *Runner) Run(ctx context.Context) error {
	r.init()
	for {
		n, err := r.Step(ctx)
		if err != nil && ctx.Err() == nil {
			r.Logger.ErrorContext(ctx, "jobs", "error", err)
		}
		if n > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-r.wake:
		case <-time.After(r.Poll):
		}
	}
}

// Notify wakes a sleeping runner: a job was just committed.
func (r *Runner) Notify() {
	r.init()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Step runs one batch of what is due and returns how many jobs ran. Tests call it
// until it returns 0.
func (r *Runner) Step(ctx context.Context) (int, error) {
	r.init()
	batch, err := r.lease(ctx)
	if err != nil {
		return 0, fmt.Errorf("lease jobs: %w", err)
	}
	errs := make([]error, len(batch))
	var wg sync.WaitGroup
	for i, job := range batch {
		wg.Go(func() { errs[i] = r.run(ctx, job) })
	}
	wg.Wait()
	return len(batch), errors.Join(errs...)
}

// lease takes up to Workers due jobs, oldest first. The conditional update decides
// between runners that chose the same row.
func (r *Runner) lease(ctx context.Context) (batch []Job, err error) {
	if len(r.kinds) == 0 {
		return nil, nil
	}
	err = r.DB.Update(ctx, func(tx Execer) error {
		batch = nil
		now := r.Clock().UnixMicro()
		args := []any{now, r.Workers * 4}
		marks := make([]string, len(r.kinds))
		for i, k := range r.kinds {
			args = append(args, k)
			marks[i] = fmt.Sprintf("$%d", len(args))
		}
		due, err := scanJobs(tx.QueryContext(ctx, `SELECT id, kind, unique_key, payload, due, attempts FROM job
			WHERE due <= $1 AND lease_until <= $1 AND kind IN (`+strings.Join(marks, ",")+`) ORDER BY due, id LIMIT $2`, args...))
		if err != nil {
			return err
		}
		for _, j := range due {
			if len(batch) == r.Workers {
				break
			}
			res, err := tx.ExecContext(ctx, `UPDATE job SET lease_until = $2, lease_owner = $3, attempts = attempts + 1
				WHERE id = $1 AND lease_until <= $4`, j.ID, now+r.Lease.Microseconds(), r.owner, now)
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil {
				return err
			} else if n == 1 {
				batch = append(batch, j)
			}
		}
		return nil
	})
	return batch, err
}

func scanJobs(rows *sql.Rows, err error) ([]Job, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err says what went wrong
	var out []Job
	for rows.Next() {
		var j Job
		var due int64
		if err := rows.Scan(&j.ID, &j.Kind, &j.Key, (*[]byte)(&j.Payload), &due, &j.Attempts); err != nil {
			return nil, err
		}
		j.Due = time.UnixMicro(due).UTC()
		out = append(out, j)
	}
	return out, rows.Err()
}

// run does one job and records how it ended. What the lease lost to another
// worker is left alone.
func (r *Runner) run(ctx context.Context, job Job) error {
	jobCtx, cancel := context.WithTimeout(ctx, r.Lease)
	defer cancel()
	err := r.handle(jobCtx, job)
	if err != nil {
		r.Logger.WarnContext(ctx, "job failed", "kind", job.Kind, "key", job.Key, "attempt", job.Attempts+1,
			"discarded", errors.Is(err, ErrDiscard), "error", err)
	}
	// The end is recorded also when the runner is being stopped.
	endCtx, cancelEnd := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancelEnd()
	return r.DB.Update(endCtx, func(tx Execer) error {
		if err == nil || errors.Is(err, ErrDiscard) {
			_, dbErr := tx.ExecContext(endCtx, "DELETE FROM job WHERE id = $1 AND lease_owner = $2", job.ID, r.owner)
			return dbErr
		}
		return r.retry(endCtx, tx, job, err)
	})
}

// retry puts a failed job off; when a newer one with its key waits, that one stands for both.
func (r *Runner) retry(ctx context.Context, tx Execer, job Job, cause error) error {
	res, err := tx.ExecContext(ctx, `DELETE FROM job WHERE id = $1 AND lease_owner = $2 AND unique_key <> '' AND EXISTS (
		SELECT 1 FROM job o WHERE o.kind = job.kind AND o.unique_key = job.unique_key AND o.lease_until = 0)`, job.ID, r.owner)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	text := strings.ToValidUTF8(strings.ReplaceAll(cause.Error(), "\x00", ""), "")
	text = strings.ToValidUTF8(text[:min(len(text), maxErrorBytes)], "")
	_, err = tx.ExecContext(ctx, `UPDATE job SET lease_until = 0, lease_owner = '', due = $3, last_error = $4
		WHERE id = $1 AND lease_owner = $2`, job.ID, r.owner, r.Clock().Add(Backoff(job.Attempts)).UnixMicro(), text)
	return err
}

// handle turns a panic into an error, so that one bad document does not end the program.
func (r *Runner) handle(ctx context.Context, job Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("job %s: panic: %v", job.Kind, p)
		}
	}()
	return r.Handlers[job.Kind](ctx, job)
}

// Backoff is the wait after a number of earlier failures: 2 s doubled each time, at
// most an hour, plus up to a quarter at random.
func Backoff(attempts int) time.Duration {
	d := maxBackoff
	if attempts < 12 {
		d = min(maxBackoff, firstBackoff<<max(0, attempts))
	}
	return d + rand.N(d/4+1)
}
