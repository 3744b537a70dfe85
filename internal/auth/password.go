package auth

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Cost is how expensive an argon2id hash is (RFC 9106).
type Cost struct {
	Time      uint32
	MemoryKiB uint32
	Threads   uint8
}

// DefaultCost is OWASP's choice of 2024: 19 MiB, two passes, one lane.
var DefaultCost = Cost{Time: 2, MemoryKiB: 19 * 1024, Threads: 1}

// Bounds of a password, in characters and in bytes.
const (
	minPasswordRunes = 10
	maxPasswordBytes = 1024
	saltBytes        = 16
	hashBytes        = 32
	// maxMemoryKiB bounds what a stored hash may make us allocate.
	maxMemoryKiB = 1024 * 1024
)

// CheckNewPassword returns an Invalid when a password is too short or too long.
func CheckNewPassword(password string) error {
	if utf8.RuneCountInString(password) < minPasswordRunes {
		return directory.Invalid{{Field: "password", Code: "too_short", Message: fmt.Sprintf("want at least %d characters", minPasswordRunes)}}
	}
	if len(password) > maxPasswordBytes {
		return directory.Invalid{{Field: "password", Code: "too_long", Message: fmt.Sprintf("want at most %d bytes", maxPasswordBytes)}}
	}
	return nil
}

// SetPassword gives a user a new password and leaves the user's sessions as they are.
func (a *Auth) SetPassword(ctx context.Context, userID, password string) error {
	hash, err := a.Hash(ctx, password)
	if err != nil {
		return err
	}
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		u, err := tx.User(ctx, userID)
		if err != nil {
			return err
		}
		u.PasswordHash = hash
		return tx.PutUser(ctx, u)
	})
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

// Hash returns the argon2id hash of a password in PHC form, for store.User.
func (a *Auth) Hash(ctx context.Context, password string) (string, error) {
	if err := a.acquire(ctx); err != nil {
		return "", err
	}
	defer a.release()
	return hashPassword(a.rand, a.cost, password)
}

// checkPassword compares, and reports whether the hash should be renewed
// because its cost is not today's.
func (a *Auth) checkPassword(ctx context.Context, hash, password string) (ok, outdated bool) {
	if len(password) > maxPasswordBytes || a.acquire(ctx) != nil {
		return false, false
	}
	defer a.release()
	cost, salt, want, err := parseHash(hash)
	if err != nil {
		return false, false
	}
	got := argon2.IDKey([]byte(password), salt, cost.Time, cost.MemoryKiB, cost.Threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, cost != a.cost
}

func (a *Auth) acquire(ctx context.Context) error {
	select {
	case a.hashes <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *Auth) release() { <-a.hashes }

func hashPassword(random io.Reader, c Cost, password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", fmt.Errorf("salt: %w", err)
	}
	sum := argon2.IDKey([]byte(password), salt, c.Time, c.MemoryKiB, c.Threads, hashBytes)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, c.MemoryKiB, c.Time, c.Threads, enc.EncodeToString(salt), enc.EncodeToString(sum)), nil
}

func parseHash(s string) (c Cost, salt, sum []byte, err error) {
	bad := fmt.Errorf("password hash: %w", directory.ErrInvalid)
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return c, nil, nil, bad
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return c, nil, nil, bad
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.MemoryKiB, &c.Time, &c.Threads); err != nil {
		return c, nil, nil, bad
	}
	if c.Time == 0 || c.Threads == 0 || c.MemoryKiB == 0 || c.MemoryKiB > maxMemoryKiB || c.Time > 100 {
		return c, nil, nil, bad
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil || len(salt) < 8 {
		return c, nil, nil, bad
	}
	if sum, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(sum) < 16 || len(sum) > 128 {
		return c, nil, nil, bad
	}
	return c, salt, sum, nil
}
