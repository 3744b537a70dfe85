package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// clock is moved by the test.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func eachWithClock(t *testing.T, fn func(t *testing.T, s *store.Store, c *clock)) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			c := &clock{t: t0}
			fn(t, storetest.OpenClock(t, engine, c.now), c)
		})
	}
}

// enqueue puts n activities for each peer.
func enqueue(t *testing.T, s *store.Store, n int, peers ...string) {
	t.Helper()
	ctx := context.Background()
	write(t, s, func(tx *store.Tx) error {
		for i := range n {
			id := fmt.Sprintf("%s/activities/%s", base, uuid.NewString())
			if err := tx.PutActivity(ctx, store.Activity{ID: id, Type: "Create", Body: fmt.Appendf(nil, "%d", i)}); err != nil {
				return err
			}
			var ds []store.Delivery
			for _, p := range peers {
				ds = append(ds, store.Delivery{Peer: p, ActivityID: id, Sender: "instance", KeyID: "k", Inbox: p + "/inbox", Listed: true})
			}
			if err := tx.Enqueue(ctx, ds...); err != nil {
				return err
			}
		}
		return nil
	})
}

func lease(t *testing.T, s *store.Store, owner string) (p store.Peer, err error) {
	t.Helper()
	err = s.Write(context.Background(), func(tx *store.Tx) error {
		p, err = tx.LeasePeer(context.Background(), owner, time.Minute)
		return err
	})
	return p, err
}

func TestDeliveryQueue(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		const a, b = "https://a.example", "https://b2.example"
		if _, err := lease(t, s, "w1"); !errors.Is(err, directory.ErrNotFound) {
			t.Fatalf("lease of nothing: %v, want ErrNotFound", err)
		}
		enqueue(t, s, 3, a, b)
		p1, err1 := lease(t, s, "w1")
		p2, err2 := lease(t, s, "w2")
		if err1 != nil || err2 != nil || p1.Origin != a || p2.Origin != b || p1.LeaseOwner != "w1" {
			t.Fatalf("leases: %s %v, %s %v", p1.Origin, err1, p2.Origin, err2)
		}
		if _, err := lease(t, s, "w3"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("a held peer was leased: %v", err)
		}
		ds, err := s.Deliveries(ctx, a, 2)
		if err != nil || len(ds) != 2 || string(ds[0].Body) != "0" || string(ds[1].Body) != "1" || ds[0].Inbox != a+"/inbox" {
			t.Fatalf("Deliveries = %+v, %v, want 0 and 1", ds, err)
		}
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.AckDeliveries(ctx, ds[0].ID), tx.PeerSucceeded(ctx, a), tx.ReleasePeer(ctx, a, "w1"))
		})
		if ds, _ := s.Deliveries(ctx, a, 10); len(ds) != 2 || string(ds[0].Body) != "1" {
			t.Errorf("after ack %d wait, first %q", len(ds), ds[0].Body)
		}
		// b fails: it waits, a goes on.
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.PeerFailed(ctx, b, "HTTP 503"), tx.DeferPeer(ctx, b, "w2", c.now().Add(time.Hour)))
		})
		if p, err := lease(t, s, "w2"); err != nil || p.Origin != a {
			t.Errorf("lease = %s, %v, want a", p.Origin, err)
		}
		got, err := s.Peer(ctx, b)
		want := store.Peer{Origin: b, State: store.PeerFailing, Fails: 1, NextTry: t0.Add(time.Hour), LastFailed: t0,
			FailingSince: t0, FailedDays: 1, LastError: "HTTP 503", Created: t0, Queued: 3}
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("Peer: %v (-want +got):\n%s", err, d)
		}
		// A killed worker's lease ends by itself, and it may not extend what it lost.
		c.advance(2 * time.Minute)
		if p, err := lease(t, s, "w9"); err != nil || p.Origin != a {
			t.Errorf("expired lease: %s, %v", p.Origin, err)
		}
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.ExtendLease(ctx, a, "w2", time.Minute) }); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("extending a lost lease: %v, want ErrConflict", err)
		}
		write(t, s, func(tx *store.Tx) error { return tx.ExtendLease(ctx, a, "w9", 3*time.Hour) })
		if next, err := s.NextDeliveryAt(ctx); err != nil || !next.Equal(t0.Add(time.Hour)) {
			t.Errorf("NextDeliveryAt = %v, %v, want b's next try", next, err)
		}
		c.advance(time.Hour)
		if p, err := lease(t, s, "w2"); err != nil || p.Origin != b {
			t.Errorf("b is due: %s, %v", p.Origin, err)
		}
		write(t, s, func(tx *store.Tx) error { _, err := tx.DropDeliveriesTo(ctx, b+"/inbox"); return err })
		if n, err := s.CountDeliveries(ctx); err != nil || n != 2 {
			t.Errorf("%d deliveries wait, %v, want a's two", n, err)
		}
	})
}

