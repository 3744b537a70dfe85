package outbox_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

var quiet = slog.New(slog.DiscardHandler)

// box is a peer's server: it keeps what it is sent and answers as told.
type box struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	forms  []httpsig.Form
	answer func(n int, w http.ResponseWriter, r *http.Request)
	got    chan string
}

func newBox(t *testing.T, keys *keyring.Keyring, answer func(n int, w http.ResponseWriter, r *http.Request)) *box {
	t.Helper()
	b := &box{answer: answer, got: make(chan string, 1000)}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		sig, err := httpsig.Parse(r)
		if err != nil {
			t.Errorf("signature: %v", err)
			return
		}
		pair, err := keys.Pair(context.Background(), keyring.Instance)
		if err != nil {
			t.Error(err)
			return
		}
		if err := sig.Verify(r, body, &pair.RSA.PublicKey, time.Now()); err != nil {
			t.Errorf("signature: %v", err)
		}
		b.mu.Lock()
		n := len(b.bodies)
		b.bodies, b.forms = append(b.bodies, string(body)), append(b.forms, sig.Form)
		b.mu.Unlock()
		if b.answer != nil {
			b.answer(n, w, r)
		} else {
			w.WriteHeader(http.StatusAccepted)
		}
		b.got <- string(body)
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *box) received() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string{}, b.bodies...)
}

type bench struct {
	st   *store.Store
	keys *keyring.Keyring
}

func newBench(st *store.Store) bench { return bench{st, keyring.New(st, nil, nil)} }

func (b bench) deliverer(jitter func(time.Duration) time.Duration) *outbox.Deliverer {
	return outbox.NewDeliverer(outbox.DelivererConfig{
		Store: b.st, Keyring: b.keys, Logger: quiet, Jitter: jitter, Poll: 10 * time.Millisecond,
		Client: &federation.Client{HTTP: peer.NewTransport(peer.GuardOptions{AllowLoopback: true})},
	})
}

