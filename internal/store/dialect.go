package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// engine is the database that a store speaks to. What differs between the two
// is here and in search_sqlite.go and search_postgres.go, and nowhere else.
type engine string

const (
	engineSQLite   engine = "sqlite"
	enginePostgres engine = "postgres"
)

// migrationLock is the PostgreSQL advisory lock that serialises migrations
// ("bocage" in ASCII).
const migrationLock = 0x626f63616765

// splitURL reads "sqlite:PATH", "postgres://…" or "postgresql://…".
func splitURL(raw string) (engine, string, error) {
	switch {
	case strings.HasPrefix(raw, "postgres://"), strings.HasPrefix(raw, "postgresql://"):
		return enginePostgres, raw, nil
	case strings.HasPrefix(raw, "sqlite:") && len(raw) > len("sqlite:"):
		return engineSQLite, strings.TrimPrefix(raw, "sqlite:"), nil
	}
	return "", "", errors.New("database URL is neither sqlite:PATH nor postgres://…")
}

// openPools opens the reader and the writer pool; on PostgreSQL they are one.
// On SQLite the writer pool is one connection whose transactions take the write
// lock at once, so that no reader is upgraded and none sees SQLITE_BUSY.
func openPools(e engine, dsn string, readConns int) (read, write *sql.DB, err error) {
	if e == enginePostgres {
		db, err := sql.Open("pgx", dsn)
		if err != nil {
			return nil, nil, err
		}
		db.SetMaxOpenConns(readConns + 4)
		db.SetMaxIdleConns(readConns + 4)
		return db, db, nil
	}
	file := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: dsn}).EscapedPath()}).String()
	const common = "?_pragma=busy_timeout(15000)&_pragma=foreign_keys(1)&_pragma=cache_size(-32000)&_pragma=temp_store(2)"
	write, err = openSQLite(file + common + "&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		return nil, nil, err
	}
	write.SetMaxOpenConns(1)
	read, err = openSQLite(file + common + "&_pragma=query_only(1)&_pragma=mmap_size(268435456)")
	if err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(readConns)
	read.SetMaxIdleConns(readConns)
	return read, write, nil
}

func openSQLite(dsn string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(keeping{c}), nil
}

// lockMigrations keeps a second process out until the transaction ends. On
// SQLite the transaction itself, BEGIN IMMEDIATE, does.
func (e engine) lockMigrations(ctx context.Context, tx *sql.Tx) error {
	if e == engineSQLite {
		return nil
	}
	_, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", int64(migrationLock))
	return err
}

// retryable reports whether a transaction that failed with err may succeed when
// it is run again: serialization_failure and deadlock_detected.
func (e engine) retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// busy reports whether SQLite says that another process holds the file.
func busy(err error) bool {
	var lite *sqlite.Error
	return errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_BUSY
}

// duplicate reports whether err is the violation of a unique index.
func duplicate(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite *sqlite.Error
	if !errors.As(err, &lite) {
		return false
	}
	c := lite.Code()
	return c == sqlite3.SQLITE_CONSTRAINT_UNIQUE || c == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY ||
		c == sqlite3.SQLITE_CONSTRAINT_ROWID
}

// unstorable reports whether PostgreSQL says that a text has a NUL or is not UTF-8:
// nothing has such a key, and nothing can be given one. SQLite takes any bytes.
func unstorable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "22021" || pg.Code == "22P05")
}

// limited is a LIMIT of a parameter in a query whose order an index has. SQLite looks at
// the value of a bare parameter there, and compiles the statement anew for each run.
func limited(param string) string { return " LIMIT CAST(" + param + " AS BIGINT)" }

// maxParams bounds the parameters of one statement (PostgreSQL: 65 535).
const maxParams = 30000

// insertRows runs "INSERT INTO into VALUES row tail" for every row; template is
// the text of one row's values, with %s for each parameter. SQLite prepares one
// single-row statement, since a multi-row one is quadratic there; PostgreSQL
// takes many rows in one statement, since each statement is a round trip.
func (r Reader) insertRows(ctx context.Context, into, template, tail string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	width := len(rows[0])
	per := 1
	if r.engine == enginePostgres {
		per = max(1, min(len(rows), maxParams/max(1, width)))
	}
	for len(rows) > 0 {
		n := min(per, len(rows))
		var err error
		if per == 1 {
			text := insertRow(into, template, tail)
			if r.engine == enginePostgres {
				text = insertText(into, template, tail, 1, width)
			}
			err = r.execEach(ctx, text, rows)
			n = len(rows)
		} else {
			args := make([]any, 0, n*width)
			for _, row := range rows[:n] {
				args = append(args, row...)
			}
			_, err = r.q.ExecContext(ctx, insertText(into, template, tail, n, width), args...)
		}
		if err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// insertText repeats the template for n rows and numbers its parameters.
func insertText(into, template, tail string, n, width int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + into + " VALUES ")
	p := make([]any, width)
	for i := range n {
		for j := range p {
			p[j] = fmt.Sprintf("$%d", i*width+j+1)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, template, p...)
	}
	b.WriteString(" " + tail)
	return b.String()
}

// insertRow is insertText of one row for SQLite, whose parameters have no names: it
// looks each name up again for each row.
func insertRow(into, template, tail string) string {
	return "INSERT INTO " + into + " VALUES " + strings.ReplaceAll(template, "%s", "?") + " " + tail
}

// execEach runs one statement for each row of arguments: on SQLite without a way
// through database/sql for each, on PostgreSQL prepared when there are several.
func (r Reader) execEach(ctx context.Context, query string, rows [][]any) error {
	if len(rows) == 1 {
		_, err := r.q.ExecContext(ctx, query, rows[0]...)
		return err
	}
	if r.engine == engineSQLite {
		_, err := r.q.ExecContext(ctx, query, manyRows(rows))
		return err
	}
	stmt, err := r.q.PrepareContext(ctx, query)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if _, err = stmt.ExecContext(ctx, row...); err != nil {
			break
		}
	}
	return errors.Join(err, stmt.Close())
}
