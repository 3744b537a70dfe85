package moderation_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// clock is a time that a test moves.
type clock struct{ at time.Time }

func newClock() *clock                       { return &clock{time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)} }
func (c *clock) now() time.Time              { return c.at }
func (c *clock) pass(d time.Duration) *clock { c.at = c.at.Add(d); return c }

const far, org = "https://sub.loin.example", "https://sub.loin.example/entries/org"

// entry is one of far's, with a point when n is even.
func entry(n int) directory.Entry {
	e := directory.Entry{ID: fmt.Sprintf("0193a000-0000-7000-8000-%012d", n), URI: fmt.Sprintf("%s/entries/%d", far, n), Origin: far,
		Kind: directory.KindCommons, Status: directory.StatusPublished, Name: directory.LangText{"fr": "Verger"}, OwnerURI: org}
	if n%2 == 0 {
		e.Place = &directory.Place{Point: &directory.Point{Lat: 48, Lon: 2}}
	}
	return e
}

func fill(t *testing.T, st *store.Store, n int) {
	t.Helper()
	err := st.Write(t.Context(), func(tx *store.Tx) error {
		for i := range n {
			e := entry(i)
			if err := tx.PutEntry(t.Context(), &e, store.PutOptions{Public: true, Wire: []byte(`{}`)}); err != nil {
				return err
			}
		}
		f := store.Follower{Actor: far + "/u", Object: "https://us.example/actor", Inbox: far + "/u/inbox", State: store.FollowAccepted}
		return errors.Join(tx.EnsurePeer(t.Context(), far), tx.PutFollower(t.Context(), f),
			tx.PutFollowing(t.Context(), store.Following{Actor: "https://us.example/actor", Object: org, Origin: far, State: store.FollowAccepted}))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func listed(t *testing.T, st *store.Store) int {
	t.Helper()
	n, err := st.CountEntries(t.Context(), store.EntryFilter{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestEffects: what a decision would change is told before, is then done, and is
// undone, for domains, actors and single entries; a rule ends when its time is over.
func TestEffects(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		c := newClock()
		m := moderation.New(st, c.now)
		fill(t, st, 5)
		for _, tt := range []struct {
			rule   moderation.Rule
			want   moderation.Effects
			listed int
		}{
			{moderation.Rule{Target: "loin.example", Action: "block", Reason: "r"}, moderation.Effects{Origins: []string{far}, Leave: 5, OnMap: 3, Hidden: 5, Followers: 1, Following: 1}, 0},
			{moderation.Rule{Target: "LOIN.example.", Action: "silence", Reason: "r"}, moderation.Effects{Origins: []string{far}}, 0},
			{moderation.Rule{Target: "loin.example", Action: "unset"}, moderation.Effects{Origins: []string{far}, Return: 5}, 5},
			{moderation.Rule{Target: org, Action: "silence", Reason: "r"}, moderation.Effects{Origins: []string{far}, Leave: 5, OnMap: 3}, 0},
			{moderation.Rule{Target: org, Action: "unset"}, moderation.Effects{Origins: []string{far}, Return: 5}, 5},
			{moderation.Rule{Target: "https://SUB.loin.example:443/entries/2", Action: "block", Reason: "r"}, moderation.Effects{Origins: []string{far}, Leave: 1, OnMap: 1, Hidden: 1}, 4},
			{moderation.Rule{Target: far + "/entries/2", Action: "unset"}, moderation.Effects{Origins: []string{far}, Return: 1}, 5},
			{moderation.Rule{Target: "loin.example", Action: "silence", Reason: "r", Expires: c.at.Add(time.Hour)}, moderation.Effects{Origins: []string{far}, Leave: 5, OnMap: 3}, 0},
		} {
			got, err := m.Preview(t.Context(), nil, tt.rule)
			if d := cmp.Diff(tt.want, got); d != "" || err != nil {
				t.Errorf("%+v would: %s %v", tt.rule, d, err)
			}
			if err := m.Set(t.Context(), admin, tt.rule); err != nil {
				t.Fatal(err)
			}
			if n := listed(t, st); n != tt.listed {
				t.Errorf("after %+v: %d entries are listed, want %d", tt.rule, n, tt.listed)
			}
		}
		c.pass(2 * time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- m.Run(ctx) }()
		for end := time.Now().Add(10 * time.Second); listed(t, st) != 5 && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond)
		}
		cancel()
		if err := <-done; err != nil || listed(t, st) != 5 {
			t.Errorf("a rule that has ended still hides: %d listed, %v", listed(t, st), err)
		}
		log, err := st.AuditOf(t.Context(), "loin.example", 1)
		if err != nil || len(log) != 1 || log[0].Verb != "domain.expired" {
			t.Errorf("log: %+v, %v", log, err)
		}
	})
}

// TestAllowList: only listed domains speak, and what the others said is withheld.
func TestAllowList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		m := moderation.New(st, nil)
		fill(t, st, 3)
		if err := m.SetAllowList(t.Context(), admin, true, " "); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("without a reason: %v", err)
		}
		on := true
		if e, err := m.Preview(t.Context(), &on); err != nil || e.Hidden != 3 || e.Followers != 1 {
			t.Errorf("preview: %+v, %v", e, err)
		}
		if err := m.SetAllowList(t.Context(), admin, true, "a quiet year"); err != nil {
			t.Fatal(err)
		}
		if v, err := m.CheckOrigin(t.Context(), far); err != nil || v.Allowed || v.Reason == "" || listed(t, st) != 0 {
			t.Errorf("an unlisted origin: %+v, %v, %d listed", v, err, listed(t, st))
		}
		if err := m.Allow(t.Context(), admin, "loin.example", "friends"); err != nil {
			t.Fatal(err)
		}
		if v, err := m.CheckOrigin(t.Context(), far); err != nil || !v.Allowed || listed(t, st) != 3 {
			t.Errorf("a listed origin: %+v, %v, %d listed", v, err, listed(t, st))
		}
		if v, err := m.CheckActor(t.Context(), "https://other.example/u"); err != nil || v.Allowed {
			t.Errorf("another: %+v, %v", v, err)
		}
		if err := m.SetAllowList(t.Context(), admin, false, ""); err != nil {
			t.Fatal(err)
		}
		if v, err := m.CheckActor(t.Context(), "https://other.example/u"); err != nil || !v.Allowed {
			t.Errorf("afterwards: %+v, %v", v, err)
		}
	})
}

