package moderation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// actionUnset takes a rule away.
const actionUnset = "unset"

// Limits of what is kept of a decision, in bytes.
const maxReasonBytes = 2000

// Rule is a decision to be taken. Its zero Expires is never.
type Rule struct {
	// Target is a domain, for itself and its subdomains, or the id of an actor or
	// an entry.
	Target string
	// Action is ActionBlock, ActionSilence or ActionAllow.
	Action string
	// Reason is for administrators, Comment for everybody.
	Reason, Comment            string
	Expires                    time.Time
	RejectMedia, RejectReports bool
}

// Block refuses a domain and its subdomains from now on: what they send is
// answered with 403, what waits for them is dropped, they follow nobody here any
// more, and their entries are on no page until the block is taken back.
func (m *Moderation) Block(ctx context.Context, who directory.Who, domain, reason string) error {
	return m.Set(ctx, who, Rule{Target: domain, Action: ActionBlock, Reason: reason})
}

// Silence keeps what a domain says out of every list.
func (m *Moderation) Silence(ctx context.Context, who directory.Who, domain, reason string) error {
	return m.Set(ctx, who, Rule{Target: domain, Action: ActionSilence, Reason: reason})
}

// Allow exempts a domain from a rule on a domain above it.
func (m *Moderation) Allow(ctx context.Context, who directory.Who, domain, reason string) error {
	return m.Set(ctx, who, Rule{Target: domain, Action: ActionAllow, Reason: reason})
}

// Unset forgets the rule for a domain; ErrNotFound when there is none.
func (m *Moderation) Unset(ctx context.Context, who directory.Who, domain, reason string) error {
	return m.Set(ctx, who, Rule{Target: domain, Action: actionUnset, Reason: reason})
}

// Set takes a decision and does what follows from it. ErrInvalid names the
// fields that are wrong.
func (m *Moderation) Set(ctx context.Context, who directory.Who, rules ...Rule) error {
	if !who.MayAdminister() {
		return fmt.Errorf("moderation: %w", directory.ErrForbidden)
	}
	rows, err := m.rows(who, rules)
	if err != nil {
		return err
	}
	err = m.st.Write(ctx, func(tx *store.Tx) error {
		for _, row := range rows {
			if err := m.keepRule(ctx, tx, who, row); err != nil {
				return fmt.Errorf("%s %s: %w", row.Action, row.Domain, err)
			}
		}
		return m.settle(ctx, tx)
	})
	m.invalidate()
	if err != nil {
		return err
	}
	return m.Enforce(ctx)
}

// SetAllowList turns on or off that only listed domains may speak.
func (m *Moderation) SetAllowList(ctx context.Context, who directory.Who, on bool, reason string) error {
	if !who.MayAdminister() {
		return fmt.Errorf("allow list: %w", directory.ErrForbidden)
	}
	if on && strings.TrimSpace(reason) == "" {
		return needReason()
	}
	value, verb := "off", "allowlist.off"
	if on {
		value, verb = "on", "allowlist.on"
	}
	err := m.st.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutSetting(ctx, allowListSetting, value); err != nil {
			return err
		}
		if err := m.settle(ctx, tx); err != nil {
			return err
		}
		return m.audit(ctx, tx, who, verb, "", cut(reason, maxReasonBytes))
	})
	m.invalidate()
	if err != nil {
		return fmt.Errorf("allow list: %w", err)
	}
	return m.Enforce(ctx)
}

// AllowList reports whether only listed domains may speak.
func (m *Moderation) AllowList(ctx context.Context) (bool, error) {
	st, err := m.current(ctx, m.st.Reader)
	if err != nil {
		return false, err
	}
	return st.allowList, nil
}

// Rules lists the decisions by target, those that have ended too.
func (m *Moderation) Rules(ctx context.Context) ([]store.DomainRule, error) {
	return m.st.DomainRules(ctx)
}

func needReason() error {
	return directory.Invalid{{Field: "reason", Code: "required", Message: "this decision needs a reason"}}
}

// rows checks decisions and gives them their kept form.
func (m *Moderation) rows(who directory.Who, rules []Rule) ([]store.DomainRule, error) {
	rows := make([]store.DomainRule, 0, len(rules))
	for _, r := range rules {
		key, _, err := target(r.Target)
		if err != nil {
			return nil, err
		}
		if !slices.Contains([]string{ActionBlock, ActionSilence, ActionAllow, actionUnset}, r.Action) {
			return nil, directory.Invalid{{Field: "action", Code: "invalid", Message: "neither block, silence nor allow"}}
		}
		if r.Action == ActionAllow && strings.Contains(key, "://") {
			return nil, directory.Invalid{{Field: "target", Code: "domain_only", Message: "only domains can be allowed"}}
		}
		if hardness(r.Action) > 0 && strings.TrimSpace(r.Reason) == "" {
			return nil, needReason()
		}
		if !r.Expires.IsZero() && !r.Expires.After(m.clock()) {
			return nil, directory.Invalid{{Field: "expires", Code: "past", Message: "it would have ended already"}}
		}
		rows = append(rows, store.DomainRule{Domain: key, Action: r.Action, Reason: cut(r.Reason, maxReasonBytes),
			Comment: cut(r.Comment, maxReasonBytes), By: who.Name, Expires: r.Expires, RejectMedia: r.RejectMedia,
			RejectReports: r.RejectReports, Created: m.clock().UTC()})
	}
	return rows, nil
}

func (m *Moderation) keepRule(ctx context.Context, tx *store.Tx, who directory.Who, row store.DomainRule) error {
	verb := "domain."
	if strings.Contains(row.Domain, "://") {
		verb = "actor."
	}
	if err := m.audit(ctx, tx, who, verb+row.Action, row.Domain, row.Reason); err != nil {
		return err
	}
	if row.Action == actionUnset {
		return tx.DeleteDomainRule(ctx, row.Domain)
	}
	if row.Action == ActionBlock && verb == "actor." {
		if _, err := tx.DeleteFollowersBy(ctx, row.Domain); err != nil {
			return err
		}
	}
	return tx.PutDomainRule(ctx, row)
}

// settle closes the queues of the peers that are blocked now and opens those of
// the others, with a doubt about who was blocked for long.
func (m *Moderation) settle(ctx context.Context, tx *store.Tx) error {
	st, err := readState(ctx, tx.Reader)
	if err != nil {
		return err
	}
	peers, err := tx.Peers(ctx)
	if err != nil {
		return err
	}
	now := m.clock()
	for _, p := range peers {
		host, err := hostname(p.Origin)
		if err != nil {
			continue // no rule can name it
		}
		blocked := st.standing(now, host).Action == ActionBlock
		if (p.State == store.PeerBlocked) == blocked {
			continue
		}
		if !blocked {
			if err := tx.UnblockPeer(ctx, p.Origin); err != nil {
				return err
			}
			continue
		}
		if _, err := tx.DropDeliveriesOf(ctx, p.Origin); err != nil {
			return err
		}
		if _, err := tx.DeleteFollowersOf(ctx, p.Origin); err != nil {
			return err
		}
		if err := tx.BlockPeer(ctx, p.Origin); err != nil {
			return err
		}
	}
	return nil
}

// cut bounds a text to n bytes, at a whole character.
func cut(s string, n int) string {
	s = strings.TrimSpace(strings.ToValidUTF8(s, ""))
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

func join(parts []string) string {
	slices.Sort(parts)
	return strings.Join(parts, "")
}
