package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// archiveStep takes some entries of an archive one state further, in one
// transaction: whoever is killed leaves a whole number of steps, and several
// workers take turns.
func (l *Ledger) archiveStep(ctx context.Context, id string) (more bool, err error) {
	err = l.commit(ctx, func(tx *store.Tx) error {
		more = false
		a, err := tx.LockArchive(ctx, id)
		if err != nil {
			return ignoreNotFound(err)
		}
		im := &importer{ledger: l, archive: a, who: importedBy(a), batch: newBatch()}
		if im.org, err = tx.ArchiveEntry(ctx, id, 0); err != nil {
			return err
		}
		im.batch.owners[im.org.ID] = im.org.Here
		switch a.State {
		case store.ArchiveChecking:
			more, err = im.step(ctx, tx, store.ArchivedUnread, store.ArchiveWaiting, im.check)
		case store.ArchiveImporting:
			more, err = im.step(ctx, tx, store.ArchivedNew, store.ArchiveDone, im.make)
		case store.ArchiveUndoing:
			more, err = im.step(ctx, tx, store.ArchivedMade, store.ArchiveUndone, im.undo)
		}
		return err
	})
	return more, err
}

// importedBy is who said yes to an archive.
func importedBy(a store.Archive) directory.Who {
	if a.WhoID == whoID(directory.Who{System: true}) {
		return directory.Who{Name: a.WhoName, System: true}
	}
	return directory.Who{UserID: a.WhoID, Name: a.WhoName, Admin: true}
}

// importer takes the entries of one archive one state further.
type importer struct {
	ledger  *Ledger
	archive store.Archive
	who     directory.Who
	batch   *batch
	org     store.ArchiveEntry
}

// step does one chunk of what is in a state; when nothing is, the archive has come
// to the state that follows.
func (im *importer) step(ctx context.Context, tx *store.Tx, from store.ArchivedState, next store.ArchiveState, do func(context.Context, *store.Tx, *store.ArchiveEntry) error) (more bool, err error) {
	var es []store.ArchiveEntry
	if im.archive.State == store.ArchiveUndoing { // the organisation is the last to go
		es, err = tx.LastArchiveEntries(ctx, im.archive.ID, from, archiveChunk)
	} else {
		es, err = tx.ArchiveEntries(ctx, im.archive.ID, from, -1, archiveChunk)
	}
	if err != nil {
		return false, err
	}
	for i := range es {
		if err := do(ctx, tx, &es[i]); err != nil {
			return false, fmt.Errorf("%s: %w", es[i].URI, err)
		}
		if err := tx.SetArchiveEntry(ctx, im.archive.ID, es[i]); err != nil {
			return false, err
		}
		if es[i].Ordinal == 0 {
			im.org = es[i]
			im.batch.owners[im.org.ID] = im.org.Here
		}
	}
	if len(es) == archiveChunk {
		return true, nil
	}
	im.archive.State, im.archive.Error = next, ""
	if err := tx.PutArchive(ctx, im.archive); err != nil {
		return false, err
	}
	verb := map[store.ArchiveState]string{store.ArchiveDone: "archive.imported", store.ArchiveUndone: "archive.undone"}[next]
	if verb == "" {
		return false, nil
	}
	return false, im.ledger.audit(ctx, tx, im.who, verb, im.org.ID, im.archive.Organisation)
}

// check says what would become of an entry.
func (im *importer) check(ctx context.Context, tx *store.Tx, ae *store.ArchiveEntry) error {
	ae.State, ae.Reason = store.ArchivedNew, ""
	if known, err := im.known(ctx, tx, ae); err != nil || known {
		return err
	}
	_, _, err := im.prepare(ctx, tx, ae)
	return im.refuse(ae, err)
}

// known finds what was made before of an entry.
func (im *importer) known(ctx context.Context, tx *store.Tx, ae *store.ArchiveEntry) (bool, error) {
	here, err := tx.EntryKnownAs(ctx, ae.URI)
	if err != nil {
		return false, ignoreNotFound(err)
	}
	ae.ID, ae.Here, ae.State = here.ID, here.URI, store.ArchivedPresent
	if here.Status == directory.StatusDeleted {
		ae.State = store.ArchivedDeleted
	}
	return true, nil
}

// refuse records why an entry is not made; what is not about it alone is returned.
func (im *importer) refuse(ae *store.ArchiveEntry, err error) error {
	if err == nil {
		return nil
	}
	if err := fatal(err); err != nil {
		return err
	}
	var bad directory.Invalid
	if !errors.As(err, &bad) {
		bad = directory.Invalid{{Code: "invalid", Message: err.Error()}}
	}
	reason, err := json.Marshal(bad)
	ae.State, ae.Reason = store.ArchivedRefused, string(reason)
	return err
}

