package ledger_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store"
)

// receive takes an entry of another instance in, as the inbox does.
func receive(t *testing.T, st *store.Store, l *ledger.Ledger, e directory.Entry) directory.Entry {
	t.Helper()
	err := st.Write(t.Context(), func(tx *store.Tx) error {
		_, err := l.AcceptRemote(t.Context(), tx, e, []byte(`{"id":"`+e.URI+`"}`), "sha256-"+e.Updated.String())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := st.EntryByURI(t.Context(), e.URI)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func theirs(name string) directory.Entry {
	at := ticker()()
	return directory.Entry{URI: "https://c.example/entries/" + name, Origin: "https://c.example", OwnerURI: "https://c.example/entries/org",
		Kind: directory.KindCommons, Status: directory.StatusPublished, Name: directory.LangText{"fr": "Jardin des œillets"}, Updated: at, PublishedAt: at}
}

// listed is the IDs that lists show.
func listed(t *testing.T, st *store.Store) map[string]bool {
	t.Helper()
	es, err := st.Entries(t.Context(), store.EntryFilter{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, e := range es {
		out[e.ID] = true
	}
	return out
}

// sent counts the activities of a type that were made about an entry.
func sent(t *testing.T, st *store.Store, typ, object string) int {
	t.Helper()
	as, err := st.ActivitiesAbout(t.Context(), object, 100)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, a := range as {
		if a.Type == typ {
			n++
		}
	}
	return n
}

func TestMergeWithRemote(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		ctx := t.Context()
		org := organisation(t, l)
		ours, err := l.Create(ctx, system, garden(org.ID))
		if err != nil {
			t.Fatal(err)
		}
		other := receive(t, st, l, theirs("1"))
		if err := l.Merge(ctx, system, ours.ID, other.ID, "one gate"); err != nil {
			t.Fatal(err)
		}
		if got := listed(t, st); !got[ours.ID] || got[other.ID] {
			t.Errorf("listed %v", got)
		}
		if again, _ := st.Entry(ctx, ours.ID); again.Hash != ours.Hash || len(again.AlsoKnownAs) > 0 {
			t.Errorf("our document changed: %+v", again)
		}
		// Its origin publishes a newer version: it is kept, and stays merged.
		next := theirs("1")
		next.Updated, next.Summary = next.Updated.AddDate(0, 0, 1), directory.LangText{"fr": "Nouveau"}
		if got := receive(t, st, l, next); got.ShownAs != ours.ID || got.Summary["fr"] != "Nouveau" {
			t.Errorf("after its Update: %+v", got)
		}
		if err := l.Merge(ctx, system, ours.ID, other.ID, ""); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("merged again: %v", err)
		}
		if err := l.Split(ctx, system, other.ID, "two gates"); err != nil {
			t.Fatal(err)
		}
		if got := listed(t, st); !got[ours.ID] || !got[other.ID] {
			t.Errorf("after the split: %v", got)
		}
		if err := l.Split(ctx, system, other.ID, ""); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("split again: %v", err)
		}
		log, err := st.Audit(ctx, "", 2)
		if err != nil || log[0].Verb != "split" || log[1].Verb != "merged" || log[1].Detail != other.URI+": one gate" {
			t.Errorf("audit %+v, %v", log, err)
		}
	})
}

// TestMergeOfOurs: the loser is published as moved to the winner, and back.
func TestMergeOfOurs(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		ctx := t.Context()
		org := organisation(t, l)
		winner, err := l.Create(ctx, system, garden(org.ID))
		if err != nil {
			t.Fatal(err)
		}
		loser, err := l.Create(ctx, system, garden(org.ID))
		if err != nil {
			t.Fatal(err)
		}
		follow(t, st, loser.URI, "https://m.example/u")
		if err := l.Merge(ctx, system, winner.ID, loser.ID, "twice"); err != nil {
			t.Fatal(err)
		}
		w, _ := st.Entry(ctx, winner.ID)
		lo, _ := st.Entry(ctx, loser.ID)
		if lo.MovedTo != w.URI || !cmp.Equal(w.AlsoKnownAs, []string{lo.URI}) || lo.ShownAs != w.ID || w.Hash == winner.Hash || lo.Hash == loser.Hash {
			t.Errorf("winner %+v\nloser %+v", w, lo)
		}
		if n := sent(t, st, "Move", loser.URI); n != 1 {
			t.Errorf("%d Moves", n)
		}
		if _, err := l.Edit(ctx, system, loser.ID, func(e *directory.Entry) error { e.Name["fr"] = "X"; return nil }); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("edit of the loser: %v", err)
		}
		if err := l.Delete(ctx, system, winner.ID, ""); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("the winner is deleted: %v", err)
		}
		if _, err := l.SetStatus(ctx, system, winner.ID, directory.StatusDraft); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("the winner is withdrawn: %v", err)
		}
		if err := l.Split(ctx, system, loser.ID, ""); err != nil {
			t.Fatal(err)
		}
		w, _ = st.Entry(ctx, winner.ID)
		lo, _ = st.Entry(ctx, loser.ID)
		if lo.MovedTo != "" || len(w.AlsoKnownAs) != 0 || !lo.Listed() {
			t.Errorf("after the split: winner %+v\nloser %+v", w, lo)
		}
		if err := l.Merge(ctx, system, winner.ID, org.ID, ""); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("an organisation that still publishes: %v", err)
		}
	})
}

