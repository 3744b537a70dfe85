package outbox_test

import (
	"context"
	"net/http"
	"testing"

	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestDenied: a peer that cannot fetch our key for a moment answers 401 and
// loses nothing; one that never wants anything is given up after a few tries,
// and what waited behind is tried once.
func TestDenied(t *testing.T) {
	for name, c := range map[string]struct {
		denies int // answers before the peer takes what it is sent
		asked  int // requests in all for three deliveries
		taken  int
	}{
		"for a moment": {denies: 3, asked: 3 + 3, taken: 3},
		"for good":     {denies: 1000, asked: 5 + 1 + 1, taken: 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(storetest.Open(t, "sqlite"))
			asked, taken := 0, 0
			srv := newBox(t, b.keys, func(n int, w http.ResponseWriter, _ *http.Request) {
				asked++
				if n < c.denies {
					w.WriteHeader(http.StatusForbidden)
					return
				}
				taken++
				w.WriteHeader(http.StatusAccepted)
			})
			b.queue(t, srv.URL+"/inbox", numbered(3)...)
			if n, err := b.deliverer(atOnce).Step(context.Background()); err != nil || n != 3 {
				t.Fatalf("%d left the queue, want 3 (%v)", n, err)
			}
			if p := b.peer(t, srv.URL); p.Queued != 0 || taken != c.taken || asked != c.asked {
				t.Errorf("%d taken, want %d; asked %d times, want %d; peer %+v", taken, c.taken, asked, c.asked, p)
			}
		})
	}
}
