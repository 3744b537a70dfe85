package site

import (
	"time"

	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
)

// Shares of the entries, by their start, that may be left of what is shown
// first: one charter of 1217 is not to squeeze all others into a corner.
const (
	windowShare = 0.1
	stripShare  = 0.05
	// stripWorth is how much shorter the strip must get to leave anything out.
	stripWorth = 0.7
)

// extent is the time that a selection covers.
type extent struct {
	// all is from the first start to the last; entries without an end go on.
	all chronicle.Span
	// strip is what the overview shows, first the window when none is asked for.
	strip, first chronicle.Span
	// earlier is how many start before the strip.
	earlier int
	ok      bool
}

// extentOf looks at when the entries of a selection start. Without any, it is
// the years around now.
func (s *Site) extentOf(f chronicle.Filter) extent {
	c := s.cfg.View.Chronicle()
	all, ok := c.Range(f)
	if !ok {
		y := s.cfg.Clock().UTC().Year()
		around := chronicle.Span{From: yearStart(y - emptyYearsBack), To: yearStart(y + emptyYearsAhead)}
		return extent{all: around, strip: around, first: around}
	}
	at, _ := c.StartOf(f, stripShare, windowShare, 1)
	end := yearStart(yearOf(at[2]) + 1)
	if now := yearStart(s.cfg.Clock().UTC().Year() + 1); now > end && now-end < presentYears*yearSeconds {
		end = now // the present is in the window where it is near
	}
	all.To = max(end, min(all.To, at[2]+(at[2]-at[1])/4))
	r := extent{all: all, strip: all, ok: true}
	r.first = chronicle.Span{From: niceStart(at[1], end), To: end}
	r.first.From = max(r.first.From, min(yearStart(yearOf(all.From)), niceStart(all.From, all.To)))
	from := min(niceStart(at[0], all.To), r.first.From)
	if float64(all.To-from) < stripWorth*float64(all.To-all.From) {
		r.strip.From = from
	}
	return r
}

// presentYears is how long after the last start the present still is shown.
const presentYears, yearSeconds = 8, 366 * 24 * 3600

// emptyYearsBack and emptyYearsAhead are the window of a timeline without entries.
const emptyYearsBack, emptyYearsAhead = 60, 5

// show makes the strip hold the window too, and counts what starts before it.
func (r *extent) show(c *chronicle.Chronicle, f chronicle.Filter, window chronicle.Span) {
	r.all.From, r.all.To = min(r.all.From, window.From), max(r.all.To, window.To)
	r.strip.From, r.strip.To = min(r.strip.From, window.From), max(r.strip.To, window.To)
	if r.ok && r.all.From < r.strip.From {
		r.earlier = c.Density(chronicle.Span{From: r.all.From, To: r.strip.From}, 1, f)[0]
	}
}

// niceStart is the start of a round year at or before a moment, rounder the
// farther to is.
func niceStart(at, to int64) int64 {
	y := yearOf(at)
	unit := 1
	for _, u := range []struct{ years, unit int }{{15, 5}, {100, 10}, {400, 50}, {1000, 100}, {4000, 500}} {
		if yearOf(to)-y > u.years {
			unit = u.unit
		}
	}
	round := y / unit * unit
	if round > y {
		round -= unit
	}
	return yearStart(round)
}

func yearOf(unix int64) int { return time.Unix(unix, 0).UTC().Year() }

// window is the window that was asked for, or the first one.
func (r extent) window(from, to string) chronicle.Span {
	span := r.first
	if d, err := directory.ParseEDTF(from); from != "" && err == nil {
		span.From = d.From
		if to == "" {
			span.To = max(span.To, d.To)
		}
	}
	if d, err := directory.ParseEDTF(to); to != "" && err == nil {
		span.To = d.To
		if d.Precision == directory.PrecisionTime { // a minute is where the window ends, a day belongs to it
			span.To = d.From
		}
		if from == "" {
			span.From = min(span.From, d.From)
		}
	}
	if span.To <= span.From {
		span.To = span.From + int64(24*time.Hour/time.Second)
	}
	return span
}
