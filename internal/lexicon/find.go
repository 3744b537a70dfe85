package lexicon

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"
)

// cursor reads the numbers of a term in order.
type cursor struct {
	num uint32 // the last number that was read
	// at is where the next number is in posts, first where the numbers begin, behind
	// the skips.
	at, first uint32
	// read is how many were read, of count.
	read, count uint32
}

// cursor is one before the first number of a term.
func (s *segment) cursor(term int) cursor {
	n := s.count[term]
	at := start(s.postEnd, term) + uint32(skipBytes*skipsOf(int(n)))
	return cursor{at: at, first: at, count: n}
}

// next reads a number; false when there is no more.
func (c *cursor) next(posts []byte) bool {
	if c.read == c.count {
		return false
	}
	c.read++
	b := posts[c.at]
	if b < 0x80 {
		c.at++
		c.num += uint32(b)
		return true
	}
	v, n := binary.Uvarint(posts[c.at:])
	c.at += uint32(n)
	c.num += uint32(v)
	return true
}

// seek reads on to the first number that is not below num, and does not go back:
// when the one that was read last is such, it stays. False when there is none.
func (c *cursor) seek(posts []byte, num uint32) bool {
	if c.read > 0 && c.num >= num {
		return true
	}
	if c.count > blockPostings && c.count-c.read > blockPostings {
		c.skip(posts, num)
	}
	for c.next(posts) {
		if c.num >= num {
			return true
		}
	}
	return false
}

