package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
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
// A slot that is free takes the next job, so that a long one holds up no other.
func (r *Runner) Run(ctx context.Context) error {
	_, err := r.loop(ctx, false)
	return err
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
	return r.loop(ctx, true)
}

// task is a job that this runner leased.
type task struct {
	job    Job
	cancel func()
	err    error
}

// loop leases, starts and ends jobs. What happens at the same time is written
// together: each turn is one transaction that records the ends and takes new jobs.
func (r *Runner) loop(ctx context.Context, once bool) (ran int, err error) {
	r.init()
	ended := make(chan *task, r.Workers)
	running := map[string]*task{}
	renew := time.NewTicker(max(r.Lease/3, time.Millisecond))
	defer renew.Stop()
	var over []*task
	look := true // for jobs
	for {
		want := 0
		if look && ctx.Err() == nil {
			want = r.Workers - len(running)
		}
		if want > 0 || len(over) > 0 {
			batch, err := r.turn(ctx, over, want)
			if err != nil && once {
				abandon(running, ended)
				return ran, err
			}
			if err != nil && ctx.Err() == nil {
				r.Logger.ErrorContext(ctx, "jobs", "error", err)
			}
			if err == nil || ctx.Err() != nil {
				over = nil
			}
			for _, j := range batch {
				running[j.ID] = r.start(ctx, j, ended)
			}
			ran += len(batch)
			look = err == nil && want > 0 && len(batch) == want
		}
		if len(running) == 0 && len(over) == 0 && (once || ctx.Err() != nil) {
			return ran, nil
		}
		over = append(over, r.await(ctx, running, ended, renew.C, &look)...)
		look = (look || len(over) > 0) && !once
	}
}

// await blocks until there is something to do, and returns the jobs that ended.
func (r *Runner) await(ctx context.Context, running map[string]*task, ended chan *task, renew <-chan time.Time, look *bool) (over []*task) {
	stop, idle := ctx.Done(), (<-chan time.Time)(nil)
	if ctx.Err() != nil {
		stop = nil // only the ends are left to wait for
	} else {
		idle = time.After(r.Poll)
	}
	select {
	case t := <-ended:
		for over = append(over, t); ; over = append(over, <-ended) {
			delete(running, over[len(over)-1].job.ID)
			if len(ended) == 0 {
				return over
			}
		}
	case <-stop:
	case <-r.wake:
		*look = true
	case <-idle:
		*look = true
	case <-renew:
		r.renew(ctx, running)
	}
	return nil
}

// abandon lets go of what runs: its leases end by themselves.
func abandon(running map[string]*task, ended <-chan *task) {
	for _, t := range running {
		t.cancel()
	}
	for range running {
		<-ended
	}
}

// start runs one job beside the others and tells ended.
func (r *Runner) start(ctx context.Context, job Job, ended chan<- *task) *task {
	jobCtx, cancel := context.WithTimeout(ctx, r.Limit)
	t := &task{job: job, cancel: cancel}
	go func() {
		defer cancel()
		t.err = r.handle(jobCtx, job)
		if t.err != nil {
			r.Logger.WarnContext(ctx, "job failed", "kind", job.Kind, "key", job.Key, "attempt", job.Attempts+1,
				"discarded", errors.Is(t.err, ErrDiscard), "error", t.err)
		}
		ended <- t
	}()
	return t
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
