package inbox_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// oddity is a well signed body that no honest server sends, on both engines: what it
// is answered, why it has no effect ("" when it has one), and under which cause of its
// origin, or of nobody, it is counted.
type oddity struct {
	body   []byte
	status int
	why    string
	cause  string
	origin string
}

// TestOddBodies: bodies that are read in two ways, or that a database would choke on,
// are refused for ever and counted; none of them is our fault, makes the others wait,
// or is shown.
func TestOddBodies(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			r, them := newRigOn(t, engine), newRemote(t)
			org := them.actor("org", "Organization")
			r.follows(org)
			_, ours := r.publishes(t)
			for name, c := range oddities(t, them, org, ours.URI) {
				before := r.refused(c.origin, c.cause)
				status, text, err := r.post(r.request(them, org+"#main-key", c.body, httpsig.Cavage))
				if err != nil || status != c.status {
					t.Errorf("%s: %d %q %v, want %d", name, status, text, err, c.status)
				}
				r.apply()
				why := text
				if env, perr := federation.ParseEnvelope(c.body); perr == nil && status == http.StatusAccepted {
					rec, err := r.st.Received(t.Context(), env.ID)
					if err != nil || rec.Done.IsZero() {
						t.Errorf("%s is not done: %v", name, err)
					}
					why = rec.Error
				}
				if !strings.Contains(why, c.why) || c.why == "" && why != "" {
					t.Errorf("%s: %q, want %q", name, why, c.why)
				}
				if c.cause != "" && r.refused(c.origin, c.cause) != before+1 {
					t.Errorf("%s is not counted as %q of %q", name, c.cause, c.origin)
				}
			}
			for path, want := range map[string]string{"/twice": "second", "/first": "Premier", "/pair": "Paire", "/second": "", "/number": "", "/bytes": "", "/crowd": "Foule"} {
				if got := r.name(them.URL + path); got != want {
					t.Errorf("%s shows %q, want %q", path, got, want)
				}
			}
		})
	}
}

func oddities(t *testing.T, them *remote, org, ours string) map[string]oddity {
	n := 0
	create := func(path, name string, change func(act, obj object)) []byte {
		n++
		obj := event(them.URL+path, org, name, day)
		act := object{"@context": as, "id": fmt.Sprintf("%s/odd/%d", org, n), "type": "Create", "actor": org, "object": obj, "to": []string{allOfUs}}
		change(act, obj)
		return encode(t, act)
	}
	swap := func(body []byte, old, with string) []byte { return bytes.Replace(body, []byte(old), []byte(with), 1) }
	plain := func(object, object) {}
	long := org + "/" + strings.Repeat("é", federation.MaxIDBytes/2)
	malformed := func(body []byte) oddity {
		return oddity{body, http.StatusBadRequest, "malformed", moderation.CauseMalformed, ""}
	}
	var crowd []object
	for i := range 20_000 {
		crowd = append(crowd, object{"type": "Hashtag", "name": fmt.Sprint("#t", i)})
	}
	return map[string]oddity{
		"a NUL in the type":      malformed(create("/x", "x", func(act, _ object) { act["type"] = "Cre\x00ate" })),
		"a NUL in the id":        malformed(create("/x", "x", func(act, _ object) { act["id"] = org + "/\x00" })),
		"a NUL in an object id":  malformed(create("/x", "x", func(act, _ object) { act["type"], act["object"] = "Like", base+"/events/\x00" })),
		"a long id":              malformed(create("/x", "x", func(act, _ object) { act["id"] = long })),
		"a long object id":       malformed(create("/x", "x", func(act, _ object) { act["type"], act["object"] = "Delete", long })),
		"bytes that are no text": malformed(swap(create("/bytes", "XYZ", plain), "XYZ", "\xff\xfe")),
		"a long id inside":       {create("/x", "x", func(_, obj object) { obj["id"] = long }), http.StatusAccepted, "object id", "", ""},
		"a number beyond all": {swap(create("/number", "x", func(_, obj object) { obj["x"] = 12345 }), "12345", "1e400"),
			http.StatusAccepted, "malformed", moderation.CauseMalformed, them.URL},
		"two actors": {create("/x", "x", func(act, _ object) { act["actor"] = []string{org, "https://victim.example/u"} }),
			http.StatusAccepted, "one actor", moderation.CauseMalformed, them.URL},
		"a name twice": {swap(create("/twice", "first", plain), `"name":"first"`, `"name":"first","name":"second"`), http.StatusAccepted, "", "", ""},
		"an actor twice": {swap(create("/x", "x", plain), `"actor":`, `"actor":"`+org+`","actor":"https://victim.example/u","was":`), http.StatusForbidden,
			"not on its actor", moderation.CauseForged, ""},
		"two ids":         {create("/first", "Premier", func(act, _ object) { act["@id"] = "https://victim.example/1" }), http.StatusAccepted, "", "", ""},
		"two objects":     {create("/pair", "Paire", func(act, obj object) { act["object"] = []object{obj, event(them.URL+"/second", org, "Second", day)} }), http.StatusAccepted, "", "", ""},
		"a crowd of tags": {create("/crowd", "Foule", func(_, obj object) { obj["tag"] = crowd }), http.StatusAccepted, "", "", ""},
		"a NUL in a report": {create("/x", "x", func(act, _ object) {
			act["type"], act["object"], act["content"] = "Flag", []string{ours}, "a\x00b"
		}), http.StatusAccepted, "", "", ""},
		"a NUL in a reply": {create("/note", "x", func(_, obj object) {
			obj["type"], obj["inReplyTo"], obj["content"], obj["summary"] = "Note", ours, "a\x00b", "c\x00d"
		}), http.StatusAccepted, "", "", ""},
		"a Delete in an Announce": {create("/x", "x", func(act, obj object) {
			act["type"], act["object"] = "Announce", object{"type": "Delete", "id": org + "/delete", "actor": org, "object": them.URL + "/twice"}
		}), http.StatusAccepted, "not found", "", ""},
	}
}

