package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestOthersObjects: what a server that we follow says of another one's entry is
// judged by the rule of who says it, in whatever words: no rule of ours would be
// asked about an entry of a server that nobody here follows.
func TestOthersObjects(t *testing.T) {
	for _, typ := range []string{"Create", "Update", "Invite", "Announce"} {
		r, them, evil := newRig(t), newRemote(t), newRemote(t)
		relay, alice := them.actor("relay", "Application"), them.actor("alice", "Person")
		r.follows(relay)
		r.rule(relay, directory.SourceRule{Action: directory.DecideReview})
		eve := evil.actor("eve", "Organization")
		fete := evil.URL + "/fete"
		evil.set("/fete", event(fete, eve, "Fête", day))
		if why := r.deliver(them, r.activity(typ, alice, event(fete, eve, "Fête", day))); !strings.Contains(why, "follows") || r.name(fete) != "" {
			t.Errorf("%s by somebody of the server: %q, shows %q", typ, why, r.name(fete))
		}
		if why := r.deliver(them, r.activity(typ, relay, event(fete, eve, "Fête", day))); why != "" {
			t.Errorf("%s: %q", typ, why)
		}
		if e, err := r.st.EntryByURI(context.Background(), fete); err != nil || e.Status != directory.StatusProposed {
			t.Errorf("%s: %s, %v", typ, e.Status, err)
		}
	}
}

