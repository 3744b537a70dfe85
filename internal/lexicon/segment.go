package lexicon

import (
	"bytes"
	"encoding/binary"
	"slices"
	"sort"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
)

// segment is the index of some entries. It does not change once made; without makes
// another that shares all but what is gone.
type segment struct {
	// text has the terms, sorted by their bytes, one after the other; textEnd is where
	// each ends.
	text    []byte
	textEnd []uint32
	// posts has the numbers of each term, postEnd where they end, count how many they
	// are. A list of more than blockPostings begins with its skips, 8 bytes for each
	// block but the first: the last number before the block and where the block begins
	// behind the skips. Then come the numbers in order, each as the varint of what it is
	// more than the one before.
	posts    []byte
	postEnd  []uint32
	count    []uint32
	postings int
	// nums are the entries that it was made of, gone those of them that are not any
	// more; gone is never nil.
	nums, gone *directory.NumSet
}

const (
	blockPostings = 128
	skipBytes     = 8
)

func (s *segment) entries() int { return s.nums.Len() - s.gone.Len() }

func start(ends []uint32, i int) uint32 {
	if i == 0 {
		return 0
	}
	return ends[i-1]
}

func (s *segment) term(i int) []byte { return s.text[start(s.textEnd, i):s.textEnd[i]] }

// first is the first term that is not before a word.
func (s *segment) first(word string) int {
	return sort.Search(len(s.textEnd), func(i int) bool { return string(s.term(i)) >= word })
}

// exact is the term of a word.
func (s *segment) exact(word string) (int, bool) {
	i := s.first(word)
	return i, i < len(s.textEnd) && string(s.term(i)) == word
}

// prefixed are the terms [i, j) that begin with a word.
func (s *segment) prefixed(word string) (i, j int) {
	i = s.first(word)
	p := []byte(word)
	return i, i + sort.Search(len(s.textEnd)-i, func(k int) bool { return !bytes.HasPrefix(s.term(i+k), p) })
}

// without is the segment without some numbers.
func (s *segment) without(nums []int64) *segment {
	var gone *directory.NumSet
	for _, n := range nums {
		if s.nums.Has(n) && !s.gone.Has(n) {
			if gone == nil {
				gone = s.gone.Clone()
			}
			gone.Add(n)
		}
	}
	if gone == nil {
		return s
	}
	t := *s
	t.gone = gone
	return &t
}

// add appends a term, which is after those before, and its numbers, in order.
func (s *segment) add(term []byte, nums []uint32) {
	s.text = append(s.text, term...)
	s.textEnd = append(s.textEnd, uint32(len(s.text)))
	s.count = append(s.count, uint32(len(nums)))
	s.postings += len(nums)
	skips := len(s.posts)
	s.posts = append(s.posts, make([]byte, skipBytes*skipsOf(len(nums)))...)
	begin := len(s.posts)
	last := uint32(0)
	for i, n := range nums {
		if i > 0 && i%blockPostings == 0 {
			binary.LittleEndian.PutUint32(s.posts[skips:], last)
			binary.LittleEndian.PutUint32(s.posts[skips+4:], uint32(len(s.posts)-begin))
			skips += skipBytes
		}
		s.posts = binary.AppendUvarint(s.posts, uint64(n-last))
		last = n
	}
	s.postEnd = append(s.postEnd, uint32(len(s.posts)))
}

// skipsOf is how many skips a list of n numbers has.
func skipsOf(n int) int { return max(0, (n-1)/blockPostings) }

// copyTerm appends a term of another segment with all its numbers.
func (s *segment) copyTerm(o *segment, i int) {
	s.text = append(s.text, o.term(i)...)
	s.textEnd = append(s.textEnd, uint32(len(s.text)))
	s.posts = append(s.posts, o.posts[start(o.postEnd, i):o.postEnd[i]]...)
	s.postEnd = append(s.postEnd, uint32(len(s.posts)))
	s.count = append(s.count, o.count[i])
	s.postings += int(o.count[i])
}

// trim gives back what the slices have too much.
func (s *segment) trim() *segment {
	s.text, s.posts = slices.Clip(bytes.Clone(s.text)), slices.Clip(bytes.Clone(s.posts))
	s.textEnd, s.postEnd, s.count = slices.Clone(s.textEnd), slices.Clone(s.postEnd), slices.Clone(s.count)
	return s
}

// build indexes entries that tidy made.
func build(entries []Entry) *segment {
	ids := map[string]uint32{}
	var names []string
	var counts, seen []uint32 // by id: how many entries, and the last of them, from 1
	var words, ends []uint32  // the ids of each entry
	s := &segment{nums: directory.NewNumSet(), gone: directory.NewNumSet()}
	for i, e := range entries {
		s.nums.Add(e.Num)
		for w := range strings.SplitSeq(e.Words, " ") {
			if w == "" {
				continue
			}
			id, ok := ids[w]
			if !ok {
				id = uint32(len(names))
				ids[w] = id
				names, counts, seen = append(names, w), append(counts, 0), append(seen, 0)
			}
			if seen[id] != uint32(i+1) {
				seen[id] = uint32(i + 1)
				counts[id]++
				words = append(words, id)
			}
		}
		ends = append(ends, uint32(len(words)))
	}
	order := make([]uint32, len(names))
	begin := make([]uint32, len(names)+1)
	for id, n := range counts {
		order[id] = uint32(id)
		begin[id+1] = begin[id] + n
	}
	nums, at := make([]uint32, len(words)), slices.Clone(begin)
	for i, e := range entries {
		for _, id := range words[start(ends, i):ends[i]] {
			nums[at[id]] = uint32(e.Num)
			at[id]++
		}
	}
	slices.SortFunc(order, func(a, b uint32) int { return strings.Compare(names[a], names[b]) })
	for _, id := range order {
		s.add([]byte(names[id]), nums[begin[id]:begin[id+1]])
	}
	return s.trim()
}
