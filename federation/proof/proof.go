// Package proof canonicalises JSON (RFC 8785), hashes documents and codes
// public keys as Multikey (FEP-521a), for catalogues and integrity proofs
// (FEP-8b32). It does no I/O.
package proof

import (
	"crypto/ed25519"
	"errors"
)

// ErrMalformed is returned for input that has no canonical form or is no key.
var ErrMalformed = errors.New("malformed")

// JCS returns the canonical form of raw (RFC 8785).
func JCS(raw []byte) ([]byte, error) { return nil, ErrMalformed }

// Hash returns "sha256-" and the base64url SHA-256 of the canonical form of
// the document without its "proof", "" for malformed input.
func Hash(raw []byte) string { return "" }

// EncodeMultikey writes an Ed25519 key as base58btc Multikey, "z6Mk…".
func EncodeMultikey(pub ed25519.PublicKey) string { return "" }

// DecodeMultikey reads what EncodeMultikey writes.
func DecodeMultikey(s string) (ed25519.PublicKey, error) { return nil, ErrMalformed }
