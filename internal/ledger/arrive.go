package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/store"
)

// JobArchive is the kind of the jobs that ArchiveDue does.
const JobArchive = "archive"

const (
	// archiveChunk is how many entries of an archive one transaction takes.
	archiveChunk = 200
	// archiveAttempts is how often a step that fails is tried.
	archiveAttempts = 5
	// archiveSteps is how many steps one job does; another goes on.
	archiveSteps = 100
)

// How long nothing may come of an archive that is being read, how long a whole one
// waits for a yes, and how long it can be undone. Who reads one and is killed leaves
// what it had read, which nobody sees.
const (
	ArchiveSilent     = 2 * time.Hour
	ArchiveUnanswered = 7 * 24 * time.Hour
	ArchiveUndoable   = 30 * 24 * time.Hour
)

type archivePayload struct {
	ID string `json:"id"`
}

// BringArchive takes what WriteArchive wrote on another instance in, entry by
// entry, and makes nothing of it: WorkArchive, or a job, checks it, and then it
// waits for ImportArchive. Administrators only. The error is ErrInvalid when it is
// no archive, or one of this instance's own.
func (l *Ledger) BringArchive(ctx context.Context, who directory.Who, r io.Reader) (store.Archive, error) {
	if !who.MayAdminister() {
		return store.Archive{}, fmt.Errorf("bring an archive: %w", directory.ErrForbidden)
	}
	id, err := newID()
	if err != nil {
		return store.Archive{}, err
	}
	a, err := l.takeIn(ctx, store.Archive{ID: id, State: store.ArchiveReading, WhoID: whoID(who), WhoName: who.Name}, r)
	if err != nil {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return a, errors.Join(fmt.Errorf("bring an archive: %w", err), l.store.Write(end, func(tx *store.Tx) error { return tx.ForgetArchive(end, id) }))
	}
	return a, nil
}

func (l *Ledger) takeIn(ctx context.Context, a store.Archive, r io.Reader) (store.Archive, error) {
	ar, err := readArchive(r)
	if err != nil {
		return a, err
	}
	a.Organisation, a.Exported = ar.Organisation, ar.Exported
	if err := l.store.Write(ctx, func(tx *store.Tx) error { return tx.PutArchive(ctx, a) }); err != nil {
		return a, err
	}
	for ended := false; !ended; {
		var es []store.ArchiveEntry
		var docs [][]byte
		for size := 0; len(es) < archiveChunk && size < maxArchivedBytes; size += len(docs[len(docs)-1]) {
			e, doc, err := l.nextArchived(ar)
			if ended = errors.Is(err, io.EOF); ended {
				break
			}
			if err != nil {
				return a, err
			}
			es, docs = append(es, e), append(docs, doc)
		}
		if err := l.store.Write(ctx, func(tx *store.Tx) error { return tx.AddArchiveEntries(ctx, a.ID, es, docs) }); err != nil {
			return a, err
		}
	}
	a.State = store.ArchiveChecking
	return a, l.store.Write(ctx, func(tx *store.Tx) error { return putArchive(ctx, tx, a) })
}

// nextArchived gives the next entry of an archive its id here, so that relations
// among them hold.
func (l *Ledger) nextArchived(ar *archiveReader) (e store.ArchiveEntry, doc []byte, err error) {
	ordinal := len(ar.seen)
	ae, err := ar.next()
	if err != nil {
		return e, nil, err
	}
	old := &ae.Entry
	if l.env.IsLocal(old.URI) {
		return e, nil, directory.Invalid{{Field: "organisation", Code: "local", Message: "was exported from this instance"}}
	}
	id, err := newID()
	if err != nil {
		return e, nil, err
	}
	name, _ := old.Name.In()
	e = store.ArchiveEntry{Ordinal: ordinal, URI: old.URI, ID: id, Here: l.env.EntryURI(old.Kind, id), Kind: old.Kind,
		Name: name, Licence: old.Licence, Steps: len(ae.Revisions), State: store.ArchivedUnread}
	if doc, err = json.Marshal(ae); bytes.Contains(doc, []byte(`\u0000`)) { // no database keeps that in a text
		e.State, e.Reason = store.ArchivedRefused, `[{"code":"invalid","message":"has a NUL character"}]`
	}
	return e, doc, err
}

// putArchive records a new state, and has a job go on with it.
func putArchive(ctx context.Context, tx *store.Tx, a store.Archive) error {
	if err := tx.PutArchive(ctx, a); err != nil {
		return err
	}
	payload, err := json.Marshal(archivePayload{a.ID})
	if err != nil {
		return err
	}
	return jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobArchive, Key: a.ID, Payload: payload})
}

