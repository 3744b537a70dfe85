package discussion_test

import (
	"context"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestBlockedAfterwards: what somebody wrote before being blocked leaves the page,
// the feed and the collections with the block, and comes back with its end; what
// an editor hid stays hidden.
func TestBlockedAfterwards(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		r := newRig(t, st)
		if err := r.d.SetRule(ctx, system, directory.DiscussionOpen, ""); err != nil {
			t.Fatal(err)
		}
		for _, who := range []string{"bob", "eve"} {
			for _, id := range []string{"1", "2"} {
				if why := r.send(who, r.post(who, id, r.event.URI, "Je viens")); why != "" {
					t.Fatal(why)
				}
			}
		}
		if err := r.d.Decide(ctx, r.editor, discussion.Hide, []string{r.reply("https://eve.example/2").ID}, "spam"); err != nil {
			t.Fatal(err)
		}
		shown := func() int {
			t.Helper()
			replies, err := st.ShownReplies(ctx, r.event.ID, 10)
			if err != nil {
				t.Fatal(err)
			}
			return len(replies)
		}
		if n := shown(); n != 3 {
			t.Fatalf("%d shown", n)
		}
		if err := r.rules.Block(ctx, system, "eve.example", "harassment"); err != nil {
			t.Fatal(err)
		}
		if n := shown(); n != 2 || r.drawn(false) != "1 2" {
			t.Errorf("with the server blocked: %d shown, %q", n, r.drawn(false))
		}
		if err := r.rules.Block(ctx, system, actor("bob").URI, "harassment"); err != nil {
			t.Fatal(err)
		}
		if n := shown(); n != 0 {
			t.Errorf("with the author blocked: %d shown", n)
		}
		for _, target := range []string{"eve.example", actor("bob").URI} {
			if err := r.rules.Unset(ctx, system, target, "a mistake"); err != nil {
				t.Fatal(err)
			}
		}
		if n := shown(); n != 3 || r.reply("https://eve.example/2").State != store.ReplyHidden {
			t.Errorf("after the blocks: %d shown, %+v", n, r.reply("https://eve.example/2"))
		}
	})
}
