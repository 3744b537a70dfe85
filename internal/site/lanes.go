package site

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// laneNames are the values of the key lanes, in the order of the page.
var laneNames = [...]struct {
	name string
	by   chronicle.Lanes
}{{"theme", chronicle.ByTheme}, {"kind", chronicle.ByKind}, {"region", chronicle.ByRegion}, {"series", chronicle.BySeries}, {"none", chronicle.NoLanes}}

// lanesOf reads the key lanes: themes unless it says otherwise, series for the
// selection of one.
func lanesOf(name string, sel directory.Selection) chronicle.Lanes {
	for _, n := range laneNames {
		if n.name == name {
			return n.by
		}
	}
	if sel.Series != "" {
		return chronicle.BySeries
	}
	return chronicle.ByTheme
}

func (tq timeQuery) laneLinks(l *i18n.Locale) (out []ScaleLink) {
	for _, n := range laneNames {
		out = append(out, ScaleLink{Name: l.T("lanes." + n.name), Href: page.Address("/timeline", page.With(tq.state, "lanes", n.name)), Current: n.by == tq.lanes})
	}
	return out
}

// chart draws a window; shown are the entries of its items.
func (s *Site) chart(ctx context.Context, l *i18n.Locale, win *chronicle.Window, tq timeQuery, shown map[int64]directory.Public) (sanitize.HTML, error) {
	eras, err := s.eras(ctx, l)
	if err != nil {
		return "", err
	}
	series := seriesNames(win, shown)
	lane := func(g chronicle.Group) chronicle.Lane { return s.lane(l, tq, win.By, g, series) }
	labels := s.cfg.View.Labels(numsOf(win))
	opt := chronicle.SVGOptions{Title: l.N("timeline.drawing", win.Shown, "period", windowText(l, tq.window)), Lang: l.Tag, Eras: eras,
		WindowHref: tq.href, Lane: lane,
		ThemeSlug: func(t int8) string { return rootSlug(int(t)) },
		Href: func(num int64) string {
			if v, ok := labels[num]; ok {
				return "/" + v.Kind.Path() + "/" + url.PathEscape(v.ID)
			}
			return "/"
		},
		When: func(it chronicle.Item) string {
			e, ok := shown[it.Num]
			if !ok {
				return ""
			}
			when := whenLine(l, e)
			if words := vagueWords(l, it.Form); words != "" {
				when = l.T("vague.line", "date", when, "words", words)
			}
			return join(when, placeLine(l, e.Place))
		},
	}
	return sanitize.Drawn(chronicle.SVG(*win, opt)), nil
}

func numsOf(win *chronicle.Window) []int64 {
	nums := make([]int64, len(win.Items))
	for i, it := range win.Items {
		nums[i] = it.Num
	}
	return nums
}

// seriesNames are the names of the series of a drawing, as one of their editions
// writes them.
func seriesNames(win *chronicle.Window, shown map[int64]directory.Public) map[int]string {
	names := map[int]string{}
	for _, it := range win.Items {
		if e := shown[it.Num]; it.Series != 0 && e.Event != nil {
			names[int(it.Series)] = e.Event.Series
		}
	}
	return names
}

// lane names and marks a swim-lane; its name leads to the entries of the lane.
func (s *Site) lane(l *i18n.Locale, tq timeQuery, by chronicle.Lanes, g chronicle.Group, series map[int]string) chronicle.Lane {
	icon := func(id string) string { return s.pages.Asset("icons.svg") + "#" + id }
	only := func(key, value string) string {
		return page.Address("/timeline", page.With(tq.state, key, value))
	}
	switch {
	case g.Key == chronicle.OtherKeys:
		return chronicle.Lane{Name: l.T("lanes.others"), Slug: noTheme}
	case g.Key == chronicle.NoKey && by == chronicle.ByTheme:
		return chronicle.Lane{Name: l.T("theme.none"), Slug: noTheme, Icon: icon(noTheme)}
	case g.Key == chronicle.NoKey:
		return chronicle.Lane{Name: l.T("lanes.without"), Slug: noTheme}
	}
	switch by {
	case chronicle.ByTheme:
		slug := rootSlug(g.Key)
		return chronicle.Lane{Name: themeName(l, slug), Slug: slug, Icon: icon(slug), Href: only("theme", slug)}
	case chronicle.ByKind:
		kind := directory.Kinds()[g.Key%len(directory.Kinds())]
		return chronicle.Lane{Name: l.T("kinds." + string(kind)), Slug: noTheme, Icon: icon(string(kind)), Href: only("kind", string(kind))}
	case chronicle.BySeries:
		slug := s.cfg.View.Series(g.Key)
		name := series[g.Key]
		if name == "" {
			name = slug
		}
		return chronicle.Lane{Name: name, Slug: noTheme, Href: seriesPath(slug)}
	}
	region := s.cfg.View.Region(g.Key)
	if strings.HasPrefix(region, directory.AreaRegion) {
		return chronicle.Lane{Name: directory.AreaName(region), Slug: noTheme, Href: only("area", region)}
	}
	return chronicle.Lane{Name: l.Country(region), Slug: noTheme}
}

// seriesPath is the page of a series.
func seriesPath(slug string) string { return "/series/" + url.PathEscape(slug) }

// eras are the names of history that the timeline draws: the instance's own, else
// the default ones. What an older version wrote and this one cannot read draws none.
func (s *Site) eras(ctx context.Context, l *i18n.Locale) ([]chronicle.Era, error) {
	text, err := s.cfg.Store.Setting(ctx, directory.EraSetting)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return nil, fmt.Errorf("eras: %w", err)
	}
	if text == "" {
		text = directory.DefaultEras()
	}
	eras, err := directory.ParseEras(text)
	if err != nil {
		s.cfg.Logger.WarnContext(ctx, "the eras of the timeline cannot be read", "error", err)
	}
	var out []chronicle.Era
	for _, e := range eras {
		d, err := directory.ParseEDTF(e.Period)
		if err != nil {
			continue // ParseEras has read it
		}
		name, _ := e.Name.In(l.Tag, "fr")
		out = append(out, chronicle.Era{Span: chronicle.Span{From: d.From, To: d.To}, Name: name})
	}
	return out, nil
}
