package directory

import "math/bits"

// NumSet is a set of entry numbers (Entry.Num), one bit per number, as the
// answer of a search that the indexes in memory then filter by. A nil set
// stands for every number. It is safe for concurrent reads once filled.
type NumSet struct {
	words []uint64
	count int
}

// maxSetNum bounds the memory of a set: 512 MiB of bits at worst.
const maxSetNum = 1<<32 - 1

// NewNumSet returns the set of the given numbers. Numbers below 0 or above
// 2³²−1 are no entry's and are left out.
func NewNumSet(nums ...int64) *NumSet {
	s := &NumSet{}
	top := int64(-1)
	for _, n := range nums {
		if n <= maxSetNum {
			top = max(top, n)
		}
	}
	if top >= 0 {
		s.words = make([]uint64, top>>6+1)
	}
	for _, n := range nums {
		s.Add(n)
	}
	return s
}

// Add puts num into the set; out of range numbers are left out.
func (s *NumSet) Add(num int64) {
	if num < 0 || num > maxSetNum {
		return
	}
	w := int(num >> 6)
	if w >= len(s.words) {
		grown := make([]uint64, max(w+1, min(2*len(s.words), maxSetNum>>6+1)))
		copy(grown, s.words)
		s.words = grown
	}
	bit := uint64(1) << (num & 63)
	if s.words[w]&bit == 0 {
		s.words[w] |= bit
		s.count++
	}
}

// Remove takes num out.
func (s *NumSet) Remove(num int64) {
	w := uint64(num) >> 6
	if num < 0 || w >= uint64(len(s.words)) {
		return
	}
	if bit := uint64(1) << (num & 63); s.words[w]&bit != 0 {
		s.words[w] &^= bit
		s.count--
	}
}

// Clone is a set of the same numbers that shares nothing with s.
func (s *NumSet) Clone() *NumSet {
	if s == nil {
		return nil
	}
	return &NumSet{words: append([]uint64(nil), s.words...), count: s.count}
}

// And is the set of the numbers that are in both; nil has every number.
func (s *NumSet) And(t *NumSet) *NumSet {
	if s == nil || t == nil {
		if s == nil {
			s = t
		}
		return s
	}
	out := &NumSet{words: make([]uint64, min(len(s.words), len(t.words)))}
	for i := range out.words {
		out.words[i] = s.words[i] & t.words[i]
		out.count += bits.OnesCount64(out.words[i])
	}
	return out
}

// Has reports whether num is in the set; a nil set has every number.
func (s *NumSet) Has(num int64) bool {
	if s == nil {
		return true
	}
	w := uint64(num) >> 6
	return w < uint64(len(s.words)) && s.words[w]>>(uint64(num)&63)&1 == 1
}

// Word is the bits of the numbers from 64·w on, all of them for a nil set.
func (s *NumSet) Word(w int64) uint64 {
	if s == nil {
		return 1<<64 - 1
	}
	if w < 0 || w >= int64(len(s.words)) {
		return 0
	}
	return s.words[w]
}

// Equal reports whether two sets have the same numbers.
func (s *NumSet) Equal(t *NumSet) bool {
	if s == nil || t == nil || s.count != t.count {
		return s == nil && t == nil
	}
	for w := range max(len(s.words), len(t.words)) {
		if s.Word(int64(w)) != t.Word(int64(w)) {
			return false
		}
	}
	return true
}

// Len is how many numbers the set has; 0 for nil, which has no size.
func (s *NumSet) Len() int {
	if s == nil {
		return 0
	}
	return s.count
}

// After returns at most limit numbers above num, in ascending order.
func (s *NumSet) After(num int64, limit int) []int64 {
	if s == nil {
		return nil
	}
	var out []int64
	num = max(num+1, 0)
	for w := int(num >> 6); w < len(s.words) && len(out) < limit; w++ {
		word := s.words[w]
		if int64(w)<<6 < num {
			word &^= 1<<(num&63) - 1
		}
		for ; word != 0 && len(out) < limit; word &= word - 1 {
			out = append(out, int64(w)<<6+int64(bits.TrailingZeros64(word)))
		}
	}
	return out
}

// Nums returns the numbers in ascending order.
func (s *NumSet) Nums() []int64 {
	if s == nil {
		return nil
	}
	out := make([]int64, 0, s.count)
	for w, word := range s.words {
		for ; word != 0; word &= word - 1 {
			out = append(out, int64(w)<<6+int64(bits.TrailingZeros64(word)))
		}
	}
	return out
}
