package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"sort"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/migrations"
)

// migration is one numbered step of the schema.
type migration struct {
	version int
	name    string
	files   []string // the common text first, then the engine's own
}

// Migrate brings the schema to the newest version and returns the versions
// before and after. Each step runs in its own transaction and is recorded in it.
// A schema newer than the program is refused. Two processes that start at once
// wait for each other.
func (s *Store) Migrate(ctx context.Context) (from, to int, err error) {
	steps, err := readMigrations(migrations.Files(), s.engine)
	if err != nil {
		return 0, 0, fmt.Errorf("migrate: %w", err)
	}
	newest := steps[len(steps)-1].version
	from = -1
	for {
		was, now, err := s.migrateOne(ctx, steps, newest)
		if err != nil {
			return max(from, 0), to, fmt.Errorf("migrate: %w", err)
		}
		if from < 0 {
			from = was
		}
		to = now
		if was == now {
			return from, to, nil
		}
		s.log.InfoContext(ctx, "schema migrated", "engine", s.Engine(), "version", now)
	}
}

// migrateOne applies the first step that is missing, if any.
func (s *Store) migrateOne(ctx context.Context, steps []migration, newest int) (was, now int, err error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = tx.Rollback() }() // no effect after Commit
	if err := s.engine.lockMigrations(ctx, tx); err != nil {
		return 0, 0, err
	}
	was, err = schemaVersion(ctx, tx)
	if err != nil {
		return 0, 0, err
	}
	if was > newest {
		return was, was, fmt.Errorf("the database has schema %d and this program knows %d: use a newer program: %w",
			was, newest, directory.ErrUnavailable)
	}
	for _, m := range steps {
		if m.version <= was {
			continue
		}
		if err := s.apply(ctx, tx, m); err != nil {
			return was, was, fmt.Errorf("step %04d_%s: %w", m.version, m.name, err)
		}
		return was, m.version, tx.Commit()
	}
	return was, was, nil
}

func (s *Store) apply(ctx context.Context, tx *sql.Tx, m migration) error {
	for _, file := range m.files {
		text, err := fs.ReadFile(migrations.Files(), file)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, string(text)); err != nil {
			return err
		}
	}
	if m.version == bucketVersion {
		if err := fillBuckets(ctx, tx); err != nil {
			return err
		}
	}
	if m.version == termsVersion {
		if err := fillTerms(ctx, tx, s.engine); err != nil {
			return err
		}
	}
	if m.version == chronicleVersion {
		if err := fillChronicle(ctx, tx, s.engine); err != nil {
			return err
		}
	}
	if m.version == searchTextVersion {
		if err := fillSearchText(ctx, tx, s.engine); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO migration (version, name, applied) VALUES ($1, $2, $3)",
		m.version, m.name, s.now())
	return err
}

func schemaVersion(ctx context.Context, tx *sql.Tx) (int, error) {
	if _, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migration (
		version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied BIGINT NOT NULL)`); err != nil {
		return 0, err
	}
	var v int
	err := tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(version), 0) FROM migration").Scan(&v)
	return v, err
}

// readMigrations lists the steps of an engine in order: NNNN_name.sql and
// NNNN_name.<engine>.sql. Versions are 1, 2, 3… without a gap.
func readMigrations(files fs.FS, e engine) ([]migration, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	byVersion := map[int]*migration{}
	for _, file := range names {
		parts := strings.Split(strings.TrimSuffix(file, ".sql"), ".")
		number, name, ok := strings.Cut(parts[0], "_")
		version, err := strconv.Atoi(number)
		if !ok || err != nil || len(parts) > 2 {
			return nil, fmt.Errorf("migration %s has no NNNN_name.sql name", file)
		}
		m := byVersion[version]
		if m == nil {
			m = &migration{version: version, name: name}
			byVersion[version] = m
		}
		switch {
		case len(parts) == 1:
			m.files = append([]string{file}, m.files...)
		case parts[1] == string(e):
			m.files = append(m.files, file)
		}
	}
	steps := make([]migration, 0, len(byVersion))
	for v := 1; v <= len(byVersion); v++ {
		if byVersion[v] == nil {
			return nil, fmt.Errorf("migration %04d is missing", v)
		}
		steps = append(steps, *byVersion[v])
	}
	return steps, nil
}
