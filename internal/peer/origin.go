package peer

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Origin returns scheme://host[:port] of an http(s) URL: lower case, IDNA in
// its ASCII form, without the scheme's default port (RFC 6454 §4). Two ids are
// of the same server when their origins are equal.
func Origin(uri string) (string, error) {
	if o, ok := plainOrigin(uri); ok {
		return o, nil
	}
	return parseOrigin(uri)
}

// plainOrigin is parseOrigin of nearly all ids: a host name in lower case, in ASCII,
// and nothing escaped. Ids are compared at every turn.
func plainOrigin(uri string) (string, bool) {
	begin, port := len("https://"), ":443"
	if !strings.HasPrefix(uri, "https://") {
		begin, port = len("http://"), ":80"
		if !strings.HasPrefix(uri, "http://") {
			return "", false
		}
	}
	end := begin
	for last := byte('.'); end < len(uri); end++ {
		c := uri[end]
		if c == '/' || c == ':' || c == '?' || c == '#' {
			break
		}
		edge := c == '.' || c == '-'
		if !edge && (c < 'a' || c > 'z') && (c < '0' || c > '9') || edge && (last == '.' || last == '-') || last == '-' && c == '.' {
			return "", false
		}
		last = c
	}
	if end == begin || end-begin > 63 || uri[end-1] == '.' || uri[end-1] == '-' {
		return "", false
	}
	host := end
	if end < len(uri) && uri[end] == ':' {
		for end++; end < len(uri) && uri[end] >= '0' && uri[end] <= '9'; end++ {
		}
		if end == host+1 || end < len(uri) && uri[end] != '/' && uri[end] != '?' && uri[end] != '#' {
			return "", false
		}
	}
	for i := end; i < len(uri); i++ {
		if c := uri[i]; c <= ' ' || c > '~' || c == '%' {
			return "", false
		}
	}
	if uri[host:end] == port {
		end = host
	}
	return uri[:end], true
}

func parseOrigin(uri string) (string, error) {
	u, err := url.Parse(uri)
	if err != nil || u.Opaque != "" || u.User != nil {
		return "", fmt.Errorf("%q is not a URL of a server: %w", clip(uri), directory.ErrInvalid)
	}
	scheme := strings.ToLower(u.Scheme)
	if scheme != "https" && scheme != "http" {
		return "", fmt.Errorf("%q is not an http URL: %w", clip(uri), directory.ErrInvalid)
	}
	host, err := asciiHost(u.Hostname())
	if err != nil {
		return "", fmt.Errorf("host of %q: %w", clip(uri), directory.ErrInvalid)
	}
	port := u.Port()
	if port == "" || scheme == "https" && port == "443" || scheme == "http" && port == "80" {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		return scheme + "://" + host, nil
	}
	return scheme + "://" + net.JoinHostPort(host, port), nil
}

func asciiHost(host string) (string, error) {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "" {
		return "", directory.ErrInvalid
	}
	if strings.Contains(host, ":") { // IPv6
		return host, nil
	}
	return idna.Lookup.ToASCII(host)
}

// SameOrigin reports whether a and b are URLs of one origin.
func SameOrigin(a, b string) bool {
	oa, errA := Origin(a)
	ob, errB := Origin(b)
	return errA == nil && errB == nil && oa == ob
}

// clip bounds what an error repeats of a foreign value.
func clip(s string) string {
	const max = 200
	if len(s) > max {
		return s[:max] + "…"
	}
	return s
}

func withoutFragment(uri string) string {
	before, _, _ := strings.Cut(uri, "#")
	return before
}
