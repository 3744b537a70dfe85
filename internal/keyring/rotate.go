package keyring

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/store"
)

// memory is how long a pair is used before the store is asked whether another
// process has replaced it.
const memory = 2 * time.Second

// cached is a committed pair and when it was read.
type cached struct {
	pair Pair
	at   time.Time
}

func (k *Keyring) now() time.Time {
	if k.Clock == nil {
		return time.Now()
	}
	return k.Clock()
}

// remembered is the pair of owner, if it was read a moment ago.
func (k *Keyring) remembered(owner string) (Pair, bool) {
	now := k.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	c, ok := k.owners[owner]
	return c.pair, ok && now.Sub(c.at) < memory
}

func (k *Keyring) remember(owner string, p Pair) {
	now := k.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.owners[owner] = cached{p, now}
}

// Forget drops what memory holds of owner, after a change in the store.
func (k *Keyring) Forget(owner string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.owners, owner)
}

// Replacement makes the pair that is to follow owner's: another RSA key, with
// which requests are signed, and the same Ed25519 key, since every proof that
// was made and every instance that remembers us depends on it. Nothing is
// written: see store.Tx.RotateKey. The error wraps ErrNotFound for an owner
// without keys.
func (k *Keyring) Replacement(ctx context.Context, owner string) (store.Key, Pair, error) {
	row, err := k.st.Key(ctx, owner)
	if err != nil {
		return row, Pair{}, fmt.Errorf("keys of %s: %w", owner, err)
	}
	old, err := k.open(row)
	if err != nil {
		return row, Pair{}, fmt.Errorf("keys of %s: %w", owner, err)
	}
	fresh, err := rsa.GenerateKey(k.random, rsaBits)
	if err != nil {
		return row, Pair{}, fmt.Errorf("make RSA key: %w", err)
	}
	row = store.Key{Owner: owner, Encrypted: k.seal.on()}
	if row.RSAPrivate, err = k.encode(owner, "rsa", fresh); err != nil {
		return row, Pair{}, err
	}
	if row.Ed25519Private, err = k.encode(owner, "ed25519", old.Ed25519); err != nil {
		return row, Pair{}, err
	}
	p, err := k.open(row)
	if err != nil {
		return row, Pair{}, err
	}
	instance, err := k.pair(ctx, Instance)
	if err != nil {
		return row, Pair{}, err
	}
	return row, p.endorsedBy(instance), nil
}

// encode is a private key as it is stored.
func (k *Keyring) encode(owner, name string, key any) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode %s key: %w", name, err)
	}
	return k.seal.close(k.random, der, owner, name)
}

// Signers are what may sign a request as keyID for something that was queued at
// the given time: the key of that time first, which the peer knows when it has
// heard of no other, then today's.
func (k *Keyring) Signers(ctx context.Context, owner, keyID string, queued time.Time) ([]federation.Signer, error) {
	p, err := k.pair(ctx, owner)
	if err != nil {
		return nil, err
	}
	now := &httpsig.Signer{KeyID: keyID, Key: p.RSA}
	if queued.After(p.Since) {
		return []federation.Signer{now}, nil
	}
	former, err := k.st.FormerKeys(ctx, owner)
	if err != nil {
		return nil, err
	}
	var then *store.FormerKey // of several, the one that was replaced first after it was queued
	for i := range former {
		if !former[i].Replaced.Before(queued) {
			then = &former[i]
		}
	}
	if then == nil {
		return []federation.Signer{now}, nil
	}
	old, err := k.open(then.Key)
	if err != nil {
		return nil, fmt.Errorf("former keys of %s: %w", owner, err)
	}
	return []federation.Signer{&httpsig.Signer{KeyID: keyID, Key: old.RSA}, now}, nil
}
