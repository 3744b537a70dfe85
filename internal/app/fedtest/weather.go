package fedtest

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"codeberg.org/bocage/bocage/federation"
)

// errLost is what the sender of a lost request or answer sees.
var errLost = errors.New("lost on the way")

// weather is what happens to requests between hosts. The zero value is a fine
// day. It is safe for concurrent use.
type weather struct {
	mu    sync.Mutex
	cut   map[[2]string]bool // pairs of hosts that do not reach each other
	loss  float64
	dice  *rand.Rand
	moods map[string]mood
	felt  map[string]int
}

// mood is how a host answers instead of doing its work; nil lets it.
type mood func(req *http.Request) *http.Response

// part cuts or joins two hosts, both ways.
func (w *weather) part(a, b string, on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut == nil {
		w.cut = map[[2]string]bool{}
	}
	w.cut[[2]string{a, b}], w.cut[[2]string{b, a}] = on, on
}

// lose makes a share of all exchanges fail: half of them before the request
// arrives, half after, so that the work was done and nobody knows.
func (w *weather) lose(share float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.loss, w.dice = share, rand.New(rand.NewPCG(1, 2))
}

// set gives a host a mood; nil ends it.
func (w *weather) set(host string, m mood) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.moods == nil {
		w.moods = map[string]mood{}
	}
	w.moods[host] = m
}

// count is how many exchanges have felt the weather.
func (w *weather) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, c := range w.felt {
		n += c
	}
	return n
}

// sky is the wire under the clients of one host.
type sky struct {
	weather *weather
	own     string
	next    http.RoundTripper
}

// RoundTrip lets the weather have its way, and then the next transport. The test
// itself, which is no host, looks on from inside.
func (s sky) RoundTrip(req *http.Request) (*http.Response, error) {
	if s.own == "" {
		return s.next.RoundTrip(req)
	}
	to := req.URL.Hostname()
	before, after, m := s.weather.fate(s.own, to)
	switch {
	case before:
		return nil, errLost
	case m != nil:
		if resp := m(req); resp != nil {
			s.weather.feel(to)
			resp.Request, resp.Proto, resp.ProtoMajor, resp.ProtoMinor = req, "HTTP/1.1", 1, 1
			return resp, nil
		}
	}
	resp, err := s.next.RoundTrip(req)
	if err == nil && after {
		_ = resp.Body.Close() // the answer is lost
		return nil, errLost
	}
	return resp, err
}

// fate draws whether an exchange is lost before or after the work, and tells
// the mood of the host.
func (w *weather) fate(from, to string) (before, after bool, m mood) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut[[2]string{from, to}] {
		before = true
	} else if w.loss > 0 {
		if x := w.dice.Float64(); x < w.loss {
			before, after = x < w.loss/2, x >= w.loss/2
		}
	}
	if before || after {
		w.feelLocked(to)
	}
	return before, after, w.moods[to]
}

func (w *weather) feel(host string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.feelLocked(host)
}

func (w *weather) feelLocked(host string) {
	if w.felt == nil {
		w.felt = map[string]int{}
	}
	w.felt[host]++
}

// answering is the mood of a host that says the same to everything.
func answering(status int, contentType, body string, header ...string) mood {
	return func(*http.Request) *http.Response {
		h := http.Header{"Content-Type": {contentType}}
		for i := 0; i+1 < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: h, ContentLength: int64(len(body)),
			Body: io.NopCloser(strings.NewReader(body))}
	}
}

// posts is a mood that is kept for deliveries.
func posts(m mood) mood {
	return func(req *http.Request) *http.Response {
		if req.Method != http.MethodPost {
			return nil
		}
		return m(req)
	}
}

// flood answers with size bytes of JSON that never ends, and notes how many of
// them were taken.
func flood(size int64, taken func(n int64)) mood {
	return func(req *http.Request) *http.Response {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {federation.ContentType}}, ContentLength: -1,
			Body: &flow{ctx: req.Context(), left: size, taken: taken}}
	}
}

// trickle answers with one byte a second.
func trickle() mood {
	return func(req *http.Request) *http.Response {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {federation.ContentType}}, ContentLength: -1,
			Body: &flow{ctx: req.Context(), left: 3600, pause: time.Second}}
	}
}

// flow is a body that comes as fast as it is read, or slowly.
type flow struct {
	ctx   context.Context
	left  int64
	pause time.Duration
	read  int64
	taken func(n int64)
}

// Read gives blanks, which are JSON's beginning as long as nothing follows.
func (f *flow) Read(p []byte) (int, error) {
	if f.left <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), f.left)
	if f.pause > 0 {
		select {
		case <-f.ctx.Done():
			return 0, f.ctx.Err()
		case <-time.After(f.pause):
		}
		n = min(n, 1)
	}
	for i := range n {
		p[i] = ' '
	}
	f.left, f.read = f.left-n, f.read+n
	return int(n), nil
}

// Close tells how much was read.
func (f *flow) Close() error {
	if f.taken != nil {
		f.taken(f.read)
	}
	return nil
}