// ImportArchive has the organisation of an archive that waits made on this
// instance with all its entries, each with its history and with the id that it had
// as another of its own (alsoKnownAs), so that the old instance may move them here.
// Handles and states are kept where they can be. What was made here before stays as
// it is: the same archive again adds only what was missing. What is refused is left
// out. Administrators only; ErrConflict when it does not wait or nothing can be made.
func (l *Ledger) ImportArchive(ctx context.Context, who directory.Who, id string) error {
	return l.turnArchive(ctx, who, id, store.ArchiveImporting, func(tx *store.Tx, a store.Archive) error {
		org, err := tx.ArchiveEntry(ctx, id, 0)
		if err != nil {
			return err
		}
		if a.State != store.ArchiveWaiting || org.State != store.ArchivedNew && org.State != store.ArchivedPresent {
			return fmt.Errorf("it is %s, its organisation %s: %w", a.State, org.State, directory.ErrConflict)
		}
		return nil
	})
}

// UndoArchive has deleted all that was made of an archive, and peers told so: it
// may be brought and made again. It is ErrConflict as soon as anything happened to
// it, see store.ArchiveUse. Administrators only.
func (l *Ledger) UndoArchive(ctx context.Context, who directory.Who, id string) error {
	return l.turnArchive(ctx, who, id, store.ArchiveUndoing, func(tx *store.Tx, a store.Archive) error {
		use, err := tx.ArchiveUse(ctx, id)
		if err != nil {
			return err
		}
		if a.State != store.ArchiveDone || use.Any() {
			return fmt.Errorf("it is %s, and in use: %+v: %w", a.State, use, directory.ErrConflict)
		}
		return nil
	})
}

func (l *Ledger) turnArchive(ctx context.Context, who directory.Who, id string, to store.ArchiveState, may func(*store.Tx, store.Archive) error) error {
	if !who.MayAdminister() {
		return fmt.Errorf("archive %s: %w", id, directory.ErrForbidden)
	}
	err := l.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.LockArchive(ctx, id)
		if err != nil {
			return err
		}
		if err := may(tx, a); err != nil {
			return err
		}
		a.State, a.Error, a.WhoID, a.WhoName = to, "", whoID(who), who.Name
		return putArchive(ctx, tx, a)
	})
	if err != nil {
		return fmt.Errorf("archive %s, %s: %w", id, to, err)
	}
	return nil
}

// ForgetArchive deletes an archive of which nothing is being made; what was made
// stays. Administrators only.
func (l *Ledger) ForgetArchive(ctx context.Context, who directory.Who, id string) error {
	if !who.MayAdminister() {
		return fmt.Errorf("forget archive %s: %w", id, directory.ErrForbidden)
	}
	return l.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.LockArchive(ctx, id)
		if err != nil {
			return err
		}
		if a.State == store.ArchiveImporting || a.State == store.ArchiveUndoing {
			return fmt.Errorf("archive %s is %s: %w", id, a.State, directory.ErrConflict)
		}
		return tx.ForgetArchive(ctx, id)
	})
}

// ArchiveDue does one job of kind JobArchive: steps, and another job for the rest.
// A step that goes on failing puts the archive back to where somebody may decide.
func (l *Ledger) ArchiveDue(ctx context.Context, job jobs.Job) error {
	var p archivePayload
	if err := json.Unmarshal(job.Payload, &p); err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrDiscard, err)
	}
	more, err := l.WorkArchive(ctx, p.ID, archiveSteps)
	if err != nil {
		if ctx.Err() == nil && job.Attempts+1 >= archiveAttempts {
			return errors.Join(fmt.Errorf("%w: %w", jobs.ErrDiscard, err), l.giveUpArchive(ctx, p.ID, err))
		}
		return err
	}
	if !more {
		return nil
	}
	return l.store.Write(ctx, func(tx *store.Tx) error {
		return jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobArchive, Key: p.ID, Payload: job.Payload})
	})
}

func (l *Ledger) giveUpArchive(ctx context.Context, id string, cause error) error {
	return l.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.LockArchive(ctx, id)
		if err != nil {
			return ignoreNotFound(err)
		}
		switch a.State {
		case store.ArchiveChecking, store.ArchiveImporting:
			a.State = store.ArchiveWaiting
		case store.ArchiveUndoing:
			a.State = store.ArchiveDone
		default:
			return nil
		}
		a.Error = cause.Error()
		return tx.PutArchive(ctx, a)
	})
}

// WorkArchive does at most so many steps of an archive; more is false when nothing
// is left to do until somebody decides.
func (l *Ledger) WorkArchive(ctx context.Context, id string, steps int) (more bool, err error) {
	for more = true; more && steps > 0; steps-- {
		if more, err = l.archiveStep(ctx, id); err != nil {
			return more, fmt.Errorf("archive %s: %w", id, err)
		}
	}
	return more, nil
}
