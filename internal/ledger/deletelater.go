package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/store"
)

// JobDelete is the kind of the jobs that DeleteDue does.
const JobDelete = "delete"

// DeleteGrace is how long a deletion can be undone. No other server is told
// anything before: Mastodon never takes back an id that it was once told is
// deleted, so an undo after the Delete would be a promise that we cannot keep.
const DeleteGrace = 10 * time.Minute

type deletePayload struct {
	ID string `json:"id"`
}

// DeleteLater takes a public entry out of every list and page at once and deletes
// it for good when DeleteGrace is over; Restore undoes it until then. Its document
// goes on being served meanwhile, since nobody has been told anything else. What
// no list shows is deleted at once, with a zero due time.
func (l *Ledger) DeleteLater(ctx context.Context, who directory.Who, id, reason string) (due time.Time, err error) {
	e, err := l.store.Entry(ctx, id)
	if err != nil {
		return due, fmt.Errorf("delete entry %s: %w", id, err)
	}
	if !e.Listed() {
		return due, l.Delete(ctx, who, id, reason)
	}
	err = l.commit(ctx, func(tx *store.Tx) error {
		e, err := l.editable(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if err := deletable(ctx, tx, &e); err != nil {
			return err
		}
		due = l.now().Add(DeleteGrace)
		s := store.Succession{Why: store.WhyDeleting, Reason: reason, WhoID: whoID(who), WhoName: who.Name, At: l.now(), Due: due}
		if err := tx.PutSuccession(ctx, &e, s); err != nil {
			return err
		}
		payload, err := json.Marshal(deletePayload{id})
		if err != nil {
			return err
		}
		if err := jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobDelete, Key: id, Payload: payload, Due: due}); err != nil {
			return err
		}
		return l.audit(ctx, tx, who, "delete_later", id, reason)
	})
	if err != nil {
		return due, fmt.Errorf("delete entry %s: %w", id, err)
	}
	return due, nil
}

// Restore undoes a DeleteLater whose time has not come. It is ErrConflict when
// there is none.
func (l *Ledger) Restore(ctx context.Context, who directory.Who, id string) error {
	err := l.commit(ctx, func(tx *store.Tx) error {
		e, err := l.editable(ctx, tx, who, id)
		if err != nil {
			return err
		}
		s, err := tx.Succession(ctx, id)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return err
		}
		if err != nil || s.Why != store.WhyDeleting {
			return fmt.Errorf("it is not being deleted: %w", directory.ErrConflict)
		}
		if err := tx.DeleteSuccession(ctx, &e); err != nil {
			return err
		}
		return l.audit(ctx, tx, who, "restored", id, "")
	})
	if err != nil {
		return fmt.Errorf("restore entry %s: %w", id, err)
	}
	return nil
}

// DeleteDue does one job of kind JobDelete: it deletes what nobody restored.
func (l *Ledger) DeleteDue(ctx context.Context, job jobs.Job) error {
	var p deletePayload
	if err := json.Unmarshal(job.Payload, &p); err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrDiscard, err)
	}
	s, err := l.store.Succession(ctx, p.ID)
	if errors.Is(err, directory.ErrNotFound) || err == nil && (s.Why != store.WhyDeleting || l.now().Before(s.Due)) {
		return nil // restored, or deleted again later, which has a job of its own
	}
	if err != nil {
		return err
	}
	err = l.Delete(ctx, directory.Who{System: true, UserID: s.WhoID, Name: s.WhoName}, p.ID, s.Reason)
	if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
		return nil
	}
	if errors.Is(err, directory.ErrConflict) { // an entry was made for the organisation meanwhile
		return errors.Join(jobs.ErrDiscard, err, l.Restore(ctx, directory.Itself(), p.ID))
	}
	return err
}

// deletable refuses what others hang on: an organisation that publishes, an entry
// as which another one of ours is published.
func deletable(ctx context.Context, tx *store.Tx, e *directory.Entry) error {
	if e.Owner == e.ID {
		if err := ownsNothing(ctx, tx, e.ID); err != nil {
			return err
		}
	}
	return carriesNobody(ctx, tx, e)
}

// carriesNobody refuses to take away an entry that another one of ours is
// published as having become.
func carriesNobody(ctx context.Context, tx *store.Tx, e *directory.Entry) error {
	before, err := tx.Predecessors(ctx, e.ID)
	if err != nil {
		return err
	}
	for _, b := range before {
		o, err := tx.Entry(ctx, b.OldID)
		if err == nil && o.MovedTo == e.URI && o.Origin == "" {
			return fmt.Errorf("%s was merged into it: split them first: %w", o.URI, directory.ErrConflict)
		}
		if err != nil && !errors.Is(err, directory.ErrNotFound) && !errors.Is(err, directory.ErrGone) {
			return err
		}
	}
	return nil
}
