package outbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

const base = "https://us.example"

var clock = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// world is an instance with one organisation "org", a garden "garden" of it,
// and followers: a directory of the instance, a Mastodon user of each, and one
// (m4) of all three.
type world struct {
	st  *store.Store
	pub *outbox.Publisher
	env vocab.Env
}

func newWorld(t testing.TB) world {
	t.Helper()
	return newWorldOn(t, "sqlite")
}

func newWorldOn(t testing.TB, engine string) world {
	t.Helper()
	st := storetest.Open(t, engine)
	env := vocab.Env{Base: base, InstanceName: "Us"}
	w := world{st: st, env: env, pub: outbox.New(outbox.Config{
		Store: st, Keyring: keyring.New(st, nil, nil), Env: env, Clock: func() time.Time { return clock }, Logger: quiet,
	})}
	org, garden, event := w.org(), w.garden(), w.event()
	w.write(t, func(ctx context.Context, tx *store.Tx) error {
		for _, e := range []directory.Entry{org, garden, event} {
			if err := tx.PutEntry(ctx, &e, store.PutOptions{Public: true}); err != nil {
				return err
			}
		}
		for _, f := range []store.Follower{
			{Actor: "https://dir.example/actor", Object: env.InstanceURI(), Inbox: "https://dir.example/actor/inbox", SharedInbox: "https://dir.example/inbox", Bocage: true},
			{Actor: "https://dir.example/actor", Object: garden.URI, Inbox: "https://dir.example/actor/inbox", SharedInbox: "https://dir.example/inbox", Bocage: true},
			{Actor: "https://m1.example/u/a", Object: env.InstanceURI(), Inbox: "https://m1.example/u/a/inbox", SharedInbox: "https://m1.example/inbox"},
			{Actor: "https://m2.example/u/b", Object: org.URI, Inbox: "https://m2.example/u/b/inbox", SharedInbox: "https://m2.example/inbox"},
			{Actor: "https://m2.example/u/c", Object: org.URI, Inbox: "https://m2.example/u/c/inbox", SharedInbox: "https://m2.example/inbox"},
			{Actor: "https://m3.example/u/d", Object: garden.URI, Inbox: "https://m3.example/u/d/inbox"},
			{Actor: "https://m4.example/u/e", Object: env.InstanceURI(), Inbox: "https://m4.example/u/e/inbox"},
			{Actor: "https://m4.example/u/e", Object: org.URI, Inbox: "https://m4.example/u/e/inbox"},
			{Actor: "https://m4.example/u/e", Object: garden.URI, Inbox: "https://m4.example/u/e/inbox"},
		} {
			f.State = store.FollowAccepted
			if err := tx.PutFollower(ctx, f); err != nil {
				return err
			}
		}
		return nil
	})
	return w
}

