package auth

import (
	"net/netip"
	"sync"
	"time"
)

// maxTracked bounds a limiter's memory; when it is full the oldest window goes.
const maxTracked = 20_000

// limiter allows a number of attempts in a window, per key.
type limiter struct {
	most   int
	window time.Duration

	mu   sync.Mutex
	seen map[string]*attempts
}

type attempts struct {
	since time.Time
	count int
}

func newLimiter(most int, window time.Duration) *limiter {
	return &limiter{most: most, window: window, seen: map[string]*attempts{}}
}

// wait is how long key has to wait; 0 = it may try.
func (l *limiter) wait(key string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.seen[key]
	if a == nil || a.count < l.most {
		return 0
	}
	return max(0, a.since.Add(l.window).Sub(now))
}

// hit counts an attempt.
func (l *limiter) hit(key string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.seen[key]
	if a == nil || now.Sub(a.since) >= l.window {
		if len(l.seen) >= maxTracked {
			l.evict(now)
		}
		a = &attempts{since: now}
		l.seen[key] = a
	}
	a.count++
}

// forget ends a key's window, after a success.
func (l *limiter) forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.seen, key)
}

// evict drops what has expired, else the oldest window.
func (l *limiter) evict(now time.Time) {
	var oldest string
	var at time.Time
	for k, a := range l.seen {
		if now.Sub(a.since) >= l.window {
			delete(l.seen, k)
			continue
		}
		if oldest == "" || a.since.Before(at) {
			oldest, at = k, a.since
		}
	}
	if len(l.seen) >= maxTracked {
		delete(l.seen, oldest)
	}
}

// networkOf is the unit that an address limit counts: an IPv4 address or an
// IPv6 /64, which one subscriber holds whole.
func networkOf(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap()
	if a.Is4() {
		return a.String()
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}
