package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// errUnchanged ends a transaction in which there is nothing to write.
var errUnchanged = errors.New("unchanged")

// Edit applies change to the entry and returns it as it is now. A change that
// leaves it the same does nothing and is no error.
func (l *Ledger) Edit(ctx context.Context, who directory.Who, id string, change func(*directory.Entry) error) (directory.Entry, error) {
	return l.edit(ctx, who, id, "", change)
}

// SetStatus publishes, archives or takes an entry back to draft or proposed.
// An entry that leaves the public is deleted at the peers and stays here.
func (l *Ledger) SetStatus(ctx context.Context, who directory.Who, id string, s directory.Status) (directory.Entry, error) {
	return l.edit(ctx, who, id, "", func(e *directory.Entry) error { e.Status = s; return nil })
}

// Confirm records that the entry is still right.
func (l *Ledger) Confirm(ctx context.Context, who directory.Who, id string) (directory.Entry, error) {
	return l.edit(ctx, who, id, "confirmed", func(e *directory.Entry) error { e.LastConfirmed = l.now(); return nil })
}

// Revert brings back the content of an earlier revision as a new one. Identity,
// owner and status stay as they are.
func (l *Ledger) Revert(ctx context.Context, who directory.Who, id string, revision int64) (directory.Entry, error) {
	rev, err := l.store.Revision(ctx, id, revision)
	if err != nil {
		return directory.Entry{}, fmt.Errorf("revert %s to %d: %w", id, revision, err)
	}
	var old directory.Entry
	if err := json.Unmarshal(rev.Doc, &old); err != nil {
		return directory.Entry{}, fmt.Errorf("revert %s to %d: %w", id, revision, err)
	}
	return l.edit(ctx, who, id, fmt.Sprintf("reverted to %d", revision), func(e *directory.Entry) error {
		status, handle := e.Status, e.Handle
		old.Owner, old.OwnerURI = e.Owner, e.OwnerURI // a version from before it moved here names another
		keepIdentity(&old, e)
		*e = old
		e.Status, e.Handle = status, handle
		return nil
	})
}

func (l *Ledger) edit(ctx context.Context, who directory.Who, id, summary string, fn func(*directory.Entry) error) (directory.Entry, error) {
	var out directory.Entry
	err := l.commit(ctx, func(tx *store.Tx) error {
		before, err := l.editable(ctx, tx, who, id)
		if err != nil {
			return err
		}
		after := clone(before)
		if err := fn(&after); err != nil {
			return err
		}
		c, err := l.prepareEdit(ctx, tx, who, &before, &after)
		if err != nil {
			out = before
			return err
		}
		if summary != "" {
			c.summary = summary
		}
		if err := l.write(ctx, tx, who, c); err != nil {
			return err
		}
		out = after
		return nil
	})
	if err != nil && !errors.Is(err, errUnchanged) {
		return directory.Entry{}, fmt.Errorf("edit entry %s: %w", id, err)
	}
	return out, nil
}

// editable is the entry id, when who may change it.
func (l *Ledger) editable(ctx context.Context, tx *store.Tx, who directory.Who, id string) (directory.Entry, error) {
	e, err := tx.Entry(ctx, id)
	if err != nil {
		return e, err
	}
	if !who.MayEdit(&e) {
		return e, directory.ErrForbidden
	}
	return e, nil
}

// prepareEdit checks an edited entry against what it was; errUnchanged when it
// is the same.
func (l *Ledger) prepareEdit(ctx context.Context, tx *store.Tx, who directory.Who, before, after *directory.Entry) (change, error) {
	keepIdentity(after, before)
	if before.MovedTo != "" {
		return change{}, fmt.Errorf("it moved to %s and is edited there: %w", before.MovedTo, directory.ErrConflict)
	}
	if before.Kind.Path() != after.Kind.Path() || (before.Kind == directory.KindOrganisation) != (after.Kind == directory.KindOrganisation) {
		return change{}, directory.Invalid{{Field: "kind", Code: "fixed", Message: "cannot change from " + string(before.Kind) + " to " + string(after.Kind)}}
	}
	var bad directory.Invalid
	if after.Owner != before.Owner {
		b, err := l.settleOwner(ctx, tx, who, after, newBatch())
		if err != nil {
			return change{}, err
		}
		bad = b
		if !who.MayPublishAs(after.Owner) {
			return change{}, directory.ErrForbidden
		}
	}
	bad = append(bad, check(after)...)
	if after.Handle != before.Handle {
		b, err := l.rename(ctx, tx, before, after)
		if err != nil {
			return change{}, err
		}
		bad = append(bad, b...)
	}
	if len(bad) > 0 {
		return change{}, bad
	}
	if err := l.completeRelations(ctx, tx, after); err != nil {
		return change{}, err
	}
	if before.Status.Public() && !after.Status.Public() {
		if err := carriesNobody(ctx, tx, before); err != nil {
			return change{}, err
		}
	}
	equal, fields := same(before, after)
	if equal {
		return change{}, errUnchanged
	}
	after.Revision = before.Revision + 1
	return change{before: before, after: after, summary: summarise(before, after, fields)}, nil
}

// keepIdentity gives e what no edit may change.
func keepIdentity(e, from *directory.Entry) {
	e.ID, e.Num, e.URI, e.Origin = from.ID, from.Num, from.URI, from.Origin
	e.Created, e.Updated, e.PublishedAt, e.DeletedAt = from.Created, from.Updated, from.PublishedAt, from.DeletedAt
	e.Revision, e.Seq, e.Hash, e.SourceKey = from.Revision, from.Seq, from.Hash, from.SourceKey
	e.AlsoKnownAs, e.MovedTo, e.ShownAs = from.AlsoKnownAs, from.MovedTo, from.ShownAs
	if e.Owner == "" || e.Owner == from.Owner {
		e.Owner, e.OwnerURI = from.Owner, from.OwnerURI
	}
}
