package store

import "context"

// PeerRefused records why a peer refused a delivery for good, without counting
// it as a failure of the peer.
func (t *Tx) PeerRefused(ctx context.Context, origin, reason string) error {
	_, err := t.exec(ctx, "UPDATE peer SET last_error = $2, last_failed = $3 WHERE origin = $1", origin, reason, t.now())
	return wrap(err, "peer %s", origin)
}

// DeleteFollowersAt removes every follow whose own inbox is gone, and returns
// how many. A shared inbox that is gone says nothing about the actors behind it.
func (t *Tx) DeleteFollowersAt(ctx context.Context, inbox string) (int, error) {
	n, err := t.exec(ctx, "DELETE FROM follower WHERE inbox = $1", inbox)
	return n, wrap(err, "delete followers at %s", inbox)
}

// DeleteFollowersOf removes every follow by the actors of one instance, and
// returns how many. Origin is scheme://host[:port].
func (t *Tx) DeleteFollowersOf(ctx context.Context, origin string) (int, error) {
	n, err := t.exec(ctx, "DELETE FROM follower WHERE substr(actor, 1, $2) = $1", origin+"/", len(origin)+1)
	return n, wrap(err, "delete followers of %s", origin)
}

// Mirrored is what reconciliation needs to know of one remote entry.
type Mirrored struct {
	URI, OwnerURI, Hash string
	// Ignored says that we know of the entry and chose not to keep it.
	Ignored bool
}

// MirroredFrom lists the entries that this instance knows from an origin, by
// URI after one ("" = from the start): those that it holds, shown or not, and
// those that it ignores. Together they are what the origin publishes.
func (r Reader) MirroredFrom(ctx context.Context, origin, afterURI string, limit int) ([]Mirrored, error) {
	ms, err := collect(ctx, r, func(row scanner) (m Mirrored, err error) {
		return m, row.Scan(&m.URI, &m.OwnerURI, &m.Hash, &m.Ignored)
	}, `SELECT uri, owner_uri, hash, FALSE FROM entry WHERE origin = $1 AND status <> 'deleted' AND uri > $2
		UNION ALL SELECT uri, owner_uri, hash, TRUE FROM ignored WHERE origin = $1 AND uri > $2 ORDER BY uri LIMIT $3`,
		origin, afterURI, limit)
	return ms, wrap(err, "entries of %s", origin)
}
