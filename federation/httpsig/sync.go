package httpsig

import (
	"net/http"
	"strings"
)

// SyncHeader is the header that says which followers the sender believes to have
// at the receiver (FEP-8fcf). It is signed wherever it is set, since who could
// change it could make servers forget follows.
const SyncHeader = "Collection-Synchronization"

func (s *Signature) coverSync(req *http.Request) {
	if name := strings.ToLower(SyncHeader); req.Header.Get(SyncHeader) != "" && !s.covers(name) {
		s.Covered = append(s.Covered, name)
	}
}

// Covers reports whether a header is signed.
func (s *Signature) Covers(header string) bool { return s.covers(strings.ToLower(header)) }
