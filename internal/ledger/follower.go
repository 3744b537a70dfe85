package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// AnswerFollower accepts a follow that waits, or refuses one: what was accepted
// before ends. The follower is told. ErrNotFound when nobody follows so.
func (l *Ledger) AnswerFollower(ctx context.Context, who directory.Who, actor, object string, accept bool, reason string) error {
	if !who.MayAdminister() {
		return fmt.Errorf("answer %s: %w", actor, directory.ErrForbidden)
	}
	err := l.commit(ctx, func(tx *store.Tx) error {
		f, err := tx.Follower(ctx, actor, object)
		if err != nil {
			return err
		}
		verb := "follower.reject"
		switch {
		case accept && f.State == store.FollowAccepted:
			return nil
		case accept:
			verb = "follower.accept"
		case f.State == store.FollowAccepted:
			verb = "follower.remove"
		}
		if err := l.answer(ctx, tx, f, accept); err != nil {
			return err
		}
		return l.audit(ctx, tx, who, verb, actor+" "+object, reason)
	})
	if err != nil {
		return fmt.Errorf("answer %s: %w", actor, err)
	}
	return nil
}

// answer writes the state of a follow and tells the follower.
func (l *Ledger) answer(ctx context.Context, tx *store.Tx, f store.Follower, accept bool) error {
	follow, err := l.followActivity(ctx, tx, f)
	if err != nil {
		return err
	}
	if accept {
		f.State = store.FollowAccepted
		if err := tx.PutFollower(ctx, f); err != nil {
			return err
		}
		if err := l.publisher.Accept(ctx, tx, f, follow); err != nil {
			return err
		}
		return l.publisher.Newcomer(ctx, tx, f)
	}
	if _, err := tx.DeleteFollower(ctx, f.Actor, f.Object); err != nil {
		return err
	}
	return l.publisher.Reject(ctx, tx, f, follow)
}

// followActivity is the Follow as it was received, or one with its id: others
// know it again by the id.
func (l *Ledger) followActivity(ctx context.Context, tx *store.Tx, f store.Follower) ([]byte, error) {
	rec, err := tx.Received(ctx, f.FollowID)
	if err == nil && rec.Actor == f.Actor && rec.Type == "Follow" {
		return rec.Body, nil
	}
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return nil, err
	}
	return json.Marshal(map[string]string{"id": f.FollowID, "type": "Follow", "actor": f.Actor, "object": f.Object})
}

// SetFollowerRule has the follows of one instance always accepted or always
// rejected from now on, and answers those that there are: who waits is accepted,
// or everybody from there is removed. An empty action takes the rule back and
// changes nobody.
func (l *Ledger) SetFollowerRule(ctx context.Context, who directory.Who, origin, action, reason string) error {
	if !who.MayAdminister() {
		return fmt.Errorf("followers of %s: %w", origin, directory.ErrForbidden)
	}
	origin, err := peer.Origin(origin)
	if err != nil {
		return directory.Invalid{{Field: "origin", Code: "invalid", Message: "is not the address of a server, as in https://communs.example"}}
	}
	if action != "" && action != store.FollowerAccept && action != store.FollowerReject {
		return directory.Invalid{{Field: "action", Code: "invalid", Message: "is neither accept nor reject"}}
	}
	err = l.commit(ctx, func(tx *store.Tx) error {
		if action == "" {
			was, err := tx.DeleteFollowerRule(ctx, origin)
			if err == nil && !was {
				err = directory.ErrNotFound
			}
			if err != nil {
				return err
			}
			return l.audit(ctx, tx, who, "followers.unset", origin, reason)
		}
		rule := store.FollowerRule{Origin: origin, Action: action, WhoID: who.UserID, WhoName: who.Name, Reason: reason}
		if err := tx.PutFollowerRule(ctx, rule); err != nil {
			return err
		}
		if err := l.answerAll(ctx, tx, origin, action == store.FollowerAccept); err != nil {
			return err
		}
		return l.audit(ctx, tx, who, "followers."+action, origin, reason)
	})
	if err != nil {
		return fmt.Errorf("followers of %s: %w", origin, err)
	}
	return nil
}

func (l *Ledger) answerAll(ctx context.Context, tx *store.Tx, origin string, accept bool) error {
	fs, err := tx.FollowersFrom(ctx, origin)
	if err != nil {
		return err
	}
	for _, f := range fs {
		if accept && f.State == store.FollowAccepted {
			continue
		}
		if err := l.answer(ctx, tx, f, accept); err != nil {
			return err
		}
	}
	return nil
}
