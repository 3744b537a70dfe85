package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// termsVersion is the step of the schema that gave entries what a selection
// chooses by.
const termsVersion = 15

// Marks of the lines of entry.terms.
const (
	termLanguage = "l "
	termTag      = "t "
	termConcept  = "c "
)

// termsOf writes the languages, tags and concepts of an entry for the column
// terms. The folded form of a tag follows what is shown, when it is another.
func termsOf(p *directory.Public) string {
	var b strings.Builder
	line := func(mark, value string) {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(mark)
		b.WriteString(value)
	}
	for _, l := range directory.EntryLanguages((*directory.Entry)(p)) {
		line(termLanguage, l)
	}
	for _, t := range p.Tags {
		shown := strings.Join(strings.Fields(t), " ")
		if folded := directory.Fold(t); folded != shown {
			shown += "\t" + folded
		}
		line(termTag, shown)
	}
	for _, c := range claims(p) {
		line(termConcept, c)
	}
	return b.String()
}

// claims are the addresses of the concepts that an entry claims.
func claims(p *directory.Public) []string {
	var out []string
	for _, r := range p.Relations {
		if r.Type == directory.RelClaims && !strings.ContainsAny(r.Object, "\n") && !slices.Contains(out, r.Object) {
			out = append(out, r.Object)
		}
	}
	return out
}

// readTerms is the inverse of termsOf.
func (x *IndexRow) readTerms(terms string) {
	for line := range strings.SplitSeq(terms, "\n") {
		if len(line) < len(termTag) {
			continue
		}
		mark, value := line[:len(termTag)], line[len(termTag):]
		switch mark {
		case termLanguage:
			x.Languages = append(x.Languages, value)
		case termTag:
			shown, folded, ok := strings.Cut(value, "\t")
			if !ok {
				folded = shown
			}
			x.Tags = append(x.Tags, Tag{Folded: folded, Shown: shown})
		case termConcept:
			x.Concepts = append(x.Concepts, value)
		}
	}
}

// fillTerms writes what a selection chooses by for the entries that were there
// before the columns.
func fillTerms(ctx context.Context, tx *sql.Tx, e engine) error {
	t := &Tx{Reader: Reader{q: tx, engine: e}}
	var rows, languages [][]any
	return t.eachEntryThen(ctx, func(num int64, e *directory.Entry, p *directory.Public) {
		rows = append(rows, []any{num, p.Department(), p.RulesArePublished(), termsOf(p)})
		for _, l := range directory.EntryLanguages(e) {
			languages = append(languages, []any{l, num})
		}
	}, func() error {
		err := t.execEach(ctx, "UPDATE entry SET department = $2, rules = $3, terms = $4 WHERE num = $1", rows)
		if err == nil {
			err = t.insertRows(ctx, "entry_language (language, num)", placeholders(2), "ON CONFLICT DO NOTHING", languages)
		}
		rows, languages = rows[:0], languages[:0]
		return err
	})
}

// eachEntryThen calls read with every entry of the database, in order, and then each
// time that it read some: a step of the schema fills in columns so, a part at a time.
func (r Reader) eachEntryThen(ctx context.Context, read func(num int64, e *directory.Entry, p *directory.Public), then func() error) error {
	const chunk = 2000
	for after := int64(0); ; {
		last, n := after, 0
		err := r.each(ctx, func(row scanner) error {
			var doc string
			if err := row.Scan(&last, &doc); err != nil {
				return err
			}
			n++
			var e directory.Entry
			if json.Unmarshal([]byte(doc), &e) != nil {
				return nil // it is read, and complained of, elsewhere
			}
			p, _ := e.Public()
			read(last, &e, &p)
			return nil
		}, "SELECT num, doc FROM entry_doc WHERE num > $1 ORDER BY num LIMIT $2", after, chunk)
		if err == nil {
			err = then()
		}
		if err != nil || n < chunk {
			return err
		}
		after = last
	}
}

// URIsOf are the addresses by which relations may name the given entries, by ID or
// address: their own, and those of what is shown as them.
func (r Reader) URIsOf(ctx context.Context, entries []string) ([]string, error) {
	var out []string
	for _, c := range entries {
		if strings.Contains(c, "://") {
			out = append(out, c)
		}
	}
	var a args
	one := list(&a, entries)
	found, err := collect(ctx, r, scanValue[string], `SELECT uri FROM entry WHERE public AND (id IN `+one+` OR uri IN `+one+`)
		UNION SELECT o.uri FROM succession s JOIN entry o ON o.id = s.old_id JOIN entry n ON n.id = s.new_id
		WHERE n.public AND (n.id IN `+one+` OR n.uri IN `+one+`)`, a...)
	out = append(out, found...)
	slices.Sort(out)
	return slices.Compact(out), wrap(err, "addresses of entries")
}

// MemberURIs are the addresses by which entries may say that they are a member or a
// part of what Selection.Member names.
func (r Reader) MemberURIs(ctx context.Context, member string) ([]string, error) {
	if !strings.Contains(member, "://") {
		e, err := r.EntryByHandle(ctx, member)
		switch {
		case err == nil:
			member = e.ID
		case !errors.Is(err, directory.ErrNotFound) && !errors.Is(err, directory.ErrGone):
			return nil, err
		}
	}
	return r.URIsOf(ctx, []string{member})
}

// NumsOf are the numbers of the public entries of these addresses.
func (r Reader) NumsOf(ctx context.Context, uris []string) ([]int64, error) {
	var a args
	nums, err := collect(ctx, r, scanValue[int64], "SELECT num FROM entry WHERE public AND uri IN "+list(&a, uris)+" ORDER BY num", a...)
	return nums, wrap(err, "numbers of addresses")
}

// Now is the store's time.
func (r Reader) Now() time.Time { return r.clock() }
