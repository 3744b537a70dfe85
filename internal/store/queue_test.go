package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// reader makes origin a peer that reads our catalogue.
func reader(t *testing.T, s *store.Store, origin string) {
	t.Helper()
	write(t, s, func(tx *store.Tx) error {
		return tx.PutFollower(context.Background(), store.Follower{Actor: origin + "/actor", Object: base + "/actor",
			Inbox: origin + "/actor/inbox", SharedInbox: origin + "/inbox", Bocage: true, State: store.FollowAccepted})
	})
}

func peerOf(t *testing.T, s *store.Store, origin string) store.Peer {
	t.Helper()
	p, err := s.Peer(t.Context(), origin)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// answer queues an activity that no catalogue tells of.
func answer(t *testing.T, s *store.Store, id, origin string) {
	t.Helper()
	unlisted(t, s, "Accept", id, origin, 1)
}

// unlisted queues one activity n times.
func unlisted(t *testing.T, s *store.Store, typ, id, origin string, n int) {
	t.Helper()
	ctx := context.Background()
	write(t, s, func(tx *store.Tx) error {
		if err := tx.PutActivity(ctx, store.Activity{ID: id, Type: typ, Body: []byte("{}")}); err != nil {
			return err
		}
		ds := make([]store.Delivery, n)
		for i := range ds {
			ds[i] = store.Delivery{Peer: origin, ActivityID: id, Inbox: fmt.Sprint(origin, "/inbox/", typ, i)}
		}
		return tx.Enqueue(ctx, ds...)
	})
}

// TestQueueOfReader: what waits for a peer that reads our catalogue becomes one
// mark, while what the catalogue does not tell of still waits.
func TestQueueOfReader(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		const a = "https://a.example"
		reader(t, s, a)
		for i, typ := range []string{"Accept", "Create", "Update", "Delete", "Announce", "Move"} { // notes, replies, …
			unlisted(t, s, typ, fmt.Sprint(base, "/activities/first-", i), a, 1)
		}
		enqueue(t, s, 100, a)
		if p := peerOf(t, s, a); p.Queued != 106 || !p.Resync.IsZero() || !p.Reader {
			t.Fatalf("a full queue: %d wait, resync %v, reader %t", p.Queued, p.Resync, p.Reader)
		}
		enqueue(t, s, 1, a)
		if p := peerOf(t, s, a); p.Queued != 6 || !p.Resync.Equal(t0) || p.Dropped != 0 {
			t.Fatalf("one more: %d wait, resync %v, %d dropped; want what is not listed alone, marked", p.Queued, p.Resync, p.Dropped)
		}
		enqueue(t, s, 50, a)
		answer(t, s, base+"/activities/accept-2", a)
		if p := peerOf(t, s, a); p.Queued != 7 {
			t.Errorf("marked: %d wait, want 7", p.Queued)
		}
		write(t, s, func(tx *store.Tx) error { return tx.PeerGreeted(ctx, a, time.Time{}) })
		enqueue(t, s, 1, a)
		if p := peerOf(t, s, a); p.Queued != 8 || !p.Resync.IsZero() {
			t.Errorf("told: %d wait, resync %v", p.Queued, p.Resync)
		}
		c.advance(time.Hour)
		write(t, s, func(tx *store.Tx) error {
			n, err := tx.DropOldDeliveries(ctx, c.now())
			if n[a] != 7 {
				t.Errorf("%v were too old", n)
			}
			return err
		})
		if p := peerOf(t, s, a); p.Queued != 0 || p.Resync.IsZero() || p.Dropped != 7 {
			t.Errorf("too old: %d wait, resync %v, %d dropped; what is not listed is lost", p.Queued, p.Resync, p.Dropped)
		}
	})
}

