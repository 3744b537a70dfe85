package view

import (
	"sync"

	"codeberg.org/bocage/bocage/internal/directory"
)

const (
	// maxSets bounds the sets that are kept; a page asks for the same ones with
	// each of its tiles.
	maxSets = 64
	// maxNoted is how many changed numbers are remembered; a set that is behind by
	// more is made anew.
	maxNoted = 4096
)

// sets keeps the numbers of resolved selections and renews them by what changed
// since, so that a change costs what it changed and not all that was known.
type sets struct {
	mu   sync.Mutex
	kept map[string]*keptSet
	// noted are the changed numbers, first the place of the first of them among
	// all that ever were.
	noted []int64
	first int
}

type keptSet struct {
	mu  sync.Mutex // while it is made
	set *directory.NumSet
	at  int // how many changes it knows
}

func newSets() *sets { return &sets{kept: map[string]*keptSet{}} }

// note remembers that entries changed, after the indexes have it.
func (s *sets) note(nums []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noted = append(s.noted, nums...)
	if drop := len(s.noted) - maxNoted; drop > 0 {
		s.noted = append([]int64(nil), s.noted[drop:]...)
		s.first += drop
	}
}

// now is how many changes there were. Who makes a set out of others asks before.
func (s *sets) now() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.first + len(s.noted)
}

// since lists what changed between two moments; false when that is forgotten.
func (s *sets) since(from, to int) ([]int64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if from < s.first {
		return nil, false
	}
	if to <= from {
		return nil, true
	}
	return append([]int64(nil), s.noted[from-s.first:to-s.first]...), true
}

// get returns the set of a key as it was at a moment, or later: it is made once,
// and renewed by the numbers that changed.
func (s *sets) get(key string, now int, make func() (*directory.NumSet, error),
	renew func(*directory.NumSet, []int64) (*directory.NumSet, error)) (*directory.NumSet, error) {
	s.mu.Lock()
	k := s.kept[key]
	if k == nil {
		if len(s.kept) >= maxSets {
			clear(s.kept)
		}
		k = &keptSet{}
		s.kept[key] = k
	}
	s.mu.Unlock()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.set != nil && k.at >= now {
		return k.set, nil
	}
	var set *directory.NumSet
	var err error
	if changed, known := s.since(k.at, now); k.set == nil || !known {
		set, err = make()
	} else {
		set, err = renew(k.set, changed)
	}
	if err != nil {
		return nil, err
	}
	if k.set == nil || !k.set.Equal(set) { // who keeps something for a set finds it again
		k.set = set
	}
	k.at = now
	return k.set, nil
}
