package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestJCS(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"RFC 8785 §3.2.2", `{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
			`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`},
		{"RFC 8785 §3.2.3", `{"\u20ac":"a","\r":"b","\ufb33":"c","1":"d","\ud83d\ude00":"e","\u0080":"f","\u00f6":"g"}`,
			"{\"\\r\":\"b\",\"1\":\"d\",\"\u0080\":\"f\",\"ö\":\"g\",\"€\":\"a\",\"😀\":\"e\",\"\ufb33\":\"c\"}"},
		{"zeros", `[0,-0,0.0,-0.0,0e9]`, `[0,0,0,0,0]`},
		{"RFC 8785 appendix B", `[5e-324,-5e-324,1.7976931348623157e308,9007199254740992,295147905179352830000,999999999999999900000,1e21,1e-7,0.000001]`,
			`[5e-324,-5e-324,1.7976931348623157e+308,9007199254740992,295147905179352830000,999999999999999900000,1e+21,1e-7,0.000001]`},
		{"decimals", `{"latitude":48.0,"longitude":-1.6778}`, `{"latitude":48,"longitude":-1.6778}`},
		{"space", " { \"b\" : [ ] , \"a\" : { } } ", `{"a":{},"b":[]}`},
		{"no HTML escapes", `"<>&\u2028"`, "\"<>&\u2028\""},
	} {
		got, err := JCS([]byte(tt.in))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s:\n got %s (%v)\nwant %s", tt.name, got, err, tt.want)
		}
	}
	for _, bad := range []string{"", "{", "1e999", `{"a":1}{}`, "\"\xff\"", strings.Repeat("[", 70) + strings.Repeat("]", 70)} {
		if got, err := JCS([]byte(bad)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%.20q: %s, %v", bad, got, err)
		}
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	// SHA-256 of {"a":1}, computed with another tool.
	const want = "sha256-AVq9f1zFei3ZS3WQ8ErYCEJzkF7jPsXOvq5iJ2qX-GI"
	for _, same := range []string{`{"a":1}`, `{ "a": 1.0 }`, `{"proof":{"x":1},"a":1}`, `{"@context":["x"],"a":1,"proof":null}`} {
		got := Hash([]byte(same))
		if got != want {
			t.Errorf("%s: %s", same, got)
		}
	}
	if Hash([]byte(`{"a":2}`)) == Hash([]byte(`{"a":1}`)) || Hash([]byte(`{"a":{"proof":1}}`)) == Hash([]byte(`{"a":{}}`)) {
		t.Error("different documents have one hash")
	}
	if Hash([]byte("{")) != "" {
		t.Error("malformed input has a hash")
	}
}

func TestMultikey(t *testing.T) {
	t.Parallel()
	// The example key of the did:key specification.
	raw, _ := hex.DecodeString("2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6")
	const text = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
	if got := EncodeMultikey(raw); got != text {
		t.Errorf("encoded %s", got)
	}
	if got, err := DecodeMultikey(text); err != nil || !got.Equal(ed25519.PublicKey(raw)) {
		t.Errorf("decoded %x, %v", got, err)
	}
	for _, bad := range []string{"", "z", text[1:], text[:len(text)-1], text + "1", "z" + strings.Repeat("1", 200), strings.Replace(text, "M", "0", 1), "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme"} {
		if _, err := DecodeMultikey(bad); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if got := encodeBase58([]byte{0, 0, 1}); got != "112" {
		t.Errorf("leading zeros: %s", got)
	}
	if got, _ := decodeBase58("112"); !bytes.Equal(got, []byte{0, 0, 1}) {
		t.Errorf("leading zeros: %x", got)
	}
}

func FuzzJCS(f *testing.F) {
	for _, seed := range []string{`{"b":[1,2.50,-0],"a":{"é":"\u0001\ud83d\ude00"}}`, `[1e21,1e-7,5e-324]`, `"\ud800"`, `nul`, ` {"a":1,"b":[{"x":"\u00e9"},{}],"a":2} `, `[[],{"":null}]`, `{"\ud800":1,"\ufffd":2}`, `1e999`, ``} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		once, err := JCS(raw)
		var decoded []byte // as what is signed is written, from values
		v, derr := decode(raw)
		if derr == nil {
			decoded, derr = write(nil, v, 0)
		}
		if (err == nil) != (derr == nil) || !bytes.Equal(once, decoded) {
			t.Fatalf("%q, %v; from values %q, %v", once, err, decoded, derr)
		}
		if err != nil {
			return
		}
		if !json.Valid(once) {
			t.Fatalf("not JSON: %q", once)
		}
		if twice, err := JCS(once); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("not a fixed point: %q, %q, %v", once, twice, err)
		}
	})
}