func judge(t *testing.T, m *moderation.Moderation, st *store.Store, e directory.Entry) directory.Decision {
	t.Helper()
	d, err := m.Judge(t.Context(), st.Reader, &e)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestJudge: blocks of the origin, of the publisher and of the publisher's host
// refuse what is new and hold what is here; limits refuse what is new, and say why.
func TestJudge(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		c := newClock()
		m := moderation.New(st, c.now)
		fill(t, st, 3)
		fresh := entry(9)
		held := fresh
		held.Num = 1
		if d := judge(t, m, st, fresh); d.Action != directory.DecidePublish {
			t.Errorf("nothing decided: %+v", d)
		}
		elsewhere := fresh
		elsewhere.OwnerURI = "https://spam.example/u"
		for target, e := range map[string]directory.Entry{"loin.example": fresh, org: fresh, "spam.example": elsewhere} {
			if err := m.Set(t.Context(), admin, moderation.Rule{Target: target, Action: "block", Reason: "r"}); err != nil {
				t.Fatal(err)
			}
			kept := e
			kept.Num = 1
			if a, b := judge(t, m, st, e), judge(t, m, st, kept); a.Action != directory.DecideIgnore || b.Action != directory.DecideHold {
				t.Errorf("block of %s: new %+v, held %+v", target, a, b)
			}
			if err := m.Set(t.Context(), admin, moderation.Rule{Target: target, Action: "silence", Reason: "r"}); err != nil {
				t.Fatal(err)
			}
			if d := judge(t, m, st, e); d.Action != directory.DecideSilence {
				t.Errorf("silence of %s: %+v", target, d)
			}
			if err := m.Unset(t.Context(), admin, target, ""); err != nil {
				t.Fatal(err)
			}
		}
		for cause, l := range map[string]store.OriginLimit{"entries": {Origin: far, Entries: 3}, "bytes": {Origin: far, Bytes: 10}} {
			if err := m.SetLimits(t.Context(), admin, l); err != nil {
				t.Fatal(err)
			}
			if d := judge(t, m, st, fresh); d.Action != directory.DecideIgnore || d.Code != cause || !strings.Contains(d.Reason, far) {
				t.Errorf("above the limit of %s: %+v", cause, d)
			}
			if d := judge(t, m, st, held); d.Action != directory.DecidePublish {
				t.Errorf("an update above the limit: %+v", d)
			}
		}
		if rs, err := m.Refusals(t.Context(), far, 10); err != nil || len(rs) != 3 { // blocked, entries, bytes
			t.Errorf("refusals: %+v, %v", rs, err)
		}
	})
}

