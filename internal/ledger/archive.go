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
	MaxArchiveBytes   = 512 << 20
	maxArchivedBytes  = 32 << 20 // one entry with its history
	maxArchiveEntries = 200_000
)

// archiveHead is what an archive says before its entries: the organisation is the
// first of them.
type archiveHead struct {
	Format       string    `json:"format"`
	Exported     time.Time `json:"exported"`
	Organisation string    `json:"organisation"`
}

// ArchivedEntry is an entry as it is and as it was, the oldest first.
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

// WriteArchive writes an organisation of ours with all that it publishes and its
// history, private parts included: what it takes along when it moves to another
// instance. It is for its editors. Nothing is written when the error is ErrForbidden,
// ErrInvalid, ErrNotFound or ErrGone.
func (l *Ledger) WriteArchive(ctx context.Context, who directory.Who, id string, w io.Writer) error {
	if err := l.writeArchive(ctx, who, id, w); err != nil {
		return fmt.Errorf("archive %s: %w", id, err)
	}
	return nil
}

func (l *Ledger) writeArchive(ctx context.Context, who directory.Who, id string, w io.Writer) error {
	org, err := l.store.Entry(ctx, id)
	if err != nil {
		return err
	}
	if !who.MayEdit(&org) {
		return directory.ErrForbidden
	}
	if org.Kind != directory.KindOrganisation {
		return directory.Invalid{{Field: "kind", Code: "invalid", Message: "is not an organisation"}}
	}
	head, err := json.Marshal(archiveHead{Format: ArchiveFormat, Exported: l.now(), Organisation: org.URI})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%s,\"entries\":[", head[:len(head)-1]); err != nil {
		return err
	}
	if err := l.writeArchived(ctx, w, "", org); err != nil {
		return err
	}
	err = l.eachOwned(ctx, l.store, id, func(e directory.Entry) error { return l.writeArchived(ctx, w, ",", e) })
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, "]}\n")
	return err
}

func (l *Ledger) writeArchived(ctx context.Context, w io.Writer, before string, e directory.Entry) error {
	out := ArchivedEntry{Entry: e}
	steps, err := l.store.Revisions(ctx, e.ID)
	if err != nil {
		return err
	}
	for i := len(steps) - 1; i >= 0; i-- { // the oldest first
		r, err := l.store.Revision(ctx, e.ID, steps[i].Number)
		if err != nil {
			return err
		}
		out.Revisions = append(out.Revisions, ArchivedRevision{Number: r.Number, At: r.At, Who: r.WhoName, Summary: r.Summary, Entry: r.Doc})
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s", before, raw)
	return err
}

// archiveReader reads what WriteArchive wrote, one entry at a time. What is wrong
// with the file wraps ErrInvalid; a source that fails keeps its own error.
type archiveReader struct {
	archiveHead
	dec  *json.Decoder
	in   *meter
	seen map[string]bool
}

// meter bounds what is read, in all and since the last entry.
type meter struct {
	r         io.Reader
	all, part int
	err       error // of r
}

// Read reads from r within the bounds.
func (m *meter) Read(b []byte) (int, error) {
	switch {
	case m.all > MaxArchiveBytes:
		return 0, fmt.Errorf("more than %d bytes", MaxArchiveBytes)
	case m.part > maxArchivedBytes:
		return 0, fmt.Errorf("an entry of more than %d bytes", maxArchivedBytes)
	}
	n, err := m.r.Read(b)
	m.all, m.part = m.all+n, m.part+n
	if err != nil && !errors.Is(err, io.EOF) {
		m.err = err
	}
	return n, err
}

// readArchive reads the beginning of an archive.
func readArchive(r io.Reader) (*archiveReader, error) {
	m := &meter{r: r}
	a := &archiveReader{dec: json.NewDecoder(m), in: m, seen: map[string]bool{}}
	if err := a.delim('{'); err != nil {
		return nil, err
	}
	for {
		key, err := a.dec.Token()
		if err != nil {
			return nil, a.bad("%w", err)
		}
		switch key {
		case "format":
			err = a.dec.Decode(&a.Format)
		case "exported":
			err = a.dec.Decode(&a.Exported)
		case "organisation":
			err = a.dec.Decode(&a.Organisation)
		case "entries":
			if a.Format != ArchiveFormat {
				return nil, a.bad("the format is %.40q and not %q", a.Format, ArchiveFormat)
			}
			return a, a.delim('[')
		case json.Delim('}'):
			return nil, a.bad("it has no entries")
		default:
			return nil, a.bad("the format is %.40q with %.40q before the entries", a.Format, key)
		}
		if err != nil {
			return nil, a.bad("%w", err)
		}
	}
}

func (a *archiveReader) bad(format string, args ...any) error {
	if a.in.err != nil {
		return fmt.Errorf("archive: %w", a.in.err)
	}
	return fmt.Errorf("archive: %w: %w", directory.ErrInvalid, fmt.Errorf(format, args...))
}

func (a *archiveReader) delim(want json.Delim) error {
	got, err := a.dec.Token()
	switch {
	case errors.Is(err, io.EOF):
		return a.bad("it ends too early")
	case err != nil:
		return a.bad("%w", err)
	case got != want:
		return a.bad("%.40q where %q is wanted", fmt.Sprint(got), want.String())
	}
	return nil
}

// next reads an entry; io.EOF is the end of a whole archive.
func (a *archiveReader) next() (out ArchivedEntry, err error) {
	if !a.dec.More() {
		return out, a.end()
	}
	a.in.part = 0
	if err := a.dec.Decode(&out); err != nil {
		return out, a.bad("%w", err)
	}
	e := &out.Entry
	switch {
	case len(a.seen) == maxArchiveEntries:
		return out, a.bad("more than %d entries", maxArchiveEntries)
	case len(a.seen) == 0 && (e.Kind != directory.KindOrganisation || e.URI != a.Organisation):
		return out, a.bad("it does not begin with its organisation")
	case e.URI == "" || a.seen[e.URI] || !e.Kind.Valid() || e.Origin != "":
		return out, a.bad("entry %.100q", e.URI)
	}
	a.seen[e.URI] = true
	last := int64(0)
	for _, rev := range out.Revisions {
		if rev.Number <= last || rev.Number > e.Revision {
			return out, a.bad("the history of %.100q", e.URI)
		}
		last = rev.Number
	}
	return out, nil
}

// end reads what follows the last entry.
func (a *archiveReader) end() error {
	for _, want := range []json.Delim{']', '}'} {
		if err := a.delim(want); err != nil {
			return err
		}
	}
	if len(a.seen) == 0 {
		return a.bad("it has no entries")
	}
	if _, err := a.dec.Token(); !errors.Is(err, io.EOF) {
		return a.bad("something follows it")
	}
	return io.EOF
}

func revisionsOf(id string, archived []ArchivedRevision) []store.Revision {
	var out []store.Revision
	for _, r := range archived {
		out = append(out, store.Revision{EntryID: id, Number: r.Number, At: r.At, WhoName: r.Who, Summary: r.Summary, Doc: r.Entry})
	}
	return out
}
