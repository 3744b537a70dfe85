package keyring

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

func TestSeal(t *testing.T) {
	t.Parallel()
	s := newSealer([]byte("a secret"))
	plain := []byte("private key")
	sealed, err := s.close(rand.Reader, plain, "org", "rsa")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, plain) {
		t.Fatal("the sealed key holds the plain key")
	}
	if got, err := s.open(sealed, "org", "rsa"); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("open: got %q, %v", got, err)
	}
	tampered := bytes.Clone(sealed)
	tampered[len(tampered)-1] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"wrong secret":  func() ([]byte, error) { return newSealer([]byte("another")).open(sealed, "org", "rsa") },
		"no secret":     func() ([]byte, error) { return newSealer(nil).open(sealed, "org", "rsa") },
		"other owner":   func() ([]byte, error) { return s.open(sealed, "org2", "rsa") },
		"other key":     func() ([]byte, error) { return s.open(sealed, "org", "ed25519") },
		"tampered byte": func() ([]byte, error) { return s.open(tampered, "org", "rsa") },
	} {
		if _, err := open(); !errors.Is(err, directory.ErrForbidden) {
			t.Errorf("%s: got %v, want ErrForbidden", name, err)
		}
	}
	if _, err := s.open([]byte("short"), "org", "rsa"); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("short: got %v, want ErrInvalid", err)
	}
}
