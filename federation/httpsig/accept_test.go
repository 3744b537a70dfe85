package httpsig

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseAcceptSignature(t *testing.T) {
	t.Parallel()
	for field, want := range map[string][]Wanted{
		`sig1=("@method" "@target-uri" "@authority" "content-digest" "cache-control");keyid="k";created;tag="app-123"`: {{
			Label: "sig1", Components: []string{"@method", "@target-uri", "@authority", "content-digest", "cache-control"},
			Created: true, KeyID: "k", Tag: "app-123"}},
		AcceptSignature(true):  {{Label: "sig1", Components: []string{"@method", "@target-uri", "content-digest"}, Created: true}},
		AcceptSignature(false): {{Label: "sig1", Components: []string{"@method", "@target-uri"}, Created: true}},
		`a=();expires;alg="ED25519";nonce="x", b=("date")`: {
			{Label: "a", Expires: true, Algorithm: "ed25519", Nonce: "x"}, {Label: "b", Components: []string{"date"}}},
		`a=("@query-param";name="x"), b=("date")`: {{Label: "b", Components: []string{"date"}}},
	} {
		got, err := ParseAcceptSignature(http.Header{"Accept-Signature": {field}})
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", field, err, d)
		}
	}
	for _, bad := range []string{"x", "a=b", `A=("date")`, `a=("@status")`, `a=("date`, `a=("da te")`, `a=("date:")`,
		"a=(" + strings.Repeat(` "x`+`"`, 2) + ")", strings.Repeat("a", maxHeaderBytes+1), `a=("date");nonce="` + strings.Repeat("n", 300) + `"`} {
		if got, err := ParseAcceptSignature(http.Header{"Accept-Signature": {bad}}); !errors.Is(err, ErrMalformed) {
			t.Errorf("%.60q: %v %v", bad, got, err)
		}
	}
	if _, err := ParseAcceptSignature(http.Header{}); !errors.Is(err, ErrNoSignature) {
		t.Errorf("nothing asked: %v", err)
	}
}

// TestSignWanted: what is asked for is what is signed, and never less than Sign does.
func TestSignWanted(t *testing.T) {
	t.Parallel()
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	for field, c := range map[string]struct {
		key   crypto.Signer
		want  string // what the Signature-Input has
		fails error
	}{
		`sig7=("date" "digest");created;nonce="n-1";tag="fediverse"`:                       {key: testKey(), want: `sig7=("date" "digest" "@method" "@target-uri" "content-digest");created=1780768800;keyid="k";nonce="n-1";tag="fediverse"`},
		`sig1=("@method" "@target-uri" "@authority" "content-digest");expires`:             {key: testKey(), want: `;expires=1780769100;`},
		`sig1=("@method");alg="ecdsa-p256-sha256", sig2=("@method");alg="ed25519"`:         {key: ed, want: `sig2=("@method" "@target-uri" "content-digest")`},
		`sig1=("@method");keyid="another", sig2=("@method");keyid="k"`:                     {key: ed, want: `sig2=(`},
		`sig1=("@method" "signature-key")`:                                                 {key: ed, fails: ErrIncomplete},
		`sig1=("@method");alg="ecdsa-p256-sha256"`:                                         {key: ed, fails: ErrUnwilling},
		`sig1=("@method");alg="rsa-v1_5-sha256"`:                                           {key: testKey(), want: `;alg="rsa-v1_5-sha256"`},
		`sig1=("@scheme" "@path" "@query" "@request-target" "host" "content-type");alg=""`: {key: testKey(), want: `"@request-target"`},
	} {
		wanted, err := ParseAcceptSignature(http.Header{"Accept-Signature": {field}})
		if err != nil {
			t.Fatal(err)
		}
		out, _ := http.NewRequest("POST", "https://b.ex/inbox?x=1", bytes.NewReader([]byte(body)))
		out.Header.Set("Content-Type", "application/activity+json")
		err = (&Signer{KeyID: "k", Key: c.key}).SignWanted(out, []byte(body), wanted, now)
		if !errors.Is(err, c.fails) {
			t.Errorf("%s: got %v, want %v", field, err, c.fails)
		}
		if c.fails != nil {
			continue
		}
		if got := out.Header.Get("Signature-Input"); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %s, want %s", field, got, c.want)
		}
		in := httptest.NewRequest("POST", "https://b.ex/inbox?x=1", strings.NewReader(body))
		in.Header = out.Header
		if err := verify(in, body, c.key.Public(), now); err != nil {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	for _, f := range []Form{Cavage, RFC9421, CavageBare} {
		if got, ok := ParseForm(f.String()); !ok || got != f {
			t.Errorf("%s: %v %v", f, got, ok)
		}
	}
	if _, ok := ParseForm("linked data"); ok || Form(9).String() != "unknown" {
		t.Error("a form that is not spoken has a name")
	}
	r := received(t, "GET", "https://b.ex/x?page=1", "", CavageBare, &Signer{KeyID: "k", Key: testKey()})
	if err := verify(r, "", testKey().Public(), now); err != nil {
		t.Errorf("without the query: %v", err)
	}
	r.URL.RawQuery = "page=2" // is not signed, by the sender's choice
	if err := verify(r, "", testKey().Public(), now); err != nil {
		t.Errorf("another query: %v", err)
	}
	if err := (&Signer{KeyID: "k", Key: ed25519.NewKeyFromSeed(make([]byte, 32))}).Sign(r, nil, Cavage, now); !errors.Is(err, ErrMalformed) {
		t.Errorf("draft-cavage with Ed25519: %v", err)
	}
}

func FuzzAcceptSignature(f *testing.F) {
	f.Add(AcceptSignature(true))
	f.Add(`sig1=("@method" "@target-uri" "@authority" "content-digest" "cache-control");keyid="k";created;tag="app-123"`)
	f.Add(`a=();expires;alg="ED25519";nonce="x\"y", b=("date"), c`)
	f.Add(`a=("@query-param";name="x")`)
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	f.Fuzz(func(t *testing.T, field string) {
		wanted, err := ParseAcceptSignature(http.Header{"Accept-Signature": {field}})
		if err != nil {
			return
		}
		out, _ := http.NewRequest("POST", "https://b.ex/inbox", bytes.NewReader([]byte(body)))
		out.Header.Set("Content-Type", "application/activity+json")
		if (&Signer{KeyID: "k", Key: key}).SignWanted(out, []byte(body), wanted, now) != nil {
			return
		}
		in := httptest.NewRequest("POST", "https://b.ex/inbox", strings.NewReader(body))
		in.Header = out.Header
		if err := verify(in, body, key.Public(), now); err != nil {
			t.Fatalf("what was signed for %q does not verify: %v\n%v", field, err, out.Header)
		}
	})
}

// FuzzParseKey: no text makes a key that is too small or of another kind.
func FuzzParseKey(f *testing.F) {
	text, err := EncodeKey(testKey().Public())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(rfcEd25519)
	f.Add(rfcP256)
	f.Add("-----BEGIN RSA PUBLIC KEY-----\nMAkCAgMlAgMBAAE=\n-----END RSA PUBLIC KEY-----")
	f.Fuzz(func(t *testing.T, text string) {
		pub, err := ParseKey(text)
		if err != nil {
			return
		}
		again, err := EncodeKey(pub)
		if err != nil {
			t.Fatalf("a key that was read cannot be written: %v", err)
		}
		if back, err := ParseKey(again); err != nil || !back.(interface{ Equal(crypto.PublicKey) bool }).Equal(pub) {
			t.Fatalf("the key changes: %v", err)
		}
	})
}