// Refusal is why an entry of an archive is refused, nil when it is not.
func Refusal(ae store.ArchiveEntry) directory.Invalid {
	var bad directory.Invalid
	if ae.Reason == "" || json.Unmarshal([]byte(ae.Reason), &bad) != nil {
		return nil
	}
	return bad
}

// prepare makes the entry of an archive one of this instance.
func (im *importer) prepare(ctx context.Context, tx *store.Tx, ae *store.ArchiveEntry) (e directory.Entry, history []ArchivedRevision, err error) {
	l := im.ledger
	if ae.Ordinal > 0 && (im.org.State == store.ArchivedRefused || im.org.State == store.ArchivedDeleted) {
		return e, nil, directory.Invalid{{Field: "owner", Code: "unknown", Message: "its organisation is not taken"}}
	}
	doc, err := tx.ArchiveDoc(ctx, im.archive.ID, ae.Ordinal)
	if err != nil {
		return e, nil, err
	}
	var archived ArchivedEntry
	if err := json.Unmarshal(doc, &archived); err != nil {
		return e, nil, err
	}
	old := &archived.Entry
	e = clone(*old)
	e.Owner, e.OwnerURI = "", "" // the organisation owns itself
	if ae.Ordinal > 0 {
		e.Owner = im.org.ID
		if err := freeSource(ctx, tx, &e); err != nil {
			return e, nil, err
		}
	}
	if err := im.relate(ctx, tx, &e); err != nil {
		return e, nil, err
	}
	if err := l.prepareImported(ctx, tx, im.who, &e, im.batch); err != nil {
		return e, nil, err
	}
	e.ID, e.URI = ae.ID, ae.Here
	if ae.Ordinal == 0 {
		e.Owner, e.OwnerURI = e.ID, e.URI
	}
	e.Created, e.PublishedAt, e.Revision = old.Created, old.PublishedAt, old.Revision+1
	for _, id := range append([]string{old.URI}, old.AlsoKnownAs...) {
		if len(e.AlsoKnownAs) < directory.MaxAliases {
			e.AlsoKnownAs = append(e.AlsoKnownAs, id)
		}
	}
	if bad := check(&e); len(bad) > 0 {
		return e, nil, bad
	}
	return e, archived.Revisions, nil
}

// freeSource refuses an entry that was imported here already from the file that it
// was imported from there.
func freeSource(ctx context.Context, tx *store.Tx, e *directory.Entry) error {
	if e.SourceKey == "" {
		return nil
	}
	same, err := tx.EntriesBySourceKey(ctx, e.Owner, []string{e.SourceKey})
	if err == nil && len(same) > 0 {
		return directory.Invalid{{Field: "sourceKey", Code: "duplicate", Message: "is already that of " + same[0].URI}}
	}
	return err
}

// relate points the relations of an entry, and those that it confirms, to what
// comes with it.
func (im *importer) relate(ctx context.Context, tx *store.Tx, e *directory.Entry) error {
	var ends []*string
	for i := range e.Relations {
		ends = append(ends, &e.Relations[i].Object)
	}
	for i := range e.Confirmed {
		ends = append(ends, &e.Confirmed[i].Subject)
	}
	if len(ends) == 0 {
		return nil
	}
	uris := make([]string, len(ends))
	for i, end := range ends {
		uris[i] = *end
	}
	here, err := tx.ArchiveHere(ctx, im.archive.ID, uris)
	for _, end := range ends {
		if now := here[*end]; now != "" {
			*end = now
		}
	}
	return err
}

// make makes an entry, unless it was made meanwhile.
func (im *importer) make(ctx context.Context, tx *store.Tx, ae *store.ArchiveEntry) error {
	if known, err := im.known(ctx, tx, ae); err != nil || known {
		return err
	}
	e, history, err := im.prepare(ctx, tx, ae)
	if err != nil {
		return im.refuse(ae, err)
	}
	if err := tx.AddRevisions(ctx, revisionsOf(e.ID, history)); err != nil {
		return err
	}
	if err := im.ledger.write(ctx, tx, im.who, change{after: &e, summary: "imported", bulk: true}); err != nil {
		return err
	}
	if err := tx.PutKnownAs(ctx, ae.URI, e.ID); err != nil {
		return err
	}
	ae.State, ae.Revision = store.ArchivedMade, e.Revision
	return im.ledger.link(ctx, tx, &e)
}

// undo deletes an entry that was made, unless somebody did.
func (im *importer) undo(ctx context.Context, tx *store.Tx, ae *store.ArchiveEntry) error {
	ae.State = store.ArchivedUndone
	err := im.ledger.delete(ctx, tx, im.who, ae.ID, "import undone")
	if err != nil && !errors.Is(err, directory.ErrGone) && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	return tx.ForgetKnownAs(ctx, ae.URI)
}
