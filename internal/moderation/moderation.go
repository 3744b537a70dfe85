// Package moderation decides who may speak to this instance: which origins are
// refused and which are exempt from a refusal, and it records each decision
// with its reason. It does not verify signatures (package inbox) nor hide
// single entries (package ledger). Packages inbox, harvest, outbox and the
// command line call it.
package moderation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// The actions of a rule. The rule of the longest matching domain holds.
const (
	ActionBlock = "block"
	ActionAllow = "allow"
)

// rulesAge is how long another process may go on with the rules as they were.
const rulesAge = 5 * time.Second

// Verdict is the answer to whether an origin may speak.
type Verdict struct {
	Allowed bool
	// Reason is the administrator's, "" when allowed.
	Reason string
}

// Moderation reads the rules through a short cache. Concurrent use is safe.
type Moderation struct {
	st      *store.Store
	clock   func() time.Time
	sources sourceRules

	mu    sync.Mutex
	rules map[string]store.DomainRule
	read  time.Time
}

// New returns a Moderation over st; a nil clock is time.Now.
func New(st *store.Store, clock func() time.Time) *Moderation {
	if clock == nil {
		clock = time.Now
	}
	return &Moderation{st: st, clock: clock}
}

// CheckOrigin says whether the origin (scheme://host[:port]) may speak to us
// and hear us. A domain's rule also holds for its subdomains and all ports.
func (m *Moderation) CheckOrigin(ctx context.Context, origin string) (Verdict, error) {
	return m.check(ctx, m.st.Reader, origin)
}

// CheckActorTx is CheckActor inside a transaction: a second connection there
// could wait for ever for one that other transactions hold.
func (m *Moderation) CheckActorTx(ctx context.Context, tx *store.Tx, uri string) (Verdict, error) {
	origin, err := peer.Origin(uri)
	if err != nil {
		return Verdict{}, err
	}
	return m.check(ctx, tx.Reader, origin)
}

func (m *Moderation) check(ctx context.Context, r store.Reader, origin string) (Verdict, error) {
	host, err := hostname(origin)
	if err != nil {
		return Verdict{}, err
	}
	rules, err := m.current(ctx, r)
	if err != nil {
		return Verdict{}, err
	}
	for domain := host; domain != ""; domain = parent(domain) {
		if r, ok := rules[domain]; ok {
			return Verdict{Allowed: r.Action != ActionBlock, Reason: reasonOf(r)}, nil
		}
	}
	return Verdict{Allowed: true}, nil
}

// CheckActor is CheckOrigin for the origin of an actor's id. ErrInvalid when
// the id is not a URL of a server.
func (m *Moderation) CheckActor(ctx context.Context, uri string) (Verdict, error) {
	origin, err := peer.Origin(uri)
	if err != nil {
		return Verdict{}, err
	}
	return m.CheckOrigin(ctx, origin)
}

func reasonOf(r store.DomainRule) string {
	if r.Action != ActionBlock {
		return ""
	}
	if r.Reason == "" {
		return "blocked"
	}
	return r.Reason
}

// current returns the rules, which nobody changes afterwards. The lock is not
// held while the database is read.
func (m *Moderation) current(ctx context.Context, r store.Reader) (map[string]store.DomainRule, error) {
	m.mu.Lock()
	rules, read := m.rules, m.read
	m.mu.Unlock()
	now := m.clock()
	if rules != nil && now.Sub(read) < rulesAge {
		return rules, nil
	}
	list, err := r.DomainRules(ctx)
	if err != nil {
		return nil, fmt.Errorf("moderation rules: %w", err)
	}
	rules = make(map[string]store.DomainRule, len(list))
	for _, r := range list {
		rules[r.Domain] = r
	}
	m.mu.Lock()
	m.rules, m.read = rules, now
	m.mu.Unlock()
	return rules, nil
}

func (m *Moderation) invalidate() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rules = nil
}

