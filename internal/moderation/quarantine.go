package moderation

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// Absence is how long nothing was heard of an actor that we follow, so that
// another key is another owner until somebody says otherwise. We look at what we
// follow every day.
const Absence = 30 * 24 * time.Hour

// KeyChanged judges that an actor's document lists another key than before, in
// the transaction that keeps it. Vouched says that the old key signed the change.
//
// Most changes are honest: a rotation with the old key, or an administrator who
// lost it on a server that was there all the time, which TLS speaks for. They are
// noted in the log. A domain that was away (down or dead, or silent for a month)
// and comes back with another key may have been bought by somebody else: it goes
// into quarantine until an administrator has looked.
func (m *Moderation) KeyChanged(ctx context.Context, tx *store.Tx, c peer.KeyChange) error {
	origin, err := peer.Origin(c.Actor)
	if err != nil {
		return err
	}
	old, fresh := Fingerprint(c.Old), Fingerprint(c.New)
	detail := old + " → " + fresh
	matters, away, arg, err := m.away(ctx, tx, origin, c)
	if err != nil || !matters {
		return err
	}
	system := directory.Itself()
	switch {
	case c.Vouched:
		return m.audit(ctx, tx, system, "key.rotated", c.Actor, detail)
	case away == "":
		return m.audit(ctx, tx, system, "key.changed", c.Actor, detail)
	}
	err = tx.PutQuarantine(ctx, store.Quarantine{Origin: origin, Actor: c.Actor, OldKey: old, NewKey: fresh,
		Cause: away, Arg: arg, Since: m.clock().UTC()})
	if err != nil {
		return err
	}
	if err := errors.Join(tx.EnsurePeer(ctx, origin), tx.PausePeer(ctx, origin)); err != nil {
		return err
	}
	m.invalidate()
	return m.audit(ctx, tx, system, "key.quarantine", c.Actor, detail+": "+string(away)+" "+arg)
}

// away reports whether the origin means anything to us, and why it counts as having
// been away, with the date that goes with it; "" when it does not.
func (m *Moderation) away(ctx context.Context, tx *store.Tx, origin string, c peer.KeyChange) (matters bool, why store.QuarantineCause, arg string, err error) {
	followed, err := tx.FollowingByOrigin(ctx, origin)
	if err != nil {
		return false, "", "", err
	}
	p, err := tx.Peer(ctx, origin)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return false, "", "", err
	}
	if errors.Is(err, directory.ErrNotFound) {
		// Nothing is sent there and nothing is read; a followed map may have shared much of it.
		held, err := tx.HoldsFrom(ctx, origin)
		if err != nil || !held && len(followed) == 0 {
			return false, "", "", err
		}
		if m.clock().Sub(c.Seen) <= Absence {
			return true, "", "", nil
		}
		return true, store.CauseSilent, c.Seen.Format(time.DateOnly), nil
	}
	// Whoever has the domain now may have answered something else first.
	returned, err := tx.PeerReturned(ctx, origin)
	if err != nil {
		return false, "", "", err
	}
	doubt, err := tx.Doubt(ctx, origin)
	if err != nil {
		return false, "", "", err
	}
	seen := c.Seen
	if p.LastSuccess.After(seen) {
		seen = p.LastSuccess
	}
	since := seen
	for _, at := range []time.Time{p.FailingSince, doubt.Since} {
		if !at.IsZero() {
			since = at
		}
	}
	switch {
	case p.State == store.PeerDown:
		why, seen = store.CauseDown, since
	case p.State == store.PeerDead:
		why, seen = store.CauseDead, since
	case !returned.IsZero() && !returned.Before(c.Seen):
		why, seen = store.CauseReturned, returned
	case doubt.Any():
		why, seen = store.CauseSilent, since
	case len(followed) > 0 && m.clock().Sub(seen) > Absence:
		why = store.CauseSilent
	default:
		return true, "", "", nil
	}
	return true, why, seen.Format(time.DateOnly), nil
}

