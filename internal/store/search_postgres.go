package store

import (
	"context"
	"strings"
)

const postgresSearchNums = "SELECT num FROM search WHERE words @@ CAST($1 AS tsquery) ORDER BY num LIMIT $2"

// postgresMatch is a tsquery of quoted lexemes, all required, the last one a
// prefix. Nothing parses or stems them: the words were folded by the program.
func postgresMatch(words []string) string {
	return "'" + strings.Join(words, "' & '") + "':*"
}

// postgresPutSearch makes the tsvector from the words themselves, without
// PostgreSQL's parser, so that both engines index exactly the same words.
func (t *Tx) postgresPutSearch(ctx context.Context, drop []int64, rows [][]any) error {
	for _, part := range chunks(drop) {
		var a args
		if _, err := t.q.ExecContext(ctx, "DELETE FROM search WHERE num IN "+list(&a, part), a...); err != nil {
			return err
		}
	}
	return t.insertRows(ctx, "search (num, words)", "(%s,array_to_tsvector(string_to_array(%s,' ')))", "", rows)
}
