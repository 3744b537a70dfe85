package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// ArchiveFormat names the file that an organisation moves with.
const ArchiveFormat = "bocage-organisation/1"

// Limits of an archive that is read.
const (
	maxArchiveBytes   = 512 << 20
	maxArchiveEntries = 200_000
)

// Archive is an organisation with all that it publishes and its history, private
// parts included: what it takes along when it moves to another instance.
type Archive struct {
	Format   string    `json:"format"`
	Exported time.Time `json:"exported"`
	// Organisation is the id of the organisation, the first of Entries.
	Organisation string          `json:"organisation"`
	Entries      []ArchivedEntry `json:"entries"`
}

// ArchivedEntry is an entry as it is and as it was.
type ArchivedEntry struct {
	Entry     directory.Entry    `json:"entry"`
	Revisions []ArchivedRevision `json:"revisions,omitempty"`
}

// ArchivedRevision is one step of the history.
type ArchivedRevision struct {
	Number  int64           `json:"number"`
	At      time.Time       `json:"at"`
	Who     string          `json:"who,omitempty"`
	Summary string          `json:"summary,omitempty"`
	Entry   json.RawMessage `json:"entry"`
}

// Archive writes an organisation of ours, for its editors.
func (l *Ledger) Archive(ctx context.Context, who directory.Who, id string) (Archive, error) {
	org, err := l.store.Entry(ctx, id)
	if err != nil {
		return Archive{}, fmt.Errorf("archive %s: %w", id, err)
	}
	if !who.MayEdit(&org) {
		return Archive{}, fmt.Errorf("archive %s: %w", id, directory.ErrForbidden)
	}
	if org.Kind != directory.KindOrganisation {
		return Archive{}, fmt.Errorf("archive %s: %w", id, directory.Invalid{{Field: "kind", Code: "invalid", Message: "is not an organisation"}})
	}
	owned, err := l.owned(ctx, l.store, id)
	if err != nil {
		return Archive{}, fmt.Errorf("archive %s: %w", id, err)
	}
	a := Archive{Format: ArchiveFormat, Exported: l.now(), Organisation: org.URI}
	for _, e := range append([]directory.Entry{org}, owned...) {
		ae, err := l.archived(ctx, e)
		if err != nil {
			return a, fmt.Errorf("archive %s: %w", id, err)
		}
		a.Entries = append(a.Entries, ae)
	}
	return a, nil
}

func (l *Ledger) archived(ctx context.Context, e directory.Entry) (ArchivedEntry, error) {
	out := ArchivedEntry{Entry: e}
	steps, err := l.store.Revisions(ctx, e.ID)
	if err != nil {
		return out, err
	}
	for i := len(steps) - 1; i >= 0; i-- { // the oldest first
		r, err := l.store.Revision(ctx, e.ID, steps[i].Number)
		if err != nil {
			return out, err
		}
		out.Revisions = append(out.Revisions, ArchivedRevision{Number: r.Number, At: r.At, Who: r.WhoName, Summary: r.Summary, Entry: r.Doc})
	}
	return out, nil
}

// ReadArchive reads what Archive wrote. The error wraps ErrInvalid.
func ReadArchive(r io.Reader) (Archive, error) {
	var a Archive
	invalid := func(format string, args ...any) error {
		return fmt.Errorf("archive: %w: %w", directory.ErrInvalid, fmt.Errorf(format, args...))
	}
	lr := &io.LimitedReader{R: r, N: maxArchiveBytes + 1}
	if err := json.NewDecoder(lr).Decode(&a); err != nil {
		return a, invalid("%w", err)
	}
	switch {
	case lr.N <= 0:
		return a, invalid("more than %d bytes", maxArchiveBytes)
	case a.Format != ArchiveFormat:
		return a, invalid("the format is %.40q and not %q", a.Format, ArchiveFormat)
	case len(a.Entries) == 0 || len(a.Entries) > maxArchiveEntries:
		return a, invalid("%d entries", len(a.Entries))
	case a.Entries[0].Entry.Kind != directory.KindOrganisation || a.Entries[0].Entry.URI != a.Organisation:
		return a, invalid("it does not begin with its organisation")
	}
	seen := map[string]bool{}
	for _, ae := range a.Entries {
		e := ae.Entry
		if e.URI == "" || seen[e.URI] || !e.Kind.Valid() || e.Origin != "" {
			return a, invalid("entry %.100q", e.URI)
		}
		seen[e.URI] = true
		last := int64(0)
		for _, rev := range ae.Revisions {
			if rev.Number <= last || rev.Number > e.Revision {
				return a, invalid("the history of %.100q", e.URI)
			}
			last = rev.Number
		}
	}
	return a, nil
}

// Arrival is what ImportOrganisation did.
type Arrival struct {
	Organisation     directory.Entry
	Created, Present int
}

