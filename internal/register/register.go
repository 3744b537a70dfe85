package register

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// Tag is a free tag, as it is compared and as it is shown.
type Tag struct{ Folded, Shown string }

// Row is one entry, as anyone may see it.
type Row struct {
	// Num is the entry's number, from 0 to 2³²−1.
	Num int64
	// ID is the entry's UUID, Name its display name.
	ID, Name string
	// Origin is scheme://host of the entry's instance, "" for ours.
	Origin string
	// Kind is directory.Kind.Number; Themes has one bit per theme number.
	Kind   uint8
	Themes uint64
	// Placed says that it is on the map, Dated that it is on the timeline.
	Placed, Dated bool
	// Licence is an SPDX id, Department an INSEE code; "" = unknown.
	Licence, Department string
	Rules               bool
	// Confirmed is in Unix seconds; 0 = never.
	Confirmed int64
	// Languages are primary tags, Concepts the addresses that are claimed.
	Languages, Concepts []string
	Tags                []Tag
}

// Label is what lists and drawings need to know of an entry.
type Label struct {
	ID, Name, Origin string
	Kind             uint8
}

// Register is the columns. Any number of goroutines may read while one writes.
type Register struct {
	mu      sync.Mutex // one Apply at a time
	current atomic.Pointer[snapshot]
	words   words
}

// snapshot never changes; pages without entries are nil.
type snapshot struct {
	pages []*page
	live  int
}

// New returns the register of the rows.
func New(rows ...Row) *Register {
	g := &Register{words: newWords()}
	g.current.Store(&snapshot{})
	g.Apply(rows, nil)
	return g
}

// Apply puts rows in, each in place of the one that has its number, and takes
// numbers out. A number of both is put in.
func (g *Register) Apply(rows []Row, gone []int64) {
	if len(rows)+len(gone) == 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	changes := sorted(rows, gone)
	old := g.current.Load()
	next := &snapshot{pages: slices.Clone(old.pages), live: old.live}
	for len(changes) > 0 {
		k := int(changes[0].num >> pageBits)
		n := 1
		for n < len(changes) && int(changes[n].num>>pageBits) == k {
			n++
		}
		if k >= len(next.pages) {
			next.pages = append(next.pages, make([]*page, k+1-len(next.pages))...)
		}
		was := next.pages[k]
		next.pages[k] = was.with(&g.words, changes[:n])
		next.live += next.pages[k].count() - was.count()
		changes = changes[n:]
	}
	g.current.Store(next)
}

// change is one entry put in, or taken out when row is nil.
type change struct {
	num int64
	row *Row
}

// sorted is the changes by number, one for each: the last of those given.
func sorted(rows []Row, gone []int64) []change {
	out := make([]change, 0, len(rows)+len(gone))
	for _, n := range gone {
		out = append(out, change{num: n})
	}
	for i := range rows {
		out = append(out, change{num: rows[i].Num, row: &rows[i]})
	}
	out = slices.DeleteFunc(out, func(c change) bool { return c.num < 0 || c.num >= maxNum })
	slices.SortStableFunc(out, func(a, b change) int { return cmp.Compare(a.num, b.num) })
	last := out[:0]
	for i, c := range out {
		if i+1 == len(out) || out[i+1].num != c.num {
			last = append(last, c)
		}
	}
	return last
}

// Len is the number of entries.
func (g *Register) Len() int { return g.current.Load().live }

// Label is the label of an entry, false when it is not there.
func (g *Register) Label(num int64) (Label, bool) {
	p, i := g.current.Load().at(num)
	if p == nil {
		return Label{}, false
	}
	t := p.texts(i)
	l := Label{ID: p.idOf(i, t), Name: string(t.name()), Kind: p.kind[i], Origin: g.words.origins.word(uint32(p.origin[i]))}
	return l, true
}

// at is the page and the row of a live entry, nil when there is none.
func (s *snapshot) at(num int64) (*page, int) {
	k, i := num>>pageBits, int(num&(pageRows-1))
	if num < 0 || k >= int64(len(s.pages)) || s.pages[k] == nil || s.pages[k].state[i]&isLive == 0 {
		return nil, 0
	}
	return s.pages[k], i
}

// OriginNumber is the small number of an origin, the same as long as the
// register lives.
func (g *Register) OriginNumber(origin string) uint16 { return uint16(g.words.origins.number(origin)) }

// Origin is the origin of a number, "" for ours and for what is unknown.
func (g *Register) Origin(n uint16) string { return g.words.origins.word(uint32(n)) }

// Has reports whether an entry of that number is there.
func (g *Register) Has(num int64) bool {
	p, _ := g.current.Load().at(num)
	return p != nil
}

// maxNum bounds the numbers, as directory.NumSet does.
const maxNum = 1 << 32
