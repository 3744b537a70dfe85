package inbox

import (
	"context"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// liked counts a Like of what is ours. Of something else it is none of our
// business, and no fault of theirs.
func (in *Inbox) liked(ctx context.Context, act federation.Activity) (effect, error) {
	return in.react(ctx, act, act.Object.ID, store.ReactionLike)
}

// shared counts an Announce of what is ours for everybody. Programs, such as the
// maps of other instances, announce for others and are not counted.
func (in *Inbox) shared(ctx context.Context, act federation.Activity, object string) (effect, error) {
	if !act.IsPublic() {
		return effect{}, nil
	}
	actor, err := in.cfg.Actors.Actor(ctx, act.Actor)
	if err != nil {
		return effect{}, fmt.Errorf("who shares %s: %w", object, err)
	}
	if actor.Type == "Application" || actor.Type == "Service" {
		return effect{}, nil
	}
	return in.react(ctx, act, object, store.ReactionShare)
}

func (in *Inbox) react(ctx context.Context, act federation.Activity, object string, kind store.ReactionKind) (effect, error) {
	if in.cfg.Discussions == nil || !in.cfg.Env.IsLocal(object) {
		return effect{}, nil
	}
	return effect{run: func(ctx context.Context, tx *store.Tx) error {
		e, err := discussion.Reacted(ctx, tx.Reader, object)
		if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
			return nil
		}
		if err != nil {
			return err
		}
		if undone, err := tx.Undone(ctx, act.Actor, act.ID); undone || err != nil {
			return err
		}
		why, err := in.cfg.Discussions.React(ctx, tx, store.Reaction{Object: object, EntryID: e.ID, Kind: kind, Actor: act.Actor, Activity: act.ID})
		if why != "" {
			in.cfg.Logger.DebugContext(ctx, "reaction not counted", "activity", act.ID, "reason", why)
		}
		return err
	}}, nil
}

// unreact takes a like or a boost back; mine is false when something else is
// undone. One that only names its activity is known by that.
func (in *Inbox) unreact(ctx context.Context, act federation.Activity) (eff effect, mine bool, err error) {
	var kind store.ReactionKind
	object := ""
	switch act.Object.Type {
	case "Like":
		kind = store.ReactionLike
	case "Announce":
		kind = store.ReactionShare
	case "Dislike", "EmojiReact": // nor were they counted
		return effect{}, true, nil
	case "":
		if kept, err := in.cfg.Store.Reacted(ctx, act.Actor, act.Object.ID); err != nil || !kept {
			return effect{}, false, err
		}
	default:
		return effect{}, false, nil
	}
	if act.Object.Embedded() {
		inner, err := federation.ParseObject(act.Object.Raw)
		if err != nil {
			return effect{}, true, fmt.Errorf("%w: %w", directory.ErrInvalid, err)
		}
		object = inner.Ref("object").ID
	}
	return effect{run: func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.DeleteReaction(ctx, act.Actor, act.Object.ID, object, kind)
		if err != nil || n > 0 {
			return err
		}
		return overtakes(ctx, tx, act)
	}}, true, nil
}

// overtakes remembers what an Undo takes back that was not there to be taken: it
// may be on its way still. An id that is not of the signer's server is none of its.
func overtakes(ctx context.Context, tx *store.Tx, act federation.Activity) error {
	if act.Object.ID == "" || !peer.SameOrigin(act.Object.ID, act.Actor) {
		return nil
	}
	return tx.PutUndone(ctx, act.Actor, act.Object.ID)
}
