package store

import (
	"context"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
)

// FillBuckets is the part of a migration that gives entries their bucket.
func FillBuckets(ctx context.Context, s *Store) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fillBuckets(ctx, tx); err != nil {
		_ = tx.Rollback() // the first error says more
		return err
	}
	return tx.Commit()
}

// FillTerms is the part of a migration that gives entries what a selection
// chooses by.
func FillTerms(ctx context.Context, s *Store) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fillTerms(ctx, tx, s.engine); err != nil {
		_ = tx.Rollback() // the first error says more
		return err
	}
	return tx.Commit()
}

// FillChronicle is the part of a migration that gives entries what the chronology
// draws of them.
func FillChronicle(ctx context.Context, s *Store) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fillChronicle(ctx, tx, s.engine); err != nil {
		_ = tx.Rollback() // the first error says more
		return err
	}
	return tx.Commit()
}

// PutWords indexes words under numbers, as a write of entries does.
func PutWords(ctx context.Context, s *Store, rows map[int64]string) error {
	return s.Write(ctx, func(t *Tx) error {
		if t.engine == enginePostgres { // the entries themselves are not needed
			if _, err := t.q.ExecContext(ctx, "ALTER TABLE search DROP CONSTRAINT IF EXISTS search_num_fkey"); err != nil {
				return err
			}
		}
		var all [][]any
		for num, words := range rows {
			seen := map[string]bool{}
			var distinct []string
			for _, w := range directory.Words(words) {
				if !seen[w] {
					seen[w] = true
					distinct = append(distinct, w)
				}
			}
			all = append(all, []any{num, strings.Join(distinct, " ")})
		}
		return t.putSearch(ctx, nil, all)
	})
}

// FillSearchText is the part of a migration that keeps the words of entries.
func FillSearchText(ctx context.Context, s *Store) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fillSearchText(ctx, tx, s.engine); err != nil {
		_ = tx.Rollback() // the first error says more
		return err
	}
	return tx.Commit()
}
