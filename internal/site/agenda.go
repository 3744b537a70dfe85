package site

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
)

// AgendaGroup is the entries of one year, month or day, latest first.
type AgendaGroup struct {
	Title string
	Items []AgendaItem
}

// AgendaItem is one dated entry.
type AgendaItem struct {
	Item
	Date string
	// Vague says in words how well the date is known, "" when it is to the day.
	Vague string
	// Cancelled says that the event does not take place, "" when it does.
	Cancelled string
}

// agendaShort is how many entries are listed under the drawing, agendaPage how
// many on a page of the agenda.
const agendaShort, agendaPage = 24, 60

// drawAgenda fills the list of the window, a page at a time.
func (s *Site) drawAgenda(ctx context.Context, p *TimelinePage, tq timeQuery, after string) error {
	l, c := p.Locale, s.cfg.View.Chronicle()
	nums, next := c.Latest(tq.window, tq.filter, readCursor(after), agendaPage)
	shown, err := s.publicsByNum(ctx, nums)
	if err != nil {
		return fmt.Errorf("agenda: %w", err)
	}
	scale := chronicle.Years
	if tq.window.To-tq.window.From <= 2*yearSeconds {
		scale = chronicle.Months
	}
	p.Agenda = agendaGroups(l, inOrder(nums, shown), scale)
	total := c.Density(tq.window, 1, tq.filter)[0]
	p.Total = l.N("timeline.agenda_total", total, "period", windowText(l, tq.window))
	if next != nil {
		p.More = l.T("timeline.agenda_next")
		p.MoreHref = page.Address("/timeline", page.With(tq.state, "after", fmt.Sprintf("%d.%d", next.From, next.Num)))
	}
	return nil
}

// readCursor is the inverse of the key after; nil when it is none.
func readCursor(s string) *chronicle.Cursor {
	from, num, ok := strings.Cut(s, ".")
	a, errA := strconv.ParseInt(from, 10, 64)
	b, errB := strconv.ParseInt(num, 10, 64)
	if !ok || errA != nil || errB != nil {
		return nil
	}
	return &chronicle.Cursor{From: a, Num: b}
}

// publicsByNum reads entries by their numbers; those that are not public are not in it.
func (s *Site) publicsByNum(ctx context.Context, nums []int64) (map[int64]directory.Public, error) {
	es, err := s.byNums(ctx, nums)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]directory.Public, len(es))
	for _, e := range es {
		out[e.Num] = e
	}
	return out, nil
}

func inOrder(nums []int64, of map[int64]directory.Public) []directory.Public {
	out := make([]directory.Public, 0, len(nums))
	for _, n := range nums {
		if e, ok := of[n]; ok {
			out = append(out, e)
		}
	}
	return out
}

// agendaGroups puts entries, latest first, under their year or, at the scale of
// months and less, their month.
func agendaGroups(l *i18n.Locale, es []directory.Public, scale chronicle.Scale) []AgendaGroup {
	byMonth := scale != chronicle.Years && scale != chronicle.Decades && scale != chronicle.Centuries
	var out []AgendaGroup
	for _, e := range es {
		t := time.Unix(civilBegins(e), 0).UTC()
		title := l.Year(t.Year())
		if byMonth {
			title = l.MonthYear(t)
		}
		if n := len(out); n == 0 || out[n-1].Title != title {
			out = append(out, AgendaGroup{Title: title})
		}
		g := &out[len(out)-1]
		g.Items = append(g.Items, agendaItem(l, e))
	}
	return out
}

func agendaItem(l *i18n.Locale, e directory.Public) AgendaItem {
	it := AgendaItem{Item: item(l, e), Date: whenLine(l, e), Vague: vagueWords(l, dateFormOf(e))}
	if e.Event != nil && e.Event.Status == directory.EventCancelled {
		it.Cancelled = l.T("event.cancelled")
	}
	return it
}

// dateFormOf is how well the date is known by which the timeline places the entry.
func dateFormOf(e directory.Public) directory.DateForm {
	if e.Period.Form() == 0 && e.Concept != nil {
		first := directory.Period{Start: e.Concept.FirstUse}
		return first.Form()
	}
	return e.Period.Form()
}

// civilBegins is when an entry starts, as the timeline has it: on the clocks of
// its place. A concept starts with its first use.
func civilBegins(e directory.Public) int64 {
	p := e.Period
	if _, _, ok := p.Interval(); !ok && e.Concept != nil {
		p = &directory.Period{Start: e.Concept.FirstUse}
	}
	from, _, _ := p.Interval()
	return from + int64(p.Form().Offset().Seconds())
}

// vagueWords say how well a date is known; "" when it is to the day.
func vagueWords(l *i18n.Locale, f directory.DateForm) string {
	if !f.Vague() {
		return ""
	}
	switch {
	case f.Uncertain():
		return l.T("vague.uncertain")
	case f.ApproximateStart() || f.ApproximateEnd():
		return l.T("vague.approximate")
	case f.OpenEnd():
		return l.T("vague.open_end")
	case f.OpenStart():
		return l.T("vague.open_start")
	}
	least := f.Start()
	if e := f.End(); e != 0 && e < least {
		least = e
	}
	return l.T("vague." + least.String())
}
