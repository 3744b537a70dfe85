package ledger

import (
	"context"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// decide asks the Judge and gives the entry the status that follows.
func (l *Ledger) decide(ctx context.Context, tx *store.Tx, e *directory.Entry) (d directory.Decision, err error) {
	if l.judge != nil {
		if d, err = l.judge.Judge(ctx, tx.Reader, e); err != nil {
			return d, fmt.Errorf("judge: %w", err)
		}
	}
	obey(d, e)
	return d, nil
}

// obey gives the entry the status that follows from a decision.
func obey(d directory.Decision, e *directory.Entry) {
	if d.Action == directory.DecideHold {
		return
	}
	e.Silenced = d.Action == directory.DecideSilence
	if d.Action == directory.DecideReview {
		e.Status = directory.StatusProposed
	}
}

// ignore remembers only what rules look at, and lets go of what was kept; a hold
// leaves all as it is.
func (l *Ledger) ignore(ctx context.Context, tx *store.Tx, e directory.Entry, d directory.Decision) (changed bool, err error) {
	if d.Action == directory.DecideHold {
		return false, nil
	}
	if changed, err = l.ForgetRemote(ctx, tx, e.URI); err != nil {
		return false, err
	}
	return changed, tx.PutIgnored(ctx, store.Ignored{Entry: directory.RuleFacts(&e), Reason: d.Reason})
}

// ForgetRemote lets go of an entry of another instance because we do not want
// it any more, in the caller's transaction: unlike one that RemoveRemote takes
// away, any version brings it back. It reports whether there was one.
func (l *Ledger) ForgetRemote(ctx context.Context, tx *store.Tx, uri string) (bool, error) {
	_, err := tx.EntryByURI(ctx, uri)
	if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
		return false, tx.DeleteIgnored(ctx, uri)
	}
	if err != nil {
		return false, fmt.Errorf("forget %s: %w", uri, err)
	}
	if err := l.RemoveRemote(ctx, tx, uri); err != nil {
		return false, err
	}
	stone, err := tx.EntryByURI(ctx, uri)
	if errors.Is(err, directory.ErrNotFound) { // it never was public
		return true, nil
	}
	if !errors.Is(err, directory.ErrGone) {
		return false, fmt.Errorf("forget %s: %w", uri, err)
	}
	stone.Updated, stone.DeletedAt = directory.ForgottenAt(), directory.ForgottenAt()
	if err := tx.PutEntry(ctx, &stone, store.PutOptions{Public: true}); err != nil {
		return false, fmt.Errorf("forget %s: %w", uri, err)
	}
	return true, nil
}
