package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"io"

	"codeberg.org/bocage/bocage/internal/directory"
)

// sealInfo separates this use of the secret from every other (RFC 5869 §3.2).
const sealInfo = "bocage keyring v1 aes-256-gcm"

// sealer encrypts private keys with AES-256-GCM under a key derived from the
// configured secret; the zero value, without a secret, leaves them as they are.
type sealer struct{ aead cipher.AEAD }

func newSealer(secret []byte) sealer {
	if len(secret) == 0 {
		return sealer{}
	}
	key, err := hkdf.Key(sha256.New, secret, nil, sealInfo, 32)
	if err != nil {
		panic(err) // only for a length that SHA-256 cannot expand to
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for a key that is not 16, 24 or 32 bytes
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // only for a block size that is not 16
	}
	return sealer{aead}
}

func (s sealer) on() bool { return s.aead != nil }

// close returns nonce and ciphertext, bound to the owner and the key's name so
// that rows cannot be swapped.
func (s sealer) close(random io.Reader, plain []byte, owner, name string) ([]byte, error) {
	if !s.on() {
		return plain, nil
	}
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, fmt.Errorf("seal %s key: %w", name, err)
	}
	return s.aead.Seal(nonce, nonce, plain, label(owner, name)), nil
}

func (s sealer) open(sealed []byte, owner, name string) ([]byte, error) {
	if !s.on() {
		return nil, fmt.Errorf("the private keys are sealed and no secret is configured: %w", directory.ErrForbidden)
	}
	n := s.aead.NonceSize()
	if len(sealed) < n {
		return nil, fmt.Errorf("sealed %s key is cut short: %w", name, directory.ErrInvalid)
	}
	plain, err := s.aead.Open(nil, sealed[:n], sealed[n:], label(owner, name))
	if err != nil {
		return nil, fmt.Errorf("the configured secret does not open the private keys; was it changed? %w", directory.ErrForbidden)
	}
	return plain, nil
}

func label(owner, name string) []byte { return []byte(owner + "\x00" + name) }
