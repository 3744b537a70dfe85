package store

import (
	"context"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Extent is what a map draws of a public place beside its point.
type Extent struct {
	Num int64
	// Approximate says that the point is somewhere around the place.
	Approximate bool
	// Shape is the place's line or area, "" without one.
	Shape directory.Shape
}

const selectExtent = "SELECT num, approximate, shape FROM entry_extent"

func scanExtent(row scanner) (x Extent, err error) {
	return x, row.Scan(&x.Num, &x.Approximate, &x.Shape)
}

// ScanExtents calls fn for every public entry that is approximate or has a shape.
func (r Reader) ScanExtents(ctx context.Context, fn func(Extent) error) error {
	return wrap(r.each(ctx, func(row scanner) error {
		x, err := scanExtent(row)
		if err != nil {
			return err
		}
		return fn(x)
	}, selectExtent+" ORDER BY num"), "scan extents")
}

// Extents are those of the entries with these numbers that have one, by number.
func (r Reader) Extents(ctx context.Context, nums []int64) ([]Extent, error) {
	out := []Extent{}
	for _, part := range chunks(nums) {
		var a args
		xs, err := collect(ctx, r, scanExtent, selectExtent+" WHERE num IN "+list(&a, part)+" ORDER BY num", a...)
		if err != nil {
			return nil, wrap(err, "extents")
		}
		out = append(out, xs...)
	}
	return out, nil
}

// extentRow is the row of an entry's public place, nil for one that needs none.
func extentRow(num int64, p directory.Public) []any {
	if p.Place == nil || p.Place.Point == nil {
		return nil
	}
	if g, ok := p.Place.Shape.Geometry(); ok {
		b := g.Box()
		return []any{num, false, b.West, b.South, b.East, b.North, string(p.Place.Shape)}
	}
	if p.Place.Precision == directory.PrecisionApproximate {
		return []any{num, true, 0.0, 0.0, 0.0, 0.0, ""}
	}
	return nil
}

// inBox keeps the entries whose public point is in a box, or whose shape's box
// meets it.
func inBox(a *args, b directory.BBox) string {
	south, north := a.add(b.South), a.add(b.North)
	west, east := a.add(b.West), a.add(b.East)
	between := "e.lon >= " + west + " AND e.lon <= " + east
	if b.West > b.East {
		between = "(e.lon >= " + west + " OR e.lon <= " + east + ")"
		east = a.add(b.East + 360)
	}
	box := ""
	for _, turn := range [...]string{"- 360", "", "+ 360"} {
		if box != "" {
			box += " OR "
		}
		box += "x.west " + turn + " <= " + east + " AND x.east " + turn + " >= " + west
	}
	return "(e.has_point AND e.lat >= " + south + " AND e.lat <= " + north + " AND " + between +
		" OR e.num IN (SELECT x.num FROM entry_extent x WHERE x.shape <> '' AND x.south <= " + north + " AND x.north >= " + south +
		" AND (" + box + ")))"
}
