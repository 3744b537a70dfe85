package ledger_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// said is a Judge that says one thing.
type said struct{ action directory.DecisionAction }

func (s *said) Judge(context.Context, store.Reader, *directory.Entry) (directory.Decision, error) {
	return directory.NewDecision(s.action, "match"), nil
}

func (s *said) JudgePage(context.Context, store.Reader, map[string][]string) (func(*directory.Entry) (directory.Decision, error), error) {
	return func(*directory.Entry) (directory.Decision, error) {
		return directory.NewDecision(s.action, "match"), nil
	}, nil
}

// TestJudged: an entry of another instance goes through every decision, by what
// its origin says and by being judged again, and its page with it.
func TestJudged(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx, st, judge := t.Context(), storetest.Open(t, engine), &said{directory.DecideReview}
			env, keys := vocab.Env{Base: "https://us.example"}, keyring.New(st, nil, nil)
			l := ledger.New(ledger.Config{Store: st, Keyring: keys, Env: env, Judge: judge,
				Publisher: outbox.New(outbox.Config{Store: st, Keyring: keys, Env: env})})
			e := directory.Entry{Kind: directory.KindCommons, Name: directory.LangText{"fr": "Jardin"}, URI: "https://a.example/entries/1",
				Origin: "https://a.example", Updated: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
			accept := func(hash string) {
				t.Helper()
				e.Updated = e.Updated.Add(time.Hour)
				if err := st.Write(ctx, func(tx *store.Tx) error { _, err := l.AcceptRemote(ctx, tx, e, []byte(`{}`), hash); return err }); err != nil {
					t.Fatal(err)
				}
			}
			again := func(action directory.DecisionAction) (res ledger.Rejudged) {
				t.Helper()
				judge.action = action
				if err := st.Write(ctx, func(tx *store.Tx) (err error) { res, err = l.Rejudge(ctx, tx, e.URI); return err }); err != nil {
					t.Fatal(err)
				}
				return res
			}
			listed := func(want int) {
				t.Helper()
				es, err := st.Entries(ctx, store.EntryFilter{})
				if err != nil || len(es) != want {
					t.Fatalf("%d entries in lists, want %d (%v)", len(es), want, err)
				}
			}
			accept("h1")
			listed(0)
			held, err := st.EntryByURI(ctx, e.URI)
			if err != nil || held.Status != directory.StatusProposed || held.Seq != 0 {
				t.Fatalf("under review: %+v, %v", held, err)
			}
			accept("h2")
			listed(0)
			if !again(directory.DecidePublish).Changed || again(directory.DecidePublish).Changed {
				t.Error("published once, and then again")
			}
			listed(1)
			again(directory.DecideSilence)
			listed(0)
			if s, err := st.Entry(ctx, held.ID); err != nil || !s.Status.Public() || !s.Silenced {
				t.Errorf("silenced: %+v, %v", s, err)
			}
			if !again(directory.DecideIgnore).Changed {
				t.Error("ignoring changed nothing")
			}
			if _, err := st.Entry(ctx, held.ID); !errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
				t.Errorf("what is ignored: %v, want not found and no tombstone", err)
			}
			if i, err := st.IgnoredByURI(ctx, e.URI); err != nil || i.Entry.Name["fr"] != "Jardin" || i.Entry.Hash != "h2" {
				t.Errorf("ignored: %+v, %v", i, err)
			}
			if !again(directory.DecidePublish).Wanted {
				t.Error("what is published again is not wanted")
			}
			accept("h2") // the same document as before
			listed(1)
			if back, err := st.EntryByURI(ctx, e.URI); err != nil || back.ID != held.ID {
				t.Errorf("it came back as %s, was %s: %v", back.ID, held.ID, err)
			}
			if _, err := st.IgnoredByURI(ctx, e.URI); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("still ignored: %v", err)
			}
		})
	}
}

