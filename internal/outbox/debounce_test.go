package outbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// slow is a world whose edits rest for a minute, with a clock that the test moves.
type slow struct {
	world
	t      *testing.T
	runner *jobs.Runner
	mu     sync.Mutex
	time   time.Time
}

func newSlow(t *testing.T, engine string) *slow {
	t.Helper()
	s := &slow{t: t, time: clock}
	st := storetest.OpenClock(t, engine, s.now)
	s.env = vocab.Env{Base: base, InstanceName: "Us"}
	s.st = st
	s.pub = outbox.New(outbox.Config{Store: st, Keyring: keyring.New(st, nil, nil), Env: s.env, Clock: s.now, Logger: quiet, Debounce: time.Minute})
	s.runner = &jobs.Runner{DB: st.Jobs(), Handlers: s.pub.Jobs(), Clock: s.now, Logger: quiet}
	s.write(t, func(ctx context.Context, tx *store.Tx) error {
		org := s.org()
		if err := tx.PutEntry(ctx, &org, store.PutOptions{Public: true}); err != nil {
			return err
		}
		return tx.PutFollower(ctx, store.Follower{Actor: "https://dir.example/actor", Object: s.env.InstanceURI(), State: store.FollowAccepted,
			Inbox: "https://dir.example/actor/inbox", SharedInbox: "https://dir.example/inbox", Bocage: true})
	})
	return s
}

func (s *slow) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.time
}

// later moves the clock and does what is due.
func (s *slow) later(d time.Duration) {
	s.t.Helper()
	s.mu.Lock()
	s.time = s.time.Add(d)
	s.mu.Unlock()
	for {
		n, err := s.runner.Step(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// put writes after and publishes what that changes.
func (s *slow) put(before, after *directory.Entry, bulk bool) {
	s.t.Helper()
	s.write(s.t, func(ctx context.Context, tx *store.Tx) error {
		e := after
		if e == nil {
			gone := *before
			gone.Status, gone.DeletedAt = directory.StatusDeleted, s.now()
			e = &gone
		}
		if err := tx.PutEntry(ctx, e, store.PutOptions{Public: true}); err != nil {
			return err
		}
		return s.pub.Publish(ctx, tx, outbox.Change{Before: before, After: after, Bulk: bulk})
	})
}

// edited is e with another name, one second newer.
func edited(e directory.Entry, name string) directory.Entry {
	e.Name, e.Updated = directory.LangText{"fr": name}, e.Updated.Add(time.Second)
	return e
}

// queue lists "type name" of what waits for the directory, and empties it when told.
func (s *slow) queue(empty bool) []string {
	s.t.Helper()
	ds, err := s.st.Deliveries(s.t.Context(), "https://dir.example", 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	out := []string{}
	var ids []int64
	for _, d := range ds {
		var a struct {
			Type   string
			Object struct{ Name string }
		}
		if err := json.Unmarshal(d.Body, &a); err != nil {
			s.t.Fatal(err)
		}
		out, ids = append(out, strings.TrimSpace(a.Type+" "+a.Object.Name)), append(ids, d.ID)
	}
	if empty {
		s.write(s.t, func(ctx context.Context, tx *store.Tx) error { return tx.AckDeliveries(ctx, ids...) })
	}
	return out
}

func (s *slow) expect(what string, empty bool, want ...string) {
	s.t.Helper()
	if d := cmp.Diff(append([]string{}, want...), s.queue(empty)); d != "" {
		s.t.Errorf("%s: %s", what, d)
	}
}

// TestDebounce: several edits within a minute are one Update with the last state.
func TestDebounce(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			s := newSlow(t, engine)
			v0 := s.garden()
			s.put(nil, &v0, false)
			s.expect("what is new is told at once", true, "Create Jardin")
			v1, v2 := edited(v0, "Un"), edited(v0, "Deux")
			v2.Updated = v1.Updated.Add(time.Second)
			s.put(&v0, &v1, false)
			s.later(40 * time.Second)
			s.put(&v1, &v2, false)
			s.expect("resting", false)
			s.later(19 * time.Second)
			s.expect("still resting", false)
			s.later(2 * time.Second)
			s.expect("a minute after the first", true, "Update Deux")
			s.later(10 * time.Minute)
			s.expect("nothing more", false)

			// There and back again within the minute: nobody need hear of it.
			v3, v4 := edited(v2, "Ailleurs"), edited(v2, "Deux")
			s.put(&v2, &v3, false)
			s.put(&v3, &v4, false)
			s.later(2 * time.Minute)
			s.expect("unchanged against what was sent", false)

			// A deletion cancels what rests and what waits.
			v5 := edited(v4, "Cinq")
			s.put(&v4, &v5, false)
			s.put(&v5, nil, false)
			s.expect("deleted", false, "Delete")
			s.later(2 * time.Minute)
			s.expect("and nothing rises", true, "Delete")
			if n, err := s.st.CountPending(t.Context()); n != 0 || err != nil {
				t.Errorf("%d changes rest, %v", n, err)
			}
		})
	}
}

// TestCreateNotSent: edits of what a peer has not been sent yet go into what it is
// sent, and edits while it is away are one Update.
func TestCreateNotSent(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			s := newSlow(t, engine)
			v := s.garden()
			s.put(nil, &v, false)
			for i := range 3 {
				next := edited(v, fmt.Sprint("Version ", i))
				s.put(&v, &next, false)
				s.later(2 * time.Minute)
				v = next
			}
			s.expect("in the Create", true, "Create Version 2")
			for i := range 3 {
				next := edited(v, fmt.Sprint("Plus ", i))
				s.put(&v, &next, false)
				s.later(2 * time.Minute)
				v = next
			}
			s.expect("one Update", false, "Update Plus 2")
			// An import says so at once, unless the entry rests.
			next := edited(v, "Importé")
			s.put(&v, &next, true)
			s.expect("import", true, "Update Importé")
			a, b := edited(next, "À la main"), edited(next, "Puis importé")
			s.put(&next, &a, false)
			s.put(&a, &b, true)
			s.expect("rests with the edit", false)
			s.later(2 * time.Minute)
			s.expect("both", true, "Update Puis importé")
		})
	}
}

