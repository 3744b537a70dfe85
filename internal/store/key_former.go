package store

import (
	"context"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// FormerKey is a pair that its owner no longer signs with.
type FormerKey struct {
	Key
	// Replaced is when it was; what was queued until then is signed with it.
	Replaced time.Time
}

// FormerKeys lists the replaced pairs of an owner, newest first.
func (r Reader) FormerKeys(ctx context.Context, owner string) ([]FormerKey, error) {
	ks, err := collect(ctx, r, func(row scanner) (k FormerKey, err error) {
		var created, replaced int64
		err = row.Scan(&k.Owner, &k.RSAPrivate, &k.Ed25519Private, &k.Encrypted, &created, &replaced)
		k.Created, k.Replaced = instant(created), instant(replaced)
		return k, err
	}, `SELECT owner, rsa_private, ed25519_private, encrypted, created, replaced FROM signing_key_former
		WHERE owner = $1 ORDER BY replaced DESC`, owner)
	return ks, wrap(err, "former keys of %s", owner)
}

// RotateKey makes k the pair of its owner and keeps the one before it as former,
// replaced at the given time. The error wraps ErrNotFound when there was none.
func (t *Tx) RotateKey(ctx context.Context, k Key, at time.Time) error {
	n, err := t.exec(ctx, `INSERT INTO signing_key_former (owner, replaced, rsa_private, ed25519_private, encrypted, created)
		SELECT owner, $2, rsa_private, ed25519_private, encrypted, created FROM signing_key WHERE owner = $1`, k.Owner, micros(at))
	if err == nil && n == 0 {
		err = directory.ErrNotFound
	}
	if err == nil {
		_, err = t.exec(ctx, `UPDATE signing_key SET rsa_private = $2, ed25519_private = $3, encrypted = $4, created = $5
			WHERE owner = $1`, k.Owner, k.RSAPrivate, k.Ed25519Private, k.Encrypted, micros(at))
	}
	return wrap(err, "rotate key of %s", k.Owner)
}

// DropFormerKeys forgets the replaced pairs of an owner and returns how many.
func (t *Tx) DropFormerKeys(ctx context.Context, owner string) (int, error) {
	n, err := t.exec(ctx, "DELETE FROM signing_key_former WHERE owner = $1", owner)
	return n, wrap(err, "drop former keys of %s", owner)
}
