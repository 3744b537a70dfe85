package federation

import (
	"context"
	"net/http"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
)

// Media types of ActivityPub.
const (
	// ContentType is sent on every document and every POST, byte for byte:
	// Lemmy compares it literally.
	ContentType = "application/activity+json"
	// LDContentType is the other spelling, which GoToSocial sends.
	LDContentType = `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`
	// Accept is what a GET of a document asks for.
	Accept = ContentType + ", " + LDContentType
)

// Signer signs requests; nil leaves them unsigned.
type Signer = *httpsig.Signer

// Client is an HTTP client that believes nobody: byte, time and redirect
// limits, strict content types, signed requests. The dial guard is in HTTP's
// transport. It is safe for concurrent use.
type Client struct {
	HTTP      *http.Client
	Clock     func() time.Time
	UserAgent string
	MaxBytes  int64 // 0 = MaxBodyBytes
	// CheckRedirect, if set, may refuse the URL of a redirect.
	CheckRedirect func(url string) error
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
	// RetryAfter is what the peer asked for, 0 if it did not.
	RetryAfter time.Duration
}

func (e *StatusError) Error() string { return e.URL + ": " + http.StatusText(e.Status) }

// Get fetches url. A status other than 200 or 304 is a *StatusError.
func (c *Client) Get(ctx context.Context, url string, opt GetOptions) (*Response, error) {
	return nil, ErrMalformed
}

// Post delivers body to inbox. A status other than 2xx is a *StatusError.
func (c *Client) Post(ctx context.Context, inbox string, body []byte, sign Signer) (*Response, error) {
	return nil, ErrMalformed
}
