package jobs

import (
	"context"
	"database/sql"
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
	// Lease is how long a job waits for another worker after its own was killed; who
	// lives renews it. 0 means 10 s.
	Lease time.Duration
	// Limit is how long a job may run; 0 means 5 min.
	Limit time.Duration
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
		if r.Limit <= 0 {
			r.Limit = defaultLimit
		}
		if r.Logger == nil {
			r.Logger = slog.Default()
		}
	})
}

// Run works until ctx ends, and then waits for the jobs that run. It returns nil.
// Each worker takes one job at a time, so that a long one holds up no other.
func (r *Runner) Run(ctx context.Context) error {
	r.init()
	var wg sync.WaitGroup
	for range r.Workers {
		wg.Go(func() { r.work(ctx) })
	}
	wg.Wait()
	return nil
}

func (r *Runner) work(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := r.step(ctx, 1)
		if err != nil && ctx.Err() == nil {
			r.Logger.ErrorContext(ctx, "jobs", "error", err)
		}
		if n > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
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

// Step runs up to Workers jobs that are due and returns how many ran. Tests call it
// until it returns 0.
func (r *Runner) Step(ctx context.Context) (int, error) {
	r.init()
	return r.step(ctx, r.Workers)
}

func (r *Runner) step(ctx context.Context, limit int) (int, error) {
	batch, err := r.lease(ctx, limit)
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

// lease takes due jobs, oldest first. The conditional update decides between
// runners that chose the same row.
func (r *Runner) lease(ctx context.Context, limit int) (batch []Job, err error) {
	if len(r.kinds) == 0 {
		return nil, nil
	}
	err = r.DB.Update(ctx, func(tx Execer) error {
		batch = nil
		now := r.Clock().UnixMicro()
		args := []any{now, limit + 3*r.Workers}
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
			if len(batch) == limit {
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
	jobCtx, cancel := context.WithTimeout(ctx, r.Limit)
	letGo := r.hold(jobCtx, cancel, job)
	err := r.handle(jobCtx, job)
	letGo()
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

// hold renews the job's lease until letGo, and cancels the job when another
// worker has taken it.
func (r *Runner) hold(ctx context.Context, cancel func(), job Job) (letGo func()) {
	var wg sync.WaitGroup
	wg.Go(func() {
		t := time.NewTicker(max(r.Lease/3, time.Millisecond))
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
			}
			lost := false
			err := r.DB.Update(ctx, func(tx Execer) error {
				res, err := tx.ExecContext(ctx, "UPDATE job SET lease_until = $2 WHERE id = $1 AND lease_owner = $3",
					job.ID, r.Clock().Add(r.Lease).UnixMicro(), r.owner)
				if err != nil {
					return err
				}
				n, err := res.RowsAffected()
				lost = n == 0
				return err
			})
			if err == nil && lost {
				cancel()
			}
		}
	})
	return func() {
		cancel()
		wg.Wait()
	}
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
