package site

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/view"
)

// TimelinePage is one window of time: drawn, or listed, or as a calendar.
type TimelinePage struct {
	page.Base
	// View is viewChart, viewAgenda or viewCalendar.
	View            string
	Views           []ViewLink
	Chart, Overview sanitize.HTML
	From, To        int64
	// Min and Max bound what there is, StripMin and StripMax the overview.
	Min, Max           int64
	StripMin, StripMax int64
	// Before leads to what is before the overview; Href "" without.
	Before           NamedLink
	FromText, ToText string
	Scales, Lanes    []ScaleLink
	ZoomIn, ZoomOut  string
	Earlier, Later   string
	Today            string
	Total            string
	// Clocks says whose time the hours are, "" when none are drawn.
	Clocks string
	Agenda []AgendaGroup
	// More says how many entries of the window the agenda leaves out, "" for none;
	// MoreHref is where they are.
	More, MoreHref string
	Calendar       *CalendarView
	// Series is the one that the selection is of; Href "" for none.
	Series NamedLink
	Facets FacetPanel
	// WindowState is all but the window.
	WindowState []page.Hidden
	Feeds       FeedLinks
	Empty       bool
	WholeHref   string
}

// FeedLinks are the addresses at which the events of a selection can be
// subscribed to. ICSAddress is absolute, Webcal the same for a calendar program.
type FeedLinks struct {
	ICS, ICSAddress, Atom string
	Webcal                template.URL
}

// ScaleLink is one choice of a row of them.
type ScaleLink struct {
	Name, Href string
	Current    bool
}

// ViewLink is one presentation of the same window.
type ViewLink struct {
	ScaleLink
	Icon string
}

// The presentations of the timeline, the values of the key view.
const (
	viewChart    = "chart"
	viewAgenda   = "agenda"
	viewCalendar = "calendar"
)

// The chart's width in pixels: what a script may ask for, and without one.
const (
	minChart, maxChart, usualChart = 320, 2400, 1376
	chartRows                      = 5
	overviewBins                   = 170
)

// timeQuery is what a request for a window of time asks for.
type timeQuery struct {
	sel    directory.Selection
	box    *directory.BBox
	filter chronicle.Filter
	// state is the query without what holds for one request only.
	state  url.Values
	view   string
	lanes  chronicle.Lanes
	window chronicle.Span
	extent extent
}

// Timeline is GET /timeline. ?fragment=chart answers with what changes with the window.
func (s *Site) Timeline(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	tq, err := s.timeQuery(r)
	if err != nil {
		return err
	}
	p := &TimelinePage{Base: s.pages.Base(w, r, "timeline", "timeline.title"), View: tq.view}
	p.Section, p.Script, p.Description = "timeline", "timeline.js", p.T("timeline.description")
	p.Canonical = s.cfg.Env.Base + "/timeline"
	p.Picture = s.viewPicture(r.Context(), p.Locale, "timeline")
	p.Empty = !tq.extent.ok
	s.timelineControls(p, tq)
	if err := s.timelineFilters(r, p, tq); err != nil {
		return err
	}
	switch tq.view {
	case viewCalendar:
		err = s.drawCalendar(r.Context(), p, tq, q.Get("month"))
	case viewAgenda:
		err = s.drawAgenda(r.Context(), p, tq, q.Get("after"))
	default:
		err = s.drawTimeline(r.Context(), p, tq, chartWidth(q.Get("w")))
	}
	if err != nil {
		return err
	}
	if q.Get("fragment") == "view" {
		return s.pages.Fragment(w, r, "timeline", "view", p)
	}
	if q.Get("fragment") == "chart" && tq.view == viewChart {
		return s.pages.Fragment(w, r, "timeline", "chart", p)
	}
	return s.pages.Page(w, r, http.StatusOK, "timeline", p)
}

// timeQuery reads the query of the timeline; the error wraps ErrInvalid.
func (s *Site) timeQuery(r *http.Request) (timeQuery, error) {
	c, err := s.selection(r)
	if err != nil {
		return timeQuery{}, err
	}
	q := r.URL.Query()
	c = c.boxed()
	tq := timeQuery{sel: c.sel, box: c.box, filter: chronicle.Filter(c.filter), view: viewChart, lanes: lanesOf(q.Get("lanes"), c.sel)}
	from, to := tq.sel.From, tq.sel.To
	tq.sel.From, tq.sel.To = "", "" // the window, which moves
	tq.filter.From, tq.filter.To, tq.filter.Dated = 0, 0, false
	tq.filter.Only = s.within(c, tq.filter.Only)
	if v := q.Get("view"); v == viewAgenda || v == viewCalendar {
		tq.view = v
	}
	tq.extent = s.extentOf(tq.filter)
	tq.window = tq.extent.window(from, to)
	tq.extent.show(s.cfg.View.Chronicle(), tq.filter, tq.window)
	tq.state = page.With(c.query, "c", "", "entry", "", "all", "")
	return tq, nil
}

