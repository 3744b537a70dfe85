package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// TimelinePage is one window of time, drawn and listed.
type TimelinePage struct {
	page.Base
	Chart, Overview sanitize.HTML
	From, To        int64
	// Min and Max bound what there is, StripMin and StripMax the overview.
	Min, Max           int64
	StripMin, StripMax int64
	// Before leads to what is before the overview; Href "" without.
	Before           NamedLink
	FromText, ToText string
	Scales           []ScaleLink
	ZoomIn, ZoomOut  string
	Earlier, Later   string
	Today            string
	Total            string
	Agenda           []AgendaGroup
	// More says how many entries of the window the agenda leaves out, "" for none.
	More          string
	Kinds, Themes []Chip
	State         []page.Hidden
	Query         string
	Active        []ActiveFilter
	ClearHref     string
	ICS, Atom     string
	Empty         bool
	WholeHref     string
}

// ScaleLink is one length of window.
type ScaleLink struct {
	Name, Href string
	Current    bool
}

// AgendaGroup is the entries of one year, or month, latest first.
type AgendaGroup struct {
	Title string
	Items []AgendaItem
}

// AgendaItem is one dated entry.
type AgendaItem struct {
	Item
	Date string
}

// The chart's width in pixels: what a script may ask for, and without one.
const (
	minChart, maxChart, usualChart = 320, 2400, 1376
	chartLanes                     = 5
	overviewBins                   = 170
	// agendaLanes is how many rows of the drawing the agenda is worth.
	agendaLanes, agendaMost = 60, 100
)

// Timeline is GET /timeline. ?fragment=chart answers with what changes with the window.
func (s *Site) Timeline(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	c, err := s.selection(r)
	if err != nil {
		return err
	}
	sel, f := c.sel, chronicle.Filter(c.filter)
	from, to := sel.From, sel.To
	sel.From, sel.To = "", "" // the window, which moves
	f.From, f.To, f.Dated = 0, 0, false
	p := &TimelinePage{Base: s.pages.Base(w, r, "timeline", "timeline.title")}
	p.Section, p.Script, p.Description = "timeline", "timeline.js", p.T("timeline.description")
	p.Canonical = s.cfg.Env.Base + "/timeline"
	ext := s.extentOf(f)
	window := ext.window(from, to)
	ext.show(s.cfg.View.Chronicle(), f, window)
	state := page.With(state(q), "c", "", "entry", "", "all", "")
	if err := s.drawTimeline(r.Context(), p, f, window, ext, state, chartWidth(q.Get("w"))); err != nil {
		return err
	}
	p.Empty = !ext.ok
	s.timelineControls(r.Context(), p, sel, window, ext, state)
	if q.Get("fragment") == "chart" {
		return s.pages.Fragment(w, r, "timeline", "chart", p)
	}
	return s.pages.Page(w, r, http.StatusOK, "timeline", p)
}

func chartWidth(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return usualChart
	}
	return max(minChart, min(maxChart, n))
}

// drawTimeline fills the drawings, the count and the agenda.
func (s *Site) drawTimeline(ctx context.Context, p *TimelinePage, f chronicle.Filter, window chronicle.Span, r extent, state url.Values, width int) error {
	l, c := p.Locale, s.cfg.View.Chronicle()
	win := c.Window(window.From, window.To, f, chronicle.Options{Width: width, Lanes: chartLanes, ByTheme: true, Lang: l.Tag, Now: s.cfg.Clock().Unix()})
	nums := make([]int64, len(win.Items))
	for i, it := range win.Items {
		nums[i] = it.Num
	}
	labels := s.cfg.View.Labels(nums)
	opt := chronicle.SVGOptions{Title: l.N("timeline.drawing", win.Shown, "period", windowText(l, window)), Lang: l.Tag,
		Href: func(num int64) string {
			if v, ok := labels[num]; ok {
				return "/" + v.Kind.Path() + "/" + url.PathEscape(v.ID)
			}
			return "/"
		},
		WindowHref: func(from, to int64) string { return windowHref(state, chronicle.Span{From: from, To: to}) },
		ThemeName: func(t int8) string {
			if slug := rootSlug(int(t)); slug != noTheme {
				return themeName(l, slug)
			}
			return l.T("theme.none")
		},
		ThemeSlug: func(t int8) string { return rootSlug(int(t)) },
		ThemeIcon: func(t int8) string { return s.pages.Asset("icons.svg") + "#" + rootSlug(int(t)) },
	}
	p.Chart = sanitize.Drawn(chronicle.SVG(win, opt))
	opt.Title = l.T("timeline.overview", "period", windowText(l, r.strip))
	p.Overview = sanitize.Drawn(chronicle.OverviewSVG(r.strip, c.Density(r.strip, overviewBins, f), window, width, opt))
	p.From, p.To, p.Min, p.Max = window.From, window.To, r.all.From, r.all.To
	p.StripMin, p.StripMax = r.strip.From, r.strip.To
	p.Total = l.N("timeline.total", win.Shown, "total", win.Total)
	p.Scales = scaleLinks(l, state, window, win.Scale)
	var err error
	// The agenda has room for more than the drawing.
	list := c.Window(window.From, window.To, f, chronicle.Options{Width: usualChart, Lanes: agendaLanes, Lang: l.Tag})
	nums = nums[:0:0]
	for _, it := range list.Items {
		nums = append(nums, it.Num)
	}
	shown := 0
	if p.Agenda, shown, err = s.agenda(ctx, l, nums, win.Scale); err == nil && shown < win.Total {
		p.More = l.N("timeline.more", win.Total-shown)
	}
	return err
}

