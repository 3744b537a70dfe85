package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// AcceptRemote writes an entry of another instance in the caller's
// transaction. wire is its document as received and hash that document's hash;
// the same hash again, or an older version, changes nothing. Who may say this
// is the caller's business; whether it is shown, kept aside or not kept is the
// Judge's.
func (l *Ledger) AcceptRemote(ctx context.Context, tx *store.Tx, e directory.Entry, wire []byte, hash string) (changed bool, err error) {
	did, refused, err := l.AcceptRemotes(ctx, tx, []Remote{{Entry: e, Wire: wire, Hash: hash}})
	if err != nil {
		return false, err
	}
	return did[0], refused[0]
}

// stale reports whether the version e says nothing new about old. A deleted
// entry comes back only with a version made after it. Groups of Mobilizon say at no
// time when they changed: what differs then is new.
func stale(old, e directory.Entry, hash string) bool {
	if old.Status == directory.StatusDeleted {
		return !e.Updated.After(old.Updated)
	}
	return old.Hash == hash || !e.Updated.IsZero() && e.Updated.Before(old.Updated)
}

// tolerate validates what another program made: a part that we would refuse
// from an editor is dropped, since the rest is still true; an entry without a
// name or a kind is refused.
func tolerate(e *directory.Entry) error {
	err := directory.Validate(e)
	var bad directory.Invalid
	for range 3 {
		if err == nil || !errors.As(err, &bad) {
			return err
		}
		for _, f := range bad {
			drop(e, f.Field)
		}
		err = directory.Validate(e)
	}
	return err
}

// drop empties the top-level field that an error is about.
func drop(e *directory.Entry, path string) {
	top, _, _ := strings.Cut(path, ".")
	top, _, _ = strings.Cut(top, "[")
	switch top {
	case "summary":
		e.Summary = nil
	case "description":
		e.Description = nil
	case "themes":
		e.Themes = nil
	case "tags":
		e.Tags = nil
	case "place":
		e.Place = nil
	case "period":
		e.Period = nil
	case "pillars":
		e.Pillars = nil
	case "relations":
		e.Relations = nil
	case "confirmed":
		e.Confirmed = nil
	case "licence":
		e.Licence = ""
	case "website":
		e.Website = ""
	case "links":
		e.Links = nil
	case "images":
		e.Images = nil
	case "sources":
		e.Sources = nil
	case "identifiers":
		e.Identifiers = nil
	case "openingHours":
		e.OpeningHours = ""
	case "event":
		e.Event = nil
	case "text":
		e.Text = nil
	case "concept":
		e.Concept = nil
	case "handle":
		e.Handle = ""
	case "extra":
		e.Extra = nil
	}
}

// RemoveRemote takes an entry of another instance away, in the caller's
// transaction: only a version made later brings it back. An unknown URI is no
// error.
func (l *Ledger) RemoveRemote(ctx context.Context, tx *store.Tx, uri string) error {
	if err := tx.DeleteIgnored(ctx, uri); err != nil {
		return err
	}
	e, err := tx.EntryByURI(ctx, uri)
	switch {
	case errors.Is(err, directory.ErrNotFound), errors.Is(err, directory.ErrGone):
		return nil
	case err != nil:
		return fmt.Errorf("remove %s: %w", uri, err)
	case e.Origin == "":
		return fmt.Errorf("remove %s: it is ours: %w", uri, directory.ErrForbidden)
	}
	if err := l.enterMaps(ctx, tx, &e, nil); err != nil {
		return fmt.Errorf("remove %s: %w", uri, err)
	}
	if err := tx.DeleteEntry(ctx, e.ID, l.now()); err != nil {
		return fmt.Errorf("remove %s: %w", uri, err)
	}
	return nil
}
