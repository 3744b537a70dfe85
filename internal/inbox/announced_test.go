package inbox_test

import (
	"context"
	"errors"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
)

// ruled gives a followed source a rule.
func (r *rig) ruled(actor, rule string) {
	r.t.Helper()
	ctx := context.Background()
	err := r.st.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.Following(ctx, r.env.InstanceURI(), actor)
		if err != nil {
			return err
		}
		f.Rule = rule
		return tx.PutFollowing(ctx, f)
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// TestAnnouncedRule: the rule of who announces an entry counts beside that of
// who publishes it, also when we had it already.
func TestAnnouncedRule(t *testing.T) {
	r, them, elsewhere := newRig(t), newRemote(t), newRemote(t)
	org, guide, narrow := them.actor("org", "Group"), elsewhere.actor("guide", "Service"), elsewhere.actor("narrow", "Service")
	for _, actor := range []string{org, guide, narrow} {
		r.follows(actor)
	}
	r.ruled(org, `{"action":"review"}`)
	r.ruled(narrow, `{"kinds":["text"]}`)
	fair := them.URL + "/fair"
	them.set("/fair", event(fair, org, "Foire", day))
	status := func() directory.Status {
		t.Helper()
		e, err := r.st.EntryByURI(context.Background(), fair)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			t.Fatal(err)
		}
		return e.Status
	}
	if why := r.deliver(them, r.activity("Create", org, event(fair, org, "Foire", day))); why != "" || status() != directory.StatusProposed {
		t.Errorf("%q, %s: what the organisation publishes waits", why, status())
	}
	if why := r.deliver(elsewhere, r.activity("Announce", narrow, fair)); why != "" || status() != directory.StatusProposed {
		t.Errorf("%q, %s: a guide followed for its texts lets no event through", why, status())
	}
	if why := r.deliver(elsewhere, r.activity("Announce", guide, fair)); why != "" || status() != directory.StatusPublished {
		t.Errorf("%q, %s: a guide followed for everything does", why, status())
	}
	said, err := r.rules.Explain(context.Background(), r.st.Reader, &directory.Entry{URI: fair, Origin: them.URL, OwnerURI: org, Kind: directory.KindEvent})
	if err != nil || len(said) != 3 {
		t.Errorf("three sources have it, explained %+v, %v", said, err)
	}
}

// TestFollowersWait: whose follows wait, by the setting and by rules on servers.
func TestFollowersWait(t *testing.T) {
	ctx := context.Background()
	r, them := newRig(t), newRemote(t)
	us := r.env.InstanceURI()
	ana, server := them.actor("ana", "Person"), them.actor("server", "Application")
	system := directory.Who{System: true}
	follow := func(actor string) store.FollowState {
		t.Helper()
		if why := r.deliver(them, r.activity("Follow", actor, us)); why != "" {
			t.Fatal(why)
		}
		f, err := r.st.Follower(ctx, actor, us)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			t.Fatal(err)
		}
		return f.State
	}
	set := func(a moderation.Approval) {
		t.Helper()
		if err := r.rules.SetApproval(ctx, system, a, "test"); err != nil {
			t.Fatal(err)
		}
	}
	set(moderation.ApproveInstances)
	if got := follow(server); got != store.FollowPending {
		t.Errorf("a server is %q", got)
	}
	if got := follow(ana); got != store.FollowAccepted {
		t.Errorf("a person is %q", got)
	}
	set(moderation.ApproveEverybody)
	if got := follow(ana); got != store.FollowAccepted {
		t.Errorf("who was accepted is %q after asking again", got)
	}
	if err := r.rules.SetApproval(ctx, system, "later", ""); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("an unknown setting: %v", err)
	}
	if !r.rules.ApprovesFollowers() {
		t.Error("the instance does not say that it approves")
	}
	if err := r.ledger.SetFollowerRule(ctx, system, them.URL, store.FollowerReject, "spam"); err != nil {
		t.Fatal(err)
	}
	if got := follow(ana); got != "" {
		t.Errorf("of a refused server: %q", got)
	}
	if err := r.ledger.SetFollowerRule(ctx, system, them.URL, store.FollowerAccept, "friends"); err != nil {
		t.Fatal(err)
	}
	if got := follow(server); got != store.FollowAccepted {
		t.Errorf("of an accepted server: %q", got)
	}
	if n, err := r.st.CountFollowers(ctx, us); err != nil || n != 1 {
		t.Errorf("%d followers, %v", n, err)
	}
}
