package inbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

var day = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

// TestFollowing: Follow is accepted each time, Undo is matched by who signs
// and whom they follow, and nobody undoes another's follow.
func TestFollowing(t *testing.T) {
	ctx := context.Background()
	r, them := newRig(t), newRemote(t)
	alice, bob := them.actor("alice", "Person"), them.actor("bob", "Person")
	us := base + "/actor"
	first := r.activity("Follow", alice, us)
	if why := r.deliver(them, first); why != "" {
		t.Fatal(why)
	}
	f, err := r.st.Follower(ctx, alice, us)
	if err != nil || f.State != store.FollowAccepted || f.Bocage || f.Inbox != alice+"/inbox" {
		t.Fatalf("%+v, %v", f, err)
	}
	second := r.activity("Follow", alice, us)
	if why := r.deliver(them, second); why != "" {
		t.Fatal(why)
	}
	ds, err := r.st.Deliveries(ctx, them.URL, 10)
	if err != nil || len(ds) != 2 {
		t.Fatalf("%d Accepts, %v", len(ds), err)
	}
	for i, follow := range []object{first, second} {
		var accept struct {
			Type, Actor string
			Object      struct{ ID, Type, Actor, Object string }
		}
		if err := json.Unmarshal(ds[i].Body, &accept); err != nil || accept.Type != "Accept" || accept.Object.ID != follow["id"] || ds[i].Inbox != alice+"/inbox" {
			t.Errorf("accept %d: %+v, %v", i, accept, err)
		}
	}
	if why := r.deliver(them, r.activity("Undo", bob, object{"type": "Follow", "actor": alice, "object": us})); !strings.Contains(why, "Follow by") {
		t.Errorf("bob undid alice's follow: %q", why)
	}
	if why := r.deliver(them, r.activity("Undo", bob, first["id"])); !strings.Contains(why, "activity of") {
		t.Errorf("bob undid alice's follow by its id: %q", why)
	}
	if n, err := r.st.CountFollowers(ctx, us); err != nil || n != 1 {
		t.Fatalf("%d followers, %v", n, err)
	}
	// As Gancio sends it: without an actor, with an id that nobody knows.
	if why := r.deliver(them, r.activity("Undo", alice, object{"id": alice + "#follows/1", "type": "Follow", "object": us})); why != "" {
		t.Error(why)
	}
	if n, err := r.st.CountFollowers(ctx, us); err != nil || n != 0 {
		t.Errorf("%d followers after Undo, %v", n, err)
	}
	late := r.activity("Follow", alice, us)
	if why := r.deliver(them, r.activity("Undo", alice, late)); why != "" {
		t.Error(why)
	}
	if why := r.deliver(them, late); why != "" {
		t.Error(why)
	}
	if n, err := r.st.CountFollowers(ctx, us); err != nil || n != 0 {
		t.Errorf("%d followers after an Undo that overtook its Follow, %v", n, err)
	}
	for _, target := range []string{base + "/entries/none", them.URL + "/bob"} {
		if why := r.deliver(them, r.activity("Follow", alice, target)); why == "" {
			t.Errorf("a Follow of %s was accepted", target)
		}
	}
}

// TestUnfollowedWithoutNumber: the Undos by which a Mastodon takes back follows of
// which it has no record have one id, and are several.
func TestUnfollowedWithoutNumber(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	alice := them.actor("alice", "Person")
	org, _ := r.fair(t.Context())
	for _, us := range []string{base + "/actor", org.URI} {
		if why := r.deliver(them, r.activity("Follow", alice, us)); why != "" {
			t.Fatal(why)
		}
	}
	for i, us := range []string{base + "/actor", org.URI} {
		undo := r.activity("Undo", alice, object{"id": alice + "#follows/", "type": "Follow", "actor": alice, "object": us})
		undo["id"] = alice + "#follows//undo"
		if status, text, err := r.post(r.request(them, alice+"#main-key", encode(t, undo), httpsig.Cavage)); err != nil || status != http.StatusAccepted {
			t.Fatalf("%d %s %v", status, text, err)
		}
		r.apply()
		if n, err := r.st.CountFollowers(t.Context(), us); err != nil || n != 0 {
			t.Errorf("%d: %d followers, %v", i, n, err)
		}
	}
}