// TestFollowersAnswered: only administrators answer, who is accepted is told so
// once, and a rule answers everybody of a server.
func TestFollowersAnswered(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		ctx := t.Context()
		us := vocab.Env{Base: "https://bocage.test"}.InstanceURI()
		if org := organisation(t, l); org.URI != "" {
			us = org.URI
		}
		put := func(actor string) {
			t.Helper()
			f := store.Follower{Actor: actor, Object: us, Inbox: actor + "/inbox", FollowID: actor + "/follow", State: store.FollowPending}
			if err := st.Write(ctx, func(tx *store.Tx) error { return tx.PutFollower(ctx, f) }); err != nil {
				t.Fatal(err)
			}
		}
		state := func(actor string) store.FollowState {
			t.Helper()
			f, err := st.Follower(ctx, actor, us)
			if err != nil && !errors.Is(err, directory.ErrNotFound) {
				t.Fatal(err)
			}
			return f.State
		}
		queued := func() int {
			t.Helper()
			p, err := st.Peer(ctx, "https://p.example")
			if err != nil {
				t.Fatal(err)
			}
			return p.Queued
		}
		ana, bob := "https://p.example/ana", "https://p.example/bob"
		put(ana)
		put(bob)
		if err := l.AnswerFollower(ctx, directory.Who{UserID: "x"}, ana, us, true, ""); !errors.Is(err, directory.ErrForbidden) {
			t.Errorf("anybody: %v", err)
		}
		for range 2 {
			if err := l.AnswerFollower(ctx, system, ana, us, true, ""); err != nil {
				t.Fatal(err)
			}
		}
		if state(ana) != store.FollowAccepted || state(bob) != store.FollowPending || queued() != 1 {
			t.Errorf("ana %s, bob %s, %d deliveries", state(ana), state(bob), queued())
		}
		if err := l.SetFollowerRule(ctx, system, "https://p.example/x", store.FollowerReject, "spam"); err != nil {
			t.Fatal(err)
		}
		if state(ana) != "" || state(bob) != "" || queued() != 3 {
			t.Errorf("after the rule: ana %q, bob %q, %d deliveries", state(ana), state(bob), queued())
		}
		if err := l.SetFollowerRule(ctx, system, "https://p.example", "", ""); err != nil {
			t.Fatal(err)
		}
		if err := l.SetFollowerRule(ctx, system, "https://p.example", "", ""); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("a rule taken back twice: %v", err)
		}
		if err := l.AnswerFollower(ctx, system, ana, us, false, ""); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("somebody who does not follow: %v", err)
		}
	})
}

// TestServerAccepted: another server's actor whose follow of the instance waited hears of
// what is to come once it is accepted, and not again.
func TestServerAccepted(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		ctx := t.Context()
		org := organisation(t, l)
		if _, err := l.Create(ctx, system, directory.Entry{Kind: directory.KindEvent, Owner: org.ID, Status: directory.StatusPublished,
			Name: directory.LangText{"fr": "Forum"}, Period: &directory.Period{Start: "2131-06-06T18:00:00+02:00"}}); err != nil {
			t.Fatal(err)
		}
		const relay = "https://p.example/relay"
		us := vocab.Env{Base: strings.TrimSuffix(org.URI, "/entries/"+org.ID)}.InstanceURI()
		err := st.Write(ctx, func(tx *store.Tx) error {
			if err := tx.PutRemoteActor(ctx, store.RemoteActor{URI: relay, Type: "Application", Inbox: relay + "/inbox"}); err != nil {
				return err
			}
			return tx.PutFollower(ctx, store.Follower{Actor: relay, Object: us, Inbox: relay + "/inbox", FollowID: relay + "/follow", State: store.FollowPending})
		})
		for range 2 {
			err = errors.Join(err, l.AnswerFollower(ctx, system, relay, us, true, ""))
		}
		if err != nil {
			t.Fatal(err)
		}
		if p, err := st.Peer(ctx, "https://p.example"); err != nil || p.Queued != 2 {
			t.Errorf("%d deliveries, %v, want an Accept and an Announce", p.Queued, err)
		}
	})
}
