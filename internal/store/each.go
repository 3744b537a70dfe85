package store

import (
	"context"
	"fmt"
)

// Part is one of several changes that share a transaction, see WriteEach.
type Part func(ctx context.Context, tx *Tx) error

// WriteEach runs every part in one transaction and commits it: a commit costs more
// than most parts. What a part returns is its result; an error undoes that part and
// no other. A part sees what those before it wrote, runs again like the function of
// Write does, and by itself when the transaction as a whole fails. ctx should
// outlive all those who wait for a part.
func (s *Store) WriteEach(ctx context.Context, parts []Part) []error {
	results := make([]error, len(parts))
	if len(parts) == 1 {
		results[0] = s.Write(ctx, func(tx *Tx) error { return parts[0](ctx, tx) })
		return results
	}
	err := s.Write(ctx, func(tx *Tx) error {
		for i, part := range parts {
			var fault error
			if results[i], fault = tx.within(ctx, part); fault != nil {
				return fault
			}
		}
		return nil
	})
	if err == nil {
		return results
	}
	for i := range parts {
		results[i] = s.WriteEach(ctx, parts[i:i+1])[0]
	}
	return results
}

// within runs a part in a savepoint. err is the part's, fault what ends the transaction.
func (t *Tx) within(ctx context.Context, part Part) (err, fault error) {
	if _, fault := t.q.ExecContext(ctx, "SAVEPOINT part"); fault != nil {
		return nil, fmt.Errorf("savepoint: %w", fault)
	}
	then := len(*t.committed)
	if err = part(ctx, t); err != nil {
		*t.committed = (*t.committed)[:then]
		if t.engine.retryable(err) {
			return nil, err
		}
		if _, fault := t.q.ExecContext(ctx, "ROLLBACK TO SAVEPOINT part"); fault != nil {
			return nil, fmt.Errorf("savepoint: %w", fault)
		}
	}
	if _, fault := t.q.ExecContext(ctx, "RELEASE SAVEPOINT part"); fault != nil {
		return nil, fmt.Errorf("savepoint: %w", fault)
	}
	return err, nil
}
