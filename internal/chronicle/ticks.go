package chronicle

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// step is a distance between ticks: years, months, days or minutes, one of them.
type step struct {
	scale                        Scale
	years, months, days, minutes int
	// minor is how many parts the minor ticks make of it.
	minor int
	// room is the least distance in pixels, for the labels not to touch.
	room float64
}

var steps = [...]step{
	{scale: Hours, minutes: 5, minor: 5, room: 60}, {scale: Hours, minutes: 15, minor: 3, room: 60}, {scale: Hours, minutes: 30, minor: 2, room: 60},
	{scale: Hours, minutes: 60, minor: 4, room: 60}, {scale: Hours, minutes: 3 * 60, minor: 3, room: 60}, {scale: Hours, minutes: 6 * 60, minor: 6, room: 60}, {scale: Hours, minutes: 12 * 60, minor: 4, room: 60},
	{scale: Days, days: 1, minor: 1, room: 66}, {scale: Days, days: 2, minor: 2, room: 66}, {scale: Weeks, days: 7, minor: 7, room: 72}, {scale: Weeks, days: 14, minor: 2, room: 72},
	{scale: Months, months: 1, minor: 1, room: 100}, {scale: Months, months: 3, minor: 3, room: 100}, {scale: Months, months: 6, minor: 6, room: 100},
	{scale: Years, years: 1, minor: 1, room: 60}, {scale: Years, years: 2, minor: 2, room: 60}, {scale: Years, years: 5, minor: 5, room: 60},
	{scale: Decades, years: 10, minor: 5, room: 112}, {scale: Decades, years: 20, minor: 2, room: 112}, {scale: Decades, years: 50, minor: 5, room: 112},
	{scale: Centuries, years: 100, minor: 4, room: 112}, {scale: Centuries, years: 200, minor: 2, room: 80}, {scale: Centuries, years: 500, minor: 5, room: 80},
	{scale: Centuries, years: 1000, minor: 10, room: 80}, {scale: Centuries, years: 2000, minor: 2, room: 80}, {scale: Centuries, years: 5000, minor: 5, room: 80}, {scale: Centuries, years: 10000, minor: 10, room: 80},
}

func (s step) seconds() float64 {
	return float64(s.years)*year + float64(s.months)*year/12 + float64(s.days)*day + float64(s.minutes)*60
}

// stepFor returns the shortest step whose labels have room.
func stepFor(span Span, width float64) step {
	for _, s := range steps {
		if s.seconds()/float64(span.To-span.From)*width >= s.room {
			return s
		}
	}
	return steps[len(steps)-1]
}

// maxTicks bounds the ticks of an axis.
const maxTicks = 400

// ticks returns the ticks of the step in the span, major and minor.
func (s step) ticks(span Span, lang string, x func(at int64) float64) []Tick {
	var out []Tick
	for k := s.floor(span.From); len(out) < maxTicks; k++ {
		at := s.at(k)
		if at >= span.To {
			break
		}
		next := s.at(k + 1)
		for part := range s.minor {
			t := at + (next-at)/int64(s.minor)*int64(part)
			if s.years > 0 && s.years%s.minor == 0 {
				t = yearStart(k*s.years + part*(s.years/s.minor))
			} else if s.months > 0 {
				t = monthStart(k*s.months + part*(s.months/s.minor))
			}
			if t < span.From || t >= span.To {
				continue
			}
			tick := Tick{At: t, X: x(t)}
			if part == 0 {
				tick.Major, tick.Label = true, s.label(t, lang)
			}
			out = append(out, tick)
		}
	}
	return out
}

// floor is the number of the last step that starts at or before a moment; at
// is its inverse.
func (s step) floor(at int64) int {
	t := utc(at)
	switch {
	case s.years > 0:
		return floorDiv(t.Year(), s.years)
	case s.months > 0:
		return floorDiv(monthOf(t), s.months)
	}
	return floorDiv(int(at-s.epoch()), int(s.seconds()))
}

// epoch is what steps of days are counted from: weeks start on a Monday.
func (s step) epoch() int64 {
	if s.days%7 == 0 && s.days > 0 {
		return 4 * day // 5 January 1970
	}
	return 0
}

func (s step) at(k int) int64 {
	switch {
	case s.years > 0:
		return yearStart(k * s.years)
	case s.months > 0:
		return monthStart(k * s.months)
	}
	return s.epoch() + int64(k)*int64(s.seconds())
}

var monthNames = map[string][12]string{
	"fr": {"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
	"en": {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
}

// language returns one of the languages that labels are in.
func language(lang string) string {
	if lang == "en" || strings.HasPrefix(lang, "en-") {
		return "en"
	}
	return "fr"
}

func (s step) label(at int64, lang string) string {
	t, lang := utc(at), language(lang)
	switch {
	case s.years == 100:
		return centuryName(t.Year(), lang)
	case s.years == 10 && t.Year() > 0:
		if lang == "en" {
			return yearName(t.Year()) + "s"
		}
		return "années " + yearName(t.Year())
	case s.years > 0:
		return yearName(t.Year())
	case s.months > 0:
		return monthNames[lang][t.Month()-1] + " " + yearName(t.Year())
	case s.days > 0 || t.Hour() == 0 && t.Minute() == 0:
		return dayName(t, lang)
	case lang == "en":
		return t.Format("15:04")
	}
	if t.Minute() != 0 {
		return fmt.Sprintf("%d h %02d", t.Hour(), t.Minute())
	}
	return strconv.Itoa(t.Hour()) + " h"
}

// yearName writes a year, with a true minus sign before year 0.
func yearName(y int) string {
	if y < 0 {
		return "−" + strconv.Itoa(-y)
	}
	return strconv.Itoa(y)
}

func dayName(t time.Time, lang string) string {
	d := strconv.Itoa(t.Day())
	if lang == "fr" && t.Day() == 1 {
		d = "1er"
	}
	name := d + " " + monthNames[lang][t.Month()-1]
	if t.YearDay() == 1 {
		name += " " + yearName(t.Year())
	}
	return name
}

// centuryName names the century that starts with a year: 1800 is the 19th.
func centuryName(y int, lang string) string {
	n, before := floorDiv(y, 100)+1, y < 0
	if before {
		n = -floorDiv(y, 100)
	}
	if lang == "en" {
		name := directory.Ordinal(n) + " century"
		if before {
			name = directory.Ordinal(n) + " c. BCE"
		}
		return name
	}
	suffix := "e"
	if n == 1 {
		suffix = "er"
	}
	if before {
		return directory.Roman(n) + suffix + " s. av. J.-C."
	}
	return directory.Roman(n) + suffix + " siècle"
}