// TestOddRequests: requests that are signed well and odd in another way.
func TestOddRequests(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	alice := them.actor("alice", "Person")
	key := alice + "#main-key"
	made := func(body []byte) *http.Request { return r.request(them, key, body, httpsig.Cavage) }
	like := func() []byte { return encode(t, r.activity("Like", alice, base+"/actor")) }
	with := func(req *http.Request, change func(*http.Request)) *http.Request { change(req); return req }
	host := func(name string) *http.Request {
		body := like()
		out, err := http.NewRequest(http.MethodPost, base+"/inbox", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		out.Host = name
		out.Header.Set("Content-Type", federation.ContentType)
		if err := (&httpsig.Signer{KeyID: key, Key: them.key}).Sign(out, body, httpsig.Cavage, r.now()); err != nil {
			t.Fatal(err)
		}
		return with(served(out, body), func(q *http.Request) { q.Host = name })
	}
	at := func(d time.Duration) *http.Request {
		r.skew += d
		defer func() { r.skew -= d }()
		return made(like())
	}
	endless := with(httptest.NewRequest(http.MethodPost, "/inbox", io.LimitReader(blanks{}, 100<<20)), func(q *http.Request) {
		q.ContentLength = -1
		q.Header.Set("Content-Type", federation.ContentType)
	})
	for name, c := range map[string]struct {
		req    *http.Request
		status int
		cause  string
	}{
		"our name in capitals":         {host("US.Example"), http.StatusAccepted, ""},
		"our name with its last dot":   {host("us.example."), http.StatusAccepted, ""},
		"our name with the port":       {host("us.example:443"), http.StatusAccepted, ""},
		"our name with another port":   {host("us.example:8443"), http.StatusUnauthorized, moderation.CauseSignature},
		"without a length":             {with(made(like()), func(q *http.Request) { q.ContentLength = -1 }), http.StatusAccepted, ""},
		"without a length or an end":   {endless, http.StatusRequestEntityTooLarge, moderation.CauseSize},
		"compressed":                   {with(made(zipped(t, like())), func(q *http.Request) { q.Header.Set("Content-Encoding", "gzip") }), http.StatusUnsupportedMediaType, moderation.CauseMalformed},
		"compressed, and not said":     {made(zipped(t, like())), http.StatusBadRequest, moderation.CauseMalformed},
		"two hours in the future":      {at(2 * time.Hour), http.StatusUnauthorized, moderation.CauseSignature},
		"two hours old":                {at(-2 * time.Hour), http.StatusUnauthorized, moderation.CauseSignature},
		"two keys in a signature":      {with(made(like()), twoKeys), http.StatusUnauthorized, moderation.CauseSignature},
		"two signatures":               {with(made(like()), func(q *http.Request) { q.Header.Add("Signature", q.Header.Get("Signature")) }), http.StatusUnauthorized, moderation.CauseSignature},
		"a digest of something beside": {with(made(like()), func(q *http.Request) { q.Header.Add("Digest", "SHA-256=AAAA") }), http.StatusUnauthorized, moderation.CauseSignature},
	} {
		before := 0
		if c.cause != "" {
			before = r.refused("", c.cause)
		}
		status, text, err := r.post(c.req)
		if err != nil || status != c.status {
			t.Errorf("%s: %d %q %v, want %d", name, status, text, err, c.status)
		}
		if c.cause != "" && r.refused("", c.cause) != before+1 {
			t.Errorf("%s is not counted as %q", name, c.cause)
		}
	}
}

func twoKeys(q *http.Request) {
	q.Header.Set("Signature", `keyId="https://victim.example/u#main-key",`+q.Header.Get("Signature"))
}

// blanks is an endless body.
type blanks struct{}

// Read gives blanks.
func (blanks) Read(b []byte) (int, error) { return copy(b, bytes.Repeat([]byte(" "), len(b))), nil }

func zipped(t *testing.T, raw []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestAnotherKeyOfTheHost: an actor says nothing of another one of its host: what it
// sends as that one's new document is asked for there, and the keys stay.
func TestAnotherKeyOfTheHost(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	org, relay := them.actor("org", "Organization"), them.actor("relay", "Application")
	r.follows(relay)
	if _, err := r.actors.Actor(t.Context(), org); err != nil {
		t.Fatal(err)
	}
	want, err := r.actors.Known(t.Context(), org)
	if err != nil {
		t.Fatal(err)
	}
	doc := with(them.docs["/org"].(object), "name", "Pris")
	doc = with(doc, "publicKey", object{"id": org + "#main-key", "owner": org, "publicKeyPem": strings.Replace(want.PublicKeyPEM, "A", "B", 1)})
	r.deliver(them, r.activity("Update", relay, with(doc, "updated", day.Format(time.RFC3339))))
	got, err := r.actors.Known(t.Context(), org)
	if err != nil || got.PublicKeyPEM != want.PublicKeyPEM || r.name(org) == "Pris" {
		t.Errorf("the key changed: %t, shows %q, %v", got.PublicKeyPEM != want.PublicKeyPEM, r.name(org), err)
	}
}

// TestNameOfAPrivateAddress: a name that is looked up to an address inside is refused
// when it is dialled, and counted of who named it.
func TestNameOfAPrivateAddress(t *testing.T) {
	r := newRigGuarded(t, "sqlite", peer.GuardOptions{AllowLoopback: true, Resolver: inside()})
	evil := newRemote(t)
	mallory := evil.actor("mallory", "Application")
	r.follows(mallory)
	if why := r.deliver(evil, r.activity("Announce", mallory, "https://rebind.example/x")); !strings.Contains(why, "refused") {
		t.Errorf("%q", why)
	}
	if n := r.refused(evil.URL, moderation.CauseAddress); n != 1 {
		t.Errorf("counted %d times", n)
	}
}

// inside is a resolver of which every name is an address of a private network.
func inside() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go answerNames(there)
		return here, nil
	}}
}

