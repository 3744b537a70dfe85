package gazetteer

import (
	"slices"
	"strconv"
)

// Suggest returns the places whose name, or postcode, begins as typed, the most
// populous first, at most limit of them. An empty prefix gives nothing.
func (g *Gazetteer) Suggest(prefix string, limit int) []Match {
	if limit <= 0 {
		return nil
	}
	var buf [maxKey * 2]byte
	k := key(buf[:0], prefix, true)
	if len(k) == 0 {
		return nil
	}
	top := make([]int, 0, limit+1)
	if n, err := strconv.ParseUint(string(k), 10, 32); err == nil && len(k) >= 2 && len(k) <= 5 {
		top = g.suggestPostcode(top, uint64(n), len(k), limit)
	} else {
		top = g.suggestKey(top, k, limit)
		if alt, ok := saint(k); ok {
			top = g.suggestKey(top, alt, limit)
		}
	}
	out := make([]Match, len(top))
	for i, row := range top {
		out[i] = g.match(row, "")
	}
	return out
}

func (g *Gazetteer) suggestKey(top []int, k []byte, limit int) []int {
	for i := g.search(k); i < len(g.keys); i++ {
		if s := g.keys[i]; len(s) < len(k) || s[:len(k)] != string(k) {
			break
		}
		top = g.keep(top, i, limit)
	}
	return top
}

func (g *Gazetteer) suggestPostcode(top []int, n uint64, size, limit int) []int {
	width := uint64(1)
	for range 5 - size {
		n, width = n*10, width*10
	}
	from, _ := slices.BinarySearch(g.post, n<<32)
	for _, p := range g.post[from:] {
		if p >= (n+width)<<32 {
			break
		}
		if i := int(uint32(p)); g.class[i] != ClassFormer {
			top = g.keep(top, i, limit)
		}
	}
	return top
}

// keep inserts a row in the list of the most populous, once.
func (g *Gazetteer) keep(top []int, row, limit int) []int {
	if len(top) == limit && g.people[row] <= g.people[top[limit-1]] {
		return top
	}
	at := len(top)
	for at > 0 && g.people[top[at-1]] < g.people[row] {
		at--
	}
	if slices.Contains(top, row) {
		return top
	}
	top = slices.Insert(top, at, row)
	if len(top) > limit {
		top = top[:limit]
	}
	return top
}

// saint turns the beginning of a last word Saint, as it is typed, into the form
// of keys: "sa" may become St-Malo.
func saint(k []byte) ([]byte, bool) {
	at := len(k)
	for at > 0 && k[at-1] != ' ' {
		at--
	}
	switch string(k[at:]) {
	case "sa", "sai", "sain", "saint":
		return append(k[:at:at], "st"...), true
	case "sainte":
		return append(k[:at:at], "ste"...), true
	}
	return nil, false
}
