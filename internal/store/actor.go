package store

import (
	"context"
	"time"
)

const selectActor = `SELECT uri, type, name, handle, doc, key_id, public_key_pem, ed25519, inbox, shared_inbox,
	outbox, followers, catalog, fetched_at, gone FROM remote_actor`

func scanActor(row scanner) (a RemoteActor, err error) {
	var fetched int64
	err = row.Scan(&a.URI, &a.Type, &a.Name, &a.Handle, &a.Doc, &a.KeyID, &a.PublicKeyPEM, &a.Ed25519, &a.Inbox,
		&a.SharedInbox, &a.Outbox, &a.Followers, &a.Catalog, &fetched, &a.Gone)
	a.FetchedAt = instant(fetched)
	return a, err
}

// RemoteActor reads a cached actor, gone ones too, or ErrNotFound.
func (r Reader) RemoteActor(ctx context.Context, uri string) (RemoteActor, error) {
	a, err := one(ctx, r, scanActor, selectActor+" WHERE uri = $1", uri)
	return a, wrap(err, "remote actor %s", uri)
}

// RemoteActorByKey reads a cached actor by the id of its key, or ErrNotFound.
func (r Reader) RemoteActorByKey(ctx context.Context, keyID string) (RemoteActor, error) {
	a, err := one(ctx, r, scanActor, selectActor+" WHERE key_id = $1 AND key_id <> '' ORDER BY uri LIMIT 1", keyID)
	return a, wrap(err, "remote actor with key %s", keyID)
}

// PutRemoteActor inserts or replaces a cached actor; since when it has its keys stays
// unless they change.
func (t *Tx) PutRemoteActor(ctx context.Context, a RemoteActor) error {
	doc := a.Doc
	if doc == nil {
		doc = []byte{}
	}
	_, err := t.exec(ctx, `INSERT INTO remote_actor (uri, type, name, handle, doc, key_id, public_key_pem, ed25519, inbox,
		shared_inbox, outbox, followers, catalog, fetched_at, gone, keys_since)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (uri) DO UPDATE SET type = excluded.type, name = excluded.name, handle = excluded.handle,
		doc = excluded.doc, key_id = excluded.key_id, public_key_pem = excluded.public_key_pem,
		ed25519 = excluded.ed25519, inbox = excluded.inbox, shared_inbox = excluded.shared_inbox,
		outbox = excluded.outbox, followers = excluded.followers, catalog = excluded.catalog,
		fetched_at = excluded.fetched_at, gone = excluded.gone, keys_since = CASE
		WHEN remote_actor.public_key_pem = excluded.public_key_pem AND remote_actor.ed25519 = excluded.ed25519
		THEN remote_actor.keys_since ELSE excluded.keys_since END`,
		a.URI, a.Type, a.Name, a.Handle, doc, a.KeyID, a.PublicKeyPEM, a.Ed25519, a.Inbox,
		a.SharedInbox, a.Outbox, a.Followers, a.Catalog, micros(a.FetchedAt), a.Gone, t.now())
	return wrap(err, "put remote actor %s", a.URI)
}

// DeleteRemoteActor forgets a cached actor; an unknown one is not an error.
func (t *Tx) DeleteRemoteActor(ctx context.Context, uri string) error {
	_, err := t.exec(ctx, "DELETE FROM remote_actor WHERE uri = $1", uri)
	return wrap(err, "delete remote actor %s", uri)
}

// IdleActors lists the actors that were last asked for before a time and that no
// follow, entry or reply names, by uri after one ("" = from the start).
func (r Reader) IdleActors(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	uris, err := collect(ctx, r, scanValue[string], `SELECT uri FROM remote_actor a WHERE fetched_at < $1 AND uri > $2
		AND NOT EXISTS (SELECT 1 FROM follower f WHERE f.actor = a.uri)
		AND NOT EXISTS (SELECT 1 FROM following f WHERE f.object = a.uri)
		AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.uri = a.uri)
		AND NOT EXISTS (SELECT 1 FROM reply y WHERE y.actor = a.uri)
		ORDER BY uri LIMIT $3`, micros(before), after, limit)
	return uris, wrap(err, "idle actors")
}

// HoldsOf reports whether entries, follows, a pinned key or a quarantine of a server
// are kept here.
func (r Reader) HoldsOf(ctx context.Context, origin string) (bool, error) {
	n, err := value[int](ctx, r, `SELECT COUNT(*) FROM (
		SELECT 1 FROM pinned_key WHERE origin = $1 UNION ALL SELECT 1 FROM quarantine WHERE origin = $1
		UNION ALL SELECT 1 FROM following WHERE origin = $1
		UNION ALL SELECT 1 WHERE EXISTS (SELECT 1 FROM entry WHERE origin = $1)) held`, origin)
	return n > 0, wrap(err, "what is held of %s", origin)
}
