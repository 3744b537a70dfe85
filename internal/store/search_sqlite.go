package store

import (
	"context"
	"strings"
)

// sqliteSearchNums reads the index in rowid order, so that it stops at the limit.
const sqliteSearchNums = "SELECT rowid FROM search WHERE search MATCH $1 ORDER BY rowid LIMIT $2"

// sqliteSearchAfter is the next page of it.
const sqliteSearchAfter = "SELECT rowid FROM search WHERE search MATCH $1 AND rowid > $2 ORDER BY rowid LIMIT $3"

// sqliteMatch is an FTS5 query: every word quoted, the last one a prefix. Words
// have letters and digits only; the quotes keep AND, OR, NOT and NEAR from being
// operators.
func sqliteMatch(words []string) string {
	return `"` + strings.Join(words, `" "`) + `"*`
}

func (t *Tx) sqlitePutSearch(ctx context.Context, drop []int64, rows [][]any) error {
	if len(drop) > 0 {
		gone := make([][]any, len(drop))
		for i, num := range drop {
			gone[i] = []any{num}
		}
		for _, query := range []string{"DELETE FROM search WHERE rowid = $1", "DELETE FROM search_text WHERE num = $1"} {
			if err := t.execEach(ctx, query, gone); err != nil {
				return err
			}
		}
	}
	if err := t.insertRows(ctx, "search_text (num, words)", placeholders(2), "", rows); err != nil {
		return err
	}
	return t.insertRows(ctx, "search (rowid, words)", "(%s,%s)", "", rows)
}
