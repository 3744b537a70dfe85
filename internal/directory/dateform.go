package directory

import (
	"strings"
	"time"
)

// DateForm says how well the dates of a period are known, packed so that an
// index can keep it for each entry: the precision of both ends, their
// qualifiers, and the offset from UTC of a time of day. The zero value is a
// period without a readable date.
//
// Bits 0–3 hold the precision of the start, 4–7 that of the end (0 when there is
// no end), 8–13 the qualifiers, 14–21 the offset in quarters of an hour plus 64.
type DateForm uint32

const (
	formStartApproximate DateForm = 1 << (iota + 8)
	formEndApproximate
	formStartUncertain
	formEndUncertain
	formStartOpen
	formEndOpen

	formEndShift = 4
)

// How the offset is packed, for who computes with it in SQL: the low byte of
// form >> DateFormOffsetShift, less DateFormOffsetZero, in units of
// DateFormOffsetUnit seconds; a byte of 0 is no offset.
const (
	DateFormOffsetShift = 14
	DateFormOffsetZero  = 64
	DateFormOffsetUnit  = 15 * 60
)

// Form is how well the period's dates are known; 0 when they cannot be read.
func (p *Period) Form() DateForm {
	if p == nil {
		return 0
	}
	start, end, err := splitEDTF(p.text())
	if err != nil {
		return 0
	}
	f := DateForm(start.precision)
	f |= start.flags(formStartApproximate, formStartUncertain, formStartOpen)
	if end != nil {
		f |= DateForm(end.precision) << formEndShift
		f |= end.flags(formEndApproximate, formEndUncertain, formEndOpen)
	}
	if start.precision == PrecisionTime {
		_, offset := start.in(p.zone()).at.Zone()
		f |= DateForm(DateFormOffsetZero+offset/DateFormOffsetUnit) & 0xff << DateFormOffsetShift
	}
	return f
}

// text is the period as one EDTF date or interval.
func (p *Period) text() string {
	start, end := strings.TrimSpace(p.Start), strings.TrimSpace(p.End)
	switch {
	case start == "":
		return end
	case end == "":
		return start
	}
	return start + "/" + end
}

func (d edtfDate) flags(approximate, uncertain, open DateForm) (f DateForm) {
	if d.approximate {
		f |= approximate
	}
	if d.uncertain {
		f |= uncertain
	}
	if d.open {
		f |= open
	}
	return f
}

// Start is the precision of the start, of a single date when End is 0.
func (f DateForm) Start() DatePrecision { return DatePrecision(f & 0xf) }

// End is the precision of the end, 0 without one.
func (f DateForm) End() DatePrecision { return DatePrecision(f >> formEndShift & 0xf) }

// ApproximateStart and ApproximateEnd report the qualifier '~' (or '%') of an end.
func (f DateForm) ApproximateStart() bool { return f&formStartApproximate != 0 }

// ApproximateEnd is ApproximateStart of the other end.
func (f DateForm) ApproximateEnd() bool { return f&formEndApproximate != 0 }

// Uncertain reports the qualifier '?' (or '%') of either end.
func (f DateForm) Uncertain() bool { return f&(formStartUncertain|formEndUncertain) != 0 }

// OpenStart and OpenEnd report that an interval has no known start, or end.
func (f DateForm) OpenStart() bool { return f&formStartOpen != 0 }

// OpenEnd is OpenStart of the other end.
func (f DateForm) OpenEnd() bool { return f&formEndOpen != 0 }

// Interval reports that the period has two ends, known or not.
func (f DateForm) Interval() bool { return f.End() != 0 || f.OpenEnd() }

// Timed reports that the period starts at a time of day.
func (f DateForm) Timed() bool { return f.Start() == PrecisionTime }

// Offset is how far the clocks are from UTC where and when the period starts;
// 0 for dates without a time of day.
func (f DateForm) Offset() time.Duration {
	quarters := int(f >> DateFormOffsetShift & 0xff)
	if quarters == 0 {
		return 0
	}
	return time.Duration(quarters-DateFormOffsetZero) * DateFormOffsetUnit * time.Second
}

// Vague reports that the dates are not known to the day, or are approximate,
// uncertain or open: what is drawn is where the entry may have been.
func (f DateForm) Vague() bool {
	coarse := func(p DatePrecision) bool { return p != 0 && p < PrecisionDay }
	return coarse(f.Start()) || coarse(f.End()) ||
		f&(formStartApproximate|formEndApproximate|formStartUncertain|formEndUncertain|formStartOpen|formEndOpen) != 0
}

// Seconds is the mean length of a precision: of a century, a year, a day; 0 for
// times of day and for none.
func (p DatePrecision) Seconds() int64 {
	const day, year = 24 * 3600, 31556952
	switch p {
	case PrecisionCentury:
		return 100 * year
	case PrecisionDecade:
		return 10 * year
	case PrecisionYear:
		return year
	case PrecisionSeason:
		return year / 4
	case PrecisionMonth:
		return year / 12
	case PrecisionDay:
		return day
	}
	return 0
}

// String is the word of the API: "century", "decade", "year", "season", "month",
// "day", "time"; "" for none.
func (p DatePrecision) String() string {
	words := [...]string{"", "century", "decade", "year", "season", "month", "day", "time", "interval"}
	if p < 0 || int(p) >= len(words) {
		return ""
	}
	return words[p]
}
