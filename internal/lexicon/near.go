package lexicon

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// How wrong a word may be written: words shorter than leastNear letters are left as
// they are, one edit of longer ones is forgiven, and two from longWord letters on.
const (
	leastNear = 3
	longWord  = 8
)

// Instead puts the nearest terms in place of the words that no entry has, the last
// of them as a prefix: ok says that there were such words, that each has a term near
// enough, and that an entry has all of them. An edit is a letter too many, one that
// is missing, another one, or two that changed places.
func (l *Lexicon) Instead(words []string) (instead []string, ok bool) {
	for i, w := range words {
		if l.known(w, i == len(words)-1) {
			instead = append(instead, w)
			continue
		}
		near, found := l.near(w)
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

// near is the term nearest to a word; of several the one that most entries have, then
// the first by its bytes.
func (l *Lexicon) near(word string) (string, bool) {
	letters := []rune(word)
	if len(letters) < leastNear {
		return "", false
	}
	most := 1
	if len(letters) >= longWord {
		most = 2
	}
	type term struct{ distance, entries int }
	terms := map[string]term{}
	for _, s := range *l.current.Load() {
		s.near(letters, most, func(i, distance int) {
			t := terms[string(s.term(i))]
			terms[string(s.term(i))] = term{distance, t.entries + int(s.count[i])}
		})
	}
	best, at := "", term{distance: most + 1}
	for w, t := range terms {
		if t.distance < at.distance || t.distance == at.distance &&
			(t.entries > at.entries || t.entries == at.entries && w < best) {
			best, at = w, t
		}
	}
	return best, best != ""
}

// near calls fn with the terms of a segment that are at most so many edits from a
// word. The terms are sorted, so that each begins with letters of the one before: the
// row of distances after each of those letters is kept, and where a row has nothing
// near enough, all terms that begin so are left out.
func (s *segment) near(word []rune, most int, fn func(term, distance int)) {
	w := walk{word: word, rows: [][]int{make([]int, len(word)+1)}}
	for j := range w.rows[0] {
		w.rows[0][j] = j
	}
	for i := 0; i < len(s.textEnd); {
		term := s.term(i)
		bad := w.to(term, most)
		if bad == 0 {
			if d := w.rows[len(w.letters)][len(word)]; d <= most {
				fn(i, d)
			}
			i++
			continue
		}
		begin := term[:bad]
		i += sort.Search(len(s.textEnd)-i, func(k int) bool { return !bytes.HasPrefix(s.term(i+k), begin) })
	}
}

// walk is a path of letters, and how far each of its begins is from each begin of
// the word: rows[d][j] is the distance of the first d letters from the first j.
type walk struct {
	word, letters []rune
	rows          [][]int
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
		w.rows = append(w.rows, make([]int, len(w.word)+1))
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
	return least
}