// queue adds one delivery per body to inbox.
func (b bench) queue(t testing.TB, inbox string, bodies ...string) {
	t.Helper()
	ctx := context.Background()
	origin, err := peer.Origin(inbox)
	if err != nil {
		t.Fatal(err)
	}
	err = b.st.Write(ctx, func(tx *store.Tx) error {
		for _, body := range bodies {
			id := fmt.Sprintf("https://us.example/activities/%x", sha256.Sum256([]byte(body+inbox)))
			if err := tx.PutActivity(ctx, store.Activity{ID: id, Actor: "https://us.example/actor", Type: "Create", Body: []byte(body)}); err != nil {
				return err
			}
			d := store.Delivery{Peer: origin, ActivityID: id, Sender: keyring.Instance, KeyID: vocab.KeyID("https://us.example/actor"), Inbox: inbox}
			if err := tx.Enqueue(ctx, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (b bench) peer(t *testing.T, url string) store.Peer {
	t.Helper()
	p, err := b.st.Peer(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func numbered(n int) []string {
	var s []string
	for i := range n {
		s = append(s, fmt.Sprintf(`{"n":%d}`, i))
	}
	return s
}

func atOnce(time.Duration) time.Duration { return 0 }

func TestDeliverInOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		b := newBench(st)
		srv := newBox(t, b.keys, nil)
		b.queue(t, srv.URL+"/inbox", numbered(45)...)
		n, err := b.deliverer(nil).Step(context.Background())
		if err != nil || n != 45 {
			t.Fatalf("Step = %d, %v", n, err)
		}
		if diff := cmp.Diff(numbered(45), srv.received()); diff != "" {
			t.Error(diff)
		}
		if p := b.peer(t, srv.URL); p.State != store.PeerUp || p.Queued != 0 || p.LastSuccess.IsZero() || !p.LeaseUntil.IsZero() {
			t.Errorf("peer after delivery: %+v", p)
		}
	})
}

// TestRetryKeepsOrder: a peer that fails three times gets everything, in
// order, and nothing overtakes what failed.
func TestRetryKeepsOrder(t *testing.T) {
	b := newBench(storetest.Open(t, "sqlite"))
	srv := newBox(t, b.keys, func(n int, w http.ResponseWriter, _ *http.Request) {
		status := http.StatusAccepted
		if n >= 2 && n < 5 {
			status = http.StatusBadGateway
		}
		w.WriteHeader(status)
	})
	b.queue(t, srv.URL+"/inbox", numbered(5)...)
	if n, err := b.deliverer(atOnce).Step(context.Background()); err != nil || n != 5 {
		t.Fatalf("Step = %d, %v", n, err)
	}
	want := []string{`{"n":0}`, `{"n":1}`, `{"n":2}`, `{"n":2}`, `{"n":2}`, `{"n":2}`, `{"n":3}`, `{"n":4}`}
	if diff := cmp.Diff(want, srv.received()); diff != "" {
		t.Error(diff)
	}
	if p := b.peer(t, srv.URL); p.Fails != 0 || p.State != store.PeerUp {
		t.Errorf("peer: %+v", p)
	}
}

func TestAnswers(t *testing.T) {
	html := func(status int, header ...string) func(int, http.ResponseWriter, *http.Request) {
		return func(n int, w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "<html>"+strings.Repeat("x", 500))
		}
	}
	for name, c := range map[string]struct {
		answer       func(int, http.ResponseWriter, *http.Request)
		done, queued int
		state        store.PeerState
		reason       string
		after        time.Duration
	}{
		"404 is discarded":         {html(404), 2, 0, store.PeerUp, "404 Not Found: <html>xx", 0},
		"403 waits":                {html(403), 0, 2, store.PeerFailing, "403 Forbidden: <html>xx", time.Second},
		"401 after both knocks":    {html(401), 0, 2, store.PeerFailing, "401 Unauthorized: <html>", time.Second},
		"501 is discarded":         {html(501), 2, 0, store.PeerUp, "501 Not Implemented", 0},
		"429 says when":            {html(429, "Retry-After", "120"), 0, 2, store.PeerFailing, "429 Too Many", 119 * time.Second},
		"503 says when":            {html(503, "Retry-After", "3600"), 0, 2, store.PeerFailing, "503 Service", 3590 * time.Second},
		"408 waits":                {html(408), 0, 2, store.PeerFailing, "408", time.Second},
		"500 waits":                {html(500), 0, 2, store.PeerFailing, "500", time.Second},
		"redirect is not followed": {html(302, "Location", "/other"), 0, 2, store.PeerFailing, "302", time.Second},
		"HTML with 200 is taken":   {html(200), 2, 0, store.PeerUp, "", 0},
		"more than 1 MiB waits": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(make([]byte, federation.MaxBodyBytes+1))
		}, 0, 2, store.PeerFailing, "too large", time.Second},
		"connection cut": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			panic(http.ErrAbortHandler)
		}, 0, 2, store.PeerFailing, "EOF", time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(storetest.Open(t, "sqlite"))
			srv := newBox(t, b.keys, c.answer)
			b.queue(t, srv.URL+"/inbox", numbered(2)...)
			start := time.Now()
			n, err := b.deliverer(nil).Step(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			p := b.peer(t, srv.URL)
			if n != c.done || p.Queued != c.queued || p.State != c.state || !strings.Contains(p.LastError, c.reason) || len(p.LastError) > 300 {
				t.Errorf("done %d, peer %+v", n, p)
			}
			if c.after > 0 && p.NextTry.Before(start.Add(c.after)) {
				t.Errorf("next try %v is less than %v away", p.NextTry, c.after)
			}
		})
	}
}

