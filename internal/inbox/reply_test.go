package inbox_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestReplies walks a reply through the inbox: who may send, change and delete
// it, and what is kept of it.
func TestReplies(t *testing.T) {
	ctx := context.Background()
	r, them, evil := newRig(t), newRemote(t), newRemote(t)
	alice, bob, mallory := them.actor("alice", "Person"), them.actor("bob", "Person"), evil.actor("mallory", "Person")
	org, err := r.ledger.CreateOrganisation(ctx, system, directory.Entry{Handle: "coop", Name: directory.LangText{"fr": "Coop"}, Status: directory.StatusPublished})
	if err != nil {
		t.Fatal(err)
	}
	fair, err := r.ledger.Create(ctx, system, directory.Entry{Kind: directory.KindEvent, Owner: org.ID, Status: directory.StatusPublished,
		Name: directory.LangText{"fr": "Foire"}, Period: &directory.Period{Start: "2031-06-06T18:00:00+02:00"}})
	if err != nil {
		t.Fatal(err)
	}
	post := func(id, by, to, text string, at time.Time) object {
		return object{"id": id, "type": "Note", "attributedTo": by, "inReplyTo": to, "content": text, "to": []string{allOfUs},
			"published": day.Format(time.RFC3339), "updated": at.Format(time.RFC3339)}
	}
	one := them.URL + "/notes/1"
	kept := func() string {
		t.Helper()
		v, err := r.st.ReplyByURI(ctx, one)
		if err != nil {
			return ""
		}
		return string(v.State) + " " + v.Body
	}
	step := func(name string, from *remote, act object, why, want string) {
		t.Helper()
		if got := r.deliver(from, act); !strings.Contains(got, why) || why == "" && got != "" {
			t.Errorf("%s: %q, want %q", name, got, why)
		}
		if got := kept(); got != want {
			t.Errorf("%s: keeps %q, want %q", name, got, want)
		}
	}
	secret := post(one, alice, fair.URI, "psst", day)
	secret["to"] = []string{org.URI}
	private := r.activity("Create", alice, secret)
	private["to"] = []string{org.URI}
	step("a private post", them, private, "", "")
	if rec, err := r.st.Received(ctx, private["id"].(string)); err != nil || len(rec.Body) != 0 {
		t.Errorf("%d bytes of a private post are kept, %v", len(rec.Body), err)
	}
	step("another's post", them, r.activity("Create", bob, post(one, alice, fair.URI, "faux", day)), "follows", "")
	step("another host's post", evil, r.activity("Create", mallory, post(one, mallory, fair.URI, "faux", day)), "follows", "")
	step("a post about nothing", them, r.activity("Create", alice, post(one, alice, base+"/events/none", "x", day)), "follows", "")
	first := r.activity("Create", alice, post(one, alice, fair.URI, "<p>Je viens<script>alert(1)</script></p>", day))
	step("a reply", them, first, "", "pending <p>Je viens</p>")
	if rec, err := r.st.Received(ctx, first["id"].(string)); err != nil || len(rec.Body) != 0 {
		t.Errorf("%d received bytes are kept, %v", len(rec.Body), err)
	}
	step("an older version", them, r.activity("Update", alice, post(one, alice, fair.URI, "vieux", day)), "", "pending <p>Je viens</p>")
	step("changed by another", them, r.activity("Update", bob, post(one, bob, fair.URI, "faux", day.Add(time.Hour))), "", "pending <p>Je viens</p>")
	step("changed from another host", evil, r.activity("Update", mallory, post(one, alice, fair.URI, "faux", day.Add(time.Hour))), "follows", "pending <p>Je viens</p>")
	step("changed", them, r.activity("Update", alice, post(one, alice, fair.URI, "Je ne viens plus", day.Add(time.Hour))), "", "pending <p>Je ne viens plus</p>")
	step("deleted by another", them, r.activity("Delete", bob, one), "another", "pending <p>Je ne viens plus</p>")
	step("deleted from another host", evil, r.activity("Delete", mallory, one), "another host", "pending <p>Je ne viens plus</p>")
	step("liked", them, r.activity("Like", bob, fair.URI), "", "pending <p>Je ne viens plus</p>")
	step("reacted to", them, r.activity("EmojiReact", bob, fair.URI), "", "pending <p>Je ne viens plus</p>")
	step("deleted", them, r.activity("Delete", alice, object{"type": "Tombstone", "id": one}), "", "removed ")
	step("and again created", them, r.activity("Create", alice, post(one, alice, fair.URI, "encore", day.Add(2*time.Hour))), "", "removed ")

	one = them.URL + "/notes/2"
	them.set("/notes/2", post(one, bob, fair.URI, "par son adresse", day))
	byID := r.activity("Create", bob, one)
	byID["cc"] = []string{org.URI}
	step("named by its id", them, byID, "", "pending <p>par son adresse</p>")
	step("its author leaves", them, r.activity("Delete", bob, bob), "", "removed ")
	if n, err := r.st.CountReplies(ctx, store.ReplyFilter{EntryID: fair.ID}); err != nil || n != 2 {
		t.Errorf("%d replies, want 2, %v", n, err)
	}
}
