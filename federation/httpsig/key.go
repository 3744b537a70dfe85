package httpsig

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// Sizes of RSA keys that are believed: smaller ones are weak, larger ones are
// a way to make us work.
const (
	minRSABits = 2048
	maxRSABits = 8192
)

// check verifies text. The key decides the algorithm; what the sender says
// must not contradict it.
func (s *Signature) check(text string, pub crypto.PublicKey) error {
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		return s.checkRSA(text, func(hash crypto.Hash, sum, sig []byte) bool {
			return rsa.VerifyPKCS1v15(pub, hash, sum, sig) == nil
		})
	case *Prepared:
		return s.checkRSA(text, pub.verify)
	case ed25519.PublicKey:
		switch s.Algorithm {
		case "", "ed25519", "hs2019":
			if len(pub) == ed25519.PublicKeySize && ed25519.Verify(pub, []byte(text), s.sig) {
				return nil
			}
			return ErrVerification
		}
		return fmt.Errorf("%w: algorithm %q with an Ed25519 key", ErrVerification, s.Algorithm)
	}
	return fmt.Errorf("%w: key type %T", ErrVerification, pub)
}

// checkRSA verifies text with an RSA key: verify says whether sig is one of sum.
func (s *Signature) checkRSA(text string, verify func(hash crypto.Hash, sum, sig []byte) bool) error {
	switch s.Algorithm {
	case "", "rsa-sha256", "hs2019", "rsa-v1_5-sha256":
		sum := sha256.Sum256([]byte(text))
		if verify(crypto.SHA256, sum[:], s.sig) {
			return nil
		}
		if s.Algorithm != "hs2019" {
			return ErrVerification
		}
		fallthrough // hs2019 leaves the hash to the key's metadata
	case "rsa-sha512":
		sum := sha512.Sum512([]byte(text))
		if verify(crypto.SHA512, sum[:], s.sig) {
			return nil
		}
		return ErrVerification
	}
	return fmt.Errorf("%w: algorithm %q with an RSA key", ErrVerification, s.Algorithm)
}

// ParseKey reads a PEM public key, PKIX or PKCS #1: RSA of 2048 to 8192 bits,
// or Ed25519.
func ParseKey(pemText string) (crypto.PublicKey, error) {
	block, _ := pem.Decode([]byte(pemText))
	if block == nil {
		return nil, fmt.Errorf("%w: key is not PEM", ErrMalformed)
	}
	var pub any
	var err error
	if block.Type == "RSA PUBLIC KEY" {
		pub, err = x509.ParsePKCS1PublicKey(block.Bytes)
	} else {
		pub, err = x509.ParsePKIXPublicKey(block.Bytes)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: key: %w", ErrMalformed, err)
	}
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		if n := pub.N.BitLen(); n < minRSABits || n > maxRSABits {
			return nil, fmt.Errorf("%w: RSA key of %d bits", ErrMalformed, n)
		}
		return pub, nil
	case ed25519.PublicKey:
		return pub, nil
	}
	return nil, fmt.Errorf("%w: key type %T", ErrMalformed, pub)
}

// EncodeKey writes a public key as PKIX PEM.
func EncodeKey(pub crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return "", fmt.Errorf("%w: key: %w", ErrMalformed, err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}
