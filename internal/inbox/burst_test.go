package inbox_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/store"
)

// burst is signed activities of one server, the numbers from to to, ready to be posted.
func burst(t testing.TB, r *rig, them *remote, actor string, from, to int) []*http.Request {
	t.Helper()
	out := make([]*http.Request, 0, to-from)
	for i := from; i < to; i++ {
		act := object{"@context": as, "id": fmt.Sprintf("%s/activities/burst-%d", actor, i), "type": "Create", "actor": actor, "to": []string{allOfUs},
			"object": event(fmt.Sprintf("%s/events/%d", them.URL, i), actor, fmt.Sprintf("Rencontre %d", i), day)}
		out = append(out, r.request(them, actor+"#main-key", encode(t, act), httpsig.Cavage))
	}
	return out
}

// TestBurst: of thousands of activities at once none is lost and none is applied
// twice. Some are put off by the limit of their origin, some fail with ours, before
// they are kept or after, so that the answer is lost; their senders come again.
func TestBurst(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	org := them.actor("org", "Organization")
	r.follows(org)
	const n, senders = 3000, 8
	if err := r.rules.SetLimits(t.Context(), system, store.OriginLimit{Origin: them.URL, Rate: n / 2}); err != nil {
		t.Fatal(err)
	}
	r.inbox.Unsteady(errors.New("disk full"))
	reqs := burst(t, r, them, org, 0, n)
	bodies := make([][]byte, n)
	for i, req := range reqs {
		var err error
		if bodies[i], err = io.ReadAll(req.Body); err != nil {
			t.Fatal(err)
		}
	}
	var off, failed atomic.Int64
	taken := make([]bool, n)
	for round := 0; slices.Contains(taken, false); round++ {
		if round == 20 {
			t.Fatal("not all are taken after twenty minutes")
		}
		var wg sync.WaitGroup
		for part := range senders {
			wg.Go(func() {
				for i := part; i < n; i += senders {
					if taken[i] {
						continue
					}
					reqs[i].Body = io.NopCloser(bytes.NewReader(bodies[i]))
					w := httptest.NewRecorder()
					switch err := r.inbox.Handler(w, reqs[i]); {
					case err != nil:
						failed.Add(1) // 503
					case w.Code == http.StatusTooManyRequests:
						off.Add(1)
					case w.Code == http.StatusAccepted:
						taken[i] = true
					default:
						t.Errorf("activity %d: %d %s", i, w.Code, w.Body)
					}
				}
			})
		}
		wg.Wait()
		r.skew += time.Minute
	}
	r.apply()
	if off.Load() == 0 || failed.Load() == 0 {
		t.Errorf("%d were put off and %d failed: nothing is shown", off.Load(), failed.Load())
	}
	appliedOnce(t, r, org, n)
}

// appliedOnce: the n activities of a burst are done, and the directory has the n
// entries that they made, each in its first version.
func appliedOnce(t *testing.T, r *rig, org string, n int) {
	t.Helper()
	es, err := r.st.Entries(t.Context(), store.EntryFilter{OwnerURI: org, Limit: n + 1})
	if err != nil || len(es) != n {
		t.Errorf("%d of %d are in the directory, %v", len(es), n, err)
	}
	for _, e := range es {
		if e.Revision != 1 {
			t.Errorf("%s was applied %d times", e.URI, e.Revision)
		}
	}
	for i := range n {
		rec, err := r.st.Received(t.Context(), fmt.Sprintf("%s/activities/burst-%d", org, i))
		if err != nil || rec.Done.IsZero() || rec.Error != "" {
			t.Fatalf("activity %d: done %v, %q, %v", i, rec.Done, rec.Error, err)
		}
	}
}

// rounds is how often a benchmark measures the limit and itself in turn.
const rounds = 10

// senders is how many requests are under way at once.
const senders = 128

// BenchmarkInbox compares what one activity costs with the limit: the digest, one RSA
// verification and reading the JSON. "verified" is the handler up to the database,
// "applied" all of it: verified, kept, applied, indexed and committed, when many
// send at once. Each says which part of the limit's rate it reaches, in processor
// time of the whole process, the median of rounds in which both were measured in turn.
func BenchmarkInbox(b *testing.B) {
	b.Run("verified", func(b *testing.B) {
		benchInbox(b, func(r *rig, reqs []*http.Request) error {
			var errs []error
			for _, req := range reqs {
				errs = append(errs, r.inbox.Verified(req))
			}
			return errors.Join(errs...)
		})
	})
	b.Run("applied", func(b *testing.B) {
		benchInbox(b, func(r *rig, reqs []*http.Request) error {
			var wg sync.WaitGroup
			var next, failed atomic.Int64
			for range senders {
				wg.Go(func() {
					for i := int(next.Add(1)) - 1; i < len(reqs); i = int(next.Add(1)) - 1 {
						w := httptest.NewRecorder()
						if err := r.inbox.Handler(w, reqs[i]); err != nil || w.Code != http.StatusAccepted {
							failed.Add(1)
						}
					}
				})
			}
			wg.Wait()
			if n := failed.Load(); n > 0 {
				return fmt.Errorf("%d were not accepted", n)
			}
			return nil
		})
	})
}

// benchInbox measures run over b.N activities, and in turn the limit.
func benchInbox(b *testing.B, run func(*rig, []*http.Request) error) {
	r, them := newRig(b), newRemote(b)
	org := them.actor("org", "Organization")
	r.follows(org)
	n := max(1, b.N/rounds)
	limit := limitOf(b, r, them, org)
	var costs, shares []float64
	b.ResetTimer()
	for round := range rounds {
		b.StopTimer()
		part := burst(b, r, them, org, round*n, (round+1)*n) // no more than these are in memory: a server holds no thousands
		runtime.GC()
		b.StartTimer()
		begun := cpu()
		for range part {
			limit()
		}
		mid := cpu()
		if err := run(r, part); err != nil {
			b.Fatal(err)
		}
		spent := cpu() - mid
		costs = append(costs, float64(spent.Microseconds())/float64(n))
		shares = append(shares, 100*float64(mid-begun)/float64(max(spent, 1)))
	}
	b.StopTimer()
	slices.Sort(costs)
	slices.Sort(shares)
	b.ReportMetric(costs[len(costs)/2], "cpu-µs/activity")
	b.ReportMetric(shares[len(shares)/2], "%of-limit")
	r.apply()
	if kept, err := r.st.CountEntries(context.Background(), store.EntryFilter{OwnerURI: org}); err != nil || kept != 0 && kept != n*rounds {
		b.Errorf("%d of %d are in the directory, %v", kept, n*rounds, err)
	}
}

// limitOf does what no inbox can do without.
func limitOf(b *testing.B, r *rig, them *remote, org string) func() {
	b.Helper()
	req := burst(b, r, them, org, 0, 1)[0]
	sig, err := httpsig.Parse(req)
	if err != nil {
		b.Fatal(err)
	}
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		b.Fatal(err)
	}
	return func() {
		digest := sha256.Sum256(raw)
		if base64.StdEncoding.EncodeToString(digest[:]) == "" {
			b.Fatal("no digest")
		}
		if err := sig.Verify(req, raw, &them.key.PublicKey, r.now()); err != nil {
			b.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(raw, &doc); err != nil {
			b.Fatal(err)
		}
	}
}

// cpu is what this process has used of the processors, which other programs on the
// machine disturb less than the time of day.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
