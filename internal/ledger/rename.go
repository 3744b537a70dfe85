package ledger

import (
	"context"
	"errors"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Rename gives an actor another handle. The old one goes on leading to it, by
// WebFinger and by its page, and is never given to another entry; the actor may
// take it back. Its followers keep following: the ActivityPub id is the same.
func (l *Ledger) Rename(ctx context.Context, who directory.Who, id, handle string) (directory.Entry, error) {
	return l.edit(ctx, who, id, "renamed", func(e *directory.Entry) error {
		switch {
		case !e.Kind.IsActor():
			return directory.Invalid{{Field: "handle", Code: "forbidden", Message: "only organisations, commons, places, practices and ecosystems have a handle"}}
		case !directory.ValidHandle(handle):
			return directory.Invalid{{Field: "handle", Code: "invalid", Message: "has letters a to z, digits, '-', '_' and '.' only, and begins and ends with a letter, a digit or '_'"}}
		}
		e.Handle = handle
		return nil
	})
}

// rename gives an actor another handle and keeps the old one as an alias, so
// that who knows it still finds the actor.
func (l *Ledger) rename(ctx context.Context, tx *store.Tx, before, after *directory.Entry) (directory.Invalid, error) {
	if after.Handle == "" {
		after.Handle = before.Handle
		return nil, nil
	}
	mine, err := tx.EntryByHandle(ctx, after.Handle)
	if err != nil && !errors.Is(err, directory.ErrNotFound) && !errors.Is(err, directory.ErrGone) {
		return nil, err
	}
	if err != nil || mine.ID != before.ID { // else one that it had before
		bad, err := l.allocateHandle(ctx, tx, after, newBatch())
		if err != nil || len(bad) > 0 {
			return bad, err
		}
	}
	return nil, tx.PutHandleAlias(ctx, before.Handle, before.ID)
}
