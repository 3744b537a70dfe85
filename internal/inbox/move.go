package inbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// moveEvery is how often an actor may move to another address.
const moveEvery = 7 * 24 * time.Hour

// moved applies a Move: its signer says that it is somebody else now, and the
// other one must say the same on its own origin (FEP-7628). What follows us is let
// go, since it follows again by itself; what we follow is followed at the new
// address, with the same rule; its entry is shown as the new one.
func (in *Inbox) moved(ctx context.Context, act federation.Activity) (effect, error) {
	old, target := act.Object.ID, act.Target.ID
	if old != act.Actor {
		return effect{}, forged("%s moves another actor: %s", act.Actor, old)
	}
	if _, err := in.foreign(old); err != nil {
		return effect{}, err
	}
	if target == "" || target == old {
		return effect{}, drop("a Move without another target")
	}
	if err := in.settled(ctx, in.cfg.Store.Reader, old, target); err != nil {
		return effect{}, err
	}
	mine, err := in.concerned(ctx, old)
	if err != nil {
		return effect{}, err
	}
	if vocab.Origin(target) == in.origin {
		return in.movedHere(ctx, old, target)
	}
	origin, err := peer.Origin(target)
	if err != nil {
		return effect{}, fmt.Errorf("target: %w", err)
	}
	doc, err := in.fetch(ctx, target, origin)
	if err != nil {
		return effect{}, fmt.Errorf("target of the Move: %w", err)
	}
	if err := agrees(doc.object, old, target); err != nil {
		if !slices.Contains(doc.object.AlsoKnownAs, old) {
			err = fmt.Errorf("%w: %w", errUnclaimed, err)
		}
		return effect{}, err
	}
	var actor store.RemoteActor
	if len(mine) > 0 {
		if actor, err = in.cfg.Actors.Refresh(ctx, target); err != nil {
			return effect{}, fmt.Errorf("target of the Move: %w", err)
		}
	}
	return effect{delivers: true, changes: true, run: func(ctx context.Context, tx *store.Tx) error {
		if err := in.settled(ctx, tx.Reader, old, target); err != nil {
			return err
		}
		if _, err := tx.DeleteFollowersBy(ctx, old); err != nil {
			return err
		}
		for _, f := range mine {
			if err := in.followOn(ctx, tx, f, actor, origin); err != nil {
				return err
			}
		}
		if err := in.cfg.Ledger.AcceptMove(ctx, tx, old, target, doc.object.Name); err != nil {
			return err
		}
		return in.takeTarget(ctx, tx, doc, old, len(mine) > 0)
	}}, nil
}

// settled refuses another Move of an actor that moved elsewhere a moment ago: each
// is kept for ever, and people are asked to follow it. The same one again is none.
func (in *Inbox) settled(ctx context.Context, r store.Reader, old, target string) error {
	last, err := r.LastMove(ctx, old)
	if errors.Is(err, directory.ErrNotFound) || err == nil && (last.NewURI == target || in.now().Sub(last.At) >= moveEvery) {
		return nil
	}
	if err != nil {
		return err
	}
	return drop("%s moved on %s, and may again %s later", old, last.At.Format(time.DateOnly), moveEvery)
}

// concerned returns our follows of an actor. One that we do not follow, that does
// not follow us and of which we hold nothing is none of our business, and nothing
// is fetched for it.
func (in *Inbox) concerned(ctx context.Context, uri string) ([]store.Following, error) {
	all, err := in.cfg.Store.FollowingOf(ctx, uri)
	if err != nil {
		return nil, err
	}
	mine := slices.DeleteFunc(all, func(f store.Following) bool { return f.State == store.FollowRejected })
	if len(mine) > 0 {
		return mine, nil
	}
	known, err := in.cfg.Store.FollowsUs(ctx, uri)
	if err != nil || known {
		return nil, err
	}
	_, err = in.cfg.Store.EntryByURI(ctx, uri)
	if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
		return nil, drop("%s, which moves, is unknown here", uri)
	}
	return nil, err
}

// agrees checks the target's own word: that it is what was asked for, that it is
// also known as the old id, and that it has not moved on itself.
func agrees(o federation.Object, old, target string) error {
	switch {
	case o.ID != target:
		return forged("the target %s calls itself %s", target, o.ID)
	case !slices.Contains(o.AlsoKnownAs, old):
		return forged("the target %s does not say that it is also known as %s", target, old)
	case o.MovedTo != "":
		return drop("the target %s has moved itself, to %s", target, o.MovedTo)
	}
	return nil
}

// movedHere: the target is an entry of ours, which must have claimed the old id.
func (in *Inbox) movedHere(ctx context.Context, old, target string) (effect, error) {
	e, err := in.cfg.Store.EntryByURI(ctx, target)
	if err != nil {
		return effect{}, fmt.Errorf("target of the Move: %w", err)
	}
	if !e.Status.Public() || e.Origin != "" {
		return effect{}, drop("the target %s is no public entry of ours", target)
	}
	if err := agrees(federation.Object{ID: e.URI, AlsoKnownAs: e.AlsoKnownAs, MovedTo: e.MovedTo}, old, target); err != nil {
		return effect{}, err
	}
	name, _ := e.Name.In()
	return effect{changes: true, run: func(ctx context.Context, tx *store.Tx) error {
		if err := in.settled(ctx, tx.Reader, old, target); err != nil {
			return err
		}
		if _, err := tx.DeleteFollowersBy(ctx, old); err != nil {
			return err
		}
		return in.cfg.Ledger.AcceptMove(ctx, tx, old, target, name)
	}}, nil
}

// followOn follows the new address of what we follow, by the same rule. The old
// follow stays: a Move may be taken back, and what did not move is still there.
func (in *Inbox) followOn(ctx context.Context, tx *store.Tx, f store.Following, to store.RemoteActor, origin string) error {
	if f.Actor != in.cfg.Env.InstanceURI() {
		return nil
	}
	now, err := tx.Following(ctx, f.Actor, to.URI)
	if err == nil && now.State != store.FollowRejected {
		return nil // a repeated Move, or followed before
	}
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	if err := in.cfg.Publisher.Follow(ctx, tx, to); err != nil {
		return err
	}
	if now, err = tx.Following(ctx, f.Actor, to.URI); err != nil {
		return err
	}
	now.Rule = f.Rule
	if err := tx.PutFollowing(ctx, now); err != nil {
		return err
	}
	if err := tx.PutPeer(ctx, store.Peer{Origin: origin, Catalog: to.Catalog}); err != nil {
		return err
	}
	if to.Catalog == "" {
		return nil // others accept by hand: wait for their answer
	}
	return peer.ScheduleBackfill(ctx, tx, to.URI, in.now())
}

// takeTarget keeps the new entry at once when the old one is here and its source
// goes on being followed, so that the directory never lacks it.
func (in *Inbox) takeTarget(ctx context.Context, tx *store.Tx, doc document, old string, followed bool) error {
	if !followed {
		return nil
	}
	if _, err := tx.EntryByURI(ctx, old); err != nil {
		if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
			return nil
		}
		return err
	}
	e, err := vocab.Entry(doc.raw, doc.origin)
	if err != nil {
		return nil // a person, or what is not to be listed: the follow alone moves
	}
	_, err = in.cfg.Ledger.AcceptRemote(ctx, tx, e, doc.raw, proof.Hash(doc.raw))
	return err
}
