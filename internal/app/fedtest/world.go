// Package fedtest plays whole instances against one another: each is what
// `bocage serve` builds, on its own database and its own loopback address, and
// they speak signed ActivityPub over TLS, by names that only this process knows
// and certificates of an authority that it makes and throws away. Scripts in
// testdata/script tell the stories.
//
// It belongs to tests alone. Instances killed with kill -9 are processes, and
// so are tested in cmd/bocage.
package fedtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sort"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/config"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// patience is how long Wait waits: several rounds of the first back-offs, on a
// machine that does twenty other things, under the race detector.
const patience = 4 * time.Minute

// System is who acts in stories.
var System = directory.Who{Name: "story", System: true}

// World is the instances of one story.
type World struct {
	t         testing.TB
	log       io.Writer
	net       *network
	instances map[string]*Instance
	people    map[string]*Person
	visitor   *http.Client // who reads pages and documents
}

// Instance is one instance, up or down.
type Instance struct {
	App *app.App // nil when down

	world  *World
	name   string
	skew   time.Duration // of its clock
	cfg    config.Config
	cancel context.CancelFunc
	done   chan error
}

// NewWorld returns an empty world that ends with the test.
func NewWorld(t testing.TB) *World {
	n, err := newNetwork()
	if err != nil {
		t.Fatal(err)
	}
	w := &World{t: t, net: n, instances: map[string]*Instance{}, people: map[string]*Person{}, visitor: n.client(""), log: io.Discard}
	if os.Getenv("BOCAGE_TEST_LOG") != "" {
		w.log = os.Stderr
	}
	t.Cleanup(func() {
		for _, i := range w.instances {
			if err := i.Down(); err != nil {
				t.Errorf("end of %s: %v", i.name, err)
			}
		}
	})
	return w
}

// Instance adds an instance on a fresh database and starts it at https://NAME.test.
func (w *World) Instance(name, engine string) (*Instance, error) { return w.instance(name, engine, 0) }

func (w *World) instance(name, engine string, skew time.Duration) (*Instance, error) {
	cfg := config.Default()
	cfg.URL, cfg.URLDefault = "https://"+host(name), false
	cfg.Name, cfg.Database, cfg.DataDir = name, storetest.Migrated(w.t, engine), w.t.TempDir()
	cfg.ShutdownTimeout, cfg.Debounce = 2*time.Second, 0
	i := &Instance{world: w, name: name, cfg: cfg, skew: skew}
	w.instances[name] = i
	return i, i.Up()
}

// Get returns the instance of a name, which must be there.
func (w *World) Get(name string) (*Instance, error) {
	i := w.instances[name]
	if i == nil {
		return nil, fmt.Errorf("no instance %q in this story", name)
	}
	return i, nil
}

// Up starts an instance that is down, on its database.
func (i *Instance) Up() error {
	if i.App != nil {
		return fmt.Errorf("%s is up", i.name)
	}
	ctx, cancel := context.WithCancel(context.Background())
	log := slog.New(slog.NewTextHandler(i.world.log, nil)).With("instance", i.name)
	a, err := app.New(ctx, i.cfg, app.Options{Claim: true, Logger: log, Clock: func() time.Time { return time.Now().Add(i.skew) }, Client: i.world.net.client(host(i.name)),
		ViewPoll: 50 * time.Millisecond, DeliverPoll: 50 * time.Millisecond, HarvestInterval: 2 * time.Second,
		Basemap: &basemap.Basemap{}}) // no story looks at a map
	if err != nil {
		cancel()
		return err
	}
	l, err := i.world.net.listen(host(i.name))
	if err != nil {
		cancel()
		return errors.Join(err, a.Close())
	}
	i.App, i.cancel, i.done = a, cancel, make(chan error, 1)
	go func() { i.done <- a.Serve(ctx, l) }()
	return nil
}

// Down ends an instance; peers find its address closed. It may be down already.
func (i *Instance) Down() error {
	if i.App == nil {
		return nil
	}
	i.world.net.close(host(i.name))
	i.cancel()
	err := <-i.done
	if cerr := i.App.Close(); err == nil {
		err = cerr
	}
	i.App = nil
	return err
}

