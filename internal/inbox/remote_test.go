package inbox_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/inbox"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

const (
	base    = "https://us.example"
	as      = "https://www.w3.org/ns/activitystreams"
	allOfUs = as + "#Public"
)

var system = directory.Who{UserID: "system", Name: "system", Admin: true, System: true}

type object = map[string]any

var makeKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// remote is another server: documents by path, one key for all its actors.
type remote struct {
	*httptest.Server
	t    testing.TB
	key  *rsa.PrivateKey
	mu   sync.Mutex
	docs map[string]any
	// status, when not 0, is what every GET is answered with.
	status int
	hits   int
}

func newRemote(t testing.TB) *remote {
	t.Helper()
	key, err := makeKey()
	if err != nil {
		t.Fatal(err)
	}
	r := &remote{t: t, key: key, docs: make(map[string]any)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		doc, ok := r.docs[req.URL.RequestURI()]
		status := r.status
		r.hits++
		r.mu.Unlock()
		switch {
		case status != 0:
			w.WriteHeader(status)
			return
		case !ok:
			http.NotFound(w, req)
			return
		}
		w.Header().Set("Content-Type", federation.ContentType)
		_ = json.NewEncoder(w).Encode(doc) // the reader is the code under test
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *remote) set(path string, doc any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.docs[path] = doc
}

func (r *remote) requests() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.hits
	r.hits = 0
	return n
}

// actor adds an actor and returns its id.
func (r *remote) actor(name, typ string) string {
	r.t.Helper()
	id := r.URL + "/" + name
	pem, err := httpsig.EncodeKey(&r.key.PublicKey)
	if err != nil {
		r.t.Fatal(err)
	}
	r.set("/"+name, object{
		"@context": as, "id": id, "type": typ, "preferredUsername": name, "name": name, "inbox": id + "/inbox", "outbox": id + "/outbox",
		"publicKey": object{"id": id + "#main-key", "owner": id, "publicKeyPem": pem},
	})
	return id
}

func event(id, by, name string, updated time.Time) object {
	return object{
		"id": id, "type": "Event", "attributedTo": by, "name": name, "startTime": "2031-06-06T18:00:00+02:00", "to": []string{allOfUs},
		"published": updated.Format(time.RFC3339), "updated": updated.Format(time.RFC3339),
	}
}

// rig is our instance, as far as an inbox needs one.
type rig struct {
	t      testing.TB
	st     *store.Store
	env    vocab.Env
	actors *peer.Actors
	rules  *moderation.Moderation
	ledger *ledger.Ledger
	config inbox.Config
	inbox  *inbox.Inbox
	runner *jobs.Runner
	skew   time.Duration
	still  time.Time // when set, no time passes
	n      int
}

func newRig(t testing.TB) *rig {
	t.Helper()
	return newRigOn(t, "sqlite")
}

func newRigOn(t testing.TB, engine string) *rig {
	t.Helper()
	return newRigGuarded(t, engine, peer.GuardOptions{AllowLoopback: true})
}

func newRigGuarded(t testing.TB, engine string, guard peer.GuardOptions) *rig {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	r := &rig{t: t, env: vocab.Env{Base: base, InstanceName: "Us"}}
	r.st = storetest.OpenClock(t, engine, r.now)
	keys := keyring.New(r.st, nil, nil)
	client := &federation.Client{HTTP: peer.NewTransport(guard), Clock: r.now}
	r.actors = peer.NewActors(peer.ActorsConfig{Store: r.st, Client: client, Clock: r.now,
		KeyChanged: func(ctx context.Context, tx *store.Tx, c peer.KeyChange) error { return r.rules.KeyChanged(ctx, tx, c) },
		Ask:        func(origin string) time.Duration { return r.rules.Ask(origin) },
		Sign: func(ctx context.Context) (federation.Signer, error) {
			return keys.Signer(ctx, keyring.Instance, r.env.InstanceURI())
		}})
	r.rules = moderation.New(r.st, r.now)
	pub := outbox.New(outbox.Config{Store: r.st, Keyring: keys, Env: r.env, Clock: r.now, Logger: quiet})
	r.ledger = ledger.New(ledger.Config{Store: r.st, Keyring: keys, Env: r.env, Publisher: pub, Judge: r.rules, Clock: r.now, Logger: quiet})
	talk := discussion.New(discussion.Config{Store: r.st, Publisher: pub, Moderation: r.rules, Env: r.env, Clock: r.now})
	r.config = inbox.Config{Store: r.st, Discussions: talk, Actors: r.actors, Moderation: r.rules, Publisher: pub, Ledger: r.ledger, Env: r.env, Clock: r.now, Logger: quiet}
	r.inbox = inbox.New(r.config)
	r.runner = &jobs.Runner{DB: r.st.Jobs(), Handlers: r.inbox.Jobs(), Clock: r.now, Logger: quiet}
	return r
}