// TestQueueOfReaderIsBounded: what no catalogue tells of has a limit as well, which
// answers reach last, and the listed ones beside it keep theirs.
func TestQueueOfReaderIsBounded(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		const a = "https://a.example"
		reader(t, s, a)
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.PeerFailed(t.Context(), a, "x"), tx.DeferPeer(t.Context(), a, "", c.now().Add(time.Hour)))
		})
		unlisted(t, s, "Accept", base+"/activities/a", a, 990)
		unlisted(t, s, "Create", base+"/activities/n", a, 15)
		if p := peerOf(t, s, a); p.Queued != 1000 || p.Dropped != 5 {
			t.Errorf("notes: %d wait, %d dropped", p.Queued, p.Dropped)
		}
		enqueue(t, s, 50, a)
		if p := peerOf(t, s, a); p.Queued != 1050 || !p.Resync.IsZero() {
			t.Errorf("listed ones beside them: %d wait, resync %v", p.Queued, p.Resync)
		}
		unlisted(t, s, "Accept", base+"/activities/b", a, 30)
		if p := peerOf(t, s, a); p.Queued != 1050 || p.Dropped != 35 {
			t.Errorf("answers: %d wait, %d dropped", p.Queued, p.Dropped)
		}
	})
}

// TestQueueOfOthers: a peer that does not answer and reads no catalogue loses the
// oldest, and it is counted.
func TestQueueOfOthers(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		const a = "https://a.example"
		enqueue(t, s, 1, a)
		first, err := s.Deliveries(ctx, a, 1)
		if err != nil {
			t.Fatal(err)
		}
		id := first[0].ActivityID
		many := make([]store.Delivery, 10_050)
		for i := range many {
			many[i] = store.Delivery{Peer: a, ActivityID: id, Inbox: fmt.Sprint(a, "/inbox/", i)}
		}
		if _, err := lease(t, s, "w"); err != nil {
			t.Fatal(err)
		}
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.DeferPeer(ctx, a, "w", c.now().Add(time.Minute)), tx.Enqueue(ctx, many...))
		})
		if p := peerOf(t, s, a); p.Queued != 10_000 || p.Dropped != 51 || !p.Resync.IsZero() {
			t.Errorf("%d wait, %d dropped, resync %v", p.Queued, p.Dropped, p.Resync)
		}
		ds, err := s.Deliveries(ctx, a, 1)
		if err != nil || ds[0].Inbox != a+"/inbox/50" {
			t.Errorf("the oldest left is %s, %v", ds[0].Inbox, err)
		}
	})
}

// TestGreet: who is to be greeted is leased with an empty queue.
func TestGreet(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		const a, b = "https://a.example", "https://b2.example"
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.EnsurePeer(ctx, a), tx.EnsurePeer(ctx, b), tx.PutPeer(ctx, store.Peer{Origin: b, State: store.PeerBlocked}))
		})
		if _, err := lease(t, s, "w"); !errors.Is(err, directory.ErrNotFound) {
			t.Fatalf("nobody is to be greeted: %v", err)
		}
		write(t, s, func(tx *store.Tx) error { return tx.GreetPeers(ctx) })
		p, err := lease(t, s, "w")
		if err != nil || p.Origin != a || p.Greet.IsZero() {
			t.Fatalf("lease = %+v, %v", p, err)
		}
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.PeerGreeted(ctx, a, c.now().Add(time.Hour)), tx.ReleasePeer(ctx, a, "w"))
		})
		if _, err := lease(t, s, "w"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("greeted, and leased again: %v", err)
		}
		// One that is down is looked after, when it is due.
		for range 7 {
			write(t, s, func(tx *store.Tx) error { return tx.PeerFailed(ctx, a, "no route") })
			c.advance(24 * time.Hour)
		}
		if p, err := lease(t, s, "w"); err != nil || p.State != store.PeerDown || p.FailedDays != 7 {
			t.Errorf("down: %+v, %v", p, err)
		}
	})
}

