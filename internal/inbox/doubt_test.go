package inbox_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"net/http"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/store"
)

// taken is a server that we follow and that was dead for long: relay is its own
// actor, org publishes an event, and eve is an actor that whoever has the name now
// has made, with a key of her own.
func taken(t *testing.T) (r *rig, them, hub *remote, org, fair string) {
	t.Helper()
	ctx := context.Background()
	r, them, hub = newRig(t), newRemote(t), newRemote(t)
	org = them.prover("org", "Organization")
	r.follows(them.actor("relay", "Application"))
	r.follows(hub.actor("hub", "Application"))
	fair = them.URL + "/fair"
	if why := r.deliver(them, r.activity("Create", org, event(fair, org, "Foire", day))); why != "" {
		t.Fatal(why)
	}
	if err := r.st.Write(ctx, func(tx *store.Tx) error {
		return tx.PutPeer(ctx, store.Peer{Origin: them.URL, State: store.PeerDead})
	}); err != nil {
		t.Fatal(err)
	}
	r.skew += 40 * 24 * time.Hour
	return r, them, hub, org, fair
}

func (r *rig) doubts(origin string) bool {
	r.t.Helper()
	d, err := r.st.Doubt(context.Background(), origin)
	if err != nil {
		r.t.Fatal(err)
	}
	return d.Any()
}

// TestDoubt: of a server that was dead, only what keys known before have signed is
// believed, whoever brings it; the rest waits, and is done once such a key has
// signed a request.
func TestDoubt(t *testing.T) {
	r, them, hub, org, fair := taken(t)
	relay := hub.URL + "/hub"
	forger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, ed25519.SeedSize))
	eve := them.actor("eve", "Organization")
	doc := them.docs["/eve"].(object)
	doc["assertionMethod"] = []object{{"id": eve + "#ed25519-key", "type": "Multikey", "controller": eve,
		"publicKeyMultibase": proof.EncodeMultikey(forger.Public().(ed25519.PublicKey))}}
	later := day.Add(time.Hour)
	fete := them.URL + "/fete"
	them.set("/fete", event(fete, eve, "Fête", later))
	waits := func(from *remote, act object) {
		t.Helper()
		if why := r.deliver(from, act); !strings.HasPrefix(why, "held") || r.name(fair) != "Foire" || r.name(fete) != "" {
			t.Errorf("%s of %v: %q, shows %q and %q", act["type"], act["object"], why, r.name(fair), r.name(fete))
		}
	}
	them.set("/fair", event(fair, org, "Volé", later))
	waits(hub, r.activity("Announce", relay, fair))
	waits(hub, r.activity("Announce", relay, proved(t, event(fete, eve, "Fête", later), eve, forger, later)))
	waits(them, r.activity("Create", eve, event(fete, eve, "Fête", later)))
	waits(them, proved(t, r.activity("Update", eve, event(fair, eve, "Volé", later)), eve, forger, r.now()))
	them.set("/fair", object{"id": fair, "type": "Tombstone"})
	waits(them, r.activity("Delete", eve, fair))
	if !r.doubts(them.URL) {
		t.Fatal("what a new key signed ended the doubt")
	}
	// What the old key signed is taken, whoever passes it on.
	if why := r.deliver(hub, r.activity("Announce", relay, proved(t, event(fair, org, "Kermesse", later), org, proofKey, later))); why != "" || r.name(fair) != "Kermesse" {
		t.Errorf("embedded, with a proof: %q, shows %q", why, r.name(fair))
	}
	act := proved(t, r.activity("Update", org, event(fair, org, "Bal", later.Add(time.Hour))), org, proofKey, r.now())
	status, text, err := r.post(r.request(hub, relay+"#main-key", encode(t, act), httpsig.Cavage))
	if r.apply(); err != nil || status != http.StatusAccepted || r.name(fair) != "Bal" || !r.doubts(them.URL) {
		t.Errorf("passed on, with a proof: %d %q %v, shows %q", status, text, err, r.name(fair))
	}
	// Who signs a request with it is the one who was there.
	if why := r.deliver(them, r.activity("Like", org, fair)); why != "" || r.doubts(them.URL) {
		t.Errorf("signed: %q, doubt %v", why, r.doubts(them.URL))
	}
	if r.name(fete) != "Fête" || r.name(fair) != "" {
		t.Errorf("what waited: shows %q and %q", r.name(fete), r.name(fair))
	}
}

// TestDoubtAfterBlock: of a server that was blocked for long, what another key signs
// waits when the block is lifted, until a key known before has signed something; one
// that was blocked for a day is believed as before.
func TestDoubtAfterBlock(t *testing.T) {
	ctx := t.Context()
	for _, c := range []struct {
		blocked time.Duration
		doubt   bool
	}{{24 * time.Hour, false}, {30 * 24 * time.Hour, true}} {
		r, them := newRig(t), newRemote(t)
		org := them.actor("org", "Organization")
		r.follows(them.actor("relay", "Application"))
		fair := them.URL + "/fair"
		if why := r.deliver(them, r.activity("Create", org, event(fair, org, "Foire", day))); why != "" {
			t.Fatal(why)
		}
		if err := r.st.Write(ctx, func(tx *store.Tx) error { return tx.EnsurePeer(ctx, them.URL) }); err != nil {
			t.Fatal(err)
		}
		if err := r.rules.Block(ctx, system, them.URL, "test"); err != nil {
			t.Fatal(err)
		}
		r.skew += c.blocked
		if err := r.rules.Unset(ctx, system, them.URL, "test"); err != nil {
			t.Fatal(err)
		}
		eve := them.actor("eve", "Organization") // whom nobody knew
		them.set("/fair", object{"id": fair, "type": "Tombstone"})
		why := r.deliver(them, r.activity("Delete", eve, fair))
		if waits := strings.HasPrefix(why, "held"); waits != c.doubt || r.doubts(them.URL) != c.doubt || (r.name(fair) == "Foire") != c.doubt {
			t.Errorf("blocked for %v: %q, shows %q", c.blocked, why, r.name(fair))
		}
		if why := r.deliver(them, r.activity("Like", org, base+"/actor")); why != "" || r.doubts(them.URL) || r.name(fair) != "" {
			t.Errorf("blocked for %v, signed by a known key: %q, doubt %v, shows %q", c.blocked, why, r.doubts(them.URL), r.name(fair))
		}
	}
}

// TestReleaseSeenLate: an activity that is held by a process which does not know yet
// that its server is believed again is not lost.
func TestReleaseSeenLate(t *testing.T) {
	ctx := context.Background()
	r, them, _, org, fair := taken(t)
	r.still = time.Now() // the rules that were read stay
	if err := r.st.Write(ctx, func(tx *store.Tx) error {
		return tx.PutQuarantine(ctx, store.Quarantine{Origin: them.URL, Actor: org, Cause: store.CauseDown, Arg: "2026-01-01", Since: r.now()})
	}); err != nil {
		t.Fatal(err)
	}
	if suspect, err := r.rules.Quarantined(ctx, them.URL); err != nil || !suspect {
		t.Fatal(suspect, err)
	}
	if err := r.st.Write(ctx, func(tx *store.Tx) error { // another process decides
		_, err := tx.DeleteQuarantine(ctx, them.URL)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if why := r.deliver(them, r.activity("Update", org, event(fair, org, "Bal", day.Add(time.Hour)))); why != "" || r.name(fair) != "Bal" {
		t.Errorf("%q, shows %q", why, r.name(fair))
	}
}