// TestUnfollowedLater: a follow is taken back by its id long after what was received
// is forgotten, and by who made it only.
func TestUnfollowedLater(t *testing.T) {
	ctx := context.Background()
	r, them := newRig(t), newRemote(t)
	alice, bob := them.actor("alice", "Person"), them.actor("bob", "Person")
	us := base + "/actor"
	follow := r.activity("Follow", alice, us)
	if why := r.deliver(them, follow); why != "" {
		t.Fatal(why)
	}
	if err := r.st.Write(ctx, func(tx *store.Tx) error { return tx.Prune(ctx, store.PruneOptions{Received: time.Microsecond}) }); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		by   string
		left int
	}{{bob, 1}, {alice, 0}} {
		if why := r.deliver(them, r.activity("Undo", c.by, follow["id"])); why != "" {
			t.Errorf("by %s: %s", c.by, why)
		}
		if n, err := r.st.CountFollowers(ctx, us); err != nil || n != c.left {
			t.Errorf("undone by %s: %d followers, %v", c.by, n, err)
		}
	}
}

// TestAnswers: only the actor that we asked can accept, and it starts a backfill.
func TestAnswers(t *testing.T) {
	ctx := context.Background()
	r, them := newRig(t), newRemote(t)
	relay, other := them.actor("relay", "Application"), them.actor("other", "Person")
	r.follows(relay)
	state := func() store.FollowState {
		t.Helper()
		f, err := r.st.Following(ctx, base+"/actor", relay)
		if err != nil {
			t.Fatal(err)
		}
		return f.State
	}
	if why := r.deliver(them, r.activity("Reject", other, base+"/activities/follow")); why == "" || state() != store.FollowAccepted {
		t.Errorf("another rejected for it: %q, %s", why, state())
	}
	if why := r.deliver(them, r.activity("Reject", relay, object{"type": "Follow", "id": "urn:x", "actor": base + "/actor", "object": relay})); why != "" || state() != store.FollowRejected {
		t.Errorf("reject: %q, %s", why, state())
	}
	if why := r.deliver(them, r.activity("Accept", relay, base+"/activities/follow")); why != "" || state() != store.FollowAccepted {
		t.Errorf("accept: %q, %s", why, state())
	}
	if f, err := r.st.Following(t.Context(), base+"/actor", relay); err != nil || f.LastError != "" {
		t.Errorf("it was accepted after all, and is shown with %q, %v", f.LastError, err)
	}
}

// TestAttendance: a person that we follow says to our event that they come, do not or
// may (Friendica). That is no answer to the Follow, and no forgery.
func TestAttendance(t *testing.T) {
	ctx := t.Context()
	r, them := newRig(t), newRemote(t)
	ana := them.actor("ana", "Person")
	r.follows(ana)
	_, fair := r.fair(ctx)
	for _, typ := range []string{"Reject", "Accept", "TentativeAccept", "Reject"} {
		said := r.activity(typ, ana, fair.URI)
		if why := r.deliver(them, said); why != "" {
			t.Errorf("%s of the event: %s", typ, why)
		}
		said["object"] = object{"type": "Event", "id": fair.URI}
		said["id"] = said["id"].(string) + "-embedded"
		if why := r.deliver(them, said); why != "" {
			t.Errorf("%s of the embedded event: %s", typ, why)
		}
		if f, err := r.st.Following(ctx, base+"/actor", ana); err != nil || f.State != store.FollowAccepted {
			t.Fatalf("after %s of the event the follow is %s, %v", typ, f.State, err)
		}
	}
	if why := r.deliver(them, r.activity("Reject", ana, base+"/activities/of-before")); why != "" {
		t.Error(why)
	}
	if f, err := r.st.Following(ctx, base+"/actor", ana); err != nil || f.State != store.FollowRejected {
		t.Errorf("a Follow by an id of before: %s, %v", f.State, err)
	}
}

