package inbox

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// maxFeatures is how many leaves the actors of one server may have asked for.
const maxFeatures = 1000

// feature answers a FeatureRequest: somebody wants to put an actor of ours (object)
// in a collection of theirs (instrument; FEP-7aa9). What is public here may be
// recommended by anybody, so that the answer is an Accept with a leave that can be
// fetched; a repeated request gets the same leave. The collection must be on the
// host of who asks.
func (in *Inbox) feature(ctx context.Context, act federation.Activity) (effect, error) {
	object := act.Object.ID
	if err := in.ours(ctx, object); err != nil {
		return effect{}, err
	}
	raw, err := federation.ParseObject(act.Raw)
	if err != nil {
		return effect{}, fmt.Errorf("%w: %w", directory.ErrInvalid, err)
	}
	collection := raw.Ref("instrument").ID
	if collection == "" {
		return effect{}, drop("a FeatureRequest names no collection")
	}
	if !peer.SameOrigin(collection, act.Actor) {
		return effect{}, forged("the collection %s is not of the host of %s", collection, act.Actor)
	}
	actor, err := in.cfg.Actors.Actor(ctx, act.Actor)
	if err != nil {
		return effect{}, fmt.Errorf("who asks: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return effect{}, err
	}
	f := store.Feature{ID: id.String(), Object: object, Collection: collection, Actor: act.Actor, Created: in.now()}
	return effect{delivers: true, run: func(ctx context.Context, tx *store.Tx) error {
		kept, err := tx.PutFeature(ctx, f)
		if err != nil {
			return err
		}
		if kept.ID == f.ID { // a new one
			n, err := tx.CountFeatures(ctx, originOf(act.Actor))
			if err != nil {
				return err
			}
			if n > maxFeatures {
				return drop("%s has asked for more than %d leaves", originOf(act.Actor), maxFeatures)
			}
		}
		return in.cfg.Publisher.AcceptFeature(ctx, tx, kept, actor.Inbox, act.Raw)
	}}, nil
}
