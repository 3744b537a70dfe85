package inbox

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// follow answers who wants to follow a public actor of ours: accepted at once,
// held until an administrator has looked, or refused. A repeated Follow may
// carry a new id and is answered again: the first answer may be lost.
func (in *Inbox) follow(ctx context.Context, act federation.Activity) (effect, error) {
	object, err := in.called(ctx, act.Object.ID)
	if err != nil {
		return effect{}, err
	}
	if err := in.ours(ctx, object); err != nil {
		return effect{}, err
	}
	actor, err := in.cfg.Actors.Actor(ctx, act.Actor)
	if err != nil {
		return effect{}, fmt.Errorf("follower: %w", err)
	}
	f := store.Follower{
		Actor: actor.URI, Object: object, Inbox: actor.Inbox, SharedInbox: actor.SharedInbox,
		FollowID: act.ID, Bocage: actor.Catalog != "", Created: in.now(),
	}
	return effect{delivers: true, run: func(ctx context.Context, tx *store.Tx) error { return in.welcome(ctx, tx, actor, f, act.Raw) }}, nil
}

// welcome writes what became of a Follow. Who was accepted once stays so when
// the setting changes, unless there is a rule on its instance.
func (in *Inbox) welcome(ctx context.Context, tx *store.Tx, actor store.RemoteActor, f store.Follower, follow []byte) error {
	if undone, err := tx.Undone(ctx, f.Actor, f.FollowID); undone || err != nil {
		return err
	}
	old, err := tx.Follower(ctx, f.Actor, f.Object)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	if f.State, err = in.cfg.Moderation.JudgeFollower(ctx, tx.Reader, actor); err != nil {
		return err
	}
	if old.Actor == "" && f.State != store.FollowRejected {
		may, err := in.cfg.Moderation.MayFollow(ctx, tx.Reader, originOf(f.Actor))
		if err != nil {
			return err
		}
		if !may {
			f.State = store.FollowRejected
		}
	}
	if f.State == store.FollowPending && old.State == store.FollowAccepted {
		f.State = store.FollowAccepted
	}
	if f.State == store.FollowRejected {
		if _, err := tx.DeleteFollower(ctx, f.Actor, f.Object); err != nil {
			return err
		}
		return in.cfg.Publisher.Reject(ctx, tx, f, follow)
	}
	if err := tx.PutFollower(ctx, f); err != nil || f.State == store.FollowPending {
		return err
	}
	if err := in.cfg.Publisher.Accept(ctx, tx, f, follow); err != nil || old.State == store.FollowAccepted {
		return err
	}
	return in.cfg.Publisher.Newcomer(ctx, tx, f)
}

// called returns the id of the actor of ours that uri is the `url` of, else uri:
// Hubzilla follows the address of the page.
func (in *Inbox) called(ctx context.Context, uri string) (string, error) {
	if uri == in.cfg.Env.InstanceURL() {
		return in.cfg.Env.InstanceURI(), nil
	}
	handle, isPage := strings.CutPrefix(uri, in.cfg.Env.Base+"/@")
	if !isPage {
		return uri, nil
	}
	e, err := in.cfg.Store.EntryByHandle(ctx, handle)
	if err != nil {
		return "", fmt.Errorf("followed %q: %w", uri, err)
	}
	return e.URI, nil
}

// ours checks that uri is an actor of ours that the public may see.
func (in *Inbox) ours(ctx context.Context, uri string) error {
	if uri == in.cfg.Env.InstanceURI() {
		return nil
	}
	if handle := in.cfg.Env.MapHandle(uri); handle != "" {
		_, err := in.cfg.Store.MapByHandle(ctx, handle)
		return err
	}
	e, err := in.cfg.Store.EntryByURI(ctx, uri)
	if err != nil {
		return fmt.Errorf("followed %q: %w", uri, err)
	}
	if e.Origin != "" || !e.Kind.IsActor() || !e.Status.Public() {
		return drop("%s is no public actor of ours", uri)
	}
	return nil
}

