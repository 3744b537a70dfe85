package outbox_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// TestAgendas: a Gancio gets an event, its update and its deletion from the first of
// our actors that it follows, and no Announce; what else is new it is not told.
func TestAgendas(t *testing.T) {
	t.Parallel()
	for what, tt := range map[string]struct {
		software string
		follows  func(w world) []string
		want     []string
	}{
		"the instance":          {vocab.GancioSoftware, func(w world) []string { return []string{w.env.InstanceURI()} }, []string{"Create{Event} by actor", "Update{Event} by actor", "Delete{Tombstone} by actor"}},
		"the organisation":      {vocab.GancioSoftware, func(w world) []string { return []string{w.org().URI} }, []string{"Create{Event} by entries/org", "Update{Event} by entries/org", "Delete{Tombstone} by entries/org"}},
		"both":                  {vocab.GancioSoftware, func(w world) []string { return []string{w.env.InstanceURI(), w.org().URI} }, []string{"Create{Event} by entries/org", "Update{Event} by entries/org", "Delete{Tombstone} by entries/org"}},
		"a map":                 {vocab.GancioSoftware, func(w world) []string { return []string{w.env.MapURI("fetes")} }, []string{"Create{Event} by maps/fetes", "Update{Event} by maps/fetes", "Delete{Tombstone} by maps/fetes"}},
		"the instance, another": {"agenda", func(w world) []string { return []string{w.env.InstanceURI()} }, []string{"Announce{id} by actor", "Announce{id} by actor", "Update{Event} by entries/org", "Delete{Tombstone} by entries/org"}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.agenda(t, tt.software, tt.follows(w)...)
			feast := entry(directory.KindEvent, "bal", "Bal")
			feast.Tags, feast.Period = []string{"fete"}, w.event().Period
			later, mill := feast, entry(directory.KindCommons, "moulin", "Moulin")
			later.Name, later.Updated = directory.LangText{"fr": "Grand bal"}, clock.Add(time.Second)
			gone := later
			gone.Status = directory.StatusDeleted
			var got []string
			for _, ch := range []outbox.Change{{After: &feast}, {After: &mill}, {Before: &feast, After: &later}, {Before: &later, After: &gone}} {
				w.write(t, func(ctx context.Context, tx *store.Tx) error {
					if err := tx.PutEntry(ctx, ch.After, store.PutOptions{Public: ch.After.Status.Public()}); err != nil {
						return err
					}
					return w.pub.Publish(ctx, tx, ch)
				})
				got = append(got, w.taken(t, "https://agenda.example")...)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("sent %v, want %v", got, tt.want)
			}
		})
	}
}

// agenda is a server of the software that follows actors of ours; a map has what
// is tagged "fete".
func (w world) agenda(t *testing.T, software string, actors ...string) {
	t.Helper()
	const relay = "https://agenda.example/federation/u/relay"
	w.putMap(t, directory.Map{ID: "1", Handle: "fetes", Name: directory.LangText{"fr": "Fêtes"}, Status: directory.StatusPublished,
		Revision: 1, Created: clock, Updated: clock, Selection: directory.MapSelection{Tags: []string{"fete"}}})
	w.write(t, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.EnsurePeer(ctx, "https://agenda.example"); err != nil {
			return err
		}
		if err := tx.NoteSoftware(ctx, "https://agenda.example", software, "1"); err != nil {
			return err
		}
		for _, a := range actors {
			if err := tx.PutFollower(ctx, store.Follower{Actor: relay, Object: a, Inbox: relay + "/inbox", State: store.FollowAccepted}); err != nil {
				return err
			}
		}
		return nil
	})
}

// taken describes what waits for a server, which then waits no more.
func (w world) taken(t *testing.T, origin string) (out []string) {
	t.Helper()
	ds, err := w.st.Deliveries(context.Background(), origin, 100)
	if err != nil {
		t.Fatal(err)
	}
	w.write(t, func(ctx context.Context, tx *store.Tx) error {
		for _, d := range ds {
			out = append(out, describe(t, d))
			if err := tx.AckDeliveries(ctx, d.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return out
}
