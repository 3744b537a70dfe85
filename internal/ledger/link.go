package ledger

import (
	"context"
	"errors"
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// link shows an entry that moved as what it became, once each of the two says so
// on its own origin: the old one by movedTo, the new one by alsoKnownAs. Neither
// is believed alone. A move that was taken back is undone here too.
func (l *Ledger) link(ctx context.Context, tx *store.Tx, e *directory.Entry) error {
	if err := l.linkForward(ctx, tx, e); err != nil {
		return err
	}
	for _, uri := range e.AlsoKnownAs {
		old, err := tx.EntryByURI(ctx, uri)
		if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
			continue
		}
		if err != nil {
			return err
		}
		if err := l.succeed(ctx, tx, &old, e); err != nil {
			return err
		}
	}
	return nil
}

// linkForward links e with what it says it became, or undoes that.
func (l *Ledger) linkForward(ctx context.Context, tx *store.Tx, e *directory.Entry) error {
	if e.MovedTo == "" && e.ShownAs == "" {
		return nil
	}
	if e.MovedTo != "" {
		now, err := tx.EntryByURI(ctx, e.MovedTo)
		if err == nil {
			return l.succeed(ctx, tx, e, &now)
		}
		if !errors.Is(err, directory.ErrNotFound) && !errors.Is(err, directory.ErrGone) {
			return err
		}
	}
	s, err := tx.Succession(ctx, e.ID)
	if errors.Is(err, directory.ErrNotFound) {
		return nil
	}
	if err != nil || s.Why != store.WhyMoved || e.Origin == "" {
		return err
	}
	return tx.DeleteSuccession(ctx, e)
}

// succeed shows old as now when both agree. A twin that somebody merged by hand
// stays as they left it.
func (l *Ledger) succeed(ctx context.Context, tx *store.Tx, old, now *directory.Entry) error {
	agreed := old.ID != now.ID && old.MovedTo == now.URI && slices.Contains(now.AlsoKnownAs, old.URI)
	if !agreed || now.MovedTo != "" || !now.Listed() || !old.Status.Public() || old.ShownAs == now.ID {
		return nil
	}
	s, err := tx.Succession(ctx, old.ID)
	if err != nil && !errors.Is(err, directory.ErrNotFound) || err == nil && s.Why == store.WhyMerged {
		return ignoreNotFound(err)
	}
	if err == nil { // ours, which we left: the day and the person stay
		s.NewID = now.ID
	} else {
		s = store.Succession{NewID: now.ID, Why: store.WhyMoved, WhoID: old.Origin, WhoName: old.Origin, At: l.now()}
	}
	return tx.PutSuccession(ctx, old, s)
}

func ignoreNotFound(err error) error {
	if errors.Is(err, directory.ErrNotFound) {
		return nil
	}
	return err
}
