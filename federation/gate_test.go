package federation

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
)

// BenchmarkGate is the inbox's work before the database, next to a bare RSA
// verification: the ratio of the two is what to watch.
func BenchmarkGate(b *testing.B) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	body := []byte(strings.Replace(seeds[0], `"duration":""`, `"content":"`+strings.Repeat("x", 2200)+`"`, 1))
	now := time.Now()
	out, err := http.NewRequest("POST", "https://b.ex/inbox", bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	if err := (&httpsig.Signer{KeyID: "https://a.ex/u#main-key", Key: key}).Sign(out, body, httpsig.Cavage, now); err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest("POST", "https://b.ex/inbox", nil)
	r.Header = out.Header
	b.Run("gate", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s, err := httpsig.Parse(r)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := ParseEnvelope(body); err != nil {
				b.Fatal(err)
			}
			if err := s.Verify(r, body, key.Public(), now); err != nil {
				b.Fatal(err)
			}
		}
	})
	sum := sha256.Sum256(body)
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		b.Fatal(err)
	}
	b.Run("rsa", func(b *testing.B) {
		for b.Loop() {
			if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], sig); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("streams", func(b *testing.B) {
		for b.Loop() {
			if _, err := Parse(body); err != nil {
				b.Fatal(err)
			}
		}
	})
}
