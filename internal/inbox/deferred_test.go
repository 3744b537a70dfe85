package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// fair is a local organisation with an event that can be answered.
func (r *rig) fair(ctx context.Context) (org, event directory.Entry) {
	r.t.Helper()
	org, err := r.ledger.CreateOrganisation(ctx, system, directory.Entry{Handle: "coop", Name: directory.LangText{"fr": "Coop"}, Status: directory.StatusPublished})
	if err != nil {
		r.t.Fatal(err)
	}
	event, err = r.ledger.Create(ctx, system, directory.Entry{Kind: directory.KindEvent, Owner: org.ID, Status: directory.StatusPublished,
		Name: directory.LangText{"fr": "Foire"}, Period: &directory.Period{Start: "2031-06-06T18:00:00+02:00"}})
	if err != nil {
		r.t.Fatal(err)
	}
	return org, event
}

func answerTo(id, by, to, text string) object {
	return object{"id": id, "type": "Note", "attributedTo": by, "inReplyTo": to, "content": text, "to": []string{allOfUs}, "published": day.Format(time.RFC3339)}
}

// TestDeleteBeforeReply: a reply whose Delete came first does not appear, unless
// the Delete was another's or is a day old.
func TestDeleteBeforeReply(t *testing.T) {
	ctx := context.Background()
	r, them := newRig(t), newRemote(t)
	alice, bob := them.actor("alice", "Person"), them.actor("bob", "Person")
	_, event := r.fair(ctx)
	for i, c := range []struct {
		name, by string
		follow   bool
		wait     time.Duration
		kept     bool
	}{
		{"its author's Delete", alice, false, 0, false},
		{"another's Delete", bob, false, 0, true},
		{"its author's, long ago", alice, false, 25 * time.Hour, true},
		{"its author's, of whom we follow", alice, true, 0, false},
	} {
		if c.follow {
			r.follows(alice)
		}
		id := fmt.Sprintf("%s/notes/%d", them.URL, i)
		for _, actor := range []string{alice, bob} { // known, else a Delete is not even verified
			if _, err := r.actors.Actor(ctx, actor); err != nil {
				t.Fatal(err)
			}
		}
		if status, text, err := r.post(r.request(them, c.by+"#main-key", encode(t, r.activity("Delete", c.by, id)), httpsig.Cavage)); err != nil || status != http.StatusAccepted {
			t.Fatalf("%s: %d %s %v", c.name, status, text, err)
		}
		r.apply() // of whom we follow it is tried again for a while
		r.skew += c.wait
		r.deliver(them, r.activity("Create", alice, answerTo(id, alice, event.URI, "je viens")))
		if _, err := r.st.ReplyByURI(ctx, id); (err == nil) != c.kept || err != nil && !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("%s: %v, want kept %t", c.name, err, c.kept)
		}
	}
}

// TestQuarantineHolds: what a server in quarantine asks waits for the decision on
// its key: applied when it is believed, dropped when it is blocked.
func TestQuarantineHolds(t *testing.T) {
	for _, accept := range []bool{true, false} {
		t.Run(fmt.Sprintf("accept %t", accept), func(t *testing.T) {
			ctx := context.Background()
			r, them := newRig(t), newRemote(t)
			alice, bob := them.actor("alice", "Person"), them.actor("bob", "Person")
			org, event := r.fair(ctx)
			if got := r.deliver(them, r.activity("Follow", bob, org.URI)); got != "" {
				t.Fatal(got)
			}
			if err := r.st.Write(ctx, func(tx *store.Tx) error {
				return errors.Join(tx.PutPeer(ctx, store.Peer{Origin: them.URL, State: store.PeerDead}),
					r.rules.KeyChanged(ctx, tx, peer.KeyChange{Actor: alice, Old: "old", New: "new"}))
			}); err != nil {
				t.Fatal(err)
			}
			reply := them.URL + "/notes/1"
			for _, act := range []object{
				r.activity("Follow", alice, org.URI),
				r.activity("Undo", bob, object{"type": "Follow", "actor": bob, "object": org.URI}),
				r.activity("Create", alice, answerTo(reply, alice, event.URI, "je viens")),
			} {
				if got := r.deliver(them, act); !strings.HasPrefix(got, "held") {
					t.Errorf("%s: %q", act["type"], got)
				}
			}
			followers := func() string {
				fs, err := r.st.FollowersFrom(ctx, them.URL)
				if err != nil {
					t.Fatal(err)
				}
				out := ""
				for _, f := range fs {
					out += strings.TrimPrefix(f.Actor, them.URL)
				}
				return out
			}
			if got := followers(); got != "/bob" {
				t.Errorf("meanwhile %q follow", got)
			}
			decide, want := r.rules.RefuseKey, "/bob"
			if accept {
				decide, want = r.rules.AcceptKey, "/alice"
			}
			if err := decide(ctx, system, them.URL, "looked at it"); err != nil {
				t.Fatal(err)
			}
			r.apply()
			if got := followers(); accept && got != want {
				t.Errorf("afterwards %q follow, want %q", got, want)
			}
			if _, err := r.st.ReplyByURI(ctx, reply); (err == nil) != accept {
				t.Errorf("the reply: %v", err)
			}
			if n, err := r.st.CountHeldBack(ctx, them.URL); err != nil || n != 0 {
				t.Errorf("%d are still held, %v", n, err)
			}
		})
	}
}