// answerNames answers questions as they come over TCP (RFC 1035 §4.2.2), until the
// asker hangs up.
func answerNames(conn net.Conn) {
	defer func() { _ = conn.Close() }() // there is nobody to tell
	for {
		var size uint16
		if binary.Read(conn, binary.BigEndian, &size) != nil {
			return
		}
		query := make([]byte, size)
		var m dnsmessage.Message
		if _, err := io.ReadFull(conn, query); err != nil || m.Unpack(query) != nil {
			return
		}
		m.Response, m.Authoritative, m.Additionals = true, true, nil
		if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
			m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: [4]byte{10, 0, 0, 1}}}}
		}
		out, err := m.AppendPack(make([]byte, 2))
		if err != nil {
			return
		}
		binary.BigEndian.PutUint16(out, uint16(len(out)-2))
		if _, err := conn.Write(out); err != nil {
			return
		}
	}
}

// TestManyLongBodies: more long bodies than there is room for are put off, whoever they
// are from, while short ones are taken; when there is room again the long ones are too.
func TestManyLongBodies(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	alice := them.actor("alice", "Person")
	like := func(more string) *http.Request {
		act := r.activity("Like", alice, base+"/actor")
		act["content"] = more
		return r.request(them, alice+"#main-key", encode(t, act), httpsig.Cavage)
	}
	long := strings.Repeat("x", 100<<10)
	var wg sync.WaitGroup
	var ends []*io.PipeWriter
	for range 64 {
		body, end := io.Pipe()
		ends = append(ends, end)
		req := httptest.NewRequest(http.MethodPost, "/inbox", body)
		req.Header.Set("Content-Type", federation.ContentType)
		wg.Go(func() {
			if err := r.inbox.Handler(httptest.NewRecorder(), req); err != nil {
				t.Error(err)
			}
		})
		for range 3 { // once more than what is long was taken, so that it has its place
			if _, err := io.WriteString(end, long); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, after, err := r.post(like(long)); !errors.Is(err, directory.ErrUnavailable) || after == "" {
		t.Errorf("one more long one: %v, Retry-After %q", err, after)
	}
	if status, text, err := r.post(like("x")); err != nil || status != http.StatusAccepted {
		t.Errorf("a short one: %d %s %v", status, text, err)
	}
	for _, end := range ends {
		_ = end.Close() // a pipe does not fail
	}
	wg.Wait()
	if status, text, err := r.post(like(long)); err != nil || status != http.StatusAccepted {
		t.Errorf("a long one when there is room: %d %s %v", status, text, err)
	}
}
