package store

import (
	"context"
	"errors"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// NoteSignature keeps the form of signature that origin took from us just now. An
// unknown peer is not an error.
func (t *Tx) NoteSignature(ctx context.Context, origin, form string) error {
	_, err := t.exec(ctx, "UPDATE peer SET signature = $2, signature_at = $3 WHERE origin = $1", origin, form, t.now())
	return wrap(err, "signature of %s", origin)
}

// NoteSignatureIn keeps the form in which origin signs what it sends us, and
// reports whether there is a peer to keep it of.
func (t *Tx) NoteSignatureIn(ctx context.Context, origin, form string) (known bool, err error) {
	n, err := t.exec(ctx, "UPDATE peer SET signature_in = $2 WHERE origin = $1", origin, form)
	return n > 0, wrap(err, "signature of %s", origin)
}

// PeerSignature is the form that NoteSignature kept and when, "" when none was.
func (r Reader) PeerSignature(ctx context.Context, origin string) (form string, at time.Time, err error) {
	_, err = one(ctx, r, func(row scanner) (string, error) {
		var us int64
		err := row.Scan(&form, &us)
		at = instant(us)
		return form, err
	}, "SELECT signature, signature_at FROM peer WHERE origin = $1", origin)
	if errors.Is(err, directory.ErrNotFound) {
		return "", at, nil
	}
	return form, at, wrap(err, "signature of %s", origin)
}

// NoteSoftware keeps what a peer's NodeInfo said just now; empty strings keep
// what was known, and only say that it was asked.
func (t *Tx) NoteSoftware(ctx context.Context, origin, software, version string) error {
	_, err := t.exec(ctx, `UPDATE peer SET software_at = $2,
		software = CASE WHEN $3 = '' THEN software ELSE $3 END,
		version = CASE WHEN $3 = '' THEN version ELSE $4 END WHERE origin = $1`, origin, t.now(), software, version)
	return wrap(err, "software of %s", origin)
}

// PeersToAsk lists peers whose NodeInfo was last asked for before the given time, or
// before silent when it never said what it runs; never asked ones first.
// Blocked and paused ones are left alone.
func (r Reader) PeersToAsk(ctx context.Context, before, silent time.Time, limit int) ([]string, error) {
	origins, err := collect(ctx, r, scanValue[string], `SELECT origin FROM peer WHERE (software_at < $1 OR software = '' AND software_at < $2)
		AND state NOT IN ('blocked', 'dead') AND paused = 0 ORDER BY software_at, origin LIMIT $3`, micros(before), micros(silent), limit)
	return origins, wrap(err, "peers to ask")
}

// PausePeer stops deliveries to a peer and pulls from it until ResumePeer; its
// queue is kept. An unknown peer is ErrNotFound.
func (t *Tx) PausePeer(ctx context.Context, origin string) error {
	return t.changePeer(ctx, "pause peer %s", `UPDATE peer SET paused = $2 WHERE origin = $1 AND paused = 0`, origin, t.now())
}

// ResumePeer ends a pause, makes what waits due at once, and asks for a comparison
// of digests.
func (t *Tx) ResumePeer(ctx context.Context, origin string) error {
	return t.changePeer(ctx, "resume peer %s", `UPDATE peer SET paused = 0, next_try = 0, heal = $2 WHERE origin = $1`, origin, t.now())
}

func (t *Tx) changePeer(ctx context.Context, what, query, origin string, more ...any) error {
	if _, err := t.Peer(ctx, origin); err != nil {
		return err
	}
	_, err := t.exec(ctx, query, append([]any{origin}, more...)...)
	return wrap(err, what, origin)
}

// OldestDelivery is when the first of what waits for a peer was queued, zero when
// nothing waits.
func (r Reader) OldestDelivery(ctx context.Context, origin string) (time.Time, error) {
	us, err := value[int64](ctx, r, "SELECT COALESCE(MIN(created), 0) FROM delivery WHERE peer = $1", origin)
	return instant(us), wrap(err, "oldest delivery to %s", origin)
}

// OldestDeliveries is OldestDelivery for every peer that something waits for.
func (r Reader) OldestDeliveries(ctx context.Context) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	_, err := collect(ctx, r, func(row scanner) (string, error) {
		var origin string
		var us int64
		err := row.Scan(&origin, &us)
		out[origin] = instant(us)
		return origin, err
	}, "SELECT peer, MIN(created) FROM delivery GROUP BY peer")
	return out, wrap(err, "oldest deliveries")
}

// TryPeerNow makes a peer's queue due at once. An unknown peer is ErrNotFound.
func (t *Tx) TryPeerNow(ctx context.Context, origin string) error {
	return t.changePeer(ctx, "retry peer %s", "UPDATE peer SET next_try = 0 WHERE origin = $1", origin)
}
