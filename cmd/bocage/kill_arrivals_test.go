package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/app/fedtest"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

const (
	// arrivalSenders send at once, each arrivalsEach activities in order.
	arrivalSenders, arrivalsEach = 8, 48
	public                       = "https://www.w3.org/ns/activitystreams#Public"
)

type object = map[string]any

// crowd is a server with as many actors as are asked for, all with one key: it sends
// to a server that dies, and hears what that answers.
type crowd struct {
	*httptest.Server
	t   *testing.T
	key *rsa.PrivateKey
	pem string

	mu sync.Mutex
	// answered are the ids of activities that were answered with 202, in order.
	answered []string
	// accepts are the ids of the Accepts that came, by the Follow that they answer.
	accepts map[string]map[string]bool
}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := httpsig.EncodeKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	c := &crowd{t: t, key: key, pem: pem, accepts: map[string]map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /u/{name}", c.actor)
	mux.HandleFunc("POST /inbox", c.inbox)
	c.Server = httptest.NewServer(mux)
	t.Cleanup(c.Close)
	return c
}

func (c *crowd) actor(w http.ResponseWriter, r *http.Request) {
	id := c.URL + r.URL.Path
	typ := "Person"
	if r.PathValue("name") == "org" {
		typ = "Organization"
	}
	w.Header().Set("Content-Type", federation.ContentType)
	_ = json.NewEncoder(w).Encode(object{ // the reader is the code under test, and may be killed
		"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": typ, "preferredUsername": r.PathValue("name"), "name": r.PathValue("name"),
		"inbox": c.URL + "/inbox", "publicKey": object{"id": id + "#main-key", "owner": id, "publicKeyPem": c.pem}})
}

func (c *crowd) inbox(w http.ResponseWriter, r *http.Request) {
	var act struct {
		ID, Type string
		Object   struct{ ID string }
	}
	if body, err := io.ReadAll(r.Body); err == nil && json.Unmarshal(body, &act) == nil && act.Type == "Accept" {
		c.mu.Lock()
		if c.accepts[act.Object.ID] == nil {
			c.accepts[act.Object.ID] = map[string]bool{}
		}
		c.accepts[act.Object.ID][act.ID] = true
		c.mu.Unlock()
	}
	w.WriteHeader(http.StatusAccepted)
}

// said is the activity number n of a sender: in turn an event of org, a newer version
// of it, a follow of ours and a like of like.
func (c *crowd) said(sender, n int, follow, like string) object {
	name := fmt.Sprintf("%d-%d", sender, n)
	actor, act := c.URL+"/u/"+name, object{}
	switch n % 4 {
	case 0, 1:
		actor = c.URL + "/u/org"
		at := time.Date(2026, 1, 1, n%4, 0, 0, 0, time.UTC).Format(time.RFC3339)
		act = object{"type": []string{"Create", "Update"}[n%4], "to": []string{public}, "object": object{"id": fmt.Sprintf("%s/events/%d-%d", c.URL, sender, n/4),
			"type": "Event", "attributedTo": actor, "name": fmt.Sprintf("Rencontre %d", n%4), "startTime": "2031-06-06T18:00:00+02:00",
			"to": []string{public}, "published": at, "updated": at}}
	case 2:
		act = object{"type": "Follow", "object": follow}
	case 3:
		act = object{"type": "Like", "object": like}
	}
	act["@context"], act["id"], act["actor"] = "https://www.w3.org/ns/activitystreams", c.URL+"/activities/"+name, actor
	return act
}

// send posts an activity once and returns the answer, 0 for none.
func (c *crowd) send(ctx context.Context, base string, act object) int {
	body, err := json.Marshal(act)
	if err != nil {
		c.t.Error(err)
		return 0
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/inbox", bytes.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return 0
	}
	req.Header.Set("Content-Type", federation.ContentType)
	if err := (&httpsig.Signer{KeyID: act["actor"].(string) + "#main-key", Key: c.key}).Sign(req, body, httpsig.Cavage, time.Now()); err != nil {
		c.t.Error(err)
		return 0
	}
	resp, err := c.Client().Do(req)
	if err != nil {
		return 0 // it is dead
	}
	text, _ := io.ReadAll(resp.Body) // it may die while it answers
	_ = resp.Body.Close()
	if resp.StatusCode == http.StatusAccepted {
		c.mu.Lock()
		c.answered = append(c.answered, act["id"].(string))
		c.mu.Unlock()
	} else if resp.StatusCode < 500 {
		c.t.Errorf("%s was answered %d %s", act["id"], resp.StatusCode, text)
	}
	return resp.StatusCode
}

// sendAll has all senders send all that they have, each activity again until it is
// answered with 202.
func (c *crowd) sendAll(ctx context.Context, base, follow, like string) *sync.WaitGroup {
	var wg sync.WaitGroup
	for sender := range arrivalSenders {
		wg.Go(func() {
			for n := range arrivalsEach {
				act := c.said(sender, n, follow, like)
				for c.send(ctx, base, act) != http.StatusAccepted && ctx.Err() == nil {
					pause(ctx, 20*time.Millisecond)
				}
			}
		})
	}
	return &wg
}