func (r *rig) now() time.Time {
	if !r.still.IsZero() {
		return r.still.Add(r.skew)
	}
	return time.Now().Add(r.skew)
}

// request signs an activity as its actor.
func (r *rig) request(from *remote, keyID string, body []byte, form httpsig.Form) *http.Request {
	r.t.Helper()
	req, err := http.NewRequest(http.MethodPost, base+"/inbox", bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", federation.ContentType)
	if err := (&httpsig.Signer{KeyID: keyID, Key: from.key}).Sign(req, body, form, r.now()); err != nil {
		r.t.Fatal(err)
	}
	return served(req, body)
}

// served is req as a server sees it: path only, host beside it.
func served(req *http.Request, body []byte) *http.Request {
	in := httptest.NewRequest(req.Method, req.URL.RequestURI(), bytes.NewReader(body))
	in.Header, in.Host = req.Header, req.URL.Host
	return in
}

func (r *rig) post(req *http.Request) (int, string, error) {
	w := httptest.NewRecorder()
	err := r.inbox.Handler(w, req)
	if err != nil {
		return 0, w.Header().Get("Retry-After"), err
	}
	return w.Code, w.Body.String(), nil
}

// activity builds an activity with a fresh id.
func (r *rig) activity(typ, actor string, obj any) object {
	r.n++
	return object{"@context": as, "id": actor + "/activities/" + string(rune('a'+r.n)), "type": typ, "actor": actor, "object": obj, "to": []string{allOfUs}}
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// deliver posts a well signed activity, expects 202, applies it and returns
// why it had no effect, "" when it had.
func (r *rig) deliver(from *remote, act object) string {
	r.t.Helper()
	status, text, err := r.post(r.request(from, act["actor"].(string)+"#main-key", encode(r.t, act), httpsig.Cavage))
	if err != nil || status != http.StatusAccepted {
		r.t.Fatalf("%s: %d %s %v", act["type"], status, text, err)
	}
	r.apply()
	rec, err := r.st.Received(context.Background(), act["id"].(string))
	if err != nil {
		r.t.Fatal(err)
	}
	if rec.Done.IsZero() {
		r.t.Fatalf("%s is not done: %v", act["type"], act["id"])
	}
	return rec.Error
}

// apply runs the jobs, moving the clock over every back-off.
func (r *rig) apply() {
	r.t.Helper()
	for idle := 0; idle < 3; {
		n, err := r.runner.Step(context.Background())
		if err != nil {
			r.t.Fatal(err)
		}
		if n == 0 {
			idle++
			r.skew += 10 * time.Second
		}
	}
}

// follows notes that our instance follows the actor, accepted.
func (r *rig) follows(actor string) {
	r.t.Helper()
	ctx := context.Background()
	ra, err := r.actors.Actor(ctx, actor)
	if err != nil {
		r.t.Fatal(err)
	}
	origin, err := peer.Origin(actor)
	if err != nil {
		r.t.Fatal(err)
	}
	err = r.st.Write(ctx, func(tx *store.Tx) error {
		return tx.PutFollowing(ctx, store.Following{Actor: r.env.InstanceURI(), Object: actor, Origin: origin, Inbox: ra.Inbox, State: store.FollowAccepted, FollowID: base + "/activities/follow"})
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// name is what we show of uri, "" when nothing.
func (r *rig) name(uri string) string {
	r.t.Helper()
	e, err := r.st.EntryByURI(context.Background(), uri)
	if err != nil {
		return ""
	}
	s, _ := e.Name.In()
	return s
}
