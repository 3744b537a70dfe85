package inbox

import "sync"

// maxSeen bounds how many ids a seen holds: those of a few minutes of a busy server.
const maxSeen = 1 << 14

// seen remembers ids of activities that are kept, so that the copies that others send
// within minutes cost nothing. It may have forgotten one, and another process may
// have kept it: the table decides. The zero value is ready; concurrent use is safe.
type seen struct {
	mu         sync.Mutex
	young, old map[string]struct{}
}

func (s *seen) has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.young[id]; ok {
		return true
	}
	_, ok := s.old[id]
	return ok
}

func (s *seen) add(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.young == nil || len(s.young) >= maxSeen/2 {
		s.young, s.old = make(map[string]struct{}), s.young
	}
	s.young[id] = struct{}{}
}
