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
	if e.Origin == "" || strings.HasPrefix(e.URI, l.env.Base+"/") || !strings.HasPrefix(e.URI, e.Origin+"/") {
		return false, fmt.Errorf("accept %s from %q: %w", e.URI, e.Origin, directory.ErrForbidden)
	}
	old, err := tx.EntryByURI(ctx, e.URI)
	switch {
	case errors.Is(err, directory.ErrNotFound):
		if e.ID, err = newID(); err != nil {
			return false, err
		}
		e.Num, e.Revision, e.Created = 0, 1, l.now()
	case err != nil && !errors.Is(err, directory.ErrGone): // a tombstone is told apart by its status
		return false, fmt.Errorf("accept %s: %w", e.URI, err)
	case old.Origin != e.Origin:
		return false, fmt.Errorf("accept %s: it belongs to %q: %w", e.URI, old.Origin, directory.ErrForbidden)
	case stale(old, e, hash):
		return false, nil
	default:
		e.ID, e.Num, e.Revision, e.Created, e.ShownAs = old.ID, old.Num, old.Revision+1, old.Created, old.ShownAs
	}
	e.Hash, e.Contact, e.SourceKey, e.DeletedAt = hash, nil, "", zeroTime
	if !e.Status.Public() {
		e.Status = directory.StatusPublished
	}
	if e.Owner, err = l.remoteOwner(ctx, tx, e); err != nil {
		return false, err
	}
	if err := tolerate(&e); err != nil {
		return false, fmt.Errorf("accept %s: %w", e.URI, err)
	}
	d, err := l.decide(ctx, tx, &e)
	if err != nil {
		return false, fmt.Errorf("accept %s: %w", e.URI, err)
	}
	if d.Action == directory.DecideIgnore || d.Action == directory.DecideHold {
		return l.ignore(ctx, tx, e, d)
	}
	if err := tx.DeleteIgnored(ctx, e.URI); err != nil {
		return false, err
	}
	if err := tx.PutEntry(ctx, &e, store.PutOptions{Public: true, Wire: wire}); err != nil {
		return false, fmt.Errorf("accept %s: %w", e.URI, err)
	}
	rev, err := l.revision(directory.Who{UserID: e.Origin, Name: e.Origin}, change{after: &e, summary: "received"})
	if err != nil {
		return false, err
	}
	if err := tx.AddRevision(ctx, rev); err != nil {
		return false, fmt.Errorf("accept %s: %w", e.URI, err)
	}
	if err := l.link(ctx, tx, &e); err != nil {
		return false, fmt.Errorf("accept %s: %w", e.URI, err)
	}
	if err := l.enterMaps(ctx, tx, &old, &e); err != nil {
		return false, fmt.Errorf("accept %s: %w", e.URI, err)
	}
	return true, nil
}

// stale reports whether the version e says nothing new about old. A deleted
// entry comes back only with a version made after it.
func stale(old, e directory.Entry, hash string) bool {
	if old.Status == directory.StatusDeleted {
		return !e.Updated.After(old.Updated)
	}
	return old.Hash == hash || e.Updated.Before(old.Updated)
}

// remoteOwner is the ID under which this instance holds the entry's owner, ""
// when it does not.
func (l *Ledger) remoteOwner(ctx context.Context, tx *store.Tx, e directory.Entry) (string, error) {
	if e.OwnerURI == "" || e.OwnerURI == e.URI {
		return e.ID, nil
	}
	o, err := tx.EntryByURI(ctx, e.OwnerURI)
	if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) || (err == nil && o.Origin != e.Origin) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("owner of %s: %w", e.URI, err)
	}
	return o.ID, nil
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
