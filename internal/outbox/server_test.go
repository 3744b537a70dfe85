package outbox_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// TestServersGetNoNotes: who follows as a whole server gets the event, its
// update and the announcement of what is new, and no note in words.
func TestServersGetNoNotes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const agenda = "https://agenda.example/federation/u/relay"
	w.write(t, func(ctx context.Context, tx *store.Tx) error {
		err := tx.PutRemoteActor(ctx, store.RemoteActor{URI: agenda, Type: "Application", Inbox: agenda + "/inbox"})
		if err != nil {
			return err
		}
		return tx.PutFollower(ctx, store.Follower{Actor: agenda, Object: w.org().URI, Inbox: agenda + "/inbox", State: store.FollowAccepted})
	})
	before, after, born := w.event(), w.event(), entry(directory.KindEvent, "bal", "Bal")
	born.Period = before.Period
	after.Place, after.Updated = &directory.Place{Locality: "Vannes"}, clock.Add(time.Second)
	w.write(t, func(ctx context.Context, tx *store.Tx) error {
		if err := w.pub.Publish(ctx, tx, outbox.Change{After: &born}); err != nil {
			return err
		}
		return w.pub.Publish(ctx, tx, outbox.Change{Before: &before, After: &after})
	})
	ds, err := w.st.Deliveries(context.Background(), "https://agenda.example", 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range ds {
		got = append(got, describe(t, d))
	}
	if want := []string{"Create{Event} by entries/org", "Update{Event} by entries/org"}; !slices.Equal(got, want) {
		t.Errorf("sent %v, want %v", got, want)
	}
	if ds, err := w.st.Deliveries(context.Background(), "https://m2.example", 10); err != nil || len(ds) != 3 {
		t.Errorf("people are sent %d, %v", len(ds), err)
	}
}

// TestSilentAtOne: a peer that never answers one activity (Gancio with its
// comments switched off, to a Note) gets what waits behind it.
func TestSilentAtOne(t *testing.T) {
	b := newBench(storetest.Open(t, "sqlite"))
	all := numbered(3)
	var taken []string
	srv := newBox(t, b.keys, nil)
	srv.answer = func(n int, w http.ResponseWriter, r *http.Request) {
		if body := srv.received()[n]; body != all[0] {
			taken = append(taken, body)
			w.WriteHeader(http.StatusAccepted)
			return
		}
		<-r.Context().Done()
	}
	hasty := peer.NewTransport(peer.GuardOptions{AllowLoopback: true})
	hasty.Timeout = 200 * time.Millisecond
	d := outbox.NewDeliverer(outbox.DelivererConfig{Store: b.st, Keyring: b.keys, Logger: quiet, Jitter: atOnce,
		Client: &federation.Client{HTTP: hasty}})
	b.queue(t, srv.URL+"/inbox", all...)
	if n, err := d.Step(context.Background()); err != nil || n != 3 {
		t.Fatalf("%d left the queue, %v", n, err)
	}
	if slices.Sort(taken); !slices.Equal(taken, all[1:]) {
		t.Errorf("taken %v", taken)
	}
	if p := b.peer(t, srv.URL); p.State != store.PeerUp || p.Fails != 0 {
		t.Errorf("peer %+v", p)
	}
}

// TestGancioShape: an event goes to a Gancio in the shape that it can take, and
// to everybody else as it is.
func TestGancioShape(t *testing.T) {
	b := newBench(storetest.Open(t, "sqlite"))
	const event = `{"type":"Update","actor":"https://us.example/actor","object":{"type":"Event","name":"Fête","content":"x",` +
		`"attachment":[{"type":"Link","href":"https://visio.example/","mediaType":"text/html"}]}}`
	agenda, other := newBox(t, b.keys, nil), newBox(t, b.keys, nil)
	for _, srv := range []*box{agenda, other} {
		b.queue(t, srv.URL+"/inbox", event)
	}
	ctx := context.Background()
	err := b.st.Write(ctx, func(tx *store.Tx) error { return tx.NoteSoftware(ctx, agenda.URL, vocab.GancioSoftware, "1.21.0") })
	if err != nil {
		t.Fatal(err)
	}
	if n, err := b.deliverer(atOnce).Step(ctx); err != nil || n != 2 {
		t.Fatalf("%d left the queue, %v", n, err)
	}
	if got := other.received(); !slices.Equal(got, []string{event}) {
		t.Errorf("others are sent %v", got)
	}
	if got := agenda.received(); !slices.Equal(got, []string{string(vocab.ForGancio([]byte(event)))}) || !strings.Contains(got[0], `"attachment":[]`) {
		t.Errorf("Gancio is sent %v", got)
	}
}