// TestAcceptanceRules walks through federation.md §6.4.
func TestAcceptanceRules(t *testing.T) {
	r, them, evil := newRig(t), newRemote(t), newRemote(t)
	relay, org := them.actor("relay", "Application"), them.actor("org", "Group")
	mallory := evil.actor("mallory", "Application")
	stranger := newRemote(t)
	nobody := stranger.actor("nobody", "Person")
	r.follows(relay)
	r.follows(mallory)
	fair := them.URL + "/fair"
	them.set("/fair", event(fair, org, "Foire", day))

	step := func(name string, from *remote, act object, why, shown string) {
		t.Helper()
		if got := r.deliver(from, act); !strings.Contains(got, why) || why == "" && got != "" {
			t.Errorf("%s: %q, want %q", name, got, why)
		}
		if got := r.name(fair); got != shown {
			t.Errorf("%s: shows %q, want %q", name, got, shown)
		}
	}
	step("not followed", stranger, r.activity("Create", nobody, event(stranger.URL+"/e", nobody, "Spam", day)), "follows", "")
	step("embedded object of another host is fetched", evil, r.activity("Create", mallory, event(fair, mallory, "Faux", day.Add(time.Hour))), "", "Foire")
	step("and cannot be updated by another host", evil, r.activity("Update", mallory, event(fair, mallory, "Faux", day.Add(time.Hour))), "", "Foire")
	step("nor deleted", evil, r.activity("Delete", mallory, fair), "another host", "Foire")
	step("one of ours", evil, r.activity("Create", mallory, event(base+"/events/1", mallory, "Faux", day)), "ours", "Foire")
	step("its owner updates it", them, r.activity("Update", org, event(fair, org, "Grande foire", day.Add(time.Hour))), "", "Grande foire")
	step("an older version", them, r.activity("Update", org, event(fair, org, "Vieille foire", day)), "newer", "Grande foire")
	them.set("/fair", event(fair, org, "Grande foire", day.Add(time.Hour)))
	step("another actor of the host is checked", them, r.activity("Update", relay, event(fair, relay, "Faux", day.Add(2*time.Hour))), "newer", "Grande foire")
	step("another actor of the host cannot delete what is there", them, r.activity("Delete", relay, fair), "still there", "Grande foire")
	step("its owner deletes it", them, r.activity("Delete", org, object{"type": "Tombstone", "id": fair}), "", "")
	step("a tombstone stays dead", them, r.activity("Create", org, event(fair, org, "Foire", day.Add(3*time.Hour))), "newer", "")
	them.set("/fair", event(fair, org, "Foire", r.now().Add(time.Hour)))
	step("unless its origin has a newer one", them, r.activity("Create", org, event(fair, org, "Foire", r.now().Add(time.Hour))), "", "Foire")
	step("a note is no entry", them, r.activity("Create", org, object{"type": "Note", "id": them.URL + "/n", "attributedTo": org, "content": "x", "to": []string{allOfUs}}), "not an entry", "Foire")
	panics := event(them.URL+"/p", org, "Piège", day)
	panics["duration"] = ""
	if why := r.deliver(them, r.activity("Create", org, panics)); strings.Contains(why, "panic") {
		t.Error(why)
	}
}

