package lexicon

import (
	"bytes"
	"cmp"
	"sort"
	"unicode/utf8"
)

// How wrong a word may be written: words shorter than leastNear letters are left as
// they are, one edit of longer ones is forgiven, and two from longWord letters on. Of
// the last word, from leastBegin letters on, it is enough to be near the begin of a term.
const (
	leastNear  = 3
	leastBegin = 5
	longWord   = 8
)

// Instead puts the nearest terms in place of the words that no entry has, the last
// of them as a prefix: ok says that there were such words, that each has a term near
// enough, and that an entry has all of them. An edit is a letter too many, one that
// is missing, another one, or two that changed places.
func (l *Lexicon) Instead(words []string) (instead []string, ok bool) {
	for i, w := range words {
		last := i == len(words)-1
		if l.known(w, last) {
			instead = append(instead, w)
			continue
		}
		near, found := l.near(w, last)
		if !found {
			return nil, false
		}
		ok = true
		instead = append(instead, near)
	}
	return instead, ok && len(l.First(instead, -1, 1)) > 0
}

// known reports whether a word is a term, or the begin of one.
func (l *Lexicon) known(word string, prefix bool) bool {
	for _, s := range *l.current.Load() {
		if _, ok := s.exact(word); ok {
			return true
		}
		if i, j := s.prefixed(word); prefix && i < j {
			return true
		}
	}
	return false
}

// near is the term nearest to a word, or, with begin, the term of which a begin is; of
// several one that is near as a whole, then the one that most entries have, then the
// first by its bytes.
func (l *Lexicon) near(word string, begin bool) (string, bool) {
	letters := []rune(word)
	if len(letters) < leastNear {
		return "", false
	}
	most := 1
	if len(letters) >= longWord {
		most = 2
	}
	begin = begin && len(letters) >= leastBegin
	terms := map[string]nearTerm{}
	for _, s := range *l.current.Load() {
		s.near(letters, most, begin, func(i, distance int, whole bool) {
			word := string(s.term(i))
			terms[word] = nearTerm{word, distance, whole, terms[word].entries + int(s.count[i])}
		})
	}
	var best nearTerm
	for _, t := range terms {
		if best.word == "" || t.before(best) {
			best = t
		}
	}
	return best.word, best.word != ""
}

// nearTerm is a term, how far it is from a word, as a whole or by a begin, and how
// many entries have it.
type nearTerm struct {
	word     string
	distance int
	whole    bool
	entries  int
}

func (t nearTerm) before(u nearTerm) bool {
	if t.distance == u.distance && t.whole != u.whole {
		return t.whole
	}
	return cmp.Or(cmp.Compare(t.distance, u.distance), cmp.Compare(u.entries, t.entries), cmp.Compare(t.word, u.word)) < 0
}

// near calls fn with the terms of a segment that are at most so many edits from a
// word, and with begin those too that are not but begin with something that is. The terms are sorted, so that each begins with letters of the one before: the
// row of distances after each of those letters is kept, and where a row has nothing
// near enough, all terms that begin so are left out.
func (s *segment) near(word []rune, most int, begin bool, fn func(term, distance int, whole bool)) {
	w := walk{word: word, rows: [][]int{make([]int, len(word)+1)}, begins: []int{len(word)}}
	for j := range w.rows[0] {
		w.rows[0][j] = j
	}
	for i := 0; i < len(s.textEnd); {
		term := s.term(i)
		bad := w.to(term, most)
		depth := len(w.letters)
		near := begin && w.begins[depth] <= most
		switch whole := w.rows[depth][len(word)]; {
		case bad == 0 && whole <= most:
			fn(i, whole, true)
		case near:
			fn(i, w.begins[depth], false)
		case bad > 0:
			out := term[:bad]
			i += sort.Search(len(s.textEnd)-i, func(k int) bool { return !bytes.HasPrefix(s.term(i+k), out) })
			continue
		}
		i++
	}
}

// walk is a path of letters, and how far each of its begins is from each begin of
// the word: rows[d][j] is the distance of the first d letters from the first j. begins[d]
// is the least distance of any of their begins from the whole word.
type walk struct {
	word, letters []rune
	rows          [][]int
	begins        []int
}

// to goes to a term, from where it has the letters of the one before in common; bad
// is after how many bytes no term can be near any more, 0 when the walk is at its end.
func (w *walk) to(term []byte, most int) (bad int) {
	depth := 0
	for at := 0; at < len(term); depth++ {
		r, n := utf8.DecodeRune(term[at:])
		at += n
		if depth < len(w.letters) && w.letters[depth] == r {
			continue
		}
		w.letters = append(w.letters[:depth], r)
		if w.step(depth+1) > most {
			w.letters = w.letters[:depth]
			return at
		}
	}
	w.letters = w.letters[:depth]
	return 0
}

// step fills in the row after d letters, and says the least of it.
func (w *walk) step(d int) int {
	for len(w.rows) <= d {
		w.rows, w.begins = append(w.rows, make([]int, len(w.word)+1)), append(w.begins, 0)
	}
	row, above, letter := w.rows[d], w.rows[d-1], w.letters[d-1]
	row[0] = d
	least := d
	for j := 1; j <= len(w.word); j++ {
		edit := 1
		if w.word[j-1] == letter {
			edit = 0
		}
		row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+edit)
		if d > 1 && j > 1 && w.letters[d-2] == w.word[j-1] && letter == w.word[j-2] {
			row[j] = min(row[j], w.rows[d-2][j-2]+1)
		}
		least = min(least, row[j])
	}
	w.begins[d] = min(w.begins[d-1], row[len(w.word)])
	return least
}
