package moderation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// Approval is whose follows wait for an administrator.
type Approval string

// The approvals. Open is the default: who follows is told what is public.
const (
	ApproveNobody    Approval = "open"
	ApproveInstances Approval = "instances"
	ApproveEverybody Approval = "everybody"
)

// Approvals lists them, the most open first.
func Approvals() []Approval { return []Approval{ApproveNobody, ApproveInstances, ApproveEverybody} }

const settingApproval = "followers.approval"

// ApprovesFollowers reports whether anybody waits, as far as this process has
// seen: it never asks the database, since documents are made inside transactions.
func (m *Moderation) ApprovesFollowers() bool { return m.approves.Load() }

// Approval is the instance's setting.
func (m *Moderation) Approval(ctx context.Context, r store.Reader) (Approval, error) {
	a, err := approval(ctx, r)
	if err == nil {
		m.approves.Store(a != ApproveNobody)
	}
	return a, err
}

func approval(ctx context.Context, r store.Reader) (Approval, error) {
	s, err := r.Setting(ctx, settingApproval)
	if errors.Is(err, directory.ErrNotFound) {
		return ApproveNobody, nil
	}
	if err != nil {
		return "", err
	}
	if !slices.Contains(Approvals(), Approval(s)) {
		return ApproveEverybody, nil // a word that a later version wrote
	}
	return Approval(s), nil
}

// SetApproval changes whose follows wait. Who waits already goes on waiting.
func (m *Moderation) SetApproval(ctx context.Context, who directory.Who, a Approval, reason string) error {
	if !who.MayAdminister() {
		return fmt.Errorf("approval of followers: %w", directory.ErrForbidden)
	}
	if !slices.Contains(Approvals(), a) {
		return directory.Invalid{{Field: "approval", Code: "unknown", Message: "is neither open, instances nor everybody"}}
	}
	before := m.approves.Load()
	err := m.st.Write(ctx, func(tx *store.Tx) error {
		old, err := m.Approval(ctx, tx.Reader)
		if err != nil || old == a {
			return err
		}
		if err := tx.PutSetting(ctx, settingApproval, string(a)); err != nil {
			return err
		}
		if now := a != ApproveNobody; now != (old != ApproveNobody) && m.Approving != nil {
			m.approves.Store(now) // for the document that is made of it
			if err := m.Approving(ctx, tx); err != nil {
				return err
			}
		}
		return m.audit(ctx, tx, who, "followers.approval", string(a), reason)
	})
	if err != nil {
		m.approves.Store(before)
	}
	if err != nil {
		return fmt.Errorf("approval of followers: %w", err)
	}
	m.approves.Store(a != ApproveNobody)
	return nil
}

// JudgeFollower says what becomes of a Follow by the actor: accepted, pending
// or rejected. A rule on its instance comes before the setting.
func (m *Moderation) JudgeFollower(ctx context.Context, r store.Reader, actor store.RemoteActor) (store.FollowState, error) {
	origin, err := peer.Origin(actor.URI)
	if err != nil {
		return "", err
	}
	rule, err := r.FollowerRule(ctx, origin)
	switch {
	case err == nil && rule.Action == store.FollowerReject:
		return store.FollowRejected, nil
	case err == nil:
		return store.FollowAccepted, nil
	case !errors.Is(err, directory.ErrNotFound):
		return "", err
	}
	approval, err := m.Approval(ctx, r)
	if err != nil {
		return "", err
	}
	if approval == ApproveEverybody || approval == ApproveInstances && ActsForInstance(actor) {
		return store.FollowPending, nil
	}
	return store.FollowAccepted, nil
}

// ActsForInstance reports whether the actor follows for a whole server: a
// directory, a relay, an instance of Gancio or Mobilizon.
func ActsForInstance(actor store.RemoteActor) bool {
	return actor.Type == "Application" || actor.Type == "Service" || actor.Catalog != ""
}
