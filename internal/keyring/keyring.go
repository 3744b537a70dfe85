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
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// Instance is the owner of the instance actor's pair.
const Instance = "instance"

// rsaBits is the size that every fediverse server verifies.
const rsaBits = 2048

// Pair is the key pair of one owner.
type Pair struct {
	RSA     *rsa.PrivateKey
	Ed25519 ed25519.PrivateKey
	// Public signs too, for package vocab; its texts are the public halves.
	Public vocab.Keys
	// Since is when it was made; what was queued before may need another.
	Since time.Time
}

// Keyring makes, keeps and caches pairs. Concurrent use is safe.
type Keyring struct {
	// Clock may be set before use; nil = time.Now.
	Clock func() time.Time

	st     *store.Store
	seal   sealer
	random io.Reader
	flight singleflight.Group

	mu sync.Mutex
	// owners holds committed pairs only. A pair seen inside a transaction may
	// be rolled back, so it goes to parsed alone, which is keyed by content.
	owners map[string]cached
	parsed map[[sha256.Size]byte]Pair
}

// New returns a keyring over st. An empty secret keeps the private keys
// unsealed; a nil random is crypto/rand.Reader.
func New(st *store.Store, secret []byte, random io.Reader) *Keyring {
	if random == nil {
		random = rand.Reader
	}
	return &Keyring{
		st: st, seal: newSealer(secret), random: random,
		owners: make(map[string]cached), parsed: make(map[[sha256.Size]byte]Pair),
	}
}

// Pair returns the pair of owner, an organisation's ID or Instance, and makes
// it when there is none. It must not be called inside a transaction.
//
// Two processes that make the pair of one owner at once both get the one that
// was committed first. A pair sealed with another secret is ErrForbidden.
func (k *Keyring) Pair(ctx context.Context, owner string) (Pair, error) {
	p, err := k.pair(ctx, owner)
	if err != nil {
		return Pair{}, err
	}
	instance, err := k.pair(ctx, Instance)
	if err != nil {
		return Pair{}, err
	}
	return p.endorsedBy(instance), nil
}

// endorsedBy lets p's documents be signed with p, and vouched for by the instance.
func (p Pair) endorsedBy(instance Pair) Pair {
	p.Public = p.Public.Signing(p.Ed25519, instance.Ed25519)
	return p
}

func (k *Keyring) pair(ctx context.Context, owner string) (Pair, error) {
	if p, ok := k.remembered(owner); ok {
		return p, nil
	}
	v, err, _ := k.flight.Do(owner, func() (any, error) {
		return k.load(context.WithoutCancel(ctx), owner)
	})
	if err != nil {
		return Pair{}, fmt.Errorf("keys of %s: %w", owner, err)
	}
	return v.(Pair), nil
}

func (k *Keyring) load(ctx context.Context, owner string) (Pair, error) {
	row, err := k.st.Key(ctx, owner)
	if errors.Is(err, directory.ErrNotFound) {
		row, err = k.create(ctx, owner)
	}
	if err != nil {
		return Pair{}, err
	}
	p, err := k.open(row)
	if err != nil {
		return Pair{}, err
	}
	k.remember(owner, p)
	return p, nil
}

// create makes the pair before it opens the transaction: 56 ms of CPU.
func (k *Keyring) create(ctx context.Context, owner string) (store.Key, error) {
	row, err := k.generate(owner)
	if err != nil {
		return row, err
	}
	err = k.st.Write(ctx, func(tx *store.Tx) error {
		row, err = tx.PutKey(ctx, row)
		return err
	})
	return row, err
}

// PairTx is Pair inside the caller's transaction: a pair that it makes is
// there only if the transaction commits.
func (k *Keyring) PairTx(ctx context.Context, tx *store.Tx, owner string) (Pair, error) {
	p, err := k.pairTx(ctx, tx, owner)
	if err != nil {
		return Pair{}, err
	}
	instance, err := k.pairTx(ctx, tx, Instance)
	if err != nil {
		return Pair{}, err
	}
	return p.endorsedBy(instance), nil
}

func (k *Keyring) pairTx(ctx context.Context, tx *store.Tx, owner string) (Pair, error) {
	if p, ok := k.remembered(owner); ok {
		return p, nil
	}
	var p Pair
	row, err := tx.Key(ctx, owner)
	if errors.Is(err, directory.ErrNotFound) {
		if row, err = k.generate(owner); err == nil {
			row, err = tx.PutKey(ctx, row)
		}
	}
	if err == nil {
		p, err = k.open(row)
	}
	if err != nil {
		return Pair{}, fmt.Errorf("keys of %s: %w", owner, err)
	}
	return p, nil
}

// Signer returns what signs requests as actor with owner's RSA key.
func (k *Keyring) Signer(ctx context.Context, owner, actor string) (federation.Signer, error) {
	p, err := k.Pair(ctx, owner)
	if err != nil {
		return nil, err
	}
	return &httpsig.Signer{KeyID: vocab.KeyID(actor), Key: p.RSA}, nil
}

func (k *Keyring) generate(owner string) (store.Key, error) {
	row := store.Key{Owner: owner, Encrypted: k.seal.on()}
	rsaKey, err := rsa.GenerateKey(k.random, rsaBits)
	if err != nil {
		return row, fmt.Errorf("make RSA key: %w", err)
	}
	_, edKey, err := ed25519.GenerateKey(k.random)
	if err != nil {
		return row, fmt.Errorf("make Ed25519 key: %w", err)
	}
	if row.RSAPrivate, err = k.encode(owner, "rsa", rsaKey); err != nil {
		return row, err
	}
	row.Ed25519Private, err = k.encode(owner, "ed25519", edKey)
	return row, err
}

// open parses a row, once per content.
func (k *Keyring) open(row store.Key) (Pair, error) {
	sum := sha256.Sum256(append(append([]byte(row.Owner+"\x00"), row.RSAPrivate...), row.Ed25519Private...))
	k.mu.Lock()
	p, ok := k.parsed[sum]
	k.mu.Unlock()
	if !ok {
		var err error
		if p, err = k.parse(row); err != nil {
			return Pair{}, err
		}
		k.mu.Lock()
		k.parsed[sum] = p
		k.mu.Unlock()
	}
	p.Since = row.Created
	return p, nil
}

func (k *Keyring) parse(row store.Key) (p Pair, err error) {
	rsaKey, err := k.parsePart(row, row.RSAPrivate, "rsa")
	if err != nil {
		return p, err
	}
	edKey, err := k.parsePart(row, row.Ed25519Private, "ed25519")
	if err != nil {
		return p, err
	}
	var okRSA, okEd bool
	p.RSA, okRSA = rsaKey.(*rsa.PrivateKey)
	p.Ed25519, okEd = edKey.(ed25519.PrivateKey)
	if !okRSA || !okEd {
		return p, fmt.Errorf("stored keys are of types %T and %T: %w", rsaKey, edKey, directory.ErrInvalid)
	}
	p.Public.RSAPublicPEM, err = httpsig.EncodeKey(&p.RSA.PublicKey)
	p.Public.Ed25519Multibase = proof.EncodeMultikey(p.Ed25519.Public().(ed25519.PublicKey))
	return p, err
}

func (k *Keyring) parsePart(row store.Key, data []byte, name string) (any, error) {
	if row.Encrypted {
		var err error
		if data, err = k.seal.open(data, row.Owner, name); err != nil {
			return nil, err
		}
	}
	key, err := x509.ParsePKCS8PrivateKey(data)
	if err != nil {
		return nil, fmt.Errorf("parse stored %s key: %w", name, err)
	}
	return key, nil
}