// TestTwoDeliverersShareThePeers drains many queues with two stores at once: no
// delivery is made twice while leases hold, each queue in order.
func TestTwoDeliverersShareThePeers(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			url := storetest.URL(t, engine)
			s := storetest.OpenURL(t, url, store.Options{})
			var peers []string
			for i := range 20 {
				peers = append(peers, fmt.Sprintf("https://p%02d.example", i))
			}
			enqueue(t, s, 5, peers...)
			var mu sync.Mutex
			got := map[string][]string{}
			var wg sync.WaitGroup
			for w := range 2 {
				d := storetest.OpenURL(t, url, store.Options{})
				owner := fmt.Sprint("worker ", w)
				wg.Go(func() {
					for {
						p, err := lease(t, d, owner)
						if err != nil {
							if !errors.Is(err, directory.ErrNotFound) {
								t.Error(err)
							}
							return
						}
						ds, err := d.Deliveries(context.Background(), p.Origin, 3)
						if err != nil {
							t.Error(err)
							return
						}
						var ids []int64
						mu.Lock()
						for _, v := range ds {
							got[p.Origin] = append(got[p.Origin], string(v.Body))
							ids = append(ids, v.ID)
						}
						mu.Unlock()
						if err := d.Write(context.Background(), func(tx *store.Tx) error {
							return errors.Join(tx.AckDeliveries(context.Background(), ids...),
								tx.ReleasePeer(context.Background(), p.Origin, owner))
						}); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			for _, p := range peers {
				if !slices.Equal(got[p], []string{"0", "1", "2", "3", "4"}) {
					t.Errorf("%s received %v", p, got[p])
				}
			}
		})
	}
}

func TestActivitiesAndOutbox(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		const actor = base + "/entries/org"
		for i := range 5 {
			write(t, s, func(tx *store.Tx) error {
				return tx.PutActivity(ctx, store.Activity{ID: fmt.Sprint("a", i), Actor: actor, Type: "Create", Object: "o",
					Body: []byte{byte(i)}, Public: true, Outbox: i != 3})
			})
		}
		page, err := s.Outbox(ctx, actor, 0, 2)
		if err != nil || len(page) != 2 || page[0].ID != "a4" || page[1].ID != "a2" {
			t.Fatalf("first page = %+v, %v", page, err)
		}
		page, err = s.Outbox(ctx, actor, page[1].Num, 2)
		if err != nil || len(page) != 2 || page[0].ID != "a1" || page[1].ID != "a0" {
			t.Errorf("second page = %+v, %v", page, err)
		}
		if n, err := s.CountOutbox(ctx, actor); err != nil || n != 4 {
			t.Errorf("CountOutbox = %d, %v", n, err)
		}
		about, err := s.ActivitiesAbout(ctx, "o", 10)
		if err != nil || len(about) != 5 {
			t.Errorf("%d activities about o, %v", len(about), err)
		}
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.HideActivity(ctx, "a4"), tx.DeleteActivity(ctx, "a2"),
				tx.Enqueue(ctx, store.Delivery{Peer: "https://p.example", ActivityID: "a4", Inbox: "i"}))
		})
		c.advance(48 * time.Hour)
		write(t, s, func(tx *store.Tx) error { return tx.Prune(ctx, store.PruneOptions{Activities: 24 * time.Hour}) })
		for id, want := range map[string]bool{"a0": true, "a2": false, "a3": false, "a4": true} {
			if _, err := s.Activity(ctx, id); (err == nil) != want {
				t.Errorf("activity %s: %v, want it %v", id, err, want)
			}
		}
	})
}

