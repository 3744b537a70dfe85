package vocab

import (
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// edtfOf writes a period as one EDTF text.
func edtfOf(p *directory.Period) string {
	switch {
	case p == nil:
		return ""
	case p.End == "":
		return p.Start
	}
	return p.Start + "/" + p.End
}

// periodOf is edtfOf's inverse. An interval with an open end stays in Start,
// as there it says something that Start and End do not.
func periodOf(edtf, timezone string) *directory.Period {
	p := &directory.Period{Start: edtf, Timezone: timezone}
	if start, end, ok := strings.Cut(edtf, "/"); ok && end != "" && end != ".." && start != ".." {
		p.Start, p.End = start, end
	}
	if *p == (directory.Period{}) {
		return nil
	}
	return p
}

// eventTimes are startTime and endTime as other software needs them: full
// date-times with the local offset, in years that they can hold. A vaguer date
// gives the bounds of what is known. "" when there is none.
func eventTimes(p *directory.Period) (start, end string) {
	if p == nil {
		return "", ""
	}
	loc, err := time.LoadLocation(p.Timezone)
	if err != nil {
		loc = time.UTC
	}
	from, err := directory.ParseEDTF(p.Start)
	if err != nil {
		return "", ""
	}
	start = dateTime(p.Start, from.From, from.Precision, loc)
	switch last, err := directory.ParseEDTF(p.End); {
	case err == nil && last.Precision == directory.PrecisionTime:
		end = dateTime(p.End, last.From, last.Precision, loc)
	case err == nil:
		end = dateTime(p.End, last.To-1, last.Precision, loc)
	case p.End == "" && from.Precision != directory.PrecisionTime && !from.Open:
		end = dateTime(p.Start, from.To-1, from.Precision, loc)
	}
	return start, end
}

// dateTime writes one end. Civil dates are taken as they stand in loc.
func dateTime(text string, unix int64, precision directory.DatePrecision, loc *time.Location) string {
	t := time.Unix(unix, 0).UTC()
	if precision == directory.PrecisionTime {
		if written, err := time.Parse(time.RFC3339, text); err == nil {
			t = written
		}
	} else {
		t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, loc)
	}
	if t.Year() < 1 || t.Year() > 9999 {
		return ""
	}
	return t.Format(time.RFC3339)
}

// foreignDate reads a startTime or endTime of anybody: with milliseconds, an
// offset, none, or a date alone. The offset as written is kept.
func foreignDate(s string) string {
	if s = strings.TrimSpace(s); s == "" {
		return ""
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Truncate(time.Second).Format(time.RFC3339)
		}
	}
	if t, err := time.Parse("2006-01-02", s); err == nil {
		return t.Format("2006-01-02")
	}
	return ""
}

// foreignPeriod reads the time of a foreign event, nil when it has none.
func foreignPeriod(start, end, timezone string) *directory.Period {
	start, end = foreignDate(start), foreignDate(end)
	if start == "" {
		return nil
	}
	if end == start {
		end = ""
	}
	if _, err := directory.ParseEDTF(start + "/" + end); end != "" && err != nil {
		end = "" // ends before it starts
	}
	if _, err := time.LoadLocation(timezone); err != nil || timezone == "Local" {
		timezone = ""
	}
	return &directory.Period{Start: start, End: end, Timezone: timezone}
}
