package lexicon

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Entry is the words of one entry.
type Entry struct {
	// Num is the entry's number, 0 to 2³²−1; others are left out.
	Num int64
	// Words are folded, without spaces in them, joined by one space.
	Words string
}

// Lexicon is the index. Any number of goroutines may read while one writes.
type Lexicon struct {
	mu      sync.Mutex // one Apply at a time
	current atomic.Pointer[[]*segment]
}

// How segments grow together: the last two become one when the last has at least a
// fourth as many postings as the one before, so that there are few and each posting
// is copied a few times only. One of which a fourth of the entries is gone is made
// anew.
const (
	mergeRatio = 4
	goneRatio  = 4
)

// New returns an index without entries.
func New() *Lexicon {
	l := &Lexicon{}
	l.current.Store(&[]*segment{})
	return l
}

// Apply puts entries in, each in place of the one that has its number, and takes
// numbers out; of several with one number the last counts, and a number of both is
// put in. Readers never wait.
func (l *Lexicon) Apply(entries []Entry, gone []int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entries = tidy(entries)
	removed := append([]int64(nil), gone...)
	for _, e := range entries {
		removed = append(removed, e.Num)
	}
	var next []*segment
	for _, s := range *l.current.Load() {
		if s = s.without(removed); s.entries() > 0 {
			next = append(next, s)
		}
	}
	if len(entries) > 0 {
		next = append(next, build(entries))
	}
	next = grownTogether(next)
	l.current.Store(&next)
}

// grownTogether merges what is due, see mergeRatio.
func grownTogether(all []*segment) []*segment {
	for n := len(all); n > 1 && all[n-1].postings*mergeRatio >= all[n-2].postings; n = len(all) {
		all = append(all[:n-2:n-2], merge(all[n-2:]))
	}
	for i, s := range all {
		if s.gone.Len()*goneRatio > s.nums.Len() {
			all[i] = merge([]*segment{s})
		}
	}
	return all
}

// tidy sorts entries by number, the last of each.
func tidy(entries []Entry) []Entry {
	out := slices.Clone(entries)
	out = slices.DeleteFunc(out, func(e Entry) bool { return e.Num < 0 || e.Num > 1<<32-1 })
	slices.SortStableFunc(out, func(a, b Entry) int { return cmp.Compare(a.Num, b.Num) })
	last := out[:0]
	for i, e := range out {
		if i+1 == len(out) || out[i+1].Num != e.Num {
			last = append(last, e)
		}
	}
	return last
}

// Len is the number of entries.
func (l *Lexicon) Len() int {
	n := 0
	for _, s := range *l.current.Load() {
		n += s.entries()
	}
	return n
}

// First returns the lowest numbers above after of the entries that have every word,
// the last of them as a prefix, in order, at most limit. No words find nothing.
func (l *Lexicon) First(words []string, after int64, limit int) []int64 {
	var out []int64
	parts := 0
	for _, s := range *l.current.Load() {
		n := 0
		before := len(out)
		s.find(words, after, limit, func(num uint32) bool {
			out = append(out, int64(num))
			n++
			return n < limit
		})
		if len(out) > before {
			parts++
		}
	}
	if parts > 1 { // each is in order, and no number is in two
		slices.Sort(out)
	}
	return out[:min(len(out), max(limit, 0))]
}

// Set is the numbers of all entries that have every word, the last of them as a
// prefix.
func (l *Lexicon) Set(words []string) *directory.NumSet {
	out := directory.NewNumSet()
	for _, s := range *l.current.Load() {
		s.find(words, -1, noLimit, func(num uint32) bool {
			out.Add(int64(num))
			return true
		})
	}
	return out
}

// noLimit is the limit of find when all are wanted.
const noLimit = 1 << 40

// Builder makes an index of many entries that come in order of their number.
type Builder struct {
	waiting  []Entry
	segments []*segment
}

// builderEntries is how many entries are indexed at a time: their words are in
// memory as text until then.
const builderEntries = 1 << 15

// Add takes an entry, of a higher number than those before.
func (b *Builder) Add(e Entry) {
	b.waiting = append(b.waiting, e)
	if len(b.waiting) == builderEntries {
		b.flush()
	}
}

func (b *Builder) flush() {
	if entries := tidy(b.waiting); len(entries) > 0 {
		b.segments = append(b.segments, build(entries))
	}
	b.waiting = b.waiting[:0]
}

// Lexicon is the index of what was added.
func (b *Builder) Lexicon() *Lexicon {
	b.flush()
	l := New()
	if len(b.segments) > 0 {
		l.current.Store(&[]*segment{merge(b.segments)})
	}
	b.segments = nil
	return l
}
