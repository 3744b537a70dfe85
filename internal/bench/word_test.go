package bench

import "testing"

// TestWords: a number has a word of its own, and few words share their beginning.
func TestWords(t *testing.T) {
	seen, begin := map[string]int{}, map[string]int{}
	const n = 20000
	for i := range n {
		w := word(i)
		seen[w]++
		if len(w) >= 5 {
			begin[w[:5]]++
		}
	}
	most := 0
	for _, c := range begin {
		most = max(most, c)
	}
	if len(seen) < n*9/10 || most > n/200 {
		t.Errorf("%d different words of %d, %d begin alike", len(seen), n, most)
	}
}
