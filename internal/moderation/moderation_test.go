package moderation_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

var admin = directory.Who{UserID: "1", Name: "ada", Admin: true}

func TestRules(t *testing.T) {
	ctx := context.Background()
	m := moderation.New(storetest.Open(t, "sqlite"), nil)
	for _, err := range []error{
		m.Block(ctx, admin, "Spam.example", "spam"), m.Block(ctx, admin, "https://forêt.example/", "copie"),
		m.Allow(ctx, admin, "good.spam.example", "they are not them"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for origin, want := range map[string]bool{
		"https://spam.example": false, "https://spam.example:8443": false, "https://a.b.spam.example": false,
		"https://good.spam.example": true, "https://x.good.spam.example": true, "https://notspam.example": true,
		"https://spam.example.org": true, "https://xn--fort-ipa.example": false, "https://example": true,
	} {
		v, err := m.CheckOrigin(ctx, origin)
		if err != nil || v.Allowed != want || v.Allowed == (v.Reason != "") {
			t.Errorf("%s: %+v, %v", origin, v, err)
		}
	}
	if _, err := m.CheckActor(ctx, "not a url"); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("not a url: %v", err)
	}
	if err := m.Block(ctx, directory.Who{UserID: "2"}, "x.example", "why"); !errors.Is(err, directory.ErrForbidden) {
		t.Errorf("anybody may block: %v", err)
	}
	if err := m.Block(ctx, admin, "x.example", " "); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("a block without a reason: %v", err)
	}
	if err := m.Unset(ctx, admin, "x.example", ""); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("unset of nothing: %v", err)
	}
}

// TestBlockEmptiesQueue: a blocked host follows nobody here and nothing waits
// for it; the decision is on record; and it can be taken back.
func TestBlockEmptiesQueue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		m := moderation.New(st, func() time.Time { return time.Now() })
		const origin, us = "https://sub.spam.example", "https://us.example/actor"
		err := st.Write(ctx, func(tx *store.Tx) error {
			for _, actor := range []string{origin + "/u", origin + ".org/u"} {
				f := store.Follower{Actor: actor, Object: us, Inbox: actor + "/inbox", State: store.FollowAccepted}
				if err := tx.PutFollower(ctx, f); err != nil {
					return err
				}
			}
			if err := tx.PutActivity(ctx, store.Activity{ID: us + "/1", Actor: us, Type: "Create", Body: []byte("{}")}); err != nil {
				return err
			}
			return tx.Enqueue(ctx, store.Delivery{Peer: origin, ActivityID: us + "/1", Sender: "instance", Inbox: origin + "/u/inbox"})
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Block(ctx, admin, "spam.example", "spam"); err != nil {
			t.Fatal(err)
		}
		p, err := st.Peer(ctx, origin)
		if err != nil || p.State != store.PeerBlocked || p.Queued != 0 {
			t.Errorf("blocked peer: %+v, %v", p, err)
		}
		fs, err := st.Followers(ctx, us, "", 10)
		if err != nil || len(fs) != 1 || fs[0].Actor != origin+".org/u" {
			t.Errorf("followers: %+v, %v", fs, err)
		}
		log, err := st.Audit(ctx, "", 10)
		if err != nil || len(log) != 1 || log[0].WhoName != "ada" || log[0].Verb != "domain.block" || log[0].Object != "spam.example" || log[0].Detail != "spam" {
			t.Errorf("audit: %+v, %v", log, err)
		}
		if err := m.Unset(ctx, admin, "spam.example", "talked"); err != nil {
			t.Fatal(err)
		}
		if p, err := st.Peer(ctx, origin); err != nil || p.State != store.PeerUp {
			t.Errorf("unblocked peer: %+v, %v", p, err)
		}
		if v, err := m.CheckOrigin(ctx, origin); err != nil || !v.Allowed {
			t.Errorf("unblocked: %+v, %v", v, err)
		}
	})
}
