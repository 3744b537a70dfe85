package checkup

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/federation"
)

// answer is what came of one request; redirects are not followed.
type answer struct {
	url    string
	status int
	header http.Header
	body   []byte
	long   bool // the body was longer than what servers read
	tls    *tls.ConnectionState
	took   time.Duration
	err    error
}

// requestTimeout is a little more than what the most patient server waits.
const requestTimeout = 35 * time.Second

func (v *visit) get(ctx context.Context, url, accept string) answer {
	return v.ask(ctx, http.MethodGet, url, http.Header{"Accept": {accept}}, "")
}

func (v *visit) ask(ctx context.Context, method, url string, header http.Header, body string) answer {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	a := answer{url: url}
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		a.err = err
		return a
	}
	req.Header = header
	if v.opt.UserAgent != "" {
		req.Header.Set("User-Agent", v.opt.UserAgent)
	}
	client := *v.opt.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	start := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		a.err, a.took = err, time.Since(start)
		return a
	}
	defer func() { _ = resp.Body.Close() }() // read to the end or given up
	a.body, a.err = io.ReadAll(io.LimitReader(resp.Body, federation.MaxBodyBytes+1))
	a.took, a.status, a.header, a.tls = time.Since(start), resp.StatusCode, resp.Header, resp.TLS
	a.long = len(a.body) > federation.MaxBodyBytes
	return a
}

// said is an answer that is not what was asked for, in words.
func (a answer) said() string {
	switch {
	case a.err != nil:
		return a.err.Error()
	case a.status >= 300 && a.status < 400:
		return fmt.Sprintf("%s redirects to %s", a.url, clip(a.header.Get("Location")))
	}
	return fmt.Sprintf("%s answers %d %s", a.url, a.status, http.StatusText(a.status))
}

func (a answer) good() bool { return a.err == nil && a.status == http.StatusOK && !a.long }

// unsigned reports that what was asked for is there for signed requests.
func (a answer) unsigned() bool {
	return a.err == nil && (a.status == http.StatusUnauthorized || a.status == http.StatusForbidden)
}

// json reads the body within the limits of every document.
func (a answer) json(v any) error {
	if _, err := federation.ParseObject(a.body); err != nil {
		return err
	}
	return json.Unmarshal(a.body, v)
}

func (a answer) contentType() string { return a.header.Get("Content-Type") }

func clip(s string) string {
	const most = 200
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// sameHost reports whether href is on the host that is looked at.
func (v *visit) sameHost(href string) bool {
	u, err := url.Parse(href)
	return err == nil && strings.EqualFold(u.Host, v.host) && strings.HasPrefix(v.base, u.Scheme+":")
}
