package federation

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// FollowerSync is the Collection-Synchronization header of a delivery (FEP-8fcf):
// which of the receiver's actors the sender believes to be its followers.
type FollowerSync struct {
	// Collection is the id of the sender's followers collection, URL where the
	// receiver's part of it is listed, to a signed GET of the receiver.
	Collection, URL string
	// Digest is ActorsDigest of that part.
	Digest string
}

// maxSyncHeader bounds the header, in bytes.
const maxSyncHeader = 4096

// String is the header's value.
func (s FollowerSync) String() string {
	return fmt.Sprintf(`collectionId="%s", url="%s", digest="%s"`, s.Collection, s.URL, s.Digest)
}

var syncField = regexp.MustCompile(`^\s*([A-Za-z]+)\s*=\s*"([^"\\]*)"\s*$`)

// ParseFollowerSync reads the header. The error wraps ErrMalformed. Whose the
// collection and the address are is the caller's to check.
func ParseFollowerSync(header string) (FollowerSync, error) {
	var s FollowerSync
	if len(header) > maxSyncHeader {
		return s, fmt.Errorf("%w: Collection-Synchronization of %d bytes", ErrMalformed, len(header))
	}
	for field := range strings.SplitSeq(header, ",") {
		m := syncField.FindStringSubmatch(field)
		if m == nil {
			return s, fmt.Errorf("%w: Collection-Synchronization field %.40q", ErrMalformed, field)
		}
		switch strings.ToLower(m[1]) {
		case "collectionid":
			s.Collection = m[2]
		case "url":
			s.URL = m[2]
		case "digest":
			s.Digest = strings.ToLower(m[2])
		}
	}
	if raw, err := hex.DecodeString(s.Digest); err != nil || len(raw) != sha256.Size || s.Collection == "" || s.URL == "" {
		return s, fmt.Errorf("%w: Collection-Synchronization needs collectionId, url and digest", ErrMalformed)
	}
	return s, nil
}

// ActorsDigest is the XOR of the SHA-256 of each id, in hexadecimal: the same for
// the same set in any order. No id may be there twice.
func ActorsDigest(ids []string) string {
	var x [sha256.Size]byte
	for _, id := range ids {
		sum := sha256.Sum256([]byte(id))
		for i := range x {
			x[i] ^= sum[i]
		}
	}
	return hex.EncodeToString(x[:])
}
