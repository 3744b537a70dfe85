package inbox_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/directory"
)

// TestRefused says what each sort of request is answered with; it is long
// because it is one table.
func TestRefused(t *testing.T) {
	r, them, other := newRig(t), newRemote(t), newRemote(t)
	alice, bob := them.actor("alice", "Person"), them.actor("bob", "Person")
	mallory := other.actor("mallory", "Person")
	them.set("/liar", object{"@context": as, "id": them.URL + "/liar", "type": "Person", "inbox": them.URL + "/liar/inbox"})
	like := func(actor string) object { return r.activity("Like", actor, base+"/actor") }
	signed := func(act object, keyID string) *http.Request {
		return r.request(them, keyID, encode(t, act), httpsig.Cavage)
	}
	if err := r.rules.Block(context.Background(), system, "blocked.example", "spam"); err != nil {
		t.Fatal(err)
	}
	tampered := func() *http.Request {
		body := encode(t, like(alice))
		req := r.request(them, alice+"#main-key", body, httpsig.Cavage)
		req.Body = http.NoBody
		other := bytes.Replace(body, []byte("Like"), []byte("Flag"), 1)
		in := httptest.NewRequest(http.MethodPost, "/inbox", bytes.NewReader(other))
		in.Header, in.Host = req.Header, req.Host
		return in
	}
	late := func() *http.Request {
		r.skew -= 3 * time.Hour
		defer func() { r.skew += 3 * time.Hour }()
		return signed(like(alice), alice+"#main-key")
	}
	with := func(req *http.Request, change func(*http.Request)) *http.Request { change(req); return req }
	elsewhere := like(alice)
	elsewhere["id"] = other.URL + "/activities/1"
	for name, c := range map[string]struct {
		req    *http.Request
		status int
		text   string
	}{
		"well signed": {signed(like(alice), alice+"#main-key"), 202, "accepted"},
		"RFC 9421":    {r.request(them, alice+"#main-key", encode(t, like(alice)), httpsig.RFC9421), 202, "accepted"},
		"GoToSocial's content type": {with(signed(like(alice), alice+"#main-key"), func(q *http.Request) {
			q.Header.Set("Content-Type", federation.LDContentType)
		}), 202, "accepted"},
		"plain JSON":          {with(signed(like(alice), alice+"#main-key"), func(q *http.Request) { q.Header.Set("Content-Type", "application/json") }), 415, "Content-Type"},
		"GET":                 {with(signed(like(alice), alice+"#main-key"), func(q *http.Request) { q.Method = http.MethodGet }), 405, "POST"},
		"unsigned":            {with(signed(like(alice), alice+"#main-key"), func(q *http.Request) { q.Header.Del("Signature") }), 401, "signature"},
		"other host signed":   {with(signed(like(alice), alice+"#main-key"), func(q *http.Request) { q.Host = "them.example" }), 401, ""},
		"tampered body":       {tampered(), 401, "digest"},
		"three hours old":     {late(), 401, "window"},
		"actor is not signer": {signed(like(alice), bob+"#main-key"), 403, "signer"},
		"key of another host": {signed(like(alice), mallory+"#main-key"), 403, "key is not on"},
		"actor of another":    {signed(like(mallory), alice+"#main-key"), 403, "key is not on"},
		"look-alike host":     {signed(like(strings.Replace(alice, "127.0.0.1", "127.0.0.1.evil.example", 1)), alice+"#main-key"), 403, "key is not on"},
		"id of another host":  {signed(elsewhere, alice+"#main-key"), 403, "id is not on"},
		"key not listed":      {signed(like(them.URL+"/liar"), them.URL+"/liar#main-key"), 401, "vouch"},
		"key is not there":    {signed(like(them.URL+"/nobody"), them.URL+"/nobody#main-key"), 401, "not there"},
		"one of ours":         {signed(like(base+"/actor"), base+"/actor#main-key"), 403, "one of ours"},
		"blocked":             {signed(like("https://sub.blocked.example/x"), "https://sub.blocked.example/x#main-key"), 403, "blocked"},
		"1 MiB and a byte":    {r.request(them, alice+"#main-key", make([]byte, federation.MaxBodyBytes+1), httpsig.Cavage), 413, "1 MiB"},
		"not JSON":            {r.request(them, alice+"#main-key", []byte("<html>"), httpsig.Cavage), 400, "malformed"},
		"depth bomb":          {r.request(them, alice+"#main-key", []byte(`{"type":"Like","actor":"`+alice+`","object":`+strings.Repeat(`{"a":`, 5000)+"1"+strings.Repeat("}", 5001)), httpsig.Cavage), 400, "malformed"},
		"no actor":            {r.request(them, alice+"#main-key", []byte(`{"type":"Like"}`), httpsig.Cavage), 400, "actor"},
	} {
		t.Run(name, func(t *testing.T) {
			status, text, err := r.post(c.req)
			if err != nil || status != c.status || !strings.Contains(text, c.text) {
				t.Errorf("got %d %q %v, want %d %q", status, text, err, c.status, c.text)
			}
		})
	}
}

