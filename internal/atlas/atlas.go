package atlas

import (
	"sync"
	"sync/atomic"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Set is a set of entry numbers; nil stands for all of them.
type Set = directory.NumSet

// NewSet returns the set of the given entry numbers.
func NewSet(nums ...int64) *Set { return directory.NewNumSet(nums...) }

// NoTheme is the dominant root of a point that has no theme.
const NoTheme = -1

// Point is one entry on the map.
type Point struct {
	// Num is the entry's number, 0 to 2³²−1; a point with another is refused.
	Num int64
	// Lat and Lon are degrees WGS 84. A point with a NaN, an infinity or out of
	// ±90, ±180 is refused; latitudes are clamped to Mercator's ±85.0511°.
	Lat, Lon float64
	// Kind is directory.Kind.Number, 0 to 7.
	Kind uint8
	// Theme is the number of the dominant root theme, 0 to 7, or NoTheme.
	Theme int8
	// Themes has one bit per theme number; a child's root is set too.
	Themes uint64
	// Origin is the caller's number for the instance that the entry is from.
	Origin uint16
	// Approximate says that the entry is somewhere around the point.
	Approximate bool
	// Area is the caller's number for the part of the country that it is in, 0 for none.
	Area uint8
}

// Filter says which points count. The zero Filter takes every point.
type Filter struct {
	// Kinds has one bit per kind number; 0 = all kinds.
	Kinds uint16
	// Themes has one bit per theme number; a point with any of them passes; 0 = all.
	Themes uint64
	// From and To are unix seconds. When Dated is set, only points that were at some
	// moment of [From, To) pass, as the index that DatedBy names says.
	From, To int64
	Dated    bool
	// Only, when not nil, is the set of numbers that pass.
	Only *Set
}

// BBox is a rectangle in degrees, edges included. West > East crosses the
// antimeridian. directory.BBox converts to it.
type BBox struct{ West, South, East, North float64 }

// Hit is one point found. Its position is the centre of the index's cell, at
// most 2 cm from the point that was given.
type Hit struct {
	Num      int64
	Lat, Lon float64
	Kind     uint8
	Theme    int8
	Origin   uint16
	// Metres is the distance from the place asked for; Nearest only.
	Metres float64
}

// Facets counts the points of a box. Total applies the whole filter; each
// dimension applies everything but its own part of the filter, so that the
// numbers beside the choices of one list say what choosing them would give.
type Facets struct {
	Total  int
	Kinds  [8]int
	Themes [64]int
}

// Cluster is one or more points drawn as one.
type Cluster struct {
	Lat, Lon float64
	// N is how many points there are, exactly.
	N int
	// Shares counts them by dominant root theme; the last is for none.
	Shares [9]int
	// Num, Kind, Theme and Approximate are those of the point when N is 1.
	Num         int64
	Kind        uint8
	Theme       int8
	Approximate bool
	// Expand is the zoom at which the cluster comes apart; 0 when N is 1 or Stack.
	Expand int
	// Stack is set when all the points are at one and the same place.
	Stack bool
	// Box holds all the points, for a link that shows them.
	Box BBox
}

// Atlas is the map index. Any number of goroutines may read while one writes.
type Atlas struct {
	current atomic.Pointer[snapshot]
	mu      sync.Mutex // one Apply at a time; guards writer
	writer  writer
	// during is the owner's, see DatedBy.
	during func(from, to int64) *Set
}

// DatedBy makes the index ask which numbers were at some moment of [from, to), so
// that who has the periods of all entries anyway does not keep them twice. The
// answer is the same set as long as its numbers are. Without it, nothing is dated.
// It is called before the index is shared, and returns the index.
func (a *Atlas) DatedBy(during func(from, to int64) *Set) *Atlas {
	a.during = during
	return a
}

// Revision grows with every Apply that changed something. It starts at 1 in
// every process, so a validator built on it needs something of the process too.
func (a *Atlas) Revision() uint64 { return a.current.Load().revision }

// Len is the number of points.
func (a *Atlas) Len() int { return a.current.Load().len() }
