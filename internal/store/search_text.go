package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"codeberg.org/bocage/bocage/internal/directory"
)

// SearchText is the words that the public may find an entry by: distinct, folded,
// joined by one space.
type SearchText struct {
	Num   int64
	Words string
}

func (r Reader) selectSearchText() string {
	if r.engine == enginePostgres {
		return "SELECT num, array_to_string(tsvector_to_array(words), ' ') FROM search"
	}
	return "SELECT num, words FROM search_text"
}

func scanSearchText(row scanner) (x SearchText, err error) { return x, row.Scan(&x.Num, &x.Words) }

// ScanSearchTexts calls fn for every entry of the search index, by number: public
// ones only, as SearchNums has them.
func (r Reader) ScanSearchTexts(ctx context.Context, fn func(SearchText) error) error {
	return wrap(r.each(ctx, func(row scanner) error {
		x, err := scanSearchText(row)
		if err != nil {
			return err
		}
		return fn(x)
	}, r.selectSearchText()+" ORDER BY num"), "scan search texts")
}

// SearchTexts are those of the entries with these numbers that are in the search
// index.
func (r Reader) SearchTexts(ctx context.Context, nums []int64) ([]SearchText, error) {
	out := []SearchText{}
	for _, part := range chunks(nums) {
		var a args
		xs, err := collect(ctx, r, scanSearchText, r.selectSearchText()+" WHERE num IN "+list(&a, part), a...)
		if err != nil {
			return nil, wrap(err, "search texts")
		}
		out = append(out, xs...)
	}
	return out, nil
}

// QueryWords are the words by which SearchNums looks for a query, folded, bounded in
// number and length.
func QueryWords(q string) []string { return queryWords(q) }

// searchTextVersion is the step of the schema that keeps the words on SQLite.
const searchTextVersion = 23

// fillSearchText writes the words of the entries that were there before the table.
func fillSearchText(ctx context.Context, tx *sql.Tx, e engine) error {
	if e != engineSQLite {
		return nil
	}
	t := Reader{q: tx, engine: e}
	const chunk = 2000
	for after := int64(0); ; {
		var rows [][]any
		last, n := after, 0
		err := t.each(ctx, func(row scanner) error {
			var doc string
			if err := row.Scan(&last, &doc); err != nil {
				return err
			}
			n++
			var entry directory.Entry
			if json.Unmarshal([]byte(doc), &entry) != nil {
				return nil // it is read, and complained of, elsewhere
			}
			if p, ok := entry.Public(); ok {
				rows = append(rows, []any{last, searchText(p)})
			}
			return nil
		}, "SELECT d.num, d.doc FROM entry_doc d JOIN entry e ON e.num = d.num WHERE e.public AND d.num > $1 ORDER BY d.num LIMIT $2", after, chunk)
		if err != nil {
			return err
		}
		if err := t.insertRows(ctx, "search_text (num, words)", placeholders(2), "ON CONFLICT DO NOTHING", rows); err != nil {
			return err
		}
		if n < chunk {
			return nil
		}
		after = last
	}
}
