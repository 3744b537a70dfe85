package outbox

import (
	"bytes"
	"context"
	"strings"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/store"
)

// SyncPath is what follows an actor's id in the address where a peer reads which
// followers we believe to have there (FEP-8fcf).
const SyncPath = "/followers_synchronization"

// syncs are the Collection-Synchronization headers of one peer, by sender, for as
// long as its queue is served.
type syncs struct {
	origin string
	store  *store.Store
	known  map[string]string
}

// header is that of a delivery, "" when its sender has no follower there or does
// not speak to its followers: an answer to one actor says nothing of the others.
func (s *syncs) header(ctx context.Context, dv store.Delivery) string {
	actor, _, _ := strings.Cut(dv.KeyID, "#")
	if !bytes.Contains(dv.Body, []byte(`"`+actor+`/followers"`)) {
		return ""
	}
	if h, ok := s.known[actor]; ok {
		return h
	}
	h := ""
	ids, err := s.store.FollowerIDsAt(ctx, actor, s.origin)
	if err == nil && len(ids) > 0 { // without it nothing is compared this time
		h = federation.FollowerSync{Collection: actor + "/followers", URL: actor + SyncPath, Digest: federation.ActorsDigest(ids)}.String()
	}
	s.known[actor] = h
	return h
}
