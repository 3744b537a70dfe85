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
	formMemory     = 24 * time.Hour // how long a host's signature form is remembered
	maxForms       = 4096           // hosts remembered
	maxDetailBytes = 200            // of an error's body that StatusError keeps
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

	mu    sync.Mutex
	forms map[string]formChoice
}

// formChoice is the signature form that a host last accepted.
type formChoice struct {
	form httpsig.Form
	at   time.Time
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
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	header := http.Header{"Content-Type": {ContentType}, "Accept": {Accept}}
	resp, err := c.knock(ctx, http.MethodPost, inbox, header, body, sign)
	if err != nil {
		return nil, fmt.Errorf("post to %s: %w", inbox, err)
	}
	if resp.Status < 200 || resp.Status > 299 {
		return nil, c.statusError(resp)
	}
	return resp, nil
}

// knock sends one signed request, and once more with the other form of
// signature when the first is answered with 400 or 401 (RFC 9421 for those who
// do not know the draft). What worked is remembered per host for a day.
func (c *Client) knock(ctx context.Context, method, target string, header http.Header, body []byte, sign Signer) (*Response, error) {
	u, err := checkURL(target)
	if err != nil {
		return nil, err
	}
	if c.CheckRedirect != nil {
		if err := c.CheckRedirect(target); err != nil {
			return nil, err
		}
	}
	form := c.formOf(u.Host)
	resp, err := c.send(ctx, method, u, header, body, sign, form)
	if err != nil || sign == nil || (resp.Status != http.StatusBadRequest && resp.Status != http.StatusUnauthorized) {
		return resp, err
	}
	other := httpsig.RFC9421 - form
	second, err := c.send(ctx, method, u, header, body, sign, other)
	if err != nil || second.Status >= 400 {
		return resp, nil // the first answer is the one that counts
	}
	c.rememberForm(u.Host, other)
	return second, nil
}

func (c *Client) send(ctx context.Context, method string, u *url.URL, header http.Header, body []byte, sign Signer, form httpsig.Form) (*Response, error) {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), reader)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	req.Header = header.Clone()
	if c.UserAgent != "" {
		req.Header.Set("User-Agent", c.UserAgent)
	}
	if sign != nil {
		if err := sign.Sign(req, body, form, c.now()); err != nil {
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
	return &Response{URL: u.String(), Status: resp.StatusCode, Header: resp.Header, Body: data}, nil
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

func (c *Client) formOf(host string) httpsig.Form {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f, ok := c.forms[host]; ok && c.now().Sub(f.at) < formMemory {
		return f.form
	}
	return httpsig.Cavage
}

func (c *Client) rememberForm(host string, form httpsig.Form) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.forms == nil || len(c.forms) >= maxForms {
		c.forms = make(map[string]formChoice)
	}
	c.forms[host] = formChoice{form: form, at: c.now()}
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