// ImportOrganisation makes the organisation of an archive and all its entries on
// this instance, each with its history and with the id that it had as another of
// its own (alsoKnownAs), so that the old instance may move them here. Handles and
// states are kept where they can be. What is here already stays as it is: the same
// archive again adds only what was missing. Administrators only.
func (l *Ledger) ImportOrganisation(ctx context.Context, who directory.Who, a Archive) (Arrival, error) {
	var out Arrival
	if !who.MayAdminister() {
		return out, fmt.Errorf("import an organisation: %w", directory.ErrForbidden)
	}
	err := l.commit(ctx, func(tx *store.Tx) error {
		out = Arrival{}
		im := importer{ledger: l, who: who, batch: newBatch(), ids: map[string]string{}, uris: map[string]string{}}
		if err := im.plan(ctx, tx, a); err != nil {
			return err
		}
		for i, ae := range a.Entries {
			e, created, err := im.entry(ctx, tx, ae)
			if err != nil {
				return fmt.Errorf("%s: %w", ae.Entry.URI, err)
			}
			if i == 0 {
				out.Organisation, im.org = e, e
			}
			if created {
				out.Created++
			} else {
				out.Present++
			}
		}
		return l.audit(ctx, tx, who, "imported", out.Organisation.ID, a.Organisation)
	})
	if err != nil {
		return out, fmt.Errorf("import organisation %s: %w", a.Organisation, err)
	}
	return out, nil
}

// importer gives the entries of one archive their new ids.
type importer struct {
	ledger *Ledger
	who    directory.Who
	batch  *batch
	org    directory.Entry
	// ids and uris map the ids that entries had to those that they have here.
	ids, uris map[string]string
}

// plan finds what is here already, and gives the rest its ids, so that relations
// among them hold.
func (im *importer) plan(ctx context.Context, tx *store.Tx, a Archive) error {
	for _, ae := range a.Entries {
		old := ae.Entry
		if im.ledger.env.IsLocal(old.URI) {
			return directory.Invalid{{Field: "organisation", Code: "local", Message: "was exported from this instance"}}
		}
		here, err := tx.EntryKnownAs(ctx, old.URI)
		if err == nil {
			im.ids[old.URI], im.uris[old.URI] = here.ID, here.URI
			continue
		}
		if !errors.Is(err, directory.ErrNotFound) {
			return err
		}
		id, err := newID()
		if err != nil {
			return err
		}
		im.ids[old.URI], im.uris[old.URI] = id, im.ledger.env.EntryURI(old.Kind, id)
	}
	return nil
}

func (im *importer) entry(ctx context.Context, tx *store.Tx, ae ArchivedEntry) (e directory.Entry, created bool, err error) {
	l, old := im.ledger, ae.Entry
	if e, err = tx.Entry(ctx, im.ids[old.URI]); err == nil || errors.Is(err, directory.ErrGone) {
		return e, false, nil
	}
	if !errors.Is(err, directory.ErrNotFound) {
		return e, false, err
	}
	e = clone(old)
	e.Owner, e.OwnerURI = im.org.ID, im.org.URI // "" for the organisation, which owns itself
	for i := range e.Relations {
		if now := im.uris[e.Relations[i].Object]; now != "" {
			e.Relations[i].Object = now
		}
	}
	for i := range e.Confirmed {
		if now := im.uris[e.Confirmed[i].Subject]; now != "" {
			e.Confirmed[i].Subject = now
		}
	}
	if err := l.prepareImported(ctx, tx, im.who, &e, im.batch); err != nil {
		return e, false, err
	}
	e.ID, e.URI = im.ids[old.URI], im.uris[old.URI]
	if e.Kind == directory.KindOrganisation && im.org.ID == "" {
		e.Owner, e.OwnerURI = e.ID, e.URI
	}
	e.Created, e.PublishedAt, e.Revision = old.Created, old.PublishedAt, old.Revision+1
	for _, id := range append([]string{old.URI}, old.AlsoKnownAs...) {
		if len(e.AlsoKnownAs) < directory.MaxAliases {
			e.AlsoKnownAs = append(e.AlsoKnownAs, id)
		}
	}
	if bad := check(&e); len(bad) > 0 {
		return e, false, bad
	}
	if err := tx.AddRevisions(ctx, revisionsOf(e.ID, ae.Revisions)); err != nil {
		return e, false, err
	}
	if err := l.write(ctx, tx, im.who, change{after: &e, summary: "imported", bulk: true}); err != nil {
		return e, false, err
	}
	if err := tx.PutKnownAs(ctx, old.URI, e.ID); err != nil {
		return e, false, err
	}
	return e, true, l.link(ctx, tx, &e)
}

func revisionsOf(id string, archived []ArchivedRevision) []store.Revision {
	var out []store.Revision
	for _, r := range archived {
		out = append(out, store.Revision{EntryID: id, Number: r.Number, At: r.At, WhoName: r.Who, Summary: r.Summary, Doc: r.Entry})
	}
	return out
}
