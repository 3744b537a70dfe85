package site

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
)

// SeriesPage is a series of events with all its editions, of whichever instances.
type SeriesPage struct {
	page.Base
	Name     string
	Chart    sanitize.HTML
	Editions []EditionView
	// Total says how many editions there are, and over which years.
	Total string
	// Sheet is the entry that the editions say they are part of; Href "" for none.
	Sheet        NamedLink
	TimelineHref string
	Feeds        FeedLinks
}

// EditionView is one edition of a series.
type EditionView struct {
	AgendaItem
	// Edition is its number or word, Organisers who held it; "" when unknown.
	Edition, Organisers string
}

// SeriesNav leads from an edition to its series and to those beside it.
type SeriesNav struct {
	Name, Href, Position string
	// Previous and Next have no Href at the ends.
	Previous, Next NamedLink
}

// editionsMost bounds what is read of one series.
const editionsMost = 1000

// editions are the public events of a series, the first first; beside those that
// name it, those that are part of the entry that most of them are part of. sheet is
// the URI of that entry, "" without one.
func (s *Site) editions(ctx context.Context, slug string) (es []directory.Public, sheet string, err error) {
	found, err := s.cfg.Store.Entries(ctx, store.EntryFilter{Selection: directory.Selection{Series: slug}, Limit: editionsMost})
	if err != nil {
		return nil, "", fmt.Errorf("series %s: %w", slug, err)
	}
	es = publics(found)
	if sheet = commonSheet(es); sheet != "" {
		parts, err := s.cfg.Store.RelationsTo(ctx, sheet)
		if err != nil {
			return nil, "", fmt.Errorf("series %s: %w", slug, err)
		}
		more, err := s.partsOf(ctx, parts, es)
		if err != nil {
			return nil, "", fmt.Errorf("series %s: %w", slug, err)
		}
		es = append(es, more...)
	}
	slices.SortStableFunc(es, func(a, b directory.Public) int {
		return cmp.Or(cmp.Compare(civilBegins(a), civilBegins(b)), cmp.Compare(a.Num, b.Num))
	})
	return es, sheet, nil
}

// commonSheet is what more than half of the editions say that they are part of.
func commonSheet(es []directory.Public) string {
	counts := map[string]int{}
	for _, e := range es {
		for _, r := range e.Relations {
			if r.Type == directory.RelPartOf {
				counts[r.Object]++
			}
		}
	}
	for uri, n := range counts {
		if 2*n > len(es) {
			return uri
		}
	}
	return ""
}

// partsOf reads the events that say they are part of the sheet and name no series.
func (s *Site) partsOf(ctx context.Context, parts []store.InboundRelation, have []directory.Public) ([]directory.Public, error) {
	var uris []string
	for _, r := range parts {
		known := slices.ContainsFunc(have, func(e directory.Public) bool { return e.URI == r.SubjectURI })
		if r.Relation.Type == directory.RelPartOf && r.SubjectKind == directory.KindEvent && !known {
			uris = append(uris, r.SubjectURI)
		}
	}
	if len(uris) == 0 {
		return nil, nil
	}
	es, err := s.cfg.Store.EntriesByURI(ctx, uris)
	if err != nil {
		return nil, err
	}
	var out []directory.Public
	for _, e := range publics(es) {
		if e.Kind == directory.KindEvent && !e.Silenced && (e.Event == nil || directory.SeriesSlug(e.Event.Series) == "") {
			out = append(out, e)
		}
	}
	return out, nil
}

