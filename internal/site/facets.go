package site

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/register"
	"codeberg.org/bocage/bocage/internal/view"
)

// FacetPanel is the filters with the counts of what each would give. It is the
// same on the map, the timeline, the genealogy and the concepts.
type FacetPanel struct {
	// Action is the address of the view, Side says that the panel is beside the map.
	Action string
	Side   bool
	// State is kept by the filters' form, SearchState by the search.
	State, SearchState []page.Hidden
	Active             []ActiveFilter
	// ClearHref is the address without filters.
	ClearHref string
	// Hides is the entry that was just added and that the filters hide; Href "" for none.
	Hides NamedLink
	// Instead says which words are shown in place of those that nobody has; "" for none.
	Instead string
	Themes  []Chip
	// Children are the terms below the roots; ChildrenOpen says that one is on.
	Children      []Chip
	ChildrenCount string
	ChildrenOpen  bool
	// Groups are the other lists of which several may be on.
	Groups []FacetGroup
	// Choices are those of which one is.
	Choices []FacetChoice
	// Rules is the box of those whose rules are published; RestOpen says that it or
	// a choice is on.
	Rules    Chip
	RestOpen bool
	// Query is the text that is searched for.
	Query string
	// Dated says that the period is among the filters.
	Dated     bool
	From, To  string
	Histogram Histogram
	// Exports are the selection as files.
	Exports []NamedLink
}

// FacetGroup is a folded list of boxes.
type FacetGroup struct {
	Key, Title string
	Chips      []Chip
	// More are folded again, under MoreName.
	More     []Chip
	MoreName string
	Open     bool
	// Other is the label of a field for what is not in the list, "" for none.
	Other string
}

