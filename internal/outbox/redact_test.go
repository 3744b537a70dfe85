package outbox_test

import (
	"context"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestHiddenPlaceIsRedacted: once an address is hidden, neither the posts that
// are served nor those that wait for a peer give it away.
func TestHiddenPlaceIsRedacted(t *testing.T) {
	t.Parallel()
	for _, kind := range []directory.Kind{directory.KindEvent, directory.KindCommons} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ctx := context.Background()
			e := entry(kind, "new", "Refuge")
			e.Period = &directory.Period{Start: "2026-07-01"}
			e.Place = &directory.Place{Name: "Maison jaune", Street: "77 rue Tue", Locality: "Rennes", Point: &directory.Point{Lat: 48.123456, Lon: -1.654321}}
			after := e
			place := *e.Place
			place.Precision = directory.PrecisionHidden
			after.Place, after.Updated = &place, clock.Add(1)
			w.write(t, func(ctx context.Context, tx *store.Tx) error {
				if err := tx.PutEntry(ctx, &e, store.PutOptions{Public: true}); err != nil {
					return err
				}
				if err := w.pub.Publish(ctx, tx, outbox.Change{After: &e}); err != nil {
					return err
				}
				return w.pub.Publish(ctx, tx, outbox.Change{Before: &e, After: &after})
			})
			kept := 0
			secret := func(where string, body []byte) {
				kept++
				for _, s := range []string{"Maison jaune", "77 rue", "48.12345", "1.65432"} {
					if strings.Contains(string(body), s) {
						t.Errorf("%s tells %q", where, s)
					}
				}
			}
			about, err := w.st.ActivitiesAbout(ctx, e.URI, 100)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range about {
				secret(a.Type+" "+a.ID, a.Body)
			}
			peers, err := w.st.Peers(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range peers {
				ds, err := w.st.Deliveries(ctx, p.Origin, 100)
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range ds {
					secret("delivery to "+d.Inbox, d.Body)
				}
			}
			if kept < 3 {
				t.Errorf("%d activities and deliveries left, want the Create and the Update to be told", kept)
			}
		})
	}
}
