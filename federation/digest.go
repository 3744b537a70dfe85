package federation

import (
	"crypto/sha256"
	"encoding/hex"
)

// DigestAlgo names the algorithm of Digest.
const DigestAlgo = "xor-sha256-v1"

// Digest is the fingerprint of a set of documents in 256 buckets: two instances
// that hold the same documents have the same buckets. It shows drift, not
// attack. The zero value is that of the empty set.
type Digest [256][sha256.Size]byte

// Add puts one document into its bucket; a second time takes it out.
func (d *Digest) Add(id, hash string) {
	first := sha256.Sum256([]byte(id))
	sum := sha256.Sum256([]byte(id + "\x00" + hash))
	b := &d[first[0]]
	for i := range b {
		b[i] ^= sum[i]
	}
}

// Buckets are the buckets by their names, as on the wire.
func (d *Digest) Buckets() map[string]string {
	m := make(map[string]string, len(d))
	for i, sum := range d {
		m[hex.EncodeToString([]byte{byte(i)})] = hex.EncodeToString(sum[:])
	}
	return m
}

// DigestBucket is the name of the bucket of an id: the first byte of its
// SHA-256 in hexadecimal.
func DigestBucket(id string) string { return hex.EncodeToString([]byte{DigestIndex(id)}) }

// DigestIndex is the number of the bucket of an id.
func DigestIndex(id string) byte {
	sum := sha256.Sum256([]byte(id))
	return sum[0]
}
