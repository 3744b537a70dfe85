// Package storetest opens stores for tests, on SQLite and on PostgreSQL.
package storetest

import (
	"testing"

	"codeberg.org/bocage/bocage/internal/store"
)

// Each runs fn on a fresh migrated store of each engine.
func Each(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) { fn(t, Open(t, engine)) })
	}
}

// Open opens a fresh migrated store that is closed with the test. Engine is "sqlite" or "postgres".
func Open(t testing.TB, engine string) *store.Store { t.Fatal("not yet"); return nil }
