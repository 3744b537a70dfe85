package inbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// claim lets an actor of a server say that it is also known as others, and more.
func (r *remote) claim(name, typ string, more object) string {
	r.t.Helper()
	id := r.actor(name, typ)
	r.mu.Lock()
	defer r.mu.Unlock()
	doc := r.docs["/"+name].(object)
	for k, v := range more {
		doc[k] = v
	}
	return id
}

func (r *rig) move(old, target string) object {
	act := r.activity("Move", old, old)
	act["target"] = target
	return act
}

// TestForgedMoves: each is dropped with its reason and changes nothing.
func TestForgedMoves(t *testing.T) {
	r, them, evil := newRig(t), newRemote(t), newRemote(t)
	org, mallory := them.actor("org", "Group"), evil.actor("mallory", "Group")
	r.follows(org)
	r.follows(mallory)
	honest := evil.claim("honest", "Group", object{"alsoKnownAs": []string{mallory}})
	onward := evil.claim("onward", "Group", object{"alsoKnownAs": []string{org}, "movedTo": honest})
	evil.set("/liar", object{"@context": as, "id": honest, "type": "Group", "inbox": honest + "/inbox", "alsoKnownAs": []string{org}})
	noted := evil.URL + "/noted"
	evil.set("/noted", object{"@context": as, "id": noted, "type": "Note", "content": "x", "alsoKnownAs": "urn:x"})
	here := r.commons(nil)
	for name, tt := range map[string]struct {
		from   *remote
		actor  string
		object string
		target string
		why    string
	}{
		"of another, by who gains":          {evil, mallory, org, honest, "moves another actor"},
		"without a target":                  {them, org, org, "", "without another target"},
		"to itself":                         {them, org, org, org, "without another target"},
		"to who does not know it":           {them, org, org, mallory, "does not say that it is also known as"},
		"to who knows another":              {them, org, org, honest, "does not say that it is also known as"},
		"to who moved on":                   {them, org, org, onward, "has moved itself"},
		"to a document of another":          {them, org, org, evil.URL + "/liar", "answers with the document"},
		"to a note":                         {them, org, org, noted, "does not say"},
		"to nothing":                        {them, org, org, evil.URL + "/nothing", "not found"},
		"to an entry of ours that does not": {them, org, org, here, "does not say that it is also known as"},
		"to our instance":                   {them, org, org, base + "/actor", "not found"},
		"of an entry of ours":               {them, org, here, honest, "moves another actor"},
		"to no URL":                         {them, org, org, "acct:x@y", "target"},
	} {
		act := r.activity("Move", tt.actor, tt.object)
		act["target"] = tt.target
		if why := r.patiently(tt.from, act); !strings.Contains(why, tt.why) {
			t.Errorf("%s: %q", name, why)
		}
	}
	moves, err := r.st.Moves(t.Context(), "", "", 10)
	if err != nil || len(moves) != 0 {
		t.Errorf("believed: %+v, %v", moves, err)
	}
	if fs, err := r.st.Followings(t.Context(), "", "", 10); err != nil || len(fs) != 2 {
		t.Errorf("followed: %+v, %v", fs, err)
	}
}

// patiently is deliver for what is tried again for minutes.
func (r *rig) patiently(from *remote, act object) string {
	r.t.Helper()
	status, text, err := r.post(r.request(from, act["actor"].(string)+"#main-key", encode(r.t, act), httpsig.Cavage))
	if err != nil || status != http.StatusAccepted {
		r.t.Fatalf("%s: %d %s %v", act["type"], status, text, err)
	}
	for range 10 {
		r.apply()
		rec, err := r.st.Received(r.t.Context(), act["id"].(string))
		if err != nil {
			r.t.Fatal(err)
		}
		if !rec.Done.IsZero() {
			return rec.Error
		}
		r.skew += time.Minute
	}
	r.t.Fatalf("%s is not done: %v", act["type"], act["id"])
	return ""
}

// TestMoveBeforeClaim: the alias was set a moment before the Move, and the target's
// server serves what it had written down earlier for three minutes more, as Mastodon does.
func TestMoveBeforeClaim(t *testing.T) {
	r, them, other := newRig(t), newRemote(t), newRemote(t)
	alice := them.actor("alice", "Person")
	if why := r.deliver(them, r.activity("Follow", alice, base+"/actor")); why != "" {
		t.Fatal(why)
	}
	target := other.claim("alice", "Person", object{})
	move := r.move(alice, target)
	if status, text, err := r.post(r.request(them, alice+"#main-key", encode(t, move), httpsig.Cavage)); err != nil || status != http.StatusAccepted {
		t.Fatalf("%d %s %v", status, text, err)
	}
	r.apply()
	r.skew += 3 * time.Minute
	other.claim("alice", "Person", object{"alsoKnownAs": []string{alice}})
	r.skew += 2 * time.Minute
	r.apply()
	if rec, err := r.st.Received(t.Context(), move["id"].(string)); err != nil || rec.Done.IsZero() || rec.Error != "" {
		t.Errorf("%+v, %v", rec, err)
	}
	if n, err := r.st.CountFollowers(t.Context(), base+"/actor"); err != nil || n != 0 {
		t.Errorf("%d followers, %v", n, err)
	}
}

// commons adds a public entry of ours and returns its id.
func (r *rig) commons(aka []string) string {
	r.t.Helper()
	org, err := r.ledger.CreateOrganisation(r.t.Context(), system, directory.Entry{Name: directory.LangText{"fr": "Coop"}, Status: directory.StatusPublished})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, id := range aka {
		if _, err := r.ledger.Claim(r.t.Context(), system, org.ID, id); err != nil {
			r.t.Fatal(err)
		}
	}
	return org.URI
}

