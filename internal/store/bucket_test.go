package store_test

import (
	"fmt"
	"testing"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestCatalogBucket: the buckets are those of the digest, and together they are the
// catalogue; of one organisation too.
func TestCatalogBucket(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, _ *clock) {
		ctx := t.Context()
		const owner = base + "/entries/org"
		for n := range 40 {
			put(t, s, entry(fmt.Sprint("Commun ", n), func(e *directory.Entry) {
				if n%2 == 0 {
					e.OwnerURI = owner
				}
			}))
		}
		for _, of := range []string{"", owner} {
			whole, err := s.Catalog(ctx, of, 0, 100)
			if err != nil || len(whole) < 20 {
				t.Fatalf("%d in the catalogue of %q, %v", len(whole), of, err)
			}
			found := 0
			for b := range store.Buckets {
				rows, err := s.CatalogBucket(ctx, of, b, 0, 100)
				if err != nil {
					t.Fatal(err)
				}
				for i, r := range rows {
					if int(federation.DigestIndex(r.URI)) != b || i > 0 && r.Seq <= rows[i-1].Seq {
						t.Errorf("bucket %d has %s at %d", b, r.URI, r.Seq)
					}
				}
				found += len(rows)
			}
			if found != len(whole) {
				t.Errorf("%d in all buckets of %q, want %d", found, of, len(whole))
			}
		}
		if _, err := s.CatalogBucket(ctx, "", 256, 0, 1); err == nil {
			t.Error("there is a bucket 256")
		}
	})
}

// TestBucketsOfOldEntries: what was written before the column is in its bucket once
// the schema has it.
func TestBucketsOfOldEntries(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			url := storetest.URL(t, engine)
			s := open(t, url)
			if _, _, err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			e := entry("Ancien")
			put(t, s, e)
			if _, err := rawDB(t, engine, url).Exec("UPDATE entry SET bucket = -1"); err != nil {
				t.Fatal(err)
			}
			if err := store.FillBuckets(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			rows, err := s.CatalogBucket(t.Context(), "", int(federation.DigestIndex(e.URI)), 0, 10)
			if err != nil || len(rows) != 1 || rows[0].URI != e.URI {
				t.Errorf("in its bucket: %+v, %v", rows, err)
			}
		})
	}
}
