package fedtest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"sync"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
)

// Person is somebody on a small server of other software: an actor with an
// inbox, which takes what is signed by its sender's key and refuses the rest.
type Person struct {
	id     string
	client *federation.Client
	signer federation.Signer
	server *http.Server
	doc    []byte

	mu    sync.Mutex
	got   [][]byte
	sent  int
	known map[string][]byte // documents of actors
}

type object = map[string]any

// Person adds a person at https://NAME.test/users/NAME.
func (w *World) Person(name string) (*Person, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	pem, err := httpsig.EncodeKey(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	id := "https://" + host(name) + "/users/" + name
	p := &Person{id: id, known: map[string][]byte{}, client: &federation.Client{HTTP: w.net.client(host(name))},
		signer: &httpsig.Signer{KeyID: id + "#main-key", Key: key}}
	p.doc, err = json.Marshal(object{
		"@context": []string{"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"},
		"id":       id, "type": "Person", "preferredUsername": name, "inbox": id + "/inbox",
		"publicKey": object{"id": id + "#main-key", "owner": id, "publicKeyPem": pem},
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{name}", p.document)
	mux.HandleFunc("POST /users/{name}/inbox", p.inbox)
	l, err := w.net.listen(host(name))
	if err != nil {
		return nil, err
	}
	p.server = &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = p.server.Serve(l) }()        // until it is closed
	w.t.Cleanup(func() { _ = p.server.Close() }) // the story is over
	w.people[name] = p
	return p, nil
}

func (p *Person) document(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", federation.ContentType)
	_, _ = w.Write(p.doc) // the reader is the code under test
}

// inbox keeps what its actor's key signed, as Mastodon would; everything else
// is answered with 401.
func (p *Person) inbox(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if err := p.check(r, body); err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	p.mu.Lock()
	p.got = append(p.got, body)
	p.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
}

// check fetches the key that a request names and holds the request to it.
func (p *Person) check(r *http.Request, body []byte) error {
	sig, err := httpsig.Parse(r)
	if err != nil {
		return err
	}
	var sent struct{ Actor string }
	if err := json.Unmarshal(body, &sent); err != nil {
		return err
	}
	doc, err := p.actor(r.Context(), sent.Actor)
	if err != nil {
		return err
	}
	var actor struct {
		ID        string
		PublicKey struct{ ID, PublicKeyPem string }
	}
	if err := json.Unmarshal(doc, &actor); err != nil {
		return err
	}
	if actor.ID != sent.Actor || actor.PublicKey.ID != sig.KeyID {
		return fmt.Errorf("key %s is not that of %s", sig.KeyID, sent.Actor)
	}
	key, err := httpsig.ParseKey(actor.PublicKey.PublicKeyPem)
	if err != nil {
		return err
	}
	return sig.Verify(r, body, key, time.Now())
}

// actor fetches an actor's document, and takes the one that it knows when there is
// none any more: that is how the Delete of an actor is checked.
func (p *Person) actor(ctx context.Context, uri string) ([]byte, error) {
	resp, err := p.client.Get(ctx, uri, federation.GetOptions{})
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		if known := p.known[uri]; known != nil {
			return known, nil
		}
		return nil, fmt.Errorf("actor: %w", err)
	}
	p.known[uri] = resp.Body
	return resp.Body, nil
}

// Send puts an activity about an actor, of which this one is the actor, in its inbox.
func (p *Person) Send(ctx context.Context, activity object, about string) error {
	resp, err := p.client.Get(ctx, about, federation.GetOptions{})
	if err != nil {
		return err
	}
	var actor struct{ ID, Inbox string }
	if err := json.Unmarshal(resp.Body, &actor); err != nil {
		return err
	}
	p.mu.Lock()
	p.sent++
	activity["id"], activity["actor"] = fmt.Sprintf("%s/activities/%d", p.id, p.sent), p.id
	p.mu.Unlock()
	activity["@context"] = "https://www.w3.org/ns/activitystreams"
	body, err := json.Marshal(activity)
	if err != nil {
		return err
	}
	_, err = p.client.Post(ctx, actor.Inbox, body, p.signer)
	return err
}

// Hears waits until an activity matches, and returns it.
func (p *Person) Hears(ctx context.Context, re *regexp.Regexp) ([]byte, error) {
	var found []byte
	err := Wait(ctx, func() (bool, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, body := range p.got {
			if re.Match(body) {
				found = body
				return true, nil
			}
		}
		return false, nil
	})
	if err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		return nil, fmt.Errorf("%s was sent %d activities and none that matches %s: %w: %s", p.id, len(p.got), re, err, p.got)
	}
	return found, nil
}
