package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

const (
	// deliverRounds is how often a benchmark measures its limits and itself in turn.
	deliverRounds = 10
	// deliverPeers is how many servers are delivered to at once.
	deliverPeers = 16
)

// BenchmarkDeliver is the queues of 16 peers, signed and over HTTP on loopback, in
// processor time of the whole process, the peers' servers included: the median of rounds
// in which all were measured in turn. "%of-sign" is which part of the rate of bare
// signatures is reached, "queue-%" what the queue adds to the same requests posted
// without one, in per cent of what their signatures cost.
func BenchmarkDeliver(b *testing.B) {
	w := newBench(storetest.Open(b, "sqlite"))
	sign, err := w.keys.Signer(context.Background(), keyring.Instance, "https://us.example/actor")
	if err != nil {
		b.Fatal(err)
	}
	var inboxes []string
	for range deliverPeers {
		srv := httptest.NewServer(takes)
		b.Cleanup(srv.Close)
		inboxes = append(inboxes, srv.URL+"/inbox")
	}
	client := &federation.Client{HTTP: peer.NewTransport(peer.GuardOptions{AllowLoopback: true})}
	n := max(1, b.N/deliverRounds/deliverPeers)
	var shares, queues, costs []float64
	b.ResetTimer()
	for round := range deliverRounds {
		b.StopTimer()
		bodies := activities(round*n, n)
		for _, inbox := range inboxes {
			w.queue(b, inbox, bodies...)
		}
		runtime.GC()
		b.StartTimer()
		signed := cost(b, func() error {
			return each(inboxes, bodies, func(inbox, body string) error { return signOnly(sign, inbox, body) })
		})
		posted := cost(b, func() error {
			return each(inboxes, bodies, func(inbox, body string) error {
				_, err := client.Post(context.Background(), inbox, []byte(body), sign)
				return err
			})
		})
		queued := cost(b, func() error {
			done, err := w.deliver()
			if err == nil && done != int64(n*deliverPeers) {
				err = fmt.Errorf("%d of %d were delivered", done, n*deliverPeers)
			}
			return err
		})
		shares = append(shares, 100*float64(signed)/float64(queued))
		queues = append(queues, 100*float64(queued-posted)/float64(signed))
		costs = append(costs, float64(queued.Microseconds())/float64(n*deliverPeers))
	}
	b.StopTimer()
	b.ReportMetric(median(costs), "cpu-µs/delivery")
	b.ReportMetric(median(shares), "%of-sign")
	b.ReportMetric(median(queues), "queue-%")
}

// signOnly does what no delivery can do without.
func signOnly(sign federation.Signer, inbox, body string) error {
	req, err := http.NewRequest(http.MethodPost, inbox, nil)
	if err != nil {
		return err
	}
	return sign.Sign(req, []byte(body), httpsig.Cavage, time.Now())
}

// each does something with every body for every inbox, in order for each, all inboxes
// at once.
func each(inboxes, bodies []string, do func(inbox, body string) error) error {
	errs := make([]error, len(inboxes))
	var wg sync.WaitGroup
	for i, inbox := range inboxes {
		wg.Go(func() {
			for _, body := range bodies {
				errs[i] = errors.Join(errs[i], do(inbox, body))
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// deliver empties the queues, as many at once as there are peers.
func (b bench) deliver() (int64, error) {
	d := b.deliverer(nil)
	var done atomic.Int64
	errs := make([]error, deliverPeers)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			n, err := d.Step(context.Background())
			done.Add(int64(n))
			errs[i] = err
		})
	}
	wg.Wait()
	return done.Load(), errors.Join(errs...)
}

// takes is a server that takes everything.
var takes = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // read to keep the connection
	rw.WriteHeader(http.StatusAccepted)
})

// activities are n bodies of the size of an ordinary activity.
func activities(from, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(`{"n":%d,"content":"%s"}`, from+i, strings.Repeat("x", 2500))
	}
	return out
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// cost is the processor time that do takes.
func cost(b *testing.B, do func() error) time.Duration {
	b.Helper()
	begun := processor()
	if err := do(); err != nil {
		b.Fatal(err)
	}
	return processor() - begun
}

func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

const (
	benchHosts   = 300
	benchHanging = 30
	perHost      = 10
)

// BenchmarkHanging is what 30 of 300 servers that take requests and never answer cost
// the others: "%of-rate" is which part of the rate of a run in which all are well the
// others have, "×delay" how many times their median delay. Wall time, one pair of runs
// an operation.
func BenchmarkHanging(b *testing.B) {
	var rates, delays []float64
	for b.Loop() {
		well, wellDelay := crowd(b, 0)
		some, someDelay := crowd(b, benchHanging)
		rates = append(rates, 100*some/well)
		delays = append(delays, float64(someDelay)/float64(wellDelay))
	}
	b.ReportMetric(median(rates), "%of-rate")
	b.ReportMetric(median(delays), "×delay")
}

// crowd delivers to many servers of which some hang, and returns how many deliveries
// the others got a second, and after how long the median one came.
func crowd(b *testing.B, hanging int) (rate float64, delay time.Duration) {
	b.Helper()
	w := newBench(storetest.Open(b, "sqlite"))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var mu sync.Mutex
	var came []time.Duration
	var begun time.Time
	var left atomic.Int64
	left.Store(int64(benchHosts-hanging) * perHost)
	all := make(chan struct{})
	healthy := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		takes.ServeHTTP(rw, r)
		mu.Lock()
		came = append(came, time.Since(begun))
		mu.Unlock()
		if left.Add(-1) == 0 {
			close(all)
		}
	})
	hangs := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // so that the end of the connection is seen
		<-r.Context().Done()
	})
	for i := range benchHosts {
		h := http.Handler(healthy)
		if i < hanging {
			h = hangs
		}
		srv := httptest.NewServer(h)
		defer srv.Close()
		w.queue(b, srv.URL+"/inbox", activities(0, perHost)...)
	}
	runtime.GC()
	begun = time.Now()
	done := make(chan error, 1)
	go func() { done <- w.deliverer(nil).Run(ctx) }()
	<-all
	took := time.Since(begun)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		b.Errorf("Run = %v", err)
	}
	mu.Lock()
	defer mu.Unlock()
	slices.Sort(came)
	return float64(len(came)) / took.Seconds(), came[len(came)/2]
}
