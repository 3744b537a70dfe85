package harvest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/harvest"
)

// endless is a mirror with what b has, whose catalogue goes on for ever; it calls
// read with the number of each page.
func endless(t *testing.T, b *node, read func(n int)) string {
	t.Helper()
	var base string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/activity+json")
		if n, err := strconv.Atoi(r.URL.Query().Get("after")); err == nil {
			read(n)
			_, _ = fmt.Fprintf(w, `{"type":"OrderedCollectionPage","orderedItems":[{}],"next":"%s%s?after=%d"}`, base, r.URL.Path, n+1)
			return
		}
		resp, err := http.Get(b.base + r.URL.RequestURI())
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = resp.Body.Close() }() // it was read
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
		_, _ = w.Write(bytes.ReplaceAll(body, []byte(b.base+"/mirror"), []byte(base+"/mirror")))
	}))
	base = srv.URL
	t.Cleanup(srv.Close)
	return base
}

// TestEndlessMirror: a mirror that leads on for ever ends by its pages, its bytes
// or the time, also when nobody bounds it.
func TestEndlessMirror(t *testing.T) {
	ctx := context.Background()
	a, b, key := dead(t, "sqlite", 2)
	for name, tt := range map[string]struct {
		opt  harvest.RebuildOptions
		slow time.Duration
		most int
	}{
		"pages":            {harvest.RebuildOptions{MaxPages: 3}, 0, 3},
		"bytes":            {harvest.RebuildOptions{MaxBytes: 20_000}, 0, 300},
		"time":             {harvest.RebuildOptions{MaxTime: time.Hour}, 20 * time.Minute, 4},
		"time, by default": {harvest.RebuildOptions{}, time.Hour, 7},
	} {
		c := newNode(t, "sqlite", "C")
		pages := 0
		tt.opt.Origin, tt.opt.Key = a.base, key
		tt.opt.Mirror = endless(t, b, func(int) {
			if pages++; tt.slow > 0 {
				c.later(tt.slow)
			}
			if pages > 1000 {
				panic("it does not end")
			}
		})
		out, err := c.harvester.Rebuild(ctx, system, tt.opt)
		if err != nil || out.Complete || out.Pages != pages || pages == 0 || pages > tt.most || out.Bytes == 0 {
			t.Errorf("%s: %d pages, %+v, %v", name, pages, out, err)
		}
	}
}