func follow(t *testing.T, st *store.Store, object, actor string) {
	t.Helper()
	err := st.Write(t.Context(), func(tx *store.Tx) error {
		return tx.PutFollower(t.Context(), store.Follower{Actor: actor, Object: object, Inbox: actor + "/inbox", State: store.FollowAccepted})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMergePermissions(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		ctx := t.Context()
		org := organisation(t, l)
		rival := organisation(t, l)
		mine, err := l.Create(ctx, system, garden(org.ID))
		if err != nil {
			t.Fatal(err)
		}
		other, err := l.Create(ctx, system, garden(rival.ID))
		if err != nil {
			t.Fatal(err)
		}
		event := garden(org.ID)
		event.Kind, event.Event, event.Period = directory.KindEvent, &directory.Event{}, &directory.Period{Start: "2026-06-01"}
		party, err := l.Create(ctx, system, event)
		if err != nil {
			t.Fatal(err)
		}
		remote := receive(t, st, l, theirs("1"))
		editor := directory.Who{UserID: "u", Orgs: []string{org.ID}}
		for name, tt := range map[string]struct {
			who           directory.Who
			winner, loser string
			want          error
		}{
			"a visitor":                     {directory.Who{}, mine.ID, remote.ID, directory.ErrForbidden},
			"hiding another organisation's": {editor, mine.ID, other.ID, directory.ErrForbidden},
			"speaking for another's":        {editor, other.ID, mine.ID, directory.ErrForbidden},
			"itself":                        {editor, mine.ID, mine.ID, directory.ErrInvalid},
			"an event into a garden":        {editor, mine.ID, party.ID, directory.ErrInvalid},
			"unknown":                       {editor, mine.ID, "x", directory.ErrNotFound},
			"theirs into mine":              {editor, mine.ID, remote.ID, nil},
			"into what is merged":           {editor, remote.ID, mine.ID, directory.ErrConflict},
		} {
			if name == "into what is merged" {
				continue
			}
			if err := l.Merge(ctx, tt.who, tt.winner, tt.loser, ""); !errors.Is(err, tt.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := l.Merge(ctx, editor, remote.ID, mine.ID, ""); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("into what is merged: %v", err)
		}
		if err := l.Split(ctx, directory.Who{UserID: "v", Orgs: []string{rival.ID}}, remote.ID, ""); !errors.Is(err, directory.ErrForbidden) {
			t.Errorf("split by a stranger: %v", err)
		}
		if err := l.Split(ctx, editor, remote.ID, ""); err != nil {
			t.Error(err)
		}
		if err := l.RefuseTwins(ctx, directory.Who{}, mine.ID, remote.ID); !errors.Is(err, directory.ErrForbidden) {
			t.Error(err)
		}
		if err := l.RefuseTwins(ctx, editor, mine.ID, remote.ID); err != nil {
			t.Error(err)
		}
	})
}

func TestRename(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		ctx := t.Context()
		org := organisation(t, l)
		e, err := l.Create(ctx, system, garden(org.ID))
		if err != nil {
			t.Fatal(err)
		}
		first := e.Handle
		if e, err = l.Rename(ctx, system, e.ID, "oeillets"); err != nil || e.Handle != "oeillets" {
			t.Fatalf("%+v, %v", e, err)
		}
		for _, h := range []string{first, "oeillets"} {
			if got, err := st.EntryByHandle(ctx, h); err != nil || got.ID != e.ID {
				t.Errorf("@%s: %s, %v", h, got.ID, err)
			}
		}
		stranger, err := l.Create(ctx, system, garden(org.ID))
		if err != nil || stranger.Handle == first {
			t.Errorf("another one got @%s, %v", stranger.Handle, err)
		}
		var bad directory.Invalid
		for _, h := range []string{first, "coop", "admin", "b.example", "é", "", "Majuscule"} {
			if _, err := l.Rename(ctx, system, stranger.ID, h); !errors.As(err, &bad) && h != "coop" {
				t.Errorf("rename to %q: %v", h, err)
			}
		}
		if e, err = l.Rename(ctx, system, e.ID, first); err != nil || e.Handle != first {
			t.Errorf("back to the first: %+v, %v", e, err)
		}
		if got, err := st.EntryByHandle(ctx, "oeillets"); err != nil || got.ID != e.ID {
			t.Errorf("the second, after going back: %s, %v", got.ID, err)
		}
		if err := l.Delete(ctx, system, e.ID, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := st.EntryByHandle(ctx, "oeillets"); !errors.Is(err, directory.ErrGone) {
			t.Errorf("an old handle of what was deleted: %v", err)
		}
		if _, err := l.Rename(context.WithoutCancel(ctx), system, stranger.ID, "oeillets"); !errors.As(err, &bad) {
			t.Errorf("an old handle of what was deleted is given again: %v", err)
		}
	})
}