// Block refuses a domain and its subdomains from now on: what they send is
// answered with 403, what waits for them is dropped, and they follow nobody
// here any more. Their entries stay until somebody removes them.
func (m *Moderation) Block(ctx context.Context, who directory.Who, domain, reason string) error {
	return m.set(ctx, who, ActionBlock, domain, reason)
}

// Allow exempts a domain from a block of a domain above it.
func (m *Moderation) Allow(ctx context.Context, who directory.Who, domain, reason string) error {
	return m.set(ctx, who, ActionAllow, domain, reason)
}

// Unset forgets the rule for a domain; ErrNotFound when there is none.
func (m *Moderation) Unset(ctx context.Context, who directory.Who, domain, reason string) error {
	return m.set(ctx, who, "unset", domain, reason)
}

func (m *Moderation) set(ctx context.Context, who directory.Who, action, domain, reason string) error {
	if !who.Admin && !who.System {
		return fmt.Errorf("%s %s: %w", action, domain, directory.ErrForbidden)
	}
	host, err := hostname(domain)
	if err != nil {
		return err
	}
	if action == ActionBlock && strings.TrimSpace(reason) == "" {
		return directory.Invalid{{Field: "reason", Code: "required", Message: "a block needs a reason"}}
	}
	err = m.st.Write(ctx, func(tx *store.Tx) error {
		if err := m.apply(ctx, tx, who, action, host, reason); err != nil {
			return err
		}
		return m.audit(ctx, tx, who, action, host, reason)
	})
	m.invalidate()
	if err != nil {
		return fmt.Errorf("%s %s: %w", action, host, err)
	}
	return nil
}

func (m *Moderation) apply(ctx context.Context, tx *store.Tx, who directory.Who, action, host, reason string) error {
	if action == "unset" {
		if _, err := tx.DomainRule(ctx, host); err != nil {
			return err
		}
		if err := tx.DeleteDomainRule(ctx, host); err != nil {
			return err
		}
		return m.mark(ctx, tx, host, false)
	}
	err := tx.PutDomainRule(ctx, store.DomainRule{
		Domain: host, Action: action, Reason: reason, By: who.Name, Created: m.clock().UTC(),
	})
	if err != nil {
		return err
	}
	return m.mark(ctx, tx, host, action == ActionBlock)
}

// mark closes or opens the queues of the peers under host.
func (m *Moderation) mark(ctx context.Context, tx *store.Tx, host string, blocked bool) error {
	peers, err := tx.Peers(ctx)
	if err != nil {
		return err
	}
	for _, p := range peers {
		h, err := hostname(p.Origin)
		if err != nil || !under(h, host) || (p.State == store.PeerBlocked) == blocked {
			continue
		}
		p.State = store.PeerUp
		if blocked {
			p.State = store.PeerBlocked
			if _, err := tx.DropDeliveriesOf(ctx, p.Origin); err != nil {
				return err
			}
			if _, err := tx.DeleteFollowersOf(ctx, p.Origin); err != nil {
				return err
			}
		}
		if err := tx.PutPeer(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (m *Moderation) audit(ctx context.Context, tx *store.Tx, who directory.Who, action, host, reason string) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return tx.AddAudit(ctx, store.AuditEntry{
		ID: id.String(), At: m.clock().UTC(), WhoID: who.UserID, WhoName: who.Name,
		Verb: "domain." + action, Object: host, Detail: reason,
	})
}

// hostname reads an origin, a URL or a bare domain into a comparable host.
func hostname(s string) (string, error) {
	s = strings.TrimSpace(s)
	if !strings.Contains(s, "://") {
		s = "https://" + strings.TrimPrefix(s, "*.")
	}
	origin, err := peer.Origin(s)
	if err != nil {
		return "", errors.Join(directory.Invalid{{Field: "domain", Code: "invalid", Message: "not a domain name"}}, err)
	}
	_, host, _ := strings.Cut(origin, "://")
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		return host[:end+1], nil
	}
	host, _, _ = strings.Cut(host, ":")
	return host, nil
}

func parent(domain string) string {
	_, rest, _ := strings.Cut(domain, ".")
	return rest
}

func under(host, domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) }
