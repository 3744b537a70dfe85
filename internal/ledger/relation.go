package ledger

import (
	"context"
	"fmt"
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
)

// What the history says of a confirmation.
const (
	relationConfirmed   = "relation confirmed"
	relationUnconfirmed = "relation unconfirmed"
)

// ConfirmRelation makes the entry id state too, or no longer, the relation of type
// t that the entry subject, an ActivityPub id, states about it. Only an editor of
// the entry may; nothing happens when it is so already. Confirming an edge that
// subject does not state, or that is not known, wraps ErrConflict or ErrNotFound.
func (l *Ledger) ConfirmRelation(ctx context.Context, who directory.Who, id, subject string, t directory.RelationType, yes bool) (directory.Entry, error) {
	if yes {
		if err := l.isStated(ctx, id, subject, t); err != nil {
			return directory.Entry{}, fmt.Errorf("confirm relation to %s: %w", id, err)
		}
	}
	summary := relationConfirmed
	if !yes {
		summary = relationUnconfirmed
	}
	return l.edit(ctx, who, id, summary, func(e *directory.Entry) error {
		c := directory.Confirmation{Subject: subject, Type: t}
		switch {
		case !yes:
			e.Confirmed = slices.DeleteFunc(slices.Clone(e.Confirmed), func(x directory.Confirmation) bool { return x == c })
		case !slices.Contains(e.Confirmed, c):
			e.Confirmed = append(slices.Clone(e.Confirmed), c)
		}
		return nil
	})
}

// isStated checks that the public entry subject says that it is so related to id,
// under any of the ids that it is or was known by.
func (l *Ledger) isStated(ctx context.Context, id, subject string, t directory.RelationType) error {
	e, err := l.store.Entry(ctx, id)
	if err != nil {
		return err
	}
	from, err := l.store.EntryByURI(ctx, subject)
	if err != nil {
		return err
	}
	if p, ok := from.Public(); ok && slices.ContainsFunc(p.Relations, func(r directory.Relation) bool {
		return r.Type == t && (r.Object == e.URI || slices.Contains(e.AlsoKnownAs, r.Object))
	}) {
		return nil
	}
	return fmt.Errorf("%s does not state it: %w", subject, directory.ErrConflict)
}
