package outbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

func mapOf(id string, area directory.Area) directory.Map {
	return directory.Map{ID: id, Handle: "map-" + id, Name: directory.LangText{"fr": "Carte " + id}, Status: directory.StatusPublished,
		Revision: 1, Created: clock, Updated: clock, Selection: directory.MapSelection{Area: area}}
}

func (w world) putMap(t testing.TB, m directory.Map) {
	t.Helper()
	ctx := context.Background()
	err := w.st.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutMap(ctx, m); err != nil {
			return err
		}
		return tx.PutFollower(ctx, store.Follower{Actor: "https://reader.example/u/r", Object: w.env.MapURI(m.Handle),
			Inbox: "https://reader.example/u/r/inbox", State: store.FollowAccepted})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// heard are the activities that wait for a server, by type, actor and object.
func (w world) heard(t *testing.T, origin string) []string {
	t.Helper()
	ds, err := w.st.Deliveries(t.Context(), origin, 500)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		t.Fatal(err)
	}
	var out []string
	for _, d := range ds {
		a, err := w.st.Activity(t.Context(), d.ActivityID)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, a.Type+" "+a.Actor+" "+a.Object)
	}
	return out
}

// TestTwoMapsTellOnce: who follows two maps hears once of what enters both, and
// a transaction that is rolled back has told nothing and announced nothing.
func TestTwoMapsTellOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.putMap(t, mapOf("1", directory.Area{Departments: []string{"35"}}))
	w.putMap(t, mapOf("2", directory.Area{Regions: []string{"53"}}))
	e := entry(directory.KindCommons, "remote", "Verger")
	e.URI, e.Origin, e.Owner, e.OwnerURI = "https://far.example/entries/remote", "https://far.example", "", ""
	e.Place = &directory.Place{PostalCode: "35000", Country: "FR"}
	lost := errors.New("killed")
	enter := func(end error) error {
		return w.st.Write(t.Context(), func(tx *store.Tx) error {
			e.Num = 0
			if err := tx.PutEntry(t.Context(), &e, store.PutOptions{Public: true}); err != nil {
				return err
			}
			if err := w.pub.Remote(t.Context(), tx, nil, &e); err != nil {
				return err
			}
			return end
		})
	}
	if err := enter(lost); !errors.Is(err, lost) {
		t.Fatal(err)
	}
	if got := w.heard(t, "https://reader.example"); len(got) != 0 {
		t.Errorf("what was rolled back told %q", got)
	}
	if err := enter(nil); err != nil {
		t.Fatal(err)
	}
	if got := w.heard(t, "https://reader.example"); len(got) != 1 || got[0] != "Create "+w.env.MapURI("map-1")+" "+e.URI {
		t.Errorf("the reader of two maps hears %q", got)
	}
	members, err := w.st.MembersOf(t.Context(), e.Num)
	if err != nil || len(members) != 2 || members[0].Announced.IsZero() || members[1].Announced.IsZero() {
		t.Errorf("members %+v, %v", members, err)
	}
	// The same again is no news, nor is leaving and coming back.
	gone := e
	gone.Place = &directory.Place{PostalCode: "06000", Country: "FR"}
	w.write(t, func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(w.pub.Remote(ctx, tx, &e, &e), w.pub.Remote(ctx, tx, &e, &gone), w.pub.Remote(ctx, tx, &gone, &e))
	})
	if got := w.heard(t, "https://reader.example"); len(got) != 1 {
		t.Errorf("what came back is told again: %q", got)
	}
	// Its end takes the maps' notes back; the second map's was in its outbox alone.
	w.write(t, func(ctx context.Context, tx *store.Tx) error { return w.pub.Remote(ctx, tx, &e, nil) })
	got := w.heard(t, "https://reader.example")
	if len(got) != 3 || !strings.HasPrefix(strings.Join(got[1:], "\n"), "Delete "+w.env.MapURI("map-2")+" "+base+"/notes/") ||
		!strings.HasPrefix(got[2], "Delete "+w.env.MapURI("map-1")+" "+base+"/notes/") {
		t.Errorf("the end of an entry is told by %q", got)
	}
}

// TestSilencedEntersQuietly: what is kept out of lists is in no announcement.
func TestSilencedEntersQuietly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.putMap(t, mapOf("1", directory.Area{}))
	over := w.event()
	over.ID, over.URI, over.Origin, over.Num = "over", "https://far.example/events/over", "https://far.example", 0
	over.Period = &directory.Period{Start: "2011-06-06", End: "2011-06-07"}
	silenced := entry(directory.KindCommons, "silent", "Muet")
	silenced.URI, silenced.Origin, silenced.Silenced = "https://far.example/entries/silent", "https://far.example", true
	w.write(t, func(ctx context.Context, tx *store.Tx) error {
		for _, e := range []*directory.Entry{&over, &silenced} {
			if err := tx.PutEntry(ctx, e, store.PutOptions{Public: true}); err != nil {
				return err
			}
			if err := w.pub.Remote(ctx, tx, nil, e); err != nil {
				return err
			}
		}
		return nil
	})
	if got := w.heard(t, "https://reader.example"); len(got) != 0 {
		t.Errorf("the reader hears %q", got)
	}
}

// TestDigestOfNothing: a digest whose entries went away meanwhile is not sent.
func TestDigestOfNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.AddPosted(ctx, store.Posted{ID: "1", Actor: w.env.InstanceURI(), At: clock, Object: base + "/entries/never", Kind: "created", Held: true})
	})
	if err := w.pub.TellHeld(t.Context(), w.env.InstanceURI()); err != nil {
		t.Fatal(err)
	}
	if n, err := w.st.CountHeld(t.Context(), w.env.InstanceURI()); err != nil || n != 0 {
		t.Errorf("%d are still held, %v", n, err)
	}
	if got := w.heard(t, "https://m1.example"); len(got) != 0 {
		t.Errorf("an empty digest is sent: %q", got)
	}
}

// BenchmarkEnter200Maps is what one change costs with 200 maps, of which it is in
// none, in one, or in all.
func BenchmarkEnter200Maps(b *testing.B) {
	polygon := json.RawMessage(`{"type":"Polygon","coordinates":[[[-1.75,48.07],[-1.6,48.07],[-1.6,48.16],[-1.75,48.16],[-1.75,48.07]]]}`)
	w := newWorld(b)
	for i := range directory.MaxMaps {
		a := directory.Area{Departments: []string{fmt.Sprintf("%02d", i%19+1)}}
		if i%3 == 0 {
			a = directory.Area{GeoJSON: polygon}
		}
		w.putMap(b, mapOf(fmt.Sprintf("%03d", i), a))
	}
	e := entry(directory.KindCommons, "remote", "Verger")
	e.URI, e.Origin, e.Owner, e.OwnerURI = "https://far.example/entries/remote", "https://far.example", "", ""
	e.Place = &directory.Place{PostalCode: "75001", Country: "FR"}
	ctx := context.Background()
	err := w.st.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutEntry(ctx, &e, store.PutOptions{Public: true}); err != nil {
			return err
		}
		b.ReportAllocs()
		for b.Loop() {
			if err := w.pub.Remote(ctx, tx, &e, &e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
