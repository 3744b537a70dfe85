package site

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
)

// FacetPanel is the filters with the counts of what each would give.
type FacetPanel struct {
	Active []ActiveFilter
	// ClearHref is the address without filters.
	ClearHref string
	Themes    []Chip
	// Children are the terms below the roots; ChildrenOpen says that one is on.
	Children      []Chip
	ChildrenCount string
	ChildrenOpen  bool
	// MoreOpen says that a kind, a tag or an origin is on.
	MoreOpen  bool
	Kinds     []Chip
	From, To  string
	Tag       string
	Origin    string
	Origins   []Option
	Histogram Histogram
}

// Chip is one checkbox among the filters.
type Chip struct {
	Value, Name, Theme, Icon, Count string
	On                              bool
}

// Option is one choice of a list.
type Option struct {
	Value, Name string
	On          bool
}

// ActiveFilter is one filter that is on, with the address that takes it off.
type ActiveFilter struct{ Name, Href, Label string }

// facets counts what each filter would give in the view, or on the whole map
// when the list is of everything.
func (s *Site) facets(ctx context.Context, l *i18n.Locale, st homeState) (FacetPanel, error) {
	box := st.box
	if st.all {
		box = world
	}
	counts := s.cfg.View.Atlas().Facets(box, st.filter)
	p := FacetPanel{Active: s.activeFilters(ctx, l, st), ClearHref: page.Address("/", keep(st.query, "c", "lang")),
		From: st.sel.From, To: st.sel.To, Origin: st.sel.Origin}
	if len(st.sel.Tags) > 0 {
		p.Tag = st.sel.Tags[0]
	}
	hidden := 0
	for _, t := range directory.Themes() {
		if !page.FrameOf(ctx).Offers(t.Slug) {
			continue
		}
		c := Chip{Value: t.Slug, Name: shortTheme(l, t.Slug), Theme: directory.ThemeRoot(t.Slug), Icon: directory.ThemeRoot(t.Slug),
			On: slices.Contains(st.sel.Themes, t.Slug)}
		if n := directory.ThemeNumber(t.Slug); n >= 0 && n < len(counts.Themes) {
			c.Count = l.Number(counts.Themes[n])
		}
		if t.Parent == "" {
			p.Themes = append(p.Themes, c)
			continue
		}
		p.Children = append(p.Children, c)
		p.ChildrenOpen = p.ChildrenOpen || c.On
		hidden++
	}
	p.MoreOpen = len(st.sel.Kinds)+len(st.sel.Tags) > 0 || st.sel.Origin != ""
	p.ChildrenCount = l.N("filter.more_themes", hidden)
	for _, k := range directory.Kinds() {
		p.Kinds = append(p.Kinds, Chip{Value: string(k), Name: l.T("kinds." + string(k)), Theme: noTheme, Icon: string(k),
			Count: l.Number(counts.Kinds[k.Number()]), On: slices.Contains(st.sel.Kinds, k)})
	}
	p.Histogram = s.histogram(l, st)
	var err error
	p.Origins, err = s.originOptions(ctx, l, st)
	return p, err
}

// originOptions are the instances whose entries are here; nil when all are ours.
func (s *Site) originOptions(ctx context.Context, l *i18n.Locale, st homeState) ([]Option, error) {
	counts, err := s.originCounts(ctx)
	if err != nil || len(counts) == 0 || (len(counts) == 1 && counts[0].Origin == "") {
		return nil, err
	}
	out := []Option{{"", l.T("filter.any_origin"), st.sel.Origin == ""},
		{directory.OriginLocal, l.T("filter.this_instance"), st.sel.Origin == directory.OriginLocal}}
	for _, o := range counts {
		if o.Origin != "" {
			out = append(out, Option{o.Origin, l.N("filter.origin", o.Entries, "host", hostOf(o.Origin)), st.sel.Origin == o.Origin})
		}
	}
	return out, nil
}

