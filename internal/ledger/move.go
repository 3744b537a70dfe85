package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// MoveEvery is the least time between two Moves of one id; Mastodon ignores more.
const MoveEvery = 7 * 24 * time.Hour

// Departure is a Move that was checked: what goes where. Each pair is of an id of
// ours and of the id whose document, fetched from its origin, says that it is
// also known as ours.
type Departure struct {
	// ID is our entry, Target its id on the other instance.
	ID, Target string
	// Entries are the entries of an organisation that go with it, by their ids
	// here; empty for another entry.
	Entries map[string]string
	Reason  string
}

// Depart moves an entry of ours, an organisation with the entries that the target
// has, to another instance: it goes on being served with movedTo, leaves every
// list here, and its followers are told. What the target does not have stays.
//
// The errors are ErrForbidden, ErrConflict when it moved already or less than
// MoveEvery ago, and Invalid.
func (l *Ledger) Depart(ctx context.Context, who directory.Who, d Departure) (store.Move, error) {
	var done store.Move
	err := l.commit(ctx, func(tx *store.Tx) error {
		e, err := l.editable(ctx, tx, who, d.ID)
		if err != nil {
			return err
		}
		if err := l.mayDepart(ctx, tx, &e, d.Target); err != nil {
			return err
		}
		id, err := newID()
		if err != nil {
			return err
		}
		name, _ := e.Name.In()
		m := store.Move{ID: id, Direction: store.MoveOut, OldURI: e.URI, NewURI: d.Target, Name: name,
			WhoID: whoID(who), WhoName: who.Name, At: l.now()}
		if e.Kind == directory.KindOrganisation {
			if m.Entries, m.LeftHere, err = l.departOwned(ctx, tx, who, &e, d); err != nil {
				return err
			}
		}
		if err := l.depart(ctx, tx, who, &e, d.Target, d.Reason); err != nil {
			return err
		}
		done = m
		if err := tx.PutMove(ctx, m); err != nil {
			return err
		}
		return l.audit(ctx, tx, who, "moved", e.ID, d.Target+": "+d.Reason)
	})
	if err != nil {
		return done, fmt.Errorf("move %s: %w", d.ID, err)
	}
	return done, nil
}

func (l *Ledger) mayDepart(ctx context.Context, tx *store.Tx, e *directory.Entry, target string) error {
	switch {
	case e.MovedTo != "":
		return fmt.Errorf("it moved to %s already: %w", e.MovedTo, directory.ErrConflict)
	case !e.Listed():
		return fmt.Errorf("it is not public, or shown as another entry: %w", directory.ErrConflict)
	case target == "" || l.env.IsLocal(target):
		return directory.Invalid{{Field: "target", Code: "local", Message: "is on this instance: merge the two instead"}}
	}
	last, err := tx.LastMove(ctx, e.URI)
	if errors.Is(err, directory.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if next := last.At.Add(MoveEvery); l.now().Before(next) {
		return fmt.Errorf("it moved on %s, and may again from %s: %w", last.At.Format(time.DateOnly), next.Format(time.DateTime), directory.ErrConflict)
	}
	return nil
}

// departOwned moves the entries of an organisation.
func (l *Ledger) departOwned(ctx context.Context, tx *store.Tx, who directory.Who, org *directory.Entry, d Departure) (gone, left int, err error) {
	owned, err := l.owned(ctx, tx, org.ID)
	if err != nil {
		return 0, 0, err
	}
	for i := range owned {
		e := &owned[i]
		target := d.Entries[e.URI]
		if target == "" || !e.Listed() {
			left++
			continue
		}
		if err := l.depart(ctx, tx, who, e, target, d.Reason); err != nil {
			return 0, 0, err
		}
		gone++
	}
	return gone, left, nil
}

// owned are the live entries that an organisation publishes, without itself.
func (l *Ledger) owned(ctx context.Context, r reader, id string) ([]directory.Entry, error) {
	var out []directory.Entry
	err := l.eachOwned(ctx, r, id, func(e directory.Entry) error {
		out = append(out, e)
		return nil
	})
	return out, err
}

// eachOwned calls fn for each of owned.
func (l *Ledger) eachOwned(ctx context.Context, r reader, id string, fn func(directory.Entry) error) error {
	f := store.EntryFilter{Owner: id, LocalOnly: true, Limit: store.MaxLimit,
		Statuses: []directory.Status{directory.StatusDraft, directory.StatusProposed, directory.StatusPublished, directory.StatusArchived}}
	for {
		es, err := r.Entries(ctx, f)
		if err != nil {
			return err
		}
		for _, e := range es {
			if e.ID == id {
				continue
			}
			if err := fn(e); err != nil {
				return err
			}
		}
		if len(es) < f.Limit {
			return nil
		}
		f = f.After(es[len(es)-1])
	}
}

// reader is a store or a transaction.
type reader interface {
	Entries(ctx context.Context, f store.EntryFilter) ([]directory.Entry, error)
}

// depart moves one entry.
func (l *Ledger) depart(ctx context.Context, tx *store.Tx, who directory.Who, e *directory.Entry, target, reason string) error {
	if err := l.rewrite(ctx, tx, who, e, "moved", func(e *directory.Entry) error { e.MovedTo = target; return nil }); err != nil {
		return err
	}
	s := store.Succession{Why: store.WhyMoved, Reason: reason, WhoID: whoID(who), WhoName: who.Name, At: l.now()}
	now, err := tx.EntryByURI(ctx, target)
	switch {
	case err == nil && now.Listed() && slices.Contains(now.AlsoKnownAs, e.URI):
		s.NewID = now.ID
	case err != nil && !errors.Is(err, directory.ErrNotFound) && !errors.Is(err, directory.ErrGone):
		return err
	}
	if err := tx.PutSuccession(ctx, e, s); err != nil {
		return err
	}
	return l.publisher.Move(ctx, tx, e, target)
}

// Return takes a Depart back: the entry, and those of an organisation that went
// to the same instance, are published here again. Who has followed the Move to
// the new address does not come back by itself.
func (l *Ledger) Return(ctx context.Context, who directory.Who, id, reason string) error {
	err := l.commit(ctx, func(tx *store.Tx) error {
		e, err := l.editable(ctx, tx, who, id)
		if err != nil {
			return err
		}
		s, err := tx.Succession(ctx, id)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return err
		}
		if err != nil || e.MovedTo == "" || s.Why != store.WhyMoved {
			return fmt.Errorf("it did not move: %w", directory.ErrConflict)
		}
		all := []directory.Entry{e}
		if e.Kind == directory.KindOrganisation {
			owned, err := l.owned(ctx, tx, id)
			if err != nil {
				return err
			}
			all = append(all, owned...)
		}
		for i := range all {
			if err := l.comeBack(ctx, tx, who, &all[i]); err != nil {
				return err
			}
		}
		if err := l.noteReturn(ctx, tx, e.URI); err != nil {
			return err
		}
		return l.audit(ctx, tx, who, "returned", id, reason)
	})
	if err != nil {
		return fmt.Errorf("take back the move of %s: %w", id, err)
	}
	return nil
}

