package outbox

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// verdict is what an answer means for the delivery.
type verdict int

const (
	delivered verdict = iota // 2xx
	refused                  // the peer will never take it
	gone                     // the inbox is gone for good
	later                    // try again, and nothing else before it
	denied                   // later, for maxDenied tries
)

type result struct {
	verdict    verdict
	retryAfter time.Duration
	reason     string
	// fault says that the peer's software failed over what it was sent, or never answered.
	fault bool
}

// judge reads the outcome of a POST. What the peer did not say clearly is
// tried again.
func judge(err error) result {
	if err == nil {
		return result{verdict: delivered}
	}
	if errors.Is(err, peer.ErrRefusedAddress) || errors.Is(err, federation.ErrRefused) {
		return result{verdict: refused, reason: err.Error()}
	}
	var status *federation.StatusError
	if !errors.As(err, &status) {
		return result{verdict: later, reason: err.Error(), fault: silent(err)}
	}
	r := result{verdict: refused, retryAfter: status.RetryAfter, reason: reasonOf(status), fault: status.Status == http.StatusInternalServerError}
	switch {
	case status.Status == http.StatusGone:
		r.verdict = gone
	case status.Status == http.StatusRequestTimeout, status.Status == http.StatusTooManyRequests,
		status.Status == http.StatusTooEarly, status.Status == http.StatusMisdirectedRequest:
		r.verdict = later
	case status.Status == http.StatusUnauthorized, status.Status == http.StatusForbidden:
		r.verdict = denied
	case status.Status == http.StatusNotImplemented:
		r.verdict = refused
	case status.Status >= 500, status.Status < 400:
		r.verdict = later
	}
	return r
}

// silent reports whether the peer took a request and did not answer in time.
func silent(err error) bool {
	var timeout net.Error
	var op *net.OpError
	return errors.As(err, &timeout) && timeout.Timeout() && !(errors.As(err, &op) && op.Op == "dial")
}

func reasonOf(e *federation.StatusError) string {
	if e.Detail == "" {
		return fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))
	}
	return fmt.Sprintf("%d %s: %s", e.Status, http.StatusText(e.Status), e.Detail)
}

// maxDenied is how often a delivery that is answered with 401 or 403 is made,
// over some three minutes: that a peer could not fetch our key just now looks
// the same as that it wants nothing of ours.
const maxDenied = 5

// maxBackoff bounds the silence between two tries.
const maxBackoff = 6 * time.Hour

// How often a peer that does not answer is tried once it is down, and once it is
// dead.
const (
	probeDown = 24 * time.Hour
	probeDead = 7 * 24 * time.Hour
)

// pause is the delay before the next try of a peer of that health.
func pause(state store.PeerState, fails int) time.Duration {
	switch state {
	case store.PeerDown:
		return probeDown
	case store.PeerDead:
		return probeDead
	}
	return backoff(fails)
}

// backoff is the delay after the given number of failures in a row: 2 s, 10 s,
// 1 min, 2 min, 4 min… 6 h.
func backoff(fails int) time.Duration {
	switch {
	case fails <= 1:
		return 2 * time.Second
	case fails == 2:
		return 10 * time.Second
	case fails > 12:
		return maxBackoff
	}
	return min(maxBackoff, time.Minute<<(fails-3))
}

// jitter adds up to a third, so that peers that failed together do not all
// come back together.
func jitter(d time.Duration) time.Duration {
	return d + time.Duration(rand.Int64N(int64(d)/3+1))
}
