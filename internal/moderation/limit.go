package moderation

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// The defaults of what one origin may send and have kept. They are meant to be
// reached by accident and by flood only.
const (
	// DefaultRate is verified activities a minute; as many may come at once.
	DefaultRate = 30_000
	// DefaultEntries is how many entries are kept of one origin.
	DefaultEntries = 500_000
	// DefaultBytes is how many bytes their documents take.
	DefaultBytes = 8 << 30
	// maxFailures is how many requests a minute whose signature does not hold are
	// looked at from one network (an IPv4 address, an IPv6 /64).
	maxFailures = 600
	// maxAsked is how many documents a minute one server is asked for because of
	// what others share: nobody may aim us at a third.
	maxAsked = 1200
	// maxFollows is how many follows of our actors are kept of one origin: more than
	// the largest servers have of one place, less than harms us.
	maxFollows = 100_000
	// maxBuckets bounds the memory of the limits.
	maxBuckets = 20_000
)

// Causes under which refusals are counted.
const (
	CauseRate      = "rate"
	CauseEntries   = "entries"
	CauseBytes     = "bytes"
	CauseBlocked   = "blocked"
	CauseSignature = "signature"
	CauseReports   = "reports"
	CauseMalformed = "malformed"
	CauseSize      = "size"
	CauseForged    = "forged"
	CauseAddress   = "address"
	CauseRepeated  = "repeated"
	CauseFollows   = "follows"
)

// usageAge is how long a measure of what is held is believed; what is accepted
// meanwhile is added to it.
const usageAge = 5 * time.Minute

// bucket holds tokens that come back at a steady rate.
type bucket struct {
	tokens float64
	at     time.Time
}

// rates is the token buckets of this process, by origin and by network.
type rates struct {
	mu      sync.Mutex
	buckets map[string]bucket
}

func newRates() *rates { return &rates{buckets: map[string]bucket{}} }

// take removes n tokens of key's bucket, which holds perMinute at most and fills
// in a minute; n 0 only looks. When there is no token it returns how long until
// there is one.
func (r *rates) take(key string, perMinute int64, n float64, now time.Time) time.Duration {
	if perMinute < 0 {
		return 0
	}
	most := float64(perMinute)
	perSecond := most / 60
	r.mu.Lock()
	defer r.mu.Unlock()
	b, ok := r.buckets[key]
	if !ok {
		if n == 0 {
			return 0
		}
		if len(r.buckets) >= maxBuckets {
			r.evict(now)
		}
		b = bucket{tokens: most, at: now}
	}
	if d := now.Sub(b.at).Seconds(); d > 0 {
		b.tokens, b.at = min(most, b.tokens+d*perSecond), now
	}
	if b.tokens < 1 {
		r.buckets[key] = b
		if perSecond <= 0 {
			return time.Minute
		}
		return max(time.Second, time.Duration((1-b.tokens)/perSecond*float64(time.Second)))
	}
	b.tokens -= n
	r.buckets[key] = b
	return 0
}

// evict drops what has been full for long, then anything until a quarter is free, so
// that it is seldom called: a forgotten bucket is a full one.
func (r *rates) evict(now time.Time) {
	for k, b := range r.buckets {
		if now.Sub(b.at) >= time.Minute {
			delete(r.buckets, k)
		}
	}
	for k := range r.buckets {
		if len(r.buckets) <= maxBuckets*3/4 {
			return
		}
		delete(r.buckets, k)
	}
}

// Limits is what holds for one origin, defaults filled in; -1 is no limit.
func (m *Moderation) Limits(ctx context.Context, origin string) (store.OriginLimit, error) {
	return m.limits(ctx, m.st.Reader, origin)
}

func (m *Moderation) limits(ctx context.Context, r store.Reader, origin string) (store.OriginLimit, error) {
	st, err := m.current(ctx, r)
	if err != nil {
		return store.OriginLimit{}, err
	}
	l := st.limits[origin]
	l.Origin = origin
	for _, f := range []struct {
		v    *int64
		deft int64
	}{{&l.Rate, DefaultRate}, {&l.Entries, DefaultEntries}, {&l.Bytes, DefaultBytes}} {
		if *f.v == 0 {
			*f.v = f.deft
		}
	}
	return l, nil
}

// SetLimits overrides the defaults for one origin; 0 is the default again, -1 no
// limit.
func (m *Moderation) SetLimits(ctx context.Context, who directory.Who, l store.OriginLimit) error {
	if !who.MayAdminister() {
		return fmt.Errorf("limits: %w", directory.ErrForbidden)
	}
	origin, err := peer.Origin(l.Origin)
	if err != nil {
		return directory.Invalid{{Field: "origin", Code: "invalid", Message: "not the address of a server"}}
	}
	if l.Rate < -1 || l.Entries < -1 || l.Bytes < -1 {
		return directory.Invalid{{Field: "limit", Code: "invalid", Message: "a limit is a number, 0 for the default or -1 for none"}}
	}
	l.Origin = origin
	err = m.st.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutOriginLimit(ctx, l); err != nil {
			return err
		}
		return m.audit(ctx, tx, who, "limit.set", origin, fmt.Sprintf("%d/min, %d entries, %d bytes", l.Rate, l.Entries, l.Bytes))
	})
	m.invalidate()
	return err
}

