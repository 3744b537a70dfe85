package directory

import (
	"fmt"
	"strconv"
	"strings"
)

// dateWords are the words of one language for Human.
type dateWords struct {
	months                        [12]string
	seasons                       [4]string // spring to winter
	circa, circaDay, since, until string
	decade, bce, first, dashes    string
	doubt                         string
	weekdays                      [7]string // from Sunday
	century                       func(n int) string
}

var frenchDates = dateWords{
	months: [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet",
		"août", "septembre", "octobre", "novembre", "décembre"},
	seasons: [4]string{"printemps", "été", "automne", "hiver"},
	circa:   "vers ", circaDay: "vers le ", since: "depuis ", until: "jusqu’à ",
	decade: "années %d", bce: "%d av. J.-C.", first: "1er", dashes: " – ", doubt: " (incertain)",
	weekdays: [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
	century: func(n int) string {
		if n == 1 {
			return "Ier siècle"
		}
		return Roman(n) + "e siècle"
	},
}

var englishDates = dateWords{
	months: [12]string{"January", "February", "March", "April", "May", "June", "July",
		"August", "September", "October", "November", "December"},
	seasons: [4]string{"spring", "summer", "autumn", "winter"},
	circa:   "c. ", circaDay: "c. ", since: "since ", until: "until ",
	decade: "%ds", bce: "%d BCE", first: "1", dashes: " – ", doubt: " (uncertain)",
	weekdays: [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	century:  func(n int) string { return Ordinal(n) + " century" },
}

// Human writes the date for people: French for "fr" and its variants, English
// for every other language. It says no more than is known: "mars 2011", "vers
// 1217", "XIIIe siècle", "12 mars 2011", "depuis 2004", "samedi 6 juin 2026,
// 18:00". The zero EDTF gives "".
func (d EDTF) Human(lang string) string { return humanDate(d.Text, lang, nil) }

// HumanDate is ParseEDTF and Human in one; an unreadable date is given back as it is.
func HumanDate(edtf, lang string) string {
	return EDTF{Text: strings.TrimSpace(edtf)}.Human(lang)
}

func (w dateWords) date(d edtfDate) string {
	s := w.plain(d)
	if d.approximate {
		if d.precision >= PrecisionDay {
			s = w.circaDay + s
		} else {
			s = w.circa + s
		}
	}
	if d.uncertain {
		s += w.doubt
	}
	return s
}

func (w dateWords) plain(d edtfDate) string {
	year := strconv.Itoa(d.year)
	if d.year <= 0 {
		year = fmt.Sprintf(w.bce, 1-d.year)
	}
	switch d.precision {
	case PrecisionCentury:
		return w.century(d.year/100 + 1)
	case PrecisionDecade:
		return fmt.Sprintf(w.decade, d.year)
	case PrecisionSeason:
		return w.seasons[d.month-21] + " " + year
	case PrecisionMonth:
		return w.months[d.month-1] + " " + year
	case PrecisionDay, PrecisionTime:
		day := strconv.Itoa(d.day)
		if d.day == 1 {
			day = w.first
		}
		s := day + " " + w.months[d.month-1] + " " + year
		if d.precision == PrecisionTime {
			s = w.weekdays[d.at.Weekday()] + " " + s + ", " + d.at.Format("15:04")
		}
		return s
	}
	return year
}

// Roman writes n, 1 to 100, in Roman numerals; centuries need no more.
func Roman(n int) string {
	var b strings.Builder
	for _, r := range [...]struct {
		value int
		text  string
	}{{100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for n >= r.value {
			b.WriteString(r.text)
			n -= r.value
		}
	}
	return b.String()
}

// Ordinal writes n as an English ordinal: "21st".
func Ordinal(n int) string {
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
