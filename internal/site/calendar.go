package site

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
)

// CalendarView is one month of the selection as a table of weeks.
type CalendarView struct {
	Title string
	// Month is yyyy-mm, for the form.
	Month string
	// Previous and Next are the months beside; Now is this month, "" when it is shown.
	Previous, Next NamedLink
	Now            string
	Weekdays       []Weekday
	Weeks          [][]CalendarDay
	// Days are the days that have something, for the list of narrow screens.
	Days []CalendarDay
	// Loose are the entries of the month without a day, or that last for longer than
	// a table of days can tell.
	Loose []AgendaItem
	State []page.Hidden
	// More says how many entries the month has beside those that were read, "" for none.
	More string
}

// Weekday heads a column.
type Weekday struct{ Short, Name string }

// CalendarDay is one cell of the table.
type CalendarDay struct {
	// Date is yyyy-mm-dd, Name the day in words, Number the day of the month.
	Date, Name string
	Number     int
	// Outside is a day of the month before or after; it holds nothing.
	Outside, Today bool
	Entries        []CalendarEntry
	// More is how many do not fit, and MoreHref where they are; "" for none.
	More, MoreHref string
	// All are the entries, also those that do not fit the cell.
	All []CalendarEntry
}

// CalendarEntry is an entry on one of its days.
type CalendarEntry struct {
	AgendaItem
	// Time is when it starts on that day, "" for a whole day.
	Time string
	// Goes on from the day before, and on to the next.
	From, On bool
	begins   int64
}

const (
	// calendarMost is how many entries of a month are read, dayMost how many a cell shows.
	calendarMost, dayMost = 600, 3
	// spanMost is how many days an entry may last to be written on each of them.
	spanMost   = 31
	secondsDay = 24 * 3600
)

// drawCalendar fills the month that was asked for, else that of the window when it
// is short, else the present one.
func (s *Site) drawCalendar(ctx context.Context, p *TimelinePage, tq timeQuery, asked string) error {
	l := p.Locale
	today := time.Unix(s.civilNow(), 0).UTC()
	first := calendarMonth(asked, tq, today)
	month := chronicle.Span{From: first.Unix(), To: first.AddDate(0, 1, 0).Unix()}
	nums, _ := s.cfg.View.Chronicle().Latest(month, tq.filter, nil, calendarMost)
	shown, err := s.publicsByNum(ctx, nums)
	if err != nil {
		return fmt.Errorf("calendar: %w", err)
	}
	c := &CalendarView{Title: l.MonthYear(first), Month: first.Format("2006-01"), State: page.HiddenInputs(tq.state, "month", "from", "to", "lang")}
	c.Previous, c.Next = monthLink(l, tq.state, first.AddDate(0, -1, 0)), monthLink(l, tq.state, first.AddDate(0, 1, 0))
	if now := today.AddDate(0, 0, 1-today.Day()); now.Format("2006-01") != c.Month {
		c.Now = monthLink(l, tq.state, now).Href
	}
	c.grid(l, first, today)
	for _, e := range inOrder(nums, shown) {
		c.place(l, e)
	}
	c.finish(l, tq.state)
	total := s.cfg.View.Chronicle().Density(month, 1, tq.filter)[0]
	if total > len(nums) {
		c.More = l.N("timeline.more", total-len(nums))
	}
	p.Total = l.N("timeline.agenda_total", total, "period", c.Title)
	p.Calendar = c
	return nil
}

// calendarMonth is the first day of the month to show.
func calendarMonth(asked string, tq timeQuery, today time.Time) time.Time {
	if d, err := directory.ParseEDTF(asked); err == nil && d.Precision >= directory.PrecisionYear && d.Precision <= directory.PrecisionDay {
		return monthOf(time.Unix(d.From, 0).UTC())
	}
	if middle := tq.window.From + (tq.window.To-tq.window.From)/2; tq.window.To-tq.window.From <= yearSeconds {
		return monthOf(time.Unix(middle, 0).UTC())
	}
	return monthOf(today)
}

func monthOf(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC) }