func TestReceivedOnceAndPruned(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		in := store.Received{ID: "https://a.example/1", Actor: "https://a.example/x", Origin: "https://a.example", Type: "Create", Body: []byte("{ }")}
		for i, want := range []bool{false, true} {
			write(t, s, func(tx *store.Tx) error {
				seen, err := tx.ReceivedAmong(ctx, []string{in.ID, "https://a.example/none"})
				if seen[in.ID] != want || len(seen) > 1 {
					t.Errorf("receipt %d: seen %v", i, seen)
				}
				if want {
					return err
				}
				return errors.Join(err, tx.InsertAllReceived(ctx, []store.Received{in}))
			})
		}
		got, err := s.Received(ctx, in.ID)
		in.At = t0
		if d := cmp.Diff(in, got); d != "" || err != nil {
			t.Errorf("Received: %v (-want +got):\n%s", err, d)
		}
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.InsertAllReceived(ctx, []store.Received{in}) }); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("a second receipt: %v, want ErrConflict", err)
		}
		for actor, want := range map[string]bool{in.Actor: true, "https://a.example/y": false} {
			if waits, err := s.Waiting(ctx, actor); err != nil || waits != want {
				t.Errorf("%s waits: %t, %v", actor, waits, err)
			}
		}
		write(t, s, func(tx *store.Tx) error { return tx.FinishReceived(ctx, in.ID, "dropped") })
		if waits, err := s.Waiting(ctx, in.Actor); err != nil || waits {
			t.Errorf("waits when it is done: %t, %v", waits, err)
		}
		c.advance(31 * 24 * time.Hour)
		write(t, s, func(tx *store.Tx) error {
			return tx.Prune(ctx, store.PruneOptions{Received: 30 * 24 * time.Hour})
		})
		if _, err := s.Received(ctx, in.ID); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("old receipt: %v, want ErrNotFound", err)
		}
	})
}

