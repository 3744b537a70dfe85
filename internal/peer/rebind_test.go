package peer

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// fickle is a name server that gives another address at each question.
type fickle struct {
	conn    net.PacketConn
	answers [][][4]byte
	asked   atomic.Int64
}

func newFickle(t *testing.T, answers ...[][4]byte) *fickle {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fickle{conn: conn, answers: answers}
	t.Cleanup(func() { _ = conn.Close() })
	go f.serve()
	return f
}

func (f *fickle) serve() {
	buf := make([]byte, 1500)
	for {
		n, from, err := f.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		if out, err := f.answer(buf[:n]); err == nil {
			_, _ = f.conn.WriteTo(out, from) // a lost answer is asked for again
		}
	}
}

func (f *fickle) answer(query []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil {
		return nil, err
	}
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
		k := int(f.asked.Add(1)) - 1
		for _, a := range f.answers[min(k, len(f.answers)-1)] {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 0}, Body: &dnsmessage.AResource{A: a}})
		}
	}
	return m.Pack()
}

func (f *fickle) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", f.conn.LocalAddr().String())
	}}
}

// TestRebinding: a name that is a public address when it is looked at and ours
// when it is dialled gains nothing, whichever answer comes when.
func TestRebinding(t *testing.T) {
	t.Parallel()
	var hits atomic.Int64
	inner := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer inner.Close()
	_, port, err := net.SplitHostPort(inner.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	public, here, metadata := [4]byte{93, 184, 215, 14}, [4]byte{127, 0, 0, 1}, [4]byte{169, 254, 169, 254}
	for name, answers := range map[string][][][4]byte{
		"public, then here":      {{public}, {here}},
		"public, then inside":    {{public}, {metadata}},
		"here at once":           {{here}},
		"both in one answer":     {{public, here}},
		"both, the wrong first":  {{here, public}},
		"here, public and again": {{here}, {public}, {here}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dns := newFickle(t, answers...)
			pool := inner.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
			c := NewTransport(GuardOptions{Resolver: dns.resolver(), RootCAs: pool})
			refused := false
			for range 3 {
				ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond) // nobody answers at the public one
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://example.com:"+port+"/", nil)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := c.Do(req)
				if err == nil {
					_ = resp.Body.Close() // there must be none
					t.Errorf("somebody answered: %s", resp.Status)
				}
				refused = refused || errors.Is(err, ErrRefusedAddress)
				cancel()
			}
			if !refused && !strings.HasPrefix(name, "both") { // with both, the public one may take all the time
				t.Error("never refused")
			}
			if dns.asked.Load() == 0 {
				t.Error("the name was not looked up")
			}
		})
	}
	t.Cleanup(func() {
		if n := hits.Load(); n != 0 {
			t.Errorf("the server on this machine was reached %d times", n)
		}
	})
}
