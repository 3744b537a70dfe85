package moderation

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// DoubtFor is how long a server that came back after an absence has to show that
// it holds a key that was known before. Nothing is lost meanwhile; afterwards an
// administrator is asked.
const DoubtFor = 7 * 24 * time.Hour

// Doubt is the doubt about an origin. A server that was down or dead, or that
// nobody here looked at for a month, may have a name that somebody else bought, who
// shows the old keys and cannot use them. Until it has signed something, what is
// only said over TLS is not believed: that a document is gone, that it is another
// than before, that the catalogue has nothing any more.
func (m *Moderation) Doubt(ctx context.Context, origin string) (store.Doubt, error) {
	return m.st.Doubt(ctx, origin)
}

// Unsuspected reports whether what an actor of origin says may be taken as it comes, in
// the transaction that takes it: no rule blocks it, and its server is neither in
// quarantine nor in doubt.
func (m *Moderation) Unsuspected(ctx context.Context, tx *store.Tx, actor, origin string) (bool, error) {
	v, err := m.check(ctx, tx.Reader, origin, actor)
	if err != nil || !v.Allowed {
		return false, err
	}
	st, err := m.current(ctx, tx.Reader)
	if err != nil {
		return false, err
	}
	if _, suspect := st.suspect[origin]; suspect {
		return false, nil
	}
	d, err := tx.Doubt(ctx, origin)
	return err == nil && !d.Any(), err
}

// Doubts lists the servers that are back and have not signed anything yet.
func (m *Moderation) Doubts(ctx context.Context) ([]store.Doubt, error) { return m.st.Doubts(ctx) }

// Signed is told of a request that pub, a key of the actor, has just signed, in the
// transaction that keeps it. It ends the doubt about the actor's origin when the key
// was known before the absence, and reports whether it did.
func (m *Moderation) Signed(ctx context.Context, tx *store.Tx, actor string, pub crypto.PublicKey) (bool, error) {
	origin, err := peer.Origin(actor)
	if err != nil {
		return false, err
	}
	d, err := tx.Doubt(ctx, origin)
	if err != nil || !d.Any() {
		return false, err
	}
	known, err := peer.KnownKey(ctx, tx.Reader, actor, pub, d.Since)
	if err != nil || !known {
		return false, err
	}
	return true, m.dispel(ctx, tx, origin, actor)
}

// Proven is told of documents of an origin in doubt whose proofs verified, and ends
// the doubt when one of them was signed, by a key known before, after the origin was
// seen again: older ones anybody may have kept.
func (m *Moderation) Proven(ctx context.Context, tx *store.Tx, origin string, docs []*store.KeptDocument) (bool, error) {
	d, err := tx.Doubt(ctx, origin)
	if err != nil || !d.Any() || d.Back.IsZero() {
		return false, err
	}
	for _, doc := range docs {
		if doc == nil || doc.Origin != origin || !doc.Signed.After(d.Back) {
			continue
		}
		known, err := peer.KnownDocument(ctx, tx.Reader, doc, d.Since)
		if err != nil {
			return false, err
		}
		if known {
			return true, m.dispel(ctx, tx, origin, doc.URI)
		}
	}
	return false, nil
}

// dispel ends a doubt, and the quarantine that came of it: what waits is applied,
// and what is followed is read.
func (m *Moderation) dispel(ctx context.Context, tx *store.Tx, origin, by string) error {
	q, err := tx.QuarantineOf(ctx, origin)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	if err := tx.EndDoubt(ctx, origin); err != nil {
		return err
	}
	if err := m.audit(ctx, tx, directory.Itself(), "origin.proven", origin, by); err != nil {
		return err
	}
	switch {
	case q.Cause == store.CauseUnproven:
		if _, err := tx.DeleteQuarantine(ctx, origin); err != nil {
			return err
		}
		if err := tx.ResumePeer(ctx, origin); err != nil {
			return err
		}
		m.invalidate()
	case q.Cause != "": // it waits for a decision on another key
		return nil
	}
	return m.catchUp(ctx, tx, origin)
}

// catchUp applies what an origin sent while it waited, and has what is followed
// there read.
func (m *Moderation) catchUp(ctx context.Context, tx *store.Tx, origin string) error {
	if err := release(ctx, tx, origin, true); err != nil {
		return err
	}
	followed, err := tx.FollowingByOrigin(ctx, origin)
	if err != nil {
		return err
	}
	for _, f := range followed {
		if err := peer.ScheduleBackfill(ctx, tx, f.Object, m.clock()); err != nil {
			return err
		}
	}
	return nil
}

// judgeDoubts puts the servers in quarantine that had their time and have signed
// nothing.
func (m *Moderation) judgeDoubts(ctx context.Context) error {
	ds, err := m.st.Doubts(ctx)
	if err != nil {
		return err
	}
	for _, d := range ds {
		if m.clock().Sub(d.Back) < DoubtFor {
			continue
		}
		err := m.st.Write(ctx, func(tx *store.Tx) error { return m.suspect(ctx, tx, d.Origin) })
		m.invalidate()
		if err != nil {
			return fmt.Errorf("quarantine of %s: %w", d.Origin, err)
		}
	}
	return nil
}

func (m *Moderation) suspect(ctx context.Context, tx *store.Tx, origin string) error {
	d, err := tx.Doubt(ctx, origin)
	if err != nil || !d.Any() || d.Back.IsZero() {
		return err // proven a moment ago
	}
	if err := tx.DeferDoubt(ctx, origin); err != nil {
		return err
	}
	q := store.Quarantine{Origin: origin, Cause: store.CauseUnproven, Arg: d.Since.Format(time.DateOnly), Since: m.clock().UTC()}
	known, err := m.speakers(ctx, tx.Reader, origin)
	if err != nil {
		return err
	}
	if len(known) == 0 { // it has nothing here that it could take away
		return nil
	}
	q.Actor = known[0]
	ra, err := tx.RemoteActor(ctx, q.Actor)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	q.OldKey = Fingerprint(ra.PublicKeyPEM)
	q.NewKey = q.OldKey
	if err := tx.PutQuarantine(ctx, q); err != nil {
		return err
	}
	if err := tx.PausePeer(ctx, origin); err != nil {
		return err
	}
	return m.audit(ctx, tx, directory.Itself(), "origin.unproven", origin, q.Arg)
}