func monthLink(l *i18n.Locale, state url.Values, t time.Time) NamedLink {
	return NamedLink{l.MonthYear(t), page.Address("/timeline", page.With(state, "view", viewCalendar, "month", monthText(t), "from", "", "to", ""))}
}

// monthText is the month in EDTF, also before year 0.
func monthText(t time.Time) string { return dayText(t.Unix())[:len(dayText(t.Unix()))-len("-02")] }

// grid makes the empty table: whole weeks, from Monday.
func (c *CalendarView) grid(l *i18n.Locale, first, today time.Time) {
	for i := range 7 {
		name := l.T("weekday." + fmt.Sprint((i+1)%7))
		c.Weekdays = append(c.Weekdays, Weekday{Short: string([]rune(name)[:3]), Name: name})
	}
	day := first.AddDate(0, 0, -(int(first.Weekday())+6)%7)
	for day.Before(first.AddDate(0, 1, 0)) {
		week := make([]CalendarDay, 7)
		for i := range week {
			week[i] = CalendarDay{Date: dayText(day.Unix()), Name: l.Date(day), Number: day.Day(), Outside: day.Month() != first.Month(),
				Today: day.Format(time.DateOnly) == today.Format(time.DateOnly)}
			day = day.AddDate(0, 0, 1)
		}
		c.Weeks = append(c.Weeks, week)
	}
}

// place puts an entry on each of its days, or beside the table.
func (c *CalendarView) place(l *i18n.Locale, e directory.Public) {
	it, form := agendaItem(l, e), dateFormOf(e)
	from, to := civilBegins(e), civilEnds(e)
	if form.Start() < directory.PrecisionDay || to-from > spanMost*secondsDay {
		c.Loose = append(c.Loose, it)
		return
	}
	for w := range c.Weeks {
		for i := range c.Weeks[w] {
			d := &c.Weeks[w][i]
			at := dayStart(d.Date)
			if d.Outside || from >= at+secondsDay || to <= at {
				continue
			}
			entry := CalendarEntry{AgendaItem: it, From: from < at, On: to > at+secondsDay, begins: from}
			if form.Timed() && !entry.From {
				entry.Time = l.Clock(time.Unix(from, 0).UTC())
			}
			d.All = append(d.All, entry)
		}
	}
}

func dayStart(date string) int64 {
	d, err := directory.ParseEDTF(date)
	if err != nil {
		return 0
	}
	return d.From
}

// civilEnds is when an entry ends, exclusive, on the clocks of its place.
func civilEnds(e directory.Public) int64 {
	p := e.Period
	if _, _, ok := p.Interval(); !ok && e.Concept != nil {
		p = &directory.Period{Start: e.Concept.FirstUse}
	}
	_, to, _ := p.Interval()
	return to + int64(p.Form().Offset().Seconds())
}

// finish orders the cells: what goes on first, so that it stays on its line, then
// by the hour; and cuts what does not fit.
func (c *CalendarView) finish(l *i18n.Locale, state url.Values) {
	for w := range c.Weeks {
		for i := range c.Weeks[w] {
			d := &c.Weeks[w][i]
			slices.SortStableFunc(d.All, func(a, b CalendarEntry) int {
				return cmp.Or(cmp.Compare(a.begins, b.begins), cmp.Compare(a.Num, b.Num))
			})
			d.Entries = d.All
			if len(d.All) > dayMost+1 {
				d.Entries = d.All[:dayMost]
				d.More = l.N("calendar.more", len(d.All)-dayMost)
				d.MoreHref = page.Address("/timeline", page.With(state, "view", viewAgenda, "from", d.Date, "to", d.Date, "month", ""))
			}
			c.list(*d)
		}
	}
	slices.Reverse(c.Loose) // the list came latest first
}

// list adds a day to the list: what lasts is told of once, on its first day of the month.
func (c *CalendarView) list(d CalendarDay) {
	all := d.All
	d.All = nil
	for _, e := range all {
		if !e.From || d.Number == 1 {
			d.All = append(d.All, e)
		}
	}
	if len(d.All) > 0 {
		c.Days = append(c.Days, d)
	}
}
