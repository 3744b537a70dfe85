package directory

import (
	"errors"
	"net/url"
)

// Selection is what a visitor chose to see: the same on the map, the timeline,
// the lists, the API and the exports. The zero value selects everything public.
type Selection struct {
	// Query is the text to search for, as typed.
	Query string
	// Kinds keeps entries of any of these kinds; empty keeps every kind.
	Kinds []Kind
	// Themes keeps entries of any of these slugs; a root includes its children.
	Themes []string
	// Tags keeps entries that have any of these tags, folded.
	Tags []string
	// From and To are EDTF; an entry is kept when its period overlaps [From, To].
	From, To string
	// BBox keeps entries whose public point is inside; nil keeps all.
	BBox *BBox
	// Origin keeps entries of one instance: its scheme://host, or OriginLocal.
	Origin string
	// Licence keeps entries with this SPDX id.
	Licence string
	// FreshMonths keeps entries confirmed within that many months; 0 keeps all.
	FreshMonths int
}

// OriginLocal is the value of Selection.Origin for this instance's own entries.
const OriginLocal = "local"

// BBox is a bounding box in degrees, WGS 84. West > East crosses the antimeridian.
type BBox struct{ West, South, East, North float64 }

// ParseSelection reads a selection from a URL query.
func ParseSelection(v url.Values) (Selection, error) { return Selection{}, errors.ErrUnsupported }

// Values is the inverse of ParseSelection, with zero fields left out.
func (s Selection) Values() url.Values { return nil }
