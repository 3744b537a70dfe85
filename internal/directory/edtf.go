package directory

import (
	"fmt"
	"strings"
	"time"
)

// EDTF is one parsed date of the Extended Date/Time Format (ISO 8601-2:2019,
// level 0 and level 1; https://www.loc.gov/standards/datetime/). The calendar
// is the proleptic Gregorian one; year 0 is 1 BCE.
type EDTF struct {
	// Text is the date as it was written, trimmed.
	Text string
	// From and To bound the date in Unix seconds: [From, To). A date-time lasts one
	// second. An open end is MinUnix or MaxUnix.
	From, To  int64
	Precision DatePrecision
	// Approximate is the qualifier '~' or '%', Uncertain '?' or '%'.
	Approximate, Uncertain bool
	// Open says that one end of an interval is open ("..") or unknown ("").
	Open bool
}

// The bounds of every date: the first second of year -9999 and the end of year 9999.
const (
	MinUnix int64 = -377705116800
	MaxUnix int64 = 253402300800
)

// maxEDTFBytes bounds the text of a date; the longest valid one is an interval
// of two date-times with offsets.
const maxEDTFBytes = 64

// DatePrecision is how finely a date is known. The zero value is no date.
type DatePrecision int

// The precisions, from coarse to fine, and PrecisionInterval for "a/b".
const (
	PrecisionCentury DatePrecision = iota + 1
	PrecisionDecade
	PrecisionYear
	PrecisionSeason
	PrecisionMonth
	PrecisionDay
	PrecisionTime
	PrecisionInterval
)

// edtfDate is one end of an interval, or a whole date, taken apart.
type edtfDate struct {
	year, month, day       int
	precision              DatePrecision
	approximate, uncertain bool
	open                   bool      // ".." or ""
	at                     time.Time // date-times only, in the written offset
}

// ParseEDTF reads a date of EDTF level 0 or 1, years -9999 to 9999: "2011",
// "2011-03", "2011-03-12", "2011-03-12T18:00:00+01:00", "2011-21" (spring),
// "1217~", "1984?", "199X", "19XX", "2011-03-XX", "2004/2008", "2004/..", "-0043".
// A date-time without an offset is read as UTC. The error wraps ErrInvalid.
func ParseEDTF(s string) (EDTF, error) {
	s = strings.TrimSpace(s)
	start, end, err := splitEDTF(s)
	if err != nil {
		return EDTF{}, fmt.Errorf("date %.40q: %w: %w", s, err, ErrInvalid)
	}
	d := EDTF{Text: s, Precision: start.precision, Approximate: start.approximate, Uncertain: start.uncertain}
	d.From, d.To = start.bounds()
	if end == nil {
		return d, nil
	}
	d.Precision = PrecisionInterval
	d.Approximate = start.approximate || end.approximate
	d.Uncertain = start.uncertain || end.uncertain
	d.Open = start.open || end.open
	if start.open {
		d.From = MinUnix
	}
	endFrom, endTo := end.bounds()
	if end.open {
		endFrom, endTo = MaxUnix, MaxUnix
	}
	if endTo <= d.From || (!start.open && !end.open && endFrom < d.From) {
		return EDTF{}, fmt.Errorf("date %.40q: ends before it starts: %w", s, ErrInvalid)
	}
	d.To = endTo
	return d, nil
}

// splitEDTF takes s apart; end is nil when s is not an interval.
func splitEDTF(s string) (start edtfDate, end *edtfDate, err error) {
	if s == "" || len(s) > maxEDTFBytes {
		return start, nil, fmt.Errorf("is empty or longer than %d bytes", maxEDTFBytes)
	}
	a, b, interval := strings.Cut(s, "/")
	if !interval {
		start, err = parseEDTFDate(a)
		return start, nil, err
	}
	if start, err = parseEDTFEnd(a); err != nil {
		return start, nil, err
	}
	e, err := parseEDTFEnd(b)
	if err == nil && start.open && e.open {
		err = fmt.Errorf("has no known end")
	}
	return start, &e, err
}

func parseEDTFEnd(s string) (edtfDate, error) {
	if s == "" || s == ".." {
		return edtfDate{open: true}, nil
	}
	return parseEDTFDate(s)
}

func parseEDTFDate(s string) (edtfDate, error) {
	if strings.Contains(s, "T") {
		return parseEDTFTime(s)
	}
	var d edtfDate
	if n := len(s); n > 0 {
		switch s[n-1] {
		case '?':
			d.uncertain, s = true, s[:n-1]
		case '~':
			d.approximate, s = true, s[:n-1]
		case '%':
			d.approximate, d.uncertain, s = true, true, s[:n-1]
		}
	}
	negative := strings.HasPrefix(s, "-")
	parts := strings.Split(strings.TrimPrefix(s, "-"), "-")
	if len(parts) > 3 {
		return d, fmt.Errorf("has more than year, month and day")
	}
	if err := d.readYear(parts[0], negative); err != nil {
		return d, err
	}
	if len(parts) > 1 {
		if err := d.readMonth(parts[1], len(parts) == 3); err != nil {
			return d, err
		}
	}
	if len(parts) > 2 {
		return d, d.readDay(parts[1], parts[2])
	}
	return d, nil
}

