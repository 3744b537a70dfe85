package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"testing"

	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"github.com/google/go-cmp/cmp"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)

// rawDB opens the database beside the store.
func rawDB(t *testing.T, engine, url string) *sql.DB {
	t.Helper()
	driver, dsn := "pgx", url
	if engine == "sqlite" {
		driver, dsn = "sqlite", strings.TrimPrefix(url, "sqlite:")
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// schema lists every column of every table.
func schema(t *testing.T, engine string, db *sql.DB) []string {
	t.Helper()
	query := `SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns
		WHERE table_schema = 'public' ORDER BY 1`
	if engine == "sqlite" {
		query = `SELECT m.name || ' ' || COALESCE(m.sql, '') FROM sqlite_master m ORDER BY 1`
	}
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func open(t *testing.T, url string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestMigrateIsIdempotent(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			url := storetest.URL(t, engine)
			s := open(t, url)
			from, to, err := s.Migrate(t.Context())
			if err != nil || from != 0 || to < 2 {
				t.Fatalf("first Migrate = %d, %d, %v", from, to, err)
			}
			put(t, s, entry("Reste"))
			db := rawDB(t, engine, url)
			before := schema(t, engine, db)
			again, same, err := open(t, url).Migrate(t.Context())
			if err != nil || again != to || same != to {
				t.Errorf("second Migrate = %d, %d, %v, want %d, %d", again, same, err, to, to)
			}
			if d := cmp.Diff(before, schema(t, engine, db)); d != "" {
				t.Errorf("the schema changed:\n%s", d)
			}
			if n, err := s.CountEntries(t.Context(), store.EntryFilter{}); err != nil || n != 1 {
				t.Errorf("%d entries after it, %v", n, err)
			}
		})
	}
}

func TestMigrateRefusesANewerSchema(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			url := storetest.URL(t, engine)
			storetest.OpenURL(t, url, store.Options{})
			if _, err := rawDB(t, engine, url).Exec("INSERT INTO migration (version, name, applied) VALUES (9999, 'future', 0)"); err != nil {
				t.Fatal(err)
			}
			if _, _, err := open(t, url).Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "newer program") {
				t.Errorf("Migrate = %v, want a refusal", err)
			}
		})
	}
}

func TestMigrateByManyAtOnce(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			url := storetest.URL(t, engine)
			var wg sync.WaitGroup
			errs := make([]error, 5)
			for i := range errs {
				wg.Go(func() {
					s, err := store.Open(context.Background(), url, store.Options{})
					if err == nil {
						_, _, err = s.Migrate(context.Background())
						_ = s.Close()
					}
					errs[i] = err
				})
			}
			wg.Wait()
			for _, err := range errs {
				if err != nil {
					t.Error(err)
				}
			}
			var n int
			if err := rawDB(t, engine, url).QueryRow("SELECT COUNT(*) FROM migration").Scan(&n); err != nil || n < 2 {
				t.Errorf("%d migrations are recorded, %v", n, err)
			}
		})
	}
}

func TestOpenRefusesOtherURLs(t *testing.T) {
	for _, url := range []string{"", "sqlite:", "mysql://x", "/tmp/x.db", "postgres://127.0.0.1:1/x?connect_timeout=1",
		"sqlite:" + t.TempDir() + "/no/such/dir/x.db"} {
		if s, err := store.Open(t.Context(), url, store.Options{}); err == nil {
			_ = s.Close()
			t.Errorf("Open(%q) worked", url)
		}
	}
	// A path with every awkward character is one file.
	path := t.TempDir() + "/a b?c#d%20é.db"
	s := storetest.OpenURL(t, "sqlite:"+path, store.Options{})
	put(t, s, entry("Ici"))
	if n, err := storetest.OpenURL(t, "sqlite:"+path, store.Options{}).CountEntries(t.Context(), store.EntryFilter{}); err != nil || n != 1 {
		t.Errorf("%d entries in %q, %v", n, path, err)
	}
}

// TestSeqIsCommitOrder has writers on several stores publish at once while a
// reader follows: it must never see a seq below one that it saw before.
func TestSeqIsCommitOrder(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			url := storetest.URL(t, engine)
			reader := storetest.OpenURL(t, url, store.Options{})
			const writers, each = 4, 25
			var wg sync.WaitGroup
			for w := range writers {
				s := storetest.OpenURL(t, url, store.Options{})
				wg.Go(func() {
					for i := range each {
						e := entry(fmt.Sprintf("%d-%d", w, i))
						if err := s.Write(context.Background(), func(tx *store.Tx) error {
							return tx.PutEntry(context.Background(), e, store.PutOptions{Public: true})
						}); err != nil {
							t.Error(err)
						}
					}
				})
			}
			done := make(chan bool)
			go func() { wg.Wait(); close(done) }()
			var cursor int64
			seen := 0
			for finished := false; ; {
				rows, err := reader.ChangesSince(t.Context(), cursor, 0)
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range rows {
					cursor = x.Seq
				}
				if seen += len(rows); finished {
					break
				}
				select {
				case <-done:
					finished = true // one more look
				default:
				}
			}
			if seen != writers*each || cursor != writers*each {
				t.Errorf("following saw %d changes up to seq %d, want %d: some appeared behind the cursor", seen, cursor, writers*each)
			}
		})
	}
}

func TestWriteRollsBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		func() {
			defer func() { _ = recover() }()
			_ = s.Write(ctx, func(tx *store.Tx) error {
				if err := tx.PutEntry(ctx, entry("Perdu"), store.PutOptions{}); err != nil {
					t.Error(err)
				}
				panic("boom")
			})
		}()
		if err := s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.PutEntry(ctx, entry("Perdu aussi"), store.PutOptions{}); err != nil {
				return err
			}
			if n, err := tx.CountEntries(ctx, store.EntryFilter{}); err != nil || n != 1 {
				t.Errorf("the transaction sees %d entries, %v, want its own", n, err)
			}
			return context.Canceled
		}); err != context.Canceled {
			t.Errorf("Write = %v, want the function's error", err)
		}
		if n, err := s.CountEntries(ctx, store.EntryFilter{}); err != nil || n != 0 {
			t.Errorf("%d entries after roll back, %v", n, err)
		}
		if seq, err := s.LastSeq(ctx); err != nil || seq != 0 {
			t.Errorf("seq %d after roll back, %v", seq, err)
		}
	})
}
