package resource

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

const benchEntries = 5000

func benchHandlers(b *testing.B) (*Handlers, *store.Store) {
	b.Helper()
	st := storetest.Open(b, "sqlite")
	ctx := context.Background()
	var es []*directory.Entry
	for i := range benchEntries {
		es = append(es, &directory.Entry{ID: fmt.Sprint("e", i), URI: fmt.Sprint(env.Base, "/events/e", i), Kind: directory.KindEvent,
			Status: directory.StatusPublished, Name: directory.LangText{"fr": fmt.Sprint("Foire ", i)}, Hash: fmt.Sprint("sha256-", i),
			Summary: directory.LangText{"fr": "Une foire aux plants et aux graines, sous les halles."}, Created: now, Updated: now, PublishedAt: now})
	}
	if err := st.Write(ctx, func(tx *store.Tx) error { return tx.PutEntries(ctx, es, store.PutOptions{Public: true}) }); err != nil {
		b.Fatal(err)
	}
	return New(Config{Store: st, Env: env, Keys: func(context.Context, string) (vocab.Keys, error) { return vocab.Keys{}, nil }}), st
}

// bareRows reads the rows of a catalogue and hashes each: no digest and no page
// can cost less.
func bareRows(b *testing.B, st *store.Store) {
	b.Helper()
	for after := int64(0); ; {
		rows, err := st.Catalog(context.Background(), "", after, scanPage)
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range rows {
			after = r.Seq
			sha256.Sum256([]byte(r.URI + "\x00" + r.Hash))
		}
		if len(rows) < scanPage {
			return
		}
	}
}

// against runs a benchmark and says how many times the limit it costs.
func against(b *testing.B, name string, limit *time.Duration, do func(b *testing.B)) {
	b.Run(name, func(b *testing.B) {
		for range b.N {
			do(b)
		}
		if *limit > 0 {
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(*limit), "×limit")
		}
	})
}

// BenchmarkDigest computes the digest of 5 000 entries, beside the same rows read
// and hashed and nothing else: the limit.
func BenchmarkDigest(b *testing.B) {
	h, st := benchHandlers(b)
	ctx := context.Background()
	var limit time.Duration
	b.Run("limit", func(b *testing.B) {
		for range b.N {
			bareRows(b, st)
		}
		limit = b.Elapsed() / time.Duration(b.N)
	})
	against(b, "digest", &limit, func(b *testing.B) {
		if _, err := h.makeDigest(ctx, "", digestState{}, benchEntries); err != nil {
			b.Fatal(err)
		}
	})
	d, err := h.makeDigest(ctx, "", digestState{}, benchEntries-1)
	if err != nil {
		b.Fatal(err)
	}
	against(b, "one changed", &limit, func(b *testing.B) {
		if _, err := h.makeDigest(ctx, "", d, benchEntries); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkCatalog serves pages of the catalogue: 500 stubs, 100 documents, and one
// bucket of 5 000 entries. The limit is to read 500 rows.
func BenchmarkCatalog(b *testing.B) {
	h, st := benchHandlers(b)
	var limit time.Duration
	b.Run("limit", func(b *testing.B) {
		for range b.N {
			if _, err := st.Catalog(context.Background(), "", 0, 500); err != nil {
				b.Fatal(err)
			}
		}
		limit = b.Elapsed() / time.Duration(b.N)
	})
	for _, page := range []struct{ name, query string }{
		{"stubs", "after=0&limit=500"},
		{"documents", "after=0&limit=100&full=1"},
		{"bucket", "after=0&limit=500&bucket=" + federation.DigestBucket(env.Base+"/events/e1")},
	} {
		against(b, page.name, &limit, func(b *testing.B) {
			w := httptest.NewRecorder()
			if err := h.Catalog(w, httptest.NewRequest("GET", env.Base+"/actor/catalog?"+page.query, nil)); err != nil || w.Code != 200 {
				b.Fatal(w.Code, err)
			}
		})
	}
}
