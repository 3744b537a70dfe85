package httpsig

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The public keys of RFC 9421 appendix B.1.
const (
	rfcRSAPSS = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----`
	rfcP256 = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----`
	rfcEd25519 = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----"
	rfcSecret  = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
)

func rfcKey(t *testing.T, text string) any {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	pub, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return pub
}

// rfcRequest is test-request of appendix B.2.
func rfcRequest() *http.Request {
	r := httptest.NewRequest("POST", "https://example.com/foo?param=Value&Pet=dog", strings.NewReader(`{"hello": "world"}`))
	for name, value := range map[string]string{
		"Date": "Tue, 20 Apr 2021 02:07:55 GMT", "Content-Type": "application/json", "Content-Length": "18",
		"Content-Digest": "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
	} {
		r.Header.Set(name, value)
	}
	return r
}

// TestRFC9421Vectors are the signed requests of appendix B.2 whose components
// are spoken here. The algorithms of B.2.1, B.2.3 and B.2.5 are not ours: what
// is tested of them is the signature base, by the primitive itself, and that
// Verify does not take them. B.2.2 has a component with a parameter and is
// refused; B.2.4 signs a response, and B.3 needs a proxy's certificate.
func TestRFC9421Vectors(t *testing.T) {
	t.Parallel()
	pss, secret := rfcKey(t, rfcRSAPSS).(*rsa.PublicKey), []byte(nil)
	secret, _ = base64.StdEncoding.DecodeString(rfcSecret)
	ed := rfcKey(t, rfcEd25519).(ed25519.PublicKey)
	verifyPSS := func(text string, sig []byte) bool {
		sum := sha512.Sum512([]byte(text))
		return rsa.VerifyPSS(pss, crypto.SHA512, sum[:], sig, nil) == nil
	}
	for name, v := range map[string]struct {
		input, sig string
		valid      func(text string, sig []byte) bool
		ours       crypto.PublicKey // nil for an algorithm that is not spoken
	}{
		"B.2.1": {`sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"`,
			`sig-b21=:d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==:`, verifyPSS, nil},
		"B.2.3": {`sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"`,
			`sig-b23=:bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==:`, verifyPSS, nil},
		"B.2.5": {`sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"`,
			`sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:`, func(text string, sig []byte) bool {
				mac := hmac.New(sha256.New, secret)
				_, _ = mac.Write([]byte(text)) // a hash does not fail
				return hmac.Equal(mac.Sum(nil), sig)
			}, nil},
		"B.2.6": {`sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`,
			`sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:`,
			func(text string, sig []byte) bool { return ed25519.Verify(ed, []byte(text), sig) }, ed},
	} {
		r := rfcRequest()
		r.Header.Set("Signature-Input", v.input)
		r.Header.Set("Signature", v.sig)
		s, err := Parse(r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		b := s.base9421(r, "https")
		if b.err != nil || !v.valid(b.text, s.sig) {
			t.Errorf("%s: the signature is not over this base: %v\n%s", name, b.err, b.text)
		}
		pub := v.ours
		if pub == nil {
			pub = pss
		}
		if err := s.check(b.text, pub); (err == nil) != (v.ours != nil) {
			t.Errorf("%s: check: %v", name, err)
		}
	}
}

// TestRFC9421Proxy is appendix B.3: the base of a request that a proxy signed,
// with ECDSA, which is not ours.
func TestRFC9421Proxy(t *testing.T) {
	t.Parallel()
	const cert = ":MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludGVybWVkaWF0ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaUgmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAWgBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBVoU4hBVZ1yhk=:"
	r := rfcRequest()
	r.Host = "service.internal.example"
	r.Header.Set("Client-Cert", cert)
	r.Header.Set("Signature-Input", `ttrp=("@path" "@query" "@method" "@authority" "client-cert");created=1618884473;keyid="test-key-ecc-p256"`)
	r.Header.Set("Signature", `ttrp=:xVMHVpawaAC/0SbHrKRs9i8I3eOs5RtTMGCWXm/9nvZzoHsIg6Mce9315T6xoklyy0yzhD9ah4JHRwMLOgmizw==:`)
	s, err := Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	b := s.base9421(r, "https")
	sum := sha256.Sum256([]byte(b.text))
	pub := rfcKey(t, rfcP256).(*ecdsa.PublicKey)
	if !ecdsa.Verify(pub, sum[:], new(big.Int).SetBytes(s.sig[:32]), new(big.Int).SetBytes(s.sig[32:])) {
		t.Errorf("the signature is not over this base: %v\n%s", b.err, b.text)
	}
	if err := s.check(b.text, pub); !errors.Is(err, ErrVerification) {
		t.Errorf("an ECDSA key: %v", err)
	}
	if _, err := ParseKey(rfcP256); !errors.Is(err, ErrMalformed) {
		t.Errorf("an ECDSA key is read: %v", err)
	}
}

// TestRFC9421Transformations is appendix B.4: what may happen to a message on
// its way, and what may not.
func TestRFC9421Transformations(t *testing.T) {
	t.Parallel()
	ed := rfcKey(t, rfcEd25519).(ed25519.PublicKey)
	for name, v := range map[string]struct {
		method, url string
		accept      []string
		want        error
	}{
		"as signed":                 {"GET", "https://example.org/demo?name1=Value1&Name2=value2", []string{"application/json", "*/*"}, nil},
		"a parameter more":          {"GET", "https://example.org/demo?name1=Value1&Name2=value2&param=added", []string{"application/json", "*/*"}, nil},
		"lines joined":              {"GET", "https://example.org/demo?name1=Value1&Name2=value2", []string{"application/json, */*"}, nil},
		"another method and host":   {"POST", "https://example.com/demo?name1=Value1&Name2=value2", []string{"application/json", "*/*"}, ErrVerification},
		"lines in another order":    {"GET", "https://example.org/demo?name1=Value1&Name2=value2", []string{"*/*", "application/json"}, ErrVerification},
		"the signed field is away":  {"GET", "https://example.org/demo?name1=Value1&Name2=value2", nil, ErrIncomplete},
		"another path, same domain": {"GET", "https://example.org/demo2?name1=Value1&Name2=value2", []string{"application/json", "*/*"}, ErrVerification},
	} {
		r := httptest.NewRequest(v.method, v.url, nil)
		r.Header["Accept"] = v.accept
		r.Header.Set("Signature-Input", `transform=("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"`)
		r.Header.Set("Signature", `transform=:ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==:`)
		s, err := Parse(r)
		if err != nil {
			t.Fatal(err)
		}
		b := s.base9421(r, "https")
		if err = b.err; err == nil {
			err = s.check(b.text, ed)
		}
		if !errors.Is(err, v.want) {
			t.Errorf("%s: got %v, want %v", name, err, v.want)
		}
	}
}

// TestRFC9421NotSpoken: B.2.2 has "@query-param";name="Pet".
func TestRFC9421NotSpoken(t *testing.T) {
	t.Parallel()
	for _, input := range []string{
		`sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example"`,
		`sig1=("@method";req "@target-uri");created=1618884473;keyid="k"`,
	} {
		r := rfcRequest()
		r.Header.Set("Signature-Input", input)
		r.Header.Set("Signature", "sig-b22=:AAAA:, sig1=:AAAA:")
		if _, err := Parse(r); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", input, err)
		}
	}
}
