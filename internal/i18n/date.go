package i18n

import (
	"strconv"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// month is the name of month m, 1 to 12, in running text.
func (l *Locale) month(m int) string { return l.T("date.month." + strconv.Itoa(m)) }

// Date writes the day of t: "4 juin 2026", "4 June 2026". A zero t gives "".
func (l *Locale) Date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return l.day(t.Year(), int(t.Month()), t.Day())
}

// MonthYear writes the month of t: "juin 2026". A zero t gives "".
func (l *Locale) MonthYear(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return l.T("date.month_year", "month", l.month(int(t.Month())), "year", l.Year(t.Year()))
}

// DateTime writes the day and the time of day of t in its own time zone.
func (l *Locale) DateTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return l.T("date.day_time", "day", l.Date(t), "time", l.clock(t.Hour(), t.Minute()))
}

// Clock writes a time of day.
func (l *Locale) Clock(t time.Time) string { return l.clock(t.Hour(), t.Minute()) }

func (l *Locale) clock(h, m int) string {
	mm := strconv.Itoa(m)
	if m < 10 {
		mm = "0" + mm
	}
	return l.T("date.clock", "h", strconv.Itoa(h), "m", mm)
}

func (l *Locale) day(y, m, d int) string {
	day := strconv.Itoa(d)
	if d == 1 {
		day = l.T("date.first")
	}
	return l.T("date.day", "day", day, "month", l.month(m), "year", l.Year(y))
}

// Year writes a year of the proleptic Gregorian calendar with an astronomical
// year 0: −43 is 44 BC.
func (l *Locale) Year(y int) string {
	if y <= 0 {
		return l.T("date.bc", "year", strconv.Itoa(1-y))
	}
	return strconv.Itoa(y)
}

// Relative writes how long ago t was, seen from now: "il y a 3 jours". A t in
// the future is "à l’instant"; a zero t gives "".
func (l *Locale) Relative(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	d := now.Sub(t)
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return l.T("date.now")
	case d < time.Hour:
		return l.N("date.ago.minute", int(d/time.Minute))
	case d < day:
		return l.N("date.ago.hour", int(d/time.Hour))
	case d < 31*day:
		return l.N("date.ago.day", int(d/day))
	case d < 365*day:
		return l.N("date.ago.month", int(d/(30*day)))
	}
	return l.N("date.ago.year", int(d/(365*day)))
}

// EDTF writes an EDTF date or interval in words, with its precision kept. A
// text that is not one comes back as it is; "" gives "".
func (l *Locale) EDTF(s string) string { return directory.HumanDate(s, l.Tag) }

// Period writes what lasts from start to end, both EDTF, as posts, feeds and
// documents of peers do. An empty end is an instant; ".." is an open end.
func (l *Locale) Period(start, end string) string {
	if start == end || strings.Contains(start, "/") {
		return l.EDTF(start)
	}
	return (&directory.Period{Start: start, End: end}).Human(l.Tag)
}
