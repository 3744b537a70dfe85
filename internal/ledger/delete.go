package ledger

import (
	"context"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
)

// Delete removes an entry for good, with its history: peers are told, and a
// tombstone stays for ever, so that its id answers 410 and is never given again. What should come back one day is
// unpublished instead (SetStatus). An organisation that still owns entries is
// ErrConflict.
func (l *Ledger) Delete(ctx context.Context, who directory.Who, id, reason string) error {
	if err := l.commit(ctx, func(tx *store.Tx) error { return l.delete(ctx, tx, who, id, reason) }); err != nil {
		return fmt.Errorf("delete entry %s: %w", id, err)
	}
	return nil
}

func (l *Ledger) delete(ctx context.Context, tx *store.Tx, who directory.Who, id, reason string) error {
	before, err := l.editable(ctx, tx, who, id)
	if err != nil {
		return err
	}
	if err := deletable(ctx, tx, &before); err != nil {
		return err
	}
	now := l.now()
	after := clone(before)
	after.Status, after.DeletedAt, after.Hash = directory.StatusDeleted, now, ""
	if err := tx.DeleteEntry(ctx, id, now); err != nil {
		return err
	}
	if before.Status.Public() {
		if err := l.publisher.Publish(ctx, tx, outbox.Change{Before: &before, After: &after}); err != nil {
			return fmt.Errorf("publish: %w", err)
		}
	}
	return l.audit(ctx, tx, who, "deleted", id, reason)
}

// ownsNothing refuses to delete an actor whose entries would lose their keys.
func ownsNothing(ctx context.Context, tx *store.Tx, id string) error {
	owned, err := tx.Entries(ctx, store.EntryFilter{Owner: id, LocalOnly: true, Limit: 2,
		Statuses: []directory.Status{directory.StatusDraft, directory.StatusProposed, directory.StatusPublished, directory.StatusArchived}})
	if err != nil {
		return err
	}
	for _, e := range owned {
		if e.ID != id {
			return fmt.Errorf("it still publishes entries: %w", directory.ErrConflict)
		}
	}
	return nil
}