func TestFollows(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, _ *clock) {
		ctx := t.Context()
		const org, other = base + "/entries/org", base + "/entries/other"
		f := func(actor, object string, state store.FollowState) store.Follower {
			return store.Follower{Actor: actor, Object: object, Inbox: actor + "/inbox", FollowID: "f", State: state, Created: t0}
		}
		write(t, s, func(tx *store.Tx) error {
			for _, v := range []store.Follower{f("b", org, "accepted"), f("a", org, "accepted"), f("c", org, "pending"), f("a", other, "accepted")} {
				if err := tx.PutFollower(ctx, v); err != nil {
					return err
				}
			}
			again := f("b", org, "accepted") // a repeated Follow has another id
			again.FollowID, again.SharedInbox, again.Bocage = "g", "shared", true
			return tx.PutFollower(ctx, again)
		})
		page, err := s.Followers(ctx, org, "a", 10)
		if err != nil || len(page) != 1 || page[0].FollowID != "g" || page[0].DeliveryInbox() != "shared" || !page[0].Bocage {
			t.Errorf("Followers after a = %+v, %v", page, err)
		}
		if n, err := s.CountFollowers(ctx, org); err != nil || n != 2 {
			t.Errorf("CountFollowers = %d, %v, want the accepted", n, err)
		}
		if all, err := s.FollowersOfAny(ctx, []string{org, other}); err != nil || len(all) != 3 {
			t.Errorf("FollowersOfAny = %v, %v", all, err)
		}
		write(t, s, func(tx *store.Tx) error {
			was, err := tx.DeleteFollower(ctx, "b", org)
			not, err2 := tx.DeleteFollower(ctx, "b", org)
			n, err3 := tx.DeleteFollowersBy(ctx, "a")
			if !was || not || n != 2 {
				t.Errorf("deletes = %v, %v, %d", was, not, n)
			}
			return errors.Join(err, err2, err3)
		})

		want := store.Following{Actor: base + "/actor", Object: "https://a.example/actor", Origin: "https://a.example",
			Catalog: "https://a.example/actor/catalog", State: store.FollowPending, FollowID: "x", Created: t0, Changed: t0}
		write(t, s, func(tx *store.Tx) error { return tx.PutFollowing(ctx, want) })
		want.State, want.Cursor, want.Synced = store.FollowAccepted, 812, t0
		write(t, s, func(tx *store.Tx) error { return tx.PutFollowing(ctx, want) })
		got, err := s.Following(ctx, want.Actor, want.Object)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("Following: %v (-want +got):\n%s", err, d)
		}
		for name, read := range map[string]func() ([]store.Following, error){
			"of":     func() ([]store.Following, error) { return s.FollowingOf(ctx, want.Object) },
			"origin": func() ([]store.Following, error) { return s.FollowingByOrigin(ctx, want.Origin) },
			"all":    func() ([]store.Following, error) { return s.Followings(ctx, "", "", 10) },
			"ours":   func() ([]store.Following, error) { return s.Followings(ctx, want.Actor, "", 10) },
		} {
			if got, err := read(); err != nil || len(got) != 1 {
				t.Errorf("%s: %v, %v", name, got, err)
			}
		}
		if n, err := s.CountFollowing(ctx, want.Actor); err != nil || n != 1 {
			t.Errorf("CountFollowing = %d, %v", n, err)
		}
	})
}

func TestRemoteActorsAndRules(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, _ *clock) {
		ctx := t.Context()
		a := store.RemoteActor{URI: "https://a.example/x", Type: "Group", Name: "X", Handle: "x@a.example", Doc: []byte("{}"),
			KeyID: "https://a.example/x#main-key", PublicKeyPEM: "pem", Ed25519: "z6", Inbox: "i", SharedInbox: "s", Outbox: "o",
			Followers: "f", Catalog: "c", FetchedAt: t0, Gone: true}
		write(t, s, func(tx *store.Tx) error { return tx.PutRemoteActor(ctx, a) })
		got, err := s.RemoteActorByKey(ctx, a.KeyID)
		if d := cmp.Diff(a, got); d != "" || err != nil {
			t.Errorf("RemoteActorByKey: %v (-want +got):\n%s", err, d)
		}
		write(t, s, func(tx *store.Tx) error { return tx.DeleteRemoteActor(ctx, a.URI) })
		if _, err := s.RemoteActor(ctx, a.URI); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("deleted actor: %v, want ErrNotFound", err)
		}
		rule := store.DomainRule{Domain: "bad.example", Action: "block", Reason: "spam", By: "admin", Created: t0}
		write(t, s, func(tx *store.Tx) error { return tx.PutDomainRule(ctx, rule) })
		if rules, err := s.DomainRules(ctx); err != nil || len(rules) != 1 || rules[0] != rule {
			t.Errorf("DomainRules = %v, %v", rules, err)
		}
		write(t, s, func(tx *store.Tx) error { return tx.DeleteDomainRule(ctx, "bad.example") })
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.DeleteDomainRule(ctx, "bad.example") }); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("second delete: %v, want ErrNotFound", err)
		}
	})
}

