package fedtest

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"codeberg.org/bocage/bocage/internal/peer"
)

// host is the name under which the world knows what a script calls name.
func host(name string) string { return name + ".test" }

// requestTimeout is shorter than an instance's own: stories wait for it.
const requestTimeout = 8 * time.Second

// network is the names of one story and who listens behind them. It is safe for
// concurrent use.
type network struct {
	key   *ecdsa.PrivateKey // of the authority, and of every certificate
	ca    *x509.Certificate
	roots *x509.CertPool

	mu      sync.Mutex
	hosts   []string
	address map[string]string // of each host that is up, its loopback address
	tamper  map[string]bool   // hosts whose mail is spoiled on the way
	spoiled int
	refused int            // of the spoiled, how many were answered with 401
	asked   map[string]int // requests, by method and host
	weather weather
}

func newNetwork() (*network, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	n := &network{key: key, roots: x509.NewCertPool(), address: map[string]string{}, tamper: map[string]bool{}, asked: map[string]int{}}
	der, err := n.certificate(&x509.Certificate{Subject: pkix.Name{CommonName: "throw-away authority"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	if err != nil {
		return nil, err
	}
	if n.ca, err = x509.ParseCertificate(der); err != nil {
		return nil, err
	}
	n.roots.AddCert(n.ca)
	return n, nil
}

// certificate signs c with the authority's key; the first one is the authority.
func (n *network) certificate(c *x509.Certificate) ([]byte, error) {
	c.SerialNumber = big.NewInt(time.Now().UnixNano())
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent := n.ca
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, n.key.Public(), n.key)
	if err != nil {
		return nil, fmt.Errorf("certificate of %s: %w", c.Subject.CommonName, err)
	}
	return der, nil
}

// listen opens a TLS listener on loopback which the other hosts find by name.
func (n *network) listen(host string) (net.Listener, error) {
	der, err := n.certificate(&x509.Certificate{Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}})
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.address[host] = l.Addr().String()
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: n.key}}, NextProtos: []string{"h2", "http/1.1"}}), nil
}

// close makes a host unreachable.
func (n *network) close(host string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.address, host)
}

// dial reaches a host by its name.
func (n *network) dial(ctx context.Context, network, address string) (net.Conn, error) {
	name, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	to := n.address[name]
	n.mu.Unlock()
	if to == "" {
		return nil, fmt.Errorf("dial %s: nobody is there", address)
	}
	return (&net.Dialer{}).DialContext(ctx, network, to)
}

// client is the guarded client of instances, with this network under it.
func (n *network) client(own string) *http.Client {
	c := peer.NewTransport(peer.GuardOptions{AllowHosts: []string{host("a"), host("b"), host("c"), host("bob"),
		host("ann"), host("cat"), host("dan"), host("eve"), host("joe")},
		OwnHost: own, RootCAs: n.roots, Dial: n.dial})
	c.Transport = counter{n, spoiler{n, sky{&n.weather, own, c.Transport}}}
	c.Timeout = requestTimeout
	return c
}

// spoil lets one byte of every body that is POSTed to host change on its way.
func (n *network) spoil(host string, on bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tamper[host] = on
}

// counts is how many bodies were spoiled, and how many of them were refused.
func (n *network) counts() (spoiled, refused int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.spoiled, n.refused
}

// spoiler is the wire: it delivers what it is given, or nearly.
type spoiler struct {
	net  *network
	next http.RoundTripper
}

// RoundTrip changes a digit or a letter in the middle of the body, so that it
// is the same length and still JSON.
func (s spoiler) RoundTrip(req *http.Request) (*http.Response, error) {
	s.net.mu.Lock()
	bad := s.net.tamper[req.URL.Hostname()]
	s.net.mu.Unlock()
	if !bad || req.Method != http.MethodPost || req.Body == nil {
		return s.next.RoundTrip(req)
	}
	body, err := io.ReadAll(req.Body)
	if cerr := req.Body.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	at := bytes.LastIndexFunc(body, func(r rune) bool { return strings.ContainsRune("0123456789", r) })
	if at < 0 {
		return nil, fmt.Errorf("no digit to change in %.100s", body)
	}
	body[at] = '0' + (body[at]-'0'+1)%10
	req = req.Clone(req.Context())
	req.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := s.next.RoundTrip(req)
	s.net.mu.Lock()
	defer s.net.mu.Unlock()
	s.net.spoiled++
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		s.net.refused++
	}
	return resp, err
}
