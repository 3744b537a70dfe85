package inbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// reply takes a Create or Update of a post that answers to an entry of ours, or
// names its actor with a link to it. mine is false when the activity is about
// something else. The received bytes are forgotten once they are read: what is
// kept of a stranger's words is what a page may show, and nothing when they
// were not for everyone. An Update that does not say when it was made (Mobilizon's of
// a comment) was made when it came.
func (in *Inbox) reply(ctx context.Context, act federation.Activity, came time.Time) (eff effect, mine bool, err error) {
	if in.cfg.Discussions == nil {
		return effect{}, false, nil
	}
	raw, mine, err := in.post(ctx, act)
	if err != nil || !mine {
		return effect{}, mine, err
	}
	post, err := vocab.Reply(raw)
	if err != nil {
		return effect{}, false, nil // an entry, perhaps
	}
	if post.ID != act.Object.ID || post.Author != act.Actor {
		return effect{}, false, nil
	}
	if act.Type == "Update" && post.Updated.IsZero() {
		post.Updated = came
	}
	forget := func(ctx context.Context, tx *store.Tx) error { return tx.EmptyReceived(ctx, act.ID) }
	_, err = in.cfg.Store.ReplyByURI(ctx, post.ID)
	held := err == nil
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return effect{}, true, err
	}
	if !post.Public && !held {
		return effect{run: forget}, true, nil
	}
	e, err := in.cfg.Discussions.About(ctx, in.cfg.Store.Reader, post)
	switch {
	case errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone):
		if !held {
			return effect{}, false, in.overtook(post)
		}
	case err != nil:
		return effect{}, true, err
	}
	author, err := in.cfg.Actors.Actor(ctx, act.Actor)
	if err != nil {
		return effect{}, true, fmt.Errorf("author of a reply: %w", err)
	}
	return effect{run: func(ctx context.Context, tx *store.Tx) error {
		kept, why, err := in.cfg.Discussions.Receive(ctx, tx, e, post, author)
		if err != nil {
			return err
		}
		if !kept {
			in.cfg.Logger.InfoContext(ctx, "reply not kept", "activity", act.ID, "reason", why)
		}
		return forget(ctx, tx)
	}}, true, nil
}

// post returns the bytes of the object when it is a post by the signer: the
// embedded ones, or the origin's when the activity only names it and is
// addressed to an actor of ours.
func (in *Inbox) post(ctx context.Context, act federation.Activity) (raw []byte, mine bool, err error) {
	if !peer.SameOrigin(act.Object.ID, act.Actor) {
		return nil, false, nil
	}
	if act.Object.Embedded() {
		return act.Object.Raw, vocab.IsPost(act.Object.Type), nil
	}
	for _, id := range append(append([]string(nil), act.To...), act.CC...) {
		if !in.cfg.Env.IsLocal(id) {
			continue
		}
		origin, err := in.foreign(act.Object.ID)
		if err != nil {
			return nil, false, err
		}
		doc, err := in.fetch(ctx, act.Object.ID, origin)
		if err != nil {
			return nil, false, err
		}
		return doc.raw, vocab.IsPost(doc.object.Type), nil
	}
	return nil, false, nil
}

// overtook asks to try again when a post that names somebody of ours answers
// another server's post that has not come yet: both may be on their way.
func (in *Inbox) overtook(post vocab.ReceivedReply) error {
	if post.InReplyTo == "" || in.cfg.Env.IsLocal(post.InReplyTo) {
		return nil
	}
	for _, id := range post.Mentions {
		if strings.HasPrefix(id, in.cfg.Env.Base+"/") {
			return errUnseen
		}
	}
	return nil
}

// unreply applies the Delete of a reply by its author; mine is false when id is
// no reply.
func (in *Inbox) unreply(ctx context.Context, act federation.Activity, id string) (eff effect, mine bool, err error) {
	if in.cfg.Discussions == nil {
		return effect{}, false, nil
	}
	switch _, err := in.cfg.Store.ReplyByURI(ctx, id); {
	case errors.Is(err, directory.ErrNotFound):
		return effect{}, false, nil
	case err != nil:
		return effect{}, true, err
	}
	return effect{run: func(ctx context.Context, tx *store.Tx) error {
		return in.cfg.Discussions.Withdraw(ctx, tx, id, act.Actor)
	}}, true, nil
}

// overtaken remembers the Delete of something that we do not know, which may be a
// reply that is still on its way.
func (in *Inbox) overtaken(ctx context.Context, act federation.Activity, id string) error {
	if in.cfg.Discussions == nil {
		return nil
	}
	return in.cfg.Store.Write(ctx, func(tx *store.Tx) error { return in.cfg.Discussions.Precede(ctx, tx, id, act.Actor) })
}