// rule sets the rule of a followed source.
func (r *rig) rule(object string, rule directory.SourceRule) {
	r.t.Helper()
	ctx := context.Background()
	err := r.st.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.Following(ctx, r.env.InstanceURI(), object)
		if err != nil {
			return err
		}
		f.Rule = rule.String()
		return tx.PutFollowing(ctx, f)
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// TestSharedInQuarantine: whoever came back with another key shares nothing of a
// third server, which would not be put aside.
func TestSharedInQuarantine(t *testing.T) {
	ctx := context.Background()
	r, them, evil := newRig(t), newRemote(t), newRemote(t)
	relay := them.actor("relay", "Application")
	r.follows(relay)
	eve := evil.actor("eve", "Organization")
	fete, fair := evil.URL+"/fete", them.URL+"/fair"
	evil.set("/fete", event(fete, eve, "Fête", day))
	them.set("/fair", event(fair, relay, "Foire", day))
	err := r.st.Write(ctx, func(tx *store.Tx) error {
		return tx.PutQuarantine(ctx, store.Quarantine{Origin: them.URL, Actor: relay, Cause: store.CauseDead, Arg: "2026-01-01", Since: r.now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range []object{r.activity("Announce", relay, fete), r.activity("Announce", relay, event(fete, eve, "Fête", day)),
		r.activity("Announce", relay, object{"type": "Create", "id": relay + "/1", "actor": relay, "object": fete}),
		r.activity("Create", relay, event(fete, eve, "Fête", day))} {
		if why := r.deliver(them, act); !strings.HasPrefix(why, "held") || r.name(fete) != "" {
			t.Errorf("%v: %q, shows %q", act, why, r.name(fete))
		}
	}
}

// TestTakenKeyID: an actor that lists the key id of another one of its host does not
// keep that one from being heard, whichever was met first.
func TestTakenKeyID(t *testing.T) {
	for _, first := range []bool{true, false} {
		ctx := context.Background()
		r, them, thief := newRig(t), newRemote(t), newRemote(t)
		org := them.actor("org", "Organization")
		r.follows(them.actor("relay", "Application"))
		if !first {
			if _, err := r.actors.Actor(ctx, org); err != nil {
				t.Fatal(err)
			}
		}
		pem, err := httpsig.EncodeKey(&thief.key.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		a := them.URL + "/a" // before org, by the alphabet
		them.set("/a", object{"@context": as, "id": a, "type": "Person", "preferredUsername": "a", "inbox": a + "/inbox",
			"publicKey": object{"id": org + "#main-key", "owner": a, "publicKeyPem": pem}})
		if _, err := r.actors.Actor(ctx, a); err != nil {
			t.Fatal(err)
		}
		if _, err := r.actors.KeyByID(ctx, org+"#main-key"); err != nil { // in memory, as whose it may be
			t.Fatal(err)
		}
		fair := them.URL + "/fair"
		if why := r.deliver(them, r.activity("Create", org, event(fair, org, "Foire", day))); why != "" || r.name(fair) != "Foire" {
			t.Errorf("first %v: %q, shows %q", first, why, r.name(fair))
		}
	}
}

// TestUnsignedReaders: who asks for our followers with keys that are none makes us
// fetch only so many of them.
func TestUnsignedReaders(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	r.still = time.Now()
	last := 0
	for n := range 700 {
		req := httptest.NewRequest(http.MethodGet, "/actor/followers_synchronization", nil)
		req.Host, req.RemoteAddr = strings.TrimPrefix(base, "https://"), "192.0.2.7:1234"
		req.Header.Set("Date", r.now().UTC().Format(http.TimeFormat))
		req.Header.Set("Signature", fmt.Sprintf(`keyId="%s/k/%d",algorithm="rsa-sha256",headers="(request-target) host date",signature="AAAA"`, them.URL, n))
		w := httptest.NewRecorder()
		if err := r.inbox.FollowersAt(w, req); err != nil {
			t.Fatal(err)
		}
		last = w.Code
	}
	if n := them.requests(); n > 610 || last != http.StatusTooManyRequests {
		t.Errorf("%d requests, the last answered with %d", n, last)
	}
}

// TestAimed: a server that we follow does not aim us at a third one: what it shares
// faster than that may be asked for waits.
func TestAimed(t *testing.T) {
	ctx := context.Background()
	r, them, victim := newRig(t), newRemote(t), newRemote(t)
	r.still = time.Now()
	relay := them.actor("relay", "Application")
	r.follows(relay)
	for range 1200 {
		if wait := r.rules.Ask(victim.URL); wait > 0 {
			t.Fatal(wait)
		}
	}
	fete := victim.URL + "/fete"
	victim.set("/fete", event(fete, victim.actor("eve", "Organization"), "Fête", day))
	body := encode(t, r.activity("Announce", relay, fete))
	if status, text, err := r.post(r.request(them, relay+"#main-key", body, httpsig.Cavage)); err != nil || status != http.StatusAccepted {
		t.Fatal(status, text, err)
	}
	if _, err := r.runner.Step(ctx); err != nil {
		t.Fatal(err)
	}
	if n := victim.requests(); n != 0 || r.name(fete) != "" {
		t.Errorf("%d requests", n)
	}
	r.skew += time.Minute
	if r.apply(); r.name(fete) != "Fête" {
		t.Errorf("it is never asked for: %q", r.name(fete))
	}
}

// TestAimedByName: whoever names actors of a third server on requests that nothing
// proves does not aim us at it: its keys are asked for as often as may be, then its
// senders are told to come back, and are taken when they do.
func TestAimedByName(t *testing.T) {
	r, victim := newRig(t), newRemote(t)
	r.still = time.Now()
	alice := victim.actor("alice", "Person")
	for range 1200 {
		if wait := r.rules.Ask(victim.URL); wait > 0 {
			t.Fatal(wait)
		}
	}
	body := encode(t, r.activity("Like", alice, base+"/actor"))
	for range 3 {
		if _, after, err := r.post(r.request(victim, alice+"#main-key", body, httpsig.Cavage)); !errors.Is(err, directory.ErrUnavailable) || after == "" {
			t.Errorf("%v, Retry-After %q", err, after)
		}
	}
	if n := victim.requests(); n != 0 {
		t.Errorf("%d requests", n)
	}
	r.skew += time.Minute
	if status, text, err := r.post(r.request(victim, alice+"#main-key", body, httpsig.Cavage)); err != nil || status != http.StatusAccepted {
		t.Errorf("a minute later: %d %s %v", status, text, err)
	}
}

// TestAimedByActor: nor does who signs as somebody else of that server, whose key is
// known, and names an actor that is not.
func TestAimedByActor(t *testing.T) {
	r, victim := newRig(t), newRemote(t)
	r.still = time.Now()
	alice := victim.actor("alice", "Person")
	if _, err := r.actors.KeyByID(context.Background(), alice+"#main-key"); err != nil {
		t.Fatal(err)
	}
	for r.rules.Ask(victim.URL) == 0 {
		continue
	}
	victim.requests()
	for n := range 3 {
		body := encode(t, r.activity("Like", fmt.Sprintf("%s/none/%d", victim.URL, n), base+"/actor"))
		if _, after, err := r.post(r.request(victim, alice+"#main-key", body, httpsig.Cavage)); !errors.Is(err, directory.ErrUnavailable) || after == "" {
			t.Errorf("%v, Retry-After %q", err, after)
		}
	}
	if n := victim.requests(); n != 0 {
		t.Errorf("%d requests", n)
	}
}
