package harvest

import (
	"context"
	"net/url"
	"sync"
	"time"

	"codeberg.org/bocage/bocage/internal/peer"
)

const (
	// parallelPerHost and spacing are the politeness towards one host: two
	// requests at once, five a second.
	parallelPerHost = 2
	spacing         = 200 * time.Millisecond
)

// pacer spaces the requests to each host. This machine is not a host to be
// polite to.
type pacer struct {
	mu    sync.Mutex
	hosts map[string]*hostPace
}

type hostPace struct {
	slots chan struct{}
	next  time.Time
}

func newPacer() *pacer { return &pacer{hosts: make(map[string]*hostPace)} }

// wait returns when a request to rawURL may start; done ends it.
func (p *pacer) wait(ctx context.Context, rawURL string) (done func(), err error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	if peer.IsLoopbackName(u.Hostname()) {
		return func() {}, ctx.Err()
	}
	p.mu.Lock()
	h := p.hosts[u.Host]
	if h == nil {
		h = &hostPace{slots: make(chan struct{}, parallelPerHost)}
		p.hosts[u.Host] = h
	}
	p.mu.Unlock()
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.mu.Lock()
	now := time.Now()
	start := h.next
	if start.Before(now) {
		start = now
	}
	h.next = start.Add(spacing)
	p.mu.Unlock()
	timer := time.NewTimer(start.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		<-h.slots
		return nil, ctx.Err()
	}
}