// Series is GET /series/{slug}.
func (s *Site) Series(w http.ResponseWriter, r *http.Request) error {
	asked := r.PathValue("slug")
	slug := directory.SeriesSlug(asked)
	es, sheet, err := s.editions(r.Context(), slug)
	if err == nil && (slug == "" || len(es) == 0) {
		err = fmt.Errorf("series %q: %w", asked, directory.ErrNotFound)
	}
	if err != nil {
		return err
	}
	if asked != slug { // one address for each series
		http.Redirect(w, r, seriesPath(slug), http.StatusMovedPermanently)
		return nil
	}
	p := &SeriesPage{Base: s.pages.Base(w, r, "timeline", ""), Name: seriesName(es)}
	l := p.Locale
	p.Title, p.Section = p.Name, "timeline"
	p.Description = l.T("series.description", "name", p.Name)
	p.Canonical = s.cfg.Env.Base + seriesPath(slug)
	for _, e := range es {
		v := EditionView{AgendaItem: agendaItem(l, e)}
		if e.Event != nil {
			v.Edition, v.Organisers = e.Event.Edition, e.Event.Organisers
		}
		p.Editions = append(p.Editions, v)
	}
	first, last := yearOf(civilBegins(es[0])), yearOf(civilBegins(es[len(es)-1]))
	p.Total = l.N("series.total", len(es), "from", l.Year(first), "to", l.Year(last))
	if p.Sheet, err = s.seriesSheet(r.Context(), l, sheet); err != nil {
		return err
	}
	state := url.Values{"series": {slug}}
	p.TimelineHref, p.Feeds = page.Address("/timeline", state), s.feedLinks(state)
	if p.Chart, err = s.seriesChart(r.Context(), l, es, state); err != nil {
		return err
	}
	return s.pages.Page(w, r, http.StatusOK, "series", p)
}

// seriesName is the name that most editions write; of as many, the latest one's.
func seriesName(es []directory.Public) string {
	counts, name := map[string]int{}, ""
	for _, e := range es {
		if e.Event == nil || e.Event.Series == "" {
			continue
		}
		counts[e.Event.Series]++
		if counts[e.Event.Series] >= counts[name] {
			name = e.Event.Series
		}
	}
	return name
}

func (s *Site) seriesSheet(ctx context.Context, l *i18n.Locale, uri string) (NamedLink, error) {
	if uri == "" {
		return NamedLink{}, nil
	}
	es, err := s.cfg.Store.EntriesByURI(ctx, []string{uri})
	if err != nil {
		return NamedLink{}, fmt.Errorf("sheet %s: %w", uri, err)
	}
	for _, e := range publics(es) {
		if !e.Silenced {
			return NamedLink{textIn(l, e.Name).Text, entryPath(e)}, nil
		}
	}
	return NamedLink{}, nil
}

// seriesChart draws the editions on one line.
func (s *Site) seriesChart(ctx context.Context, l *i18n.Locale, es []directory.Public, state url.Values) (sanitize.HTML, error) {
	only, shown := directory.NewNumSet(), map[int64]directory.Public{}
	for _, e := range es {
		only.Add(e.Num)
		shown[e.Num] = e
	}
	f := chronicle.Filter{Only: only}
	all, ok := s.cfg.View.Chronicle().Range(f)
	if !ok {
		return "", nil
	}
	window := chronicle.Span{From: yearStart(yearOf(all.From)), To: yearStart(yearOf(all.To-1) + 1)}
	tq := timeQuery{state: state, view: viewChart, window: window, filter: f, lanes: chronicle.BySeries, sel: directory.Selection{Series: state.Get("series")}}
	win := s.cfg.View.Chronicle().Window(window.From, window.To, f, chronicle.Options{Width: usualChart, Rows: chartRows, Lanes: chronicle.BySeries, Lang: l.Tag, Now: s.civilNow()})
	return s.chart(ctx, l, &win, tq, shown)
}

// seriesNav finds an event's place in its series; nil for none.
func (s *Site) seriesNav(ctx context.Context, l *i18n.Locale, e directory.Public) (*SeriesNav, error) {
	if e.Kind != directory.KindEvent || e.Event == nil {
		return nil, nil
	}
	slug := directory.SeriesSlug(e.Event.Series)
	if slug == "" {
		return nil, nil
	}
	es, _, err := s.editions(ctx, slug)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(es, func(o directory.Public) bool { return o.ID == e.ID })
	if at < 0 { // it is not public yet
		return nil, nil
	}
	n := &SeriesNav{Name: e.Event.Series, Href: seriesPath(slug), Position: l.T("series.position", "n", l.Number(at+1), "total", l.Number(len(es)))}
	link := func(o directory.Public) NamedLink {
		return NamedLink{join(textIn(l, o.Name).Text, l.Year(yearOf(civilBegins(o)))), entryPath(o)}
	}
	if at > 0 {
		n.Previous = link(es[at-1])
	}
	if at+1 < len(es) {
		n.Next = link(es[at+1])
	}
	return n, nil
}