func (d *edtfDate) readYear(s string, negative bool) error {
	if len(s) != 4 {
		return fmt.Errorf("year is not written with four digits")
	}
	d.precision = PrecisionYear
	digits := s
	switch {
	case strings.HasSuffix(s, "XX"):
		d.precision, digits = PrecisionCentury, s[:2]+"00"
	case strings.HasSuffix(s, "X"):
		d.precision, digits = PrecisionDecade, s[:3]+"0"
	}
	n, ok := number(digits)
	if !ok {
		return fmt.Errorf("year is not a number")
	}
	d.year = n
	if negative {
		if d.precision != PrecisionYear || n == 0 {
			return fmt.Errorf("negative year is not a whole year")
		}
		d.year = -n
	}
	return nil
}

func (d *edtfDate) readMonth(s string, withDay bool) error {
	if d.precision != PrecisionYear {
		return fmt.Errorf("has a month in an unspecified year")
	}
	if s == "XX" {
		return nil // the year is all that is known
	}
	n, ok := number(s)
	switch {
	case len(s) != 2 || !ok:
		return fmt.Errorf("month is not two digits")
	case n >= 21 && n <= 24 && !withDay:
		d.month, d.precision = n, PrecisionSeason
	case n >= 1 && n <= 12:
		d.month, d.precision = n, PrecisionMonth
	default:
		return fmt.Errorf("month is not 01 to 12, nor a season 21 to 24")
	}
	return nil
}

func (d *edtfDate) readDay(month, day string) error {
	if day == "XX" {
		return nil
	}
	n, ok := number(day)
	switch {
	case month == "XX":
		return fmt.Errorf("has a day in an unspecified month")
	case len(day) != 2 || !ok:
		return fmt.Errorf("day is not two digits")
	case n < 1 || n > daysIn(d.year, d.month):
		return fmt.Errorf("day does not exist in that month")
	}
	d.day, d.precision = n, PrecisionDay
	return nil
}

// edtfTimeLayouts are the date-times that we read.
var edtfTimeLayouts = [...]string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04",
}

func parseEDTFTime(s string) (edtfDate, error) {
	for _, layout := range edtfTimeLayouts {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		return edtfDate{
			year: t.Year(), month: int(t.Month()), day: t.Day(),
			precision: PrecisionTime, at: t,
		}, nil
	}
	return edtfDate{}, fmt.Errorf("is not a date-time of the form 2006-01-02T15:04:05+01:00")
}

// bounds are [from, to) in Unix seconds.
func (d edtfDate) bounds() (from, to int64) {
	day := func(y, m, dd int) int64 {
		return time.Date(y, time.Month(m), dd, 0, 0, 0, 0, time.UTC).Unix()
	}
	switch d.precision {
	case PrecisionCentury:
		return day(d.year, 1, 1), day(d.year+100, 1, 1)
	case PrecisionDecade:
		return day(d.year, 1, 1), day(d.year+10, 1, 1)
	case PrecisionYear:
		return day(d.year, 1, 1), day(d.year+1, 1, 1)
	case PrecisionSeason: // northern: spring is March to May, winter December to February
		m := 3 * (d.month - 20)
		return day(d.year, m, 1), day(d.year, m+3, 1)
	case PrecisionMonth:
		return day(d.year, d.month, 1), day(d.year, d.month+1, 1)
	case PrecisionDay:
		return day(d.year, d.month, d.day), day(d.year, d.month, d.day+1)
	case PrecisionTime:
		return d.at.Unix(), d.at.Unix() + 1
	}
	return 0, 0
}

// Interval is the period in Unix seconds, [from, to). A period with a start
// only lasts as long as its start's precision; an end of ".." lasts to MaxUnix;
// an end only counts as an instant. ok is false for nil, and when a date is
// missing or unreadable, or the end is before the start.
func (p *Period) Interval() (from, to int64, ok bool) {
	if p == nil || (p.Start == "" && p.End == "") {
		return 0, 0, false
	}
	switch {
	case p.Start == "" || p.Start == "..":
		end, err := ParseEDTF(p.End)
		if err != nil {
			return 0, 0, false
		}
		if p.Start == ".." {
			return MinUnix, end.To, true
		}
		return end.From, end.To, true
	case p.End == "":
		start, err := ParseEDTF(p.Start)
		return start.From, start.To, err == nil
	}
	start, err := ParseEDTF(p.Start)
	if err != nil {
		return 0, 0, false
	}
	if p.End == ".." {
		return start.From, MaxUnix, true
	}
	end, err := ParseEDTF(p.End)
	if err != nil || end.To <= start.From {
		return 0, 0, false
	}
	return start.From, max(end.To, start.To), true
}

// number reads ASCII digits only.
func number(s string) (int, bool) {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, s != ""
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
