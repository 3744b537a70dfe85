package chronicle

import "time"

const (
	hour = 3600
	day  = 24 * hour
	year = 31556952 // the mean Gregorian year
)

// rung is one length of window on the ladder of zooms: a number of years, or
// of months, or of days, or of hours; and the unit, of the same kind, on which it
// starts.
type rung struct {
	years, months, days, hours int
	unit                       int
}

var rungs = [...]rung{
	{hours: 1, unit: 1}, {hours: 3, unit: 1}, {hours: 6, unit: 1}, {hours: 12, unit: 1},
	{days: 1, unit: 1}, {days: 2, unit: 1}, {days: 7, unit: 1}, {days: 14, unit: 1},
	{months: 1, unit: 1}, {months: 3, unit: 1}, {months: 6, unit: 1},
	{years: 1, unit: 1}, {years: 2, unit: 1}, {years: 5, unit: 1}, {years: 10, unit: 1}, {years: 20, unit: 2}, {years: 50, unit: 5},
	{years: 100, unit: 10}, {years: 200, unit: 20}, {years: 500, unit: 50}, {years: 1000, unit: 100}, {years: 2000, unit: 200}, {years: 5000, unit: 500}, {years: 10000, unit: 1000},
}

// seconds is the rung's length, in the mean.
func (r rung) seconds() int64 {
	return int64(r.years)*year + int64(r.months)*year/12 + int64(r.days)*day + int64(r.hours)*hour
}

// rungFor returns the shortest rung not shorter than a length.
func rungFor(length int64) rung {
	for _, r := range rungs {
		if r.seconds() >= length*99/100 {
			return r
		}
	}
	return rungs[len(rungs)-1]
}

func utc(at int64) time.Time { return time.Unix(at, 0).UTC() }

func yearStart(y int) int64 { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC).Unix() }

// monthStart takes months counted from year 0.
func monthStart(m int) int64 {
	return time.Date(floorDiv(m, 12), time.Month(m-floorDiv(m, 12)*12+1), 1, 0, 0, 0, 0, time.UTC).Unix()
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// roundTo returns the multiple of unit nearest to v.
func roundTo(v float64, unit int) int {
	return floorDiv(int(v+float64(unit)/2+1e-6), unit) * unit
}

// niceWindow is the rung's window about a moment.
func niceWindow(middle int64, r rung) Span {
	middle = clampTime(middle)
	t := utc(middle)
	switch {
	case r.years > 0:
		at := float64(t.Year()) + float64(middle-yearStart(t.Year()))/year
		first := roundTo(at-float64(r.years)/2, r.unit)
		return Span{From: yearStart(first), To: yearStart(first + r.years)}
	case r.months > 0:
		at := float64(t.Year()*12+int(t.Month())-1) + float64(t.Day()-1)/31
		first := roundTo(at-float64(r.months)/2, r.unit)
		return Span{From: monthStart(first), To: monthStart(first + r.months)}
	}
	unit := day
	if r.days == 0 {
		unit = hour
	}
	from := int64(floorDiv(int(middle-r.seconds()/2)+unit/2, unit) * unit)
	return Span{From: from, To: from + r.seconds()}
}

// ZoomIn returns a window about half as long with nice bounds, about the same
// middle; an hour is the shortest.
func ZoomIn(s Span) Span {
	s = s.tidy()
	length := s.To - s.From
	best := rungs[0]
	for _, r := range rungs {
		if r.seconds() <= length*2/3 {
			best = r
		}
	}
	return niceWindow(s.From+length/2, best)
}

// ZoomOut returns a window about twice as long with nice bounds, about the
// same middle; ten thousand years is the longest.
func ZoomOut(s Span) Span {
	s = s.tidy()
	length := s.To - s.From
	return niceWindow(s.From+length/2, rungFor(length*3/2))
}

// Pan moves a window by half-lengths; negative goes to the past. A window of
// whole years or months stays one.
func Pan(s Span, steps int) Span {
	s = s.tidy()
	steps = min(max(steps, -1000), 1000)
	a, b := utc(s.From), utc(s.To)
	if isMonth(a) && isMonth(b) {
		first, last := monthOf(a), monthOf(b)
		half := (last - first) / 2
		if a.Month() == 1 && b.Month() == 1 && last-first >= 24 {
			half = (last - first) / 24 * 12
		}
		move := steps * max(half, 1)
		return Span{From: clampTime(monthStart(first + move)), To: clampTime(monthStart(last + move))}.tidy()
	}
	move := int64(steps) * ((s.To - s.From) / 2)
	return Span{From: s.From + move, To: s.To + move}.tidy()
}

func isMonth(t time.Time) bool {
	return t.Day() == 1 && t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0
}

func monthOf(t time.Time) int { return t.Year()*12 + int(t.Month()) - 1 }

// AtScale returns the window of a scale's usual length about the middle of s;
// an unknown scale returns s.
func AtScale(s Span, scale Scale) Span {
	s = s.tidy()
	lengths := map[Scale]rung{
		Centuries: {years: 1000, unit: 100}, Decades: {years: 100, unit: 10}, Years: {years: 10, unit: 1},
		Months: {years: 1, unit: 1}, Weeks: {months: 3, unit: 1}, Days: {days: 14, unit: 1}, Hours: {days: 1, unit: 1},
	}
	r, ok := lengths[scale]
	if !ok {
		return s
	}
	return niceWindow(s.From+(s.To-s.From)/2, r)
}