// TestJunk: Delete and Update of actors that we never met cost no request.
func TestJunk(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	ghost := them.URL + "/ghost"
	for _, typ := range []string{"Delete", "Update"} {
		status, text, err := r.post(r.request(them, ghost+"#main-key", encode(t, r.activity(typ, ghost, ghost)), httpsig.Cavage))
		if err != nil || status != 202 || !strings.Contains(text, "unknown") {
			t.Errorf("%s: %d %q %v", typ, status, text, err)
		}
	}
	if n := them.requests(); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

// TestOurFault: a key that cannot be fetched now is no reason to lose the
// activity; and it is not asked for at every knock.
func TestOurFault(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	alice := them.actor("alice", "Person")
	them.status = http.StatusBadGateway
	act := encode(t, r.activity("Like", alice, base+"/actor"))
	for range 3 {
		_, after, err := r.post(r.request(them, alice+"#main-key", act, httpsig.Cavage))
		if !errors.Is(err, directory.ErrUnavailable) || after == "" {
			t.Fatalf("got %v, Retry-After %q", err, after)
		}
	}
	if n := them.requests(); n != 1 {
		t.Errorf("%d requests were made, want 1", n)
	}
	them.status = 0
	r.skew += 6 * time.Minute
	if status, text, err := r.post(r.request(them, alice+"#main-key", act, httpsig.Cavage)); err != nil || status != 202 {
		t.Errorf("after a while: %d %q %v", status, text, err)
	}
}

// TestRotatedKey: a signature that does not verify makes us look once more.
func TestRotatedKey(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	alice := them.actor("alice", "Person")
	if status, _, err := r.post(r.request(them, alice+"#main-key", encode(t, r.activity("Like", alice, base)), httpsig.Cavage)); status != 202 {
		t.Fatalf("%d, %v", status, err)
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	them.key = key
	send := func() int {
		status, _, err := r.post(r.request(them, alice+"#main-key", encode(t, r.activity("Like", alice, base)), httpsig.Cavage))
		if err != nil {
			t.Fatal(err)
		}
		return status
	}
	them.requests()
	r.skew += 2 * time.Minute
	for range 3 {
		if status := send(); status != 401 {
			t.Errorf("an unknown key: %d", status)
		}
	}
	if n := them.requests(); n != 1 {
		t.Errorf("bad signatures caused %d requests, want 1", n)
	}
	them.actor("alice", "Person") // lists the new key now
	r.skew += 2 * time.Minute
	if status := send(); status != 202 {
		t.Errorf("the rotated key: %d", status)
	}
}

// TestReplay: the same request again, and the same activity signed again, are
// answered politely and applied once.
func TestReplay(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	alice := them.actor("alice", "Person")
	act := r.activity("Follow", alice, base+"/actor")
	body := encode(t, act)
	first := r.request(them, alice+"#main-key", body, httpsig.Cavage)
	again := served(&http.Request{Method: first.Method, URL: first.URL, Header: first.Header}, body)
	again.Host = first.Host
	r.skew += time.Second
	resigned := r.request(them, alice+"#main-key", body, httpsig.Cavage)
	for i, req := range []*http.Request{first, again, resigned} {
		if status, text, err := r.post(req); err != nil || status != 202 {
			t.Errorf("request %d: %d %q %v", i, status, text, err)
		}
	}
	r.apply()
	p, err := r.st.Peer(context.Background(), them.URL)
	if err != nil || p.Queued != 1 {
		t.Errorf("%d Accepts, %v", p.Queued, err)
	}
}

// FuzzHandler: whatever is posted, the inbox answers, and never with a fault
// of its own.
func FuzzHandler(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `null`, `{"type":"Create","actor":"https://a.example/x","object":{"type":"Event","duration":""}}`,
		`{"type":["Delete"],"actor":{"id":"https://a.example/x"},"object":"https://a.example/x"}`, `{"type":"Follow","actor":"https://us.example/actor"}`,
		strings.Repeat("[", 10000), "{\"type\":\"\\ud800\"}",
	} {
		f.Add(seed, `keyId="https://a.example/x#main-key",headers="(request-target) host date digest",signature="AA=="`)
	}
	r := newRig(f)
	f.Fuzz(func(t *testing.T, body, signature string) {
		req := httptest.NewRequest(http.MethodPost, "/inbox", strings.NewReader(body))
		req.Header.Set("Content-Type", federation.ContentType)
		req.Header["Signature"] = []string{signature}
		status, text, err := r.post(req)
		if err == nil && status != 202 && (status < 400 || status > 499) {
			t.Errorf("%d %q", status, text)
		}
	})
}
