package register

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Ask says what is counted.
type Ask struct {
	// Within, when not nil, are the entries that can be shown, such as those in view.
	Within *directory.NumSet
	// Placed, Dated leave out what is not on the map, or on the timeline; Kinds,
	// when not 0, has one bit per kind that can be shown at all.
	Placed, Dated bool
	Kinds         uint16
	// Since are moments, Unix seconds: how many were confirmed at or after each.
	Since []int64
	// Most is how many tags and concepts are named; 0 names none.
	Most int
}

// Counts says how many entries pass. Total applies the whole filter; the
// numbers of a list apply everything but that list's own choice, so that they say
// what choosing each would give.
type Counts struct {
	Total  int
	Kinds  [8]int
	Themes [64]int
	Rules  int
	// Since is beside Ask.Since.
	Since []int
	// The lists have what occurs, most first, then by value.
	Tags, Languages, Origins, Licences, Departments, Concepts []Count
}

// Count is one choice: Value is what a Filter takes, Shown how it is written.
type Count struct {
	Value, Shown string
	N            int
}

// counter adds up by number.
type counter struct {
	out                                                     Counts
	since                                                   []uint32
	tags, languages, origins, licences, departments, claims []uint32
}

// Count counts the entries that pass the filter, and the choices.
func (g *Register) Count(f Filter, ask Ask) Counts {
	s := g.current.Load() // before the words, which then know all of it
	if ask.Within != nil {
		f.Sets = append(f.Sets[:len(f.Sets):len(f.Sets)], ask.Within)
	}
	m := g.matcher(f)
	w := &g.words
	c := &counter{tags: make([]uint32, w.tags.len()), languages: make([]uint32, w.languages.len()),
		origins: make([]uint32, w.origins.len()), licences: make([]uint32, w.licences.len()),
		departments: make([]uint32, w.departments.len()), claims: make([]uint32, w.concepts.len())}
	c.out.Since = make([]int, len(ask.Since))
	for _, t := range ask.Since {
		c.since = append(c.since, uint32(max(0, min(t, 1<<32-1))))
	}
	need := uint8(isLive)
	if ask.Placed {
		need |= isPlaced
	}
	if ask.Dated {
		need |= isDated
	}
	if ask.Kinds == 0 {
		ask.Kinds = 1<<16 - 1
	}
	var failed failures
	for k, p := range s.pages {
		base := int64(k) << pageBits
		if p == nil || m.misses(base) {
			continue
		}
		p.live(&failed, need)
		for i := range failed {
			if ask.Kinds>>p.kind[i]&1 == 0 {
				failed[i] = outside
			}
		}
		m.look(p, base, &failed)
		c.add(p, &failed, ask.Most > 0)
	}
	return c.counts(w, ask.Most)
}

// add counts the rows of a page, for each list those that fail nowhere else.
func (c *counter) add(p *page, failed *failures, lists bool) {
	for i, f := range failed {
		switch f {
		case 0:
			c.all(p, i, lists)
		case ofKind:
			c.out.Kinds[p.kind[i]&7]++
		case ofTheme:
			c.themes(p.themes[i])
		case ofRules:
			c.rules(p, i)
		case ofOrigin:
			c.origins[p.origin[i]]++
		case ofLicence:
			c.licences[p.licence[i]]++
		case ofLanguage:
			c.languages[p.languages[i]]++
		case ofArea:
			c.departments[p.department[i]]++
		case ofFresh:
			c.fresh(p.confirmed[i])
		case ofTag:
			if lists {
				p.texts(i).count(c.tags)
			}
		case ofConcept:
			if lists {
				p.texts(i).skip().count(c.claims)
			}
		}
	}
}

// all counts a row that passes in every list.
func (c *counter) all(p *page, i int, lists bool) {
	c.out.Total++
	c.out.Kinds[p.kind[i]&7]++
	c.themes(p.themes[i])
	c.rules(p, i)
	c.origins[p.origin[i]]++
	c.licences[p.licence[i]]++
	c.languages[p.languages[i]]++
	c.departments[p.department[i]]++
	c.fresh(p.confirmed[i])
	if lists {
		t := p.texts(i)
		t[t.count(c.tags):].count(c.claims)
	}
}

func (c *counter) themes(mask uint64) {
	for ; mask != 0; mask &= mask - 1 {
		c.out.Themes[bits.TrailingZeros64(mask)]++
	}
}

func (c *counter) rules(p *page, i int) {
	if p.state[i]&hasRules != 0 {
		c.out.Rules++
	}
}

func (c *counter) fresh(at uint32) {
	for k, since := range c.since {
		if at >= since && at > 0 {
			c.out.Since[k]++
		}
	}
}

// counts names what was counted.
func (c *counter) counts(w *words, most int) Counts {
	c.out.Origins = named(w.origins, c.origins, 0, true)
	c.out.Licences = named(w.licences, c.licences, 0, false)
	c.out.Departments = named(w.departments, c.departments, 0, false)
	if most > 0 {
		c.out.Tags = named(w.tags, c.tags, most, false)
		c.out.Concepts = named(w.concepts, c.claims, most, false)
	}
	byLanguage := map[string]int{}
	for n, count := range c.languages {
		for l := range strings.SplitSeq(w.languages.word(uint32(n)), ",") {
			if l != "" && count > 0 {
				byLanguage[l] += int(count)
			}
		}
	}
	for l, n := range byLanguage {
		c.out.Languages = append(c.out.Languages, Count{l, l, n})
	}
	slices.SortFunc(c.out.Languages, byCount)
	return c.out
}

// named are the words that occur, most first; most 0 is all of them. empty says
// that the empty word is one.
func named(d *dictionary, counts []uint32, most int, empty bool) []Count {
	var out []Count
	least := uint32(1)
	for n, count := range counts {
		if count < least || n == 0 && !empty {
			continue
		}
		out = append(out, Count{Value: d.word(uint32(n)), Shown: d.display(uint32(n)), N: int(count)})
		if most > 0 && len(out) >= 4*most+64 {
			slices.SortFunc(out, byCount)
			out = out[:most]
			least = uint32(out[most-1].N)
		}
	}
	slices.SortFunc(out, byCount)
	if most > 0 && len(out) > most {
		out = out[:most]
	}
	return out
}

func byCount(a, b Count) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Value, b.Value)) }