// Fingerprint is how people compare keys: the SHA-256 of what a PEM block or a
// Multikey says, in base64; "-" without a key.
func Fingerprint(key string) string {
	if key == "" {
		return "-"
	}
	raw := []byte(strings.TrimSpace(key))
	if block, _ := pem.Decode(raw); block != nil {
		raw = block.Bytes
	}
	sum := sha256.Sum256(raw)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// Quarantined reports whether what origin says is not believed for now.
func (m *Moderation) Quarantined(ctx context.Context, origin string) (bool, error) {
	st, err := m.current(ctx, m.st.Reader)
	if err != nil {
		return false, err
	}
	_, suspect := st.suspect[origin]
	return suspect, nil
}

// Waits reports whether an origin is in quarantine or in doubt, in a transaction that
// puts something aside until it is not.
func (m *Moderation) Waits(ctx context.Context, tx *store.Tx, origin string) (bool, error) {
	_, err := tx.QuarantineOf(ctx, origin)
	if !errors.Is(err, directory.ErrNotFound) {
		return err == nil, err
	}
	m.invalidate() // another process may have ended it
	d, err := tx.Doubt(ctx, origin)
	return d.Any(), err
}

// Quarantines lists the servers that wait for a decision.
func (m *Moderation) Quarantines(ctx context.Context) ([]store.Quarantine, error) {
	return m.st.Quarantines(ctx)
}

// AcceptKey ends the quarantine of an origin, or the doubt about it: its key is
// believed, what waits is delivered, and what is followed there is fetched again.
func (m *Moderation) AcceptKey(ctx context.Context, who directory.Who, origin, reason string) error {
	if err := m.mayDecide(who, reason); err != nil {
		return err
	}
	err := m.st.Write(ctx, func(tx *store.Tx) error {
		err := m.endQuarantine(ctx, tx, who, origin, reason, "quarantine.accept")
		if !errors.Is(err, directory.ErrNotFound) {
			return err
		}
		d, derr := tx.Doubt(ctx, origin)
		if derr != nil || !d.Any() {
			return errors.Join(err, derr)
		}
		if err := m.audit(ctx, tx, who, "quarantine.accept", origin, cut(reason, maxReasonBytes)); err != nil {
			return err
		}
		return m.dispel(ctx, tx, origin, who.Name)
	})
	m.invalidate()
	if err != nil {
		return fmt.Errorf("accept the key of %s: %w", origin, err)
	}
	return nil
}

// RefuseKey ends the quarantine of an origin by blocking its domain.
func (m *Moderation) RefuseKey(ctx context.Context, who directory.Who, origin, reason string) error {
	if err := m.mayDecide(who, reason); err != nil {
		return err
	}
	if _, err := m.st.QuarantineOf(ctx, origin); err != nil {
		return err
	}
	if err := m.Block(ctx, who, origin, reason); err != nil {
		return err
	}
	err := m.st.Write(ctx, func(tx *store.Tx) error { return m.endQuarantine(ctx, tx, who, origin, reason, "quarantine.refuse") })
	m.invalidate()
	if err != nil {
		return fmt.Errorf("refuse the key of %s: %w", origin, err)
	}
	return nil
}

func (m *Moderation) endQuarantine(ctx context.Context, tx *store.Tx, who directory.Who, origin, reason, verb string) error {
	q, err := tx.QuarantineOf(ctx, origin)
	if err != nil {
		return err
	}
	if _, err := tx.DeleteQuarantine(ctx, origin); err != nil {
		return err
	}
	if err := tx.ResumePeer(ctx, origin); err != nil {
		return err
	}
	if verb != "quarantine.accept" {
		if err := release(ctx, tx, origin, false); err != nil {
			return err
		}
	} else if err := errors.Join(tx.EndDoubt(ctx, origin), m.catchUp(ctx, tx, origin)); err != nil {
		return err
	}
	return m.audit(ctx, tx, who, verb, origin, q.NewKey+": "+cut(reason, maxReasonBytes))
}

// release applies or drops what the origin sent while it waited.
func release(ctx context.Context, tx *store.Tx, origin string, apply bool) error {
	ids, err := tx.ReleaseHeld(ctx, origin, apply)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := peer.ScheduleApply(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

func (m *Moderation) mayDecide(who directory.Who, reason string) error {
	if !who.MayAdminister() {
		return fmt.Errorf("moderation: %w", directory.ErrForbidden)
	}
	if strings.TrimSpace(reason) == "" {
		return needReason()
	}
	return nil
}
