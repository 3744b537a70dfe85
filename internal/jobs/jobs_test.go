package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// testClock is a clock that the test moves.
type testClock struct{ us atomic.Int64 }

func newClock() *testClock {
	c := &testClock{}
	c.us.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMicro())
	return c
}
func (c *testClock) now() time.Time          { return time.UnixMicro(c.us.Load()).UTC() }
func (c *testClock) advance(d time.Duration) { c.us.Add(d.Microseconds()) }

func insert(t *testing.T, s *store.Store, js ...jobs.Job) {
	t.Helper()
	if err := s.Write(context.Background(), func(tx *store.Tx) error {
		for _, j := range js {
			if err := jobs.Insert(context.Background(), tx.Jobs(), j); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// drain steps until nothing is due.
func drain(t *testing.T, r *jobs.Runner) (ran int) {
	t.Helper()
	for {
		n, err := r.Step(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return ran
		}
		ran += n
	}
}

func TestJobRunsOnceInItsTransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var got []string
		r := &jobs.Runner{DB: s.Jobs(), Workers: 1, Handlers: map[string]jobs.Handler{
			"hello": func(_ context.Context, j jobs.Job) error { got = append(got, string(j.Payload)); return nil },
		}}
		rollback := errors.New("rollback")
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			return errors.Join(jobs.Insert(t.Context(), tx.Jobs(), jobs.Job{Kind: "hello", Payload: []byte(`"lost"`)}), rollback)
		}); !errors.Is(err, rollback) {
			t.Fatal(err)
		}
		insert(t, s, jobs.Job{Kind: "hello", Payload: []byte(`"one"`)}, jobs.Job{Kind: "hello", Payload: []byte(`"two"`)},
			jobs.Job{Kind: "of another program"})
		if n := drain(t, r); n != 2 || fmt.Sprint(got) != `["one" "two"]` {
			t.Errorf("%d jobs ran, %v, want one and two in order", n, got)
		}
	})
}

func TestJobKeyIsUniqueWhileItWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		clock := newClock()
		var got []string
		r := &jobs.Runner{DB: s.Jobs(), Clock: clock.now, Workers: 1}
		r.Handlers = map[string]jobs.Handler{"sync": func(_ context.Context, j jobs.Job) error {
			got = append(got, string(j.Payload))
			if len(got) == 1 { // a new cause while the first one runs
				insert(t, s, jobs.Job{Kind: "sync", Key: "peer", Payload: []byte("3")})
				return errors.New("and the first one fails")
			}
			return nil
		}}
		insert(t, s,
			jobs.Job{Kind: "sync", Key: "peer", Payload: []byte("1"), Due: clock.now().Add(time.Hour)},
			jobs.Job{Kind: "sync", Key: "peer", Payload: []byte("2"), Due: clock.now()},
			jobs.Job{Kind: "sync", Key: "peer", Payload: []byte("2"), Due: clock.now().Add(time.Minute)})
		drain(t, r)
		clock.advance(2 * time.Hour)
		drain(t, r)
		if fmt.Sprint(got) != "[2 3]" {
			t.Errorf("payloads run = %v, want [2 3]", got)
		}
	})
}

func TestJobFailsWithBackoffAndDiscard(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		clock := newClock()
		runs := map[string]int{}
		fail := func(name string, err error) jobs.Handler {
			return func(_ context.Context, j jobs.Job) error {
				if j.Attempts != runs[name] {
					t.Errorf("%s: attempt %d, want %d", name, j.Attempts, runs[name])
				}
				runs[name]++
				return err
			}
		}
		r := &jobs.Runner{DB: s.Jobs(), Clock: clock.now, Workers: 1, Handlers: map[string]jobs.Handler{
			"bad":   fail("bad", fmt.Errorf("never: %w", jobs.ErrDiscard)),
			"later": fail("later", errors.New("not now \x00 \xff")),
			"panic": func(context.Context, jobs.Job) error { runs["panic"]++; panic("boom") },
		}}
		insert(t, s, jobs.Job{Kind: "bad"}, jobs.Job{Kind: "later", Key: "k"}, jobs.Job{Kind: "panic"})
		drain(t, r)
		if got := fmt.Sprint(runs); got != "map[bad:1 later:1 panic:1]" {
			t.Errorf("first pass: %s", got)
		}
		clock.advance(jobs.Backoff(0) + 2*time.Second)
		drain(t, r)
		if got := fmt.Sprint(runs); got != "map[bad:1 later:2 panic:2]" {
			t.Errorf("second pass: %s", got)
		}
	})
}

func TestExpiredLeaseIsTakenByAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		clock := newClock()
		started, release := make(chan bool), make(chan bool)
		slow := &jobs.Runner{DB: s.Jobs(), Clock: clock.now, Lease: time.Minute, Handlers: map[string]jobs.Handler{
			"work": func(context.Context, jobs.Job) error { started <- true; <-release; return nil },
		}}
		runs := 0
		quick := &jobs.Runner{DB: s.Jobs(), Clock: clock.now, Lease: time.Minute, Handlers: map[string]jobs.Handler{
			"work": func(context.Context, jobs.Job) error { runs++; return errors.New("again") },
		}}
		insert(t, s, jobs.Job{Kind: "work"})
		done := make(chan error)
		go func() { _, err := slow.Step(context.Background()); done <- err }()
		<-started
		if n := drain(t, quick); n != 0 {
			t.Errorf("a leased job ran elsewhere %d times", n)
		}
		clock.advance(2 * time.Minute)
		if n := drain(t, quick); n != 1 || runs != 1 {
			t.Errorf("after the lease %d jobs ran, want 1", n)
		}
		release <- true // the first one ends too late: its end must not count
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		clock.advance(time.Hour)
		if n := drain(t, quick); n != 1 {
			t.Errorf("the job that failed was lost: %d ran, want 1", n)
		}
	})
}

func TestTwoRunnersShareTheWork(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const n = 120
		var mu sync.Mutex
		runs := map[string]int{}
		handlers := map[string]jobs.Handler{"work": func(_ context.Context, j jobs.Job) error {
			mu.Lock()
			defer mu.Unlock()
			runs[string(j.Payload)]++
			return nil
		}}
		for i := range n {
			insert(t, s, jobs.Job{Kind: "work", Payload: fmt.Appendf(nil, "%d", i)})
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				r := &jobs.Runner{DB: s.Jobs(), Workers: 4, Handlers: handlers}
				for {
					if ran, err := r.Step(context.Background()); err != nil || ran == 0 {
						if err != nil {
							t.Error(err)
						}
						return
					}
				}
			})
		}
		wg.Wait()
		drain(t, &jobs.Runner{DB: s.Jobs(), Handlers: handlers})
		for payload, times := range runs {
			if times != 1 {
				t.Errorf("job %s ran %d times", payload, times)
			}
		}
		if len(runs) != n {
			t.Errorf("%d jobs ran, want %d", len(runs), n)
		}
	})
}

func TestRunStopsWithItsContextAndWakes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ran := make(chan bool)
		r := &jobs.Runner{DB: s.Jobs(), Poll: time.Hour, Handlers: map[string]jobs.Handler{
			"work": func(context.Context, jobs.Job) error { ran <- true; return nil },
		}}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error)
		go func() { ended <- r.Run(ctx) }()
		insert(t, s, jobs.Job{Kind: "work"})
		r.Notify()
		<-ran
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
	})
}

// TestKilledWorker is the worker that TestKill kills; alone it does nothing.
// TestLongJobKeepsItsLease: what runs longer than its lease is renewed and not
// given to another worker.
func TestLongJobKeepsItsLease(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		started, release := make(chan bool), make(chan bool)
		slow := &jobs.Runner{DB: s.Jobs(), Lease: 300 * time.Millisecond, Handlers: map[string]jobs.Handler{
			"work": func(ctx context.Context, _ jobs.Job) error { started <- true; <-release; return ctx.Err() },
		}}
		quick := &jobs.Runner{DB: s.Jobs(), Handlers: map[string]jobs.Handler{
			"work": func(context.Context, jobs.Job) error { return nil },
		}}
		insert(t, s, jobs.Job{Kind: "work"})
		done := make(chan error)
		go func() { _, err := slow.Step(context.Background()); done <- err }()
		<-started
		for start := time.Now(); time.Since(start) < time.Second; {
			if n := drain(t, quick); n != 0 {
				t.Fatal("a job that runs was given to another worker")
			}
		}
		release <- true
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if n := drain(t, quick); n != 0 {
			t.Errorf("the job ran %d times more", n)
		}
	})
}

func TestKilledWorker(t *testing.T) {
	url := os.Getenv("BOCAGE_TEST_KILLED_WORKER")
	if url == "" {
		return
	}
	s, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := &jobs.Runner{DB: s.Jobs(), Workers: 3, Handlers: map[string]jobs.Handler{
		"work": func(_ context.Context, j jobs.Job) error {
			if string(j.Payload) == "5" {
				return syscall.Kill(os.Getpid(), syscall.SIGKILL)
			}
			return nil
		},
	}}
	t.Fatal(r.Run(context.Background()))
}

func TestKill(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			url := storetest.URL(t, engine)
			s := storetest.OpenURL(t, url, store.Options{})
			for i := range 10 {
				insert(t, s, jobs.Job{Kind: "work", Payload: fmt.Appendf(nil, "%d", i)})
			}
			cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWorker$")
			cmd.Env = append(os.Environ(), "BOCAGE_TEST_KILLED_WORKER="+url)
			if err := cmd.Run(); cmd.ProcessState.Success() {
				t.Fatalf("the worker was not killed: %v", err)
			}
			var mu sync.Mutex
			got := map[string]bool{}
			r := &jobs.Runner{DB: s.Jobs(), Handlers: map[string]jobs.Handler{
				"work": func(_ context.Context, j jobs.Job) error {
					mu.Lock()
					defer mu.Unlock()
					got[string(j.Payload)] = true
					return nil
				},
			}, Clock: func() time.Time { return time.Now().Add(time.Hour) }} // all leases are over
			drain(t, r)
			for i := 5; i < 10; i++ { // 3 to 5 were leased together
				if !got[fmt.Sprint(i)] {
					t.Errorf("job %d was lost by the kill; after it ran %v", i, got)
				}
			}
		})
	}
}
