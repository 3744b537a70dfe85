package federation

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/federation/httpsig"
)

func server(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

// peer answers with one kind of response for each path.
func peer(bomb []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", ContentType)
		switch r.URL.Path {
		case "/ok":
			w.Header().Set("ETag", `"1"`)
			if r.Header.Get("If-None-Match") == `"1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			_, _ = io.WriteString(w, `{}`)
		case "/json":
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{}`)
		case "/large":
			_, _ = w.Write(bytes.Repeat([]byte(" "), MaxBodyBytes+1))
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		case "/1", "/2", "/3", "/4":
			http.Redirect(w, r, map[string]string{"/1": "/ok", "/2": "/1", "/3": "/2", "/4": "/3"}[r.URL.Path], http.StatusFound)
		case "/outside":
			http.Redirect(w, r, "http://example.org/", http.StatusFound)
		case "/refused":
			http.Redirect(w, r, "/forbidden", http.StatusFound)
		case "/busy":
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/later":
			w.Header().Set("Retry-After", time.Date(2026, 6, 6, 18, 5, 0, 0, time.UTC).Format(http.TimeFormat))
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	var zipped bytes.Buffer
	gz := gzip.NewWriter(&zipped)
	_, _ = gz.Write(bytes.Repeat([]byte(" "), 2<<20)) // a Buffer does not fail
	_ = gz.Close()
	url := server(t, peer(zipped.Bytes()))
	c := &Client{
		Clock: func() time.Time { return time.Date(2026, 6, 6, 18, 0, 0, 0, time.UTC) },
		CheckRedirect: func(url string) error {
			if strings.HasSuffix(url, "/forbidden") {
				return ErrRefused
			}
			return nil
		},
	}
	for path, want := range map[string]error{
		"/ok": nil, "/3": nil, "/4": ErrRefused, "/json": ErrRefused, "/large": ErrTooLarge, "/bomb": ErrTooLarge,
		"/outside": ErrRefused, "/refused": ErrRefused,
	} {
		if _, err := c.Get(context.Background(), url+path, GetOptions{}); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", path, err, want)
		}
	}
	for path, want := range map[string]StatusError{
		"/busy":  {URL: url + "/busy", Status: 503, RetryAfter: 2 * time.Minute},
		"/later": {URL: url + "/later", Status: 429, RetryAfter: 5 * time.Minute},
	} {
		var got *StatusError
		if _, err := c.Get(context.Background(), url+path, GetOptions{}); !errors.As(err, &got) || cmp.Diff(want, *got) != "" {
			t.Errorf("%s: %v", path, err)
		}
	}
	if resp, err := c.Get(context.Background(), url+"/ok", GetOptions{ETag: `"1"`}); err != nil || resp.Status != 304 || resp.Body != nil {
		t.Errorf("with the ETag: %+v, %v", resp, err)
	}
	if resp, err := c.Get(context.Background(), url+"/2", GetOptions{}); err != nil || resp.URL != url+"/ok" {
		t.Errorf("last URL: %+v, %v", resp, err)
	}
	for _, bad := range []string{"http://example.org/x", "ftp://b.ex/", "https://u:p@b.ex/", "file:///etc/passwd", "https://", "::"} {
		if _, err := c.Get(context.Background(), bad, GetOptions{}); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// TestSignedBothWays: the draft first, RFC 9421 for a server that refuses it,
// remembered from then on.
func TestSignedBothWays(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	url := server(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s, err := httpsig.Parse(r)
		if err == nil {
			err = s.Verify(r, body, key.Public(), time.Now())
		}
		if err != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
			return
		}
		seen = append(seen, fmt.Sprint(r.Method, " ", s.Form, " ", r.Header.Get("Content-Type")))
		if s.Form == httpsig.Cavage && r.URL.Path == "/new" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", ContentType)
		w.WriteHeader(map[string]int{"GET": 200, "POST": 202}[r.Method])
	})
	c, sign := &Client{}, &httpsig.Signer{KeyID: "https://b.ex/actor#main-key", Key: key}
	ctx := context.Background()
	if _, err := c.Post(ctx, url+"/old?x=1", []byte(`{}`), sign); err != nil {
		t.Error(err)
	}
	for range 2 {
		if _, err := c.Post(ctx, url+"/new", []byte(`{}`), sign); err != nil {
			t.Error(err)
		}
	}
	if _, err := c.Get(ctx, url+"/new", GetOptions{Sign: sign}); err != nil {
		t.Error(err)
	}
	want := []string{"POST draft-cavage " + ContentType, "POST draft-cavage " + ContentType, "POST rfc9421 " + ContentType, "POST rfc9421 " + ContentType, "GET rfc9421 "}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}
}

func TestWebFingerClient(t *testing.T) {
	t.Parallel()
	var base string
	base = server(t, func(w http.ResponseWriter, r *http.Request) {
		host := strings.TrimPrefix(base, "http://")
		switch r.URL.Path {
		case "/.well-known/host-meta":
			w.Header().Set("Content-Type", XRDType)
			_, _ = io.WriteString(w, `<?xml version="1.0"?><XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel="lrdd" template="`+base+`/wf?a=1&amp;resource={uri}"/></XRD>`)
		case "/.well-known/webfinger", "/wf":
			res, _, ok := ParseResource(base, r.URL.Query().Get("resource"))
			if !ok || (res.Name == "other") == (r.URL.Path != "/wf") {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			if res.Name == "gone" {
				w.WriteHeader(http.StatusGone)
				return
			}
			w.Header().Set("Content-Type", JRDType)
			_, _ = io.WriteString(w, `{"subject":"acct:`+res.Name+`@`+host+`","links":[{"rel":"self","type":"application/activity+json","href":"`+base+`/u"}]}`)
		}
	})
	host := strings.TrimPrefix(base, "http://")
	c := &Client{}
	for _, acct := range []string{"foret@" + host, "@foret@" + host, "acct:foret@" + host, "other@" + host} {
		j, err := c.WebFinger(context.Background(), acct)
		if err != nil || j.Self() != base+"/u" {
			t.Errorf("%s: %+v, %v", acct, j, err)
		}
	}
	var status *StatusError
	if _, err := c.WebFinger(context.Background(), "gone@"+host); !errors.As(err, &status) || status.Status != http.StatusGone {
		t.Errorf("gone: %v", err)
	}
	for _, bad := range []string{"", "x", "x@", "@", "a@b/c"} {
		if _, err := c.WebFinger(context.Background(), bad); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestServer(t *testing.T) {
	t.Parallel()
	var base string
	base = server(t, func(w http.ResponseWriter, r *http.Request) {
		var body []byte
		if r.URL.Path == "/.well-known/nodeinfo" {
			body, _ = NodeInfoIndex(base, base+"/actor")
		} else {
			body, _ = EncodeNodeInfo(NodeInfo{Software: Software{Name: "bocage", Version: "1", Repository: "r"}}, r.URL.Path[len("/nodeinfo/"):])
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	})
	info, actor, err := (&Client{}).Server(context.Background(), base)
	if err != nil || actor != base+"/actor" || info.Version != "2.1" || info.Software.Name != "bocage" || info.Protocols[0] != "activitypub" {
		t.Errorf("%+v %s %v", info, actor, err)
	}
	old, _ := EncodeNodeInfo(NodeInfo{Software: Software{Name: "bocage", Repository: "r"}}, "2.0")
	if strings.Contains(string(old), "repository") || !strings.Contains(string(old), `"inbound":[]`) {
		t.Errorf("2.0: %s", old)
	}
}
