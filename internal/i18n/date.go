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

// EDTF writes an EDTF date (ISO 8601-2 levels 0 and 1, date-times and
// intervals) in words, with its precision kept. A text that is not one comes
// back as it is; "" gives "".
func (l *Locale) EDTF(s string) string {
	if a, b, ok := strings.Cut(s, "/"); ok {
		return l.Period(a, b)
	}
	return l.edtf(s)
}

// Period writes what lasts from start to end, both EDTF. An empty end is an
// instant; ".." is an open end. Times of day are written as everywhere else:
// in our posts, in feeds and in the documents that peers show.
func (l *Locale) Period(start, end string) string {
	if p := (&directory.Period{Start: start, End: end}); p.Timed() {
		return p.Human(l.Tag)
	}
	if strings.Contains(start, "/") {
		return l.EDTF(start)
	}
	open := func(s string) bool { return s == ".." || s == "" }
	switch {
	case open(start) && open(end):
		return ""
	case end == "" || start == end:
		return l.edtf(start)
	case end == "..":
		return l.T("date.since", "date", l.edtf(start))
	case open(start):
		return l.T("date.until", "date", l.edtf(end))
	}
	return l.T("date.range", "from", l.edtf(start), "to", l.edtf(end))
}

// edtf writes one date.
func (l *Locale) edtf(s string) string {
	if p := (&directory.Period{Start: s}); p.Timed() {
		return p.Human(l.Tag)
	}
	body := strings.TrimRight(s, "?~%")
	marks := s[len(body):]
	text, ok := l.plain(body)
	if !ok {
		return s
	}
	circa, doubt := strings.ContainsAny(marks, "~%"), strings.ContainsAny(marks, "?%")
	if circa {
		text = l.T("date.circa", "date", text)
	}
	if doubt {
		text = l.T("date.uncertain", "date", text)
	}
	return text
}

// plain writes a date without qualification: day, month, season, year, decade
// or century.
func (l *Locale) plain(s string) (string, bool) {
	sign := 1
	digits := strings.TrimPrefix(s, "Y")
	if strings.HasPrefix(digits, "-") {
		sign, digits = -1, digits[1:]
	}
	parts := strings.Split(digits, "-")
	if century, ok := strings.CutSuffix(parts[0], "XX"); ok && len(parts) == 1 {
		n, err := strconv.Atoi(century)
		return l.T("date.century", "n", l.ordinal(n+1)), err == nil && sign > 0
	}
	if decade, ok := strings.CutSuffix(parts[0], "X"); ok && len(parts) == 1 {
		n, err := strconv.Atoi(decade)
		return l.T("date.decade", "year", strconv.Itoa(n*10)), err == nil && sign > 0
	}
	nums := [3]int{}
	if len(parts) > 3 {
		return "", false
	}
	given := len(parts)
	for i, p := range parts {
		if i > 0 && p == "XX" {
			given = min(given, i)
			continue
		}
		n, err := strconv.Atoi(p)
		if err != nil {
			return "", false
		}
		nums[i] = n
	}
	year := sign * nums[0]
	switch {
	case given == 1:
		return l.Year(year), true
	case given == 2 && nums[1] >= 21 && nums[1] <= 24:
		return l.T("date.month_year", "month", l.T("date.season."+strconv.Itoa(nums[1])), "year", l.Year(year)), true
	case nums[1] < 1 || nums[1] > 12:
		return "", false
	case given == 2:
		return l.T("date.month_year", "month", l.month(nums[1]), "year", l.Year(year)), true
	}
	return l.day(year, nums[1], nums[2]), nums[2] >= 1 && nums[2] <= 31
}

// ordinal writes the number of a century: XIXe in French, 19th in English.
func (l *Locale) ordinal(n int) string {
	if l.Tag == "fr" {
		if n == 1 {
			return "Iᵉʳ"
		}
		return roman(n) + "ᵉ"
	}
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

func roman(n int) string {
	var b strings.Builder
	for _, d := range []struct {
		v int
		s string
	}{{50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= d.v; n -= d.v {
			b.WriteString(d.s)
		}
	}
	return b.String()
}
