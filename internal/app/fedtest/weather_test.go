package fedtest

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

// trio is three instances that follow one another, each with entries of its own.
type trio struct {
	t   *testing.T
	w   *World
	all []*Instance
	n   int
}

func newTrio(t *testing.T, skew map[string]time.Duration) *trio {
	t.Helper()
	r := &trio{t: t, w: NewWorld(t)}
	for _, name := range []string{"a", "b", "c"} {
		i, err := r.w.instance(name, "sqlite", skew[name])
		r.check(err)
		r.all = append(r.all, i)
	}
	for k, i := range r.all {
		r.bulk(i, 7)
		for _, other := range r.all {
			if other != r.all[k] {
				_, err := i.App.Harvest.Follow(t.Context(), System, other.URL())
				r.check(err)
			}
		}
	}
	r.converge()
	return r
}

func (r *trio) check(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// bulk publishes n gardens that no other instance has.
func (r *trio) bulk(i *Instance, n int) {
	r.t.Helper()
	org, err := i.Organisation(r.t.Context())
	r.check(err)
	for _, e := range Gardens(org.ID, n) {
		e.SourceKey = fmt.Sprintf("%s-%d", e.SourceKey, r.n)
		r.n++
		_, err := i.App.Ledger.Create(r.t.Context(), System, e)
		r.check(err)
	}
}

// live is a day of work on every instance: new entries, edits, a deletion.
func (r *trio) live() {
	r.t.Helper()
	for _, i := range r.all {
		if i.App == nil {
			continue
		}
		mine, err := i.Published(r.t.Context())
		r.check(err)
		done := 0
		for uri := range mine {
			e, err := i.App.Store.EntryByURI(r.t.Context(), uri)
			r.check(err)
			if e.Kind != directory.KindCommons {
				continue
			}
			switch done++; {
			case done == 1:
				r.check(i.App.Ledger.Delete(r.t.Context(), System, e.ID, "closed"))
			case done <= 5:
				_, err = i.App.Ledger.Edit(r.t.Context(), System, e.ID, func(e *directory.Entry) error {
					e.Summary = directory.LangText{"fr": "Repris à " + time.Now().Format(time.RFC3339Nano)}
					return nil
				})
				r.check(err)
			}
		}
		r.bulk(i, 3)
	}
}

// converge waits until each holds what the others publish, and then compares
// the digest that each serves with that of what the others hold.
func (r *trio) converge() {
	r.t.Helper()
	for _, i := range r.all {
		for _, other := range r.all {
			if i != other {
				r.check(i.Same(r.t.Context(), other))
			}
		}
	}
	for _, i := range r.all {
		served := r.digest(i)
		for _, other := range r.all {
			if i == other {
				continue
			}
			held, err := other.Held(r.t.Context(), i.URL())
			r.check(err)
			var d federation.Digest
			for uri, hash := range held {
				d.Add(uri, hash)
			}
			if diff := cmp.Diff(served, d.Buckets()); diff != "" {
				r.t.Errorf("the digest of %s and of what %s holds of it differ:\n%s", i.name, other.name, diff)
			}
		}
	}
}

// digest is what an instance says about what it publishes.
func (r *trio) digest(i *Instance) map[string]string {
	r.t.Helper()
	status, body, err := i.Fetch(r.t.Context(), "/actor/digest", federation.ContentType)
	r.check(err)
	var d struct{ Buckets map[string]string }
	if err := json.Unmarshal(body, &d); err != nil || status != http.StatusOK || len(d.Buckets) == 0 {
		r.t.Fatalf("digest of %s: %d %v %.100s", i.name, status, err, body)
	}
	return d.Buckets
}

// felt waits until the weather has hit somebody.
func (r *trio) felt() {
	r.t.Helper()
	r.check(Wait(r.t.Context(), func() (bool, error) { return r.w.net.weather.count() > 0, nil }))
}

// TestMoods: while two of three instances answer nonsense to everything, all of
// them go on working; when it is over they agree again, and nothing was lost. One
// trio goes through a whole row of moods.
func TestMoods(t *testing.T) {
	t.Parallel()
	type named struct {
		name string
		mood mood
	}
	var drunk atomic.Int64
	const page = "<!doctype html><title>Maintenance</title>"
	for name, row := range map[string][]named{
		"busy": {
			{"500", answering(http.StatusInternalServerError, "text/plain", "broken")},
			{"429", answering(http.StatusTooManyRequests, "text/plain", "later", "Retry-After", "1")},
			{"one byte a second", trickle()},
		},
		"gone": {
			{"410 to deliveries", posts(answering(http.StatusGone, "text/plain", "gone"))},
			{"404 to deliveries", posts(answering(http.StatusNotFound, "text/plain", "no such inbox"))},
			{"200 MB", flood(200<<20, func(n int64) { drunk.Store(max(drunk.Load(), n)) })},
		},
		"another site": {
			{"a page", answering(http.StatusOK, "text/html; charset=utf-8", page)},
			{"a page as a document", answering(http.StatusOK, federation.ContentType, page)},
			{"an empty document", answering(http.StatusOK, federation.ContentType, "{}")},
		},
		"elsewhere": {
			{"a way to loopback", answering(http.StatusFound, "text/plain", "", "Location", "https://127.0.0.1/actor")},
			{"a way to the inside", answering(http.StatusFound, "text/plain", "", "Location", "https://169.254.169.254/latest/meta-data")},
			{"a way in circles", answering(http.StatusFound, "text/plain", "", "Location", "https://a.test/actor")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newTrio(t, nil)
			for _, m := range row {
				if !t.Run(m.name, func(t *testing.T) { r.during(t, m.mood) }) {
					return // the next mood would only fail by what this one left
				}
			}
		})
	}
	t.Cleanup(func() {
		if n := drunk.Load(); n > 4<<20 {
			t.Errorf("%d bytes of an endless answer were read", n)
		}
	})
}

// during lets a and b be in a mood while everybody works.
func (r *trio) during(t *testing.T, m mood) {
	r.t = t
	before := r.w.net.weather.count()
	for _, host := range []string{"a.test", "b.test"} {
		r.w.net.weather.set(host, m)
	}
	r.live()
	r.check(Wait(t.Context(), func() (bool, error) { return r.w.net.weather.count() > before, nil }))
	for _, host := range []string{"a.test", "b.test"} {
		r.w.net.weather.set(host, nil)
	}
	r.converge()
}

// TestLoss: a tenth of all exchanges fail, from the first to the last.
func TestLoss(t *testing.T) {
	t.Parallel()
	r := newTrio(t, nil)
	r.w.net.weather.lose(0.1)
	for range 3 {
		r.live()
	}
	r.converge()
	if r.w.net.weather.count() == 0 {
		t.Error("nothing was lost")
	}
}

// TestPartition: the publisher is cut off from one peer, then from both, works
// on, restarts meanwhile, and the peers too.
func TestPartition(t *testing.T) {
	t.Parallel()
	r := newTrio(t, nil)
	weather := &r.w.net.weather
	weather.part("a.test", "b.test", true)
	r.live()
	r.felt()
	weather.part("a.test", "c.test", true)
	r.live()
	for _, i := range r.all {
		r.check(i.Down())
		r.check(i.Up())
	}
	r.live()
	weather.part("a.test", "b.test", false)
	weather.part("a.test", "c.test", false)
	r.converge()
}

// TestSkew: clocks that differ by less than what signatures allow are no matter.
func TestSkew(t *testing.T) {
	t.Parallel()
	r := newTrio(t, map[string]time.Duration{"b": 40 * time.Minute, "c": -15 * time.Minute})
	r.live()
	r.converge()
}

// TestMain plays more stories at once than there are processors: they spend
// their time waiting for one another's back-offs.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	os.Exit(m.Run())
}
