package store

import "context"

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