// TestDeletedActor: an actor that leaves takes its follows and entries along.
func TestDeletedActor(t *testing.T) {
	ctx := context.Background()
	r, them := newRig(t), newRemote(t)
	org := them.actor("org", "Group")
	r.follows(org)
	fair := them.URL + "/fair"
	err := r.st.Write(ctx, func(tx *store.Tx) error {
		for _, e := range []directory.Entry{
			{URI: them.URL + "/ignored", Origin: them.URL, OwnerURI: org}, {URI: them.URL + "/other", Origin: them.URL, OwnerURI: them.URL + "/else"},
		} {
			if err := tx.PutIgnored(ctx, store.Ignored{Entry: e}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range []object{
		r.activity("Follow", org, base+"/actor"), r.activity("Create", org, event(fair, org, "Foire", day)),
		r.activity("Delete", org, org),
	} {
		if why := r.deliver(them, act); why != "" {
			t.Fatalf("%s: %s", act["type"], why)
		}
	}
	if got := r.name(fair); got != "" {
		t.Errorf("still shows %q", got)
	}
	if left, err := r.st.IgnoredFrom(ctx, them.URL, "", 10); err != nil || len(left) != 1 || left[0].Entry.URI != them.URL+"/other" {
		t.Errorf("ignored: %+v, %v", left, err)
	}
	if n, err := r.st.CountFollowers(ctx, base+"/actor"); err != nil || n != 0 {
		t.Errorf("%d followers, %v", n, err)
	}
	if _, err := r.st.Following(ctx, base+"/actor", org); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("still followed: %v", err)
	}
	if _, err := r.actors.Actor(ctx, org); !errors.Is(err, directory.ErrGone) {
		t.Errorf("the actor: %v", err)
	}
}

// TestAnnounce: what a followed relay shares comes from its origin, whatever
// is embedded.
func TestAnnounce(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	relay, org := them.actor("relay", "Application"), them.actor("org", "Group")
	fair := them.URL + "/fair"
	them.set("/fair", event(fair, org, "Foire", day))
	wrapped := r.activity("Announce", relay, object{"type": "Create", "id": fair + "/create", "actor": org, "object": event(fair, org, "Faux", day)})
	if why := r.deliver(them, wrapped); !strings.Contains(why, "follows") {
		t.Errorf("not followed: %q", why)
	}
	r.follows(relay)
	wrapped["id"] = wrapped["id"].(string) + "2"
	if why := r.deliver(them, wrapped); why != "" || r.name(fair) != "Foire" {
		t.Errorf("%q, shows %q", why, r.name(fair))
	}
}

// TestDeleteOvertakes: a Delete that is applied before its Create waits for it.
func TestDeleteOvertakes(t *testing.T) {
	ctx := context.Background()
	r, them := newRig(t), newRemote(t)
	org := them.actor("org", "Group")
	r.follows(org)
	fair := them.URL + "/fair"
	del, create := r.activity("Delete", org, fair), r.activity("Create", org, event(fair, org, "Foire", day))
	for _, act := range []object{del, create} {
		if status, text, err := r.post(r.request(them, org+"#main-key", encode(t, act), 0)); err != nil || status != 202 {
			t.Fatalf("%d %q %v", status, text, err)
		}
	}
	r.apply()
	if got := r.name(fair); got != "" {
		t.Errorf("still shows %q", got)
	}
	if rec, err := r.st.Received(ctx, del["id"].(string)); err != nil || rec.Error != "" {
		t.Errorf("the Delete: %q, %v", rec.Error, err)
	}
}

// TestUnlistedEvent: an event that is not addressed to the public is not taken,
// and one that no longer is leaves the directory.
func TestUnlistedEvent(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	org := them.actor("org", "Organization")
	r.follows(org)
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	unlisted := func(e object) object {
		e["to"], e["cc"] = []string{org + "/followers"}, []string{allOfUs}
		return e
	}
	quietly, openly := them.URL+"/events/1", them.URL+"/events/2"
	if why := r.deliver(them, r.activity("Create", org, unlisted(event(quietly, org, "Entre nous", at)))); why == "" || r.name(quietly) != "" {
		t.Errorf("unlisted: %q, shown as %q", why, r.name(quietly))
	}
	if why := r.deliver(them, r.activity("Create", org, event(openly, org, "Foire", at))); why != "" || r.name(openly) != "Foire" {
		t.Errorf("public: %q, shown as %q", why, r.name(openly))
	}
	if why := r.deliver(them, r.activity("Update", org, unlisted(event(openly, org, "Foire", at.Add(time.Hour))))); why != "" || r.name(openly) != "" {
		t.Errorf("no longer public: %q, shown as %q", why, r.name(openly))
	}
}
