package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
)

// selectEntry reads whole entries; scanEntry is its scan.
const selectEntry = "SELECT e.num, e.seq, e.hash, d.doc FROM entry e JOIN entry_doc d ON d.num = e.num"

func scanEntry(row scanner) (e directory.Entry, err error) {
	var num, seq int64
	var hash string
	var doc []byte
	if err := row.Scan(&num, &seq, &hash, &doc); err != nil {
		return e, err
	}
	if err := json.Unmarshal(doc, &e); err != nil {
		return e, fmt.Errorf("document of entry %d: %w", num, err)
	}
	e.Num, e.Seq, e.Hash = num, seq, hash
	return e, nil
}

// entry reads one entry of any status; a tombstone comes with ErrGone.
func (r Reader) entry(ctx context.Context, what, condition string, args ...any) (directory.Entry, error) {
	e, err := one(ctx, r, scanEntry, selectEntry+" WHERE "+condition, args...)
	if err == nil && e.Status == directory.StatusDeleted {
		err = directory.ErrGone
	}
	if err != nil {
		return e, fmt.Errorf("entry %s: %w", what, err)
	}
	return e, nil
}

// Entry reads an entry by its ID, whatever its status: what is shown goes
// through Entry.Public. The error wraps ErrNotFound, or ErrGone with the
// tombstone: ID, URI, Kind, Handle, Owner, Status and DeletedAt. One that this
// instance let go of is not found: its origin did not delete it.
func (r Reader) Entry(ctx context.Context, id string) (directory.Entry, error) {
	e, err := r.entry(ctx, id, "e.id = $1", id)
	if errors.Is(err, directory.ErrGone) && e.Forgotten() {
		return e, fmt.Errorf("entry %s is not wanted here: %w", id, directory.ErrNotFound)
	}
	return e, err
}

// EntryByURI is Entry by ActivityPub id.
func (r Reader) EntryByURI(ctx context.Context, uri string) (directory.Entry, error) {
	return r.entry(ctx, uri, "e.uri = $1", uri)
}

// EntryByNum is Entry by number.
func (r Reader) EntryByNum(ctx context.Context, num int64) (directory.Entry, error) {
	return r.entry(ctx, fmt.Sprint(num), "e.num = $1", num)
}

// EntryByHandle is Entry by the handle of a local actor, or by one that it had before.
func (r Reader) EntryByHandle(ctx context.Context, handle string) (directory.Entry, error) {
	return r.entry(ctx, "@"+handle, `e.origin = '' AND (e.handle = $1 AND e.handle <> ''
		OR e.id = (SELECT entry_id FROM handle_alias WHERE handle = $1)
		AND NOT EXISTS (SELECT 1 FROM entry o WHERE o.handle = $1 AND o.origin = ''))`, handle)
}

// HandleTaken reports whether a local entry, a tombstone, an alias or a map has the handle.
func (r Reader) HandleTaken(ctx context.Context, handle string) (bool, error) {
	n, err := value[int](ctx, r, `SELECT (SELECT COUNT(*) FROM entry WHERE handle = $1 AND handle <> '' AND origin = '')
		+ (SELECT COUNT(*) FROM handle_alias WHERE handle = $1) + (SELECT COUNT(*) FROM map WHERE handle = $1)`, handle)
	return n > 0, wrap(err, "handle %s", handle)
}

// EntryBySourceKey is Entry by owner and source key.
func (r Reader) EntryBySourceKey(ctx context.Context, owner, key string) (directory.Entry, error) {
	return r.entry(ctx, owner+" "+key, "e.owner = $1 AND e.source_key = $2 AND e.source_key <> ''", owner, key)
}

// EntriesByNum reads the public ones of these entries, by number.
func (r Reader) EntriesByNum(ctx context.Context, nums []int64) ([]directory.Entry, error) {
	return entriesIn(ctx, r, "e.public AND e.num", nums)
}

// EntriesByURI reads these entries by number, of every status, tombstones too:
// for reconciling with a peer, not for showing.
func (r Reader) EntriesByURI(ctx context.Context, uris []string) ([]directory.Entry, error) {
	return entriesIn(ctx, r, "e.uri", uris)
}

// EntriesByID is EntriesByURI by ID.
func (r Reader) EntriesByID(ctx context.Context, ids []string) ([]directory.Entry, error) {
	return entriesIn(ctx, r, "e.id", ids)
}

// EntriesBySourceKey reads the owner's entries with these source keys, of every
// status, tombstones too: an import must not bring back what was deleted.
func (r Reader) EntriesBySourceKey(ctx context.Context, owner string, keys []string) ([]directory.Entry, error) {
	out := []directory.Entry{}
	for _, part := range chunks(keys) {
		a := args{owner}
		es, err := collect(ctx, r, scanEntry, selectEntry+
			" WHERE e.owner = $1 AND e.source_key <> '' AND e.source_key IN "+list(&a, part)+" ORDER BY e.num", a...)
		if err != nil {
			return nil, wrap(err, "entries by source key")
		}
		out = append(out, es...)
	}
	return out, nil
}

func entriesIn[T any](ctx context.Context, r Reader, column string, keys []T) ([]directory.Entry, error) {
	out := []directory.Entry{}
	for _, part := range chunks(keys) {
		var a args
		es, err := collect(ctx, r, scanEntry, selectEntry+" WHERE "+column+" IN "+list(&a, part)+" ORDER BY e.num", a...)
		if err != nil {
			return nil, wrap(err, "entries by key")
		}
		out = append(out, es...)
	}
	return out, nil
}

// EntryWire is the document of a remote entry as it was received, or ErrNotFound.
func (r Reader) EntryWire(ctx context.Context, id string) ([]byte, error) {
	wire, err := value[[]byte](ctx, r, `SELECT d.wire FROM entry e JOIN entry_doc d ON d.num = e.num
		WHERE e.id = $1 AND d.wire IS NOT NULL`, id)
	return wire, wrap(err, "wire of entry %s", id)
}
