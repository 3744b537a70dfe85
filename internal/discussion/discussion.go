// Package discussion is what people of the fediverse say about our entries, and
// what our editors answer: which entry a post is about, whether it waits or is
// shown at once, who may decide, and the thread as pages show it.
//
// What belongs: the rules, the limits and the tree. What does not: what a post
// looks like on the wire (package vocab), what of its HTML is safe (package
// sanitize), whether it was signed (package inbox) and where an answer goes
// (package outbox). Packages inbox, site, admin and the command line call it.
package discussion

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// Limits of what is kept.
const (
	// maxPerEntry is how many replies one entry keeps, whatever their state.
	maxPerEntry = 1000
	// maxActorDay and maxOriginDay are how many replies an actor and a server may send in a day.
	maxActorDay  = 30
	maxOriginDay = 500
	day          = 24 * time.Hour
	// maxName, maxHandle and maxWarning are lengths in characters.
	maxName, maxHandle, maxWarning = 80, 120, 300
)

// ruleSetting is the store's key of the instance's rule.
const ruleSetting = "discussion.rule"

// The actions of an exception.
const (
	ActionShow  = "show"  // always shown at once, save where the discussion is closed
	ActionNever = "never" // never kept
)

// Config is what a Discussions needs; Store, Publisher, Moderation and Env are required.
type Config struct {
	Store      *store.Store
	Publisher  *outbox.Publisher
	Moderation *moderation.Moderation
	Env        vocab.Env
	Clock      func() time.Time // nil = time.Now
	// Deliver is called after a commit that left a delivery; may be nil.
	Deliver func()
}

// Discussions is the discussions of all entries. Concurrent use is safe.
type Discussions struct{ cfg Config }

// New returns the discussions.
func New(cfg Config) *Discussions {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Deliver == nil {
		cfg.Deliver = func() {}
	}
	return &Discussions{cfg: cfg}
}

func (d *Discussions) now() time.Time { return d.cfg.Clock().UTC().Truncate(time.Microsecond) }

// Rule is the instance's rule for entries that have none of their own.
func Rule(ctx context.Context, r store.Reader) (directory.Discussion, error) {
	s, err := r.Setting(ctx, ruleSetting)
	if errors.Is(err, directory.ErrNotFound) || err == nil && !directory.Discussion(s).Valid() {
		return directory.DiscussionReview, nil
	}
	return directory.Discussion(s), err
}

// RuleOf is the rule that holds for an entry.
func RuleOf(ctx context.Context, r store.Reader, e *directory.Entry) (directory.Discussion, error) {
	if e.Discussion.Valid() {
		return e.Discussion, nil
	}
	return Rule(ctx, r)
}

// SetRule sets the instance's rule. Replies that wait go on waiting.
func (d *Discussions) SetRule(ctx context.Context, who directory.Who, rule directory.Discussion, reason string) error {
	if !who.MayAdminister() {
		return fmt.Errorf("rule of discussions: %w", directory.ErrForbidden)
	}
	if !rule.Valid() {
		return directory.Invalid{{Field: "rule", Code: "unknown", Message: "is off, review or open"}}
	}
	err := d.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutSetting(ctx, ruleSetting, string(rule)); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, "rule", string(rule), reason)
	})
	if err != nil {
		return fmt.Errorf("rule of discussions: %w", err)
	}
	return nil
}

// SetException makes the replies of an actor (its id) or a server (its domain,
// with its subdomains) always shown or never kept; action "" forgets it.
func (d *Discussions) SetException(ctx context.Context, who directory.Who, subject, action, reason string) error {
	if !who.MayAdminister() {
		return fmt.Errorf("exception of discussions: %w", directory.ErrForbidden)
	}
	key, err := subjectOf(subject)
	if err != nil {
		return err
	}
	if action != "" && action != ActionShow && action != ActionNever {
		return directory.Invalid{{Field: "action", Code: "unknown", Message: "is show or never"}}
	}
	err = d.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if action == "" {
			if err := tx.DeleteReplyRule(ctx, key); err != nil {
				return err
			}
			return d.audit(ctx, tx, who, "unset", key, reason)
		}
		if err := tx.PutReplyRule(ctx, store.ReplyRule{Subject: key, Action: action, Reason: reason, By: who.Name, Created: d.now()}); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, action, key, reason)
	})
	if err != nil {
		return fmt.Errorf("exception for %s: %w", key, err)
	}
	return nil
}

