package store

import (
	"context"
	"time"
)

// retryPause is how long after a failure a signed request from the peer may
// bring its next try forward: a peer that talks but does not listen must not
// be tried at each of its words.
const retryPause = time.Minute

// PeerFailed records that a peer did not answer, to a delivery or a request, and
// what it is called from now on. An unknown peer is not an error.
func (t *Tx) PeerFailed(ctx context.Context, origin, reason string) error {
	now := t.now()
	_, err := t.exec(ctx, `UPDATE peer SET last_failed = $2, last_error = $3,
		failing_since = CASE WHEN failing_since = 0 THEN $2 ELSE failing_since END,
		failed_days = CASE WHEN failed_day = $4 AND failed_days > 0 THEN failed_days ELSE failed_days + 1 END,
		failed_day = $4 WHERE origin = $1`, origin, now, reason, now/microsPerDay)
	if err != nil {
		return wrap(err, "peer %s", origin)
	}
	_, err = t.exec(ctx, `UPDATE peer SET state = CASE WHEN failing_since <= $2 AND failed_days >= $3 THEN 'dead'
		WHEN failed_days >= $3 THEN 'down' ELSE 'failing' END WHERE origin = $1 AND state <> 'blocked'`,
		origin, now-deadAfter.Microseconds(), downDays)
	if err != nil {
		return wrap(err, "peer %s", origin)
	}
	return t.doubtPeer(ctx, origin)
}

// PeerSucceeded records that a peer took a delivery, and makes its queue due at
// once. When it had failed before, the digests are to be compared. An unknown
// peer is not an error.
func (t *Tx) PeerSucceeded(ctx context.Context, origin string) error {
	_, err := t.exec(ctx, `UPDATE peer SET fails = 0, next_try = 0, failing_since = 0, failed_days = 0, last_error = '',
		last_success = $2, heal = CASE WHEN heal = 0 AND state IN ('failing', 'down', 'dead') THEN $2 ELSE heal END,
		returned = CASE WHEN state IN ('down', 'dead') THEN $2 ELSE returned END,
		doubt_back = CASE WHEN doubted > 0 AND doubt_back = 0 THEN $2 ELSE doubt_back END,
		state = CASE WHEN state = 'blocked' THEN state ELSE 'up' END WHERE origin = $1`, origin, t.now())
	return wrap(err, "peer %s", origin)
}

// PeerAnswered records that a peer answered a request of ours. It is no longer
// down or dead, while deliveries that it does not take keep their back-off.
func (t *Tx) PeerAnswered(ctx context.Context, origin string) error {
	_, err := t.exec(ctx, `UPDATE peer SET failing_since = 0, failed_days = 0, last_success = $2, next_try = $2,
		heal = CASE WHEN heal = 0 AND (fails = 0 OR state IN ('down', 'dead')) THEN $2 ELSE heal END,
		returned = CASE WHEN state IN ('down', 'dead') THEN $2 ELSE returned END,
		doubt_back = CASE WHEN doubted > 0 AND doubt_back = 0 THEN $2 ELSE doubt_back END,
		last_error = CASE WHEN fails = 0 THEN '' ELSE last_error END, state = 'up'
		WHERE origin = $1 AND (state IN ('failing', 'down', 'dead') OR state = 'up' AND doubted > 0 AND doubt_back = 0)`, origin, t.now())
	return wrap(err, "peer %s", origin)
}

// RetryPeer makes the queue of a failing peer due, because the peer was just heard
// of, and its digest to be compared: it may have missed or changed much. Both are
// at once, or a pause after its last failure: a peer may say one thing when it is
// back, and nothing more for days. An unknown peer, or one that works, is not an
// error.
func (t *Tx) RetryPeer(ctx context.Context, origin string) error {
	_, err := t.exec(ctx, `UPDATE peer SET
		next_try = CASE WHEN next_try <= $2 OR next_try <= last_failed + $3 THEN next_try
			WHEN last_failed + $3 > $2 THEN last_failed + $3 ELSE $2 END,
		heal = CASE WHEN heal > last_failed THEN heal WHEN last_failed + $3 > $2 THEN last_failed + $3 ELSE $2 END
		WHERE origin = $1 AND state IN ('failing', 'down', 'dead')`, origin, t.now(), retryPause.Microseconds())
	return wrap(err, "retry peer %s", origin)
}

// WantHeal asks for a comparison of digests with a peer.
func (t *Tx) WantHeal(ctx context.Context, origin string) error {
	if err := t.EnsurePeer(ctx, origin); err != nil {
		return err
	}
	_, err := t.exec(ctx, "UPDATE peer SET heal = $2 WHERE origin = $1", origin, t.now())
	return wrap(err, "heal %s", origin)
}

// PeerCompared records that a comparison of digests, begun at the given time, is
// over, and whether our copy is now the same. One that was asked for since is still
// to be made.
func (t *Tx) PeerCompared(ctx context.Context, origin string, began time.Time, agreed bool) error {
	if err := t.EnsurePeer(ctx, origin); err != nil {
		return err
	}
	_, err := t.exec(ctx, `UPDATE peer SET agreed = CASE WHEN $4 THEN $2 ELSE agreed END,
		heal = CASE WHEN heal > $3 THEN heal ELSE 0 END WHERE origin = $1`, origin, t.now(), micros(began), agreed)
	return wrap(err, "compare with %s", origin)
}

// GreetPeers asks for something signed to every peer that follows one of our
// actors or waits for something, because we were away: who stopped to deliver
// to us starts again.
func (t *Tx) GreetPeers(ctx context.Context) error {
	_, err := t.exec(ctx, "UPDATE peer SET greet = $1 WHERE greet = 0 AND state <> 'blocked'", t.now())
	return wrap(err, "greet peers")
}

// PeerGreeted takes the wish for a greeting back: one waits in the queue now, or
// there is nobody to greet. Such a peer is looked at again at next (zero = when it
// is asked for).
func (t *Tx) PeerGreeted(ctx context.Context, origin string, next time.Time) error {
	_, err := t.exec(ctx, `UPDATE peer SET greet = 0, resync = 0, next_try = CASE WHEN $2 > next_try THEN $2 ELSE next_try END
		WHERE origin = $1`, origin, micros(next))
	return wrap(err, "greet %s", origin)
}

// DeadOrigins lists the origins that have not answered for so long that they are
// called dead, in order, with since when.
func (r Reader) DeadOrigins(ctx context.Context) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	err := r.each(ctx, func(row scanner) error {
		var origin string
		var since int64
		err := row.Scan(&origin, &since)
		out[origin] = instant(since)
		return err
	}, "SELECT origin, failing_since FROM peer WHERE state = 'dead'")
	return out, wrap(err, "dead origins")
}

// PeerHealth is what a scheduler needs of a peer.
type PeerHealth struct {
	State  PeerState
	Paused bool
	Heal   time.Time
}

// PeerHealths lists the health of the peers that are not simply up, by origin.
func (r Reader) PeerHealths(ctx context.Context) (map[string]PeerHealth, error) {
	out := map[string]PeerHealth{}
	err := r.each(ctx, func(row scanner) error {
		var origin string
		var h PeerHealth
		var heal, paused int64
		err := row.Scan(&origin, &h.State, &paused, &heal)
		h.Heal, h.Paused = instant(heal), paused > 0
		out[origin] = h
		return err
	}, "SELECT origin, state, paused, heal FROM peer WHERE state <> 'up' OR paused > 0 OR heal > 0")
	return out, wrap(err, "health of peers")
}
