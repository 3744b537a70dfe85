package federation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
)

// Media types of ActivityPub.
const (
	// ContentType is sent on every document and every POST, byte for byte:
	// Lemmy compares it literally.
	ContentType = "application/activity+json"
	// LDContentType is the other spelling, which GoToSocial sends.
	LDContentType = `application/ld+json; profile="` + ASContext + `"`
	// Accept is what a GET of a document asks for.
	Accept = ContentType + ", " + LDContentType
)

// Limits of one exchange.
const (
	requestTimeout = 30 * time.Second
	maxRedirects   = 3
	maxRetryAfter  = 24 * time.Hour
	maxDetailBytes = 200 // of an error's body that StatusError keeps
)

// ErrRefused is returned for a URL, a redirect or a content type that is not believed.
var ErrRefused = errors.New("refused")

// Signer signs requests; nil leaves them unsigned.
type Signer = *httpsig.Signer

// Client is an HTTP client that believes nobody: byte, time and redirect
// limits, strict content types, signed requests. The dial guard is in HTTP's
// transport. It is safe for concurrent use; the zero value works.
type Client struct {
	HTTP      *http.Client     // nil = http.DefaultClient
	Clock     func() time.Time // nil = time.Now
	UserAgent string
	MaxBytes  int64 // 0 = MaxBodyBytes
	// CheckRedirect, if set, may refuse the URL of a request or a redirect,
	// before it is made.
	CheckRedirect func(url string) error
	// Learned, if set, is told the form of signature that an origin has taken,
	// when it is new or a day old. Recall gives it back after a restart, with the
	// time at which it was learned.
	Learned func(ctx context.Context, origin string, form httpsig.Form)
	Recall  func(ctx context.Context, origin string) (form httpsig.Form, at time.Time, ok bool)

	mu    sync.Mutex
	forms map[string]formChoice // by origin
}

// GetOptions says how to get.
type GetOptions struct {
	Accept string // "" = Accept, and then only ActivityPub documents are believed
	ETag   string // sent as If-None-Match
	Sign   Signer
}

// Response is a whole response; Body is nil on 304.
type Response struct {
	URL    string // the last URL after redirects
	Status int
	Header http.Header
	Body   []byte
}

// StatusError is a response that is neither 2xx nor 304.
type StatusError struct {
	URL    string
	Status int
	// RetryAfter is what the peer asked for, 0 if it did not; at most a day.
	RetryAfter time.Duration
	// Detail is the beginning of the body, for the operator who reads the log.
	Detail string
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s: %d %s", e.URL, e.Status, http.StatusText(e.Status))
}

// Get fetches url. A status other than 200 or 304 is a *StatusError; a
// document with a content type that is not ActivityPub's is ErrRefused, one of
// too many bytes ErrTooLarge. At most three redirects are followed, never from
// https to http, each signed again for its host.
func (c *Client) Get(ctx context.Context, url string, opt GetOptions) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	accept := opt.Accept
	if accept == "" {
		accept = Accept
	}
	header := http.Header{"Accept": {accept}}
	if opt.ETag != "" {
		header.Set("If-None-Match", opt.ETag)
	}
	for hop := 0; ; hop++ {
		resp, err := c.knock(ctx, http.MethodGet, url, header, nil, opt.Sign)
		if err != nil {
			return nil, fmt.Errorf("get %s: %w", url, err)
		}
		next, redirected, err := redirectOf(url, resp)
		switch {
		case err != nil:
			return nil, fmt.Errorf("get %s: %w", url, err)
		case redirected && hop == maxRedirects:
			return nil, fmt.Errorf("get %s: %w: more than %d redirects", url, ErrRefused, maxRedirects)
		case redirected:
			url = next
			continue
		case resp.Status == http.StatusNotModified:
			resp.Body = nil
			return resp, nil
		case resp.Status != http.StatusOK:
			return nil, c.statusError(resp)
		case opt.Accept == "" && !IsDocumentType(resp.Header.Get("Content-Type")):
			return nil, fmt.Errorf("get %s: %w: content type %q", url, ErrRefused, resp.Header.Get("Content-Type"))
		}
		return resp, nil
	}
}

