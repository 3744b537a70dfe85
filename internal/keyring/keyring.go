// Package keyring holds the private keys of our actors: one RSA-2048 and one
// Ed25519 key per organisation, which its entries share, and one pair for the
// instance actor. The private halves are in the database only, sealed when a
// secret is configured.
//
// It does not know where keys are used: packages outbox, peer, resource and
// ledger ask for them. Keys of other servers are in package peer.
package keyring

import (
	"context"
	"crypto/ed25519"
	"crypto/rsa"
	"io"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// Instance is the owner of the instance actor's pair.
const Instance = "instance"

// Pair is the key pair of one owner.
type Pair struct {
	RSA     *rsa.PrivateKey
	Ed25519 ed25519.PrivateKey
	Public  vocab.Keys
}

// Keyring makes, keeps and caches pairs. Concurrent use is safe.
type Keyring struct {
	st     *store.Store
	secret []byte
	random io.Reader
}

// New returns a keyring over st. An empty secret keeps the private keys
// unsealed; random is crypto/rand.Reader outside tests.
func New(st *store.Store, secret []byte, random io.Reader) *Keyring {
	return &Keyring{st: st, secret: secret, random: random}
}

// Pair returns the pair of owner, an organisation's ID or Instance, and makes
// it when there is none. It must not be called inside a transaction.
func (k *Keyring) Pair(ctx context.Context, owner string) (Pair, error) {
	return Pair{}, directory.ErrUnavailable
}

// PairTx is Pair inside the caller's transaction.
func (k *Keyring) PairTx(ctx context.Context, tx *store.Tx, owner string) (Pair, error) {
	return Pair{}, directory.ErrUnavailable
}

// Signer returns what signs requests as actor with owner's RSA key.
func (k *Keyring) Signer(ctx context.Context, owner, actor string) (federation.Signer, error) {
	return nil, directory.ErrUnavailable
}
