package inbox_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/federation/proof"
)

// selfSigned is doc as if it were an actor that lists key, signed with it.
func selfSigned(t testing.TB, doc object, key ed25519.PrivateKey, at time.Time) object {
	t.Helper()
	id := doc["id"].(string)
	doc = with(doc, "inbox", id+"/inbox")
	doc = with(doc, "assertionMethod", []object{{"id": id + "#ed25519-key", "type": "Multikey", "controller": id,
		"publicKeyMultibase": proof.EncodeMultikey(key.Public().(ed25519.PublicKey))}})
	return proved(t, doc, id, key, at)
}

// TestKeysInWhatIsPassedOn: what another than its origin brings says nothing of
// the keys that sign it, were it an actor's own document.
func TestKeysInWhatIsPassedOn(t *testing.T) {
	ctx := context.Background()
	r, them, hub := newRig(t), newRemote(t), newRemote(t)
	org, relay := them.prover("org", "Organization"), hub.actor("relay", "Application")
	r.follows(org)
	r.follows(relay)
	forger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, ed25519.SeedSize))
	fair := them.URL + "/fair"
	if why := r.deliver(them, r.activity("Create", org, event(fair, org, "Foire", day))); why != "" {
		t.Fatal(why)
	}
	them.set("/fair", event(fair, org, "Foire", day))
	later := day.Add(time.Hour)
	shared := r.activity("Announce", relay, selfSigned(t, event(fair, org, "Faux", later), forger, later))
	if why := r.deliver(hub, shared); r.name(fair) != "Foire" {
		t.Errorf("an event that lists a key of its own: %q, shows %q", why, r.name(fair))
	}
	profile := object{"id": org, "type": "Organization", "kind": "organisation", "name": "Faux", "preferredUsername": "org",
		"updated": later.Format(time.RFC3339), "published": later.Format(time.RFC3339)}
	if why := r.deliver(hub, r.activity("Announce", relay, selfSigned(t, profile, forger, later))); r.name(org) == "Faux" {
		t.Errorf("an organisation that lists another key: %q, shows %q", why, r.name(org))
	}
	act := with(r.activity("Update", org, event(fair, org, "Faux", later)), "id", org)
	status, text, err := r.post(r.request(hub, relay+"#main-key", encode(t, selfSigned(t, act, forger, r.now())), httpsig.Cavage))
	if err != nil || status < 400 {
		t.Errorf("an activity that is its own actor: %d %q %v", status, text, err)
	}
	r.apply()
	if r.name(fair) != "Foire" {
		t.Errorf("shows %q", r.name(fair))
	}
	ra, err := r.actors.Actor(ctx, org)
	if err != nil || ra.Ed25519 != proof.EncodeMultikey(proofKey.Public().(ed25519.PublicKey)) {
		t.Errorf("key %s, %v", ra.Ed25519, err)
	}
}

// TestRelayedKinds: only what a publisher says of its entries is taken from who
// passes it on: to follow, to move, to report, and what keys one has are told by
// oneself.
func TestRelayedKinds(t *testing.T) {
	r, them, hub := newRig(t), newRemote(t), newRemote(t)
	org, relay := them.prover("org", "Organization"), hub.actor("relay", "Application")
	r.follows(org)
	profile := object{"id": org, "type": "Organization", "name": "Ancien", "inbox": org + "/inbox",
		"publicKey": object{"id": org + "#main-key", "owner": org, "publicKeyPem": "old"}}
	for _, tt := range []struct {
		typ    string
		object any
		status int
	}{
		{"Create", event(them.URL+"/a", org, "a", day), 202},
		{"Delete", them.URL + "/b", 202},
		{"Follow", base + "/actor", 403},
		{"Undo", object{"type": "Follow", "actor": org, "object": base + "/actor"}, 403},
		{"Accept", object{"type": "Follow", "actor": base + "/actor", "object": org}, 403},
		{"Move", org, 403},
		{"Flag", base + "/actor", 403},
		{"Announce", them.URL + "/a", 403},
		{"Update", profile, 403},
		{"Delete", org, 403},
	} {
		act := proved(t, r.activity(tt.typ, org, tt.object), org, proofKey, r.now())
		status, text, err := r.post(r.request(hub, relay+"#main-key", encode(t, act), httpsig.Cavage))
		if err != nil || status != tt.status {
			t.Errorf("%s of %v: %d %q %v, want %d", tt.typ, tt.object, status, text, err, tt.status)
		}
	}
}

// TestOldDelete: a Delete that is older than what we hold, passed on when the
// deletion was undone long since, removes nothing unless the origin says so.
func TestOldDelete(t *testing.T) {
	r, them, hub := newRig(t), newRemote(t), newRemote(t)
	org, relay := them.prover("org", "Organization"), hub.actor("relay", "Application")
	r.follows(org)
	fair := them.URL + "/fair"
	back := r.now().Add(-time.Hour)
	them.set("/fair", event(fair, org, "Foire", back))
	if why := r.deliver(them, r.activity("Create", org, event(fair, org, "Foire", back))); why != "" {
		t.Fatal(why)
	}
	pass := func(published time.Time) {
		t.Helper()
		act := proved(t, with(r.activity("Delete", org, fair), "published", published.Format(time.RFC3339)), org, proofKey, published)
		if status, text, err := r.post(r.request(hub, relay+"#main-key", encode(t, act), httpsig.Cavage)); err != nil || status != 202 {
			t.Fatalf("%d %q %v", status, text, err)
		}
		r.apply()
	}
	pass(back.Add(-time.Hour))
	if r.name(fair) != "Foire" {
		t.Error("an old Delete was applied")
	}
	pass(back.Add(time.Minute))
	if r.name(fair) == "Foire" {
		t.Error("a Delete was not applied")
	}
}
