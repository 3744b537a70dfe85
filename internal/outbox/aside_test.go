package outbox_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestOneFault: a peer that trips over one activity answers 500 to it for ever
// (Gancio to an Update whose first attachment is no picture). It gets what
// waits behind. One that is out of order gets everything once it is well.
func TestOneFault(t *testing.T) {
	all := numbered(6)
	for name, c := range map[string]struct {
		poison []string
		sick   int // answers before it is well
	}{
		"one":              {poison: all[1:2]},
		"two in a row":     {poison: all[1:3]},
		"the last":         {poison: all[4:5]},
		"out of order":     {sick: 12},
		"one, and an hour": {poison: all[:1], sick: 7},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(storetest.Open(t, "sqlite"))
			var taken []string
			var tries int
			srv := newBox(t, b.keys, nil)
			srv.answer = func(n int, w http.ResponseWriter, _ *http.Request) {
				body := srv.received()[n]
				if slices.Contains(c.poison, body) {
					tries++
				}
				if n < c.sick || slices.Contains(c.poison, body) {
					w.WriteHeader(http.StatusInternalServerError)
					return
				}
				taken = append(taken, body)
				w.WriteHeader(http.StatusAccepted)
			}
			b.queue(t, srv.URL+"/inbox", all...)
			if n, err := b.deliverer(atOnce).Step(context.Background()); err != nil || n != len(all) {
				t.Fatalf("%d left the queue, %v", n, err)
			}
			if slices.Sort(taken); len(taken) != len(all)-len(c.poison) || len(slices.Compact(taken)) != len(taken) {
				t.Errorf("taken %v", taken)
			}
			if len(c.poison) > 0 && tries < 4 {
				t.Errorf("given up after %d tries", tries)
			}
			if p := b.peer(t, srv.URL); p.State != store.PeerUp || p.Queued != 0 || p.Fails != 0 {
				t.Errorf("peer %+v", p)
			}
		})
	}
}