// taken is a copy of the ids that were answered with 202.
func (c *crowd) taken() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.answered...)
}

// TestKillArrivals kills an instance at random moments of a burst of activities of
// many senders. At each death all that was answered with 202 is kept, in the end each
// activity has its effect once, and all of it may come again without harm.
func TestKillArrivals(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*convergeLimit)
			defer cancel()
			p, c := newProcess(t, engine), newCrowd(t)
			a := p.open()
			org, like := invite(ctx, t, a, c)
			p.start()
			seed := mathrand.Uint64()
			t.Logf("seed %d", seed)
			rng := mathrand.New(mathrand.NewPCG(seed, 9))
			sent := c.sendAll(ctx, p.url, org.URI, like.URI)
			for range 3 {
				next := len(c.taken()) + 5 + rng.IntN(50)
				if err := fedtest.Wait(ctx, func() (bool, error) { return len(c.taken()) >= next, nil }); err != nil {
					t.Fatalf("%d of %d answered: %v", len(c.taken()), next, err)
				}
				pause(ctx, time.Duration(rng.IntN(30))*time.Millisecond)
				p.kill()
				c.kept(ctx, t, a)
				p.start()
			}
			sent.Wait()
			c.once(ctx, t, a, org, like)
			for sender := range arrivalSenders {
				for n := range arrivalsEach {
					c.send(ctx, p.url, c.said(sender, n, org.URI, like.URI))
				}
			}
			c.once(ctx, t, a, org, like)
		})
	}
}

// invite makes what the crowd follows and likes, and follows its organisation.
func invite(ctx context.Context, t *testing.T, a *app.App, c *crowd) (org, like directory.Entry) {
	t.Helper()
	org, err := a.Ledger.CreateOrganisation(ctx, system, directory.Entry{Name: directory.LangText{"fr": "Coop"}, Status: directory.StatusPublished})
	if err == nil {
		like, err = a.Ledger.Create(ctx, system, directory.Entry{Kind: directory.KindEvent, Owner: org.ID, Status: directory.StatusPublished, Licence: "CC-BY-SA-4.0",
			Name: directory.LangText{"fr": "Forum"}, Period: &directory.Period{Start: "2031-06-06T18:00:00+02:00"}})
	}
	if err == nil {
		err = a.Store.Write(ctx, func(tx *store.Tx) error {
			return tx.PutFollowing(ctx, store.Following{Actor: a.Config.URL + "/actor", Object: c.URL + "/u/org", Origin: c.URL, Inbox: c.URL + "/inbox",
				State: store.FollowAccepted, FollowID: a.Config.URL + "/activities/follow"})
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return org, like
}

// kept: the database holds all that was answered, whoever reads it.
func (c *crowd) kept(ctx context.Context, t *testing.T, a *app.App) {
	t.Helper()
	for _, id := range c.taken() {
		if _, err := a.Store.Received(ctx, id); err != nil {
			t.Errorf("answered with 202, and then: %v", err)
		}
	}
}

// once waits until all that was received is applied, and checks that each activity had
// its effect and none had it twice.
func (c *crowd) once(ctx context.Context, t *testing.T, a *app.App, org, like directory.Entry) {
	t.Helper()
	const each = arrivalSenders * arrivalsEach / 4
	err := fedtest.Wait(ctx, func() (bool, error) {
		for _, id := range c.taken() {
			if rec, err := a.Store.Received(ctx, id); err != nil || rec.Done.IsZero() {
				return false, err
			}
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.accepts) >= each, nil
	})
	if err != nil {
		t.Fatalf("%d of %d follows are answered: %v", len(c.accepts), each, err)
	}
	es, err := a.Store.Entries(ctx, store.EntryFilter{Selection: directory.Selection{Origin: c.URL, Kinds: []directory.Kind{directory.KindEvent}}, Limit: store.MaxLimit})
	if err != nil || len(es) != each {
		t.Errorf("%d events, want %d, %v", len(es), each, err)
	}
	for _, e := range es {
		if name, _ := e.Name.In(); name != "Rencontre 1" || e.Revision > 2 {
			t.Errorf("%s is %q, version %d", e.URI, name, e.Revision)
		}
	}
	if n, err := a.Store.CountFollowers(ctx, org.URI); err != nil || n != each {
		t.Errorf("%d followers, want %d, %v", n, each, err)
	}
	if n, _, err := a.Store.CountReactions(ctx, like.ID); err != nil || n != each {
		t.Errorf("%d likes, want %d, %v", n, each, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for follow, accepts := range c.accepts {
		if len(accepts) != 1 || !strings.HasPrefix(follow, c.URL) {
			t.Errorf("%s is accepted %d times", follow, len(accepts))
		}
	}
}
