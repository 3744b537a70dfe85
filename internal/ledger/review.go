package ledger

import (
	"context"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Rejudged is what came of judging an entry again.
type Rejudged struct {
	// Changed says that what this instance shows or keeps has changed.
	Changed bool
	// Wanted says that the entry is not here and should be fetched.
	Wanted   bool
	Decision directory.Decision
}

// Rejudge asks the Judge again about an entry of another instance, because a
// rule has changed or a person has decided, and does what follows, in the
// caller's transaction. An entry of which nothing is known is Wanted.
func (l *Ledger) Rejudge(ctx context.Context, tx *store.Tx, uri string) (Rejudged, error) {
	old, err := tx.EntryByURI(ctx, uri)
	switch {
	case errors.Is(err, directory.ErrNotFound), errors.Is(err, directory.ErrGone):
		return l.rejudgeIgnored(ctx, tx, uri)
	case err != nil:
		return Rejudged{}, fmt.Errorf("judge %s again: %w", uri, err)
	case old.Origin == "":
		return Rejudged{}, fmt.Errorf("judge %s: it is ours: %w", uri, directory.ErrForbidden)
	}
	e := old
	if !e.Status.Public() {
		e.Status = directory.StatusPublished
	}
	d, err := l.decide(ctx, tx, &e)
	if err != nil {
		return Rejudged{}, fmt.Errorf("judge %s again: %w", uri, err)
	}
	res := Rejudged{Decision: d}
	switch {
	case d.Action == directory.DecideHold:
	case d.Action == directory.DecideIgnore:
		res.Changed, err = l.ignore(ctx, tx, e, d)
	case e.Status != old.Status || e.Silenced != old.Silenced || e.Withheld != old.Withheld:
		res.Changed = true
		if err = tx.PutEntry(ctx, &e, store.PutOptions{Public: true}); err == nil {
			err = l.enterMaps(ctx, tx, &old, &e)
		}
	}
	if err != nil {
		return Rejudged{}, fmt.Errorf("judge %s again: %w", uri, err)
	}
	return res, nil
}

func (l *Ledger) rejudgeIgnored(ctx context.Context, tx *store.Tx, uri string) (Rejudged, error) {
	ignored, err := tx.IgnoredByURI(ctx, uri)
	if errors.Is(err, directory.ErrNotFound) {
		return Rejudged{Wanted: true}, nil
	}
	if err != nil {
		return Rejudged{}, err
	}
	d, err := l.decide(ctx, tx, &ignored.Entry)
	if err != nil {
		return Rejudged{}, fmt.Errorf("judge %s again: %w", uri, err)
	}
	return Rejudged{Wanted: d.Action != directory.DecideIgnore, Decision: d}, nil
}
