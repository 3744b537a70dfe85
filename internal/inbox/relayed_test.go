package inbox_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
)

// proofKey is the Ed25519 key of every actor that proves here.
var proofKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, ed25519.SeedSize))

// prover adds an actor whose document lists proofKey.
func (r *remote) prover(name, typ string) string {
	id := r.actor(name, typ)
	r.mu.Lock()
	defer r.mu.Unlock()
	doc := r.docs["/"+name].(object)
	doc["assertionMethod"] = []object{{"id": id + "#ed25519-key", "type": "Multikey", "controller": id,
		"publicKeyMultibase": proof.EncodeMultikey(proofKey.Public().(ed25519.PublicKey))}}
	return id
}

// proved is doc with a proof of actor, by key.
func proved(t testing.TB, doc object, actor string, key ed25519.PrivateKey, created time.Time) object {
	t.Helper()
	signed, err := proof.Sign(encode(t, doc), proof.Options{Key: key, Method: actor + "#ed25519-key", Created: created})
	if err != nil {
		t.Fatal(err)
	}
	var out object
	if err := json.Unmarshal(signed, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func with(doc object, key string, value any) object {
	out := object{}
	for k, v := range doc {
		out[k] = v
	}
	out[key] = value
	return out
}

// TestRelayed: an activity that another server passes on is taken when its actor
// signed it, and only then.
func TestRelayed(t *testing.T) {
	ctx := context.Background()
	r, them, hub, blocked := newRig(t), newRemote(t), newRemote(t), newRemote(t)
	org := them.prover("org", "Organization")
	blocked.URL = strings.Replace(blocked.URL, "127.0.0.1", "localhost", 1) // a block is on a name without its port
	relay, spam := hub.actor("relay", "Application"), blocked.actor("spam", "Application")
	r.follows(org)
	if err := r.rules.Block(ctx, system, "localhost", "spam"); err != nil {
		t.Fatal(err)
	}
	other := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	create := func(name string) object {
		return r.activity("Create", org, event(them.URL+"/"+name, org, name, day))
	}
	now := r.now()
	good := proved(t, create("a"), org, proofKey, now)
	for _, tt := range []struct {
		name, by string
		from     *remote
		act      object
		status   int
		text     string
	}{
		{"signed by its actor, passed on by another server", relay, hub, good, 202, ""},
		{"again", relay, hub, good, 202, "already"},
		{"without a proof", relay, hub, create("b"), 403, "key is not on"},
		{"altered", relay, hub, with(proved(t, create("c"), org, proofKey, now), "cc", []string{"https://evil.example/"}), 401, "not what its actor signed"},
		{"another object inside", relay, hub, with(proved(t, create("d"), org, proofKey, now), "object", event(them.URL+"/e", org, "Faux", day)), 401, "not what its actor signed"},
		{"by another key", relay, hub, proved(t, create("f"), org, other, now), 401, "not what its actor signed"},
		{"by a key of another server", relay, hub, proved(t, create("g"), relay, proofKey, now), 403, ""},
		{"by a key that the actor does not list", relay, hub, with(create("h"), "proof", with(proved(t, create("h"), org, proofKey, now)["proof"].(object), "verificationMethod", org+"#other")), 401, ""},
		{"expired", relay, hub, with(create("i"), "proof", with(good["proof"].(object), "expires", "2001-01-01T00:00:00Z")), 403, ""},
		{"too old", relay, hub, proved(t, create("j"), org, proofKey, now.AddDate(0, 0, -31)), 403, "too old"},
		{"without a date", relay, hub, proved(t, create("k"), org, proofKey, time.Time{}), 403, "too old"},
		{"by a blocked server", spam, blocked, proved(t, create("l"), org, proofKey, now), 403, "blocked"},
		{"by nobody", relay, hub, proved(t, create("m"), org, proofKey, now), 401, "signature"},
	} {
		req := r.request(tt.from, tt.by+"#main-key", encode(t, tt.act), httpsig.Cavage)
		if tt.name == "by nobody" {
			req.Header.Del("Signature")
		}
		status, text, err := r.post(req)
		if err != nil || status != tt.status || !strings.Contains(text, tt.text) {
			t.Errorf("%s: %d %q %v, want %d %q", tt.name, status, text, err, tt.status, tt.text)
		}
	}
	r.apply()
	if got := r.name(them.URL + "/a"); got != "a" {
		t.Errorf("shows %q", got)
	}
	for _, name := range strings.Split("bcdefghijklm", "") {
		if got := r.name(them.URL + "/" + name); got != "" {
			t.Errorf("%s was taken: %q", name, got)
		}
	}
	refused, err := r.rules.Refusals(ctx, hub.URL, 10)
	if err != nil || len(refused) != 1 || refused[0].Cause != "proof" || refused[0].Count != 3 {
		t.Errorf("counted: %+v, %v", refused, err)
	}
}

// TestRelayedUnreachable: a key that cannot be had now is no reason to refuse for good.
func TestRelayedUnreachable(t *testing.T) {
	r, them, hub := newRig(t), newRemote(t), newRemote(t)
	org, relay := them.prover("org", "Organization"), hub.actor("relay", "Application")
	act := proved(t, r.activity("Create", org, event(them.URL+"/a", org, "a", day)), org, proofKey, r.now())
	them.status = 503
	if status, text, err := r.post(r.request(hub, relay+"#main-key", encode(t, act), httpsig.Cavage)); !errors.Is(err, directory.ErrUnavailable) {
		t.Errorf("%d %q %v", status, text, err)
	}
}

// TestAnnouncedProof: what a followed actor shares is used as it is when its owner
// signed it; else it is fetched, and what was altered on the way is counted.
func TestAnnouncedProof(t *testing.T) {
	ctx := context.Background()
	r, them, hub := newRig(t), newRemote(t), newRemote(t)
	org, relay := them.prover("org", "Organization"), hub.actor("relay", "Application")
	r.follows(relay)
	fair := func(name string) object { return event(them.URL+"/"+name, org, "signée "+name, day) }
	them.set("/altered", with(fair("altered"), "name", "d’origine"))
	them.set("/bare", with(fair("bare"), "name", "d’origine"))
	if _, err := r.actors.Actor(ctx, org); err != nil {
		t.Fatal(err)
	}
	them.requests()
	act := r.activity("Announce", relay, proved(t, fair("good"), org, proofKey, day))
	if why := r.deliver(hub, act); why != "" || r.name(them.URL+"/good") != "signée good" {
		t.Errorf("%q, shows %q", why, r.name(them.URL+"/good"))
	}
	inside := r.activity("Announce", relay, object{"type": "Create", "id": them.URL + "/create", "actor": org, "object": proved(t, fair("inside"), org, proofKey, day)})
	if why := r.deliver(hub, inside); why != "" || r.name(them.URL+"/inside") != "signée inside" {
		t.Errorf("%q, shows %q", why, r.name(them.URL+"/inside"))
	}
	if n := them.requests(); n != 0 {
		t.Errorf("%d requests to the origin", n)
	}
	if d, err := r.st.KeptDocument(ctx, them.URL+"/good"); err != nil || d.Owner != org || !bytes.Contains(d.Body, []byte("proofValue")) {
		t.Errorf("kept: %+v, %v", d, err)
	}
	for name, obj := range map[string]object{"bare": fair("bare"), "altered": with(proved(t, fair("altered"), org, proofKey, day), "name", "Faux")} {
		if why := r.deliver(hub, r.activity("Announce", relay, obj)); why != "" || r.name(them.URL+"/"+name) != "d’origine" {
			t.Errorf("%s: %q, shows %q", name, why, r.name(them.URL+"/"+name))
		}
	}
	if refused, err := r.rules.Refusals(ctx, hub.URL, 10); err != nil || len(refused) != 1 || refused[0].Count != 1 {
		t.Errorf("counted: %+v, %v", refused, err)
	}
}

// TestAltered: a document whose proof does not verify is refused, from its own
// actor and from its origin too, and what is held of it stays.
func TestAltered(t *testing.T) {
	ctx := context.Background()
	r, them := newRig(t), newRemote(t)
	org, relay := them.prover("org", "Organization"), them.actor("relay", "Application")
	r.follows(org)
	r.follows(relay)
	fair := them.URL + "/fair"
	good := proved(t, event(fair, org, "Foire", day), org, proofKey, day)
	if why := r.deliver(them, r.activity("Create", org, good)); why != "" || r.name(fair) != "Foire" {
		t.Fatalf("%q, shows %q", why, r.name(fair))
	}
	later := proved(t, event(fair, org, "Grande foire", day.Add(time.Hour)), org, proofKey, day.Add(time.Hour))
	bad := with(later, "name", "Faux")
	them.set("/fair", bad)
	for _, act := range []object{r.activity("Update", org, bad), r.activity("Announce", relay, fair)} {
		if why := r.deliver(them, act); !strings.Contains(why, "not what its owner signed") || r.name(fair) != "Foire" {
			t.Errorf("%s: %q, shows %q", act["type"], why, r.name(fair))
		}
	}
	if d, err := r.st.KeptDocument(ctx, fair); err != nil || !bytes.Contains(d.Body, []byte("Foire")) {
		t.Errorf("kept: %s, %v", d.Body, err)
	}
	if refused, err := r.rules.Refusals(ctx, them.URL, 10); err != nil || len(refused) != 1 || refused[0].Cause != "proof" || refused[0].Count != 2 {
		t.Errorf("counted: %+v, %v", refused, err)
	}
	if why := r.deliver(them, r.activity("Update", org, later)); why != "" || r.name(fair) != "Grande foire" {
		t.Errorf("%q, shows %q", why, r.name(fair))
	}
}
