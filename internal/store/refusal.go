package store

import (
	"context"
	"time"
)

// retryPause is how long after a failure a signed request from the peer may
// bring its next try forward: a peer that talks but does not listen must not
// be tried at each of its words.
const retryPause = time.Minute

// PeerRefused records why a peer refused a delivery for good, without counting
// it as a failure of the peer.
func (t *Tx) PeerRefused(ctx context.Context, origin, reason string) error {
	_, err := t.exec(ctx, "UPDATE peer SET last_error = $2, last_failed = $3 WHERE origin = $1", origin, reason, t.now())
	return wrap(err, "peer %s", origin)
}

// RetryPeer makes the queue of a failing peer due at once, because the peer was
// just heard of. An unknown peer, or one that works, is not an error.
func (t *Tx) RetryPeer(ctx context.Context, origin string) error {
	now := t.now()
	_, err := t.exec(ctx, `UPDATE peer SET next_try = $2 WHERE origin = $1 AND fails > 0 AND next_try > $2
		AND last_failed <= $3`, origin, now, now-retryPause.Microseconds())
	return wrap(err, "retry peer %s", origin)
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
type Mirrored struct{ URI, OwnerURI, Hash string }

// MirroredFrom lists the public entries that this instance holds from an
// origin, by URI after one ("" = from the start).
func (r Reader) MirroredFrom(ctx context.Context, origin, afterURI string, limit int) ([]Mirrored, error) {
	ms, err := collect(ctx, r, func(row scanner) (m Mirrored, err error) {
		return m, row.Scan(&m.URI, &m.OwnerURI, &m.Hash)
	}, "SELECT uri, owner_uri, hash FROM entry WHERE origin = $1 AND public AND uri > $2 ORDER BY uri LIMIT $3",
		origin, afterURI, limit)
	return ms, wrap(err, "entries of %s", origin)
}