// Wait says before a signature is looked at how long a request from address that
// claims to come from origin has to wait; 0 = go on. Only what was verified
// empties the bucket of an origin, so that nobody can empty another's; and only
// signatures that do not hold empty that of a network.
func (m *Moderation) Wait(ctx context.Context, address, origin string) (time.Duration, error) {
	if n := network(address); n != "" {
		if d := m.rate.take("net "+n, maxFailures, 0, m.clock()); d > 0 {
			m.refuse(origin, CauseSignature, "too many requests whose signature does not hold")
			return d, nil
		}
	}
	return m.takeRate(ctx, origin, 0)
}

// Verified counts a verified activity of origin; when it is one too many it
// returns how long it has to wait, and must not be kept.
func (m *Moderation) Verified(ctx context.Context, origin string) (time.Duration, error) {
	return m.takeRate(ctx, origin, 1)
}

func (m *Moderation) takeRate(ctx context.Context, origin string, n float64) (time.Duration, error) {
	l, err := m.limits(ctx, m.st.Reader, origin)
	if err != nil {
		return 0, err
	}
	d := m.rate.take(origin, l.Rate, n, m.clock())
	if d > 0 {
		m.refuse(origin, CauseRate, fmt.Sprintf("more than %d activities a minute; told to come back", l.Rate))
	}
	return d, nil
}

// Ask counts a document that origin is to be asked for because of an activity; when
// it is one too many it returns how long to wait.
func (m *Moderation) Ask(origin string) time.Duration {
	return m.asks.take(origin, maxAsked, 1, m.clock())
}

// Failed counts a request from address whose signature does not hold.
func (m *Moderation) Failed(address string) {
	if n := network(address); n != "" {
		m.rate.take("net "+n, maxFailures, 1, m.clock())
	}
}

// network is the unit that failures are counted by; "" for addresses that many
// may share: this machine's and private ones, where a proxy stands that does not
// say for whom it asks.
func network(address string) string {
	ap, err := netip.ParseAddrPort(address)
	a := ap.Addr()
	if err != nil {
		if a, err = netip.ParseAddr(address); err != nil {
			return ""
		}
	}
	a = a.Unmap().WithZone("")
	if a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsUnspecified() {
		return ""
	}
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return ""
	}
	return p.String()
}

// usage is what is held of one origin, as measured and added to since.
type usage struct {
	entries, bytes int64
	at             time.Time
}

type usages struct {
	mu   sync.Mutex
	held map[string]usage
}

func newUsages() *usages { return &usages{held: map[string]usage{}} }

// Recount has what is held of each origin measured anew, after a transaction in which
// entries were judged did not hold.
func (m *Moderation) Recount() {
	m.usage.mu.Lock()
	defer m.usage.mu.Unlock()
	clear(m.usage.held)
}

// full says why nothing new of origin is kept, "" when it is.
func (m *Moderation) full(ctx context.Context, r store.Reader, origin string) (cause, reason string, err error) {
	l, err := m.limits(ctx, r, origin)
	if err != nil || l.Entries < 0 && l.Bytes < 0 {
		return "", "", err
	}
	now := m.clock()
	m.usage.mu.Lock()
	u, ok := m.usage.held[origin]
	m.usage.mu.Unlock()
	if !ok || now.Sub(u.at) >= usageAge {
		if u.entries, u.bytes, err = r.OriginUsage(ctx, origin); err != nil {
			return "", "", err
		}
		u.at = now
	}
	switch {
	case l.Entries >= 0 && u.entries >= l.Entries:
		cause, reason = CauseEntries, fmt.Sprintf("%d entries are kept of %s, its limit is %d", u.entries, origin, l.Entries)
	case l.Bytes >= 0 && u.bytes >= l.Bytes:
		cause, reason = CauseBytes, fmt.Sprintf("%d bytes are kept of %s, its limit is %d", u.bytes, origin, l.Bytes)
	default:
		u.entries++
		u.bytes += u.bytes / max(u.entries, 1) // as large as the others are
	}
	m.usage.put(origin, u)
	return cause, reason, nil
}

// MayFollow reports whether one more follow by origin may be kept; what it refuses
// is counted, once the transaction of r is committed. What is there is measured every few minutes.
func (m *Moderation) MayFollow(ctx context.Context, r store.Reader, origin string) (bool, error) {
	key, now := "follows "+origin, m.clock()
	m.usage.mu.Lock()
	u, ok := m.usage.held[key]
	m.usage.mu.Unlock()
	if !ok || now.Sub(u.at) >= usageAge {
		n, _, err := r.FollowOrigins(ctx, origin)
		if err != nil {
			return false, err
		}
		u = usage{entries: int64(n), at: now}
	}
	may := u.entries < maxFollows
	if may {
		u.entries++
	} else {
		kept := u.entries
		r.OnCommit(func() {
			m.refuse(origin, CauseFollows, fmt.Sprintf("%d follows are kept of %s, which is the most", kept, origin))
		})
	}
	m.usage.put(key, u)
	return may, nil
}

func (s *usages) put(key string, u usage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.held) >= maxBuckets {
		clear(s.held)
	}
	s.held[key] = u
}
