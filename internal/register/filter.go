package register

import (
	"math"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Filter says which entries count. The zero value takes every entry; a list
// takes those that have any of its values.
type Filter struct {
	// Kinds has one bit per kind number, Themes one per theme number; 0 = all.
	Kinds  uint16
	Themes uint64
	// Tags are folded.
	Tags []string
	// Origin, when not nil, is the origin of an instance, "" for ours.
	Origin  *string
	Licence string
	// Since takes what was confirmed at or after, Unix seconds; 0 = all.
	Since     int64
	Languages []string
	Rules     bool
	// Departments are INSEE codes; nil takes everywhere, an empty list nothing.
	Departments []string
	// Concepts are addresses; nil takes all. Own are the entries that are a concept
	// of the list themselves.
	Concepts []string
	Own      *directory.NumSet
	// Sets are those of what is not in the register, such as words and periods: an
	// entry is in all of them.
	Sets []*directory.NumSet
}

// dims is a set of the dimensions of a filter.
type dims uint16

const (
	ofKind dims = 1 << iota
	ofTheme
	ofTag
	ofOrigin
	ofLicence
	ofFresh
	ofLanguage
	ofRules
	ofArea
	ofConcept
	ofSet
)

// matcher is a Filter made ready for the numbers of one moment.
type matcher struct {
	dims    dims // that the filter has
	kinds   uint16
	themes  uint64
	tags    []uint32
	origin  uint32
	licence uint32
	since   uint32
	// languages says which sets of languages pass, areas which départements.
	languages, areas []bool
	concepts         []uint32
	own              *directory.NumSet
	sets             []*directory.NumSet
}

// noWord is a number that no word has.
const noWord = math.MaxUint32

func (g *Register) matcher(f Filter) *matcher {
	m := &matcher{kinds: f.Kinds, themes: f.Themes, own: f.Own, sets: f.Sets}
	has := func(d dims, on bool) {
		if on {
			m.dims |= d
		}
	}
	number := func(d *dictionary, word string) uint32 {
		if n, ok := d.find(word); ok {
			return n
		}
		return noWord
	}
	has(ofKind, f.Kinds != 0)
	has(ofTheme, f.Themes != 0)
	has(ofTag, len(f.Tags) > 0)
	for _, t := range f.Tags {
		m.tags = append(m.tags, number(g.words.tags, t))
	}
	if f.Origin != nil {
		has(ofOrigin, true)
		m.origin = number(g.words.origins, *f.Origin)
	}
	has(ofLicence, f.Licence != "")
	m.licence = number(g.words.licences, f.Licence)
	has(ofFresh, f.Since > 0)
	m.since = uint32(max(0, min(f.Since, math.MaxUint32)))
	if has(ofLanguage, len(f.Languages) > 0); len(f.Languages) > 0 {
		for _, set := range g.words.languages.all() {
			m.languages = append(m.languages, slices.ContainsFunc(strings.Split(set, ","), func(l string) bool {
				return l != "" && slices.Contains(f.Languages, l)
			}))
		}
	}
	has(ofRules, f.Rules)
	if has(ofArea, f.Departments != nil); f.Departments != nil {
		for _, code := range g.words.departments.all() {
			m.areas = append(m.areas, code != "" && slices.Contains(f.Departments, code))
		}
	}
	has(ofConcept, f.Concepts != nil)
	for _, c := range f.Concepts {
		m.concepts = append(m.concepts, number(g.words.concepts, c))
	}
	has(ofSet, len(f.Sets) > 0)
	return m
}

// failures says of each row of a page in which dimensions it fails.
type failures [pageRows]dims

// outside is what a row fails in that cannot be shown at all: more than one list.
const outside dims = 1<<15 | 1<<14

// look notes where the rows of a page fail, one column after the other.
func (m *matcher) look(p *page, base int64, out *failures) {
	for d := m.dims; d != 0; d &= d - 1 {
		switch one := d & -d; one {
		case ofKind:
			for i, k := range p.kind {
				fail(out, i, one, m.kinds>>k&1 == 1)
			}
		case ofTheme:
			for i, t := range p.themes {
				fail(out, i, one, m.themes&t != 0)
			}
		case ofOrigin:
			for i, o := range p.origin {
				fail(out, i, one, uint32(o) == m.origin)
			}
		case ofLicence:
			for i, l := range p.licence {
				fail(out, i, one, uint32(l) == m.licence)
			}
		case ofFresh:
			for i, c := range p.confirmed {
				fail(out, i, one, c >= m.since)
			}
		case ofLanguage:
			for i, n := range p.languages {
				fail(out, i, one, int(n) < len(m.languages) && m.languages[n])
			}
		case ofRules:
			for i, s := range p.state {
				fail(out, i, one, s&hasRules != 0)
			}
		case ofArea:
			for i, n := range p.department {
				fail(out, i, one, int(n) < len(m.areas) && m.areas[n])
			}
		case ofSet:
			for _, s := range m.sets {
				lookIn(s, base, out)
			}
		default:
			m.lookEach(p, base, out, one)
		}
	}
}

func fail(out *failures, i int, d dims, passes bool) {
	if !passes {
		out[i] |= d
	}
}

// lookIn is look for a set, 64 rows at a time: what is not in it counts in no list.
func lookIn(s *directory.NumSet, base int64, out *failures) {
	for w := range pageRows / 64 {
		bits := s.Word(base>>6 + int64(w))
		if bits == 1<<64-1 {
			continue
		}
		for i := range 64 {
			fail(out, w*64+i, outside, bits>>i&1 == 1)
		}
	}
}

// misses reports whether one of the sets has nothing of a page, which then has
// nothing to look at.
func (m *matcher) misses(base int64) bool {
	return slices.ContainsFunc(m.sets, func(s *directory.NumSet) bool {
		all := uint64(0)
		for w := range int64(pageRows / 64) {
			all |= s.Word(base>>6 + w)
		}
		return all == 0
	})
}

// lookEach is look for what costs more than a comparison: rows that are out
// already are left out.
func (m *matcher) lookEach(p *page, base int64, out *failures, d dims) {
	for i := range out {
		if out[i]&(out[i]-1) != 0 {
			continue
		}
		switch d {
		case ofTag:
			fail(out, i, d, p.texts(i).any(m.tags))
		case ofConcept:
			fail(out, i, d, m.own != nil && m.own.Has(base+int64(i)) || p.texts(i).skip().any(m.concepts))
		}
	}
}

// live marks the rows that are not there as outside, and clears the others.
func (p *page) live(out *failures, need uint8) {
	for i, s := range p.state {
		out[i] = 0
		if s&need != need {
			out[i] = outside
		}
	}
}

// Select is the set of the entries that pass.
func (g *Register) Select(f Filter) *directory.NumSet {
	s := g.current.Load() // before the words, which then know all of it
	m := g.matcher(f)
	out := directory.NewNumSet()
	var failed failures
	for k := len(s.pages) - 1; k >= 0; k-- { // the set grows once
		base := int64(k) << pageBits
		if p := s.pages[k]; p != nil && !m.misses(base) {
			p.live(&failed, isLive)
			m.look(p, base, &failed)
			for i := pageRows - 1; i >= 0; i-- {
				if failed[i] == 0 {
					out.Add(base + int64(i))
				}
			}
		}
	}
	return out
}

// Renew is a copy of a set that Select made before the numbers changed.
func (g *Register) Renew(set *directory.NumSet, f Filter, changed []int64) *directory.NumSet {
	s, out := g.current.Load(), set.Clone()
	m := g.matcher(f)
	var failed failures
	at := (*page)(nil)
	for _, num := range changed {
		p, i := s.at(num)
		if p == nil {
			out.Remove(num)
			continue
		}
		if p != at {
			at = p
			p.live(&failed, isLive)
			m.look(p, num&^(pageRows-1), &failed)
		}
		if failed[i] == 0 {
			out.Add(num)
		} else {
			out.Remove(num)
		}
	}
	return out
}