// URL is the instance's identity.
func (i *Instance) URL() string { return i.cfg.URL }

// Organisation is the instance's only organisation, made when there is none.
func (i *Instance) Organisation(ctx context.Context) (directory.Entry, error) {
	e, err := i.App.Store.EntryByHandle(ctx, "coop")
	if err == nil {
		return e, nil
	}
	return i.App.Ledger.CreateOrganisation(ctx, System, directory.Entry{
		Handle: "coop", Name: directory.LangText{"fr": "Coop de " + i.name}, Status: directory.StatusPublished})
}

// Published is what an instance publishes itself: the hash of each entry by its URI.
func (i *Instance) Published(ctx context.Context) (map[string]string, error) {
	return hashes(ctx, i.App.Store, directory.OriginLocal)
}

// Held is what an instance holds from another: the hash of each entry by its URI.
func (i *Instance) Held(ctx context.Context, origin string) (map[string]string, error) {
	return hashes(ctx, i.App.Store, origin)
}

func hashes(ctx context.Context, st *store.Store, origin string) (map[string]string, error) {
	out := map[string]string{}
	f := store.EntryFilter{Selection: directory.Selection{Origin: origin}, Limit: store.MaxLimit}
	for {
		es, err := st.Entries(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, e := range es {
			out[e.URI] = e.Hash
		}
		if len(es) < f.Limit {
			return out, nil
		}
		f = f.After(es[len(es)-1])
	}
}

// Same waits until an instance holds exactly what the other publishes.
func (i *Instance) Same(ctx context.Context, other *Instance) error {
	var last string
	err := Wait(ctx, func() (bool, error) {
		want, err := other.Published(ctx)
		if err != nil {
			return false, err
		}
		got, err := i.Held(ctx, other.URL())
		if err != nil {
			return false, err
		}
		last = difference(want, got)
		return last == "", nil
	})
	if err != nil {
		return fmt.Errorf("%s does not hold what %s publishes: %s: %w", i.name, other.name, last, err)
	}
	return nil
}

// difference says how two sets differ, "" when they do not.
func difference(want, got map[string]string) string {
	var missing, stale, extra []string
	for uri, hash := range want {
		switch h, ok := got[uri]; {
		case !ok:
			missing = append(missing, uri)
		case h != hash:
			stale = append(stale, uri)
		}
	}
	for uri := range got {
		if _, ok := want[uri]; !ok {
			extra = append(extra, uri)
		}
	}
	if len(missing)+len(stale)+len(extra) == 0 {
		return ""
	}
	for _, s := range [][]string{missing, stale, extra} {
		sort.Strings(s)
	}
	return fmt.Sprintf("of %d there are %d missing %.1v, %d stale %.1v, %d too many %.1v",
		len(want), len(missing), missing, len(stale), stale, len(extra), extra)
}

// Wait asks until the answer is yes, an error, or patience is at its end. It asks
// less and less often, so as not to take the time of those it waits for.
func Wait(ctx context.Context, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	pause := 20 * time.Millisecond
	for {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
			pause = min(pause*3/2, 500*time.Millisecond)
		}
	}
}

// Fetch GETs a path of the instance and returns status and body.
func (i *Instance) Fetch(ctx context.Context, path, accept string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, i.URL()+path, nil)
	if err != nil {
		return 0, nil, err
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	resp, err := i.world.visitor.Transport.RoundTrip(req) // follows no redirect
	if err != nil {
		return 0, nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if cerr := resp.Body.Close(); err == nil {
		err = cerr
	}
	return resp.StatusCode, body, err
}

// Matched is how many entries the read API of the instance counts for a query string.
func (i *Instance) Matched(ctx context.Context, query string) (int, error) {
	status, body, err := i.Fetch(ctx, "/api/v1/entries?"+query, "")
	if err != nil {
		return 0, err
	}
	if status != http.StatusOK {
		return 0, fmt.Errorf("GET /api/v1/entries?%s: status %d: %.200s", query, status, body)
	}
	var answer struct{ NumberMatched int }
	if err := json.Unmarshal(body, &answer); err != nil {
		return 0, err
	}
	return answer.NumberMatched, nil
}
