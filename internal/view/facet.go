package view

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/register"
)

// everywhere is the box of every point.
var everywhere = atlas.BBox{West: -180, South: -90, East: 180, North: 90}

// Shows says what a view can show of a selection: its facets count that.
type Shows struct {
	// Box is the part of the map in view; nil is on the map or not.
	Box *atlas.BBox
	// Window is the part of the timeline in view, in place of the selection's
	// period; nil is dated or not.
	Window *chronicle.Span
	// Only is the one kind of a view that has no other.
	Only directory.Kind
	// Months are how fresh entries may be asked to be; Most is how many tags and
	// concepts are named.
	Months []int
	Most   int
}

// Facets counts what each choice would give. The numbers of a list apply
// everything but that list's own choice. Counts.Since is beside Months.
func (v *View) Facets(ctx context.Context, s directory.Selection, show Shows) (register.Counts, error) {
	s.BBox = nil
	if show.Window != nil {
		s.From, s.To = "", ""
	}
	r, err := v.resolve(ctx, s)
	if err != nil {
		return register.Counts{}, err
	}
	key := fmt.Sprint(s.Values().Encode(), r.key, show.Box, show.Window, show.Only, show.Months, show.Most)
	return v.kept.get(key, v.Revision(), v.Len(), func() register.Counts {
		f, ask := v.within(r), register.Ask{Most: show.Most}
		if show.Box != nil {
			ask.Placed = true
			if *show.Box != everywhere {
				ask.Within = v.Inside(*show.Box)
			}
		}
		if show.Window != nil {
			ask.Dated = true
			if *show.Window != Always {
				ask.Within = ask.Within.And(v.Chronicle().Nums(*show.Window))
			}
		}
		if show.Only != "" {
			ask.Kinds = 1 << show.Only.Number()
		}
		for _, m := range show.Months {
			ask.Since = append(ask.Since, v.freshSince(m))
		}
		return v.Register().Count(f, ask)
	}), nil
}

// Inside is the entries in a box of the map, by their point or their shape.
func (v *View) Inside(box atlas.BBox) *directory.NumSet {
	set := v.Atlas().Nums(box)
	for _, num := range v.Beside(box, atlas.Filter{}) {
		set.Add(num)
	}
	return set
}

// Always is the window of everything that is dated.
var Always = chronicle.Span{From: math.MinInt64, To: math.MaxInt64}

// Count counts the public entries of a selection, in a box of the map, by
// their point or their shape, or with a nil box, on the map or not.
func (v *View) Count(ctx context.Context, s directory.Selection, box *atlas.BBox) (int, error) {
	if box != nil {
		f, err := v.Filter(ctx, s)
		if err != nil {
			return 0, err
		}
		return v.Atlas().Count(*box, f) + len(v.Beside(*box, f)), nil
	}
	set, err := v.Set(ctx, s)
	if err != nil || set != nil {
		return set.Len(), err
	}
	return v.Len(), nil
}

// Of many entries the counts of a moment ago do: counting all of them anew with
// each change would be all that a busy instance does.
const (
	manyEntries = 100_000
	countsAge   = 500 * time.Millisecond
	maxCounts   = 128
)

// countsKept keeps the counts of the last pages.
type countsKept struct {
	mu   sync.Mutex
	kept map[string]keptCounts
}

type keptCounts struct {
	revision string
	at       time.Time
	counts   register.Counts
}

func newCountsKept() *countsKept { return &countsKept{kept: map[string]keptCounts{}} }

func (k *countsKept) get(key, revision string, entries int, count func() register.Counts) register.Counts {
	k.mu.Lock()
	c, ok := k.kept[key]
	k.mu.Unlock()
	if ok && (c.revision == revision || entries > manyEntries && time.Since(c.at) < countsAge) {
		return c.counts
	}
	c = keptCounts{revision, time.Now(), count()}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.kept) >= maxCounts {
		clear(k.kept)
	}
	k.kept[key] = c
	return c.counts
}
