package inbox_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/inbox"
	"codeberg.org/bocage/bocage/internal/store"
)

// burst is n signed activities of one server, ready to be posted.
func burst(t testing.TB, r *rig, them *remote, actor string, n int) []*http.Request {
	t.Helper()
	out := make([]*http.Request, n)
	for i := range out {
		act := object{"@context": as, "id": fmt.Sprintf("%s/activities/burst-%d", actor, i), "type": "Create", "actor": actor, "to": []string{allOfUs},
			"object": event(fmt.Sprintf("%s/events/%d", them.URL, i), actor, fmt.Sprintf("Rencontre %d", i), day)}
		out[i] = r.request(them, actor+"#main-key", encode(t, act), httpsig.Cavage)
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
	reqs := burst(t, r, them, org, n)
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

// BenchmarkInbox compares what one activity costs: "limit" is the digest, one
// RSA verification and reading the JSON; "accept" is the whole handler up to
// the committed row, by 32 senders at once; "apply" is the worker up to the
// committed entry. Both say how many times the limit of the same run they cost, in
// processor time.
func BenchmarkInbox(b *testing.B) {
	var limit time.Duration // of CPU
	b.Run("limit", func(b *testing.B) {
		r, them := newRig(b), newRemote(b)
		org := them.actor("org", "Organization")
		req := burst(b, r, them, org, 1)[0]
		sig, err := httpsig.Parse(req)
		if err != nil {
			b.Fatal(err)
		}
		raw := make([]byte, req.ContentLength)
		if _, err := req.Body.Read(raw); err != nil {
			b.Fatal(err)
		}
		begun := cpu()
		for b.Loop() {
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
		limit = (cpu() - begun) / time.Duration(b.N)
	})
	b.Run("accept", func(b *testing.B) { benchAccept(b, false, limit) })
	b.Run("apply", func(b *testing.B) { benchAccept(b, true, limit) })
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

func benchAccept(b *testing.B, apply bool, limit time.Duration) {
	r, them := newRig(b), newRemote(b)
	org := them.actor("org", "Organization")
	r.follows(org)
	reqs := burst(b, r, them, org, b.N)
	begun := cpu()
	if !apply {
		b.ResetTimer()
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(reqs); i = int(next.Add(1)) - 1 {
				w := httptest.NewRecorder()
				if err := r.inbox.Handler(w, reqs[i]); err != nil || w.Code != http.StatusAccepted {
					b.Errorf("activity %d: %v %d %s", i, err, w.Code, w.Body)
				}
			}
		})
	}
	wg.Wait()
	if apply {
		r.runner.Workers = inbox.Workers
		b.ResetTimer()
		begun = cpu()
		for {
			n, err := r.runner.Step(context.Background())
			if err != nil {
				b.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
	}
	b.StopTimer()
	if limit > 0 {
		spent := float64(cpu()-begun) / float64(b.N)
		b.ReportMetric(spent/1000, "cpu-µs/op")
		b.ReportMetric(spent/float64(limit), "×limit")
	}
	if apply {
		if n, err := r.st.CountEntries(context.Background(), store.EntryFilter{OwnerURI: org}); err != nil || n != b.N {
			b.Errorf("%d of %d are in the directory, %v", n, b.N, err)
		}
	}
}
