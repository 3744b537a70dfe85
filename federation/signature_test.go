package federation

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"codeberg.org/bocage/bocage/federation/httpsig"
)

var update = flag.Bool("update", false, "write the goldens of signatures anew")

// shape is how one software signs one request. In headers, {host}, {date} and
// {digest} are filled in; %s in line is the signature.
type shape struct {
	name, method, target, body string
	headers                    []string // as sent, in order
	base                       []string // the lines that are signed
	line                       string   // Signature, without its name
	input                      string   // Signature-Input, "" for draft-cavage
	ed                         bool     // an Ed25519 key
}

const (
	shapeHost = "b.ex"
	// mastodonSync is the header of FEP-8fcf as Mastodon 4.6.5 writes it.
	mastodonSync = `collectionId="https://a.ex/ap/users/116000000000000001/followers", digest="0b", url="https://a.ex/users/ada/followers_synchronization"`
	follow       = `{"@context":"https://www.w3.org/ns/activitystreams","id":"https://a.ex/follows/1","type":"Follow","actor":"https://a.ex/users/ada","object":"https://b.ex/actor"}`
)

var shapeAt = time.Date(2026, 6, 6, 18, 0, 0, 0, time.UTC)

// shapes are as federation.md states them; the header list of each is what was
// observed or read.
func shapes() []shape {
	typ := "Content-Type: application/activity+json"
	ld := `Content-Type: application/ld+json; profile="https://www.w3.org/ns/activitystreams"`
	accept := `Accept: application/activity+json, application/ld+json`
	usual := []string{"Host: {host}", "Date: {date}", "Digest: {digest}"}
	post := []string{"(request-target): post /inbox", "host: {host}", "date: {date}", "digest: {digest}"}
	cavage := func(keyID, alg, list string) string {
		return `keyId="https://a.ex/` + keyID + `",algorithm="` + alg + `",headers="` + list + `",signature="%s"`
	}
	fedify := `("@method" "@target-uri" "@authority" "host" "date" "content-digest");alg="rsa-v1_5-sha256";keyid="https://a.ex/users/ada#main-key";created={unix}`
	mastodon := `("@method" "@target-uri" "content-digest");created={unix};keyid="https://a.ex/users/ada#main-key"`
	return []shape{
		{name: "gotosocial/post", method: "POST", target: "/inbox", body: follow, headers: append([]string{ld}, usual...), base: post,
			line: cavage("users/ada/main-key", "hs2019", "(request-target) host date digest")},
		{name: "gotosocial/get-without-query", method: "GET", target: "/entries/1/outbox?page=2", headers: []string{"Host: {host}", "Date: {date}", accept},
			base: []string{"(request-target): get /entries/1/outbox", "host: {host}", "date: {date}"},
			line: cavage("users/ada/main-key", "hs2019", "(request-target) host date")},
		{name: "snac/post", method: "POST", target: "/inbox", body: follow, headers: append([]string{typ}, usual...), base: post,
			line: cavage("ada#main-key", "rsa-sha256", "(request-target) host date digest")},
		{name: "gancio/post", method: "POST", target: "/inbox", body: follow, headers: append([]string{typ}, usual...), base: post,
			line: cavage("federation/u/relay#main-key", "rsa-sha256", "(request-target) host date digest")},
		{name: "gancio/get", method: "GET", target: "/actor", headers: []string{"Host: {host}", "Date: {date}", typ, accept},
			base: []string{"(request-target): get /actor", "host: {host}", "date: {date}"},
			line: cavage("federation/u/relay#main-key", "rsa-sha256", "(request-target) host date")},
		{name: "wordpress/post", method: "POST", target: "/inbox", body: follow, headers: append([]string{typ}, usual...), base: post,
			line: cavage("?author=0#main-key", "rsa-sha256", "(request-target) host date digest")},
		{name: "hubzilla/post", method: "POST", target: "/inbox", body: follow, headers: append([]string{ld}, usual...),
			base: []string{"content-type: application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"", "date: {date}", "host: {host}", "digest: {digest}", "(request-target): post /inbox"},
			line: cavage("channel/ada", "rsa-sha256", "content-type date host digest (request-target)")},
		{name: "friendica/post", method: "POST", target: "/inbox", body: follow, headers: append([]string{typ}, usual...),
			base: []string{"(request-target): post /inbox", "date: {date}", "content-length: {length}", "digest: {digest}", "host: {host}"},
			line: cavage("profile/ada#main-key", "rsa-sha256", "(request-target) date content-length digest host")},
		{name: "friendica/get", method: "GET", target: "/entries/1", headers: []string{"Host: {host}", "Date: {date}", accept},
			base: []string{"(request-target): get /entries/1", "date: {date}", "host: {host}"},
			line: cavage("friendica#main-key", "rsa-sha256", "(request-target) date host")},
		{name: "mastodon/post", method: "POST", target: "/inbox", headers: append([]string{typ, "Collection-Synchronization: " + mastodonSync}, usual...), body: follow,
			base: []string{"host: {host}", "date: {date}", "digest: {digest}", "content-type: application/activity+json", "collection-synchronization: " + mastodonSync, "(request-target): post /inbox"},
			line: cavage("ap/users/116000000000000001#main-key", "rsa-sha256", "host date digest content-type collection-synchronization (request-target)")},
		{name: "mastodon/get", method: "GET", target: "/entries/1?lang=fr", headers: []string{"Host: {host}", "Date: {date}", accept},
			base: []string{"host: {host}", "date: {date}", "accept: application/activity+json, application/ld+json", "(request-target): get /entries/1?lang=fr"},
			line: cavage("actor#main-key", "rsa-sha256", "host date accept (request-target)")},
		{name: "mastodon/post-rfc9421", method: "POST", target: "/inbox", body: follow, headers: []string{typ, "Host: {host}", "Date: {date}", "Content-Digest: sha-256=:{sum}:"},
			base:  []string{`"@method": POST`, `"@target-uri": https://b.ex/inbox`, `"content-digest": sha-256=:{sum}:`, `"@signature-params": ` + mastodon},
			input: "sig1=" + mastodon, line: "sig1=:%s:"},
		{name: "mastodon/post-ed25519", method: "POST", target: "/inbox", body: follow, headers: []string{typ, "Host: {host}", "Date: {date}", "Content-Digest: sha-256=:{sum}:"}, ed: true,
			base:  []string{`"@method": POST`, `"@target-uri": https://b.ex/inbox`, `"content-digest": sha-256=:{sum}:`, `"@signature-params": ` + mastodon},
			input: "sig1=" + mastodon, line: "sig1=:%s:"},
		{name: "fedify/post", method: "POST", target: "/inbox", body: follow, headers: []string{typ, "Host: {host}", "Date: {date}", "Content-Digest: sha-256=:{sum}:"},
			base: []string{`"@method": POST`, `"@target-uri": https://b.ex/inbox`, `"@authority": b.ex`, `"host": b.ex`, `"date": {date}`,
				`"content-digest": sha-256=:{sum}:`, `"@signature-params": ` + fedify},
			input: "sig1=" + fedify, line: "sig1=:%s:"},
		{name: "mobilizon/post", method: "POST", target: "/inbox", body: follow, headers: append([]string{typ}, usual...),
			base: []string{"(request-target): post /inbox", "content-length: {length}", "date: {date}", "digest: {digest}", "host: {host}"},
			line: cavage("relay#main-key", "rsa-sha256", "(request-target) content-length date digest host")},
		{name: "lemmy/post", method: "POST", target: "/inbox", body: follow, headers: append([]string{typ}, usual...),
			base: []string{"(request-target): post /inbox", "content-type: application/activity+json", "date: {date}", "digest: {digest}", "host: {host}"},
			line: cavage("c/communs#main-key", "hs2019", "(request-target) content-type date digest host")},
		{name: "lemmy/post-created", method: "POST", target: "/inbox", body: follow, headers: append([]string{typ}, usual...),
			base: []string{"(request-target): post /inbox", "(created): {unix}", "(expires): {until}", "digest: {digest}", "host: {host}"},
			line: `keyId="https://a.ex/c/communs#main-key", algorithm="hs2019", created={unix}, expires={until}, headers="(request-target) (created) (expires) digest host", signature="%s"`},
	}
}

// write signs a shape with a key of its own.
func (s shape) write(t *testing.T) []byte {
	t.Helper()
	sum := sha256.Sum256([]byte(s.body))
	digest := base64.StdEncoding.EncodeToString(sum[:])
	fill := strings.NewReplacer("{host}", shapeHost, "{date}", shapeAt.Format(http.TimeFormat), "{digest}", "SHA-256="+digest, "{sum}", digest,
		"{unix}", fmt.Sprint(shapeAt.Unix()), "{until}", fmt.Sprint(shapeAt.Add(time.Hour).Unix()), "{length}", fmt.Sprint(len(s.body))).Replace
	text := []byte(fill(strings.Join(s.base, "\n")))
	pub, sig := signText(t, s.ed, text)
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\n", s.method, s.target)
	for _, h := range s.headers {
		fmt.Fprintln(&b, fill(h))
	}
	if s.body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\n", len(s.body))
	}
	if s.input != "" {
		fmt.Fprintf(&b, "Signature-Input: %s\n", fill(s.input))
	}
	fmt.Fprintf(&b, "Signature: %s\n\n%s\n", fmt.Sprintf(fill(s.line), base64.StdEncoding.EncodeToString(sig)), s.body)
	key, err := httpsig.EncodeKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	return txtar.Format(&txtar.Archive{Files: []txtar.File{
		{Name: "request", Data: b.Bytes()}, {Name: "key", Data: []byte(key)}, {Name: "at", Data: []byte(shapeAt.Format(time.RFC3339) + "\n")},
	}})
}

