// Package storetest opens stores for tests, so that every test of SQL runs on
// SQLite and on PostgreSQL. It belongs to tests alone.
//
// PostgreSQL is the server of BOCAGE_TEST_POSTGRES (a URL under which databases
// may be created), else a throw-away cluster made with the initdb and postgres
// found on the machine: one for the test process, one database for each test.
// A machine without PostgreSQL skips these tests; with CI=true it fails them.
package storetest

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/store"
)

// Engines are the databases that Each runs on.
var Engines = [...]string{"sqlite", "postgres"}

// Each runs fn on a fresh migrated store of each engine, as subtests.
func Each(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	for _, engine := range Engines {
		t.Run(engine, func(t *testing.T) { fn(t, Open(t, engine)) })
	}
}

// Open opens a fresh migrated store that is closed with the test. Engine is
// "sqlite" or "postgres".
func Open(t testing.TB, engine string) *store.Store {
	t.Helper()
	return OpenURL(t, Migrated(t, engine), store.Options{})
}

// OpenClock is Open with a clock.
func OpenClock(t testing.TB, engine string, clock func() time.Time) *store.Store {
	t.Helper()
	return OpenURL(t, Migrated(t, engine), store.Options{Clock: clock})
}

// OpenURL opens and migrates a store at a URL, and closes it with the test.
func OpenURL(t testing.TB, url string, opt store.Options) *store.Store {
	t.Helper()
	ctx := context.Background()
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	s, err := store.Open(ctx, url, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	if _, _, err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

// URL is the URL of a fresh database without any table, which goes with the test;
// Migrated has them.
func URL(t testing.TB, engine string) string {
	t.Helper()
	if engine == "sqlite" {
		return "sqlite:" + filepath.Join(t.TempDir(), "bocage.db")
	}
	return newDatabase(t, serverFor(t), "")
}

// serverFor is the PostgreSQL server, without which the test is skipped, or fails
// in continuous integration.
func serverFor(t testing.TB) string {
	t.Helper()
	server, err := postgresServer()
	if err != nil {
		if ci, _ := strconv.ParseBool(os.Getenv("CI")); ci {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return server
}

// Need skips a test that cannot have the engine here.
func Need(t testing.TB, engine string) {
	t.Helper()
	if engine != "sqlite" {
		serverFor(t)
	}
}
