package outbox_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestDeadPeer: nobody listens; the peer is tried later and later, and comes
// back at once when it is heard of.
func TestDeadPeer(t *testing.T) {
	ctx := context.Background()
	now := time.Now()
	st := storetest.OpenClock(t, "sqlite", func() time.Time { return now })
	b := newBench(st)
	srv := httptest.NewServer(http.NotFoundHandler())
	url := srv.URL
	srv.Close()
	b.queue(t, url+"/inbox", `{"n":0}`)
	d := outbox.NewDeliverer(outbox.DelivererConfig{
		Store: st, Keyring: b.keys, Logger: quiet, Clock: func() time.Time { return now },
		Jitter: func(d time.Duration) time.Duration { return d },
		Client: &federation.Client{HTTP: peer.NewTransport(peer.GuardOptions{AllowLoopback: true})},
	})
	var delays []string
	for range 14 {
		if _, err := d.Step(ctx); err != nil {
			t.Fatal(err)
		}
		p := b.peer(t, url)
		delays = append(delays, p.NextTry.Sub(now).Round(time.Second).String())
		now = p.NextTry
	}
	want := []string{"2s", "10s", "1m0s", "2m0s", "4m0s", "8m0s", "16m0s", "32m0s", "1h4m0s", "2h8m0s", "4h16m0s", "6h0m0s", "6h0m0s", "6h0m0s"}
	if diff := cmp.Diff(want, delays); diff != "" {
		t.Error(diff)
	}
	began := b.peer(t, url).FailingSince
	step := func() store.Peer {
		t.Helper()
		if _, err := d.Step(ctx); err != nil {
			t.Fatal(err)
		}
		return b.peer(t, url)
	}
	for p := b.peer(t, url); p.State != store.PeerDown; p = step() {
		if now.Sub(began) > 8*24*time.Hour {
			t.Fatalf("still %s: %+v", p.State, p)
		}
		now = p.NextTry
	}
	if p := b.peer(t, url); p.FailedDays != 7 || p.Queued != 1 || p.LastError == "" || p.NextTry.Sub(now) != 24*time.Hour {
		t.Errorf("after a week: %+v", p)
	}
	for p := b.peer(t, url); p.State != store.PeerDead; p = step() {
		if now.Sub(began) > 92*24*time.Hour {
			t.Fatalf("still %s: %+v", p.State, p)
		}
		now = p.NextTry
	}
	if p := b.peer(t, url); p.Queued != 0 || p.Dropped != 1 || p.NextTry.Sub(now) != 7*24*time.Hour {
		t.Errorf("after ninety days: %+v", p)
	}
	now = now.Add(2 * time.Minute)
	if err := st.Write(ctx, func(tx *store.Tx) error { return tx.RetryPeer(ctx, url) }); err != nil {
		t.Fatal(err)
	}
	if p := b.peer(t, url); p.NextTry.After(now) {
		t.Errorf("heard of, and not due: %+v", p)
	}
}
