package directory

import "errors"

// EDTF is one parsed date of ISO 8601-2 (Extended Date/Time Format).
type EDTF struct {
	// Text is the date as it was written, trimmed.
	Text string
	// From and To bound the date in Unix seconds: [From, To).
	From, To  int64
	Precision DatePrecision
	// Approximate is the qualifier '~' or '%', Uncertain '?' or '%'.
	Approximate, Uncertain bool
	// Open says that one end of an interval is open ("..") or unknown ("").
	Open bool
}

// DatePrecision is how fine a date is known.
type DatePrecision int

// The precisions, from coarse to fine.
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

// ParseEDTF reads a date of EDTF level 0 or 1.
func ParseEDTF(s string) (EDTF, error) { return EDTF{}, errors.ErrUnsupported }

// Human writes the date for people, in "fr" or "en".
func (d EDTF) Human(lang string) string { return d.Text }

// Interval is the period in Unix seconds, [from, to); ok is false without a readable start or end.
func (p *Period) Interval() (from, to int64, ok bool) { return 0, 0, false }