// TestMoveOfUnknown: of whom we know nothing, nothing is asked.
func TestMoveOfUnknown(t *testing.T) {
	r, them, other := newRig(t), newRemote(t), newRemote(t)
	nobody := them.actor("nobody", "Person")
	target := other.claim("target", "Person", object{"alsoKnownAs": []string{nobody}})
	if why := r.deliver(them, r.move(nobody, target)); !strings.Contains(why, "unknown here") || other.requests() > 0 {
		t.Errorf("%q", why)
	}
}

// TestMoveOfFollower: a person who follows us and moves is let go: their new
// account follows by itself.
func TestMoveOfFollower(t *testing.T) {
	r, them, other := newRig(t), newRemote(t), newRemote(t)
	alice := them.actor("alice", "Person")
	us := base + "/actor"
	if why := r.deliver(them, r.activity("Follow", alice, us)); why != "" {
		t.Fatal(why)
	}
	target := other.claim("alice", "Person", object{"alsoKnownAs": alice})
	if why := r.deliver(them, r.move(alice, target)); why != "" {
		t.Fatal(why)
	}
	if n, err := r.st.CountFollowers(t.Context(), us); err != nil || n != 0 {
		t.Errorf("%d followers, %v", n, err)
	}
	if fs, err := r.st.Followings(t.Context(), "", "", 10); err != nil || len(fs) != 0 {
		t.Errorf("we follow a person: %+v, %v", fs, err)
	}
}

// TestMoveOfSource: the new address is followed by the same rule, once, and the
// directory shows one entry.
func TestMoveOfSource(t *testing.T) {
	r, them, other := newRig(t), newRemote(t), newRemote(t)
	ctx := t.Context()
	old := them.claim("org", "Group", object{"published": day.Format(time.RFC3339)})
	r.follows(old)
	them.mu.Lock()
	doc := them.docs["/org"].(object)
	them.mu.Unlock()
	if why := r.deliver(them, r.activity("Update", old, doc)); why != "" {
		t.Fatal(why)
	}
	err := r.st.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.Following(ctx, base+"/actor", old)
		if err != nil {
			return err
		}
		f.Rule = `{"action":"publish"}`
		return tx.PutFollowing(ctx, f)
	})
	if err != nil {
		t.Fatal(err)
	}
	target := other.claim("org", "Group", object{"alsoKnownAs": []string{old}, "published": day.Format(time.RFC3339)})
	for range 2 {
		if why := r.deliver(them, r.move(old, target)); why != "" {
			t.Fatal(why)
		}
	}
	f, err := r.st.Following(ctx, base+"/actor", target)
	if err != nil || f.State != store.FollowPending || f.Rule != `{"action":"publish"}` {
		t.Errorf("%+v, %v", f, err)
	}
	if ds, err := r.st.Deliveries(ctx, other.URL, 10); err != nil || len(ds) != 1 {
		t.Errorf("%d Follows, %v", len(ds), err)
	}
	es, err := r.st.Entries(ctx, store.EntryFilter{})
	if err != nil || len(es) != 1 || es[0].URI != target {
		t.Errorf("listed %+v, %v", es, err)
	}
	was, err := r.st.EntryByURI(ctx, old)
	if to, ok, serr := r.st.Successor(ctx, was); err != nil || serr != nil || !ok || to.URI != target {
		t.Errorf("the old one leads to %s, %v, %v", to.URI, err, serr)
	}
	if ms, err := r.st.Moves(ctx, store.MoveIn, "", 10); err != nil || len(ms) != 1 || ms[0].OldURI != old || ms[0].NewURI != target {
		t.Errorf("%+v, %v", ms, err)
	}
}

// TestMoveToUs: an actor of elsewhere moves to an entry of ours that claims it.
func TestMoveToUs(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	alice := them.actor("alice", "Person")
	target := r.commons([]string{alice})
	if why := r.deliver(them, r.activity("Follow", alice, base+"/actor")); why != "" {
		t.Fatal(why)
	}
	if why := r.deliver(them, r.move(alice, target)); why != "" {
		t.Error(why)
	}
	if ms, err := r.st.Moves(t.Context(), store.MoveIn, "", 10); err != nil || len(ms) != 1 || ms[0].NewURI != target {
		t.Errorf("%+v, %v", ms, err)
	}
}

// TestMovesAreRare: an actor that moves again and again fills no table; a week
// later it may.
func TestMovesAreRare(t *testing.T) {
	r, them, other := newRig(t), newRemote(t), newRemote(t)
	old := them.claim("org", "Group", object{"published": day.Format(time.RFC3339)})
	r.follows(old)
	one := other.claim("one", "Group", object{"alsoKnownAs": []string{old}})
	two := other.claim("two", "Group", object{"alsoKnownAs": []string{old}})
	kept := func(want int) {
		t.Helper()
		if ms, err := r.st.Moves(t.Context(), store.MoveIn, "", 10); err != nil || len(ms) != want {
			t.Errorf("%d moves are kept, want %d: %v", len(ms), want, err)
		}
	}
	if why := r.deliver(them, r.move(old, one)); why != "" {
		t.Fatal(why)
	}
	for range 2 {
		if why := r.deliver(them, r.move(old, two)); !strings.Contains(why, "moved on") {
			t.Errorf("moved again: %q", why)
		}
		if why := r.deliver(them, r.move(old, one)); why != "" {
			t.Errorf("the same again: %q", why)
		}
	}
	kept(1)
	if _, err := r.st.Following(t.Context(), base+"/actor", two); err == nil {
		t.Error("the second is followed")
	}
	r.skew += 8 * 24 * time.Hour
	if why := r.deliver(them, r.move(old, two)); why != "" {
		t.Errorf("a week later: %q", why)
	}
	kept(2)
}
