package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// scanner is a row: *sql.Row or *sql.Rows.
type scanner interface{ Scan(dest ...any) error }

// collect runs a query and reads every row with scan. The slice is never nil.
func collect[T any](ctx context.Context, r Reader, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	out := []T{}
	err := r.each(ctx, func(row scanner) error {
		v, err := scan(row)
		if err == nil {
			out = append(out, v)
		}
		return err
	}, query, args...)
	return out, err
}

// each runs a query and calls fn for every row.
func (r Reader) each(ctx context.Context, fn func(scanner) error, query string, args ...any) error {
	rows, err := r.q.QueryContext(ctx, query, args...)
	if err != nil {
		return known(err)
	}
	for rows.Next() {
		if err := fn(rows); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return known(errors.Join(rows.Err(), rows.Close()))
}

// one reads one row, or returns an error that wraps ErrNotFound.
func one[T any](ctx context.Context, r Reader, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	v, err := scan(r.q.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) || unstorable(err) {
		err = directory.ErrNotFound
	}
	return v, err
}

// value reads one column of one row.
func value[T any](ctx context.Context, r Reader, query string, args ...any) (T, error) {
	return one(ctx, r, scanValue[T], query, args...)
}

func scanValue[T any](row scanner) (v T, err error) { return v, row.Scan(&v) }

// exec runs a statement and returns how many rows it changed. The violation of a
// unique index becomes ErrConflict.
func (t *Tx) exec(ctx context.Context, query string, args ...any) (int, error) {
	res, err := t.q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, known(err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// known gives the driver's errors that a caller can act on their sentinel.
func known(err error) error {
	switch {
	case duplicate(err):
		return fmt.Errorf("%w: %w", directory.ErrConflict, err)
	case unstorable(err):
		return fmt.Errorf("%w: %w", directory.ErrInvalid, err)
	}
	return err
}

// wrap gives an error its place: one per layer.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

// micros is t in microseconds since 1970 UTC; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// instant is the inverse of micros.
func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func (r Reader) now() int64 { return r.clock().UnixMicro() }

// args collects the parameters of a statement that is built in parts.
type args []any

// add appends a parameter and returns its placeholder.
func (a *args) add(v any) string {
	*a = append(*a, v)
	return fmt.Sprintf("$%d", len(*a))
}

// list appends parameters and returns "($1,$2,…)" for IN. An empty list matches nothing.
// The last value is repeated up to a power of two, so that there are few texts to
// compile and to keep.
func list[T any](a *args, values []T) string {
	if len(values) == 0 {
		return "(NULL)"
	}
	n := 1
	for n < len(values) {
		n *= 2
	}
	marks := make([]string, n)
	for i := range marks {
		marks[i] = a.add(values[min(i, len(values)-1)])
	}
	return "(" + strings.Join(marks, ",") + ")"
}

// chunks cuts s into pieces that fit in an IN-list.
func chunks[T any](s []T) [][]T {
	const size = 500
	var out [][]T
	for len(s) > size {
		out, s = append(out, s[:size]), s[size:]
	}
	if len(s) > 0 {
		out = append(out, s)
	}
	return out
}