// Post delivers body to inbox. A status other than 2xx, a redirect included,
// is a *StatusError.
func (c *Client) Post(ctx context.Context, inbox string, body []byte, sign Signer) (*Response, error) {
	return c.PostSync(ctx, inbox, body, sign, "")
}

// PostSync is Post with a Collection-Synchronization header (FEP-8fcf), which is
// signed; "" leaves it out.
func (c *Client) PostSync(ctx context.Context, inbox string, body []byte, sign Signer, sync string) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	header := http.Header{"Content-Type": {ContentType}, "Accept": {Accept}}
	if sync != "" {
		header.Set(httpsig.SyncHeader, sync)
	}
	resp, err := c.knock(ctx, http.MethodPost, inbox, header, body, sign)
	if err != nil {
		return nil, fmt.Errorf("post to %s: %w", inbox, err)
	}
	if resp.Status < 200 || resp.Status > 299 {
		return nil, c.statusError(resp)
	}
	return resp, nil
}

// send makes one request of an exchange.
func (c *Client) send(ctx context.Context, x exchange, choice formChoice) (*Response, error) {
	var reader io.Reader
	if x.body != nil {
		reader = bytes.NewReader(x.body)
	}
	req, err := http.NewRequestWithContext(ctx, x.method, x.url.String(), reader)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	req.Header = x.header.Clone()
	if c.UserAgent != "" {
		req.Header.Set("User-Agent", c.UserAgent)
	}
	if x.sign != nil {
		if err := c.signAs(req, x, choice); err != nil {
			return nil, err
		}
	}
	resp, err := c.http().Do(req)
	if err != nil {
		var asked *url.Error
		if errors.As(err, &asked) {
			err = asked.Err // the caller says the method and the address
		}
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // read to the end or given up
	limit := c.MaxBytes
	if limit == 0 {
		limit = MaxBodyBytes
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, ErrTooLarge
	}
	return &Response{URL: x.url.String(), Status: resp.StatusCode, Header: resp.Header, Body: data}, nil
}

// http is the caller's client, with redirects left to us.
func (c *Client) http() *http.Client {
	client := http.Client{}
	if c.HTTP != nil {
		client = *c.HTTP
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

func (c *Client) now() time.Time {
	if c.Clock == nil {
		return time.Now()
	}
	return c.Clock()
}

// statusError keeps the status and when to come back (RFC 9110 §10.2.3).
func (c *Client) statusError(resp *Response) error {
	e := &StatusError{URL: resp.URL, Status: resp.Status}
	e.Detail = strings.ToValidUTF8(string(resp.Body[:min(len(resp.Body), maxDetailBytes)]), "")
	v := resp.Header.Get("Retry-After")
	if n, err := strconv.Atoi(v); err == nil && n > 0 {
		e.RetryAfter = time.Duration(min(n, int(maxRetryAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(v); err == nil {
		e.RetryAfter = max(0, min(maxRetryAfter, at.Sub(c.now())))
	}
	return e
}

// checkURL allows https, and http to loopback names only.
func checkURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if u.Host == "" || u.User != nil {
		return nil, fmt.Errorf("%w: URL %q", ErrRefused, raw)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return nil, fmt.Errorf("%w: scheme of %q", ErrRefused, raw)
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func redirectOf(from string, resp *Response) (string, bool, error) {
	switch resp.Status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return "", false, nil
	}
	at, err := url.Parse(from)
	if err != nil {
		return "", false, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	next, err := at.Parse(resp.Header.Get("Location"))
	if err != nil || resp.Header.Get("Location") == "" {
		return "", false, fmt.Errorf("%w: redirect without a location", ErrRefused)
	}
	if at.Scheme == "https" && next.Scheme != "https" {
		return "", false, fmt.Errorf("%w: redirect away from https", ErrRefused)
	}
	return next.String(), true, nil
}

// IsDocumentType reports whether a content type is ActivityPub's: activity+json,
// or ld+json with the ActivityStreams profile. Plain JSON is not believed,
// since an upload of a user might be served as it.
func IsDocumentType(contentType string) bool {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	if media == ContentType {
		return true
	}
	if media != "application/ld+json" {
		return false
	}
	for _, profile := range strings.Fields(params["profile"]) {
		if profile == ASContext {
			return true
		}
	}
	return false
}
