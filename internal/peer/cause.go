package peer

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"codeberg.org/bocage/bocage/federation"
)

// Cause is why something with another server failed: the name of a sentence that
// says what happened, and of one that says what to do. Pages have them in
// web/locales as cause.NAME and cause.NAME.do; English says the same for the
// command line. "" is no failure.
type Cause string

// The causes. A cause is not a verdict: some mend themselves.
const (
	CauseDNS         Cause = "dns"         // the name is not known
	CauseRefusedConn Cause = "connection"  // nobody listens
	CauseTimeout     Cause = "timeout"     // no answer in time
	CauseReset       Cause = "reset"       // cut short
	CauseTLSExpired  Cause = "tls_expired" // the certificate has ended
	CauseTLSName     Cause = "tls_name"    // the certificate is for another name
	CauseTLSUnknown  Cause = "tls_unknown" // no authority that is trusted
	CauseTLS         Cause = "tls"         // anything else of TLS
	CauseSignature   Cause = "signature"   // 401
	CauseForbidden   Cause = "forbidden"   // 403
	CauseNotFound    Cause = "not_found"   // 404
	CauseGone        Cause = "gone"        // 410
	CauseTooLarge    Cause = "too_large"   // 413, or more than we read
	CauseBusy        Cause = "busy"        // 429
	CauseMaintenance Cause = "maintenance" // 503
	CauseGateway     Cause = "gateway"     // 502, 504: a proxy without its server
	CauseServer      Cause = "server"      // other 5xx
	CauseRejected    Cause = "rejected"    // other 4xx
	CauseRedirect    Cause = "redirect"    // 3xx, or too many of them
	CauseNoDocument  Cause = "no_document" // 200, and not what was asked for
	CauseAddress     Cause = "address"     // our own guard
	CauseOurKey      Cause = "our_key"     // our keys cannot be opened
	CauseUnproven    Cause = "unproven"    // back after an absence, and has signed nothing since
	CauseOther       Cause = "other"       // none of these
)

// statusCauses are the causes of status codes that have one of their own.
var statusCauses = map[int]Cause{
	http.StatusUnauthorized: CauseSignature, http.StatusForbidden: CauseForbidden, http.StatusNotFound: CauseNotFound,
	http.StatusGone: CauseGone, http.StatusRequestEntityTooLarge: CauseTooLarge, http.StatusTooManyRequests: CauseBusy,
	http.StatusRequestTimeout: CauseTimeout, http.StatusServiceUnavailable: CauseMaintenance,
	http.StatusBadGateway: CauseGateway, http.StatusGatewayTimeout: CauseGateway,
}

func statusCause(status int) Cause {
	if c, ok := statusCauses[status]; ok {
		return c
	}
	switch {
	case status >= 500:
		return CauseServer
	case status >= 400:
		return CauseRejected
	case status >= 300:
		return CauseRedirect
	}
	return CauseOther
}

// CauseOf is the cause of an error of a request to another server.
func CauseOf(err error) Cause {
	var status *federation.StatusError
	var dns *net.DNSError
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var authority x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var timeout net.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &status):
		return statusCause(status.Status)
	case errors.Is(err, ErrRefusedAddress):
		return CauseAddress
	case errors.As(err, &dns):
		return CauseDNS
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return CauseTLSExpired
	case errors.As(err, &name):
		return CauseTLSName
	case errors.As(err, &authority):
		return CauseTLSUnknown
	case errors.As(err, &record), errors.As(err, &alert), errors.As(err, &invalid):
		return CauseTLS
	case errors.Is(err, federation.ErrTooLarge):
		return CauseTooLarge
	case errors.Is(err, federation.ErrMalformed):
		return CauseNoDocument
	case errors.Is(err, syscall.ECONNREFUSED):
		return CauseRefusedConn
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return CauseReset
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return CauseTimeout
	}
	return CauseOfText(err.Error())
}

// textCauses are what errors say of themselves; the first that is found counts.
var textCauses = []struct {
	part  string
	cause Cause
}{
	{"unproven: ", CauseUnproven}, {"our key:", CauseOurKey}, {"address refused", CauseAddress},
	{"no such host", CauseDNS}, {"server misbehaving", CauseDNS}, {"lookup ", CauseDNS},
	{"has expired or is not yet valid", CauseTLSExpired}, {"certificate is valid for", CauseTLSName},
	{"certificate is not valid for", CauseTLSName}, {"unknown authority", CauseTLSUnknown},
	{"x509:", CauseTLS}, {"tls:", CauseTLS}, {"gave HTTP response to HTTPS client", CauseTLS},
	{"connection refused", CauseRefusedConn}, {"no route to host", CauseRefusedConn}, {"network is unreachable", CauseRefusedConn},
	{"deadline exceeded", CauseTimeout}, {"i/o timeout", CauseTimeout}, {"timeout", CauseTimeout},
	{"connection reset", CauseReset}, {"EOF", CauseReset}, {"broken pipe", CauseReset},
	{"more than 3 redirects", CauseRedirect}, {"redirect", CauseRedirect},
	{"content type", CauseNoDocument}, {"malformed", CauseNoDocument}, {"calls itself", CauseNoDocument},
	{"too large", CauseTooLarge},
}