// TestGoneInbox: a 410 ends the follow of that actor and no other's.
func TestGoneInbox(t *testing.T) {
	ctx := context.Background()
	b := newBench(storetest.Open(t, "sqlite"))
	srv := newBox(t, b.keys, func(_ int, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone/inbox" {
			w.WriteHeader(http.StatusGone)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
	const ours = "https://us.example/actor"
	err := b.st.Write(ctx, func(tx *store.Tx) error {
		for _, name := range []string{"gone", "here"} {
			f := store.Follower{Actor: srv.URL + "/" + name, Object: ours, Inbox: srv.URL + "/" + name + "/inbox", State: store.FollowAccepted}
			if err := tx.PutFollower(ctx, f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b.queue(t, srv.URL+"/gone/inbox", numbered(3)...)
	b.queue(t, srv.URL+"/here/inbox", numbered(1)...)
	if _, err := b.deliverer(nil).Step(ctx); err != nil {
		t.Fatal(err)
	}
	fs, err := b.st.Followers(ctx, ours, "", 10)
	if err != nil || len(fs) != 1 || fs[0].Actor != srv.URL+"/here" {
		t.Errorf("followers left: %+v, %v", fs, err)
	}
	if p := b.peer(t, srv.URL); p.Queued != 0 || p.State != store.PeerUp {
		t.Errorf("peer: %+v", p)
	}
}

// TestDoubleKnock: a server that knows only RFC 9421 gets the draft first,
// once, and is remembered.
func TestDoubleKnock(t *testing.T) {
	b := newBench(storetest.Open(t, "sqlite"))
	srv := newBox(t, b.keys, nil)
	srv.answer = func(n int, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Signature-Input") == "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	}
	b.queue(t, srv.URL+"/inbox", numbered(2)...)
	if n, err := b.deliverer(nil).Step(context.Background()); err != nil || n != 2 {
		t.Fatalf("Step = %d, %v", n, err)
	}
	want := []httpsig.Form{httpsig.Cavage, httpsig.RFC9421, httpsig.RFC9421}
	if diff := cmp.Diff(want, srv.forms); diff != "" {
		t.Error(diff)
	}
}

// TestLeaseIsShort: after a kill -9 a peer waits for seconds, not minutes.
func TestLeaseIsShort(t *testing.T) {
	b := newBench(storetest.Open(t, "sqlite"))
	var held time.Duration
	srv := newBox(t, b.keys, func(_ int, w http.ResponseWriter, r *http.Request) {
		if p, err := b.st.Peer(r.Context(), "http://"+r.Host); err == nil {
			held = time.Until(p.LeaseUntil)
		}
		w.WriteHeader(http.StatusAccepted)
	})
	b.queue(t, srv.URL+"/inbox", numbered(1)...)
	if _, err := b.deliverer(nil).Step(context.Background()); err != nil {
		t.Fatal(err)
	}
	if held <= 0 || held > 15*time.Second {
		t.Errorf("the lease was for %v", held)
	}
}

// TestHangingPeers: servers that never answer do not hold up the others.
func TestHangingPeers(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	b := newBench(storetest.Open(t, "sqlite"))
	release := make(chan struct{})
	var hanging []*httptest.Server
	for range 20 {
		srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-release:
			case <-r.Context().Done():
			}
		}))
		hanging = append(hanging, srv)
		b.queue(t, srv.URL+"/inbox", `{"n":0}`)
	}
	healthy := newBox(t, b.keys, nil)
	b.queue(t, healthy.URL+"/inbox", numbered(30)...)
	d := b.deliverer(nil)
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	for i := range 30 {
		select {
		case <-healthy.got:
		case <-time.After(8 * time.Second): // less than the hanging ones' time-out
			t.Fatalf("the healthy peer got %d of 30", i)
		}
	}
	// Woken by Notify, not by luck of the poll.
	b.queue(t, healthy.URL+"/inbox", `{"n":"late"}`)
	d.Notify()
	select {
	case <-healthy.got:
	case <-time.After(8 * time.Second):
		t.Error("not woken")
	}
	cancel()
	if err := <-done; err != context.Canceled {
		t.Errorf("Run = %v", err)
	}
	close(release)
	for _, srv := range hanging {
		srv.Close()
		if p := b.peer(t, srv.URL); p.Queued != 1 || p.Fails != 0 {
			t.Errorf("stopping counted as a failure: %+v", p)
		}
	}
}

// TestKilled: a process that is killed between the answer and the
// acknowledgement loses nothing; the peer gets that one twice.
func TestKilled(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		b := newBench(st)
		srv := newBox(t, b.keys, nil)
		b.queue(t, srv.URL+"/inbox", numbered(3)...)
		lease := func(d time.Duration) {
			t.Helper()
			err := st.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.LeasePeer(ctx, "killed", d)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		lease(time.Millisecond)
		ds, err := st.Deliveries(ctx, srv.URL, 1)
		if err != nil {
			t.Fatal(err)
		}
		pair, err := b.keys.Pair(ctx, keyring.Instance)
		if err != nil {
			t.Fatal(err)
		}
		client := &federation.Client{HTTP: srv.Client()}
		if _, err := client.Post(ctx, ds[0].Inbox, ds[0].Body, &httpsig.Signer{KeyID: ds[0].KeyID, Key: pair.RSA}); err != nil {
			t.Fatal(err)
		}
		// … and here the process dies. Its lease runs out.
		if n, err := b.deliverer(nil).Step(ctx); err != nil || n != 3 {
			t.Fatalf("Step = %d, %v", n, err)
		}
		want := append([]string{`{"n":0}`}, numbered(3)...)
		if diff := cmp.Diff(want, srv.received()); diff != "" {
			t.Error(diff)
		}
		b.queue(t, srv.URL+"/inbox", `{"n":"again"}`)
		lease(time.Hour)
		if n, err := b.deliverer(nil).Step(ctx); err != nil || n != 0 {
			t.Errorf("a live lease was not respected: %d, %v", n, err)
		}
	})
}

// TestTwoDeliverers: two processes on one database deliver everything once
// and in order.
func TestTwoDeliverers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		b := newBench(st)
		var boxes []*box
		for range 4 {
			srv := newBox(t, b.keys, nil)
			b.queue(t, srv.URL+"/inbox", numbered(30)...)
			boxes = append(boxes, srv)
		}
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if _, err := b.deliverer(nil).Step(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for i, srv := range boxes {
			if diff := cmp.Diff(numbered(30), srv.received()); diff != "" {
				t.Errorf("peer %s: %s", strconv.Itoa(i), diff)
			}
		}
	})
}
