package store

import (
	"context"
	"errors"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// provenFor is how long the word of a key is remembered: a peer that does not
// take our deliveries and signs what it sends is not in doubt each time that one
// fails.
const provenFor = downDays * 24 * time.Hour

// Doubt is that a peer was away for so long that its name may be somebody else's:
// it was down, or nobody here looked. The zero value is no doubt.
type Doubt struct {
	Origin string
	// Since is when the absence began.
	Since time.Time
	// Back is when it first answered again, and Asked when it was last asked for
	// something signed; zero is never.
	Back, Asked time.Time
}

// Any reports whether there is a doubt.
func (d Doubt) Any() bool { return !d.Since.IsZero() }

// State is what the peer was when it answered again.
func (d Doubt) State() PeerState {
	if d.Back.Sub(d.Since) >= deadAfter {
		return PeerDead
	}
	return PeerDown
}

func scanDoubt(row scanner) (d Doubt, err error) {
	var since, back, asked int64
	err = row.Scan(&d.Origin, &since, &back, &asked)
	d.Since, d.Back, d.Asked = instant(since), instant(back), instant(asked)
	return d, err
}

const selectDoubt = "SELECT origin, doubted, doubt_back, doubt_asked FROM peer WHERE doubted > 0"

// Doubt reads the doubt about an origin; there is none about one that is unknown.
func (r Reader) Doubt(ctx context.Context, origin string) (Doubt, error) {
	d, err := one(ctx, r, scanDoubt, selectDoubt+" AND origin = $1", origin)
	if err = wrap(err, "doubt about %s", origin); errors.Is(err, directory.ErrNotFound) {
		return Doubt{}, nil
	}
	return d, err
}

// Doubts lists the peers that answer again and are in doubt, by origin.
func (r Reader) Doubts(ctx context.Context) ([]Doubt, error) {
	ds, err := collect(ctx, r, scanDoubt, selectDoubt+" AND doubt_back > 0 AND state <> 'blocked' ORDER BY origin")
	return ds, wrap(err, "doubts")
}

// concerns holds for a peer that could take something away from us: who is unknown
// here has nothing to show, and nothing to show it by.
const concerns = `(EXISTS (SELECT 1 FROM following f WHERE f.origin = peer.origin) OR EXISTS (SELECT 1 FROM pinned_key k WHERE k.origin = peer.origin)
	OR EXISTS (SELECT 1 FROM entry e WHERE e.origin = peer.origin)
	OR EXISTS (SELECT 1 FROM follower w WHERE substr(w.actor, 1, length(peer.origin) + 1) = peer.origin || '/'))`

// doubtPeer begins the doubt about a peer that has just become down or dead, and
// begins it anew about one that had come back meanwhile.
func (t *Tx) doubtPeer(ctx context.Context, origin string) error {
	_, err := t.exec(ctx, `UPDATE peer SET doubt_back = 0, doubt_asked = 0,
		doubted = CASE WHEN doubted > 0 THEN doubted WHEN failing_since > 0 THEN failing_since ELSE $2 END
		WHERE origin = $1 AND state IN ('down', 'dead') AND (doubted > 0 OR proven < $3 AND `+concerns+`)`,
		origin, t.now(), t.now()-provenFor.Microseconds())
	return wrap(err, "doubt about %s", origin)
}

// DoubtPeers begins a doubt about every peer, because this instance looked at none
// since the given time.
func (t *Tx) DoubtPeers(ctx context.Context, since time.Time) error {
	_, err := t.exec(ctx, "UPDATE peer SET doubted = $1 WHERE doubted = 0 AND proven < $1 AND "+concerns, micros(since))
	return wrap(err, "doubt about all peers")
}

// BlockPeer records that a peer is blocked from now on.
func (t *Tx) BlockPeer(ctx context.Context, origin string) error {
	_, err := t.exec(ctx, "UPDATE peer SET state = 'blocked', blocked_at = $2 WHERE origin = $1", origin, t.now())
	return wrap(err, "block %s", origin)
}

// UnblockPeer records that a peer is not blocked any more. Nobody looked at it
// meanwhile: when that was as long as a peer must be away to be down, it is in doubt.
func (t *Tx) UnblockPeer(ctx context.Context, origin string) error {
	_, err := t.exec(ctx, `UPDATE peer SET state = 'up', blocked_at = 0, doubt_back = 0, doubt_asked = 0,
		doubted = CASE WHEN doubted = 0 AND blocked_at <= $2 AND `+concerns+` THEN blocked_at ELSE doubted END
		WHERE origin = $1 AND state = 'blocked'`, origin, t.now()-provenFor.Microseconds())
	return wrap(err, "unblock %s", origin)
}

// DoubtAsked notes that a peer was asked for something signed.
func (t *Tx) DoubtAsked(ctx context.Context, origin string) error {
	_, err := t.exec(ctx, "UPDATE peer SET doubt_asked = $2 WHERE origin = $1", origin, t.now())
	return wrap(err, "doubt about %s", origin)
}

// EndDoubt ends the doubt about a peer, and asks for a comparison of digests.
func (t *Tx) EndDoubt(ctx context.Context, origin string) error {
	_, err := t.exec(ctx, "UPDATE peer SET doubted = 0, doubt_back = 0, doubt_asked = 0, proven = $2, heal = $2 WHERE origin = $1", origin, t.now())
	return wrap(err, "doubt about %s", origin)
}

// DeferDoubt puts off what becomes of a peer in doubt until it answers again: what
// is to be done is in the hands of a person.
func (t *Tx) DeferDoubt(ctx context.Context, origin string) error {
	_, err := t.exec(ctx, "UPDATE peer SET doubt_back = 0 WHERE origin = $1", origin)
	return wrap(err, "doubt about %s", origin)
}

// HoldsFrom reports whether any entry of an origin is held, shown or not.
func (r Reader) HoldsFrom(ctx context.Context, origin string) (bool, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM (SELECT 1 FROM entry WHERE origin = $1 AND status <> 'deleted' LIMIT 1) AS x", origin)
	return n > 0, wrap(err, "entries of %s", origin)
}

// KeysSince is since when a cached actor has the keys that it has, zero when that
// is longer than it is noted; ErrNotFound for an unknown actor.
func (r Reader) KeysSince(ctx context.Context, uri string) (time.Time, error) {
	us, err := value[int64](ctx, r, "SELECT keys_since FROM remote_actor WHERE uri = $1", uri)
	return instant(us), wrap(err, "keys of %s", uri)
}
