package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// maxAttempts bounds how often an activity that needs an unreachable server is
// tried; the periodic harvest finds what it would have brought.
const maxAttempts = 10

// unseenAttempts is how often a Delete waits for the Create that it may have
// overtaken.
const unseenAttempts = 3

// unclaimedAttempts is how often a Move waits until its target says that it is
// also known as who moves: some four minutes. Mastodon serves an actor out of a
// cache for three, whatever was edited meanwhile, and people set the alias and
// move at once.
const unclaimedAttempts = 7

// errUnclaimed says that the target of a Move does not know who moves, yet.
var errUnclaimed = fmt.Errorf("not claimed yet: %w", directory.ErrUnavailable)

// errUnseen says that an activity is about an entry that we have not seen yet.
var errUnseen = fmt.Errorf("not seen yet: %w", directory.ErrUnavailable)

// held says that an activity waits until the server at origin, its own or that of
// what it is about, is believed again.
type held struct{ origin string }

func (h held) Error() string { return "held until " + h.origin + " has shown that it is who it was" }

// effect is what an activity does to the database, once everything that needs
// the network is done.
type effect struct {
	run func(ctx context.Context, tx *store.Tx) error
	// delivers and changes say whom to wake after the commit.
	delivers, changes bool
}

// drop is why an activity has no effect.
func drop(format string, args ...any) error {
	return fmt.Errorf("dropped: %w: %w", directory.ErrInvalid, fmt.Errorf(format, args...))
}

// Apply does one job of kind JobApply. Running it twice does it once: the
// activity is marked as done in the transaction that applies it.
func (in *Inbox) Apply(ctx context.Context, job jobs.Job) error {
	var p peer.ApplyPayload
	if err := json.Unmarshal(job.Payload, &p); err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrDiscard, err)
	}
	rec, err := in.cfg.Store.Received(ctx, p.ID)
	if errors.Is(err, directory.ErrNotFound) {
		return fmt.Errorf("%w: %w", jobs.ErrDiscard, err)
	}
	if err != nil || !rec.Done.IsZero() {
		return err
	}
	eff, err := in.plan(ctx, rec)
	if err == nil {
		err = in.commit(ctx, rec, eff)
	}
	if err == nil {
		return nil
	}
	var waits held
	if errors.As(err, &waits) {
		return in.hold(ctx, rec, waits)
	}
	if !final(err) && job.Attempts < attempts(err) {
		return err
	}
	in.cfg.Logger.InfoContext(ctx, "activity not applied", "activity", rec.ID, "type", rec.Type, "reason", err)
	return in.effects.do(ctx, func(ctx context.Context, tx *store.Tx) error {
		tx.OnCommit(func() { in.countDrop(rec.Origin, err) })
		return tx.FinishReceived(ctx, rec.ID, err.Error())
	})
}

// attempts is how often an activity that failed with err is tried again.
func attempts(err error) int {
	switch {
	case errors.Is(err, errUnseen):
		return unseenAttempts
	case errors.Is(err, errUnclaimed):
		return unclaimedAttempts
	}
	return maxAttempts
}

// final reports whether trying again is of no use. A conflict is not final: two
// workers may have made the same entry at once.
func final(err error) bool {
	for _, sentinel := range []error{
		directory.ErrInvalid, directory.ErrForbidden, directory.ErrGone, directory.ErrNotFound,
	} {
		if errors.Is(err, sentinel) {
			return !errors.Is(err, directory.ErrUnavailable)
		}
	}
	return false
}

// hold puts an activity aside, and drops it when too many wait already. One whose
// server was believed a moment ago is tried again.
func (in *Inbox) hold(ctx context.Context, rec store.Received, waits held) error {
	return in.effects.do(ctx, func(ctx context.Context, tx *store.Tx) error {
		still, err := in.cfg.Moderation.Waits(ctx, tx, waits.origin)
		if err != nil {
			return err
		}
		if !still {
			return fmt.Errorf("%w: %w", directory.ErrUnavailable, waits)
		}
		why := waits.Error()
		kept, err := tx.HoldReceived(ctx, rec.ID, waits.origin)
		if err != nil {
			return err
		}
		if !kept {
			why = "dropped: too much waits for " + waits.origin
		}
		return tx.FinishReceived(ctx, rec.ID, why)
	})
}

func (in *Inbox) commit(ctx context.Context, rec store.Received, eff effect) error {
	err := in.effects.do(ctx, func(ctx context.Context, tx *store.Tx) error {
		if eff.run != nil {
			if err := eff.run(ctx, tx); err != nil {
				return err
			}
		}
		return tx.FinishReceived(ctx, rec.ID, "")
	})
	if err != nil {
		return err
	}
	if eff.delivers {
		in.cfg.Deliver()
	}
	if eff.changes {
		in.cfg.Changed()
	}
	in.cfg.Wake()
	return nil
}

// plan reads the activity and does what needs the network.
func (in *Inbox) plan(ctx context.Context, rec store.Received) (effect, error) {
	act, err := federation.Parse(rec.Body)
	if err != nil {
		return effect{}, fmt.Errorf("%w: %w", directory.ErrInvalid, err)
	}
	if act.Actor != rec.Actor {
		return effect{}, forged("actor read in two ways")
	}
	act.ID = rec.ID
	if err := in.heard(ctx, act); err != nil {
		return effect{}, err
	}
	switch act.Type {
	case "Follow":
		return in.follow(ctx, act)
	case "Undo":
		return in.undo(ctx, act)
	case "Accept":
		return in.answered(ctx, act, store.FollowAccepted)
	case "Reject":
		return in.answered(ctx, act, store.FollowRejected)
	case "Create", "Update":
		if eff, mine, err := in.reply(ctx, act, rec.At); mine || err != nil {
			return eff, err
		}
		if eff, mine, err := in.reread(ctx, act); mine || err != nil {
			return eff, err
		}
		return in.object(ctx, act)
	case "Invite": // Hubzilla's word for the Create of an event (FEP-8a8e)
		if act.Object.Type != "Event" {
			return effect{}, drop("an Invite to a %s", act.Object.Type)
		}
		return in.object(ctx, act)
	case "Like":
		return in.liked(ctx, act)
	case "Dislike", "EmojiReact", "TentativeAccept", "TentativeReject": // not counted here, and no fault of theirs
		return effect{}, nil
	case "Flag":
		return in.flag(ctx, act)
	case "Join":
		return in.join(ctx, act)
	case "Delete":
		return in.remove(ctx, act)
	case "Announce":
		return in.announced(ctx, act)
	case "FeatureRequest":
		return in.feature(ctx, act)
	case "Move":
		return in.moved(ctx, act)
	}
	return effect{}, drop("%s is not for us", act.Type)
}
