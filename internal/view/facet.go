package view

import "codeberg.org/bocage/bocage/internal/atlas"

// everywhere is the box of every point.
var everywhere = atlas.BBox{West: -180, South: -90, East: 180, North: 90}

// Facets counts the public entries by kind and by theme, on the map or not.
// The numbers of a list apply everything but that list's own choice.
func (v *View) Facets(f atlas.Filter) atlas.Facets {
	v.mu.RLock()
	defer v.mu.RUnlock()
	c := v.atlas.Facets(everywhere, f)
	for _, p := range v.unplaced {
		if f.Only != nil && !f.Only.Has(p.Num) || f.Dated && !(p.Dated && p.From < f.To && p.To > f.From) {
			continue
		}
		inKinds := f.Kinds == 0 || f.Kinds&(1<<p.Kind) != 0
		inThemes := f.Themes == 0 || f.Themes&p.Themes != 0
		if inKinds && inThemes {
			c.Total++
		}
		if inThemes {
			c.Kinds[p.Kind]++
		}
		if !inKinds {
			continue
		}
		for i := range c.Themes {
			c.Themes[i] += int(p.Themes >> i & 1)
		}
	}
	return c
}

// Count counts the public entries that pass the filter, in a box of the map, by
// their point or their shape, or with a nil box, on the map or not.
func (v *View) Count(box *atlas.BBox, f atlas.Filter) int {
	if box != nil {
		return v.Atlas().Count(*box, f) + len(v.Beside(*box, f))
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	n := v.atlas.Count(everywhere, f)
	for _, p := range v.unplaced {
		if (f.Only == nil || f.Only.Has(p.Num)) && (!f.Dated || p.Dated && p.From < f.To && p.To > f.From) &&
			(f.Kinds == 0 || f.Kinds&(1<<p.Kind) != 0) && (f.Themes == 0 || f.Themes&p.Themes != 0) {
			n++
		}
	}
	return n
}