func chartWidth(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return usualChart
	}
	return max(minChart, min(maxChart, n))
}

// drawTimeline fills the drawings, the count and the short agenda.
func (s *Site) drawTimeline(ctx context.Context, p *TimelinePage, tq timeQuery, width int) error {
	l, c, window := p.Locale, s.cfg.View.Chronicle(), tq.window
	win := c.Window(window.From, window.To, tq.filter, chronicle.Options{Width: width, Rows: chartRows, Lanes: tq.lanes, Lang: l.Tag, Now: s.civilNow()})
	latest, _ := c.Latest(window, tq.filter, nil, agendaShort)
	nums := append([]int64(nil), latest...)
	for _, it := range win.Items {
		nums = append(nums, it.Num)
	}
	shown, err := s.publicsByNum(ctx, nums)
	if err != nil {
		return fmt.Errorf("timeline: %w", err)
	}
	p.Chart, err = s.chart(ctx, l, &win, tq, shown)
	if err != nil {
		return err
	}
	opt := chronicle.SVGOptions{Lang: l.Tag, WindowHref: tq.href, Title: l.T("timeline.overview", "period", windowText(l, tq.extent.strip))}
	p.Overview = sanitize.Drawn(chronicle.OverviewSVG(tq.extent.strip, c.Density(tq.extent.strip, overviewBins, tq.filter), window, width, opt))
	p.Total = l.N("timeline.total", win.Shown, "total", win.Total)
	p.Scales = scaleLinks(l, tq, win.Scale)
	if win.Scale == chronicle.Hours {
		p.Clocks = l.T("timeline.clocks")
	}
	p.Agenda = agendaGroups(l, inOrder(latest, shown), win.Scale)
	if win.Total > len(latest) {
		p.More, p.MoreHref = l.N("timeline.more", win.Total-len(latest)), tq.viewHref(viewAgenda)
	}
	return nil
}

// timelineControls fills the links and filters around the drawing.
func (s *Site) timelineControls(p *TimelinePage, tq timeQuery) {
	l, window, ext := p.Locale, tq.window, tq.extent
	p.From, p.To, p.Min, p.Max = window.From, window.To, ext.all.From, ext.all.To
	p.StripMin, p.StripMax = ext.strip.From, ext.strip.To
	p.ZoomIn, p.ZoomOut = tq.hrefOf(chronicle.ZoomIn(window)), tq.hrefOf(chronicle.ZoomOut(window))
	p.Earlier, p.Later = tq.hrefOf(chronicle.Pan(window, -1)), tq.hrefOf(chronicle.Pan(window, 1))
	p.WholeHref = tq.hrefOf(ext.all)
	if ext.earlier > 0 {
		before := chronicle.Span{From: ext.all.From, To: ext.strip.From}
		p.Before = NamedLink{l.N("timeline.before", ext.earlier, "year", l.Year(yearOf(ext.strip.From))), tq.hrefOf(before)}
	}
	now, half := s.civilNow(), (window.To-window.From)/2
	p.Today = tq.hrefOf(chronicle.Span{From: now - half, To: now + half})
	p.FromText, p.ToText = windowTexts(window)
	p.Views, p.Lanes = tq.views(l), tq.laneLinks(l)
	p.Feeds = s.feedLinks(tq.state)
}

// timelineFilters fills the filters of the selection, with the counts of the window.
func (s *Site) timelineFilters(r *http.Request, p *TimelinePage, tq timeQuery) (err error) {
	l := p.Locale
	p.WindowState = page.HiddenInputs(tq.state, "from", "to", "month", "lang")
	c := chosen{query: tq.state, sel: tq.sel, box: tq.box}
	p.Facets, err = s.facets(r.Context(), l, c, "/timeline", view.Shows{Window: &tq.window}, "from", "to", "view", "lanes", "month")
	if err != nil {
		return err
	}
	if p.Facets.Hides, err = s.hides(r, l, c, p.Facets.ClearHref, view.Shows{Window: &tq.window}); err != nil {
		return err
	}
	if tq.sel.Series != "" {
		p.Series = NamedLink{l.T("series.page"), seriesPath(tq.sel.Series)}
	}
	return nil
}