func TestAccounts(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		u := store.User{ID: "u1", Name: "Claire", Email: "Claire@B.example", PasswordHash: "h", Orgs: []string{"o1", "o2"}, Created: t0}
		write(t, s, func(tx *store.Tx) error { return tx.PutUser(ctx, u) })
		u.Name, u.Email, u.Orgs, u.Admin = "claire", "claire@b.example", []string{"o2"}, true
		write(t, s, func(tx *store.Tx) error { return tx.PutUser(ctx, u) })
		for name, read := range map[string]func() (store.User, error){
			"id":    func() (store.User, error) { return s.User(ctx, "u1") },
			"name":  func() (store.User, error) { return s.UserByName(ctx, "CLAIRE") },
			"email": func() (store.User, error) { return s.UserByEmail(ctx, "claire@B.EXAMPLE") },
			"list": func() (store.User, error) {
				us, err := s.Users(ctx)
				return us[0], err
			},
		} {
			got, err := read()
			if d := cmp.Diff(u, got); d != "" || err != nil {
				t.Errorf("by %s: %v (-want +got):\n%s", name, err, d)
			}
		}
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.PutUser(ctx, store.User{ID: "u2", Name: "CLAIRE"}) }); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("same name: %v, want ErrConflict", err)
		}
		ses := store.Session{Hash: "h", UserID: "u1", CSRF: "c", Created: t0, Seen: t0, Expires: t0.Add(time.Hour)}
		write(t, s, func(tx *store.Tx) error { return tx.PutSession(ctx, ses) })
		if got, err := s.Session(ctx, "h"); err != nil || got != ses {
			t.Errorf("Session = %+v, %v", got, err)
		}
		c.advance(2 * time.Hour)
		if _, err := s.Session(ctx, "h"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("expired session: %v, want ErrNotFound", err)
		}
		write(t, s, func(tx *store.Tx) error { return errors.Join(tx.DeleteSessionsOf(ctx, "u1"), tx.DeleteUser(ctx, "u1")) })
		if _, err := s.User(ctx, "u1"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("deleted user: %v, want ErrNotFound", err)
		}
	})
}

func TestSettingsKeysAuditRevisions(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		for _, v := range []string{"one", "two"} {
			write(t, s, func(tx *store.Tx) error { return tx.PutSetting(ctx, "name", v) })
		}
		if v, err := s.Setting(ctx, "name"); err != nil || v != "two" {
			t.Errorf("Setting = %q, %v", v, err)
		}
		if _, err := s.Setting(ctx, "none"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("no setting: %v, want ErrNotFound", err)
		}
		first := store.Key{Owner: "org", RSAPrivate: []byte("r1"), Ed25519Private: []byte("e1"), Created: t0}
		for _, k := range []store.Key{first, {Owner: "org", RSAPrivate: []byte("r2"), Ed25519Private: []byte("e2")}} {
			write(t, s, func(tx *store.Tx) error {
				kept, err := tx.PutKey(ctx, k)
				if d := cmp.Diff(first, kept); d != "" {
					t.Errorf("kept key (-want +got):\n%s", d)
				}
				return err
			})
		}
		for i := range 3 {
			write(t, s, func(tx *store.Tx) error {
				return errors.Join(
					tx.AddAudit(ctx, store.AuditEntry{ID: fmt.Sprint(i), Verb: "block"}),
					tx.AddRevision(ctx, store.Revision{EntryID: "e", Number: int64(i + 1), WhoName: "Claire", Doc: []byte(`{"v":1}`)}))
			})
		}
		log, err := s.Audit(ctx, "2", 10)
		if err != nil || len(log) != 2 || log[0].ID != "1" || !log[0].At.Equal(t0) {
			t.Errorf("Audit before 2 = %+v, %v", log, err)
		}
		vs, err := s.Revisions(ctx, "e")
		if err != nil || len(vs) != 3 || vs[0].Number != 3 || len(vs[0].Doc) != 0 {
			t.Errorf("Revisions = %+v, %v", vs, err)
		}
		v, err := s.Revision(ctx, "e", 2)
		if err != nil || string(v.Doc) != `{"v":1}` || v.WhoName != "Claire" {
			t.Errorf("Revision = %+v, %v", v, err)
		}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			return tx.AddRevision(ctx, store.Revision{EntryID: "e", Number: 2, Doc: []byte("{}")})
		}); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("a second revision 2: %v, want ErrConflict", err)
		}
	})
}
