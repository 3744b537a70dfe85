package discussion_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// sentNote is an activity about a Note, as delivered.
type sentNote struct {
	ID, Type, Actor string
	Object          struct {
		ID, Type, AttributedTo, InReplyTo, Context, Content string
		ContentMap                                          map[string]string
		To, CC                                              []string
		Tag                                                 []struct{ Type, Href, Name string }
	}
}

// sent is the last of n deliveries that wait for bob's server.
func (r *rig) sent(n int) (got sentNote) {
	r.t.Helper()
	ds, err := r.st.Deliveries(context.Background(), "https://bob.example", 10)
	if err != nil || len(ds) != n {
		r.t.Fatalf("%d deliveries, want %d, %v", len(ds), n, err)
	}
	if ds[n-1].Inbox != actor("bob").Inbox {
		r.t.Errorf("sent to %s", ds[n-1].Inbox)
	}
	if err := json.Unmarshal(ds[n-1].Body, &got); err != nil {
		r.t.Fatal(err)
	}
	return got
}

// TestAnswer: an answer is a Note by the event's organisation to who is
// answered; it can be edited and is deleted everywhere.
func TestAnswer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		r := newRig(t, st)
		r.send("bob", r.post("bob", "1", r.event.URI, "À quelle heure ?"))
		bob := r.reply("https://bob.example/1")
		if _, err := r.d.Answer(ctx, r.editor, bob.ID, "À dix heures", "fr"); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("what waits was answered: %v", err)
		}
		if err := r.d.Decide(ctx, r.editor, discussion.Approve, []string{bob.ID}, ""); err != nil {
			t.Fatal(err)
		}
		for _, bad := range [][2]string{{"  ", "fr"}, {strings.Repeat("x", discussion.MaxAnswer+1), "fr"}, {"oui", "<b>"}} {
			if _, err := r.d.Answer(ctx, r.editor, bob.ID, bad[0], bad[1]); !errors.Is(err, directory.ErrInvalid) {
				t.Errorf("%.10q in %q: %v", bad[0], bad[1], err)
			}
		}
		a, err := r.d.Answer(ctx, r.editor, bob.ID, "À dix heures.\n\nVoir https://coop.example/plan <script>", "fr")
		if err != nil {
			t.Fatal(err)
		}
		got := r.sent(1)
		o := got.Object
		if got.Type != "Create" || got.Actor != r.org.URI || o.AttributedTo != r.org.URI || o.InReplyTo != bob.URI || o.Context != r.event.URI+"/discussion" {
			t.Errorf("%+v", got)
		}
		if len(o.Tag) != 1 || o.Tag[0].Type != "Mention" || o.Tag[0].Href != bob.Actor || o.Tag[0].Name != "@bob@bob.example" || !slices.Contains(o.To, bob.Actor) {
			t.Errorf("%+v", o)
		}
		if o.ContentMap["fr"] != o.Content || !strings.Contains(o.Content, `href="https://coop.example/plan"`) || strings.Contains(o.Content, "<script") {
			t.Errorf("content %q", o.Content)
		}
		if s := r.drawn(false); s != "1(ours)" {
			t.Errorf("a visitor sees %q", s)
		}
		r.at = r.at.Add(time.Minute)
		if _, err := r.d.EditAnswer(ctx, r.editor, a.ID, "À onze heures", "fr"); err != nil {
			t.Fatal(err)
		}
		if got := r.sent(2); got.Type != "Update" || !strings.Contains(got.Object.Content, "onze") || got.Object.ID != a.URI {
			t.Errorf("%+v", got)
		}
		if err := r.d.Decide(ctx, r.editor, discussion.Hide, []string{a.ID}, ""); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("an answer of ours was hidden: %v", err)
		}
		if err := r.d.Decide(ctx, r.editor, discussion.Remove, []string{a.ID}, ""); err != nil {
			t.Fatal(err)
		}
		if got := r.sent(3); got.Type != "Delete" || got.Object.ID != a.URI {
			t.Errorf("%+v", got)
		}
		if act, err := st.Activity(ctx, a.URI); err != nil || act.Public {
			t.Errorf("the note is still public: %v", err)
		}
		if r.woken == 0 {
			t.Error("the deliverer was not woken")
		}
		if err := r.led.Delete(ctx, system, r.event.ID, "fini"); err != nil {
			t.Fatal(err)
		}
		if n, err := st.CountReplies(ctx, store.ReplyFilter{EntryID: r.event.ID}); err != nil || n != 0 {
			t.Errorf("%d replies to a deleted entry are kept, %v", n, err)
		}
	})
}
