package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Ignored is an entry of another instance that is not kept: enough to know it
// again, and to say what another rule would do with it.
type Ignored struct {
	// Entry has the URI, origin, owner, hash and update of the entry, and what
	// rules look at; nothing else of what it said.
	Entry  directory.Entry
	Reason string
	At     time.Time
}

const selectIgnored = "SELECT hash, reason, doc, at FROM ignored"

func scanIgnored(row scanner) (i Ignored, err error) {
	var hash string
	var doc []byte
	var at int64
	if err := row.Scan(&hash, &i.Reason, &doc, &at); err != nil {
		return i, err
	}
	if err := json.Unmarshal(doc, &i.Entry); err != nil {
		return i, fmt.Errorf("ignored entry: %w", err)
	}
	i.Entry.Hash, i.At = hash, instant(at)
	return i, nil
}

// IgnoredByURI reads an ignored entry, or ErrNotFound.
func (r Reader) IgnoredByURI(ctx context.Context, uri string) (Ignored, error) {
	i, err := one(ctx, r, scanIgnored, selectIgnored+" WHERE uri = $1", uri)
	return i, wrap(err, "ignored entry %s", uri)
}

// IgnoredFrom lists what is ignored of an origin, by URI after one ("" = from
// the start).
func (r Reader) IgnoredFrom(ctx context.Context, origin, afterURI string, limit int) ([]Ignored, error) {
	is, err := collect(ctx, r, scanIgnored, selectIgnored+" WHERE origin = $1 AND uri > $2 ORDER BY uri LIMIT $3",
		origin, afterURI, limit)
	return is, wrap(err, "ignored entries of %s", origin)
}

// PutIgnored remembers an entry that is not kept, by its URI.
func (t *Tx) PutIgnored(ctx context.Context, i Ignored) error {
	doc, err := json.Marshal(i.Entry)
	if err != nil {
		return wrap(err, "ignore %s", i.Entry.URI)
	}
	_, err = t.exec(ctx, `INSERT INTO ignored (uri, origin, owner_uri, hash, reason, doc, updated, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (uri) DO UPDATE SET origin = excluded.origin,
		owner_uri = excluded.owner_uri, hash = excluded.hash, reason = excluded.reason, doc = excluded.doc,
		updated = excluded.updated, at = excluded.at`, i.Entry.URI, i.Entry.Origin, i.Entry.OwnerURI, i.Entry.Hash,
		i.Reason, string(doc), micros(i.Entry.Updated), t.now())
	return wrap(err, "ignore %s", i.Entry.URI)
}

// DeleteIgnored forgets that an entry is ignored; an unknown URI is no error.
func (t *Tx) DeleteIgnored(ctx context.Context, uri string) error {
	_, err := t.exec(ctx, "DELETE FROM ignored WHERE uri = $1", uri)
	return wrap(err, "forget ignored %s", uri)
}