// undo takes a Follow back. Follow ids cannot be fetched, and Gancio sends the
// inner Follow without its actor: it is the signer's by definition.
func (in *Inbox) undo(ctx context.Context, act federation.Activity) (effect, error) {
	if eff, mine, err := in.unreact(ctx, act); mine || err != nil {
		return eff, err
	}
	object, err := in.undone(ctx, act)
	if err == nil {
		object, err = in.called(ctx, object)
	}
	if errors.Is(err, directory.ErrNotFound) {
		return effect{run: func(ctx context.Context, tx *store.Tx) error { return overtakes(ctx, tx, act) }}, nil
	}
	if err != nil {
		return effect{}, err
	}
	return effect{run: func(ctx context.Context, tx *store.Tx) error {
		was, err := tx.DeleteFollower(ctx, act.Actor, object)
		if err != nil || was {
			return err
		}
		return overtakes(ctx, tx, act)
	}}, nil
}

// undone returns the actor of ours whom the signer no longer follows.
func (in *Inbox) undone(ctx context.Context, act federation.Activity) (string, error) {
	raw := []byte(act.Object.Raw)
	if !act.Object.Embedded() {
		rec, err := in.cfg.Store.Received(ctx, act.Object.ID)
		if errors.Is(err, directory.ErrNotFound) { // forgotten, or still to come
			f, err := in.cfg.Store.FollowerByID(ctx, act.Actor, act.Object.ID)
			return f.Object, err
		}
		if err != nil {
			return "", fmt.Errorf("undone activity: %w", err)
		}
		if rec.Actor != act.Actor {
			return "", forged("undoes an activity of %s", rec.Actor)
		}
		raw = rec.Body
	}
	inner, err := federation.ParseObject(raw)
	if err != nil {
		return "", fmt.Errorf("%w: %w", directory.ErrInvalid, err)
	}
	if inner.Text("type") != "Follow" {
		return "", drop("undoes a %s", inner.Text("type"))
	}
	if actor := inner.Ref("actor").ID; actor != "" && actor != act.Actor {
		return "", forged("undoes a Follow by %s", actor)
	}
	return inner.Ref("object").ID, nil
}

// answered notes that the actor took or refused our Follow, and starts the
// backfill when it took it. It is matched by the Follow's id, else by who follows.
func (in *Inbox) answered(ctx context.Context, act federation.Activity, state store.FollowState) (effect, error) {
	if !in.asked(act.Object) {
		return effect{}, nil // whether they come to an event; nobody counts that here
	}
	mine, err := in.cfg.Store.FollowingOf(ctx, act.Actor)
	if err != nil {
		return effect{}, err
	}
	f, err := match(mine, act.Object)
	if err != nil {
		return effect{}, err
	}
	return effect{run: func(ctx context.Context, tx *store.Tx) error {
		now, err := tx.Following(ctx, f.Actor, f.Object)
		if errors.Is(err, directory.ErrNotFound) {
			return drop("the follow was taken back meanwhile")
		}
		if err != nil {
			return err
		}
		switch {
		case state == store.FollowRejected:
			now.LastError = "the follow was refused"
		case now.State == store.FollowRejected:
			now.LastError = ""
		}
		now.State, now.Changed = state, in.now()
		if err := tx.PutFollowing(ctx, now); err != nil || state != store.FollowAccepted {
			return err
		}
		return peer.ScheduleBackfill(ctx, tx, now.Object, in.now())
	}}, nil
}

// asked tells a Follow, embedded or named, from what else an Accept or a Reject
// may answer: Friendica's people say with them, and the event's id, that they come.
func (in *Inbox) asked(object federation.Ref) bool {
	if object.Type != "" {
		return object.Type == "Follow"
	}
	env := in.cfg.Env
	return !env.IsLocal(object.ID) || object.ID == env.InstanceURI() || strings.HasPrefix(object.ID, env.ActivityURI(""))
}

func match(mine []store.Following, object federation.Ref) (store.Following, error) {
	inner, err := federation.ParseObject(object.Raw)
	follower := ""
	if err == nil {
		follower = inner.Ref("actor").ID
	}
	for _, f := range mine {
		if f.FollowID == object.ID && object.ID != "" || f.Actor == follower {
			return f, nil
		}
	}
	if len(mine) == 1 && follower == "" {
		return mine[0], nil // an answer to a Follow whose id was sent again under another
	}
	return store.Following{}, forged("answers a Follow that we did not send")
}
