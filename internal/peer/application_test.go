package peer_test

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

const (
	relApplication = "https://www.w3.org/ns/activitystreams#Application"
	relService     = "https://www.w3.org/ns/activitystreams#Service"
)

func edKey(n byte) ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	seed[0] = n
	return ed25519.NewKeyFromSeed(seed)
}

func multikey(k ed25519.PrivateKey) string {
	return proof.EncodeMultikey(k.Public().(ed25519.PublicKey))
}

// application adds an Application with its own Ed25519 key, which signs its document.
func (h *host) application(t *testing.T, name string, key ed25519.PrivateKey) string {
	t.Helper()
	id := h.URL + "/" + name
	raw := signedDoc(t, object{"@context": []string{"https://www.w3.org/ns/activitystreams"}, "id": id, "type": "Application", "preferredUsername": name, "inbox": id + "/inbox",
		"publicKey":       object{"id": id + "#main-key", "owner": id, "publicKeyPem": h.pem},
		"assertionMethod": []object{{"id": id + "#ed25519-key", "type": "Multikey", "controller": id, "publicKeyMultibase": multikey(key)}}}, id, key)
	h.on("/"+name, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", federation.ContentType)
		_, _ = w.Write(raw) // the reader is the code under test
	})
	return id
}

func signedDoc(t *testing.T, doc object, actor string, key ed25519.PrivateKey) []byte {
	t.Helper()
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	raw, err = proof.Sign(raw, proof.Options{Key: key, Method: actor + "#ed25519-key", Created: time.Now().Add(-time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// links answers with the links of NodeInfo or WebFinger.
func links(rel, href string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(object{"subject": href, "links": []object{{"rel": rel, "type": federation.ContentType, "href": href}}}) // as above
	}
}

// TestPinsTheServersOwn: of an origin with several Applications the key of the one is
// pinned that the origin names, in NodeInfo or by WebFinger; of one that names none,
// or one of another server, no key is.
func TestPinsTheServersOwn(t *testing.T) {
	const nodeinfo = "/.well-known/nodeinfo"
	finger := func(h *host) string {
		return "/.well-known/webfinger?resource=" + url.QueryEscape(h.URL+"/")
	}
	for name, c := range map[string]struct {
		says func(h *host, other *host)
		pins bool
	}{
		"NodeInfo":           {func(h, _ *host) { h.on(nodeinfo, links(relApplication, h.URL+"/actor")) }, true},
		"WebFinger":          {func(h, _ *host) { h.on(finger(h), links(relService, h.URL+"/actor")) }, true},
		"neither":            {func(*host, *host) {}, false},
		"another server's":   {func(h, other *host) { h.on(nodeinfo, links(relApplication, other.URL+"/evil")) }, false},
		"somebody's profile": {func(h, _ *host) { h.on(finger(h), links("self", h.URL+"/evil")) }, false},
		"from elsewhere": {func(h, other *host) {
			other.on("/links", links(relApplication, h.URL+"/evil"))
			h.on(nodeinfo, func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, other.URL+"/links", http.StatusFound)
			})
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			h, other := newHost(t), newHost(t)
			own, foe := edKey(1), edKey(2)
			actor, evil := h.application(t, "actor", own), h.application(t, "evil", foe)
			other.application(t, "evil", foe)
			c.says(h, other)
			st := storetest.Open(t, "sqlite")
			a := peer.NewActors(peer.ActorsConfig{Store: st, Clock: time.Now, Client: &federation.Client{HTTP: peer.NewTransport(peer.GuardOptions{AllowLoopback: true})}})
			text := func(by string, key ed25519.PrivateKey) []byte {
				return signedDoc(t, object{"@context": []string{"https://www.w3.org/ns/activitystreams"}, "id": by + "/text", "type": "Article", "name": "x", "attributedTo": by}, by, key)
			}
			pinned := func() string {
				t.Helper()
				p, err := st.PinnedKey(ctx, h.URL)
				if err != nil && !errors.Is(err, directory.ErrNotFound) {
					t.Fatal(err)
				}
				return p.Multikey
			}
			if d, err := a.Vouch(ctx, text(evil, foe), "h1"); err != nil || d == nil {
				t.Fatalf("%+v, %v", d, err)
			}
			if got := pinned(); got != "" {
				t.Fatalf("the other Application's key is pinned: %s", got)
			}
			if d, err := a.Vouch(ctx, text(actor, own), "h2"); err != nil || d == nil {
				t.Fatalf("%+v, %v", d, err)
			}
			want := ""
			if c.pins {
				want = multikey(own)
			}
			if got := pinned(); got != want {
				t.Errorf("pinned %q, want %q", got, want)
			}
			if n := h.count(nodeinfo); n > 2 {
				t.Errorf("NodeInfo was asked for %d times", n)
			}
		})
	}
}

// TestNoPinInDoubt: who came back after it was dead may have nothing pinned until it
// has shown who it is.
func TestNoPinInDoubt(t *testing.T) {
	ctx := context.Background()
	h := newHost(t)
	actor := h.application(t, "actor", edKey(1))
	h.on("/.well-known/nodeinfo", links(relApplication, actor))
	st := storetest.Open(t, "sqlite")
	err := st.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutFollowing(ctx, store.Following{Actor: "https://us.example/actor", Object: actor, Origin: h.URL, State: store.FollowAccepted}); err != nil {
			return err
		}
		return tx.PutPeer(ctx, store.Peer{Origin: h.URL, State: store.PeerDead})
	})
	if err != nil {
		t.Fatal(err)
	}
	a := peer.NewActors(peer.ActorsConfig{Store: st, Clock: time.Now, Client: &federation.Client{HTTP: peer.NewTransport(peer.GuardOptions{AllowLoopback: true})}})
	raw, err := a.Fetch(ctx, actor)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Vouch(ctx, raw, "h"); err != nil {
		t.Fatal(err)
	}
	if p, err := st.PinnedKey(ctx, h.URL); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("pinned: %+v, %v", p, err)
	}
}