// skip goes to the begin of the last block of which all before is below num.
func (c *cursor) skip(posts []byte, num uint32) {
	n := skipsOf(int(c.count))
	table := posts[c.first-uint32(n*skipBytes) : c.first]
	last := func(k int) uint32 { return binary.LittleEndian.Uint32(table[k*skipBytes:]) }
	// Block k+1 begins after last(k). The search gallops from the block that is read.
	lo := int(c.read) / blockPostings
	hi, step := lo, 1
	for hi < n && last(hi) < num {
		lo = hi + 1
		hi += step
		step *= 2
	}
	for hi = min(hi, n); lo < hi; {
		if mid := int(uint(lo+hi) / 2); last(mid) < num {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if block := uint32(lo); block*blockPostings > c.read {
		c.num = last(lo - 1)
		c.at = c.first + binary.LittleEndian.Uint32(table[(lo-1)*skipBytes+4:])
		c.read = block * blockPostings
	}
}

// search is one question to one segment. The numbers of a prefix are gathered in
// a window of bits that moves on over the numbers, so that few results need a look
// at few numbers only.
type search struct {
	s *segment
	// words are the whole words, the rarest first; prefix are those that begin with the
	// last word, when they are several.
	words, prefix []cursor
	window        []uint64
}

var searches = sync.Pool{New: func() any { return new(search) }}

// Windows begin small, for the first few results, and grow.
const (
	firstWindow = 1 << 12
	mostWindow  = 1 << 18
)

// find calls fn with the numbers above after of the entries that have every word,
// the last of them as a prefix, in order, until it returns false. limit is how many
// will do.
func (s *segment) find(words []string, after int64, limit int, fn func(num uint32) bool) {
	if len(words) == 0 || after >= 1<<32-1 || limit <= 0 {
		return
	}
	q := searches.Get().(*search)
	defer searches.Put(q)
	q.s, q.words, q.prefix = s, q.words[:0], q.prefix[:0]
	if !q.open(words) {
		return
	}
	from := uint32(max(after+1, 0))
	alive := func(num uint32) bool { return s.gone.Has(int64(num)) || fn(num) }
	if len(q.prefix) == 0 {
		for num := q.next(uint64(from)); num <= 1<<32-1 && alive(uint32(num)); {
			num = q.next(num + 1)
		}
		return
	}
	size := uint64(firstWindow)
	if limit == noLimit {
		size = mostWindow
	}
	q.windows(uint64(from), size, alive)
}

// open finds the terms; false when one is nowhere.
func (q *search) open(words []string) bool {
	last := len(words) - 1
	for _, w := range words[:last] {
		i, ok := q.s.exact(w)
		if !ok {
			return false
		}
		q.words = append(q.words, q.s.cursor(i))
	}
	switch i, j := q.s.prefixed(words[last]); {
	case i == j:
		return false
	case j == i+1:
		q.words = append(q.words, q.s.cursor(i))
	default:
		for ; i < j; i++ {
			q.prefix = append(q.prefix, q.s.cursor(i))
		}
	}
	slices.SortFunc(q.words, func(a, b cursor) int { return cmp.Compare(a.count, b.count) })
	return true
}

// both is the first number from num on that all whole words have.
func (q *search) both(num uint32) (uint32, bool) {
	posts := q.s.posts
	for i := 0; i < len(q.words); {
		c := &q.words[i]
		if !c.seek(posts, num) {
			return 0, false
		}
		if c.num > num { // those before have to follow
			num = c.num
			if i > 0 {
				i = 0
				continue
			}
		}
		i++
	}
	return num, true
}

// windows goes through the numbers from a place on.
func (q *search) windows(from, size uint64, fn func(num uint32) bool) {
	for from <= 1<<32-1 {
		// Nothing before the next number of the whole words is needed.
		var candidate uint64
		if len(q.words) == 0 {
			candidate = q.nextPrefixed(uint32(from))
		} else {
			candidate = q.next(from)
		}
		if candidate > 1<<32-1 {
			return
		}
		base := candidate &^ 63
		q.fill(base, size)
		if len(q.words) == 0 && !q.eachBit(uint32(base), uint32(candidate-base), fn) ||
			len(q.words) > 0 && !q.eachCandidate(base, candidate, fn) {
			return
		}
		from = base + size
		size = min(2*size, mostWindow)
	}
}

// next is both, above all numbers when there is none.
func (q *search) next(from uint64) uint64 {
	if from > 1<<32-1 {
		return from
	}
	if num, ok := q.both(uint32(from)); ok {
		return uint64(num)
	}
	return 1 << 32
}

// eachCandidate calls fn with the numbers of the window that the whole words have too.
func (q *search) eachCandidate(base, candidate uint64, fn func(num uint32) bool) bool {
	for end := base + uint64(len(q.window))*64; candidate < end && candidate <= 1<<32-1; candidate = q.next(candidate + 1) {
		if at := candidate - base; q.window[at>>6]>>(at&63)&1 == 1 && !fn(uint32(candidate)) {
			return false
		}
	}
	return true
}

// nextPrefixed is the first number from num on that any term of the prefix has; above
// all numbers when there is none. What has no more is left out from then on.
func (q *search) nextPrefixed(num uint32) uint64 {
	least := uint64(1) << 32
	kept := q.prefix[:0]
	for _, c := range q.prefix {
		if c.seek(q.s.posts, num) {
			least = min(least, uint64(c.num))
			kept = append(kept, c)
		}
	}
	q.prefix = kept
	return least
}

// fill sets the bits of the numbers of the prefix in [base, base+size).
func (q *search) fill(base, size uint64) {
	if n := int(size / 64); cap(q.window) < n {
		q.window = make([]uint64, n)
	} else {
		q.window = q.window[:n]
		clear(q.window)
	}
	posts := q.s.posts
	for i := range q.prefix {
		c := &q.prefix[i]
		for ok := c.seek(posts, uint32(base)); ok && uint64(c.num) < base+size; ok = c.next(posts) {
			at := uint64(c.num) - base
			q.window[at>>6] |= 1 << (at & 63)
		}
	}
}

// eachBit calls fn with the numbers of the window from an offset on.
func (q *search) eachBit(base, from uint32, fn func(num uint32) bool) bool {
	for w := int(from >> 6); w < len(q.window); w++ {
		for word := q.window[w]; word != 0; word &= word - 1 {
			if at := uint32(w<<6 + bits.TrailingZeros64(word)); at >= from && !fn(base+at) {
				return false
			}
		}
	}
	return true
}
