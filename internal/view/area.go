package view

import (
	"cmp"
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/gazetteer"
	"codeberg.org/bocage/bocage/internal/register"
)

// AreaCount is how many entries are in a région or a département of France. ID is
// a value of Selection.Areas, Region that of the région of a département.
type AreaCount struct {
	ID, Name, Region string
	N                int
}

// Areas are the régions with entries, by name, each before its départements by
// code.
func Areas(c register.Counts) []AreaCount {
	g, err := gazetteer.Load()
	if err != nil {
		return nil
	}
	in := map[string]int{}
	for _, d := range c.Departments {
		in[d.Value] = d.N
	}
	var out []AreaCount
	for _, r := range byName(g.Regions()) {
		at := len(out)
		out = append(out, AreaCount{ID: directory.AreaRegion + r.Code, Name: r.Name})
		for _, d := range g.Departments() {
			if n := in[d.Code]; d.Region == r.Code && n > 0 {
				out[at].N += n
				out = append(out, AreaCount{ID: directory.AreaDepartment + d.Code, Name: d.Name, Region: out[at].ID, N: n})
			}
		}
		if out[at].N == 0 {
			out = out[:at]
		}
	}
	return out
}

func byName(areas []gazetteer.Area) []gazetteer.Area {
	slices.SortFunc(areas, func(a, b gazetteer.Area) int { return cmp.Compare(directory.Fold(a.Name), directory.Fold(b.Name)) })
	return areas
}
