package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Pending is a change of an entry that was made and not yet told.
type Pending struct {
	// Object is the entry's URI.
	Object string
	// Before is the entry as others know it, with what is public only.
	Before directory.Entry
	// Note is the kind of note that was asked for, "" for whichever fits.
	Note string
	Due  time.Time
}

// PutPending keeps a change until it is due. When one of the same object waits,
// that one stays: it knows what others know, and when they are told.
func (t *Tx) PutPending(ctx context.Context, p Pending) error {
	before, err := json.Marshal(p.Before)
	if err != nil {
		return fmt.Errorf("pending change of %s: %w", p.Object, err)
	}
	_, err = t.exec(ctx, `INSERT INTO pending_change (object, before, note, due) VALUES ($1, $2, $3, $4)
		ON CONFLICT (object) DO UPDATE SET note = CASE WHEN excluded.note = '' THEN pending_change.note ELSE excluded.note END`,
		p.Object, string(before), p.Note, micros(p.Due))
	return wrap(err, "pending change of %s", p.Object)
}

// TakePending removes the waiting change of an object and returns it, or
// ErrNotFound.
func (t *Tx) TakePending(ctx context.Context, object string) (Pending, error) {
	p, err := one(ctx, t.Reader, func(row scanner) (p Pending, err error) {
		var before []byte
		var due int64
		if err := row.Scan(&p.Object, &before, &p.Note, &due); err != nil {
			return p, err
		}
		p.Due = instant(due)
		return p, json.Unmarshal(before, &p.Before)
	}, "DELETE FROM pending_change WHERE object = $1 RETURNING object, before, note, due", object)
	if errors.Is(err, directory.ErrNotFound) {
		return p, err
	}
	return p, wrap(err, "pending change of %s", object)
}

// IsPending reports whether a change of the object waits to be told.
func (r Reader) IsPending(ctx context.Context, object string) (bool, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM pending_change WHERE object = $1", object)
	return n > 0, wrap(err, "pending change of %s", object)
}

// CountPending counts the changes that wait to be told.
func (r Reader) CountPending(ctx context.Context) (int, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM pending_change")
	return n, wrap(err, "count pending changes")
}
