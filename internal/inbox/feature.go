package inbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// maxFeatures is how many leaves the actors of one server may have asked for.
const maxFeatures = 1000

// attributed returns a FeatureRequest that names no actor with the owner of the
// key that signed it as its actor, as Mastodon (4.6) leaves it out and reads it;
// nil is anything else. Whether the key is that actor's is looked at as ever.
func attributed(r *http.Request, body []byte) []byte {
	m, err := federation.ParseObject(body)
	if err != nil || m["actor"] != nil || m.Text("type", "@type") != "FeatureRequest" {
		return nil
	}
	sig, err := httpsig.Parse(r)
	if err != nil {
		return nil
	}
	owner, _, _ := strings.Cut(sig.KeyID, "#")
	name, err := json.Marshal(owner)
	if err != nil || owner == "" {
		return nil
	}
	return slices.Concat([]byte(`{"actor":`), name, []byte(","), body[bytes.IndexByte(body, '{')+1:])
}

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