// activeFilters lists what narrows the selection, each with its way off.
func (s *Site) activeFilters(ctx context.Context, l *i18n.Locale, st homeState) []ActiveFilter {
	var out []ActiveFilter
	add := func(name string, q url.Values) {
		out = append(out, ActiveFilter{Name: name, Href: page.Address("/", q), Label: l.T("filter.remove", "name", name)})
	}
	if st.sel.Query != "" {
		add(l.T("filter.query", "q", st.sel.Query), page.With(st.query, "q", ""))
	}
	for _, t := range st.sel.Themes {
		add(themeName(l, t), without(st.query, "theme", t, st.sel.Themes))
	}
	kinds := make([]string, len(st.sel.Kinds))
	for i, k := range st.sel.Kinds {
		kinds[i] = string(k)
	}
	for _, k := range kinds {
		add(l.T("kinds."+k), without(st.query, "kind", k, kinds))
	}
	for _, t := range st.sel.Tags {
		add("#"+t, without(st.query, "tag", t, st.sel.Tags))
	}
	if st.sel.From != "" || st.sel.To != "" {
		from, to := st.sel.From, st.sel.To
		if from == "" {
			from = ".."
		}
		if to == "" {
			to = ".."
		}
		add(l.Period(from, to), page.With(st.query, "from", "", "to", ""))
	}
	if st.sel.Origin == directory.OriginLocal {
		add(l.T("filter.this_instance"), page.With(st.query, "origin", ""))
	} else if st.sel.Origin != "" {
		add(hostOf(st.sel.Origin), page.With(st.query, "origin", ""))
	}
	if st.sel.Series != "" {
		add(l.T("filter.series", "name", st.sel.Series), page.With(st.query, "series", ""))
	}
	if st.sel.Licence != "" {
		add(st.sel.Licence, page.With(st.query, "licence", ""))
	}
	if st.sel.FreshMonths > 0 {
		add(l.N("filter.fresh", st.sel.FreshMonths), page.With(st.query, "fresh", ""))
	}
	for _, t := range st.sel.Languages {
		add(languageName(l, t), without(st.query, "language", t, st.sel.Languages))
	}
	if st.sel.Rules {
		add(l.T("filter.rules"), page.With(st.query, "rules", ""))
	}
	for _, a := range st.sel.Areas {
		add(directory.AreaName(a), without(st.query, "area", a, st.sel.Areas))
	}
	for _, c := range st.sel.Concepts {
		add(s.conceptName(ctx, l, c), without(st.query, "concept", c, st.sel.Concepts))
	}
	return out
}

// without takes one value off a repeated key.
func without(q url.Values, key, value string, values []string) url.Values {
	out := page.With(q, key, "")
	for _, v := range values {
		if v != value {
			out.Add(key, v)
		}
	}
	return out
}

// Histogram is how many entries began when.
type Histogram struct {
	Label string
	Bars  []Bar
	Ticks []string
	// First and Last are the years that it spans, both included.
	First, Last int
}

// Bar is one bar of a histogram of 300 × 48, in its own units.
type Bar struct {
	X, Y, W, H string
	On         bool
}

// histogramBins is how many bars the period filter shows.
const histogramBins = 30

// histogram counts the selection, without its period, by when entries began.
func (s *Site) histogram(l *i18n.Locale, st homeState) Histogram {
	f := chronicle.Filter(st.filter)
	f.From, f.To, f.Dated = 0, 0, false
	c := s.cfg.View.Chronicle()
	span, ok := c.Range(f)
	if !ok {
		return Histogram{}
	}
	now := s.cfg.Clock()
	first := max(time.Unix(span.From, 0).UTC().Year(), now.Year()-histogramYears)
	last := min(time.Unix(span.To-1, 0).UTC().Year(), now.Year()+1)
	if last <= first {
		first = last - histogramBins
	}
	span = chronicle.Span{From: yearStart(first), To: yearStart(last + 1)}
	counts := c.Density(span, histogramBins, f)
	most := slices.Max(append([]int{1}, counts...))
	h := Histogram{First: first, Last: last, Label: l.T("filter.histogram", "from", l.Year(first), "to", l.Year(last))}
	const width, height = 300.0, 48.0
	step := (span.To - span.From) / histogramBins
	for i, n := range counts {
		from := span.From + int64(i)*step
		high := 0.0
		if n > 0 {
			high = max(2, height*float64(n)/float64(most))
		}
		h.Bars = append(h.Bars, Bar{X: unit(float64(i)*width/histogramBins + .8), Y: unit(height - high),
			W: unit(width/histogramBins - 1.6), H: unit(high),
			On: !st.filter.Dated || (from+step > st.filter.From && from < st.filter.To)})
	}
	for i := 0; i <= 4; i++ {
		h.Ticks = append(h.Ticks, l.Year(first+(last-first)*i/4))
	}
	return h
}

// histogramYears is how far back the period filter's histogram goes at most.
const histogramYears = 180

func yearStart(y int) int64 { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC).Unix() }

// unit writes a length for an SVG attribute.
func unit(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
