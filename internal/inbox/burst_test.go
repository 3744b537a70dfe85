package inbox_test

import (
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

// TestBurst: of many activities at once, each that is answered with 202 is
// kept and applied once, and each that is not may come again.
func TestBurst(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	org := them.actor("org", "Organization")
	r.follows(org)
	const n = 400
	reqs := burst(t, r, them, org, 0, n)
	var wg sync.WaitGroup
	var taken, again atomic.Int64
	for part := range 8 {
		wg.Go(func() {
			for i := part; i < n; i += 8 {
				w := httptest.NewRecorder()
				err := r.inbox.Handler(w, reqs[i])
				switch {
				case err == nil && w.Code == http.StatusAccepted:
					taken.Add(1)
				case err != nil || w.Code == http.StatusTooManyRequests:
					again.Add(1) // 5xx or 429: the sender keeps it
				default:
					t.Errorf("activity %d: %d %s", i, w.Code, w.Body)
				}
			}
		})
	}
	wg.Wait()
	r.apply()
	kept, err := r.st.CountEntries(t.Context(), store.EntryFilter{OwnerURI: org})
	if err != nil || int64(kept) != taken.Load() {
		t.Errorf("%d were accepted, %d are in the directory, %v", taken.Load(), kept, err)
	}
	if taken.Load()+again.Load() != n || taken.Load() < n/2 {
		t.Errorf("%d accepted and %d put off of %d", taken.Load(), again.Load(), n)
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
