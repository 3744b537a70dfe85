package store

import (
	"context"
	"errors"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// On how many days a peer must have failed, without a success between, to be
// called down: Mastodon's rule. And for how long, to be called dead.
const (
	downDays  = 7
	deadAfter = 90 * 24 * time.Hour
)

const microsPerDay = 24 * 60 * 60 * 1_000_000

// peerColumns are the columns of scanPeer.
const peerColumns = `origin, state, fails, next_try, lease_until, lease_owner, last_success, last_failed,
	failing_since, last_error, software, version, actor, catalog, signature, created, signature_at, signature_in, software_at, paused,
	reader, agreed, heal, greet, resync, dropped, failed_days`

func scanPeer(row scanner) (p Peer, err error) { return scanPeerAnd(row) }

func scanPeerAnd(row scanner, more ...any) (p Peer, err error) {
	var next, lease, success, failed, since, created, agreed, heal, greet, resync, signed, asked, paused int64
	err = row.Scan(append([]any{&p.Origin, &p.State, &p.Fails, &next, &lease, &p.LeaseOwner, &success, &failed, &since,
		&p.LastError, &p.Software, &p.Version, &p.Actor, &p.Catalog, &p.Signature, &created,
		&signed, &p.SignatureIn, &asked, &paused,
		&p.Reader, &agreed, &heal, &greet, &resync, &p.Dropped, &p.FailedDays}, more...)...)
	p.NextTry, p.LeaseUntil, p.LastSuccess, p.LastFailed = instant(next), instant(lease), instant(success), instant(failed)
	p.FailingSince, p.Created = instant(since), instant(created)
	p.Agreed, p.Heal, p.Greet, p.Resync = instant(agreed), instant(heal), instant(greet), instant(resync)
	p.SignatureAt, p.SoftwareAt, p.Paused = instant(signed), instant(asked), instant(paused)
	return p, err
}

// Peer reads a remote instance with the length of its queue, or ErrNotFound.
func (r Reader) Peer(ctx context.Context, origin string) (Peer, error) {
	var queued int
	p, err := one(ctx, r, func(row scanner) (Peer, error) { return scanPeerAnd(row, &queued) },
		"SELECT "+peerColumns+", (SELECT COUNT(*) FROM delivery d WHERE d.peer = peer.origin) FROM peer WHERE origin = $1", origin)
	p.Queued = queued
	return p, wrap(err, "peer %s", origin)
}

// Peers lists every remote instance by origin, with queue lengths and entry counts.
func (r Reader) Peers(ctx context.Context) ([]Peer, error) {
	ps, err := collect(ctx, r, func(row scanner) (Peer, error) {
		var queued, entries int
		p, err := scanPeerAnd(row, &queued, &entries)
		p.Queued, p.Entries = queued, entries
		return p, err
	}, "SELECT "+peerColumns+`, (SELECT COUNT(*) FROM delivery d WHERE d.peer = peer.origin),
		(SELECT COUNT(*) FROM entry e WHERE e.origin = peer.origin AND e.public) FROM peer ORDER BY origin`)
	return ps, wrap(err, "peers")
}

// OriginsOf lists the remote instances whose NodeInfo names the software.
func (r Reader) OriginsOf(ctx context.Context, software string) ([]string, error) {
	origins, err := collect(ctx, r, scanValue[string], "SELECT origin FROM peer WHERE software = $1 ORDER BY origin", software)
	return origins, wrap(err, "peers that run %s", software)
}

// EnsurePeer makes the row of a remote instance when there is none.
func (t *Tx) EnsurePeer(ctx context.Context, origin string) error {
	_, err := t.exec(ctx, `INSERT INTO peer (origin, state, fails, next_try, lease_until, lease_owner, last_success,
		last_failed, failing_since, last_error, software, version, actor, catalog, signature, created)
		VALUES ($1, 'up', 0, 0, 0, '', 0, 0, 0, '', '', '', '', '', '', $2) ON CONFLICT (origin) DO NOTHING`, origin, t.now())
	return wrap(err, "peer %s", origin)
}

// PutPeer keeps what was learnt of a peer: State, Software, Version, Actor, Catalog
// and Signature; empty ones keep what is there. Queue and health have their own methods.
func (t *Tx) PutPeer(ctx context.Context, p Peer) error {
	if err := t.EnsurePeer(ctx, p.Origin); err != nil {
		return err
	}
	_, err := t.exec(ctx, `UPDATE peer SET
		state = CASE WHEN $2 = '' THEN state ELSE $2 END,
		software = CASE WHEN $3 = '' THEN software ELSE $3 END, version = CASE WHEN $4 = '' THEN version ELSE $4 END,
		actor = CASE WHEN $5 = '' THEN actor ELSE $5 END, catalog = CASE WHEN $6 = '' THEN catalog ELSE $6 END,
		signature = CASE WHEN $7 = '' THEN signature ELSE $7 END WHERE origin = $1`,
		p.Origin, string(p.State), p.Software, p.Version, p.Actor, p.Catalog, p.Signature)
	if err != nil || p.State != PeerDown && p.State != PeerDead {
		return wrap(err, "put peer %s", p.Origin)
	}
	return t.doubtPeer(ctx, p.Origin)
}

// leaseCandidates is how many due peers LeasePeer looks at, so that a peer that
// another process takes at the same moment does not hide the others.
const leaseCandidates = 16

// LeasePeer takes the peer whose queue has waited longest: one with deliveries, or
// that is to be greeted (see GreetPeers), or that is down and looked after; whose
// next try is due, that nobody holds and that is neither blocked nor paused. The
// lease ends by itself, so that a killed process loses nothing. The error wraps
// ErrNotFound when there is none.
func (t *Tx) LeasePeer(ctx context.Context, owner string, lease time.Duration) (Peer, error) {
	now := t.now()
	due, err := collect(ctx, t.Reader, scanValue[string], `SELECT origin FROM peer WHERE next_try <= $1 AND lease_until <= $1
		AND state <> 'blocked' AND paused = 0 AND (resync > 0 OR greet > 0 OR state IN ('down', 'dead')
		OR EXISTS (SELECT 1 FROM delivery d WHERE d.peer = peer.origin))
		ORDER BY next_try, origin`+limited("$2"), now, leaseCandidates)
	if err != nil {
		return Peer{}, wrap(err, "lease peer")
	}
	for _, origin := range due {
		p, err := one(ctx, t.Reader, scanPeer, `UPDATE peer SET lease_until = $2, lease_owner = $3
			WHERE origin = $1 AND lease_until <= $4 AND next_try <= $4 RETURNING `+peerColumns,
			origin, now+lease.Microseconds(), owner, now)
		if !errors.Is(err, directory.ErrNotFound) {
			return p, wrap(err, "lease peer")
		}
	}
	return Peer{}, wrap(directory.ErrNotFound, "lease peer")
}

// ExtendLease keeps a peer for longer. The error wraps ErrConflict when the lease
// was lost to another owner: stop sending.
func (t *Tx) ExtendLease(ctx context.Context, origin, owner string, lease time.Duration) error {
	n, err := t.exec(ctx, "UPDATE peer SET lease_until = $3 WHERE origin = $1 AND lease_owner = $2",
		origin, owner, t.now()+lease.Microseconds())
	if err == nil && n == 0 {
		err = directory.ErrConflict
	}
	return wrap(err, "extend lease of %s", origin)
}

// ReleasePeer gives a peer back; the next one takes it at once.
func (t *Tx) ReleasePeer(ctx context.Context, origin, owner string) error {
	_, err := t.exec(ctx, "UPDATE peer SET lease_until = 0, lease_owner = '' WHERE origin = $1 AND lease_owner = $2",
		origin, owner)
	return wrap(err, "release %s", origin)
}

// DeferPeer counts a failed delivery, gives the peer back and puts its next try
// off. PeerFailed says why.
func (t *Tx) DeferPeer(ctx context.Context, origin, owner string, next time.Time) error {
	_, err := t.exec(ctx, `UPDATE peer SET fails = fails + 1, next_try = $3, lease_until = 0, lease_owner = ''
		WHERE origin = $1 AND lease_owner = $2`, origin, owner, micros(next))
	return wrap(err, "defer %s", origin)
}