func signText(t *testing.T, ed bool, text []byte) (crypto.PublicKey, []byte) {
	t.Helper()
	if ed {
		pub, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return pub, ed25519.Sign(key, text)
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return key.Public(), sig
}

// golden is one request as it was received.
type golden struct {
	req  *http.Request
	body []byte
	pub  crypto.PublicKey
	at   time.Time
}

func readGolden(t *testing.T, name string) golden {
	t.Helper()
	ar, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	part := map[string][]byte{}
	for _, f := range ar.Files {
		part[f.Name] = f.Data
	}
	raw := strings.ReplaceAll(string(bytes.TrimSuffix(part["request"], []byte("\n"))), "\n", "\r\n")
	if !strings.Contains(raw, "\r\n\r\n") {
		raw += "\r\n"
	}
	var g golden
	if g.req, err = http.ReadRequest(bufio.NewReader(strings.NewReader(raw))); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if g.body, err = io.ReadAll(g.req.Body); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if g.pub, err = httpsig.ParseKey(string(part["key"])); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if g.at, err = time.Parse(time.RFC3339, strings.TrimSpace(string(part["at"]))); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return g
}

func (g golden) verify(r *http.Request, body []byte, at time.Time) error {
	s, err := httpsig.Parse(r)
	if err != nil {
		return err
	}
	return s.Verify(r, body, g.pub, at)
}

// TestSignatureGoldens: what each software sends verifies, from its bytes on the
// wire, and does not when one thing of it was changed.
func TestSignatureGoldens(t *testing.T) {
	t.Parallel()
	for _, s := range shapes() {
		t.Run(s.name, func(t *testing.T) {
			name := filepath.Join("testdata", "signatures", s.name+".txtar")
			if *update {
				if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, s.write(t), 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			g := readGolden(t, name)
			if err := g.verify(g.req, g.body, g.at); err != nil {
				t.Fatalf("as received: %v", err)
			}
			tamper(t, g)
		})
	}
}

// tamper changes one thing of g at a time; each must make it fail.
func tamper(t *testing.T, g golden) {
	t.Helper()
	sig, err := httpsig.Parse(g.req)
	if err != nil {
		t.Fatal(err)
	}
	covered := map[string]bool{}
	for _, c := range sig.Covered {
		covered[c] = true
	}
	change := map[string]func(r *http.Request){
		"method":      func(r *http.Request) { r.Method = map[string]string{"POST": "PUT", "GET": "HEAD"}[r.Method] },
		"path":        func(r *http.Request) { r.URL.Path += "x" },
		"host":        func(r *http.Request) { r.Host = "c.ex" },
		"no header":   func(r *http.Request) { r.Header.Del("Signature"); r.Header.Del("Signature-Input") },
		"another key": func(r *http.Request) { r.Header.Set("Signature", other(t, g, r)) },
	}
	for name := range g.req.Header {
		lower := strings.ToLower(name)
		if !covered[lower] && lower != "signature-input" && !strings.Contains(lower, "digest") {
			continue
		}
		for i := range g.req.Header.Get(name) {
			if lower == "signature-input" && i < len("sig1=") {
				continue // the label is no part of what is signed
			}
			change[fmt.Sprintf("%s at byte %d", name, i)] = func(r *http.Request) { r.Header.Set(name, flip(r.Header.Get(name), i)) }
		}
	}
	for name, f := range change {
		r := g.req.Clone(g.req.Context())
		f(r)
		if g.verify(r, g.body, g.at) == nil {
			t.Errorf("%s: it still verifies", name)
		}
	}
	tamperSignature(t, g)
	for i := range g.body {
		if g.verify(g.req, []byte(flip(string(g.body), i)), g.at) == nil {
			t.Errorf("body at byte %d: it still verifies", i)
		}
	}
	for _, at := range []time.Time{g.at.Add(httpsig.MaxAge + time.Minute), g.at.Add(-httpsig.MaxSkew - time.Minute)} {
		if err := g.verify(g.req, g.body, at); !errors.Is(err, httpsig.ErrWindow) {
			t.Errorf("received at %s: %v", at, err)
		}
	}
}

// tamperSignature changes each character of the signature itself.
func tamperSignature(t *testing.T, g golden) {
	t.Helper()
	header := g.req.Header.Get("Signature")
	mark := `signature="`
	if strings.Contains(header, "=:") {
		mark = "=:"
	}
	for i := strings.Index(header, mark) + len(mark); i < len(header)-1; i++ {
		r := g.req.Clone(g.req.Context())
		r.Header.Set("Signature", flip(header, i))
		if g.verify(r, g.body, g.at) == nil {
			t.Errorf("signature at character %d: it still verifies", i)
		}
	}
}

// flip changes the character at i to another of its sort.
func flip(s string, i int) string {
	c := s[i] ^ 1
	if s[i] == 'z' || s[i] == 'Z' || s[i] == '9' {
		c = s[i] - 1
	}
	return s[:i] + string(rune(c)) + s[i+1:]
}

// other signs r's headers with a key that is not g's.
func other(t *testing.T, g golden, r *http.Request) string {
	t.Helper()
	_, ed := g.pub.(ed25519.PublicKey)
	_, sig := signText(t, ed, []byte("whatever"))
	header := r.Header.Get("Signature")
	s := base64.StdEncoding.EncodeToString(sig)
	if i := strings.Index(header, "=:"); i >= 0 {
		return header[:i] + "=:" + s + ":"
	}
	i := strings.Index(header, `signature="`)
	return header[:i] + `signature="` + s + `"`
}