// TestKeyChanged: a key that the old one vouches for, or of a server that was
// there all the time, is noted; one of a server that was away is not believed.
func TestKeyChanged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		c := newClock()
		m := moderation.New(st, c.now)
		fill(t, st, 1)
		change := func(ch peer.KeyChange) string {
			t.Helper()
			ch.Actor, ch.Old, ch.New = org, "old", "new"
			if err := st.Write(t.Context(), func(tx *store.Tx) error { return m.KeyChanged(t.Context(), tx, ch) }); err != nil {
				t.Fatal(err)
			}
			log, err := st.AuditOf(t.Context(), org, 1)
			if err != nil || len(log) != 1 {
				t.Fatalf("log: %+v, %v", log, err)
			}
			return log[0].Verb
		}
		long := c.at.Add(-100 * 24 * time.Hour)
		sharedKeys(t, m, st, c)
		if v := change(peer.KeyChange{Vouched: true, Seen: long}); v != "key.rotated" {
			t.Errorf("vouched for: %s", v)
		}
		if v := change(peer.KeyChange{Seen: c.at.Add(-time.Hour)}); v != "key.changed" {
			t.Errorf("there all the time: %s", v)
		}
		if v := change(peer.KeyChange{Seen: long}); v != "key.quarantine" {
			t.Errorf("away: %s", v)
		}
		if q, err := m.Quarantined(t.Context(), far); err != nil || !q {
			t.Fatalf("in quarantine: %v, %v", q, err)
		}
		fresh, held := entry(9), entry(9)
		held.Num = 1
		if a, b := judge(t, m, st, fresh), judge(t, m, st, held); a.Action != directory.DecideReview || b.Action != directory.DecideHold {
			t.Errorf("in quarantine: new %+v, held %+v", a, b)
		}
		p, err := st.Peer(t.Context(), far)
		if err != nil || p.Paused.IsZero() {
			t.Errorf("deliveries go on: %+v, %v", p, err)
		}
		if err := m.AcceptKey(t.Context(), admin, far, ""); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("accepted without a reason: %v", err)
		}
		if err := m.AcceptKey(t.Context(), admin, far, "they called"); err != nil {
			t.Fatal(err)
		}
		if p, err = st.Peer(t.Context(), far); err != nil || !p.Paused.IsZero() {
			t.Errorf("deliveries do not go on: %+v, %v", p, err)
		}
		if d := judge(t, m, st, fresh); d.Action != directory.DecidePublish {
			t.Errorf("accepted: %+v", d)
		}
		if v := change(peer.KeyChange{Seen: c.at}); v != "key.changed" {
			t.Errorf("there since: %s", v)
		}
		err = st.Write(t.Context(), func(tx *store.Tx) error {
			if err := tx.PutPeer(t.Context(), store.Peer{Origin: far, State: store.PeerDead}); err != nil {
				return err
			}
			return tx.PeerSucceeded(t.Context(), far)
		})
		if err != nil {
			t.Fatal(err)
		}
		if v := change(peer.KeyChange{Seen: c.at}); v != "key.quarantine" {
			t.Errorf("found again before its key was looked at: %s", v)
		}
		if err := m.RefuseKey(t.Context(), admin, far, "somebody else"); err != nil {
			t.Fatal(err)
		}
		if v, err := m.CheckOrigin(t.Context(), far); err != nil || v.Allowed {
			t.Errorf("refused: %+v, %v", v, err)
		}
	})
}

// sharedKeys: a server that we only hold entries of, because others shared them, is
// looked at too when it shows another key after long.
func sharedKeys(t *testing.T, m *moderation.Moderation, st *store.Store, c *clock) {
	t.Helper()
	const other = "https://partage.example"
	e := entry(40)
	e.URI, e.Origin, e.OwnerURI = other+"/1", other, other+"/org"
	for _, tt := range []struct {
		held  bool
		ago   time.Duration
		wants bool
	}{{false, 100 * 24 * time.Hour, false}, {true, time.Hour, false}, {true, 100 * 24 * time.Hour, true}} {
		err := st.Write(t.Context(), func(tx *store.Tx) error {
			if tt.held {
				if err := tx.PutEntry(t.Context(), &e, store.PutOptions{Public: true, Wire: []byte(`{}`)}); err != nil {
					return err
				}
			}
			return m.KeyChanged(t.Context(), tx, peer.KeyChange{Actor: other + "/org", Old: "old", New: "new", Seen: c.at.Add(-tt.ago)})
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := m.Quarantined(t.Context(), other); err != nil || got != tt.wants {
			t.Errorf("%+v: quarantine %v, %v", tt, got, err)
		}
	}
}
