package harvest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/harvest"
	"codeberg.org/bocage/bocage/internal/inbox"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/resource"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

var (
	quiet  = slog.New(slog.DiscardHandler)
	system = directory.Who{UserID: "system", Name: "system", Admin: true, System: true}
)

// node is one whole instance without its pages: store, ledger, outbox, inbox,
// harvest and the documents that others GET, behind a real server on loopback.
type node struct {
	t         *testing.T
	base      string
	st        *store.Store
	keys      *keyring.Keyring
	actors    *peer.Actors
	rules     *moderation.Moderation
	ledger    *ledger.Ledger
	deliverer *outbox.Deliverer
	harvester *harvest.Harvester
	runner    *jobs.Runner
	env       vocab.Env
	org       directory.Entry

	mu   sync.Mutex
	down bool
	// hits are the GET requests by path and query.
	hits []string
	skew time.Duration
	hook func(r *http.Request)
}

func newNode(t *testing.T, engine, name string) *node {
	t.Helper()
	n := &node{t: t}
	srv := httptest.NewUnstartedServer(nil)
	n.base = "http://" + srv.Listener.Addr().String()
	n.st = storetest.OpenClock(t, engine, n.now)
	n.env = vocab.Env{Base: n.base, InstanceName: name}
	n.keys = keyring.New(n.st, nil, nil)
	client := &federation.Client{HTTP: peer.NewTransport(peer.GuardOptions{AllowLoopback: true}), Clock: n.now, UserAgent: "test"}
	n.actors = peer.NewActors(peer.ActorsConfig{Store: n.st, Client: client, Clock: n.now,
		KeyChanged: func(ctx context.Context, tx *store.Tx, c peer.KeyChange) error { return n.rules.KeyChanged(ctx, tx, c) },
		Sign: func(ctx context.Context) (federation.Signer, error) {
			return n.keys.Signer(ctx, keyring.Instance, n.env.InstanceURI())
		}})
	n.rules = moderation.New(n.st, n.now)
	pub := outbox.New(outbox.Config{Store: n.st, Keyring: n.keys, Env: n.env, Moderation: n.rules, Clock: n.now, Logger: quiet})
	n.ledger = ledger.New(ledger.Config{Store: n.st, Keyring: n.keys, Env: n.env, Publisher: pub, Judge: n.rules, Clock: n.now, Logger: quiet})
	n.deliverer = outbox.NewDeliverer(outbox.DelivererConfig{Greet: pub.Greet, Store: n.st, Keyring: n.keys, Client: client, Clock: n.now, Logger: quiet})
	in := inbox.New(inbox.Config{Store: n.st, Actors: n.actors, Moderation: n.rules, Publisher: pub, Ledger: n.ledger, Env: n.env, Clock: n.now, Logger: quiet})
	n.harvester = harvest.New(harvest.Config{Store: n.st, Actors: n.actors, Client: client, Moderation: n.rules, Publisher: pub,
		Ledger: n.ledger, Env: n.env, Clock: n.now, Logger: quiet})
	handlers := n.harvester.Jobs()
	maps.Copy(handlers, in.Jobs())
	maps.Copy(handlers, pub.Jobs())
	n.runner = &jobs.Runner{DB: n.st.Jobs(), Handlers: handlers, Clock: n.now, Logger: quiet}
	srv.Config.Handler = n.routes(in)
	srv.Start()
	t.Cleanup(srv.Close)
	return n
}

func (n *node) now() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return time.Now().Add(n.skew)
}

// later moves the node's clock forward.
func (n *node) later(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.skew += d
}

func (n *node) setDown(down bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = down
}

func (n *node) requests() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	hits := n.hits
	n.hits = nil
	return hits
}