// TestHeal: a comparison of digests is wanted after a recovery and when a failing
// peer is heard of, and once only.
func TestHeal(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		const a = "https://a.example"
		write(t, s, func(tx *store.Tx) error { return tx.EnsurePeer(ctx, a) })
		for name, act := range map[string]func(tx *store.Tx) error{
			"a delivery":     func(tx *store.Tx) error { return tx.PeerSucceeded(ctx, a) },
			"an answer":      func(tx *store.Tx) error { return tx.PeerAnswered(ctx, a) },
			"something from": func(tx *store.Tx) error { return tx.RetryPeer(ctx, a) },
		} {
			write(t, s, act)
			if p := peerOf(t, s, a); !p.Heal.IsZero() || p.State != store.PeerUp {
				t.Errorf("%s one that works: %+v", name, p)
			}
			write(t, s, func(tx *store.Tx) error { return tx.PeerFailed(ctx, a, "x") })
			c.advance(2 * time.Minute)
			write(t, s, act)
			began := c.now()
			if p := peerOf(t, s, a); !p.Heal.Equal(began) {
				t.Errorf("%s one that failed: heal %v, want %v", name, p.Heal, began)
			}
			hs, err := s.PeerHealths(ctx)
			if err != nil || len(hs) != 1 || hs[a].Heal.IsZero() {
				t.Errorf("healths: %+v, %v", hs, err)
			}
			c.advance(time.Minute)
			write(t, s, func(tx *store.Tx) error {
				return errors.Join(tx.PeerAnswered(ctx, a), tx.PeerCompared(ctx, a, began, true))
			})
			if p := peerOf(t, s, a); !p.Heal.IsZero() || !p.Agreed.Equal(c.now()) {
				t.Errorf("agreed: heal %v, agreed %v", p.Heal, p.Agreed)
			}
			write(t, s, func(tx *store.Tx) error {
				return errors.Join(tx.WantHeal(ctx, a), tx.PeerCompared(ctx, a, began, true))
			})
			if p := peerOf(t, s, a); p.Heal.IsZero() {
				t.Error("one that was asked for meanwhile was forgotten")
			}
			write(t, s, func(tx *store.Tx) error { return tx.PeerCompared(ctx, a, c.now(), true) })
		}
	})
}

// TestDeadOrigins: deaf for ninety days, and back.
func TestDeadOrigins(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		const a = "https://a.example"
		write(t, s, func(tx *store.Tx) error { return tx.EnsurePeer(ctx, a) })
		for range 14 {
			write(t, s, func(tx *store.Tx) error { return tx.PeerFailed(ctx, a, "x") })
			c.advance(7 * 24 * time.Hour)
		}
		dead, err := s.DeadOrigins(ctx)
		if d := cmp.Diff(map[string]time.Time{a: t0}, dead); d != "" || err != nil {
			t.Errorf("dead: %v\n%s", err, d)
		}
		write(t, s, func(tx *store.Tx) error { return tx.PeerAnswered(ctx, a) })
		if dead, err = s.DeadOrigins(ctx); len(dead) != 0 || err != nil {
			t.Errorf("back: %v, %v", dead, err)
		}
	})
}

// TestPending: the first of several changes knows what others know.
func TestPending(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, _ *clock) {
		ctx := t.Context()
		first := store.Pending{Object: base + "/entries/1", Before: *entry("Avant"), Due: t0.Add(time.Minute)}
		second := store.Pending{Object: first.Object, Before: *entry("Pendant"), Note: "moved", Due: t0.Add(time.Hour)}
		write(t, s, func(tx *store.Tx) error { return errors.Join(tx.PutPending(ctx, first), tx.PutPending(ctx, second)) })
		if is, err := s.IsPending(ctx, first.Object); !is || err != nil {
			t.Errorf("pending: %t, %v", is, err)
		}
		write(t, s, func(tx *store.Tx) error {
			got, err := tx.TakePending(ctx, first.Object)
			if err != nil || got.Before.Name["fr"] != "Avant" || got.Note != "moved" || !got.Due.Equal(first.Due) {
				t.Errorf("TakePending = %+v, %v", got, err)
			}
			if _, err := tx.TakePending(ctx, first.Object); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("twice: %v", err)
			}
			return nil
		})
	})
}

