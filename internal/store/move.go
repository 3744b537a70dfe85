package store

import (
	"context"
	"errors"
	"strconv"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Directions of a Move.
const (
	MoveOut = "out" // an entry of ours went to another instance
	MoveIn  = "in"  // another instance's went, and we followed
)

// Move is one Move that this instance sent or believed.
type Move struct {
	ID             string // UUIDv7; orders them
	Direction      string
	OldURI, NewURI string
	Name           string
	// Entries is how many entries went with it; LeftHere how many of an
	// organisation stay, since the target does not have them.
	Entries, LeftHere int
	WhoID, WhoName    string
	At                time.Time
	// Undone is when it was taken back, zero when it holds.
	Undone time.Time
	// Waiting is how many deliveries of it are still queued.
	Waiting int
}

const selectMove = `SELECT id, direction, old_uri, new_uri, name, entries, left_here, who_id, who_name, at, undone,
	(SELECT COUNT(*) FROM delivery d JOIN activity a ON a.id = d.activity_id WHERE a.object = move.old_uri AND a.type = 'Move') FROM move`

func scanMove(row scanner) (m Move, err error) {
	var at, undone int64
	err = row.Scan(&m.ID, &m.Direction, &m.OldURI, &m.NewURI, &m.Name, &m.Entries, &m.LeftHere, &m.WhoID, &m.WhoName, &at, &undone, &m.Waiting)
	m.At, m.Undone = instant(at), instant(undone)
	return m, err
}

// LastMove reads the newest Move of an id, or ErrNotFound.
func (r Reader) LastMove(ctx context.Context, oldURI string) (Move, error) {
	m, err := one(ctx, r, scanMove, selectMove+" WHERE old_uri = $1 ORDER BY at DESC, id DESC LIMIT 1", oldURI)
	return m, wrap(err, "move of %s", oldURI)
}

// Moves lists the Moves of a direction ("" = both), newest first, before an ID
// ("" = from the newest).
func (r Reader) Moves(ctx context.Context, direction, before string, limit int) ([]Move, error) {
	ms, err := collect(ctx, r, scanMove, selectMove+
		" WHERE ($1 = '' OR direction = $1) AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3", direction, before, limit)
	return ms, wrap(err, "moves")
}

// PutMove inserts or replaces a Move by its ID.
func (t *Tx) PutMove(ctx context.Context, m Move) error {
	at := micros(m.At)
	if at == 0 {
		at = t.now()
	}
	_, err := t.exec(ctx, `INSERT INTO move (id, direction, old_uri, new_uri, name, entries, left_here, who_id, who_name, at, undone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO UPDATE SET undone = excluded.undone`,
		m.ID, m.Direction, m.OldURI, m.NewURI, m.Name, m.Entries, m.LeftHere, m.WhoID, m.WhoName, at, micros(m.Undone))
	return wrap(err, "put move of %s", m.OldURI)
}

// FollowsUs reports whether a remote actor follows any of our actors.
func (r Reader) FollowsUs(ctx context.Context, actor string) (bool, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM follower WHERE actor = $1", actor)
	return n > 0, wrap(err, "follows of %s", actor)
}

// RenamedHandle reports whether an entry had the handle before, and has another.
func (r Reader) RenamedHandle(ctx context.Context, handle string) (bool, error) {
	n, err := value[int](ctx, r, `SELECT COUNT(*) FROM handle_alias a WHERE a.handle = $1
		AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.handle = $1 AND e.origin = '')`, handle)
	return n > 0, wrap(err, "handle %s", handle)
}

// Handles lists the handles that an entry had before, in alphabetical order.
func (r Reader) Handles(ctx context.Context, entryID string) ([]string, error) {
	hs, err := collect(ctx, r, scanValue[string], "SELECT handle FROM handle_alias WHERE entry_id = $1 ORDER BY handle", entryID)
	return hs, wrap(err, "handles of %s", entryID)
}

// number reads a decimal, 0 for what is none.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// EntryKnownAs is Entry by the id that it had elsewhere before it was imported;
// of one that was deleted since it is the tombstone, without an error.
func (r Reader) EntryKnownAs(ctx context.Context, uri string) (directory.Entry, error) {
	e, err := r.entry(ctx, uri, "e.id = (SELECT entry_id FROM known_as WHERE uri = $1)", uri)
	if errors.Is(err, directory.ErrGone) {
		err = nil
	}
	return e, err
}

// PutKnownAs remembers of which id elsewhere an entry was made.
func (t *Tx) PutKnownAs(ctx context.Context, uri, entryID string) error {
	_, err := t.exec(ctx, `INSERT INTO known_as (uri, entry_id) VALUES ($1, $2)
		ON CONFLICT (uri) DO UPDATE SET entry_id = excluded.entry_id`, uri, entryID)
	return wrap(err, "known as %s", uri)
}
