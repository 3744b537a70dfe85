package resource

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http/httptest"
	"testing"

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

// BenchmarkDigest computes the digest of 5 000 entries, beside the same rows read
// and hashed and nothing else: the bare cost.
func BenchmarkDigest(b *testing.B) {
	h, st := benchHandlers(b)
	ctx := context.Background()
	b.Run("digest", func(b *testing.B) {
		for range b.N {
			if _, err := h.makeDigest(ctx, "", digestState{}, benchEntries); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("one changed", func(b *testing.B) {
		d, err := h.makeDigest(ctx, "", digestState{}, benchEntries-1)
		if err != nil {
			b.Fatal(err)
		}
		for range b.N {
			if _, err := h.makeDigest(ctx, "", d, benchEntries); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		for range b.N {
			for after := int64(0); ; {
				rows, err := st.Catalog(ctx, "", after, scanPage)
				if err != nil {
					b.Fatal(err)
				}
				for _, r := range rows {
					after = r.Seq
					sha256.Sum256([]byte(r.URI + "\x00" + r.Hash))
				}
				if len(rows) < scanPage {
					break
				}
			}
		}
	})
}

// BenchmarkCatalog serves pages of the catalogue: 500 stubs, 100 documents, and one
// bucket of 5 000 entries.
func BenchmarkCatalog(b *testing.B) {
	h, _ := benchHandlers(b)
	for name, query := range map[string]string{"stubs": "after=0&limit=500", "documents": "after=0&limit=100&full=1",
		"bucket": "after=0&limit=500&bucket=" + federation.DigestBucket(env.Base+"/events/e1")} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				w := httptest.NewRecorder()
				if err := h.Catalog(w, httptest.NewRequest("GET", env.Base+"/actor/catalog?"+query, nil)); err != nil || w.Code != 200 {
					b.Fatal(w.Code, err)
				}
			}
		})
	}
}
