package site

import (
	"fmt"
	"math"
	"net/url"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// Sizes of a step's drawings, in pixels.
const (
	stepWidth, stepHeight = 480, 340
	stepLanes             = 6
	stripWidth            = 600
	// stepEntryZoom is how near a step without a position looks at its entry.
	stepEntryZoom = 8
	// pinRoom is how far from the pin of the step's entry other marks stay.
	pinRoom = 46
)

// stepPosition is where the map of a step is.
func stepPosition(step directory.TourStep, entry *directory.Public) (MapPosition, bool) {
	if m := step.Map; m != nil {
		return MapPosition{m.Lat, m.Lon, m.Zoom}, true
	}
	if entry != nil {
		if pt := pointOf(*entry); pt != nil {
			return MapPosition{pt.Lat, pt.Lon, stepEntryZoom}, true
		}
	}
	return MapPosition{}, false
}

// stepMap draws the map of a step: what is around, and its entry.
func (s *Site) stepMap(l *i18n.Locale, v *StepView, step directory.TourStep, at MapPosition, entry *directory.Public, base string) {
	v.View = at.String()
	q := url.Values{"c": {v.View}}
	view := at.view(stepWidth, stepHeight)
	marks := s.stepMarks(view, stepFilter(step))
	n := 0
	for _, m := range marks {
		n += m.N
	}
	title := l.N("tours.map", n)
	if entry != nil {
		if pt := pointOf(*entry); pt != nil {
			q.Set("entry", fmt.Sprint(entry.Num))
			marks = append(awayFrom(marks, *pt, at.Zoom), basemap.Mark{Lat: pt.Lat, Lon: pt.Lon, N: 1, Theme: rootNumber(themeOf(*entry)),
				Approximate: entry.Place.Precision == directory.PrecisionApproximate})
			title = l.T("entry.locator", "place", join(v.Entry.Name.Text, placeLine(l, entry.Place)))
		}
	}
	for _, bound := range [...][2]string{{"from", step.From}, {"to", step.To}} {
		if bound[1] != "" {
			q.Set(bound[0], bound[1])
		}
	}
	v.MapHref = base + page.Address("/", q)
	opt := s.svgOptions(l, title, true)
	if base != "" {
		opt.Icons = "" // a file to keep refers to no other
	}
	v.Map = sanitize.Drawn(s.cfg.Basemap.SVG(view, marks, opt))
}

// stepFilter keeps what the window of a step has.
func stepFilter(step directory.TourStep) atlas.Filter {
	f := atlas.Filter{From: math.MinInt64, To: math.MaxInt64}
	from, to, bounded, err := directory.Selection{From: step.From, To: step.To}.Interval()
	if err == nil && bounded {
		f.From, f.To, f.Dated = from, to, true
	}
	return f
}

// stepMarks are the clusters and points of a view, to look at.
func (s *Site) stepMarks(v basemap.View, f atlas.Filter) []basemap.Mark {
	zoom := uint32(max(0, math.Round(v.Zoom)-1))
	var marks []basemap.Mark
	for _, c := range spaced(s.cfg.View.Atlas().Clusters(boundsOf(v), zoom, f), v.Zoom) {
		marks = append(marks, basemap.Mark{Lat: c.Lat, Lon: c.Lon, N: c.N, Shares: c.Shares, Theme: int(c.Theme)})
	}
	return marks
}

// awayFrom drops the marks that would stand in the way of a pin.
func awayFrom(marks []basemap.Mark, at directory.Point, zoom float64) []basemap.Mark {
	scale := 256 * math.Exp2(zoom)
	var out []basemap.Mark
	for _, m := range marks {
		dx := (m.Lon - at.Lon) / 360 * scale
		dy := (mercatorY(m.Lat) - mercatorY(at.Lat)) * scale
		if math.Hypot(dx, dy) > pinRoom {
			out = append(out, m)
		}
	}
	return out
}

// stepTime draws the window of a step.
func (s *Site) stepTime(l *i18n.Locale, v *StepView, step directory.TourStep, base string) {
	f := chronicle.Filter(atlas.Filter{From: math.MinInt64, To: math.MaxInt64})
	window := s.extentOf(f).window(step.From, step.To)
	v.From, v.To, v.FromText, v.ToText = window.From, window.To, step.From, step.To
	v.TimeHref = base + windowHref(url.Values{}, window)
	win := s.cfg.View.Chronicle().Window(window.From, window.To, f, chronicle.Options{Width: stepWidth, Rows: stepLanes, Lang: l.Tag, Now: s.cfg.Clock().Unix()})
	nums := make([]int64, len(win.Items))
	for i, it := range win.Items {
		nums[i] = it.Num
	}
	labels := s.cfg.View.Labels(nums)
	v.Time = sanitize.Drawn(chronicle.SVG(win, chronicle.SVGOptions{ID: v.ID + "-frise", Lang: l.Tag,
		Title: l.N("timeline.drawing", win.Shown, "period", windowText(l, window)),
		Href: func(num int64) string {
			if e, ok := labels[num]; ok {
				return base + "/" + e.Kind.Path() + "/" + url.PathEscape(e.ID)
			}
			return base + "/"
		},
		WindowHref: func(from, to int64) string {
			return base + windowHref(url.Values{}, chronicle.Span{From: from, To: to})
		},
		ThemeSlug: func(t int8) string { return rootSlug(int(t)) }}))
}

// tourStrip draws all times, on which the script shows the window of a step.
func (s *Site) tourStrip(p *TourPage) {
	f := chronicle.Filter(atlas.Filter{From: math.MinInt64, To: math.MaxInt64})
	ext := s.extentOf(f)
	for _, st := range p.Steps {
		if st.To > st.From {
			ext.strip.From, ext.strip.To = min(ext.strip.From, st.From), max(ext.strip.To, st.To)
		}
	}
	p.StripFrom, p.StripTo = ext.strip.From, ext.strip.To
	p.Strip = sanitize.Drawn(chronicle.OverviewSVG(ext.strip, s.cfg.View.Chronicle().Density(ext.strip, overviewBins, f), chronicle.Span{From: ext.strip.From - 2, To: ext.strip.From - 1}, stripWidth,
		chronicle.SVGOptions{ID: "visite-frise", Lang: p.Tag, Title: p.T("timeline.overview", "period", windowText(p.Locale, ext.strip))}))
}