// TestChangedProofKey: another Ed25519 key beside the old RSA key is another key: it
// signs requests and documents too.
func TestChangedProofKey(t *testing.T) {
	ctx := context.Background()
	h := newHost(t)
	var changes []peer.KeyChange
	st := storetest.Open(t, "sqlite")
	a := peer.NewActors(peer.ActorsConfig{Store: st, Clock: time.Now, Client: &federation.Client{HTTP: peer.NewTransport(peer.GuardOptions{AllowLoopback: true})},
		KeyChanged: func(_ context.Context, _ *store.Tx, c peer.KeyChange) error { changes = append(changes, c); return nil }})
	actor := h.application(t, "actor", edKey(1))
	for _, key := range []byte{1, 1, 2} {
		h.application(t, "actor", edKey(key))
		if _, err := a.Refresh(ctx, actor); err != nil {
			t.Fatal(err)
		}
	}
	if len(changes) != 1 || changes[0].Old != multikey(edKey(1)) || changes[0].New != multikey(edKey(2)) || changes[0].Vouched {
		t.Errorf("changes: %+v", changes)
	}
}

// pinCase is what a server says of itself, and how the key of another actor of it, evil,
// was pinned.
type pinCase struct {
	says     func(h *host)
	how      string
	doubted  bool
	disputed bool
}

// pinCases are what may become of such a key.
func pinCases() map[string]pinCase {
	names := func(path string) func(*host) {
		return func(h *host) { h.on(wellKnownNodeInfo, links(relApplication, h.URL+path)) }
	}
	return map[string]pinCase{
		"another":                {names("/actor"), store.PinFollowed, false, true},
		"the same":               {names("/evil"), store.PinFollowed, false, false},
		"it says nothing at all": {func(*host) {}, store.PinFollowed, false, false},
		"out of order": {func(h *host) {
			h.on(wellKnownNodeInfo, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
		}, store.PinFollowed, false, false},
		"given by hand": {names("/actor"), store.PinManual, false, false},
		"in doubt":      {names("/actor"), store.PinFollowed, true, false},
		"nobody": {func(h *host) {
			h.on(wellKnownNodeInfo, links("http://nodeinfo.diaspora.software/ns/schema/2.1", h.URL+"/nodeinfo/2.1"))
			h.on("/nodeinfo/2.1", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_ = json.NewEncoder(w).Encode(object{"version": "2.1", "software": object{"name": "x", "version": "1"}, "protocols": []string{"activitypub"}})
			})
		}, store.PinFollowed, false, true},
	}
}

const wellKnownNodeInfo = "/.well-known/nodeinfo"

// pinned is a server of which the key of evil is pinned, day after day.
type pinned struct {
	*host
	t    *testing.T
	st   *store.Store
	a    *peer.Actors
	evil string
	now  time.Time
}

func newPinned(t *testing.T, c pinCase) *pinned {
	t.Helper()
	p := &pinned{host: newHost(t), t: t, now: time.Now()}
	p.application(t, "actor", edKey(1))
	p.evil = p.application(t, "evil", edKey(2))
	c.says(p.host)
	clock := func() time.Time { return p.now }
	p.st = storetest.OpenClock(t, "sqlite", clock)
	p.a = peer.NewActors(peer.ActorsConfig{Store: p.st, Clock: clock, Client: &federation.Client{HTTP: peer.NewTransport(peer.GuardOptions{AllowLoopback: true})}})
	if err := p.st.Write(t.Context(), func(tx *store.Tx) error {
		err := tx.PinKey(t.Context(), store.PinnedKey{Origin: p.URL, Multikey: multikey(edKey(2)), Actor: p.evil, Doc: []byte("{}"), How: c.how})
		if err != nil || !c.doubted {
			return err
		}
		return errors.Join(tx.PutPeer(t.Context(), store.Peer{Origin: p.URL, State: store.PeerDead}), tx.PeerAnswered(t.Context(), p.URL))
	}); err != nil {
		t.Fatal(err)
	}
	return p
}

