package chronicle

import (
	"sync"
	"sync/atomic"

	"codeberg.org/bocage/bocage/internal/directory"
)

// NoTheme is the dominant root of an interval that has no theme.
const NoTheme = -1

// Interval is one dated entry.
type Interval struct {
	// Num is the entry's number.
	Num int64
	// From and To are unix seconds, [From, To); To <= From is an instant.
	From, To int64
	// Kind is directory.Kind.Number, Theme the dominant root 0 to 7 or NoTheme,
	// Themes one bit per theme number.
	Kind   uint8
	Theme  int8
	Themes uint64
	// Form says how well the dates are known: a date that is not known to the day
	// is drawn as where it may have been, never as a sharp point.
	Form directory.DateForm
	// Region and Series are the lanes of lanes by region and by series; the caller
	// numbers them, 0 is none.
	Region uint16
	Series uint32
	// Rank orders what is shown first; higher is more important.
	Rank float32
	Name string
}

// Filter says which intervals count; its fields are those of atlas.Filter,
// which converts to it. The window's own bounds apply beside From and To.
type Filter struct {
	Kinds    uint16
	Themes   uint64
	From, To int64
	Dated    bool
	Only     *directory.NumSet
}

// Lanes is what the swim-lanes of a drawing are.
type Lanes uint8

// The zero value has no swim-lanes: one group of rows holds all.
const (
	NoLanes Lanes = iota
	ByTheme
	ByKind
	ByRegion
	BySeries
)

// Options says how a window is to be drawn. The zero value is 1 200 px wide,
// eight rows, one group, labels in French, no today marker.
type Options struct {
	// Width is the width of the drawing in CSS pixels, Rows how many rows of items
	// each swim-lane may have.
	Width, Rows int
	Lanes       Lanes
	// BinWidth is the width of a density bin in pixels, 4 when 0.
	BinWidth int
	// Lang is the language of tick labels: "fr" or "en".
	Lang string
	// Now is the present in unix seconds; 0 draws no marker.
	Now int64
}

// Window is what one window of the timeline shows. Positions are pixels from
// the left edge of the drawing.
type Window struct {
	From  int64 `json:"from"`
	To    int64 `json:"to"`
	Width int   `json:"width"`
	// X0 is where From is: what is left of it is for the names of swim-lanes.
	X0 float64 `json:"x0"`
	// Scale is the unit of the major ticks.
	Scale Scale `json:"scale"`
	// Total is how many intervals meet the window, Shown how many are Items.
	Total int `json:"total"`
	Shown int `json:"shown"`
	// By is what the groups are.
	By Lanes `json:"-"`
	// Bins counts the intervals by where they start (those begun before, in the first).
	Bins   []int   `json:"bins"`
	Items  []Item  `json:"items"`
	Rest   []Rest  `json:"rest,omitempty"`
	Ticks  []Tick  `json:"ticks"`
	Groups []Group `json:"groups"`
	// Rows is how many rows there are in all groups.
	Rows int `json:"rows"`
	// Today is the place of the present, or -1 when it is not in the window.
	Today float64 `json:"today"`
}

// Item is one interval with its place.
type Item struct {
	Num   int64  `json:"num"`
	Name  string `json:"name"`
	From  int64  `json:"from"`
	To    int64  `json:"to"`
	Kind  uint8  `json:"kind"`
	Theme int8   `json:"theme"`
	// Vague says that the dates are not known to the day or not for sure, Form how.
	Vague bool               `json:"vague,omitempty"`
	Form  directory.DateForm `json:"-"`
	// Series is 0 for none.
	Series uint32 `json:"-"`
	// X and W are the bar, W 0 a dot at X. Of a bar, SoftStart and SoftEnd at its
	// ends are where it may have been.
	X         float64 `json:"x"`
	W         float64 `json:"w"`
	SoftStart float64 `json:"softStart,omitempty"`
	SoftEnd   float64 `json:"softEnd,omitempty"`
	// CutStart and CutEnd say that an end that is not sure lies outside the window:
	// what is seen of it is as unsure everywhere, and does not fade.
	CutStart bool `json:"-"`
	CutEnd   bool `json:"-"`
	// Row is counted from the top, Group is the swim-lane.
	Row   int `json:"row"`
	Group int `json:"group"`
	// LabelX is where the label starts, LabelW its estimated width; Inside is
	// set when it is written on the bar. Label is the name, shortened when long.
	LabelX float64 `json:"lx"`
	LabelW float64 `json:"lw"`
	Inside bool    `json:"inside,omitempty"`
	// Crossed says that the line of today goes behind the label.
	Crossed bool   `json:"crossed,omitempty"`
	Label   string `json:"label"`
}

// Rest stands for the intervals of a stretch of a group that found no room.
type Rest struct {
	Group int     `json:"group"`
	X     float64 `json:"x"`
	W     float64 `json:"w"`
	N     int     `json:"n"`
	From  int64   `json:"from"`
	To    int64   `json:"to"`
}

// Tick is one line of the axis; a minor one has no label.
type Tick struct {
	At    int64   `json:"at"`
	X     float64 `json:"x"`
	Label string  `json:"label,omitempty"`
	Major bool    `json:"major,omitempty"`
}

// Group is a swim-lane: what it holds, its first row and how many rows it has.
type Group struct {
	// Key is the root theme (0 to 7), the kind's number, or the caller's number of
	// the region or series; NoKey has none of them, OtherKeys those without a lane.
	Key int `json:"key"`
	// Name is for the caller to fill in.
	Name  string `json:"name"`
	Row   int    `json:"row"`
	Rows  int    `json:"rows"`
	Total int    `json:"total"`
	// RestRow is the row of the counts of what found no room, -1 for none.
	RestRow int `json:"restRow"`
}

// Keys of the groups of what has no theme, region or series, and of those that
// are too many to have a lane each.
const (
	NoKey     = -1
	OtherKeys = -2
)

// Scale is a unit of the axis.
type Scale string

// The scales, from the coarsest.
const (
	Centuries Scale = "century"
	Decades   Scale = "decade"
	Years     Scale = "year"
	Months    Scale = "month"
	Weeks     Scale = "week"
	Days      Scale = "day"
	Hours     Scale = "hour"
)

// Span is a window's bounds in unix seconds, [From, To).
type Span struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// Chronicle is the time index. Any number of goroutines may read while one writes.
type Chronicle struct {
	current atomic.Pointer[snapshot]
	mu      sync.Mutex // one Apply at a time; guards position
	// names are the owner's, see NamedBy.
	names func(num int64) string
	// position says where a number is in the base.
	position directory.NumIndex
}

// Revision grows with every Apply that changed something, from 1.
func (c *Chronicle) Revision() uint64 { return c.current.Load().revision }

// Len is the number of intervals.
func (c *Chronicle) Len() int {
	s := c.current.Load()
	return len(s.base.from) - s.nDead + len(s.plus.from)
}
