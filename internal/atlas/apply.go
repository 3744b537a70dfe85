package atlas

import (
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
)

// maxPending is how many changes stand beside the base before a new base is
// made: 16 Ki, from the measured cost of reading with and of making one.
const maxPending = 16 << 10

// writer is what only Apply needs.
type writer struct {
	// basePos says where a number is in base, plusCode at which code in plus.
	basePos  directory.NumIndex
	plusCode map[uint32]uint64
}

func positions(c *columns) directory.NumIndex {
	var p directory.NumIndex
	for i, num := range c.num {
		p.Set(int64(num), i)
	}
	return p
}

// New indexes the points; those that Point's comments call refused are left
// out, and of several with one number the last counts.
func New(points []Point) *Atlas {
	a := &Atlas{}
	base := columnsOf(latest(points))
	a.writer = writer{basePos: positions(base), plusCode: map[uint32]uint64{}}
	a.current.Store(&snapshot{base: base, plus: columnsOf(nil), minus: columnsOf(nil), revision: 1})
	return a
}

// latest returns the acceptable points, the last of each number.
func latest(points []Point) []*Point {
	var last directory.NumIndex
	for i := range points {
		if points[i].acceptable() {
			last.Set(points[i].Num, i)
		}
	}
	out := make([]*Point, 0, len(points))
	for i := range points {
		if !points[i].acceptable() {
			continue
		}
		if at, _ := last.Get(points[i].Num); at == i {
			out = append(out, &points[i])
		}
	}
	return out
}

// Apply adds or replaces points (by Num) and removes those of gone. What is in
// both is added. A point that is refused removes what had its number, since
// the entry is no longer where it was. Concurrent calls wait for one another;
// readers never wait.
func (a *Atlas) Apply(up []Point, gone []int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.current.Load()
	added := latest(up)
	removed := make([]uint32, 0, len(up)+len(gone))
	for i := range up {
		removed = appendNum(removed, up[i].Num)
	}
	for _, num := range gone {
		removed = appendNum(removed, num)
	}
	next, changed := a.remove(s, removed)
	if !changed && len(added) == 0 {
		return
	}
	batch := columnsOf(added)
	for i, num := range batch.num {
		a.writer.plusCode[num] = batch.code[i]
	}
	next.plus = merge(next.plus, nil, batch)
	next.revision = s.revision + 1
	if next.plus.len()+next.minus.len() > maxPending {
		next = a.rebase(next)
	}
	a.current.Store(&next)
}

func appendNum(nums []uint32, num int64) []uint32 {
	if num < 0 || num > 1<<32-1 {
		return nums
	}
	return append(nums, uint32(num))
}

// remove returns the snapshot without the numbers, and whether any was there.
func (a *Atlas) remove(s *snapshot, nums []uint32) (next snapshot, changed bool) {
	next = *s
	var dropped bitmap
	var newlyDead []int
	for _, num := range nums {
		if code, ok := a.writer.plusCode[num]; ok {
			if dropped == nil {
				dropped = make(bitmap, s.plus.len()/64+1)
			}
			dropped.set(s.plus.find(code, num, 0))
			delete(a.writer.plusCode, num)
		}
		if pos, ok := a.writer.basePos.Get(int64(num)); ok {
			newlyDead = append(newlyDead, pos)
			a.writer.basePos.Drop(int64(num))
		}
	}
	if dropped != nil {
		next.plus = merge(s.plus, dropped, columnsOf(nil))
	}
	if len(newlyDead) > 0 {
		next.bury(newlyDead)
	}
	return next, dropped != nil || len(newlyDead) > 0
}

// bury moves positions of base to minus.
func (s *snapshot) bury(positions []int) {
	slices.Sort(positions)
	dead := make(bitmap, s.base.len()/64+1)
	copy(dead, s.dead)
	batch := newColumns(len(positions))
	for _, i := range positions {
		dead.set(i)
		batch.appendRange(s.base, i, i+1)
	}
	s.dead = dead
	s.minus = merge(s.minus, nil, batch)
}

// rebase makes one new base of the three parts.
func (a *Atlas) rebase(s snapshot) snapshot {
	base := merge(s.base, s.dead, s.plus)
	a.writer = writer{basePos: positions(base), plusCode: map[uint32]uint64{}}
	return snapshot{base: base, plus: columnsOf(nil), minus: columnsOf(nil), revision: s.revision}
}
