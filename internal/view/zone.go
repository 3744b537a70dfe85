package view

import (
	"cmp"
	"context"
	"math"
	"slices"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/gazetteer"
)

// maxZoneCounts bounds the cache of counts: a map asks for the same ones with
// each of its tiles.
const maxZoneCounts = 32

// ZoneCount is how many entries of a selection are in one area, and of what.
type ZoneCount struct {
	Code, Name string
	N          int
	// Shares counts them by dominant root theme; the last is for none.
	Shares [9]int
	// Theme is the largest of the first eight, atlas.NoTheme when none has one.
	Theme int
	// Class is the step of ZoneCounts.Breaks that N is in, from 1; 0 for none.
	Class int
}

// ZoneCounts are the counts of a selection in every area of a level. It does
// not change once made.
type ZoneCounts struct {
	// Areas are by number, the most first, and then by name; those without
	// entries are at the end.
	Areas []ZoneCount
	// Breaks are the least numbers of the classes, ascending.
	Breaks []int
	// Total is how many entries are in any, Elsewhere how many in none: abroad, or
	// on no map.
	Total, Elsewhere int
	byCode           map[string]int
}

// Of is the count of an area; the zero count when there is no such area.
func (c *ZoneCounts) Of(code string) ZoneCount {
	if i, ok := c.byCode[code]; ok {
		return c.Areas[i]
	}
	return ZoneCount{Theme: atlas.NoTheme}
}

// areaNumber is a département's number in the atlas; 0 for "". It needs v.mu.
func (v *View) areaNumber(code string) uint8 {
	n, ok := v.areaNum[code]
	if !ok && len(v.areaCodes) <= atlas.MaxArea {
		n = uint8(len(v.areaCodes))
		v.areaCodes = append(v.areaCodes, code)
		v.areaNum[code] = n
	}
	return n
}

// ZoneCounts counts the public entries of a selection by région or by
// département of their point: level is directory.AreaRegion or
// directory.AreaDepartment. The same selection at the same revision is answered
// from a cache. The selection's BBox is not in it.
func (v *View) ZoneCounts(ctx context.Context, level string, s directory.Selection) (*ZoneCounts, error) {
	s.BBox = nil
	r, err := v.resolve(ctx, s)
	if err != nil {
		return nil, err
	}
	key := v.Revision() + level + s.Values().Encode() + r.key
	v.mu.RLock()
	kept := v.zoneCounts[key]
	v.mu.RUnlock()
	if kept != nil {
		return kept, nil
	}
	f, err := v.Filter(ctx, s)
	if err != nil {
		return nil, err
	}
	all, err := v.Count(ctx, s, nil)
	if err != nil {
		return nil, err
	}
	g, err := gazetteer.Load()
	if err != nil {
		return nil, err
	}
	c := v.count(g, level, f)
	c.Elsewhere = max(0, all-c.Total)
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.zoneCounts) >= maxZoneCounts {
		clear(v.zoneCounts)
	}
	v.zoneCounts[key] = c
	return c, nil
}

func (v *View) count(g *gazetteer.Gazetteer, level string, f atlas.Filter) *ZoneCounts {
	v.mu.RLock()
	shares, codes := v.atlas.AreaShares(f), slices.Clone(v.areaCodes)
	v.mu.RUnlock()
	c := &ZoneCounts{byCode: map[string]int{}}
	at := map[string]int{}
	areas := g.Departments()
	if level == directory.AreaRegion {
		areas = g.Regions()
	}
	for _, a := range areas {
		at[a.Code] = len(c.Areas)
		c.Areas = append(c.Areas, ZoneCount{Code: a.Code, Name: a.Name})
	}
	for n, code := range codes {
		if d, ok := g.Department(code); ok && level == directory.AreaRegion {
			code = d.Region
		}
		i, known := at[code]
		for root, k := range shares[n] {
			if known {
				c.Areas[i].N, c.Areas[i].Shares[root] = c.Areas[i].N+k, c.Areas[i].Shares[root]+k
				c.Total += k
			}
		}
	}
	c.finish()
	return c
}

// finish sorts the areas and gives each its theme and class.
func (c *ZoneCounts) finish() {
	slices.SortFunc(c.Areas, func(a, b ZoneCount) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(directory.Fold(a.Name), directory.Fold(b.Name)))
	})
	if len(c.Areas) > 0 {
		c.Breaks = breaks(c.Areas[0].N)
	}
	for i := range c.Areas {
		a := &c.Areas[i]
		c.byCode[a.Code] = i
		a.Theme = atlas.NoTheme
		for root, most := 0, 0; root < len(a.Shares)-1; root++ {
			if a.Shares[root] > most {
				a.Theme, most = root, a.Shares[root]
			}
		}
		for _, least := range c.Breaks {
			if a.N >= least {
				a.Class++
			}
		}
	}
}

// breaks divides 1 to most into at most five classes whose least numbers grow by
// the same factor, rounded to 1, 2 or 5 of a power of ten.
func breaks(most int) []int {
	const classes = 5
	var out []int
	for i := range classes {
		b := round125(math.Pow(float64(most), float64(i)/classes))
		if b <= most && (len(out) == 0 || b > out[len(out)-1]) {
			out = append(out, b)
		}
	}
	return out
}

func round125(v float64) int {
	if v < 1 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	switch d := v / power; {
	case d < 1.5:
		return int(power)
	case d < 3.5:
		return int(2 * power)
	case d < 7.5:
		return int(5 * power)
	}
	return int(10 * power)
}

// MarkRoom is the size in pixels that an area needs to have the mark of n
// entries on it.
func MarkRoom(n int) float64 {
	const margin = 4
	return 2*math.Max(14, math.Min(44, 8+9*math.Log10(float64(max(1, n))))) + margin
}
