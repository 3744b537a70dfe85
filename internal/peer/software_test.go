package peer_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestSoftware: a new peer is asked once, and again after a week; one that does
// not say is not asked at every look, and again the next day; what it says is cleaned.
func TestSoftware(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		time0 := &hands{now: time.Now()}
		h, silent := newHost(t), newHost(t)
		h.doc("/.well-known/nodeinfo", object{"links": []object{{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": h.URL + "/n"}}})
		h.doc("/n", object{"version": "2.1", "software": object{"name": "gancio\n\x00", "version": strings.Repeat("1", 500)}})
		a := peer.NewActors(peer.ActorsConfig{Store: st, Clock: time0.clock,
			Client: &federation.Client{HTTP: peer.NewTransport(peer.GuardOptions{AllowLoopback: true}), Clock: time0.clock}})
		put := func() {
			t.Helper()
			err := st.Write(ctx, func(tx *store.Tx) error {
				for _, origin := range []string{h.URL, silent.URL} {
					if err := tx.EnsurePeer(ctx, origin); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		put()
		for want, log := 2, slog.New(slog.DiscardHandler); want >= 0; want -= 2 {
			if n, err := a.AskAll(ctx, log); err != nil || n != want {
				t.Errorf("%d peers were asked, %v, want %d", n, err, want)
			}
		}
		p, err := st.Peer(ctx, h.URL)
		if err != nil || p.Software != "gancio" || len(p.Version) != 64 || p.SoftwareAt.IsZero() {
			t.Errorf("%+v %v", p, err)
		}
		h.on("/n", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
		time0.pass(25 * time.Hour)
		if n, err := a.AskAll(ctx, slog.New(slog.DiscardHandler)); err != nil || n != 1 {
			t.Errorf("after a day %d peers were asked, %v", n, err)
		}
		time0.pass(8 * 24 * time.Hour)
		if n, err := a.AskAll(ctx, slog.New(slog.DiscardHandler)); err != nil || n != 2 {
			t.Errorf("after a week %d peers were asked, %v", n, err)
		}
		if p, err := st.Peer(ctx, h.URL); err != nil || p.Software != "gancio" {
			t.Errorf("what was known is lost: %+v %v", p, err)
		}
	})
}
