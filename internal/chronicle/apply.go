package chronicle

import "codeberg.org/bocage/bocage/internal/directory"

// maxPending is how many changes stand beside the base before a new one is made.
const maxPending = 16 << 10

// snapshot is what readers see: base without the dead, and plus.
type snapshot struct {
	base, plus *table
	dead       dead
	nDead      int
	revision   uint64
}

// New indexes the intervals; a later one replaces an earlier one of the same
// Num. Numbers are 0 to 2³²−1, others are left out.
func New(intervals []Interval) *Chronicle {
	c := &Chronicle{}
	base := newTable(latest(intervals))
	c.position = positions(base)
	c.current.Store(&snapshot{base: base, plus: newTable(nil), revision: 1})
	return c
}

// NamedBy makes the index ask names for what intervals that have no Name are called,
// so that who has the names of all entries anyway does not keep them twice. It is
// called before the index is shared, and returns the index.
func (c *Chronicle) NamedBy(names func(num int64) string) *Chronicle {
	c.names = names
	return c
}

func positions(t *table) directory.NumIndex {
	var x directory.NumIndex
	for i, num := range t.num {
		x.Set(int64(num), i)
	}
	return x
}

// latest returns the last interval of each number.
func latest(vs []Interval) []Interval {
	var last directory.NumIndex
	for i := range vs {
		last.Set(vs[i].Num, i)
	}
	out := make([]Interval, 0, len(vs))
	for i := range vs {
		if at, ok := last.Get(vs[i].Num); ok && at == i {
			out = append(out, vs[i].tidy())
		}
	}
	return out
}

// Apply adds or replaces intervals (by Num) and removes those of gone. What is
// in both is added. Concurrent calls wait for one another; readers never wait.
func (c *Chronicle) Apply(up []Interval, gone []int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := *c.current.Load()
	added := latest(up)
	removed := append([]int64(nil), gone...)
	for i := range up {
		removed = append(removed, up[i].Num)
	}
	if !c.remove(&s, removed) && len(added) == 0 {
		return
	}
	s.plus = merge(s.plus, nil, newTable(added))
	s.revision++
	if len(s.plus.from)+s.nDead > maxPending {
		s.base = merge(s.base, s.dead, s.plus)
		s.plus, s.dead, s.nDead = newTable(nil), nil, 0
		c.position = positions(s.base)
	}
	c.current.Store(&s)
}

// remove takes the numbers out of the snapshot and says whether any was there.
func (c *Chronicle) remove(s *snapshot, nums []int64) bool {
	before := s.nDead
	copied := false
	out := directory.NewNumSet(nums...)
	for _, num := range nums {
		i, ok := c.position.Get(num)
		if !ok {
			continue
		}
		if !copied {
			s.dead = append(make(dead, 0, len(s.base.from)/64+1), s.dead...)[:len(s.base.from)/64+1]
			copied = true
		}
		s.dead[i>>6] |= 1 << (i & 63)
		s.nDead++
		c.position.Drop(num)
	}
	dropped := make(dead, len(s.plus.from)/64+1)
	some := false
	for i, num := range s.plus.num {
		if out.Has(int64(num)) {
			dropped[i>>6] |= 1 << (i & 63)
			some = true
		}
	}
	if some {
		s.plus = merge(s.plus, dropped, newTable(nil))
	}
	return some || s.nDead > before
}
