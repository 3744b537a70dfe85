package harvest_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestFollowsHeal: a follow that only one side knows of is taken back or asked for
// again (FEP-8fcf), and the list is read by who signs only.
func TestFollowsHeal(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := context.Background()
			a, b := newNode(t, engine, "A"), newNode(t, engine, "B")
			a.publish(3)
			b.follow(a.org.URI)
			settle(t, a, b)
			followers := func() int {
				n, err := a.st.CountFollowers(ctx, a.org.URI)
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			if followers() != 1 {
				t.Fatalf("%d followers", followers())
			}
			a.requests()
			a.create(directory.Entry{Kind: directory.KindCommons, Name: directory.LangText{"fr": "Un"}})
			settle(t, a, b)
			if n := count(a.requests(), "followers_synchronization"); n != 0 {
				t.Errorf("both know, and %d lists were read", n)
			}

			// a lost it: b finds out when it compares, and asks again.
			err := a.st.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.DeleteFollower(ctx, b.env.InstanceURI(), a.org.URI)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			a.later(7 * time.Hour) // else it refuses signatures from the future
			b.pull(7 * time.Hour)
			settle(t, b, a)
			if followers() != 1 {
				t.Errorf("a lost it: %d followers after the comparison", followers())
			}

			// b lost it: the next delivery says that a believes in it, and b takes it back.
			err = b.st.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.DeleteFollowing(ctx, b.env.InstanceURI(), a.org.URI)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"Deux", "Trois"} {
				a.create(directory.Entry{Kind: directory.KindCommons, Name: directory.LangText{"fr": name}})
				settle(t, a, b)
			}
			if n := count(a.requests(), "followers_synchronization"); n > 2 {
				t.Errorf("the list was read %d times", n)
			}
			if followers() != 0 {
				t.Errorf("b lost it: %d followers", followers())
			}
		})
	}
}

// TestFollowersAreForTheSigner: nobody reads the list unsigned.
func TestFollowersAreForTheSigner(t *testing.T) {
	a, b, c := newNode(t, "sqlite", "A"), newNode(t, "sqlite", "B"), newNode(t, "sqlite", "C")
	a.publish(1)
	b.follow(a.base)
	settle(t, a, b)
	url := a.env.InstanceURI() + "/followers_synchronization"
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close() // only the status is looked at
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("unsigned: %s", resp.Status)
	}
	for n, want := range map[*node]string{b: b.env.InstanceURI(), c: ""} {
		ids, err := n.actors.FollowersThere(t.Context(), url)
		if got := strings.Join(ids, " "); got != want || err != nil {
			t.Errorf("%s reads %q, want %q: %v", n.base, got, want, err)
		}
	}
	if _, err := b.actors.FollowersThere(t.Context(), a.base+"/entries/nobody/followers_synchronization"); err == nil {
		t.Error("followers of nobody")
	}
}