// TestSupersede: a newer Update replaces those that wait, and finds the Creates
// that have not gone out yet, save at a peer that is being sent to.
func TestSupersede(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, _ *clock) {
		ctx := t.Context()
		const a, b = "https://a.example", "https://b2.example"
		actor, object := base+"/entries/org", base+"/entries/1"
		queue := func(id, typ, about string, peers ...string) {
			write(t, s, func(tx *store.Tx) error {
				if err := tx.PutActivity(ctx, store.Activity{ID: id, Actor: actor, Type: typ, Object: about, Body: []byte("{}")}); err != nil {
					return err
				}
				for _, p := range peers {
					if err := tx.Enqueue(ctx, store.Delivery{Peer: p, ActivityID: id, Inbox: p + "/inbox"}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		queue("create", "Create", object, a, b)
		queue("update", "Update", object, a, b)
		queue("other", "Update", object+"2", a)
		if p, err := lease(t, s, "w"); err != nil || p.Origin != a {
			t.Fatalf("lease: %+v, %v", p, err)
		}
		write(t, s, func(tx *store.Tx) error {
			creates, err := tx.SupersedeUpdates(ctx, actor, object, []string{a + "/inbox", b + "/inbox"})
			if err != nil || len(creates) != 1 || creates[0].Peer != b || creates[0].ActivityID != "create" {
				t.Errorf("creates: %+v, %v", creates, err)
			}
			return nil
		})
		if pa, pb := peerOf(t, s, a), peerOf(t, s, b); pa.Queued != 2 || pb.Queued != 1 {
			t.Errorf("%d wait for a, %d for b", pa.Queued, pb.Queued)
		}
		write(t, s, func(tx *store.Tx) error { return tx.CancelDeliveries(ctx, object) })
		if pa, pb := peerOf(t, s, a), peerOf(t, s, b); pa.Queued != 1 || pb.Queued != 0 {
			t.Errorf("cancelled: %d wait for a, %d for b", pa.Queued, pb.Queued)
		}
	})
}

// TestRemoteDocument keeps what is known of others' documents.
func TestRemoteDocument(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		const a = "https://a.example"
		d := store.RemoteDocument{URI: a + "/e/1", Origin: a, ETag: `"1"`, Mark: "m", Checked: t0, Missing: t0}
		fair := entry("Foire", func(e *directory.Entry) {
			e.Origin, e.URI, e.Kind = a, d.URI, directory.KindEvent
			e.Period = &directory.Period{Start: t0.Add(5 * time.Hour).Format(time.RFC3339)}
		})
		put(t, s, fair)
		up := func(within time.Duration) []store.Upcoming {
			us, err := s.UpcomingFrom(ctx, a, c.now(), c.now().Add(within), 10)
			if err != nil {
				t.Fatal(err)
			}
			return us
		}
		if us := up(time.Hour); len(us) != 0 {
			t.Errorf("within an hour: %+v", us)
		}
		want := []store.Upcoming{{URI: d.URI, Start: t0.Add(5 * time.Hour).Truncate(time.Second)}}
		if diff := cmp.Diff(want, up(24*time.Hour)); diff != "" {
			t.Error(diff)
		}
		write(t, s, func(tx *store.Tx) error { return tx.PutRemoteDocument(ctx, d) })
		if us := up(24 * time.Hour); len(us) != 1 || !us[0].Checked.Equal(t0) {
			t.Errorf("checked: %+v", us)
		}
		got, err := s.RemoteDocument(ctx, d.URI)
		if diff := cmp.Diff(d, got); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
		write(t, s, func(tx *store.Tx) error { return tx.ForgetRemoteDocuments(ctx, a, t0.Add(time.Second)) })
		if _, err := s.RemoteDocument(ctx, d.URI); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("forgotten: %v", err)
		}
	})
}