// feedLinks are the feeds of a selection, without its window: what is to come
// belongs to them.
func (s *Site) feedLinks(state url.Values) FeedLinks {
	feed := page.With(state, "from", "", "to", "", "lang", "", "view", "", "lanes", "", "month", "")
	f := FeedLinks{ICS: page.Address("/feeds/events.ics", feed), Atom: page.Address("/feeds/changes.atom", feed)}
	f.ICSAddress = s.cfg.Env.Base + f.ICS
	f.Webcal = sanitize.Webcal(f.ICSAddress)
	return f
}

// civilNow is the present on the clocks of the instance, as the timeline has it:
// the seconds that UTC's clocks would have.
func (s *Site) civilNow() int64 {
	now := s.cfg.Clock()
	_, offset := now.Zone()
	return now.Unix() + int64(offset)
}

// hrefOf is the address of the same at another window.
func (tq timeQuery) hrefOf(sp chronicle.Span) string { return windowHref(tq.state, sp) }

// windowHref is the address of the timeline at a window.
func windowHref(state url.Values, sp chronicle.Span) string {
	from, to := windowTexts(sp)
	return page.Address("/timeline", page.With(state, "from", from, "to", to, "month", ""))
}

func (tq timeQuery) href(from, to int64) string {
	return tq.hrefOf(chronicle.Span{From: from, To: to})
}

// viewHref is the address of the same window, presented in another way.
func (tq timeQuery) viewHref(view string) string {
	if view == viewChart {
		view = ""
	}
	return page.Address("/timeline", page.With(tq.state, "view", view))
}

func (tq timeQuery) views(l *i18n.Locale) (out []ViewLink) {
	add := func(view, icon, name string) {
		out = append(out, ViewLink{ScaleLink{name, tq.viewHref(view), view == tq.view}, icon})
	}
	add(viewChart, "frise", l.T("timeline.chart"))
	add(viewAgenda, "liste", l.T("timeline.agenda"))
	add(viewCalendar, "date", l.T("timeline.calendar"))
	return out
}

// hourWindow is the longest window whose bounds are written with hours, seconds.
const hourWindow = 3 * 24 * 3600

// windowTexts are the bounds of a window in EDTF: days, the last included, or
// times of day when the window is short.
func windowTexts(sp chronicle.Span) (from, to string) {
	if sp.To-sp.From < hourWindow && (sp.From%86400 != 0 || sp.To%86400 != 0) {
		return timeText(sp.From), timeText(sp.To)
	}
	return dayText(sp.From), dayText(sp.To - 1)
}

func timeText(unix int64) string {
	return dayText(unix) + time.Unix(unix, 0).UTC().Format("T15:04")
}

// dayText writes the day of a time as EDTF, also before year 0 and after 9999.
func dayText(unix int64) string {
	t := time.Unix(unix, 0).UTC()
	y := max(-9999, min(9999, t.Year()))
	if y < 0 {
		return fmt.Sprintf("-%04d-%02d-%02d", -y, t.Month(), t.Day())
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, t.Month(), t.Day())
}

// windowText says which years, or days, a window shows.
func windowText(l *i18n.Locale, sp chronicle.Span) string {
	a, b := time.Unix(sp.From, 0).UTC(), time.Unix(sp.To-1, 0).UTC()
	const year = 366 * 24 * 3600
	if sp.To-sp.From < year {
		return l.T("date.range", "from", l.Date(a), "to", l.Date(b))
	}
	return l.T("date.range", "from", l.Year(a.Year()), "to", l.Year(b.Year()))
}

func scaleLinks(l *i18n.Locale, tq timeQuery, now chronicle.Scale) []ScaleLink {
	var out []ScaleLink
	for _, sc := range []chronicle.Scale{chronicle.Centuries, chronicle.Decades, chronicle.Years, chronicle.Months, chronicle.Weeks, chronicle.Days, chronicle.Hours} {
		out = append(out, ScaleLink{Name: l.T("scale." + string(sc)), Href: tq.hrefOf(chronicle.AtScale(tq.window, sc)), Current: sc == now})
	}
	return out
}
