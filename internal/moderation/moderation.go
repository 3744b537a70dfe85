// Package moderation decides who may speak to this instance and what becomes of
// what they say: rules on domains and actors (block, silence, allow), limits of
// what one origin may send and have kept, reports, and the quarantine of a
// server that came back with another key. It records each decision with its
// reason. It does not verify signatures (package inbox) nor change what an entry
// says (package ledger). Packages inbox, harvest, outbox, ledger, admin, site and
// the command line call it.
package moderation

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// The actions of a rule. The rule of the longest matching domain holds.
const (
	// ActionBlock refuses what is said, hides what was said and tells nothing.
	ActionBlock = "block"
	// ActionSilence keeps what is said, readable at its own address and in no
	// list, map, feed or announce.
	ActionSilence = "silence"
	// ActionAllow exempts from a rule on a domain above, and lists the domain
	// when only listed ones may speak.
	ActionAllow = "allow"
)

// rulesAge is how long another process may go on with the rules as they were.
const rulesAge = 5 * time.Second

// notListed is the reason when only listed domains may speak.
const notListed = "not on the list of those that this instance speaks with"

// Verdict is the answer to whether an origin may speak.
type Verdict struct {
	Allowed bool
	// Reason is the administrator's, "" when allowed.
	Reason string
	// Silenced says that it may speak and that nothing of it is listed.
	Silenced bool
}

// Moderation reads the rules through a short cache. Concurrent use is safe.
type Moderation struct {
	st    *store.Store
	clock func() time.Time

	mu    sync.Mutex
	state *state
	read  time.Time

	rate     *rates
	asks     *rates // of their own: a request that proves nothing names any origin
	usage    *usages
	refusals *refusals
	enforce  sync.Mutex
	sources  sourceRules // as read, see source.go
	approves atomic.Bool // what ApprovesFollowers answers

	// Approving is called in the transaction that changes whether followers are
	// looked at, which the instance's actor says; it may be nil. Set it before use.
	Approving func(ctx context.Context, tx *store.Tx) error
}

// New returns a Moderation over st; a nil clock is time.Now.
func New(st *store.Store, clock func() time.Time) *Moderation {
	if clock == nil {
		clock = time.Now
	}
	return &Moderation{st: st, clock: clock, rate: newRates(), asks: newRates(), usage: newUsages(), refusals: newRefusals()}
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
	return m.check(ctx, tx.Reader, origin, uri)
}

// CheckActor is CheckOrigin for an actor's id, with the rule on that actor.
// ErrInvalid when the id is not a URL of a server.
func (m *Moderation) CheckActor(ctx context.Context, uri string) (Verdict, error) {
	origin, err := peer.Origin(uri)
	if err != nil {
		return Verdict{}, err
	}
	return m.check(ctx, m.st.Reader, origin, uri)
}

func (m *Moderation) check(ctx context.Context, r store.Reader, origin string, uris ...string) (Verdict, error) {
	host, err := hostname(origin)
	if err != nil {
		return Verdict{}, err
	}
	st, err := m.current(ctx, r)
	if err != nil {
		return Verdict{}, err
	}
	s := st.standing(m.clock(), host, uris...)
	return Verdict{Allowed: s.Action != ActionBlock, Reason: s.reason(), Silenced: s.Action == ActionSilence}, nil
}

// StandingOf says by which rule an id (of an actor or an entry) stands here.
func (m *Moderation) StandingOf(ctx context.Context, uri string) (Standing, error) {
	host, err := hostname(uri)
	if err != nil {
		return Standing{}, err
	}
	st, err := m.current(ctx, m.st.Reader)
	if err != nil {
		return Standing{}, err
	}
	return st.standing(m.clock(), host, uri), nil
}

// current returns the state, which nobody changes afterwards. The lock is not
// held while the database is read.
func (m *Moderation) current(ctx context.Context, r store.Reader) (*state, error) {
	m.mu.Lock()
	st, read := m.state, m.read
	m.mu.Unlock()
	now := m.clock()
	if age := now.Sub(read); st != nil && age < rulesAge && age >= 0 {
		return st, nil
	}
	st, err := readState(ctx, r)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	m.state, m.read = st, now
	m.mu.Unlock()
	return st, nil
}

func (m *Moderation) invalidate() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state = nil
}

func (m *Moderation) audit(ctx context.Context, tx *store.Tx, who directory.Who, verb, object, detail string) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return tx.AddAudit(ctx, store.AuditEntry{
		ID: id.String(), At: m.clock().UTC(), WhoID: who.UserID, WhoName: who.Name,
		Verb: verb, Object: object, Detail: detail,
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
		return "", directory.Invalid{{Field: "domain", Code: "invalid", Message: "not a domain name, nor the https address of an actor"}}
	}
	_, host, _ := strings.Cut(origin, "://")
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		return host[:end+1], nil
	}
	host, _, _ = strings.Cut(host, ":")
	return host, nil
}

// target reads what a rule is on: the id of an actor or an entry when it is a
// URL with a path, else a domain.
func target(s string) (key, host string, err error) {
	s = strings.TrimSpace(s)
	host, err = hostname(s)
	if err != nil {
		return "", "", err
	}
	_, rest, isURL := strings.Cut(s, "://")
	_, path, hasPath := strings.Cut(rest, "/")
	if !isURL || !hasPath || path == "" {
		return host, host, nil
	}
	origin, err := peer.Origin(s)
	if err != nil {
		return "", "", fmt.Errorf("target: %w", err)
	}
	return origin + "/" + path, host, nil
}

func parent(domain string) string {
	_, rest, _ := strings.Cut(domain, ".")
	return rest
}

func under(host, domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) }