// timelineControls fills the links and filters around the drawing.
func (s *Site) timelineControls(ctx context.Context, p *TimelinePage, sel directory.Selection, window chronicle.Span, r extent, state url.Values) {
	l := p.Locale
	to := func(sp chronicle.Span) string { return windowHref(state, sp) }
	p.ZoomIn, p.ZoomOut = to(chronicle.ZoomIn(window)), to(chronicle.ZoomOut(window))
	p.Earlier, p.Later = to(chronicle.Pan(window, -1)), to(chronicle.Pan(window, 1))
	p.WholeHref = to(r.all)
	if r.earlier > 0 {
		before := chronicle.Span{From: r.all.From, To: r.strip.From}
		p.Before = NamedLink{l.N("timeline.before", r.earlier, "year", l.Year(yearOf(r.strip.From))), to(before)}
	}
	now, half := s.cfg.Clock().Unix(), (window.To-window.From)/2
	p.Today = to(chronicle.Span{From: now - half, To: now + half})
	p.FromText, p.ToText = dayText(window.From), dayText(window.To-1)
	p.Query = sel.Query
	p.State = page.HiddenInputs(state, "kind", "theme", "q", "lang")
	st := homeState{chosen: chosen{query: state, sel: sel}}
	for _, a := range s.activeFilters(ctx, l, st) {
		_, q, _ := strings.Cut(a.Href, "?")
		a.Href = strings.TrimSuffix(p.At("/timeline")+"?"+q, "?")
		p.Active = append(p.Active, a)
	}
	p.ClearHref = page.Address("/timeline", keep(state, "from", "to", "lang"))
	for _, t := range directory.RootThemes() {
		if !p.Frame.Offers(t.Slug) {
			continue
		}
		p.Themes = append(p.Themes, Chip{Value: t.Slug, Name: shortTheme(l, t.Slug), Theme: t.Slug, Icon: t.Slug, On: slices.Contains(sel.Themes, t.Slug)})
	}
	for _, k := range directory.Kinds() {
		p.Kinds = append(p.Kinds, Chip{Value: string(k), Name: l.T("kinds." + string(k)), Theme: noTheme, Icon: string(k), On: slices.Contains(sel.Kinds, k)})
	}
	feed := page.With(state, "from", "", "to", "", "lang", "")
	p.ICS, p.Atom = page.Address("/feeds/events.ics", feed), page.Address("/feeds/changes.atom", feed)
}

// windowHref is the address of the timeline at a window.
func windowHref(state url.Values, sp chronicle.Span) string {
	return page.Address("/timeline", page.With(state, "from", dayText(sp.From), "to", dayText(sp.To-1)))
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

func scaleLinks(l *i18n.Locale, state url.Values, window chronicle.Span, now chronicle.Scale) []ScaleLink {
	var out []ScaleLink
	if now == chronicle.Hours {
		now = chronicle.Days
	}
	for _, sc := range []chronicle.Scale{chronicle.Centuries, chronicle.Decades, chronicle.Years, chronicle.Months, chronicle.Days} {
		out = append(out, ScaleLink{Name: l.T("scale." + string(sc)), Href: windowHref(state, chronicle.AtScale(window, sc)), Current: sc == now})
	}
	return out
}

// agenda lists the entries of the drawing, latest first, under their year or,
// at the scale of months and days, their month.
func (s *Site) agenda(ctx context.Context, l *i18n.Locale, nums []int64, scale chronicle.Scale) ([]AgendaGroup, int, error) {
	es, err := s.byNums(ctx, nums[:min(len(nums), 5*agendaMost)])
	if err != nil {
		return nil, 0, fmt.Errorf("agenda: %w", err)
	}
	sort.SliceStable(es, func(i, j int) bool { return begins(es[i]) > begins(es[j]) })
	byMonth := scale == chronicle.Months || scale == chronicle.Days || scale == chronicle.Hours
	var out []AgendaGroup
	es = es[:min(len(es), agendaMost)]
	for _, e := range es {
		t := time.Unix(begins(e), 0).UTC()
		title := l.Year(t.Year())
		if byMonth {
			title = l.MonthYear(t)
		}
		if n := len(out); n == 0 || out[n-1].Title != title {
			out = append(out, AgendaGroup{Title: title})
		}
		g := &out[len(out)-1]
		g.Items = append(g.Items, AgendaItem{Item: item(l, e), Date: whenLine(l, e)})
	}
	return out, len(es), nil
}