// subjectOf reads an actor's id or a domain.
func subjectOf(s string) (string, error) {
	s = strings.TrimSpace(s)
	bad := directory.Invalid{{Field: "subject", Code: "invalid", Message: "is neither an actor's address (https://…) nor a domain"}}
	if len(s) > directory.MaxURL {
		return "", bad
	}
	if u, err := url.Parse(s); err == nil && u.Scheme != "" && strings.Contains(s, "://") && strings.Trim(u.Path, "/") != "" {
		if _, err := peer.Origin(s); err != nil {
			return "", bad
		}
		return s, nil
	}
	if !strings.Contains(s, "://") {
		s = "https://" + strings.TrimPrefix(strings.TrimPrefix(s, "@"), "*.")
	}
	origin, err := peer.Origin(s)
	if err != nil || strings.Contains(s, "@") {
		return "", bad
	}
	return hostname(origin), nil
}

// hostname is the host of an origin without its port.
func hostname(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func (d *Discussions) audit(ctx context.Context, tx *store.Tx, who directory.Who, verb, object, detail string) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return tx.AddAudit(ctx, store.AuditEntry{ID: id.String(), At: d.now(), WhoID: who.UserID, WhoName: who.Name,
		Verb: "discussion." + verb, Object: object, Detail: detail})
}

// judgement is what becomes of a new reply.
type judgement struct {
	state  store.ReplyState // "" = not kept
	reason string
}

// judge applies the moderation of origins and actors, the exceptions, the
// entry's rule and the instance's, in this order.
func (d *Discussions) judge(ctx context.Context, tx *store.Tx, e *directory.Entry, actor string) (judgement, error) {
	v, err := d.cfg.Moderation.CheckActorTx(ctx, tx, actor)
	if err != nil {
		return judgement{}, err
	}
	if !v.Allowed {
		return judgement{reason: "blocked"}, nil
	}
	rule, err := RuleOf(ctx, tx.Reader, e)
	if err != nil {
		return judgement{}, err
	}
	exception, err := exceptionFor(ctx, tx.Reader, actor)
	if err != nil {
		return judgement{}, err
	}
	switch {
	case rule == directory.DiscussionOff:
		return judgement{reason: "the discussion is closed"}, nil
	case exception == ActionNever:
		return judgement{reason: "never shown"}, nil
	case v.Silenced:
		return judgement{store.ReplyPending, "silenced"}, nil
	case exception == ActionShow:
		return judgement{store.ReplyShown, "always shown"}, nil
	case rule == directory.DiscussionOpen:
		return judgement{store.ReplyShown, "open"}, nil
	}
	return judgement{store.ReplyPending, "review"}, nil
}

// exceptionFor is the action for an actor: its own, else the one of the longest
// matching domain; "" for none.
func exceptionFor(ctx context.Context, r store.Reader, actor string) (string, error) {
	origin, err := peer.Origin(actor)
	if err != nil {
		return "", err
	}
	subjects := []string{actor}
	for host := hostname(origin); host != ""; {
		subjects = append(subjects, host)
		_, host, _ = strings.Cut(host, ".")
	}
	rules, err := r.ReplyRulesFor(ctx, subjects)
	if err != nil {
		return "", err
	}
	found := map[string]string{}
	for _, rule := range rules {
		found[rule.Subject] = rule.Action
	}
	for _, s := range subjects {
		if action, ok := found[s]; ok {
			return action, nil
		}
	}
	return "", nil
}
