package inbox_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestReactions: likes and boosts of what is ours are counted once for each actor,
// taken back by who made them, and not counted of who is blocked or silenced.
func TestReactions(t *testing.T) {
	ctx := context.Background()
	r, them, loud := newRig(t), newRemote(t), newRemote(t)
	alice, bob, relay := them.actor("alice", "Person"), them.actor("bob", "Person"), them.actor("relay", "Application")
	mallory := loud.actor("mallory", "Person")
	org, err := r.ledger.CreateOrganisation(ctx, system, directory.Entry{Handle: "coop", Name: directory.LangText{"fr": "Coop"}, Status: directory.StatusPublished})
	if err != nil {
		t.Fatal(err)
	}
	fair, err := r.ledger.Create(ctx, system, directory.Entry{Kind: directory.KindText, Owner: org.ID, Status: directory.StatusPublished,
		Name: directory.LangText{"fr": "Charte"}, Text: &directory.Text{Form: "charter"}})
	if err != nil {
		t.Fatal(err)
	}
	note := base + "/notes/1"
	if err := r.st.Write(ctx, func(tx *store.Tx) error {
		return tx.PutActivity(ctx, store.Activity{ID: note, Actor: org.URI, Type: "Note", Object: fair.URI, Body: []byte("{}"), Public: true})
	}); err != nil {
		t.Fatal(err)
	}
	step := func(name string, from *remote, act object, want string) {
		t.Helper()
		if why := r.deliver(from, act); why != "" {
			t.Errorf("%s: %s", name, why)
		}
		likes, shares, err := r.st.CountReactions(ctx, fair.ID)
		if got := fmt.Sprint(likes, shares); err != nil || got != want {
			t.Errorf("%s: %s, want %s, %v", name, got, want, err)
		}
	}
	boost := func(by string, to ...string) object {
		act := r.activity("Announce", by, fair.URI)
		act["to"] = to
		return act
	}
	liked := r.activity("Like", alice, fair.URI)
	step("liked", them, liked, "1 0")
	step("the note is liked too", them, r.activity("Like", alice, note), "1 0")
	step("by another", them, r.activity("Like", bob, note), "2 0")
	step("shared with followers", them, boost(bob, bob+"/followers"), "2 0")
	shared := boost(bob, allOfUs)
	step("shared", them, shared, "2 1")
	step("announced by a program", them, boost(relay, allOfUs), "2 1")
	step("what is not there", them, r.activity("Like", alice, base+"/events/none"), "2 1")
	step("what is elsewhere", them, r.activity("Like", alice, them.URL+"/x"), "2 1")
	if why := r.deliver(them, r.activity("Undo", bob, liked["id"])); !strings.Contains(why, "forged") {
		t.Errorf("taken back by another: %q", why)
	}
	step("taken back with the activity", them, r.activity("Undo", alice, liked), "2 1") // the note still is
	step("taken back by its id", them, r.activity("Undo", bob, shared["id"]), "2 0")
	step("from elsewhere", loud, r.activity("Like", mallory, fair.URI), "3 0")
	rule := moderation.Rule{Target: mallory, Action: moderation.ActionSilence, Reason: "loud"}
	for _, c := range []struct{ action, want string }{{moderation.ActionSilence, "2 0"}, {"unset", "3 0"}} {
		rule.Action = c.action
		if err := r.rules.Set(ctx, system, rule); err != nil {
			t.Fatal(err)
		}
		likes, shares, err := r.st.CountReactions(ctx, fair.ID)
		if got := fmt.Sprint(likes, shares); err != nil || got != c.want {
			t.Errorf("%s: %s, want %s, %v", c.action, got, c.want, err)
		}
	}
	step("its author leaves", loud, r.activity("Delete", mallory, mallory), "2 0")
	d := discussion.New(discussion.Config{Store: r.st, Moderation: r.rules, Env: r.env})
	if err := d.SetReactions(ctx, system, false, ""); err != nil {
		t.Fatal(err)
	}
	step("while none are counted", them, boost(alice, allOfUs), "2 0")
	step("taken back while none are counted", them, r.activity("Undo", alice, r.activity("Like", alice, note)), "1 0")
	if likes, _, err := d.Counts(ctx, fair.ID); err != nil || likes != 0 {
		t.Errorf("%d likes are shown, %v", likes, err)
	}
	if err := r.ledger.Delete(ctx, system, fair.ID, ""); err != nil {
		t.Fatal(err)
	}
	if actors, err := r.st.ReactionActors(ctx); err != nil || len(actors) != 0 {
		t.Errorf("after the deletion there is %v, %v", actors, err)
	}
}

// TestReactionTakenBackBeforeItComes: an Undo may overtake its Like, and then only
// its author's.
func TestReactionTakenBackBeforeItComes(t *testing.T) {
	ctx := context.Background()
	r, them := newRig(t), newRemote(t)
	alice, bob := them.actor("alice", "Person"), them.actor("bob", "Person")
	org, err := r.ledger.CreateOrganisation(ctx, system, directory.Entry{Handle: "coop", Name: directory.LangText{"fr": "Coop"}, Status: directory.StatusPublished})
	if err != nil {
		t.Fatal(err)
	}
	whole, byID, theirs := r.activity("Like", alice, org.URI), r.activity("Like", alice, org.URI), r.activity("Like", alice, org.URI)
	for _, c := range []struct {
		name string
		act  object
		want int
	}{
		{"with its activity", r.activity("Undo", alice, whole), 0},
		{"the Like comes after all", whole, 0},
		{"by its id", r.activity("Undo", alice, byID["id"]), 0},
		{"that Like comes after all", byID, 0},
		{"by another", r.activity("Undo", bob, theirs["id"]), 0},
		{"which is none of theirs", theirs, 1},
	} {
		if why := r.deliver(them, c.act); why != "" {
			t.Errorf("%s: %s", c.name, why)
		}
		if likes, _, err := r.st.CountReactions(ctx, org.ID); err != nil || likes != c.want {
			t.Errorf("%s: %d likes, %v", c.name, likes, err)
		}
	}
}
