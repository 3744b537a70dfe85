package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// turn records how jobs ended and takes up to want that are due, in one transaction.
func (r *Runner) turn(ctx context.Context, over []*task, want int) (batch []Job, err error) {
	if len(over) > 0 { // the ends are recorded also when the runner is being stopped
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		ctx = end
	}
	err = r.DB.Update(ctx, func(tx Execer) error {
		batch = nil
		for _, t := range over {
			if err := r.end(ctx, tx, t); err != nil {
				return fmt.Errorf("end job %s: %w", t.job.Kind, err)
			}
		}
		if want == 0 {
			return nil
		}
		var err error
		if batch, err = r.lease(ctx, tx, want); err != nil {
			return fmt.Errorf("lease jobs: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return batch, nil
}

// lease takes due jobs, oldest first. The conditional update decides between
// runners that chose the same row.
func (r *Runner) lease(ctx context.Context, tx Execer, limit int) (batch []Job, err error) {
	if len(r.kinds) == 0 {
		return nil, nil
	}
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
		return nil, err
	}
	for _, j := range due {
		if len(batch) == limit {
			break
		}
		res, err := tx.ExecContext(ctx, `UPDATE job SET lease_until = $2, lease_owner = $3, attempts = attempts + 1
			WHERE id = $1 AND lease_until <= $4`, j.ID, now+r.Lease.Microseconds(), r.owner, now)
		if err != nil {
			return nil, err
		}
		if n, err := res.RowsAffected(); err != nil {
			return nil, err
		} else if n == 1 {
			batch = append(batch, j)
		}
	}
	return batch, nil
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

// end records how a job ended. What the lease lost to another worker is left alone.
func (r *Runner) end(ctx context.Context, tx Execer, t *task) error {
	if t.err == nil || errors.Is(t.err, ErrDiscard) {
		_, err := tx.ExecContext(ctx, "DELETE FROM job WHERE id = $1 AND lease_owner = $2", t.job.ID, r.owner)
		return err
	}
	return r.retry(ctx, tx, t.job, t.err)
}

// renew renews the leases of what runs, and cancels the jobs that another worker has taken.
func (r *Runner) renew(ctx context.Context, running map[string]*task) {
	var lost []*task
	err := r.DB.Update(ctx, func(tx Execer) error {
		lost = nil
		for _, t := range running {
			res, err := tx.ExecContext(ctx, "UPDATE job SET lease_until = $2 WHERE id = $1 AND lease_owner = $3",
				t.job.ID, r.Clock().Add(r.Lease).UnixMicro(), r.owner)
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil {
				return err
			} else if n == 0 {
				lost = append(lost, t)
			}
		}
		return nil
	})
	if err != nil {
		return // the next time, or the lease ends
	}
	for _, t := range lost {
		t.cancel()
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

// Backoff is the wait after a number of earlier failures: 2 s doubled each time, at
// most an hour, plus up to a quarter at random.
func Backoff(attempts int) time.Duration {
	d := maxBackoff
	if attempts < 12 {
		d = min(maxBackoff, firstBackoff<<max(0, attempts))
	}
	return d + rand.N(d/4+1)
}
