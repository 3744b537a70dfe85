package fedtest

import (
	"fmt"
	"net/http"
	"regexp"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// acceptedBy waits until other knows that i follows it.
func acceptedBy(t *testing.T, i, other *Instance) {
	t.Helper()
	err := Wait(t.Context(), func() (bool, error) {
		fs, err := i.App.Store.FollowingByOrigin(t.Context(), other.URL())
		return len(fs) > 0 && fs[0].State == store.FollowAccepted, err
	})
	if err != nil {
		t.Fatalf("%s is no follower of %s: %v", i.name, other.name, err)
	}
}

func holds(t *testing.T, i, other *Instance) {
	t.Helper()
	if err := i.Same(t.Context(), other); err != nil {
		t.Fatal(err)
	}
}

// TestOutage: a peer is away during two hundred edits. They cost a row here, and a
// few requests when it is back: it holds the same, and its digest says so.
func TestOutage(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			w, is := instances(t, engine, "a", "b")
			a, b := is[0], is[1]
			org, err := a.Organisation(ctx)
			if err != nil {
				t.Fatal(err)
			}
			res, err := a.App.Ledger.Upsert(ctx, System, Gardens(org.ID, 200), ledger.UpsertOptions{})
			if err != nil {
				t.Fatal(err)
			}
			follows(t, b, a.URL())
			acceptedBy(t, b, a)
			holds(t, b, a)
			if err := b.Down(); err != nil {
				t.Fatal(err)
			}
			posted := w.net.requests(http.MethodPost, b)
			for n, r := range res {
				_, err := a.App.Ledger.Edit(ctx, System, r.ID, func(e *directory.Entry) error {
					e.Name["fr"] = fmt.Sprint("Après ", n)
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			p, err := a.App.Store.Peer(ctx, b.URL())
			if err != nil || p.Queued > 101 || p.Resync.IsZero() && p.Queued > 2 {
				t.Errorf("b is away: %d deliveries wait, resync %v, %v", p.Queued, p.Resync, err)
			}
			asked := w.net.requests(http.MethodGet, a)
			before := time.Now()
			if err := b.Up(); err != nil {
				t.Fatal(err)
			}
			holds(t, b, a)
			err = Wait(ctx, func() (bool, error) {
				p, err := b.App.Store.Peer(ctx, a.URL())
				return p.Agreed.After(before), err
			})
			if err != nil {
				t.Errorf("the digests were never the same: %v", err)
			}
			posts, gets := w.net.requests(http.MethodPost, b)-posted, w.net.requests(http.MethodGet, a)-asked
			t.Logf("%d POSTs to b, the failed ones too, and %d GETs by b, for %d edits", posts, gets, len(res))
			if posts > 20 || gets > 40 {
				t.Errorf("%d POSTs and %d GETs for %d edits", posts, gets, len(res))
			}
		})
	}
}

// TestLostFollower: a forgets that b follows it. Nothing would ever tell b, so it
// asks when it compares.
func TestLostFollower(t *testing.T) {
	ctx := t.Context()
	_, is := instances(t, storetest.Engines[0], "a", "b")
	a, b := is[0], is[1]
	if _, err := a.Organisation(ctx); err != nil {
		t.Fatal(err)
	}
	follows(t, b, a.URL())
	acceptedBy(t, b, a)
	holds(t, b, a)
	err := a.App.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.DeleteFollower(ctx, b.URL()+"/actor", a.URL()+"/actor")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// A comparison is made every six hours, and whenever it is wanted.
	err = b.App.Store.Write(ctx, func(tx *store.Tx) error { return tx.WantHeal(ctx, a.URL()) })
	if err == nil {
		err = b.App.Harvest.Schedule(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	err = Wait(ctx, func() (bool, error) {
		n, err := a.App.Store.CountFollowers(ctx, a.URL()+"/actor")
		return n == 1, err
	})
	if err != nil {
		t.Fatalf("b is no follower again: %v", err)
	}
}

// TestEditsRest: three edits in a row are one Update, with the last of them.
func TestEditsRest(t *testing.T) {
	ctx := t.Context()
	w, is := instances(t, storetest.Engines[0], "a")
	a := is[0]
	org, err := a.Organisation(ctx)
	if err != nil {
		t.Fatal(err)
	}
	bob, err := w.Person("bob")
	if err != nil {
		t.Fatal(err)
	}
	if err := bob.Send(ctx, object{"type": "Follow", "object": org.URI}, org.URI); err != nil {
		t.Fatal(err)
	}
	if _, err := bob.Hears(ctx, regexp.MustCompile(`"type":"Accept"`)); err != nil {
		t.Fatal(err)
	}
	if err := a.Down(); err != nil {
		t.Fatal(err)
	}
	a.cfg.Debounce = 2 * time.Second
	if err := a.Up(); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		_, err := a.App.Ledger.Edit(ctx, System, org.ID, func(e *directory.Entry) error {
			e.Summary = directory.LangText{"fr": fmt.Sprint("Version numéro ", n)}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// Killed while they rest: the rows are there.
	if err := a.Down(); err != nil {
		t.Fatal(err)
	}
	if err := a.Up(); err != nil {
		t.Fatal(err)
	}
	if _, err := bob.Hears(ctx, regexp.MustCompile(`"type":"Update".*Version numéro 2|Version numéro 2.*"type":"Update"`)); err != nil {
		t.Fatal(err)
	}
	bob.mu.Lock()
	defer bob.mu.Unlock()
	updates := 0
	for _, body := range bob.got {
		if regexp.MustCompile(`Version numéro`).Match(body) {
			updates++
		}
	}
	if updates != 1 {
		t.Errorf("%d Updates for three edits", updates)
	}
}
