package lexicon

import (
	"bytes"

	"codeberg.org/bocage/bocage/internal/directory"
)

// merge makes one segment of several that have no entry in common, without what is
// gone of them.
func merge(parts []*segment) *segment {
	out := &segment{nums: directory.NewNumSet(), gone: directory.NewNumSet()}
	text, posts := 0, 0
	for _, p := range parts {
		text, posts = max(text, len(p.text)), posts+len(p.posts)
		for _, n := range p.nums.Nums() {
			if !p.gone.Has(n) {
				out.nums.Add(n)
			}
		}
	}
	out.text, out.posts = make([]byte, 0, text), make([]byte, 0, posts)
	at := make([]int, len(parts))
	var m merger
	for {
		term := least(parts, at)
		if term == nil {
			return out.trim()
		}
		m.nums = m.nums[:0]
		only := -1 // the one part that has the term
		for k, p := range parts {
			if at[k] < len(p.textEnd) && bytes.Equal(p.term(at[k]), term) {
				if only = k; len(m.having) > 0 {
					only = -1
				}
				m.having = append(m.having, k)
			}
		}
		if only >= 0 && parts[only].gone.Len() == 0 {
			out.copyTerm(parts[only], at[only])
		} else {
			for _, k := range m.having {
				m.take(parts[k], at[k])
			}
			if len(m.nums) > 0 {
				out.add(term, m.nums)
			}
		}
		for _, k := range m.having {
			at[k]++
		}
		m.having = m.having[:0]
	}
}

// least is the first term that is still to come, nil when there is none.
func least(parts []*segment, at []int) []byte {
	var term []byte
	for k, p := range parts {
		if at[k] < len(p.textEnd) {
			if t := p.term(at[k]); term == nil || bytes.Compare(t, term) < 0 {
				term = t
			}
		}
	}
	return term
}

// merger joins the lists of one term.
type merger struct {
	nums, other []uint32
	having      []int
}

// take joins the numbers of a term of a part with those taken before, in order.
func (m *merger) take(p *segment, term int) {
	had := len(m.nums)
	c := p.cursor(term)
	for c.next(p.posts) {
		if !p.gone.Has(int64(c.num)) {
			m.nums = append(m.nums, c.num)
		}
	}
	if had == 0 || had == len(m.nums) || m.nums[had-1] < m.nums[had] {
		return
	}
	a, b := m.nums[:had], m.nums[had:]
	m.other = m.other[:0]
	for len(a) > 0 && len(b) > 0 {
		if a[0] < b[0] {
			m.other, a = append(m.other, a[0]), a[1:]
		} else {
			m.other, b = append(m.other, b[0]), b[1:]
		}
	}
	m.other = append(append(m.other, a...), b...)
	m.nums, m.other = m.other, m.nums
}
