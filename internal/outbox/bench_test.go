package outbox_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// BenchmarkDeliver is one peer's queue, signed and over HTTP on loopback. Its
// limit is the same requests, signed and posted one after another, without a
// queue; "queue" says how many times that it costs in the same run.
func BenchmarkDeliver(b *testing.B) {
	w := newBench(storetest.Open(b, "sqlite"))
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // read to keep the connection
		rw.WriteHeader(http.StatusAccepted)
	}))
	b.Cleanup(srv.Close)
	var limit time.Duration
	b.Run("limit", func(b *testing.B) {
		sign, err := w.keys.Signer(context.Background(), keyring.Instance, "https://us.example/actor")
		if err != nil {
			b.Fatal(err)
		}
		client := &federation.Client{HTTP: peer.NewTransport(peer.GuardOptions{AllowLoopback: true})}
		for b.Loop() {
			if _, err := client.Post(context.Background(), srv.URL+"/inbox", []byte(vocab.KeyID("https://us.example/actor")), sign); err != nil {
				b.Fatal(err)
			}
		}
		limit = b.Elapsed() / time.Duration(b.N)
	})
	b.Run("queue", func(b *testing.B) {
		w := newBench(storetest.Open(b, "sqlite"))
		w.queue(b, srv.URL+"/inbox", numbered(b.N)...)
		b.ResetTimer()
		if n, err := w.deliverer(nil).Step(context.Background()); err != nil || n != b.N {
			b.Fatalf("Step = %d, %v", n, err)
		}
		if limit > 0 {
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(limit), "×limit")
		}
	})
}
