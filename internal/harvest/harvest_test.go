package harvest_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

func same(t *testing.T, a, b *node) {
	t.Helper()
	if diff := cmp.Diff(a.mirror(a.base), b.mirror(a.base)); diff != "" {
		t.Errorf("the copy differs: %s", diff)
	}
}

// TestFollowed: b follows a by its base URL, gets everything, and then every
// change as it happens, by signed deliveries alone.
func TestFollowed(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := context.Background()
			a, b := newNode(t, engine, "A"), newNode(t, engine, "B")
			a.publish(230)
			b.follow(a.base)
			settle(t, a, b)
			same(t, a, b)
			if n := len(b.mirror(a.base)); n != 231 {
				t.Errorf("b holds %d entries, want 231", n)
			}
			f, err := b.st.Following(ctx, b.env.InstanceURI(), a.env.InstanceURI())
			if err != nil || f.State != store.FollowAccepted || f.Synced.IsZero() || f.LastError != "" {
				t.Errorf("following: %+v, %v", f, err)
			}
			fs, err := a.st.Followers(ctx, a.env.InstanceURI(), "", 10)
			if err != nil || len(fs) != 1 || !fs[0].Bocage || fs[0].SharedInbox != b.base+"/inbox" {
				t.Errorf("followers of a: %+v, %v", fs, err)
			}
			if at, err := b.harvester.Agreed(ctx, a.env.InstanceURI()); err != nil || at.IsZero() {
				t.Errorf("never agreed: %v, %v", at, err)
			}
			b.requests()
			a.requests()

			live(t, a, b)
			for _, hit := range a.requests() {
				if strings.Contains(hit, "catalog") {
					t.Errorf("b looked at the catalogue for a live change: %s", hit)
				}
			}
		})
	}
}

