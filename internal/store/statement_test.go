package store

import (
	"fmt"
	"path/filepath"
	"testing"
)

// TestKeptStatements: a statement whose rows are still read may be run again,
// many texts push out old ones, and a changed schema is seen.
func TestKeptStatements(t *testing.T) {
	ctx := t.Context()
	_, db, err := openPools(engineSQLite, filepath.Join(t.TempDir(), "kept.db"), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(conn.ExecContext(ctx, "CREATE TABLE a (n INTEGER); INSERT INTO a VALUES (1); INSERT INTO a VALUES (2)"))
	const all = "SELECT * FROM a ORDER BY n"
	outer, err := conn.QueryContext(ctx, all)
	must(nil, err)
	seen := ""
	for outer.Next() {
		var o int
		must(nil, outer.Scan(&o))
		inner, err := conn.QueryContext(ctx, all)
		must(nil, err)
		for inner.Next() {
			var i int
			must(nil, inner.Scan(&i))
			seen += fmt.Sprint(o, i, " ")
		}
		must(nil, inner.Close())
	}
	must(nil, outer.Close())
	if seen != "1 1 1 2 2 1 2 2 " {
		t.Errorf("rows in rows: %q", seen)
	}
	for i := range 3 * keptStatements {
		must(conn.ExecContext(ctx, fmt.Sprintf("INSERT INTO a SELECT %d WHERE false", i)))
	}
	must(nil, conn.Raw(func(c any) error {
		if k, ok := c.(*keepingConn); !ok || len(k.byText) > keptStatements || k.used.Len() != len(k.byText) {
			t.Errorf("kept %T %d", c, k.used.Len())
		}
		return nil
	}))
	must(conn.ExecContext(ctx, "ALTER TABLE a ADD COLUMN m INTEGER NOT NULL DEFAULT 7"))
	var n, m int
	must(nil, conn.QueryRowContext(ctx, all).Scan(&n, &m))
	if n != 1 || m != 7 {
		t.Errorf("after the column was added: %d %d", n, m)
	}
}
