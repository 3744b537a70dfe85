package httpsig

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"math/big"
	"slices"
	"testing"
)

// agree fails unless a prepared key and crypto/rsa say the same of a signature.
func agree(t *testing.T, key *rsa.PublicKey, hash crypto.Hash, sum, sig []byte) bool {
	t.Helper()
	p, ok := Prepare(key).(*Prepared)
	if !ok {
		t.Fatal("the key was not prepared")
	}
	want := rsa.VerifyPKCS1v15(key, hash, sum, sig) == nil
	if got := p.verify(hash, sum, sig); got != want {
		t.Errorf("%v, signature %x: %t, crypto/rsa says %t", hash, sig, got, want)
	}
	return want
}

// TestPrepared: a prepared key takes the signatures that crypto/rsa takes, and no other.
func TestPrepared(t *testing.T) {
	long, err := rsa.GenerateKey(rand.Reader, 2056)
	if err != nil {
		t.Fatal(err)
	}
	s256, s512 := sha256.Sum256([]byte("message")), sha512.Sum512([]byte("message"))
	for _, key := range []*rsa.PrivateKey{testKey(), long} {
		for hash, sum := range map[crypto.Hash][]byte{crypto.SHA256: s256[:], crypto.SHA512: s512[:]} {
			sig, err := rsa.SignPKCS1v15(nil, key, hash, sum)
			if err != nil {
				t.Fatal(err)
			}
			if !agree(t, &key.PublicKey, hash, sum, sig) {
				t.Error("a right signature is refused")
			}
			for i := range sig {
				bad := slices.Clone(sig)
				bad[i] ^= 1 << (i % 8)
				agree(t, &key.PublicKey, hash, sum, bad)
			}
			for _, bad := range [][]byte{nil, sig[1:], sig[:len(sig)-1], append([]byte{0}, sig...), append(slices.Clone(sig), 0), more(key, sig), more(key, []byte{0})} {
				agree(t, &key.PublicKey, hash, sum, bad)
			}
			agree(t, &key.PublicKey, hash, sum[1:], sig)
			for name, em := range forged(key, hash, sum) {
				if agree(t, &key.PublicKey, hash, sum, private(key, em)) {
					t.Errorf("%s is taken", name)
				}
			}
		}
		agree(t, &key.PublicKey, crypto.SHA512, s512[:], private(key, encoded(key, crypto.SHA256, s256[:])))
	}
}

// more is a signature with the modulus added to it: the same number to who reduces it.
func more(key *rsa.PrivateKey, sig []byte) []byte {
	return new(big.Int).Add(new(big.Int).SetBytes(sig), key.N).Bytes()
}

// private is the signature of whatever message is encoded, right or wrong.
func private(key *rsa.PrivateKey, em []byte) []byte {
	m := new(big.Int).SetBytes(em)
	return new(big.Int).Exp(m, key.D, key.N).FillBytes(make([]byte, key.Size()))
}

func encoded(key *rsa.PrivateKey, hash crypto.Hash, sum []byte) []byte {
	tail := slices.Concat([]byte{0}, hashPrefixes[hash], sum)
	return slices.Concat([]byte{0, 1}, bytes.Repeat([]byte{0xff}, key.Size()-2-len(tail)), tail)
}

// forged are encodings that lax readers have taken.
func forged(key *rsa.PrivateKey, hash crypto.Hash, sum []byte) map[string][]byte {
	good := encoded(key, hash, sum)
	with := func(change func([]byte)) []byte {
		em := slices.Clone(good)
		change(em)
		return em
	}
	short := slices.Concat([]byte{0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0}, hashPrefixes[hash], sum)
	tail := slices.Concat(hashPrefixes[hash], sum)
	return map[string][]byte{
		"a short padding with rubbish behind the digest": append(short, make([]byte, len(good)-len(short))...),
		"rubbish in the padding":                         with(func(em []byte) { em[9] = 0 }),
		"another block type":                             with(func(em []byte) { em[1] = 2 }),
		"no zero after the padding":                      with(func(em []byte) { em[len(em)-len(tail)-1] = 0xff }),
		"a digest without its algorithm":                 slices.Concat([]byte{0, 1}, bytes.Repeat([]byte{0xff}, len(good)-3-len(sum)), []byte{0}, sum),
		"another digest":                                 with(func(em []byte) { em[len(em)-1] ^= 1 }),
	}
}

// TestPrepareLeaves: what crypto/rsa looks at more closely is left to it.
func TestPrepareLeaves(t *testing.T) {
	n := testKey().N
	ed, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, pub := range map[string]crypto.PublicKey{
		"even modulus":  &rsa.PublicKey{N: new(big.Int).Add(n, big.NewInt(1)), E: 65537},
		"no modulus":    &rsa.PublicKey{E: 65537},
		"negative":      &rsa.PublicKey{N: new(big.Int).Neg(n), E: 65537},
		"short":         &rsa.PublicKey{N: big.NewInt(15), E: 65537},
		"even exponent": &rsa.PublicKey{N: n, E: 4},
		"exponent one":  &rsa.PublicKey{N: n, E: 1},
		"Ed25519":       ed,
	} {
		if _, ok := Prepare(pub).(*Prepared); ok {
			t.Errorf("%s: prepared", name)
		}
	}
}

// FuzzPrepared: whatever is given as a signature, crypto/rsa says the same of it.
func FuzzPrepared(f *testing.F) {
	key := testKey()
	sum := sha256.Sum256([]byte("message"))
	sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sum[:], sig)
	f.Add(sum[:], more(key, sig))
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, sum, sig []byte) { agree(t, &key.PublicKey, crypto.SHA256, sum, sig) })
}

// BenchmarkPrepared compares a prepared key with crypto/rsa.
func BenchmarkPrepared(b *testing.B) {
	key := testKey()
	sum := sha256.Sum256([]byte("message"))
	sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		b.Fatal(err)
	}
	b.Run("prepared", func(b *testing.B) {
		p := Prepare(&key.PublicKey).(*Prepared)
		for b.Loop() {
			if !p.verify(crypto.SHA256, sum[:], sig) {
				b.Fatal("refused")
			}
		}
	})
	b.Run("crypto-rsa", func(b *testing.B) {
		for b.Loop() {
			if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], sig); err != nil {
				b.Fatal(err)
			}
		}
	})
}
