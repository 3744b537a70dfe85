package ledger

import (
	"context"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Create adds an entry of this instance. The caller gives what an editor
// knows; ID, URI, handle, times and hash are made here. Status "" means draft,
// Owner "" the editor's only organisation. The errors are Invalid with every
// field, ErrForbidden, ErrConflict.
func (l *Ledger) Create(ctx context.Context, who directory.Who, e directory.Entry) (directory.Entry, error) {
	var out directory.Entry
	err := l.commit(ctx, func(tx *store.Tx) error {
		after := clone(e)
		if err := l.prepareNew(ctx, tx, who, &after, newBatch()); err != nil {
			return err
		}
		c := change{before: nil, after: &after, summary: "created"}
		if err := l.write(ctx, tx, who, c); err != nil {
			return err
		}
		out = after
		return nil
	})
	if err != nil {
		return directory.Entry{}, fmt.Errorf("create %s: %w", e.Kind, err)
	}
	return out, nil
}

// CreateOrganisation is Create for an organisation, which owns itself; only
// administrators may.
func (l *Ledger) CreateOrganisation(ctx context.Context, who directory.Who, e directory.Entry) (directory.Entry, error) {
	e.Kind, e.Owner = directory.KindOrganisation, ""
	return l.Create(ctx, who, e)
}

// prepareNew gives a new entry its identity and checks all of it.
func (l *Ledger) prepareNew(ctx context.Context, tx *store.Tx, who directory.Who, e *directory.Entry, b *batch) error {
	id, err := newID()
	if err != nil {
		return err
	}
	now := l.now()
	e.ID, e.Num, e.Seq, e.Hash, e.Revision = id, 0, 0, "", 1
	e.Origin, e.DeletedAt = "", zeroTime
	e.AlsoKnownAs, e.MovedTo, e.ShownAs = nil, "", "" // the verbs of move.go and merge.go say these
	e.URI = l.env.EntryURI(e.Kind, id)
	e.Created, e.Updated, e.PublishedAt = now, now, zeroTime
	if e.Status == "" {
		e.Status = directory.StatusDraft
	}
	bad, err := l.settleOwner(ctx, tx, who, e, b)
	if err != nil {
		return err
	}
	if !who.MayPublishAs(e.Owner) {
		return fmt.Errorf("publish as %q: %w", e.Owner, directory.ErrForbidden)
	}
	bad = append(bad, check(e)...)
	h, err := l.allocateHandle(ctx, tx, e, b)
	if err != nil {
		return err
	}
	if bad = append(bad, h...); len(bad) > 0 {
		return bad
	}
	return l.completeRelations(ctx, tx, e)
}

// check is directory.Validate with its errors in hand, and what it cannot know.
func check(e *directory.Entry) directory.Invalid {
	var bad directory.Invalid
	if err := directory.Validate(e); err != nil && !errors.As(err, &bad) {
		bad = directory.Invalid{{Field: "", Code: "invalid", Message: err.Error()}}
	}
	if e.Status == directory.StatusDeleted {
		bad = append(bad, directory.FieldError{Field: "status", Code: "forbidden", Message: "delete the entry instead"})
	}
	return bad
}

// settleOwner fills Owner and OwnerURI. An actor without an owner owns itself,
// with keys of its own; an organisation that another one lists shares the
// other's keys, as every entry does. Objects need an owner.
func (l *Ledger) settleOwner(ctx context.Context, tx *store.Tx, who directory.Who, e *directory.Entry, b *batch) (directory.Invalid, error) {
	if e.Owner == "" && e.Kind != directory.KindOrganisation && len(who.Orgs) == 1 {
		e.Owner = who.Orgs[0]
	}
	if e.Owner == e.ID || (e.Owner == "" && e.Kind.IsActor()) {
		e.Owner, e.OwnerURI = e.ID, e.URI
		return nil, nil
	}
	if e.Owner == "" {
		return directory.Invalid{{Field: "owner", Code: "required", Message: "name the organisation that publishes it"}}, nil
	}
	if e.OwnerURI = b.owners[e.Owner]; e.OwnerURI != "" {
		return nil, nil
	}
	o, err := tx.Entry(ctx, e.Owner)
	if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) || (err == nil && (o.Origin != "" || !o.Kind.IsActor())) {
		return directory.Invalid{{Field: "owner", Code: "unknown", Message: "is not an organisation of this instance"}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("owner: %w", err)
	}
	e.OwnerURI = o.URI
	b.owners[e.Owner] = o.URI
	return nil, nil
}

// completeRelations gives new relations an id and the name of what they point to.
func (l *Ledger) completeRelations(ctx context.Context, tx *store.Tx, e *directory.Entry) error {
	var unnamed []string
	for i := range e.Relations {
		r := &e.Relations[i]
		if r.ID == "" {
			id, err := newID()
			if err != nil {
				return err
			}
			r.ID = id
		}
		if r.Name == "" && r.Object != "" {
			unnamed = append(unnamed, r.Object)
		}
	}
	if len(unnamed) == 0 {
		return nil
	}
	known, err := tx.EntriesByURI(ctx, unnamed)
	if err != nil {
		return fmt.Errorf("names of related entries: %w", err)
	}
	names := map[string]string{}
	for _, k := range known {
		if k.Status.Public() {
			names[k.URI], _ = k.Name.In()
		}
	}
	for i := range e.Relations {
		if r := &e.Relations[i]; r.Name == "" {
			r.Name = names[r.Object]
		}
	}
	return nil
}