// FacetChoice is a list of which one is chosen.
type FacetChoice struct {
	Key, Title string
	Options    []Option
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

// Sizes of the lists of the panel.
const (
	mostChips = 10 // of a list before it is folded
	mostNamed = 24 // tags and concepts counted by name
	mostAreas = 30 // départements
)

// freshChoices are the months of the choices of freshness.
var freshChoices = []int{6, 12, 24}

// facets makes the panel of a view: path is where its form leads, shows what
// the counts are of, and kept the keys of the address that are no filter and stay
// when the filters are cleared.
func (s *Site) facets(ctx context.Context, l *i18n.Locale, c chosen, path string, shows view.Shows, kept ...string) (FacetPanel, error) {
	shows.Months, shows.Most = freshChoices, mostNamed
	if c.query.Has("bbox") && c.box != nil {
		shows.Box = (*atlas.BBox)(c.box)
	}
	counts, err := s.cfg.View.Facets(ctx, c.sel, shows)
	if err != nil {
		return FacetPanel{}, fmt.Errorf("facets: %w", err)
	}
	p := FacetPanel{Action: page.Address(path, keep(c.query)), Dated: shows.Window == nil, From: c.sel.From, To: c.sel.To, Query: c.sel.Query,
		Active:    s.activeFilters(ctx, l, c, path, shows),
		ClearHref: page.Address(path, keep(c.query, append(kept, "lang")...))}
	own := []string{"theme", "tag", "language", "area", "concept", "origin", "licence", "fresh", "rules", "entry", "after", "lang", "map"}
	if shows.Window == nil {
		own = append(own, "from", "to")
	}
	if shows.Only == "" {
		own = append(own, "kind")
	}
	p.State = page.HiddenInputs(c.query, own...)
	p.SearchState = page.HiddenInputs(c.query, "q", "c", "entry", "all", "after", "lang", "map")
	p.themes(ctx, l, c.sel, counts)
	p.groups(l, c.sel, counts, shows.Only == "")
	for _, g := range s.conceptGroup(ctx, l, c.sel, counts) {
		p.Groups = append(p.Groups, g)
	}
	p.choices(l, c.sel, counts)
	p.Rules = Chip{Value: directory.RulesPublished, Name: l.T("filter.rules"), Count: l.Number(counts.Rules), On: c.sel.Rules}
	p.RestOpen = c.sel.Rules || c.sel.FreshMonths > 0 || c.sel.Licence != "" || c.sel.Origin != ""
	if instead := s.cfg.View.Instead(c.sel.Query); instead != "" {
		p.Instead = l.T("filter.instead", "asked", c.sel.Query, "instead", instead)
	}
	p.exports(l, c)
	if p.Dated {
		f := c.filter
		if shows.Only != "" {
			f.Kinds = 1 << shows.Only.Number()
			if leavesOut(c.sel, shows.Only) {
				f.Only = directory.NewNumSet()
			}
		}
		if shows.Box != nil && c.query.Has("bbox") {
			f.Only = s.within(c, f.Only)
		}
		p.Histogram = s.histogram(l, f)
	}
	return p, nil
}

func (p *FacetPanel) themes(ctx context.Context, l *i18n.Locale, sel directory.Selection, counts register.Counts) {
	for i, t := range directory.Themes() {
		if !page.FrameOf(ctx).Offers(t.Slug) {
			continue
		}
		c := Chip{Value: t.Slug, Name: shortTheme(l, t.Slug), Theme: directory.ThemeRoot(t.Slug), Icon: directory.ThemeRoot(t.Slug),
			Count: l.Number(counts.Themes[i]), On: slices.Contains(sel.Themes, t.Slug)}
		if t.Parent == "" {
			p.Themes = append(p.Themes, c)
			continue
		}
		p.Children = append(p.Children, c)
		p.ChildrenOpen = p.ChildrenOpen || c.On
	}
	p.ChildrenCount = l.N("filter.more_themes", len(p.Children))
}

// groups fills the lists of kinds, tags, languages and areas.
func (p *FacetPanel) groups(l *i18n.Locale, sel directory.Selection, counts register.Counts, kinds bool) {
	if kinds {
		g := FacetGroup{Key: "kind", Title: l.T("filter.kinds")}
		for i, k := range directory.Kinds() {
			g.Chips = append(g.Chips, Chip{Value: string(k), Name: l.T("kinds." + string(k)), Theme: noTheme, Icon: string(k),
				Count: l.Number(counts.Kinds[i]), On: slices.Contains(sel.Kinds, k)})
		}
		g.Open = len(sel.Kinds) > 0
		p.Groups = append(p.Groups, g)
	}
	tags := group(l, "tag", "filter.tags", counts.Tags, folded(sel.Tags), func(v string) string { return "#" + v })
	tags.Other = l.T("filter.other_tag")
	p.Groups = append(p.Groups, tags)
	p.Groups = append(p.Groups, areas(l, sel.Areas, counts))
	p.Groups = append(p.Groups, group(l, "language", "filter.languages", counts.Languages, sel.Languages, func(v string) string { return languageName(l, v) }))
}

func folded(tags []string) []string {
	out := make([]string, len(tags))
	for i, t := range tags {
		out[i] = directory.Fold(t)
	}
	return out
}

// group is a list of what occurs, and of what is on.
func group(l *i18n.Locale, key, title string, counts []register.Count, on []string, name func(string) string) FacetGroup {
	g := FacetGroup{Key: key, Title: l.T(title), Open: len(on) > 0}
	seen := map[string]bool{}
	add := func(value, shown string, n int) {
		chip := Chip{Value: value, Name: name(shown), Count: l.Number(n), On: slices.Contains(on, value)}
		seen[value] = true
		if len(g.Chips) < mostChips || chip.On {
			g.Chips = append(g.Chips, chip)
		} else {
			g.More = append(g.More, chip)
		}
	}
	for _, c := range counts {
		add(c.Value, c.Shown, c.N)
	}
	for _, v := range on {
		if !seen[v] {
			add(v, v, 0)
		}
	}
	if len(g.More) > 0 {
		g.MoreName = l.N("filter.more_values", len(g.More))
	}
	return g
}

// areas are the régions, and folded the départements with most entries.
func areas(l *i18n.Locale, on []string, counts register.Counts) FacetGroup {
	var regions, departments []register.Count
	for _, a := range view.Areas(counts) {
		if c := (register.Count{Value: a.ID, Shown: a.Name, N: a.N}); a.Region == "" {
			regions = append(regions, c)
		} else {
			departments = append(departments, c)
		}
	}
	slices.SortStableFunc(departments, func(a, b register.Count) int { return b.N - a.N })
	departments = departments[:min(len(departments), mostAreas)]
	chosen := func(prefix string) (out []string) {
		for _, a := range on {
			if strings.HasPrefix(a, prefix) {
				out = append(out, a)
			}
		}
		return out
	}
	name := func(v string) string {
		if strings.Contains(v, ":") { // is on, and not counted
			return directory.AreaName(v)
		}
		return v
	}
	g := group(l, "area", "filter.areas", regions, chosen(directory.AreaRegion), name)
	d := group(l, "area", "filter.areas", departments, chosen(directory.AreaDepartment), name)
	g.Chips = append(g.Chips, g.More...)
	g.More = append(d.Chips, d.More...)
	if g.MoreName = ""; len(g.More) > 0 {
		g.MoreName = l.T("filter.departments")
	}
	g.Open = len(on) > 0
	return g
}

// conceptGroup is the list of concepts that entries claim; nothing without one.
func (s *Site) conceptGroup(ctx context.Context, l *i18n.Locale, sel directory.Selection, counts register.Counts) []FacetGroup {
	on := slices.Clone(sel.Concepts)
	claimed := counts.Concepts[:min(len(counts.Concepts), mostChips)]
	g := group(l, "concept", "filter.concepts", claimed, on, func(v string) string { return s.entryName(ctx, l, v) })
	g.Chips = slices.DeleteFunc(g.Chips, func(c Chip) bool { return strings.Contains(c.Name, "://") && !c.On }) // not held here
	if len(g.Chips) == 0 {
		return nil
	}
	return []FacetGroup{g}
}

// choices fills the lists of which one is chosen.
func (p *FacetPanel) choices(l *i18n.Locale, sel directory.Selection, counts register.Counts) {
	with := func(name string, n int) string { return l.T("filter.with_count", "name", name, "n", l.Number(n)) }
	fresh := FacetChoice{Key: "fresh", Title: l.T("filter.freshness"), Options: []Option{{"", l.T("filter.any_fresh"), sel.FreshMonths == 0}}}
	for i, m := range freshChoices {
		fresh.Options = append(fresh.Options, Option{strconv.Itoa(m) + "m", with(l.N("filter.fresh_months", m), counts.Since[i]), sel.FreshMonths == m})
	}
	if sel.FreshMonths > 0 && !slices.Contains(freshChoices, sel.FreshMonths) {
		fresh.Options = append(fresh.Options, Option{strconv.Itoa(sel.FreshMonths) + "m", l.N("filter.fresh_months", sel.FreshMonths), true})
	}
	licence := choice("licence", l.T("filter.licence"), l.T("filter.any_licence"), sel.Licence, counts.Licences,
		func(c register.Count) Option { return Option{c.Value, with(c.Value, c.N), c.Value == sel.Licence} })
	origin := choice("origin", l.T("filter.origin_label"), l.T("filter.any_origin"), sel.Origin, counts.Origins, func(c register.Count) Option {
		if c.Value == "" {
			return Option{directory.OriginLocal, with(l.T("filter.this_instance"), c.N), sel.Origin == directory.OriginLocal}
		}
		return Option{c.Value, with(hostOf(c.Value), c.N), sel.Origin == c.Value}
	})
	p.Choices = []FacetChoice{fresh}
	for _, c := range []FacetChoice{licence, origin} {
		if len(c.Options) > 2 || len(c.Options) == 2 && !c.Options[0].On { // else there is nothing to choose
			p.Choices = append(p.Choices, c)
		}
	}
}

func choice(key, title, none, on string, counts []register.Count, option func(register.Count) Option) FacetChoice {
	f := FacetChoice{Key: key, Title: title, Options: []Option{{"", none, on == ""}}}
	found := on == ""
	for _, c := range counts {
		o := option(c)
		found = found || o.On
		f.Options = append(f.Options, o)
	}
	if !found {
		f.Options = append(f.Options, Option{on, on, true})
	}
	return f
}

// exports leads to the selection as files and feeds.
func (p *FacetPanel) exports(l *i18n.Locale, c chosen) {
	q := c.values()
	for _, x := range [...]struct{ name, path string }{
		{"CSV", "/export/entries.csv"}, {"GeoJSON", "/export/entries.geojson"}, {l.T("filter.calendar"), "/feeds/events.ics"}, {l.T("filter.feed"), "/feeds/changes.atom"},
	} {
		p.Exports = append(p.Exports, NamedLink{x.name, page.Address(x.path, q)})
	}
}

// activeFilters lists what narrows the selection in a view, each with its way off.
func (s *Site) activeFilters(ctx context.Context, l *i18n.Locale, c chosen, path string, shows view.Shows) []ActiveFilter {
	var out []ActiveFilter
	add := func(name string, q url.Values) {
		out = append(out, ActiveFilter{Name: name, Href: page.Address(path, page.With(q, "after", "")), Label: l.T("filter.remove", "name", name)})
	}
	each := func(key string, values []string, name func(string) string) {
		for _, v := range values {
			add(name(v), without(c.query, key, v, values))
		}
	}
	one := func(key, value, name string) {
		if value != "" {
			add(name, page.With(c.query, key, ""))
		}
	}
	sel := c.sel
	one("q", sel.Query, l.T("filter.query", "q", sel.Query))
	each("theme", sel.Themes, func(v string) string { return themeName(l, v) })
	kinds := make([]string, len(sel.Kinds))
	for i, k := range sel.Kinds {
		kinds[i] = string(k)
	}
	each("kind", kinds, func(v string) string { return l.T("kinds." + v) })
	each("tag", sel.Tags, func(v string) string { return "#" + v })
	if shows.Window == nil && (sel.From != "" || sel.To != "") {
		from, to := sel.From, sel.To
		if from == "" {
			from = ".."
		}
		if to == "" {
			to = ".."
		}
		add(l.Period(from, to), page.With(c.query, "from", "", "to", ""))
	}
	if sel.Origin == directory.OriginLocal {
		one("origin", sel.Origin, l.T("filter.this_instance"))
	} else {
		one("origin", sel.Origin, hostOf(sel.Origin))
	}
	one("series", sel.Series, l.T("filter.series", "name", sel.Series))
	one("licence", sel.Licence, sel.Licence)
	if sel.FreshMonths > 0 {
		add(l.N("filter.fresh", sel.FreshMonths), page.With(c.query, "fresh", ""))
	}
	each("language", sel.Languages, func(v string) string { return languageName(l, v) })
	if sel.Rules {
		add(l.T("filter.rules"), page.With(c.query, "rules", ""))
	}
	each("area", sel.Areas, directory.AreaName)
	each("concept", sel.Concepts, func(v string) string { return s.entryName(ctx, l, v) })
	if sel.Member != "" {
		one("member", sel.Member, l.T("filter.member", "name", s.entryName(ctx, l, sel.Member)))
	}
	one("bbox", c.query.Get("bbox"), l.T("filter.bbox"))
	return out
}