// check is the look of the next day; the key that is pinned stays, whatever is seen.
func (p *pinned) check() (disputed bool) {
	p.t.Helper()
	p.now = p.now.Add(25 * time.Hour)
	for n := range 2 {
		if asked, err := p.a.CheckPins(p.t.Context(), slog.New(slog.DiscardHandler)); err != nil || n == 1 && asked != 0 {
			p.t.Fatalf("look %d: %d were asked, %v", n, asked, err)
		}
	}
	pin, err := p.st.AnyPin(p.t.Context(), p.URL)
	if err != nil || pin.Actor != p.evil || pin.Multikey != multikey(edKey(2)) {
		p.t.Fatalf("pinned: %+v, %v", pin, err)
	}
	if _, err = p.st.PinnedKey(p.t.Context(), p.URL); (err == nil) != pin.Disputed.IsZero() {
		p.t.Errorf("a disputed key: %+v, %v", pin, err)
	}
	return !pin.Disputed.IsZero()
}

// TestCheckPins: a key of an actor that its server does not name, pinned before that was
// asked, is disputed and vouches for nothing, and no other is pinned in its place; it
// is believed again when the server names its actor. Nothing is concluded when the
// server cannot be asked, is in doubt, or when an administrator gave the key.
func TestCheckPins(t *testing.T) {
	for name, c := range pinCases() {
		t.Run(name, func(t *testing.T) {
			p := newPinned(t, c)
			if got := p.check(); got != c.disputed {
				t.Fatalf("disputed: %v", got)
			}
			if !c.disputed {
				return
			}
			doc := endorsedBy(t, p.host, "org", p.evil, edKey(2))
			if d, err := p.a.Vouch(t.Context(), doc, "h"); err != nil || d == nil || d.Endorsed {
				t.Errorf("vouched for by a disputed key: %+v, %v", d, err)
			}
			if p.check(); !p.check() {
				t.Error("it is believed on the third day")
			}
			if log, err := p.st.AuditOf(t.Context(), p.URL, 10); err != nil || len(log) != 1 || log[0].Verb != "pin.disputed" {
				t.Errorf("log: %+v, %v", log, err)
			}
			p.on(wellKnownNodeInfo, links(relApplication, p.evil))
			if p.check() {
				t.Error("the server names it, and it is still disputed")
			}
			if d, err := p.a.Vouch(t.Context(), doc, "h"); err != nil || d == nil || !d.Endorsed {
				t.Errorf("vouched for by a key that is believed again: %+v, %v", d, err)
			}
		})
	}
}

// endorsedBy is the document of an actor of a host, whose key another actor of it, by,
// vouches for.
func endorsedBy(t *testing.T, h *host, name, by string, key ed25519.PrivateKey) []byte {
	t.Helper()
	id, own := h.URL+"/"+name, edKey(3)
	raw, err := federation.Endorse(by, id, []string{multikey(own)}, by+"#ed25519-key", key)
	if err != nil {
		t.Fatal(err)
	}
	return signedDoc(t, object{"@context": []string{"https://www.w3.org/ns/activitystreams"}, "id": id, "type": "Organization", "inbox": id + "/inbox", "endorsement": raw,
		"assertionMethod": []object{{"id": id + "#ed25519-key", "type": "Multikey", "controller": id, "publicKeyMultibase": multikey(own)}}}, id, own)
}

// TestPinnedMeanwhile: what an administrator pins while the server is asked is not for
// its answer to dispute.
func TestPinnedMeanwhile(t *testing.T) {
	var p *pinned
	p = newPinned(t, pinCase{how: store.PinFollowed, says: func(h *host) {
		named := links(relApplication, h.URL+"/actor")
		h.on(wellKnownNodeInfo, func(w http.ResponseWriter, r *http.Request) {
			if err := p.st.Write(r.Context(), func(tx *store.Tx) error {
				return tx.ReplacePinnedKey(r.Context(), store.PinnedKey{Origin: h.URL, Multikey: multikey(edKey(2)), Actor: p.evil, How: store.PinManual})
			}); err != nil {
				t.Error(err)
			}
			named(w, r)
		})
	}})
	if p.check() {
		t.Error("what an administrator decided is disputed")
	}
}
