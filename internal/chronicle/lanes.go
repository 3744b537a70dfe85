package chronicle

import (
	"cmp"
	"slices"
)

// maxGroups is how many swim-lanes a drawing has, beside those of what has no
// key and of what is left over: more would be a list.
const maxGroups = 12

// laneKeys says which swim-lanes a drawing has: the key of each group, and the
// group of each key. Keys without a lane are in the last group, OtherKeys.
type laneKeys struct {
	by   Lanes
	keys []int
	// group is the group of a key; those beyond it are in the group other.
	group []int16
	// none is the group of what has no key, other of what has no lane.
	none, other int16
}

// laneKeys chooses the lanes: all themes and kinds, and of regions and series
// those that have the most in the window.
func (s *snapshot) laneKeys(span Span, m *mask, by Lanes) laneKeys {
	l := laneKeys{by: by}
	switch by {
	case ByTheme, ByKind:
		for k := range 8 {
			l.add(k)
		}
	case ByRegion, BySeries:
		for _, k := range s.frequent(span, m, by) {
			l.add(k)
		}
	default:
		l.keys = []int{NoKey}
		return l
	}
	l.none = int16(len(l.keys))
	l.other = l.none + 1
	l.keys = append(l.keys, NoKey, OtherKeys)
	return l
}

func (l *laneKeys) add(key int) {
	for len(l.group) <= key {
		l.group = append(l.group, -1)
	}
	l.group[key] = int16(len(l.keys))
	l.keys = append(l.keys, key)
}

// of is the group of an interval.
func (l *laneKeys) of(t *table, i int) int {
	if l.by == NoLanes {
		return 0
	}
	key := keyOf(t, i, l.by)
	switch {
	case key == NoKey:
		return int(l.none)
	case key >= len(l.group) || l.group[key] < 0:
		return int(l.other)
	}
	return int(l.group[key])
}

func keyOf(t *table, i int, by Lanes) int {
	switch by {
	case ByTheme:
		return int(t.theme(i))
	case ByKind:
		return int(t.kind(i))
	case ByRegion:
		if r := t.region[i]; r != 0 {
			return int(r)
		}
	case BySeries:
		if n := t.series[i]; n != 0 {
			return int(n)
		}
	}
	return NoKey
}

// frequent are the keys that most intervals of the window have, the most
// frequent first.
func (s *snapshot) frequent(span Span, m *mask, by Lanes) []int {
	var counts []int32 // by key: the caller numbers them without gaps
	count := func(t *table, i int) {
		k := keyOf(t, i, by)
		if k == NoKey {
			return
		}
		for len(counts) <= k {
			counts = append(counts, 0)
		}
		counts[k]++
	}
	if !m.nothing {
		for _, part := range []struct {
			t *table
			d dead
		}{{s.base, s.dead}, {s.plus, nil}} {
			t, begun := part.t, part.t.first(span.From)
			t.eachBegun(span.From, begun, func(i int) {
				if !part.d.has(i) && m.pass(t, i) {
					count(t, i)
				}
			})
			t.passing(part.d, m, begun, t.first(span.To), func(at []int32) {
				for _, i := range at {
					count(t, int(i))
				}
			})
		}
	}
	var keys []int
	for k, n := range counts {
		if n > 0 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b int) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	return keys[:min(len(keys), maxGroups)]
}
