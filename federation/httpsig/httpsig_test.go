package httpsig

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

var testKey = sync1(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

// sync1 makes a value once: keys take time.
func sync1[T any](f func() T) func() T {
	ch := make(chan T, 1)
	ch <- f()
	return func() T { v := <-ch; ch <- v; return v }
}

var now = time.Date(2026, 6, 6, 18, 0, 0, 0, time.UTC)

const body = `{"type":"Follow"}`

// received is what the other side sees of a request that was signed.
func received(t testing.TB, method, url, content string, form Form, signer *Signer) *http.Request {
	t.Helper()
	var raw []byte
	if content != "" {
		raw = []byte(content)
	}
	out, err := http.NewRequest(method, url, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	out.Header.Set("Content-Type", "application/activity+json")
	if err := signer.Sign(out, raw, form, now); err != nil {
		t.Fatal(err)
	}
	in := httptest.NewRequest(method, url, strings.NewReader(content))
	in.Header = out.Header.Clone()
	return in
}

func verify(r *http.Request, content string, pub crypto.PublicKey, at time.Time) error {
	s, err := Parse(r)
	if err != nil {
		return err
	}
	return s.Verify(r, []byte(content), pub, at)
}

func TestSignVerify(t *testing.T) {
	t.Parallel()
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	for _, tt := range []struct {
		method, content string
		form            Form
		key             crypto.Signer
	}{
		{"POST", body, Cavage, testKey()}, {"GET", "", Cavage, testKey()},
		{"POST", body, RFC9421, testKey()}, {"GET", "", RFC9421, testKey()},
		{"POST", body, RFC9421, ed}, {"GET", "", RFC9421, ed},
	} {
		signer := &Signer{KeyID: "https://a.ex/actor#main-key", Key: tt.key}
		r := received(t, tt.method, "https://b.ex/inbox?x=1", tt.content, tt.form, signer)
		if err := verify(r, tt.content, tt.key.Public(), now); err != nil {
			t.Errorf("%s %s %T: %v", tt.method, tt.form, tt.key, err)
		}
		s, _ := Parse(r)
		if s.KeyID != signer.KeyID || s.Form != tt.form || len(s.Hash()) != 64 {
			t.Errorf("parsed %+v", s)
		}
	}
}

// TestTampered changes one thing of a good request at a time.
func TestTampered(t *testing.T) {
	t.Parallel()
	other, _ := rsa.GenerateKey(rand.Reader, 2048)
	otherDigest := sha256.Sum256([]byte("x"))
	header := func(name string, change func(string) string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, change(r.Header.Get(name))) }
	}
	flip := func(s string) string { // the last base64 digit before the padding or the end
		i := strings.LastIndexAny(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") - 4
		c := byte('A')
		if s[i] == 'A' {
			c = 'B'
		}
		return s[:i] + string(c) + s[i+1:]
	}
	for _, form := range []Form{Cavage, RFC9421} {
		digest, digestValue := "Digest", "SHA-256="+base64.StdEncoding.EncodeToString(otherDigest[:])
		if form == RFC9421 {
			digest, digestValue = "Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(otherDigest[:])+":"
		}
		for name, tt := range map[string]struct {
			change  func(*http.Request)
			content string
			pub     crypto.PublicKey
			at      time.Time
			want    error
		}{
			"untouched":       {want: nil},
			"body":            {content: strings.Replace(body, "F", "f", 1), want: ErrDigest},
			"digest":          {change: header(digest, func(string) string { return digestValue }), want: ErrDigest},
			"digest and body": {change: header(digest, func(string) string { return digestValue }), content: "x", want: ErrVerification},
			"digest missing":  {change: func(r *http.Request) { r.Header.Del(digest) }, want: ErrDigest},
			"host":            {change: func(r *http.Request) { r.Host = "c.ex" }, want: ErrVerification},
			"path":            {change: func(r *http.Request) { r.URL.Path = "/outbox" }, want: ErrVerification},
			"query":           {change: func(r *http.Request) { r.URL.RawQuery = "x=2" }, want: ErrVerification},
			"method":          {change: func(r *http.Request) { r.Method = "PUT" }, want: ErrVerification},
			"signature":       {change: header("Signature", flip), want: ErrVerification},
			"another key":     {pub: other.Public(), want: ErrVerification},
			"too old":         {at: now.Add(MaxAge + time.Second), want: ErrWindow},
			"just in time":    {at: now.Add(MaxAge)},
			"clock ahead":     {at: now.Add(-MaxSkew)},
			"from the future": {at: now.Add(-MaxSkew - time.Second), want: ErrWindow},
		} {
			r := received(t, "POST", "https://b.ex/inbox?x=1", body, form, &Signer{KeyID: "k", Key: testKey()})
			if tt.change != nil {
				tt.change(r)
			}
			if tt.content == "" {
				tt.content = body
			}
			if tt.pub == nil {
				tt.pub = testKey().Public()
			}
			if err := verify(r, tt.content, tt.pub, cmp.Or(tt.at, now)); !errors.Is(err, tt.want) {
				t.Errorf("%s, %s: got %v, want %v", form, name, err, tt.want)
			}
		}
	}
}

// signAs signs a request with any header list, as peers do.
func signAs(t testing.TB, r *http.Request, target, headers, extra string) {
	t.Helper()
	s := &Signature{Covered: strings.Fields(headers), created: fmt.Sprint(now.Unix()), expires: fmt.Sprint(now.Add(time.Hour).Unix())}
	b := s.baseCavage(r, target)
	if b.err != nil {
		t.Fatal(b.err)
	}
	sum := sha256.Sum256([]byte(b.text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, testKey(), crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Signature", fmt.Sprintf(`keyId="https://a.ex/u/main-key"%s,headers="%s",signature="%s"`, extra, headers, base64.StdEncoding.EncodeToString(sig)))
}

func TestPeersSignatures(t *testing.T) {
	t.Parallel()
	created := fmt.Sprintf(`, created=%d, expires=%d`, now.Unix(), now.Add(time.Hour).Unix())
	for name, tt := range map[string]struct {
		method, target, headers, extra string
		want                           error
	}{
		"Mastodon":            {"POST", "/inbox?a=1", "(request-target) host date digest content-type", `,algorithm="rsa-sha256"`, nil},
		"GoToSocial":          {"POST", "/inbox?a=1", "(request-target) host date digest", `,algorithm="hs2019"`, nil},
		"no algorithm":        {"POST", "/inbox?a=1", "(request-target) host date digest", "", nil},
		"without the query":   {"POST", "/inbox", "(request-target) host date digest", `,algorithm="hs2019"`, nil},
		"created and expires": {"POST", "/inbox?a=1", "(request-target) (created) (expires) host digest", `,algorithm="hs2019"` + created, nil},
		"GET":                 {"GET", "/inbox?a=1", "(request-target) host date accept", `, algorithm="rsa-sha256"`, nil},
		"no digest":           {"POST", "/inbox?a=1", "(request-target) host date", "", ErrIncomplete},
		"no host":             {"POST", "/inbox?a=1", "(request-target) date digest", "", ErrIncomplete},
		"no date":             {"POST", "/inbox?a=1", "(request-target) host digest", "", ErrIncomplete},
		"no target":           {"POST", "/inbox?a=1", "host date digest", "", ErrIncomplete},
		"only date":           {"GET", "/inbox?a=1", "date", "", ErrIncomplete},
		"another algorithm":   {"POST", "/inbox?a=1", "(request-target) host date digest", `,algorithm="hmac-sha256"`, ErrVerification},
	} {
		content := body
		if tt.method == "GET" {
			content = ""
		}
		r := httptest.NewRequest(tt.method, "https://b.ex/inbox?a=1", strings.NewReader(content))
		r.Header.Set("Date", now.Format(http.TimeFormat))
		r.Header.Set("Content-Type", "application/activity+json")
		r.Header.Set("Accept", "application/activity+json")
		sum := sha256.Sum256([]byte(content))
		r.Header.Set("Digest", "sha-256="+base64.StdEncoding.EncodeToString(sum[:]))
		signAs(t, r, tt.target, tt.headers, tt.extra)
		if err := verify(r, content, testKey().Public(), now); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

// TestCavageExamples are the examples of draft-cavage-http-signatures-12,
// appendix C, with its key of 1024 bits, which ParseKey refuses.
func TestCavageExamples(t *testing.T) {
	t.Parallel()
	const key = `-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----`
	if _, err := ParseKey(key); !errors.Is(err, ErrMalformed) {
		t.Errorf("a key of 1024 bits: %v", err)
	}
	block, _ := pem.Decode([]byte(key))
	pub, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	const content = `{"hello": "world"}`
	for _, tt := range []struct{ headers, signature string }{
		{"(request-target) host date", "qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iicw3HMbe8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0="},
		{"(request-target) host date content-type digest content-length", "vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB1q52LaEUHFv120V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE="},
	} {
		r := httptest.NewRequest("POST", "http://example.com/foo?param=value&pet=dog", strings.NewReader(content))
		r.Header.Set("Date", "Sun, 05 Jan 2014 21:31:40 GMT")
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Digest", "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=")
		r.Header.Set("Content-Length", "18")
		r.Header.Set("Signature", fmt.Sprintf(`keyId="Test",algorithm="rsa-sha256",headers="%s",signature="%s"`, tt.headers, tt.signature))
		s, err := Parse(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.check(s.baseCavage(r, r.URL.RequestURI()).text, pub); err != nil {
			t.Errorf("%s: %v", tt.headers, err)
		}
		if err := s.digestMatches(r, []byte(content)); err != nil {
			t.Errorf("digest: %v", err)
		}
		r.Header.Set("Date", "Sun, 05 Jan 2014 21:31:41 GMT")
		if err := s.check(s.baseCavage(r, r.URL.RequestURI()).text, pub); !errors.Is(err, ErrVerification) {
			t.Errorf("another date: %v", err)
		}
	}
}

// TestRFC9421Vector is appendix B.2.6 of RFC 9421, Ed25519.
func TestRFC9421Vector(t *testing.T) {
	t.Parallel()
	pub, err := ParseKey("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "https://example.com/foo?param=Value&Pet=dog", strings.NewReader(`{"hello": "world"}`))
	r.Header.Set("Date", "Tue, 20 Apr 2021 02:07:55 GMT")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Content-Length", "18")
	r.Header.Set("Signature-Input", `sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`)
	r.Header.Set("Signature", `sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:`)
	s, err := Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	if b := s.base9421(r, "https"); b.err != nil || s.check(b.text, pub) != nil {
		t.Errorf("vector does not verify: %v\n%s", b.err, b.text)
	}
	if err := s.Verify(r, []byte(`{"hello": "world"}`), pub, time.Unix(1618884473, 0)); !errors.Is(err, ErrIncomplete) {
		t.Errorf("it does not cover the target: %v", err)
	}
	r.Method = "PUT"
	if err := s.check(s.base9421(r, "https").text, pub); !errors.Is(err, ErrVerification) {
		t.Errorf("another method: %v", err)
	}
}

// TestFedifyShape is Fedify's first knock.
func TestFedifyShape(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("POST", "https://b.ex/inbox", strings.NewReader(body))
	r.Header.Set("Date", now.Format(http.TimeFormat))
	sum := sha256.Sum256([]byte(body))
	r.Header.Set("Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":")
	s := &Signature{Form: RFC9421, Covered: []string{"@method", "@target-uri", "@authority", "host", "date", "content-digest"}}
	s.params = fmt.Sprintf(`("@method" "@target-uri" "@authority" "host" "date" "content-digest");alg="rsa-v1_5-sha256";keyid="https://f.ex/u#main-key";created=%d`, now.Unix())
	signer := &Signer{Key: testKey()}
	sig, err := signer.signText(s.base9421(r, "https").text)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Signature-Input", "sig1="+s.params)
	r.Header.Set("Signature", "sig1=:"+base64.StdEncoding.EncodeToString(sig)+":")
	if err := verify(r, body, testKey().Public(), now); err != nil {
		t.Error(err)
	}
	r.Header.Set("Signature-Input", strings.Replace("sig1="+s.params, `"https://f.ex/u`, `"https://f.ex/v`, 1))
	if err := verify(r, body, testKey().Public(), now); !errors.Is(err, ErrVerification) {
		t.Errorf("another key id: %v", err)
	}
}

func TestParseMalformed(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]error{
		``:                                          ErrNoSignature,
		`keyId="k",signature="AAAA`:                 ErrMalformed,
		`keyId="k",signature="%%%"`:                 ErrMalformed,
		`keyId="k"`:                                 ErrMalformed,
		`signature="AAAA"`:                          ErrMalformed,
		`keyId="k",keyId="l",signature="AAAA"`:      ErrMalformed,
		`keyId="k"x,signature="AAAA"`:               ErrMalformed,
		`keyId="k",created=x,signature="AAAA"`:      ErrMalformed,
		`garbage`:                                   ErrMalformed,
		strings.Repeat("a", maxHeaderBytes+1):       ErrMalformed,
		`keyId="k" , headers="" , signature="AAAA"`: nil,
	} {
		r := httptest.NewRequest("GET", "https://b.ex/", nil)
		if header != "" {
			r.Header.Set("Signature", header)
		}
		if _, err := Parse(r); !errors.Is(err, want) {
			t.Errorf("%.40q: got %v, want %v", header, err, want)
		}
	}
}

func TestKeyPEM(t *testing.T) {
	t.Parallel()
	text, err := EncodeKey(testKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	pub, err := ParseKey(text)
	if err != nil || !testKey().PublicKey.Equal(pub) {
		t.Errorf("PKIX round trip: %v", err)
	}
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&testKey().PublicKey)})
	if pub, err := ParseKey(string(pkcs1)); err != nil || !testKey().PublicKey.Equal(pub) {
		t.Errorf("PKCS #1: %v", err)
	}
	for _, bad := range []string{"", "x", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"} {
		if _, err := ParseKey(bad); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`keyId="k",algorithm="rsa-sha256",headers="(request-target) host date",signature="AAAA"`, "")
	f.Add(`sig1=:AAAA:`, `sig1=("@method" "@target-uri" "content-digest");created=1;keyid="k"`)
	f.Add(`sig1=:AAAA:, b=:AA==:`, `sig1=();keyid="a\"b";expires=2, b=("@query")`)
	f.Add(`keyId = "k" , created=1402170695,expires=1402170699.5, signature="AA=="`, "")
	f.Fuzz(func(t *testing.T, sig, input string) {
		r := httptest.NewRequest("POST", "https://b.ex/inbox?a=1", nil)
		r.Header.Set("Signature", sig)
		if input != "" {
			r.Header.Set("Signature-Input", input)
		}
		s, err := Parse(r)
		if err != nil {
			return
		}
		if s.KeyID == "" || len(s.sig) == 0 {
			t.Fatalf("parsed without key or signature: %+v", s)
		}
		if s.Verify(r, []byte("{}"), testKey().Public(), now) == nil {
			t.Fatal("a signature out of nowhere verifies")
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	r := received(b, "POST", "https://b.ex/inbox", body, Cavage, &Signer{KeyID: "k", Key: testKey()})
	pub := testKey().Public()
	for b.Loop() {
		if err := verify(r, body, pub, now); err != nil {
			b.Fatal(err)
		}
	}
}

// TestSeveralDigests: every SHA-256 of the body that is signed must be right, in
// whatever header and wherever in it; what is not signed says nothing.
func TestSeveralDigests(t *testing.T) {
	t.Parallel()
	right, wrong := base64Sum([]byte(body)), base64Sum([]byte("x"))
	const least, both = "(request-target) host date digest", "(request-target) host date digest content-digest"
	for name, tt := range map[string]struct {
		digest, content []string
		headers         string
		want            error
	}{
		"another algorithm first": {[]string{"SHA-512=AAAA,SHA-256=" + right}, nil, least, nil},
		"right, then wrong":       {[]string{"SHA-256=" + right + ",SHA-256=" + wrong}, nil, least, ErrDigest},
		"wrong, then right":       {[]string{"SHA-256=" + wrong, "SHA-256=" + right}, nil, least, ErrDigest},
		"both headers":            {[]string{"SHA-256=" + right}, []string{"sha-256=:" + right + ":"}, both, nil},
		"they disagree":           {[]string{"SHA-256=" + right}, []string{"sha-256=:" + wrong + ":"}, both, ErrDigest},
		"the other way":           {[]string{"SHA-256=" + wrong}, []string{"sha-256=:" + right + ":"}, both, ErrDigest},
		"with what is not signed": {[]string{"SHA-256=" + right}, []string{"sha-256=:" + wrong + ":"}, least, nil},
		"only SHA-512":            {[]string{"SHA-512=AAAA"}, nil, least, ErrDigest},
		"SHA-512 beside it":       {[]string{"SHA-256=" + right}, []string{"sha-512=:AAAA:"}, both, nil},
	} {
		r := httptest.NewRequest(http.MethodPost, "https://b.ex/inbox", strings.NewReader(body))
		r.Header.Set("Date", now.Format(http.TimeFormat))
		r.Header["Digest"], r.Header["Content-Digest"] = tt.digest, tt.content
		signAs(t, r, "/inbox", tt.headers, "")
		if err := verify(r, body, testKey().Public(), now); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}