// statusText finds "503 Service Unavailable", at the start or after a colon.
var statusText = regexp.MustCompile(`(?:^|: )([345][0-9]{2}) [A-Z]`)

// CauseOfText is CauseOf for an error that was kept as text; "" for "".
func CauseOfText(text string) Cause {
	if text == "" {
		return ""
	}
	if m := statusText.FindStringSubmatch(text); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && http.StatusText(n) != "" {
			return statusCause(n)
		}
	}
	for _, t := range textCauses {
		if strings.Contains(text, t.part) {
			return t.cause
		}
	}
	return CauseOther
}

// english are the two sentences of each cause.
var english = map[Cause][2]string{
	CauseDNS:         {"its name is not known", "Check the name. If it is right, the server's administrator must repair its DNS."},
	CauseRefusedConn: {"nobody answers there", "The server is down or moved; deliveries go on when it is back."},
	CauseTimeout:     {"it did not answer in time", "It is overloaded or unreachable from here; it is tried again by itself."},
	CauseReset:       {"it cut the connection", "Its proxy or a firewall may be in the way; it is tried again by itself."},
	CauseTLSExpired:  {"its certificate has ended", "Tell its administrator to renew it. If it is good elsewhere, check the clock of this machine."},
	CauseTLSName:     {"its certificate is for another name", "Tell its administrator: the certificate must name this very host."},
	CauseTLSUnknown:  {"its certificate is signed by nobody that is trusted", "Its administrator must serve the whole chain; for a private authority, set peer_ca."},
	CauseTLS:         {"the encrypted connection failed", "Its TLS is broken or too old; its administrator must repair it."},
	CauseSignature:   {"it did not take our signature (401)", "See that it can reach this instance and read its key: run 'bocage doctor federation' on our own host; and check the clocks."},
	CauseForbidden:   {"it refuses us (403)", "It may block this instance or want to be followed first; ask its administrator."},
	CauseNotFound:    {"what we ask for is not there (404)", "The actor or its inbox moved; follow it again by its present address."},
	CauseGone:        {"what we ask for was deleted there (410)", "Nothing: its followers here are forgotten."},
	CauseTooLarge:    {"it is larger than may be sent", "Shorten the entry or the document."},
	CauseBusy:        {"it asks us to slow down (429)", "Nothing: it is tried again when it said."},
	CauseMaintenance: {"it is in maintenance or overloaded (503)", "Nothing: it is tried again by itself."},
	CauseGateway:     {"its proxy answers and its server does not (502, 504)", "The server behind the proxy is down; it is tried again by itself."},
	CauseServer:      {"it has a fault of its own (5xx)", "Tell its administrator if it lasts; it is tried again by itself."},
	CauseRejected:    {"it does not want what we sent (4xx)", "What was refused is not sent again; the answer says why."},
	CauseRedirect:    {"it sends us elsewhere", "Follow it again by its present address."},
	CauseNoDocument:  {"what it answers is no ActivityPub document", "Its proxy may answer with a page; run 'bocage doctor federation' on it."},
	CauseAddress:     {"this instance does not connect to such an address", "If it is a private network that you trust, add the host to allow_peers."},
	CauseOurKey:      {"our own key cannot be opened", "Set the secret with which the keys were sealed; 'bocage doctor' checks it."},
	CauseUnproven:    {"it is back after an absence, and has signed nothing since", "Nothing: what it signs with its old key ends it. After a week it is put in quarantine and you are asked."},
	CauseOther:       {"it failed", "The message has the details."},
}

// English is what happened, for the command line.
func (c Cause) English() string { return cmp.Or(english[c][0], english[CauseOther][0]) }

// Do is what to do about it, in English.
func (c Cause) Do() string { return cmp.Or(english[c][1], english[CauseOther][1]) }

// Causes lists all causes.
func Causes() []Cause {
	return []Cause{CauseDNS, CauseRefusedConn, CauseTimeout, CauseReset, CauseTLSExpired, CauseTLSName, CauseTLSUnknown, CauseTLS,
		CauseSignature, CauseForbidden, CauseNotFound, CauseGone, CauseTooLarge, CauseBusy, CauseMaintenance, CauseGateway, CauseServer,
		CauseRejected, CauseRedirect, CauseNoDocument, CauseAddress, CauseOurKey, CauseUnproven, CauseOther}
}
