package discussion

import (
	"context"
	"fmt"
	"testing"

	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestReactionsBounded: neither an actor nor a server counts without end.
func TestReactionsBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		d := New(Config{Store: st, Moderation: moderation.New(st, nil)})
		react := func(actor, object string) string {
			t.Helper()
			var why string
			err := st.Write(ctx, func(tx *store.Tx) (err error) {
				why, err = d.React(ctx, tx, store.Reaction{Object: object, EntryID: object, Kind: store.ReactionLike, Actor: actor, Activity: actor + object})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return why
		}
		for n := range maxActorReactions {
			if why := react("https://m.example/a", fmt.Sprint(n)); why != "" {
				t.Fatalf("%d: %s", n, why)
			}
		}
		if why := react("https://m.example/a", "more"); why == "" {
			t.Error("one more than a day's share is kept")
		}
		if why := react("https://m.example/b", "more"); why != "" {
			t.Errorf("another actor: %s", why)
		}
		likes, shares, err := st.CountReactionsTo(ctx, "more")
		if err != nil || likes != 1 || shares != 0 {
			t.Errorf("%d likes, %d shares, %v", likes, shares, err)
		}
	})
}