func (n *node) routes(in *inbox.Inbox) http.Handler {
	res := resource.New(resource.Config{Store: n.st, Env: n.env, Clock: n.now, Version: "test",
		Keys: func(ctx context.Context, owner string) (vocab.Keys, error) {
			p, err := n.keys.Pair(ctx, owner)
			return p.Public, err
		}})
	mux := http.NewServeMux()
	for pattern, h := range map[string]func(http.ResponseWriter, *http.Request) error{
		"POST /inbox": in.Handler, "POST /actor/inbox": in.Handler, "POST /entries/{id}/inbox": in.Handler,
		"GET /actor/followers_synchronization": in.FollowersAt, "GET /entries/{id}/followers_synchronization": in.FollowersAt,
		"GET /actor": res.Instance, "GET /actor/catalog": res.Catalog, "GET /actor/digest": res.Digest, "GET /actor/outbox": res.Outbox,
		"GET /entries/{id}": res.Document, "GET /events/{id}": res.Document, "GET /texts/{id}": res.Document, "GET /concepts/{id}": res.Document,
		"GET /entries/{id}/catalog": res.Catalog, "GET /entries/{id}/digest": res.Digest, "GET /entries/{id}/outbox": res.Outbox,
		"GET /.well-known/nodeinfo": res.NodeInfoIndex, "GET /.well-known/webfinger": res.WebFinger,
		"GET /mirror": res.MirrorList, "GET /mirror/{host}/catalog": res.MirrorCatalog, "GET /mirror/document": res.MirrorDocument,
		"GET /notes/{id}": res.Note, "GET /activities/{id}": res.Activity,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { n.serve(w, r, h) })
	}
	return mux
}

func (n *node) serve(w http.ResponseWriter, r *http.Request, h func(http.ResponseWriter, *http.Request) error) {
	n.mu.Lock()
	down, hook := n.down, n.hook
	if r.Method == http.MethodGet {
		n.hits = append(n.hits, r.URL.RequestURI())
	}
	n.mu.Unlock()
	if hook != nil {
		hook(r)
	}
	if down {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	err := h(w, r)
	status := http.StatusInternalServerError
	for sentinel, code := range map[error]int{
		directory.ErrNotFound: 404, directory.ErrGone: 410, directory.ErrInvalid: 400, directory.ErrForbidden: 403, directory.ErrUnavailable: 503,
	} {
		if errors.Is(err, sentinel) {
			status = code
		}
	}
	if err != nil {
		http.Error(w, err.Error(), status)
	}
}

// settle runs everybody's deliveries and jobs until nothing is left to do.
func settle(t *testing.T, nodes ...*node) {
	t.Helper()
	ctx := context.Background()
	for range 1000 {
		done := 0
		for _, n := range nodes {
			d, err := n.deliverer.Step(ctx)
			if err != nil {
				t.Fatalf("deliver from %s: %v", n.base, err)
			}
			j, err := n.runner.Step(ctx)
			if err != nil {
				t.Fatalf("jobs of %s: %v", n.base, err)
			}
			done += d + j
		}
		if done == 0 {
			return
		}
	}
	t.Fatal("never settles")
}

// publish fills the node with an organisation and count commons.
func (n *node) publish(count int) {
	n.t.Helper()
	ctx := context.Background()
	org, err := n.ledger.CreateOrganisation(ctx, system, directory.Entry{
		Kind: directory.KindOrganisation, Name: directory.LangText{"fr": "Association"}, Status: directory.StatusPublished,
	})
	if err != nil {
		n.t.Fatal(err)
	}
	n.org = org
	var es []directory.Entry
	for i := range count {
		es = append(es, directory.Entry{
			Kind: directory.KindCommons, Owner: org.ID, Name: directory.LangText{"fr": fmt.Sprintf("Commun %d", i)},
			Status: directory.StatusPublished, SourceKey: fmt.Sprint(i), Place: &directory.Place{Point: &directory.Point{Lat: 48, Lon: float64(i) / 1000}},
		})
	}
	res, err := n.ledger.Upsert(ctx, system, es, ledger.UpsertOptions{})
	if err != nil {
		n.t.Fatal(err)
	}
	for _, r := range res {
		if r.Err != nil {
			n.t.Fatal(r.Err)
		}
	}
}

func (n *node) create(e directory.Entry) directory.Entry {
	n.t.Helper()
	e.Owner, e.Status = n.org.ID, directory.StatusPublished
	got, err := n.ledger.Create(context.Background(), system, e)
	if err != nil {
		n.t.Fatal(err)
	}
	return got
}

// mirror is what n shows of origin: URI → French name.
func (n *node) mirror(origin string) map[string]string {
	n.t.Helper()
	out := map[string]string{}
	f := store.EntryFilter{Limit: store.MaxLimit}
	for {
		es, err := n.st.Entries(context.Background(), f)
		if err != nil {
			n.t.Fatal(err)
		}
		if len(es) == 0 {
			return out
		}
		for _, e := range es {
			f.AfterNum = e.Num
			if e.Origin == origin || e.Origin == "" && origin == n.base {
				out[e.URI], _ = e.Name.In("fr")
			}
		}
	}
}

func (n *node) follow(target string) {
	n.t.Helper()
	if _, err := n.harvester.Follow(context.Background(), system, target); err != nil {
		n.t.Fatal(err)
	}
}
