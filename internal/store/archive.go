package store

import (
	"context"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// ArchiveState is how far an archive of an organisation has come.
type ArchiveState string

// The states of an archive: it is read, checked, waits for a yes, is written, and
// may be undone.
const (
	ArchiveReading   ArchiveState = "reading"
	ArchiveChecking  ArchiveState = "checking"
	ArchiveWaiting   ArchiveState = "waiting"
	ArchiveImporting ArchiveState = "importing"
	ArchiveDone      ArchiveState = "done"
	ArchiveUndoing   ArchiveState = "undoing"
	ArchiveUndone    ArchiveState = "undone"
)

// Archive is an organisation of another instance as somebody brought it.
type Archive struct {
	ID string
	// Organisation is the id that the organisation has at the other instance.
	Organisation string
	Exported     time.Time
	State        ArchiveState
	// Error is why the last attempt stopped, "" when it did not.
	Error          string
	WhoID, WhoName string
	At             time.Time // when State was set
}

// ArchivedState is what becomes of an entry of an archive.
type ArchivedState string

// The states of an entry of an archive.
const (
	ArchivedUnread  ArchivedState = "unread"  // nobody looked at it
	ArchivedNew     ArchivedState = "new"     // it will be made
	ArchivedPresent ArchivedState = "present" // it was made before, and stays as it is
	ArchivedDeleted ArchivedState = "deleted" // it was made before, and deleted since
	ArchivedRefused ArchivedState = "refused"
	ArchivedMade    ArchivedState = "made"
	ArchivedUndone  ArchivedState = "undone"
)

// ArchiveEntry is one entry of an archive.
type ArchiveEntry struct {
	Ordinal int    // from 0, the organisation
	URI     string // its id at the other instance
	// ID and Here are its ID and its id on this one, as it has or will have them.
	ID, Here string
	Kind     directory.Kind
	Name     string
	Licence  string // SPDX id, "" without one
	Steps    int    // of its history
	State    ArchivedState
	Reason   string // why it is refused, as package ledger writes it
	Revision int64  // once it is made
}

const (
	selectArchive      = "SELECT id, organisation, exported, state, error, who_id, who_name, at FROM archive"
	selectArchiveEntry = "SELECT ordinal, uri, id, here, kind, name, licence, steps, state, reason, revision FROM archive_entry"
)

func scanArchive(row scanner) (a Archive, err error) {
	var exported, at int64
	err = row.Scan(&a.ID, &a.Organisation, &exported, &a.State, &a.Error, &a.WhoID, &a.WhoName, &at)
	a.Exported, a.At = instant(exported), instant(at)
	return a, err
}

func scanArchiveEntry(row scanner) (e ArchiveEntry, err error) {
	return e, row.Scan(&e.Ordinal, &e.URI, &e.ID, &e.Here, &e.Kind, &e.Name, &e.Licence, &e.Steps, &e.State, &e.Reason, &e.Revision)
}

// Archive reads an archive, or ErrNotFound.
func (r Reader) Archive(ctx context.Context, id string) (Archive, error) {
	a, err := one(ctx, r, scanArchive, selectArchive+" WHERE id = $1", id)
	return a, wrap(err, "archive %s", id)
}

// Archives lists the archives, the newest first.
func (r Reader) Archives(ctx context.Context, limit int) ([]Archive, error) {
	as, err := collect(ctx, r, scanArchive, selectArchive+" WHERE state <> $1 ORDER BY id DESC LIMIT $2", ArchiveReading, limit)
	return as, wrap(err, "archives")
}

// ArchiveEntries lists entries of an archive that are in a state, in order, after
// an ordinal (-1 = from the start).
func (r Reader) ArchiveEntries(ctx context.Context, id string, state ArchivedState, after, limit int) ([]ArchiveEntry, error) {
	es, err := collect(ctx, r, scanArchiveEntry, selectArchiveEntry+
		" WHERE archive_id = $1 AND state = $2 AND ordinal > $3 ORDER BY ordinal LIMIT $4", id, state, after, limit)
	return es, wrap(err, "entries of archive %s", id)
}

// LastArchiveEntries is ArchiveEntries from the end, the last first.
func (r Reader) LastArchiveEntries(ctx context.Context, id string, state ArchivedState, limit int) ([]ArchiveEntry, error) {
	es, err := collect(ctx, r, scanArchiveEntry, selectArchiveEntry+
		" WHERE archive_id = $1 AND state = $2 ORDER BY ordinal DESC LIMIT $3", id, state, limit)
	return es, wrap(err, "entries of archive %s", id)
}

// ArchiveEntry reads one entry of an archive, or ErrNotFound.
func (r Reader) ArchiveEntry(ctx context.Context, id string, ordinal int) (ArchiveEntry, error) {
	e, err := one(ctx, r, scanArchiveEntry, selectArchiveEntry+" WHERE archive_id = $1 AND ordinal = $2", id, ordinal)
	return e, wrap(err, "entry %d of archive %s", ordinal, id)
}

// ArchiveDoc is an entry of an archive with its history, as JSON; "" once it is written.
func (r Reader) ArchiveDoc(ctx context.Context, id string, ordinal int) ([]byte, error) {
	doc, err := value[[]byte](ctx, r, "SELECT doc FROM archive_entry WHERE archive_id = $1 AND ordinal = $2", id, ordinal)
	return doc, wrap(err, "entry %d of archive %s", ordinal, id)
}

// ArchiveHere says which ids here some entries of an archive have or will have;
// those that are refused or deleted have none.
func (r Reader) ArchiveHere(ctx context.Context, id string, uris []string) (map[string]string, error) {
	out := map[string]string{}
	for _, some := range chunks(uris) {
		a := args{id, ArchivedRefused, ArchivedDeleted}
		err := r.each(ctx, func(row scanner) error {
			var uri, here string
			err := row.Scan(&uri, &here)
			out[uri] = here
			return err
		}, "SELECT uri, here FROM archive_entry WHERE archive_id = $1 AND state NOT IN ($2, $3) AND uri IN "+list(&a, some), a...)
		if err != nil {
			return nil, wrap(err, "ids of archive %s", id)
		}
	}
	return out, nil
}

// ArchiveCount is how many entries of an archive are alike, and the steps of their history.
type ArchiveCount struct {
	Kind     directory.Kind
	Licence  string
	State    ArchivedState
	N, Steps int
}

// ArchiveCounts counts the entries of an archive, in at most limit groups, the largest first.
func (r Reader) ArchiveCounts(ctx context.Context, id string, limit int) ([]ArchiveCount, error) {
	cs, err := collect(ctx, r, func(row scanner) (c ArchiveCount, err error) {
		return c, row.Scan(&c.Kind, &c.Licence, &c.State, &c.N, &c.Steps)
	}, `SELECT kind, licence, state, COUNT(*) AS n, SUM(steps) FROM archive_entry WHERE archive_id = $1
		GROUP BY kind, licence, state ORDER BY n DESC, kind, licence, state LIMIT $2`, id, limit)
	return cs, wrap(err, "count archive %s", id)
}

// ArchiveCopies counts the entries of an archive that this instance shows already,
// as copies of those of the other instance.
func (r Reader) ArchiveCopies(ctx context.Context, id string) (int, error) {
	n, err := value[int](ctx, r, `SELECT COUNT(*) FROM archive_entry a JOIN entry e ON e.uri = a.uri
		WHERE a.archive_id = $1 AND e.public AND e.status <> 'deleted'`, id)
	return n, wrap(err, "copies of archive %s", id)
}

// ArchiveUse is what happened to the entries of an archive since they were made.
type ArchiveUse struct {
	// Changed counts those that somebody edited, Added what their organisation
	// publishes beside them.
	Changed, Added int
	// Followers counts who follows one of them, Moved those that replace an entry
	// of the other instance.
	Followers, Moved int
}

// Any is true when anything happened.
func (u ArchiveUse) Any() bool { return u != (ArchiveUse{}) }

// ArchiveUse looks at what an archive became.
func (r Reader) ArchiveUse(ctx context.Context, id string) (u ArchiveUse, err error) {
	for _, q := range []struct {
		n     *int
		query string
	}{
		{&u.Changed, `SELECT COUNT(*) FROM archive_entry a JOIN entry e ON e.id = a.id
			WHERE a.archive_id = $1 AND a.state = 'made' AND e.status <> 'deleted' AND e.revision <> a.revision`},
		{&u.Added, `SELECT COUNT(*) FROM entry e WHERE e.owner = (SELECT id FROM archive_entry WHERE archive_id = $1 AND ordinal = 0 AND state = 'made')
			AND e.status <> 'deleted' AND NOT EXISTS (SELECT 1 FROM archive_entry a WHERE a.archive_id = $1 AND a.id = e.id)`},
		{&u.Followers, `SELECT COUNT(*) FROM archive_entry a JOIN follower f ON f.object = a.here WHERE a.archive_id = $1 AND a.state = 'made'`},
		{&u.Moved, `SELECT COUNT(*) FROM archive_entry a JOIN succession s ON s.new_id = a.id WHERE a.archive_id = $1 AND a.state = 'made'`},
	} {
		if *q.n, err = value[int](ctx, r, q.query, id); err != nil {
			return u, wrap(err, "use of archive %s", id)
		}
	}
	return u, nil
}

// PutArchive inserts or replaces an archive by its ID.
func (t *Tx) PutArchive(ctx context.Context, a Archive) error {
	_, err := t.exec(ctx, `INSERT INTO archive (id, organisation, exported, state, error, who_id, who_name, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET state = excluded.state, error = excluded.error,
		who_id = excluded.who_id, who_name = excluded.who_name, at = excluded.at`,
		a.ID, a.Organisation, micros(a.Exported), a.State, a.Error, a.WhoID, a.WhoName, t.now())
	return wrap(err, "put archive %s", a.ID)
}

// LockArchive is Archive, and keeps who else would work on it waiting until the
// transaction ends.
func (t *Tx) LockArchive(ctx context.Context, id string) (Archive, error) {
	if _, err := t.exec(ctx, "UPDATE archive SET at = at WHERE id = $1", id); err != nil {
		return Archive{}, wrap(err, "lock archive %s", id)
	}
	return t.Archive(ctx, id)
}

// AddArchiveEntries adds entries to an archive with their documents, one for each.
func (t *Tx) AddArchiveEntries(ctx context.Context, id string, es []ArchiveEntry, docs [][]byte) error {
	if _, err := t.exec(ctx, "UPDATE archive SET at = $2 WHERE id = $1", id, t.now()); err != nil {
		return wrap(err, "archive %s", id)
	}
	rows := make([][]any, len(es))
	for i, e := range es {
		rows[i] = []any{id, e.Ordinal, e.URI, e.ID, e.Here, e.Kind, e.Name, e.Licence, e.Steps, e.State, e.Reason, e.Revision, string(docs[i])}
	}
	err := t.insertRows(ctx, `archive_entry (archive_id, ordinal, uri, id, here, kind, name, licence, steps, state, reason, revision, doc)`,
		placeholders(13), "", rows)
	return wrap(known(err), "entries of archive %s", id)
}

// SetArchiveEntry records what became of an entry. Once it is made, or is known not
// to be, its document is forgotten.
func (t *Tx) SetArchiveEntry(ctx context.Context, id string, e ArchiveEntry) error {
	_, err := t.exec(ctx, `UPDATE archive_entry SET id = $3, here = $4, state = $5, reason = $6, revision = $7,
		doc = CASE WHEN $5 = 'new' THEN doc ELSE '' END WHERE archive_id = $1 AND ordinal = $2`,
		id, e.Ordinal, e.ID, e.Here, e.State, e.Reason, e.Revision)
	return wrap(err, "entry %d of archive %s", e.Ordinal, id)
}

// ForgetArchive deletes an archive; what was made of it stays.
func (t *Tx) ForgetArchive(ctx context.Context, id string) error {
	_, err := t.exec(ctx, "DELETE FROM archive WHERE id = $1", id)
	return wrap(err, "forget archive %s", id)
}

// ForgetKnownAs forgets that an entry was made of one of another instance.
func (t *Tx) ForgetKnownAs(ctx context.Context, uri string) error {
	_, err := t.exec(ctx, "DELETE FROM known_as WHERE uri = $1", uri)
	return wrap(err, "forget %s", uri)
}

// PruneArchives forgets archives of which nothing more came for some time although
// they are not whole, those that nobody said yes to for another, and those that were
// written, with the way to undo them, after a third.
func (t *Tx) PruneArchives(ctx context.Context, silent, unanswered, written time.Duration) error {
	now := t.now()
	_, err := t.exec(ctx, `DELETE FROM archive WHERE state = 'reading' AND at <= $1 OR state IN ('checking', 'waiting') AND at <= $2
		OR state IN ('done', 'undone') AND at <= $3`, now-silent.Microseconds(), now-unanswered.Microseconds(), now-written.Microseconds())
	return wrap(err, "prune archives")
}