// live makes one change of each sort at a and expects it at b.
func live(t *testing.T, a, b *node) {
	t.Helper()
	ctx := context.Background()
	garden := a.create(directory.Entry{Kind: directory.KindCommons, Name: directory.LangText{"fr": "Jardin"}})
	fair := a.create(directory.Entry{Kind: directory.KindEvent, Name: directory.LangText{"fr": "Foire"}, Period: &directory.Period{Start: "2031-06-06"}})
	settle(t, a, b)
	same(t, a, b)
	_, err := a.ledger.Edit(ctx, system, garden.ID, func(e *directory.Entry) error {
		e.Name = directory.LangText{"fr": "Grand jardin"}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	if got := b.mirror(a.base)[garden.URI]; got != "Grand jardin" {
		t.Errorf("after the edit b shows %q", got)
	}
	if err := a.ledger.Delete(ctx, system, fair.ID, "over"); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	if _, there := b.mirror(a.base)[fair.URI]; there {
		t.Error("b still shows the deleted event")
	}
	if _, err := a.ledger.SetStatus(ctx, system, garden.ID, directory.StatusDraft); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	if _, there := b.mirror(a.base)[garden.URI]; there {
		t.Error("b still shows what became a draft")
	}
	a.later(2 * time.Second)
	if _, err := a.ledger.SetStatus(ctx, system, garden.ID, directory.StatusPublished); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	same(t, a, b)
}

// TestLostDeliveries: what b never received it finds in the catalogue, the
// deletions too.
func TestLostDeliveries(t *testing.T) {
	ctx := context.Background()
	a, b := newNode(t, "sqlite", "A"), newNode(t, "sqlite", "B")
	a.publish(20)
	b.follow(a.base)
	settle(t, a, b)
	b.setDown(true)
	keep := a.create(directory.Entry{Kind: directory.KindPlace, Name: directory.LangText{"fr": "Maison"}})
	lost := slices.Sorted(mapKeys(a.mirror(a.base)))[3]
	e, err := a.st.EntryByURI(ctx, lost)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.ledger.Delete(ctx, system, e.ID, "closed"); err != nil {
		t.Fatal(err)
	}
	settle(t, a)
	p, err := a.st.Peer(ctx, b.base)
	if err != nil || p.State != store.PeerFailing || p.Queued != 2 || !strings.Contains(p.LastError, "503") {
		t.Errorf("peer at a: %+v, %v", p, err)
	}
	err = a.st.Write(ctx, func(tx *store.Tx) error { _, err := tx.DropDeliveriesOf(ctx, b.base); return err })
	if err != nil {
		t.Fatal(err)
	}
	b.setDown(false)
	b.later(17 * time.Minute)
	if err := b.harvester.Schedule(ctx); err != nil {
		t.Fatal(err)
	}
	settle(t, b)
	same(t, a, b)
	if _, there := b.mirror(a.base)[keep.URI]; !there {
		t.Error("the new entry was not found")
	}
	// Nothing changed since: one request, answered 304.
	a.requests()
	b.later(17 * time.Minute)
	if err := b.harvester.Schedule(ctx); err != nil {
		t.Fatal(err)
	}
	settle(t, b)
	if hits := a.requests(); len(hits) != 1 {
		t.Errorf("an idle re-pull made %d requests: %v", len(hits), hits)
	}
}

func mapKeys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// TestResume: a backfill that dies between two pages goes on where it was.
func TestResume(t *testing.T) {
	ctx, kill := context.WithCancel(context.Background())
	a, b := newNode(t, "sqlite", "A"), newNode(t, "sqlite", "B")
	a.publish(330)
	pages := 0
	a.hook = func(r *http.Request) {
		if strings.Contains(r.URL.RequestURI(), "catalog?") {
			if pages++; pages == 3 {
				kill()
			}
		}
	}
	b.follow(a.base)
	_, _ = b.runner.Step(ctx) // dies
	f, err := b.st.Following(context.Background(), b.env.InstanceURI(), a.env.InstanceURI())
	if err != nil || f.Page == "" || !f.Synced.IsZero() {
		t.Fatalf("after the crash: %+v, %v", f, err)
	}
	if n := len(b.mirror(a.base)); n != 200 {
		t.Errorf("%d entries after two pages", n)
	}
	a.requests()
	a.hook = nil
	b.later(10 * time.Minute) // the dead worker's lease runs out
	settle(t, a, b)
	same(t, a, b)
	for _, hit := range a.requests() {
		if strings.Contains(hit, "catalog?after=0&") && !strings.Contains(hit, "bucket") {
			t.Errorf("started again from %s", hit)
		}
	}
}

// TestDigestHeals: a copy that drifted without a trace in the catalogue is
// found by its digest and mended, bucket by bucket.
func TestDigestHeals(t *testing.T) {
	ctx := context.Background()
	a, b := newNode(t, "sqlite", "A"), newNode(t, "sqlite", "B")
	a.publish(60)
	b.follow(a.base)
	settle(t, a, b)
	uris := slices.Sorted(mapKeys(b.mirror(a.base)))
	err := b.st.Write(ctx, func(tx *store.Tx) error {
		e, err := tx.EntryByURI(ctx, uris[0])
		if err != nil {
			return err
		}
		e.Name, e.Hash, e.Updated = directory.LangText{"fr": "Faux"}, "sha256-x", e.Updated.Add(-time.Hour)
		if err := tx.PutEntry(ctx, &e, store.PutOptions{Public: true}); err != nil {
			return err
		}
		ghost := e
		ghost.ID, ghost.URI, ghost.Num, ghost.Handle = "00000000-0000-7000-8000-000000000001", a.base+"/entries/ghost", 0, "ghost"
		return tx.PutEntry(ctx, &ghost, store.PutOptions{Public: true})
	})
	if err != nil {
		t.Fatal(err)
	}
	compare := func() {
		b.later(7 * time.Hour)
		if err := b.harvester.Schedule(ctx); err != nil {
			t.Fatal(err)
		}
		settle(t, b)
	}
	compare()
	left := b.mirror(a.base)
	if left[uris[0]] == "Faux" || len(left) != 62 {
		t.Errorf("after one comparison: %d entries, %q; the 404 has been seen once", len(left), left[uris[0]])
	}
	if p, err := b.st.Peer(ctx, a.base); err != nil || p.Agreed.IsZero() || b.now().Sub(p.Agreed) < 7*time.Hour {
		t.Errorf("agreed: %v, %v", p.Agreed, err)
	}
	for range 3 {
		compare()
	}
	if len(b.mirror(a.base)) != 62 {
		t.Error("gone before a day had passed")
	}
	a.requests()
	compare()
	same(t, a, b)
	if p, err := b.st.Peer(ctx, a.base); err != nil || b.now().Sub(p.Agreed) > time.Minute {
		t.Errorf("agreed: %v, %v", p.Agreed, err)
	}
	for _, hit := range a.requests() {
		if strings.Contains(hit, "full=1") && strings.Contains(hit, "bucket") {
			t.Errorf("one entry was mended by a page of documents: %s", hit)
		}
	}
}

// TestUnfollow: what no followed source covers leaves, and comes back when it
// is followed again.
func TestUnfollow(t *testing.T) {
	ctx := context.Background()
	a, b := newNode(t, "sqlite", "A"), newNode(t, "sqlite", "B")
	a.publish(12)
	b.follow(a.base)
	b.follow(a.org.URI)
	settle(t, a, b)
	if err := b.harvester.Unfollow(ctx, system, a.env.InstanceURI()); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	same(t, a, b) // the organisation, still followed, covers everything
	if err := b.harvester.Unfollow(ctx, system, a.org.URI); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	if left := b.mirror(a.base); len(left) != 0 {
		t.Errorf("%d entries stay", len(left))
	}
	if n, err := a.st.CountFollowers(ctx, a.env.InstanceURI()); err != nil || n != 0 {
		t.Errorf("a still has %d followers, %v", n, err)
	}
	b.follow(a.base)
	settle(t, a, b)
	same(t, a, b)
}

// TestRefusals: ourselves, a blocked host, and those who may not.
func TestRefusals(t *testing.T) {
	ctx := context.Background()
	a, b := newNode(t, "sqlite", "A"), newNode(t, "sqlite", "B")
	if _, err := b.harvester.Follow(ctx, directory.Who{}, a.base); err == nil {
		t.Error("anybody may follow")
	}
	if _, err := b.harvester.Follow(ctx, system, "not a host/x"); err == nil {
		t.Error("nonsense was followed")
	}
	if err := b.rules.Block(ctx, system, "127.0.0.1", "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.harvester.Follow(ctx, system, a.base); err == nil {
		t.Error("a blocked host was followed")
	}
}
