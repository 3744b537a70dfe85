package register

import (
	"strings"
	"sync"
)

// words are the dictionaries of what entries have in common. They only grow.
type words struct {
	origins, licences, departments, concepts *dictionary
	// languages has sets of them, joined by a comma.
	languages *dictionary
	// tags has folded forms; shown is how each was first written.
	tags *dictionary
}

// Most words of dictionaries whose numbers are kept in one or two bytes; what
// is beyond has number 0, the empty word.
const (
	mostIn8  = 1<<8 - 1
	mostIn16 = 1<<16 - 1
	mostIn32 = 1<<32 - 1
)

func newWords() words {
	return words{origins: newDictionary(mostIn16), licences: newDictionary(mostIn8), departments: newDictionary(mostIn8),
		concepts: newDictionary(mostIn32), languages: newDictionary(mostIn16), tags: newDictionary(mostIn32)}
}

// dictionary numbers words; 0 is the empty one. It is safe for concurrent calls.
type dictionary struct {
	most uint32

	mu      sync.RWMutex
	numbers map[string]uint32
	words   []string
	shown   []string // beside words when it was written otherwise, "" when not
}

func newDictionary(most uint32) *dictionary {
	return &dictionary{most: most, numbers: map[string]uint32{"": 0}, words: []string{""}}
}

// find is the number of a word that is known.
func (d *dictionary) find(word string) (uint32, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	n, ok := d.numbers[word]
	return n, ok
}

// number is the number of a word, a new one for a new word.
func (d *dictionary) number(word string) uint32 { return d.numberAs(word, word) }

func (d *dictionary) numberAs(word, shown string) uint32 {
	if n, ok := d.find(word); ok {
		return n
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if n, ok := d.numbers[word]; ok {
		return n
	}
	n := uint32(len(d.words))
	if n > d.most {
		return 0
	}
	word = strings.Clone(word)
	d.numbers[word] = n
	d.words = append(d.words, word)
	if shown != word {
		for len(d.shown) <= int(n) {
			d.shown = append(d.shown, "")
		}
		d.shown[n] = strings.Clone(shown)
	}
	return n
}

// word is the word of a number, "" when there is none.
func (d *dictionary) word(n uint32) string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if int(n) >= len(d.words) {
		return ""
	}
	return d.words[n]
}

// display is how the word of a number is written.
func (d *dictionary) display(n uint32) string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if int(n) < len(d.shown) && d.shown[n] != "" {
		return d.shown[n]
	}
	if int(n) >= len(d.words) {
		return ""
	}
	return d.words[n]
}

// len is how many numbers there are, 0 included.
func (d *dictionary) len() int {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return len(d.words)
}

// all are the words by number; the caller does not change them.
func (d *dictionary) all() []string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.words[:len(d.words):len(d.words)]
}
