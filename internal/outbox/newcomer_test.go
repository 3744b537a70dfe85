package outbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// TestNewcomer: who comes to follow the instance for another server hears of what is to
// come, the soonest first; people, directories, agendas and who follows somebody else do not.
func TestNewcomer(t *testing.T) {
	t.Parallel()
	instance := vocab.Env{Base: base}.InstanceURI()
	for what, tt := range map[string]struct {
		typ, software, object string
		bocage                bool
		want                  []string
	}{
		"another server":  {"Application", "mobilizon", instance, false, []string{"soon", "fair", "late"}},
		"a person":        {"Person", "mastodon", instance, false, nil},
		"a bot":           {"Service", "mastodon", instance, false, nil},
		"a directory":     {"Application", "bocage", instance, true, nil},
		"an agenda":       {"Application", vocab.GancioSoftware, instance, false, nil},
		"an organisation": {"Application", "mobilizon", base + "/entries/org", false, nil},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			const origin = "https://them.example"
			w.write(t, func(ctx context.Context, tx *store.Tx) error {
				for handle, start := range map[string]time.Time{"late": clock.AddDate(0, 2, 0), "over": clock.AddDate(0, -1, 0), "soon": clock.AddDate(0, 1, 0)} {
					e := entry(directory.KindEvent, handle, handle)
					e.Period = &directory.Period{Start: start.Format(time.RFC3339)}
					if err := tx.PutEntry(ctx, &e, store.PutOptions{Public: true}); err != nil {
						return err
					}
				}
				if err := tx.EnsurePeer(ctx, origin); err != nil {
					return err
				}
				if err := tx.NoteSoftware(ctx, origin, tt.software, "1"); err != nil {
					return err
				}
				actor := store.RemoteActor{URI: origin + "/relay", Type: tt.typ, Inbox: origin + "/inbox"}
				if err := tx.PutRemoteActor(ctx, actor); err != nil {
					return err
				}
				return w.pub.Newcomer(ctx, tx, store.Follower{Actor: actor.URI, Object: tt.object, Inbox: actor.Inbox, Bocage: tt.bocage})
			})
			ds, err := w.st.Deliveries(t.Context(), origin, 10)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range ds {
				var a struct{ Type, Actor, Object string }
				if err := json.Unmarshal(d.Body, &a); err != nil {
					t.Fatal(err)
				}
				if a.Type != "Announce" || a.Actor != instance {
					t.Errorf("%s by %s", a.Type, a.Actor)
				}
				got = append(got, a.Object[strings.LastIndexByte(a.Object, '/')+1:])
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("heard of %v, want %v", got, tt.want)
			}
		})
	}
}

// TestNewcomerAgain: who follows and lets go in turn, with one actor or with many, from
// one host or from ever new ones, is not sent everything each time, and an event has one
// Announce by the instance whoever comes.
func TestNewcomerAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	instance := vocab.Env{Base: base}.InstanceURI()
	comes := func(origin string, n int) int {
		t.Helper()
		w.write(t, func(ctx context.Context, tx *store.Tx) error {
			actor := store.RemoteActor{URI: fmt.Sprintf("%s/relay/%d", origin, n), Type: "Application", Inbox: origin + "/inbox"}
			if err := tx.PutRemoteActor(ctx, actor); err != nil {
				return err
			}
			return w.pub.Newcomer(ctx, tx, store.Follower{Actor: actor.URI, Object: instance, Inbox: actor.Inbox})
		})
		ds, err := w.st.Deliveries(t.Context(), origin, 1000)
		if err != nil {
			t.Fatal(err)
		}
		return len(ds)
	}
	once := comes("https://0.example", 0)
	if once == 0 {
		t.Fatal("nothing is told")
	}
	for n := range 3 {
		if got := comes("https://0.example", n); got != once {
			t.Errorf("told %d instead of %d", got, once)
		}
	}
	told := 0
	for n := range 300 {
		told += comes(fmt.Sprintf("https://%d.example", n), 0)
	}
	if told != 200*once {
		t.Errorf("told %d times in a day", told/once)
	}
	as, err := w.st.ActivitiesAbout(t.Context(), base+"/"+directory.KindEvent.Path()+"/fair", 1000)
	if err != nil || len(as) != 1 {
		t.Errorf("%d activities about one event, %v", len(as), err)
	}
}
