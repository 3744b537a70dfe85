package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Merge says that two entries are one thing: lists, maps and timelines show the
// winner alone, and the loser's page leads to it. Both stay, with their sources,
// and both go on hearing from their origins; Split undoes it.
//
// It is a decision of this instance, which nobody else is told: the loser's
// document stays its own. Only when both are ours is the loser published as
// moved to the winner, so that its followers hear of the winner.
//
// Administrators may merge any two, editors what one of their own is part of,
// save that they may neither hide another organisation's entry of this instance
// nor make it say that it is theirs. The errors are Invalid, ErrForbidden, ErrConflict when one of the two is in no list.
func (l *Ledger) Merge(ctx context.Context, who directory.Who, winnerID, loserID, reason string) error {
	err := l.commit(ctx, func(tx *store.Tx) error {
		winner, err := tx.Entry(ctx, winnerID)
		if err != nil {
			return err
		}
		loser, err := tx.Entry(ctx, loserID)
		if err != nil {
			return err
		}
		if err := mergeable(who, &winner, &loser); err != nil {
			return err
		}
		if winner.Origin == "" && loser.Origin == "" {
			if err := l.moveLocally(ctx, tx, who, &loser, &winner); err != nil {
				return err
			}
		}
		err = tx.PutSuccession(ctx, &loser, store.Succession{NewID: winner.ID, Why: store.WhyMerged, Reason: reason,
			WhoID: whoID(who), WhoName: who.Name, At: l.now()})
		if err != nil {
			return err
		}
		return l.audit(ctx, tx, who, "merged", winner.ID, loser.URI+": "+reason)
	})
	if err != nil {
		return fmt.Errorf("merge %s into %s: %w", loserID, winnerID, err)
	}
	return nil
}

func mergeable(who directory.Who, winner, loser *directory.Entry) error {
	mine := who.MayEdit(loser) && (winner.Origin != "" || who.MayEdit(winner)) || who.MayEdit(winner) && loser.Origin != ""
	switch {
	case !who.MayAdminister() && !mine:
		return directory.ErrForbidden
	case winner.ID == loser.ID:
		return directory.Invalid{{Field: "other", Code: "same", Message: "is the entry itself"}}
	case winner.Kind != loser.Kind && !(winner.Kind.IsActor() && loser.Kind.IsActor()):
		return directory.Invalid{{Field: "other", Code: "kind", Message: "is a " + string(loser.Kind) + " and not a " + string(winner.Kind)}}
	case !winner.Listed() || !loser.Listed():
		return fmt.Errorf("one of them is in no list: %w", directory.ErrConflict)
	case winner.MovedTo != "":
		return fmt.Errorf("it moved to %s: %w", winner.MovedTo, directory.ErrConflict)
	}
	return nil
}

// moveLocally publishes that one of our entries is another one now.
func (l *Ledger) moveLocally(ctx context.Context, tx *store.Tx, who directory.Who, loser, winner *directory.Entry) error {
	if loser.Owner == loser.ID {
		if err := ownsNothing(ctx, tx, loser.ID); err != nil {
			return err
		}
	}
	if err := l.rewrite(ctx, tx, who, winner, "merged", func(e *directory.Entry) error { return addAlias(e, loser.URI) }); err != nil {
		return err
	}
	err := l.rewrite(ctx, tx, who, loser, "merged", func(e *directory.Entry) error { e.MovedTo = winner.URI; return nil })
	if err != nil {
		return err
	}
	return l.publisher.Move(ctx, tx, loser, winner.URI)
}

// Split undoes a Merge: both are shown again.
func (l *Ledger) Split(ctx context.Context, who directory.Who, loserID, reason string) error {
	err := l.commit(ctx, func(tx *store.Tx) error {
		loser, err := tx.Entry(ctx, loserID)
		if err != nil {
			return err
		}
		s, err := tx.Succession(ctx, loserID)
		if err != nil {
			return err
		}
		if s.Why != store.WhyMerged {
			return fmt.Errorf("it was not merged here: %w", directory.ErrConflict)
		}
		winner, err := tx.Entry(ctx, s.NewID)
		if err != nil && !errors.Is(err, directory.ErrGone) {
			return err
		}
		if !who.MayAdminister() && !who.MayEdit(&loser) && !who.MayEdit(&winner) {
			return directory.ErrForbidden
		}
		if err := l.moveBack(ctx, tx, who, &loser, &winner); err != nil {
			return err
		}
		if err := tx.DeleteSuccession(ctx, &loser); err != nil {
			return err
		}
		return l.audit(ctx, tx, who, "split", loser.ID, winner.URI+": "+reason)
	})
	if err != nil {
		return fmt.Errorf("split %s: %w", loserID, err)
	}
	return nil
}

// moveBack takes back what moveLocally said.
func (l *Ledger) moveBack(ctx context.Context, tx *store.Tx, who directory.Who, loser, winner *directory.Entry) error {
	if loser.Origin != "" || loser.MovedTo == "" {
		return nil
	}
	if err := l.rewrite(ctx, tx, who, loser, "split", func(e *directory.Entry) error { e.MovedTo = ""; return nil }); err != nil {
		return err
	}
	if winner.Origin != "" || winner.Status == directory.StatusDeleted {
		return nil
	}
	return l.rewrite(ctx, tx, who, winner, "split", func(e *directory.Entry) error {
		e.AlsoKnownAs = slices.DeleteFunc(slices.Clone(e.AlsoKnownAs), func(id string) bool { return id == loser.URI })
		return nil
	})
}

// rewrite changes what only the verbs of this file and of move.go may, writes it
// and leaves the result in e.
func (l *Ledger) rewrite(ctx context.Context, tx *store.Tx, who directory.Who, e *directory.Entry, summary string, fn func(*directory.Entry) error) error {
	before, after := *e, clone(*e)
	if err := fn(&after); err != nil {
		return err
	}
	if equal, _ := same(&before, &after); equal {
		return nil
	}
	if bad := check(&after); len(bad) > 0 {
		return bad
	}
	after.Revision = before.Revision + 1
	c := change{before: &before, after: &after, summary: summary, bulk: !e.Kind.IsActor()}
	if err := l.write(ctx, tx, who, c); err != nil {
		return err
	}
	*e = after
	return nil
}

// addAlias lets e say that id is its own.
func addAlias(e *directory.Entry, id string) error {
	if slices.Contains(e.AlsoKnownAs, id) {
		return nil
	}
	if len(e.AlsoKnownAs) >= directory.MaxAliases {
		return directory.Invalid{{Field: "alsoKnownAs", Code: "too_many", Message: fmt.Sprintf("has %d ids already", directory.MaxAliases)}}
	}
	e.AlsoKnownAs = append(slices.Clone(e.AlsoKnownAs), id)
	return nil
}

// RefuseTwins remembers that two entries which look alike are two things, so that
// nobody is asked again.
func (l *Ledger) RefuseTwins(ctx context.Context, who directory.Who, aID, bID string) error {
	err := l.commit(ctx, func(tx *store.Tx) error {
		a, err := tx.Entry(ctx, aID)
		if err != nil {
			return err
		}
		b, err := tx.Entry(ctx, bID)
		if err != nil {
			return err
		}
		if !who.MayAdminister() && !who.MayEdit(&a) && !who.MayEdit(&b) {
			return directory.ErrForbidden
		}
		if err := tx.RefuseTwins(ctx, aID, bID, whoID(who), who.Name); err != nil {
			return err
		}
		return l.audit(ctx, tx, who, "not_twins", aID, b.URI)
	})
	if err != nil {
		return fmt.Errorf("not twins: %w", err)
	}
	return nil
}
