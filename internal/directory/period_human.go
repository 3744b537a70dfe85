package directory

import (
	"strings"
	"time"
)

// Human writes a period for people, in the words of EDTF.Human. Times of day
// are in the period's own time zone, else with the offset that they were
// written with: "dimanche 6 juin 2027, 18:00–20:00". A nil or empty period
// gives "".
func (p *Period) Human(lang string) string {
	if p == nil || p.Start == "" && p.End == "" {
		return ""
	}
	text := strings.TrimSpace(p.Start)
	switch {
	case text == "":
		text = strings.TrimSpace(p.End)
	case p.End != "":
		text += "/" + strings.TrimSpace(p.End)
	}
	return humanDate(text, lang, p.zone())
}

// Timed reports whether the period starts at a time of day.
func (p *Period) Timed() bool {
	if p == nil {
		return false
	}
	start, _, err := splitEDTF(strings.TrimSpace(p.Start))
	return err == nil && start.precision == PrecisionTime
}

// zone is the period's time zone, nil when it has none that we know.
func (p *Period) zone() *time.Location {
	if p.Timezone == "" {
		return nil
	}
	loc, err := time.LoadLocation(p.Timezone)
	if err != nil {
		return nil
	}
	return loc
}

// humanDate writes an EDTF text; a zone moves its times of day there.
func humanDate(text, lang string, zone *time.Location) string {
	w := englishDates
	if lang == "fr" || strings.HasPrefix(lang, "fr-") {
		w = frenchDates
	}
	start, end, err := splitEDTF(text)
	switch {
	case err != nil:
		return text
	case end == nil:
		return w.date(start.in(zone))
	case end.open:
		return w.since + w.date(start.in(zone))
	case start.open:
		return w.until + w.date(end.in(zone))
	}
	return w.span(start.in(zone), end.in(zone))
}

// in moves a date-time to a zone; other dates stay as they are.
func (d edtfDate) in(zone *time.Location) edtfDate {
	if zone == nil || d.precision != PrecisionTime {
		return d
	}
	t := d.at.In(zone)
	return edtfDate{year: t.Year(), month: int(t.Month()), day: t.Day(), precision: PrecisionTime, at: t}
}

// span writes what lasts from start to end: the day once, when it is the same.
func (w dateWords) span(start, end edtfDate) string {
	if start.precision == PrecisionTime && end.precision == PrecisionTime && start.at.Format(time.DateOnly) == end.at.Format(time.DateOnly) {
		if start.at.Equal(end.at) {
			return w.date(start)
		}
		return w.date(start) + "–" + end.at.Format("15:04")
	}
	return w.date(start) + w.dashes + w.date(end)
}
