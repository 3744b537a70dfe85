package outbox_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// BenchmarkDeliver is one peer's queue, signed and over HTTP on loopback.
func BenchmarkDeliver(b *testing.B) {
	w := newBench(storetest.Open(b, "sqlite"))
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // read to keep the connection
		rw.WriteHeader(http.StatusAccepted)
	}))
	b.Cleanup(srv.Close)
	w.queue(b, srv.URL+"/inbox", numbered(b.N)...)
	b.ResetTimer()
	if n, err := w.deliverer(nil).Step(context.Background()); err != nil || n != b.N {
		b.Fatalf("Step = %d, %v", n, err)
	}
}