func (w world) write(t testing.TB, fn func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	ctx := context.Background()
	if err := w.st.Write(ctx, func(tx *store.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

func entry(kind directory.Kind, id, name string) directory.Entry {
	e := directory.Entry{
		ID: id, URI: base + "/" + kind.Path() + "/" + id, Kind: kind, Owner: "org", OwnerURI: base + "/entries/org",
		Status: directory.StatusPublished, Name: directory.LangText{"fr": name}, Created: clock, Updated: clock, PublishedAt: clock,
	}
	if kind.IsActor() {
		e.Handle = id
	}
	return e
}

func (w world) org() directory.Entry {
	return entry(directory.KindOrganisation, "org", "Une association")
}
func (w world) garden() directory.Entry { return entry(directory.KindCommons, "garden", "Jardin") }
func (w world) event() directory.Entry {
	e := entry(directory.KindEvent, "fair", "Foire")
	e.Period = &directory.Period{Start: "2026-06-06T18:00:00+02:00", End: "2026-06-06T20:00:00+02:00"}
	e.Place = &directory.Place{Locality: "Rennes"}
	return e
}

// sent lists "inbox type actor of object" for all that waits, shortened.
func (w world) sent(t *testing.T) []string {
	t.Helper()
	ctx := context.Background()
	peers, err := w.st.Peers(ctx)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, p := range peers {
		ds, err := w.st.Deliveries(ctx, p.Origin, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			out = append(out, strings.TrimPrefix(d.Inbox, "https://")+" "+describe(t, d))
		}
	}
	sort.Strings(out)
	return out
}

func describe(t *testing.T, d store.Delivery) string {
	t.Helper()
	var a struct {
		Type, Actor string
		Object      json.RawMessage
	}
	if err := json.Unmarshal(d.Body, &a); err != nil {
		t.Fatal(err)
	}
	var o struct{ Type string }
	if json.Unmarshal(a.Object, &o) != nil {
		o.Type = "id"
	}
	if d.KeyID != a.Actor+"#main-key" {
		t.Errorf("%s by %s is signed with %s", a.Type, a.Actor, d.KeyID)
	}
	return a.Type + "{" + o.Type + "} by " + strings.TrimPrefix(a.Actor, base+"/")
}

// TestPublish says who hears of which change; it is long because it is one table.
func TestPublish(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(w world) outbox.Change
		want   []string
	}{
		"new commons": {func(w world) outbox.Change {
			e := entry(directory.KindCommons, "new", "Four")
			return outbox.Change{After: &e}
		}, []string{
			"dir.example/inbox Create{Group} by entries/org",
			"m1.example/inbox Announce{id} by actor",
			"m2.example/inbox Announce{id} by entries/org",
			"m4.example/u/e/inbox Announce{id} by entries/org",
		}},
		"new commons in bulk": {func(w world) outbox.Change {
			e := entry(directory.KindCommons, "new", "Four")
			return outbox.Change{After: &e, Bulk: true}
		}, []string{"dir.example/inbox Create{Group} by entries/org"}},
		"draft": {func(w world) outbox.Change {
			e := entry(directory.KindCommons, "new", "Four")
			e.Status = directory.StatusDraft
			return outbox.Change{After: &e}
		}, []string{}},
		"renamed commons": {func(w world) outbox.Change {
			b, a := w.garden(), w.garden()
			a.Name, a.Updated = directory.LangText{"fr": "Grand jardin"}, clock.Add(time.Second)
			return outbox.Change{Before: &b, After: &a}
		}, []string{
			"dir.example/inbox Update{Group} by entries/org",
			"m3.example/u/d/inbox Create{Note} by entries/garden",
			"m3.example/u/d/inbox Update{Group} by entries/garden",
			"m4.example/u/e/inbox Create{Note} by entries/garden",
			"m4.example/u/e/inbox Update{Group} by entries/garden",
		}},
		"summary of a commons": {func(w world) outbox.Change {
			b, a := w.garden(), w.garden()
			a.Summary, a.Updated = directory.LangText{"fr": "Vert"}, clock.Add(time.Second)
			return outbox.Change{Before: &b, After: &a}
		}, []string{
			"dir.example/inbox Update{Group} by entries/org",
			"m3.example/u/d/inbox Update{Group} by entries/garden",
			"m4.example/u/e/inbox Update{Group} by entries/garden",
		}},
		"private contact": {func(w world) outbox.Change {
			b, a := w.garden(), w.garden()
			a.Contact, a.Updated = &directory.Contact{Email: "x@example.org"}, clock.Add(time.Second)
			return outbox.Change{Before: &b, After: &a}
		}, []string{}},
		"closed commons": {func(w world) outbox.Change {
			b, a := w.garden(), w.garden()
			a.Status, a.Updated = directory.StatusArchived, clock.Add(time.Second)
			return outbox.Change{Before: &b, After: &a}
		}, []string{
			"dir.example/inbox Update{Group} by entries/org",
			"m3.example/u/d/inbox Create{Note} by entries/garden",
			"m3.example/u/d/inbox Update{Group} by entries/garden",
			"m4.example/u/e/inbox Create{Note} by entries/garden",
			"m4.example/u/e/inbox Update{Group} by entries/garden",
		}},
		"deleted commons": {func(w world) outbox.Change { b := w.garden(); return outbox.Change{Before: &b} }, []string{
			"dir.example/inbox Delete{Tombstone} by entries/org",
			"m1.example/inbox Delete{id} by entries/garden",
			"m2.example/inbox Delete{id} by entries/garden",
			"m3.example/u/d/inbox Delete{id} by entries/garden",
			"m4.example/u/e/inbox Delete{id} by entries/garden",
		}},
		"new event": {func(w world) outbox.Change {
			e := w.event()
			e.ID, e.URI = "fair2", base+"/events/fair2"
			return outbox.Change{After: &e}
		}, []string{
			"dir.example/inbox Create{Event} by entries/org",
			"m1.example/inbox Announce{id} by actor",
			"m2.example/inbox Create{Event} by entries/org",
			"m4.example/u/e/inbox Create{Event} by entries/org",
		}},
		"cancelled event": {func(w world) outbox.Change {
			b, a := w.event(), w.event()
			a.Event, a.Updated = &directory.Event{Status: directory.EventCancelled}, clock.Add(time.Second)
			return outbox.Change{Before: &b, After: &a}
		}, []string{
			"dir.example/inbox Update{Event} by entries/org",
			"m1.example/inbox Update{Event} by entries/org",
			"m2.example/inbox Create{Note} by entries/org",
			"m2.example/inbox Update{Event} by entries/org",
			"m4.example/u/e/inbox Create{Note} by entries/org",
			"m4.example/u/e/inbox Update{Event} by entries/org",
		}},
		"moved event": {func(w world) outbox.Change {
			b, a := w.event(), w.event()
			a.Place, a.Updated = &directory.Place{Locality: "Vannes"}, clock.Add(time.Second)
			return outbox.Change{Before: &b, After: &a}
		}, []string{
			"dir.example/inbox Update{Event} by entries/org",
			"m1.example/inbox Update{Event} by entries/org",
			"m2.example/inbox Create{Note} by entries/org",
			"m2.example/inbox Update{Event} by entries/org",
			"m4.example/u/e/inbox Create{Note} by entries/org",
			"m4.example/u/e/inbox Update{Event} by entries/org",
		}},
		"deleted event": {func(w world) outbox.Change { b := w.event(); return outbox.Change{Before: &b} }, []string{
			"dir.example/inbox Delete{Tombstone} by entries/org",
			"m1.example/inbox Delete{Tombstone} by entries/org",
			"m2.example/inbox Delete{Tombstone} by entries/org",
			"m4.example/u/e/inbox Delete{Tombstone} by entries/org",
		}},
		"remote entry": {func(w world) outbox.Change {
			e := entry(directory.KindCommons, "new", "Four")
			e.Origin = "https://them.example"
			return outbox.Change{After: &e}
		}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.write(t, func(ctx context.Context, tx *store.Tx) error { return w.pub.Publish(ctx, tx, c.change(w)) })
			if diff := cmp.Diff(c.want, w.sent(t)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestPublishRollsBack: what the caller's transaction does not keep is not sent.
func TestPublishRollsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	err := w.st.Write(ctx, func(tx *store.Tx) error {
		e := entry(directory.KindCommons, "new", "Four")
		if err := w.pub.Publish(ctx, tx, outbox.Change{After: &e}); err != nil {
			return err
		}
		return directory.ErrConflict
	})
	if err == nil || len(w.sent(t)) != 0 {
		t.Errorf("err %v, sent %v", err, w.sent(t))
	}
}

// TestDeletedIsWithdrawn: what was said about a deleted entry is no longer served.
func TestDeletedIsWithdrawn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	e := entry(directory.KindCommons, "new", "Four")
	w.write(t, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.PutEntry(ctx, &e, store.PutOptions{Public: true}); err != nil {
			return err
		}
		return w.pub.Publish(ctx, tx, outbox.Change{After: &e})
	})
	listed, err := w.st.Outbox(ctx, e.URI, 0, 10)
	if err != nil || len(listed) != 1 {
		t.Fatalf("outbox: %d, %v", len(listed), err)
	}
	w.write(t, func(ctx context.Context, tx *store.Tx) error {
		return w.pub.Publish(ctx, tx, outbox.Change{Before: &e})
	})
	for _, actor := range []string{e.URI, e.OwnerURI, w.env.InstanceURI()} {
		if listed, err := w.st.Outbox(ctx, actor, 0, 10); err != nil || len(listed) != 0 {
			t.Errorf("outbox of %s after the deletion: %d, %v", actor, len(listed), err)
		}
	}
	about, err := w.st.ActivitiesAbout(ctx, e.URI, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range about {
		if a.Public && a.Type != "Delete" {
			t.Errorf("%s is still served", a.Type)
		}
	}
}

// TestNotesGoWithTheirEntry: a note about what is deleted is deleted at who may
// have it, before the entry itself, and is served no more.
func TestNotesGoWithTheirEntry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	before, after := w.event(), w.event()
	after.Place, after.Updated = &directory.Place{Locality: "Vannes"}, clock.Add(time.Second)
	w.write(t, func(ctx context.Context, tx *store.Tx) error {
		if err := w.pub.Publish(ctx, tx, outbox.Change{Before: &before, After: &after}); err != nil {
			return err
		}
		return w.pub.Publish(ctx, tx, outbox.Change{Before: &after})
	})
	for origin, want := range map[string][]string{
		"https://m1.example":  {"Delete Note", "Delete Event"},
		"https://m2.example":  {"Delete Note", "Delete Event"},
		"https://dir.example": {"Delete Event"},
	} {
		ds, err := w.st.Deliveries(ctx, origin, 10)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, d := range ds {
			var a struct {
				Type   string
				Object struct{ ID, Type, FormerType string }
			}
			if err := json.Unmarshal(d.Body, &a); err != nil {
				t.Fatal(err)
			}
			formerly := a.Object.FormerType
			got = append(got, a.Type+" "+formerly)
			if formerly != "Note" {
				continue
			}
			if note, err := w.st.Activity(ctx, a.Object.ID); err != nil || note.Public {
				t.Errorf("note %q is still served: %v", a.Object.ID, err)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", origin, diff)
		}
	}
}

func TestFollowAndBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	target := store.RemoteActor{URI: "https://them.example/actor", Inbox: "https://them.example/actor/inbox", Catalog: "https://them.example/actor/catalog"}
	for range 2 {
		w.write(t, func(ctx context.Context, tx *store.Tx) error { return w.pub.Follow(ctx, tx, target) })
	}
	f, err := w.st.Following(ctx, w.env.InstanceURI(), target.URI)
	if err != nil || f.State != store.FollowPending || f.Origin != "https://them.example" || f.Catalog != target.Catalog {
		t.Fatalf("following: %+v, %v", f, err)
	}
	refused := f
	refused.State, refused.LastError = store.FollowRejected, "the follow was refused"
	w.write(t, func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(tx.PutFollowing(ctx, refused), w.pub.Follow(ctx, tx, target))
	})
	if f, err = w.st.Following(ctx, w.env.InstanceURI(), target.URI); err != nil || f.State != store.FollowPending || f.LastError != "" {
		t.Errorf("asked again after a refusal: %+v, %v", f, err)
	}
	w.write(t, func(ctx context.Context, tx *store.Tx) error { return w.pub.Unfollow(ctx, tx, f) })
	want := []string{
		"them.example/actor/inbox Follow{id} by actor",
		"them.example/actor/inbox Follow{id} by actor",
		"them.example/actor/inbox Follow{id} by actor",
		"them.example/actor/inbox Undo{Follow} by actor",
	}
	if diff := cmp.Diff(want, w.sent(t)); diff != "" {
		t.Error(diff)
	}
	ds, err := w.st.Deliveries(ctx, "https://them.example", 10)
	if err != nil {
		t.Fatal(err)
	}
	var undo struct {
		Object struct{ ID, Actor, Object string }
	}
	if err := json.Unmarshal(ds[3].Body, &undo); err != nil || undo.Object.ID != f.FollowID || undo.Object.Actor != w.env.InstanceURI() {
		t.Errorf("undo: %+v, want id %s", undo, f.FollowID)
	}
}
