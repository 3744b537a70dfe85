package storetest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/migrations"
)

// Migrated is the URL of a fresh database with the newest schema, which goes with
// the test: a copy of one that was migrated once, which is many times faster than
// all migrations. See URL for an empty one.
func Migrated(t testing.TB, engine string) string {
	t.Helper()
	if engine == "sqlite" {
		image, err := sqliteImage()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "bocage.db")
		if err := os.WriteFile(file, image, 0o600); err != nil {
			t.Fatal(err)
		}
		return "sqlite:" + file
	}
	server := serverFor(t)
	template, err := postgresTemplate()
	if err != nil {
		t.Fatal(err)
	}
	return newDatabase(t, server, " TEMPLATE "+template)
}

// sqliteImage is the file of a migrated database without rows.
var sqliteImage = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "bocage-sqlite-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "bocage.db")
	if err := migrate("sqlite:" + file); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// postgresTemplate is the name of a migrated database without rows, one for each
// schema, made by the first of all test processes that needs it.
var postgresTemplate = sync.OnceValues(func() (name string, err error) {
	server, err := postgresServer()
	if err != nil {
		return "", err
	}
	if name, err = templateName(); err != nil {
		return "", err
	}
	db, err := sql.Open("pgx", server)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	ctx := context.Background()
	conn, err := db.Conn(ctx) // the lock belongs to it, and goes with it
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err = conn.ExecContext(ctx, "SELECT pg_advisory_lock(hashtext($1))", name); err != nil {
		return "", err
	}
	defer func() {
		_, uerr := conn.ExecContext(ctx, "SELECT pg_advisory_unlock(hashtext($1))", name)
		err = errors.Join(err, uerr)
	}()
	var there bool
	if err = conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil || there {
		return name, err
	}
	return name, makeTemplate(ctx, conn, server, name)
})

// makeTemplate migrates under another name, so that the template is whole as soon
// as it is there.
func makeTemplate(ctx context.Context, conn *sql.Conn, server, name string) error {
	draft := name + "_draft"
	for _, query := range []string{"DROP DATABASE IF EXISTS " + draft + " WITH (FORCE)", "CREATE DATABASE " + draft} {
		if _, err := conn.ExecContext(ctx, query); err != nil {
			return fmt.Errorf("template database: %w", err)
		}
	}
	u, err := url.Parse(server)
	if err != nil {
		return err
	}
	u.Path = "/" + draft
	if err := migrate(u.String()); err != nil {
		return fmt.Errorf("template database: %w", err)
	}
	_, err = conn.ExecContext(ctx, "ALTER DATABASE "+draft+" RENAME TO "+name)
	return err
}

func migrate(url string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, url, store.Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	_, _, err = s.Migrate(ctx)
	return errors.Join(err, s.Close())
}

// templateName names the schema by its text.
func templateName() (string, error) {
	files := migrations.Files()
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return "", err
		}
		_, _ = fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text) // a hash takes everything
	}
	return "bocage_template_" + hex.EncodeToString(sum.Sum(nil)[:8]), nil
}
