package peer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// The limits of one outgoing request.
const (
	dialTimeout   = 5 * time.Second
	headerTimeout = 10 * time.Second
	totalTimeout  = 30 * time.Second
	idleTimeout   = 90 * time.Second

	maxRedirects        = 3
	maxHeaderBytes      = 64 << 10
	maxIdleConnsPerHost = 4
	maxConnsPerHost     = 16
)

// ErrRefusedAddress is wrapped by the error of a request that the guard did
// not let out: a special-purpose address, plain http, or our own host. Such a
// request fails the same way when repeated.
var ErrRefusedAddress = fmt.Errorf("address refused: %w", directory.ErrForbidden)

// GuardOptions says which hosts beside public ones may be connected to. The
// zero value allows only https to public addresses.
type GuardOptions struct {
	// AllowLoopback lets requests go to this machine, also over plain http. It
	// is set only when our own base URL is a loopback name.
	AllowLoopback bool
	// AllowHosts are "host" or "host:port" values exempt from the address
	// check, for tests and for peers on a private network.
	AllowHosts []string
	// OwnHost is our "host[:port]"; no request and no redirect goes there.
	OwnHost string
	// RootCAs replaces the system's certificate authorities when not nil.
	RootCAs *x509.CertPool
	// Dial replaces the network for allowed hosts, nil = net.Dialer. Addresses
	// that it is given are not resolved.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Resolver looks up the names of hosts that are not allowed by AllowHosts;
	// nil is the system's.
	Resolver *net.Resolver
}

// NewTransport returns the client for all requests to other servers. The
// address check is made on the resolved address at dial time, so that a name
// which changes its answer between check and use gains nothing. It takes no
// proxy from the environment. Concurrent use is safe.
func NewTransport(opt GuardOptions) *http.Client {
	g := &guard{opt: opt}
	guarded := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second, ControlContext: g.control, Resolver: opt.Resolver}
	free := (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext
	if opt.Dial != nil {
		free = opt.Dial
	}
	g.next = &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if g.listed(address) {
				return free(ctx, network, address)
			}
			return guarded.DialContext(ctx, network, address)
		},
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: opt.RootCAs},
		TLSHandshakeTimeout:    dialTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		MaxIdleConnsPerHost:    maxIdleConnsPerHost,
		MaxConnsPerHost:        maxConnsPerHost,
		ForceAttemptHTTP2:      true,
	}
	return &http.Client{Transport: g, CheckRedirect: g.redirect, Timeout: totalTimeout}
}

type guard struct {
	opt  GuardOptions
	next http.RoundTripper
}

// RoundTrip checks the URL of every request, also of redirected ones.
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := g.check(req.URL); err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // RoundTrip must close it; the request is refused anyway
		}
		return nil, err
	}
	return g.next.RoundTrip(req)
}

func (g *guard) check(u *url.URL) error {
	if u.User != nil {
		return fmt.Errorf("%w: user name in %s", ErrRefusedAddress, u.Redacted())
	}
	if g.opt.OwnHost != "" && strings.EqualFold(withPort(u.Scheme, u.Host), withPort(u.Scheme, g.opt.OwnHost)) {
		return fmt.Errorf("%w: %s is this instance", ErrRefusedAddress, u.Host)
	}
	switch u.Scheme {
	case "https":
		return nil
	case "http":
		if g.listed(u.Host) || g.opt.AllowLoopback && IsLoopbackName(u.Hostname()) {
			return nil
		}
	}
	return fmt.Errorf("%w: %s is not https", ErrRefusedAddress, u.Redacted())
}

func (g *guard) redirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("more than %d redirects", maxRedirects)
	}
	if via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme != "https" {
		return fmt.Errorf("%w: redirect from https to %s", ErrRefusedAddress, req.URL.Scheme)
	}
	if m := via[0].Method; m != http.MethodGet && m != http.MethodHead {
		return http.ErrUseLastResponse // a signed POST must not be replayed elsewhere
	}
	return g.check(req.URL)
}

// listed reports whether address, with or without port, is on AllowHosts.
func (g *guard) listed(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	return slices.ContainsFunc(g.opt.AllowHosts, func(allowed string) bool {
		return strings.EqualFold(allowed, address) || strings.EqualFold(allowed, host)
	})
}

// control runs after the name is resolved and before the socket connects.
func (g *guard) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("%w: network %s", ErrRefusedAddress, network)
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return errors.Join(ErrRefusedAddress, err)
	}
	if g.opt.AllowLoopback && loopbackAddress(ap.Addr()) || publicAddress(ap.Addr()) {
		return nil
	}
	return fmt.Errorf("%w: %s is a special-purpose address (RFC 6890)", ErrRefusedAddress, ap.Addr())
}

// IsLoopbackName reports whether host (without port) names this machine:
// "localhost", a name under ".localhost" (RFC 6761) or a loopback address.
func IsLoopbackName(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && loopbackAddress(a)
}

// withPort is host:port; a name with and without its last dot is one host.
func withPort(scheme, host string) string {
	if name, port, err := net.SplitHostPort(host); err == nil {
		return net.JoinHostPort(strings.TrimSuffix(name, "."), port)
	}
	host = strings.TrimSuffix(host, ".")
	if scheme == "http" {
		return net.JoinHostPort(strings.Trim(host, "[]"), "80")
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), "443")
}
