package view

import (
	"context"
	"fmt"
	"slices"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Shape is the line or the area of a public entry on the map.
type Shape struct {
	Num     int64
	Kind    uint8
	Theme   int8 // root theme, or atlas.NoTheme
	Outline basemap.Outline
	// Bounds is the box around it, West > East across the antimeridian; Point is
	// where its pin stands.
	Bounds atlas.BBox
	Point  atlas.Point
}

// extents is what the map draws beside points. It needs View.mu.
type extents struct {
	approximate map[int64]bool
	geometry    map[int64]directory.Geometry
	shapes      map[int64]*Shape
	// ordered are the shapes, the largest first, so that small ones lie on top;
	// nil when it is to be made again.
	ordered []*Shape
}

func newExtents() extents {
	return extents{approximate: map[int64]bool{}, geometry: map[int64]directory.Geometry{}, shapes: map[int64]*Shape{}}
}

// take notes what an entry's row says, before point is asked for it.
func (x *extents) take(row store.Extent) {
	if row.Approximate {
		x.approximate[row.Num] = true
	}
	if g, ok := row.Shape.Geometry(); ok {
		x.geometry[row.Num] = g
	}
}

// drop forgets an entry.
func (x *extents) drop(num int64) {
	delete(x.approximate, num)
	delete(x.geometry, num)
	if _, ok := x.shapes[num]; ok {
		delete(x.shapes, num)
		x.ordered = nil
	}
}

// place joins the point of an entry with its shape.
func (x *extents) place(p atlas.Point) {
	g, ok := x.geometry[p.Num]
	if !ok {
		return
	}
	delete(x.geometry, p.Num) // the outline has it now
	x.shapes[p.Num] = &Shape{Num: p.Num, Kind: p.Kind, Theme: p.Theme, Point: p,
		Outline: basemap.NewOutline(g.Area, g.Parts), Bounds: atlas.BBox(g.Bounds())}
	x.ordered = nil
}

func (x *extents) sort() {
	if x.ordered != nil {
		return
	}
	x.ordered = make([]*Shape, 0, len(x.shapes))
	for _, s := range x.shapes {
		x.ordered = append(x.ordered, s)
	}
	slices.SortFunc(x.ordered, func(a, b *Shape) int {
		if d := b.Outline.Size() - a.Outline.Size(); d != 0 {
			return int(sign(d))
		}
		return int(sign(float64(a.Num - b.Num)))
	})
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// extentsOf reads what is drawn of the entries that changed.
func (v *View) extentsOf(ctx context.Context, rows []store.IndexRow) ([]store.Extent, error) {
	nums := make([]int64, 0, len(rows))
	for _, r := range rows {
		if !r.Gone && r.HasPoint {
			nums = append(nums, r.Num)
		}
	}
	if len(nums) == 0 {
		return nil, nil
	}
	xs, err := v.store.Extents(ctx, nums)
	if err != nil {
		return nil, fmt.Errorf("refresh view: %w", err)
	}
	return xs, nil
}

// Shapes calls fn for the lines and areas that pass the filter and that keep
// says yes to, the largest first, until fn returns false. It costs one look at
// each shape's box. fn must not call the View.
func (v *View) Shapes(f atlas.Filter, keep func(*Shape) bool, fn func(*Shape) bool) {
	v.mu.RLock()
	ordered := v.extents.ordered
	v.mu.RUnlock()
	var during *directory.NumSet
	if f.Dated && len(ordered) > 0 {
		during = v.during(f.From, f.To)
	}
	for _, s := range ordered {
		if keep(s) && passes(f, during, s.Point) && !fn(s) {
			return
		}
	}
}

// Shape is the shape of an entry, nil without one.
func (v *View) Shape(num int64) *Shape {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.extents.shapes[num]
}

// passes reports whether a point passes a filter, during being who was in its period.
func passes(f atlas.Filter, during *directory.NumSet, p atlas.Point) bool {
	return f.Only.Has(p.Num) && during.Has(p.Num) &&
		(f.Kinds == 0 || f.Kinds&(1<<p.Kind) != 0) && (f.Themes == 0 || f.Themes&p.Themes != 0)
}

// Beside are the shapes that meet a box while their point is outside it: what a
// list of the box has in addition to the points in it. The largest come first.
func (v *View) Beside(box atlas.BBox, f atlas.Filter) []int64 {
	b := directory.BBox(box)
	var nums []int64
	v.Shapes(f, func(s *Shape) bool {
		return s.meets(b) && !b.Contains(directory.Point{Lat: s.Point.Lat, Lon: s.Point.Lon})
	}, func(s *Shape) bool {
		nums = append(nums, s.Num)
		return true
	})
	return nums
}

func (s *Shape) meets(b directory.BBox) bool {
	own := directory.BBox(s.Bounds)
	if own.West > own.East {
		own.East += 360
	}
	return own.Meets(b)
}
