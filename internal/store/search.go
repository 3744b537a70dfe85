package store

import (
	"context"
	"reflect"
	"strings"
	"unicode/utf8"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Limits of what is indexed and of what is asked.
const (
	maxIndexedWords = 4000 // distinct words of one entry
	maxWordBytes    = 64   // of one word; the rest is cut off, in entries and in queries
	maxQueryWords   = 12   // of one query; the rest is ignored
)

// SearchNums returns the numbers of the public entries in which every word of q
// occurs, in the order of their numbers (a static order: nothing is scored). The
// last word is a prefix. Case and accents do not matter, and no character of q
// has a meaning: it never makes an error. A q without any word finds nothing.
// Limit 0 means no limit.
func (r Reader) SearchNums(ctx context.Context, q string, limit int) ([]int64, error) {
	words := queryWords(q)
	if len(words) == 0 {
		return []int64{}, nil
	}
	if limit <= 0 {
		limit = 1 << 30
	}
	nums, err := r.searchNums(ctx, words, limit)
	return nums, wrap(err, "search")
}

func (r Reader) searchNums(ctx context.Context, words []string, limit int) ([]int64, error) {
	if r.engine == engineSQLite {
		return collect(ctx, r, scanValue[int64], sqliteSearchNums, sqliteMatch(words), limit)
	}
	return collect(ctx, r, scanValue[int64], postgresSearchNums, postgresMatch(words), limit)
}

// searchPage is the page of a filter by number that has words and nothing else:
// the index is in that order and has public entries only, so that it stops at
// the page's end, where a condition on entries would first find all matches.
func (r Reader) searchPage(ctx context.Context, f EntryFilter) (nums []int64, ok bool, err error) {
	words := queryWords(f.Query)
	rest := EntryFilter{Selection: directory.Selection{Query: f.Query}, AfterNum: f.AfterNum, Limit: f.Limit}
	if len(words) == 0 || r.engine != engineSQLite || !reflect.DeepEqual(f, rest) {
		return nil, false, nil
	}
	if dead, err := r.DeadOrigins(ctx); err != nil || len(dead) > 0 {
		return nil, false, err
	}
	nums, err = collect(ctx, r, scanValue[int64], sqliteSearchAfter, sqliteMatch(words), f.AfterNum, f.limit())
	return nums, true, err
}

// searchCondition is an SQL condition on e.num for the words.
func (r Reader) searchCondition(a *args, words []string) string {
	if r.engine == engineSQLite {
		return "e.num IN (SELECT rowid FROM search WHERE search MATCH " + a.add(sqliteMatch(words)) + ")"
	}
	return "e.num IN (SELECT num FROM search WHERE words @@ CAST(" + a.add(postgresMatch(words)) + " AS tsquery))"
}

// putSearch replaces the words of entries; drop are the ones that had some.
func (t *Tx) putSearch(ctx context.Context, drop []int64, rows [][]any) error {
	if t.engine == engineSQLite {
		return t.sqlitePutSearch(ctx, drop, rows)
	}
	return t.postgresPutSearch(ctx, drop, rows)
}

// queryWords are the words of a query, folded, bounded in number and length.
func queryWords(q string) []string {
	words := directory.Words(q)
	words = words[:min(len(words), maxQueryWords)]
	for i, w := range words {
		words[i] = cutWord(w)
	}
	return words
}

func cutWord(w string) string {
	if len(w) <= maxWordBytes {
		return w
	}
	n := maxWordBytes
	for n > 0 && !utf8.RuneStart(w[n]) {
		n--
	}
	return w[:n]
}

// searchText is what the public may find an entry by: its distinct words, joined
// by one space.
func searchText(p directory.Public) string {
	var b strings.Builder
	seen := map[string]bool{}
	add := func(text string) {
		if text == "" || len(seen) >= maxIndexedWords {
			return
		}
		for _, w := range directory.Words(text) {
			if w = cutWord(w); seen[w] || len(seen) >= maxIndexedWords {
				continue
			}
			seen[w] = true
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(w)
		}
	}
	for _, t := range []directory.LangText{p.Name, p.Summary} {
		for _, s := range t {
			add(s)
		}
	}
	for _, tag := range p.Tags {
		add(tag)
	}
	add(p.Handle)
	if pl := p.Place; pl != nil {
		add(pl.Name)
		add(pl.Locality)
		add(pl.PostalCode)
		add(pl.Region)
	}
	if c := p.Concept; c != nil {
		add(strings.Join(c.AltLabels, " "))
		add(c.FirstAuthor)
	}
	if c := p.Text; c != nil {
		add(c.Authors)
	}
	if c := p.Event; c != nil {
		add(c.Series)
		add(c.Organisers)
	}
	return b.String()
}
