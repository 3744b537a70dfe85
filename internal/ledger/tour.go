package ledger

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// CreateTour makes a tour that nobody but editors sees before it is published.
// A slug that is or was taken is an Invalid.
func (l *Ledger) CreateTour(ctx context.Context, who directory.Who, t directory.Tour) (directory.Tour, error) {
	if !who.MayWriteTours() {
		return t, fmt.Errorf("create tour: %w", directory.ErrForbidden)
	}
	var err error
	if t.ID, err = newID(); err != nil {
		return t, err
	}
	t.Revision, t.Live, t.Created = 1, 0, l.now()
	t.Updated = t.Created
	err = l.store.Write(ctx, func(tx *store.Tx) error {
		if err := l.settleTour(ctx, tx, &t); err != nil {
			return err
		}
		n, err := tx.CountTours(ctx)
		if err != nil {
			return err
		}
		if n >= directory.MaxTours {
			return fmt.Errorf("there are %d tours already: %w", n, directory.ErrConflict)
		}
		if _, err := tx.TourBySlug(ctx, t.Slug); !errors.Is(err, directory.ErrNotFound) {
			if err != nil && !errors.Is(err, directory.ErrGone) {
				return err
			}
			return directory.Invalid{{Field: "slug", Code: "taken", Message: fmt.Sprintf("%q is taken", t.Slug)}}
		}
		return l.putTour(ctx, tx, who, t, "create")
	})
	if err != nil {
		return t, fmt.Errorf("create tour: %w", err)
	}
	return t, nil
}

// EditTour makes a new version of a tour from its newest one; what everybody
// reads stays as it is until the new version is published. was is the version
// that the editor began with: ErrConflict when there is a newer one, 0 asks for
// no such check.
func (l *Ledger) EditTour(ctx context.Context, who directory.Who, id string, was int64, edit func(*directory.Tour) error) (directory.Tour, error) {
	return l.changeTour(ctx, who, id, was, "edit", edit)
}

// RevertTour makes an older version of a tour its newest one again.
func (l *Ledger) RevertTour(ctx context.Context, who directory.Who, id string, number int64) (directory.Tour, error) {
	old, err := l.store.TourVersion(ctx, id, number)
	if err != nil {
		return old, fmt.Errorf("revert tour %s: %w", id, err)
	}
	return l.changeTour(ctx, who, id, 0, "revert", func(t *directory.Tour) error {
		t.Title, t.Summary, t.Steps = old.Title, old.Summary, old.Steps
		return nil
	})
}

func (l *Ledger) changeTour(ctx context.Context, who directory.Who, id string, was int64, verb string, edit func(*directory.Tour) error) (t directory.Tour, err error) {
	if !who.MayWriteTours() {
		return t, fmt.Errorf("%s tour: %w", verb, directory.ErrForbidden)
	}
	err = l.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldChanges(ctx); err != nil { // two editors at once have two numbers
			return err
		}
		before, err := tx.Tour(ctx, id)
		if err != nil {
			return err
		}
		if was != 0 && was != before.Revision {
			return fmt.Errorf("version %d is not the newest, %d is: %w", was, before.Revision, directory.ErrConflict)
		}
		t = before
		if err := edit(&t); err != nil {
			return err
		}
		t.ID, t.Slug, t.Live, t.Created = before.ID, before.Slug, before.Live, before.Created
		t.Revision, t.Updated = before.Revision+1, l.now()
		if err := l.settleTour(ctx, tx, &t); err != nil {
			return err
		}
		return l.putTour(ctx, tx, who, t, verb)
	})
	if err != nil {
		return t, fmt.Errorf("%s tour %s: %w", verb, id, err)
	}
	return t, nil
}

// PublishTour shows the newest version of a tour to everybody. A tour without a
// step is ErrConflict. Only administrators may.
func (l *Ledger) PublishTour(ctx context.Context, who directory.Who, id string) error {
	return l.markTour(ctx, who, id, "publish", func(t *directory.Tour) error {
		if len(t.Steps) == 0 {
			return fmt.Errorf("it has no step: %w", directory.ErrConflict)
		}
		t.Live = t.Revision
		return nil
	})
}

// UnpublishTour takes a tour from everybody's eyes; its texts stay. Only administrators may.
func (l *Ledger) UnpublishTour(ctx context.Context, who directory.Who, id string) error {
	return l.markTour(ctx, who, id, "unpublish", func(t *directory.Tour) error {
		t.Live = 0
		return nil
	})
}

// DeleteTour ends a tour for good: its address answers 410 and its slug is never
// used again. Only administrators may.
func (l *Ledger) DeleteTour(ctx context.Context, who directory.Who, id string) error {
	return l.markTour(ctx, who, id, "delete", func(t *directory.Tour) error {
		t.Live, t.DeletedAt = 0, l.now()
		return nil
	})
}

// markTour changes what a tour is to readers, and not its texts.
func (l *Ledger) markTour(ctx context.Context, who directory.Who, id, verb string, mark func(*directory.Tour) error) error {
	if !who.MayAdminister() {
		return fmt.Errorf("%s tour: %w", verb, directory.ErrForbidden)
	}
	err := l.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldChanges(ctx); err != nil { // not between the two writes of an edit
			return err
		}
		t, err := tx.Tour(ctx, id)
		if err != nil {
			return err
		}
		if err := mark(&t); err != nil {
			return err
		}
		t.Updated = l.now()
		if err := tx.PutTour(ctx, t); err != nil {
			return err
		}
		return l.audit(ctx, tx, who, "tour."+verb, t.Slug, "")
	})
	if err != nil {
		return fmt.Errorf("%s tour %s: %w", verb, id, err)
	}
	return nil
}

func (l *Ledger) putTour(ctx context.Context, tx *store.Tx, who directory.Who, t directory.Tour, verb string) error {
	if err := tx.PutTour(ctx, t); err != nil {
		return err
	}
	rev := store.TourRevision{At: t.Updated, WhoID: whoID(who), WhoName: who.Name, Summary: verb}
	if err := tx.AddTourRevision(ctx, t, rev); err != nil {
		return err
	}
	return l.audit(ctx, tx, who, "tour."+verb, t.Slug, "")
}

// settleTour validates a tour and writes the addresses of pages of entries as
// their ActivityPub ids, which do not change and mean the same elsewhere.
func (l *Ledger) settleTour(ctx context.Context, tx *store.Tx, t *directory.Tour) error {
	if err := directory.ValidateTour(t); err != nil {
		return err
	}
	for i := range t.Steps {
		for _, ref := range [...]*string{&t.Steps[i].Entry, &t.Steps[i].Picture} {
			if *ref == "" {
				continue
			}
			e, err := l.entryAt(ctx, tx, *ref)
			if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
				continue // not known here yet: it is shown once it is
			}
			if err != nil {
				return err
			}
			*ref = e.URI
		}
	}
	return nil
}

// entryAt finds an entry by its ActivityPub id or by the address of its page here.
func (l *Ledger) entryAt(ctx context.Context, tx *store.Tx, ref string) (directory.Entry, error) {
	e, err := tx.EntryByURI(ctx, ref)
	if !errors.Is(err, directory.ErrNotFound) {
		return e, err
	}
	u, err := url.Parse(ref)
	if err != nil || u.Scheme+"://"+u.Host != l.env.Base {
		return directory.Entry{}, directory.ErrNotFound
	}
	if handle, ok := strings.CutPrefix(u.Path, "/@"); ok {
		return tx.EntryByHandle(ctx, handle)
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) != 2 {
		return directory.Entry{}, directory.ErrNotFound
	}
	return tx.Entry(ctx, parts[1])
}
