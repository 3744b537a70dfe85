// Package glossary finds the labels of concepts in running text, so that the
// first mention of each can lead to its definition. Labels are compared by whole
// words, with case, accents and white space folded; where several begin at one
// word, the longest wins.
//
// What belongs: the trie of labels and the marking of a text. What does not:
// which concepts there are and what is said of them. Package site calls it.
package glossary

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Bounds of a label, in bytes of its folded form: shorter ones are in too many
// other meanings, longer ones are no labels.
const (
	minLabel = 3
	maxLabel = 120
)

// Term is one concept: what it is called, where it is, what it means.
type Term struct {
	Labels     []string
	Href       string
	Definition string // plain text
}

// Matcher finds terms. It does not change: concurrent use is safe. The zero
// value, and nil, find nothing.
type Matcher struct {
	terms []Term
	root  *node
}

// node is a byte of the folded labels. Most have one child.
type node struct {
	only  byte
	child *node
	more  map[byte]*node
	term  int // 1 + the index of the term whose label ends here, 0 for none
}

func (n *node) next(b byte) *node {
	if n.child != nil && n.only == b {
		return n.child
	}
	return n.more[b]
}

func (n *node) grow(b byte) *node {
	if to := n.next(b); to != nil {
		return to
	}
	to := &node{}
	if n.child == nil {
		n.only, n.child = b, to
		return to
	}
	if n.more == nil {
		n.more = map[byte]*node{}
	}
	n.more[b] = to
	return to
}

// New builds a matcher. Of two terms with one label the first has it.
func New(terms []Term) *Matcher {
	m := &Matcher{terms: terms, root: &node{}}
	for i, t := range terms {
		for _, l := range t.Labels {
			label := directory.Fold(l)
			if len(label) < minLabel || len(label) > maxLabel {
				continue
			}
			at := m.root
			for j := range len(label) {
				at = at.grow(label[j])
			}
			if at.term == 0 {
				at.term = i + 1
			}
		}
	}
	return m
}

// Match is one mention: the bytes [From, To) of the text, and the term's index.
type Match struct{ From, To, Term int }

// Find lists the mentions of terms that are not in seen, the first of each, at
// most most, and adds them to seen.
func (m *Matcher) Find(text string, seen map[int]bool, most int) []Match {
	if m == nil || m.root == nil || m.root.child == nil || most <= 0 {
		return nil
	}
	f := fold(text)
	var out []Match
	for i := 0; i < len(f.bytes) && len(out) < most; i++ {
		if !f.starts(i) {
			continue
		}
		end, term := m.longest(f, i)
		if term < 0 {
			continue
		}
		if !seen[term] {
			seen[term] = true
			out = append(out, Match{From: f.from[i], To: f.to[end-1], Term: term})
		}
		i = end - 1 // a shorter label inside a longer one is not meant
	}
	return out
}

// longest is the end of the longest label that begins at i, and its term; -1 for none.
func (m *Matcher) longest(f folded, i int) (end, term int) {
	term = -1
	at := m.root
	for j := i; j < len(f.bytes); j++ {
		if at = at.next(f.bytes[j]); at == nil {
			break
		}
		if at.term > 0 && f.ends(j+1) {
			end, term = j+1, at.term-1
		}
	}
	return end, term
}

// folded is a text as labels are compared; byte i comes from [from, to) of the text.
type folded struct {
	bytes    []byte
	from, to []int
}

func fold(text string) folded {
	f := folded{bytes: make([]byte, 0, len(text)), from: make([]int, 0, len(text)), to: make([]int, 0, len(text))}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		f.add(r, i, i+size)
		i += size
	}
	return f
}

// add appends a rune as directory.Fold writes it; a mark on a letter only
// stretches the letter.
func (f *folded) add(r rune, from, to int) {
	last := len(f.bytes) - 1
	switch {
	case r < utf8.RuneSelf && r > ' ' && r != 0x7f:
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		f.put(string(r), from, to)
	case unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError:
		if last < 0 || f.bytes[last] != ' ' {
			f.put(" ", from, to)
		}
	case unicode.Is(unicode.Mn, r):
		if last >= 0 {
			f.to[last] = to
		}
	default:
		f.put(directory.Fold(norm.NFKD.String(string(r))), from, to)
	}
}

func (f *folded) put(s string, from, to int) {
	for i := range len(s) {
		f.bytes = append(f.bytes, s[i])
		f.from, f.to = append(f.from, from), append(f.to, to)
	}
}

// starts reports whether a word begins at byte i.
func (f folded) starts(i int) bool {
	if i > 0 && f.from[i] == f.from[i-1] {
		return false // inside a letter
	}
	r, _ := utf8.DecodeRune(f.bytes[i:])
	if !letter(r) {
		return false
	}
	before, _ := utf8.DecodeLastRune(f.bytes[:i])
	return i == 0 || !letter(before) && !f.hyphen(i-1)
}

// ends reports whether a word ends before byte i.
func (f folded) ends(i int) bool {
	if i >= len(f.bytes) {
		return true
	}
	if f.from[i] == f.from[i-1] {
		return false
	}
	r, _ := utf8.DecodeRune(f.bytes[i:])
	return !letter(r) && !f.hyphen(i)
}

// hyphen reports whether byte i joins two words into one.
func (f folded) hyphen(i int) bool {
	if f.bytes[i] != '-' || i == 0 || i+1 >= len(f.bytes) {
		return false
	}
	before, _ := utf8.DecodeLastRune(f.bytes[:i])
	after, _ := utf8.DecodeRune(f.bytes[i+1:])
	return letter(before) && letter(after)
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// Plain is a label without a remark in parentheses after it: "public good
// (economics)" is called "public good".
func Plain(label string) string {
	if i := strings.Index(label, " ("); i > 0 && strings.HasSuffix(label, ")") {
		return label[:i]
	}
	return label
}