func (l *Ledger) comeBack(ctx context.Context, tx *store.Tx, who directory.Who, e *directory.Entry) error {
	if e.MovedTo == "" || l.env.IsLocal(e.MovedTo) { // merged with another one of ours
		return nil
	}
	if err := l.rewrite(ctx, tx, who, e, "returned", func(e *directory.Entry) error { e.MovedTo = ""; return nil }); err != nil {
		return err
	}
	return tx.DeleteSuccession(ctx, e)
}

func (l *Ledger) noteReturn(ctx context.Context, tx *store.Tx, uri string) error {
	m, err := tx.LastMove(ctx, uri)
	if err != nil {
		return ignoreNotFound(err)
	}
	m.Undone = l.now()
	return tx.PutMove(ctx, m)
}

// Claim lets an entry of ours say that it is also known as an id of elsewhere: an
// entry that will move here, or an account that the organisation had before. It
// has no effect until the other side says the same.
func (l *Ledger) Claim(ctx context.Context, who directory.Who, id, other string) (directory.Entry, error) {
	return l.alias(ctx, who, id, "claimed", other, func(e *directory.Entry) error {
		if other == "" || l.env.IsLocal(other) {
			return directory.Invalid{{Field: "other", Code: "local", Message: "is not an id of another server"}}
		}
		return addAlias(e, other)
	})
}

// Unclaim takes a Claim back.
func (l *Ledger) Unclaim(ctx context.Context, who directory.Who, id, other string) (directory.Entry, error) {
	return l.alias(ctx, who, id, "unclaimed", other, func(e *directory.Entry) error {
		e.AlsoKnownAs = slices.DeleteFunc(slices.Clone(e.AlsoKnownAs), func(s string) bool { return s == other })
		return nil
	})
}

func (l *Ledger) alias(ctx context.Context, who directory.Who, id, verb, other string, fn func(*directory.Entry) error) (directory.Entry, error) {
	var out directory.Entry
	err := l.commit(ctx, func(tx *store.Tx) error {
		e, err := l.editable(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if err := l.rewrite(ctx, tx, who, &e, verb, fn); err != nil {
			return err
		}
		if err := l.link(ctx, tx, &e); err != nil {
			return err
		}
		out = e
		return l.audit(ctx, tx, who, verb, id, other)
	})
	if err != nil {
		return out, fmt.Errorf("%s %s as %s: %w", verb, id, other, err)
	}
	return out, nil
}

// AcceptMove records in the caller's transaction that another instance's entry or
// actor is target now, once both sides were found to say so; name is for display.
// The entry, when we hold it, is shown as the target as soon as that is here.
func (l *Ledger) AcceptMove(ctx context.Context, tx *store.Tx, oldURI, target, name string) error {
	id, err := newID()
	if err != nil {
		return err
	}
	last, err := tx.LastMove(ctx, oldURI)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	if err != nil || last.NewURI != target {
		m := store.Move{ID: id, Direction: store.MoveIn, OldURI: oldURI, NewURI: target, Name: name, At: l.now()}
		if err := tx.PutMove(ctx, m); err != nil {
			return err
		}
	}
	old, err := tx.EntryByURI(ctx, oldURI)
	if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
		return nil
	}
	if err != nil {
		return err
	}
	if old.Origin == "" {
		return fmt.Errorf("%s is ours: %w", oldURI, directory.ErrForbidden)
	}
	if old.MovedTo != target {
		old.MovedTo = target
		if err := tx.PutEntry(ctx, &old, store.PutOptions{Public: true}); err != nil {
			return err
		}
	}
	return l.link(ctx, tx, &old)
}