// TestHiddenAtOnce: a place that is hidden is hidden everywhere at once, whatever
// rests.
func TestHiddenAtOnce(t *testing.T) {
	s := newSlow(t, "sqlite")
	v := s.garden()
	v.Place = &directory.Place{Locality: "Rennes", Street: "1 rue Haute", Point: &directory.Point{Lat: 48, Lon: -1.6}}
	s.put(nil, &v, false)
	s.queue(true)
	named, hidden := edited(v, "Jardin caché"), edited(v, "Jardin caché")
	hidden.Place = &directory.Place{Locality: "Rennes", Precision: directory.PrecisionHidden}
	hidden.Updated = named.Updated.Add(time.Second)
	s.put(&v, &named, false)
	s.put(&named, &hidden, false)
	s.expect("hidden", true, "Update Jardin caché")
	s.later(2 * time.Minute)
	s.expect("told already", false)
}

// recorder answers every POST with a status and keeps what it was sent.
type recorder struct {
	mu     sync.Mutex
	status int
	types  []string
	sync   []string
	signed []bool
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	sig, err := httpsig.Parse(req)
	if err != nil {
		return nil, err
	}
	var a struct {
		Type   string
		Object struct{ ID, Type string }
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.types = append(r.types, a.Type+" "+a.Object.Type+" "+strings.TrimPrefix(a.Object.ID, base))
	r.sync = append(r.sync, req.Header.Get(httpsig.SyncHeader))
	r.signed = append(r.signed, sig.Covers(httpsig.SyncHeader))
	return &http.Response{StatusCode: r.status, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
}

func (r *recorder) deliverer(s *slow) *outbox.Deliverer {
	return outbox.NewDeliverer(outbox.DelivererConfig{Store: s.st, Keyring: keyring.New(s.st, nil, nil), Logger: quiet, Clock: s.now,
		Client: &federation.Client{HTTP: &http.Client{Transport: r}, Clock: s.now}, Greet: s.pub.Greet})
}

// TestOutageCostsARow: two hundred changes for a peer that is away are one mark,
// and one greeting when it is back, which makes it read the catalogue.
func TestOutageCostsARow(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			s := newSlow(t, engine)
			away := &recorder{status: http.StatusServiceUnavailable}
			d := away.deliverer(s)
			for i := range 200 {
				e := entry(directory.KindCommons, fmt.Sprint("e", i), fmt.Sprint("Commun ", i))
				s.put(nil, &e, false)
				if i%50 == 0 {
					s.later(time.Hour)
					if _, err := d.Step(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
			}
			p, err := s.st.Peer(t.Context(), "https://dir.example")
			if err != nil || p.Queued != 0 && p.Resync.IsZero() || p.Queued > 1 {
				t.Fatalf("away: %d wait, resync %v, %v", p.Queued, p.Resync, err)
			}
			if n := len(away.types); n > 4 {
				t.Errorf("%d tries in four hours: %v", n, away.types)
			}
			back := &recorder{status: http.StatusAccepted}
			s.later(6 * time.Hour)
			if _, err := back.deliverer(s).Step(t.Context()); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff([]string{"Update OrderedCollection /actor/catalog"}, back.types); d != "" {
				t.Errorf("back: %s", d)
			}
			if p, err = s.st.Peer(t.Context(), "https://dir.example"); err != nil || p.Queued != 0 || !p.Resync.IsZero() || p.State != store.PeerUp {
				t.Errorf("back: %+v, %v", p, err)
			}
		})
	}
}

// TestGreeting: after our downtime every peer that knows us gets something signed,
// with the header that says which followers we believe to have there.
func TestGreeting(t *testing.T) {
	s := newSlow(t, "sqlite")
	s.write(t, func(ctx context.Context, tx *store.Tx) error {
		for _, f := range []store.Follower{
			{Actor: "https://m2.example/u/b", Object: base + "/entries/org", Inbox: "https://m2.example/u/b/inbox", SharedInbox: "https://m2.example/inbox"},
			{Actor: "https://m2.example/u/c", Object: base + "/entries/org", Inbox: "https://m2.example/u/c/inbox", SharedInbox: "https://m2.example/inbox"},
		} {
			f.State = store.FollowAccepted
			if err := tx.PutFollower(ctx, f); err != nil {
				return err
			}
		}
		for _, origin := range []string{"https://dir.example", "https://m2.example", "https://stranger.example"} {
			if err := tx.EnsurePeer(ctx, origin); err != nil {
				return err
			}
		}
		return tx.GreetPeers(ctx)
	})
	r := &recorder{status: http.StatusAccepted}
	for range 2 {
		if _, err := r.deliverer(s).Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff([]string{"Update OrderedCollection /actor/catalog", "Update Organization /entries/org"}, r.types); d != "" {
		t.Error(d)
	}
	want := []federation.FollowerSync{
		{Collection: base + "/actor/followers", URL: base + "/actor/followers_synchronization", Digest: federation.ActorsDigest([]string{"https://dir.example/actor"})},
		{Collection: base + "/entries/org/followers", URL: base + "/entries/org/followers_synchronization",
			Digest: federation.ActorsDigest([]string{"https://m2.example/u/c", "https://m2.example/u/b"})},
	}
	var got []federation.FollowerSync
	for _, h := range r.sync {
		f, err := federation.ParseFollowerSync(h)
		if err != nil {
			t.Error(err)
		}
		got = append(got, f)
	}
	if d := cmp.Diff(want, got); d != "" || slices.Contains(r.signed, false) {
		t.Errorf("headers (signed %v): %s", r.signed, d)
	}
}
