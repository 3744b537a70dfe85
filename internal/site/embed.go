package site

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// embedViews are what can stand in a frame of another site, the first by default.
var embedViews = [...]string{"map", "list", "timeline", "agenda", "entry"}

// schemeKey is the URL's key of the colours, light or dark; without it they are
// those of the reader's system. "theme" is a filter.
const schemeKey = "scheme"

// EmbedPage is a part of the directory in a frame of another site: no header, no
// form, no session. Its links open at the instance, in a window of their own.
type EmbedPage struct {
	page.Base
	// View is one of embedViews, or "none" with a Notice.
	View, Notice string
	// Scheme is light, dark, or "" for that of the reader's system.
	Scheme string
	// Name is what is shown, OpenHref where it is at the instance.
	Name     Text
	OpenHref string
	Map      MapView
	List     ListView
	Chart    sanitize.HTML
	// Earlier, Later, In and Out move the timeline.
	Earlier, Later, In, Out string
	Agenda                  []AgendaGroup
	Past                    bool
	Entry                   *EmbedEntry
}

// EmbedEntry is one entry as a card.
type EmbedEntry struct {
	Item
	Kind, Place, Note string
	Badges            []Badge
	Body              sanitize.HTML
	BodyLang          string
}

// Embed is GET /embed and /maps/{map}/embed: ?view= map, list, timeline, agenda or
// entry, with the selection's own keys. ?fragment= answers the map's script.
func (s *Site) Embed(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if f := q.Get("fragment"); f == "card" || f == "list" {
		return s.Home(w, r)
	}
	p := &EmbedPage{Base: s.pages.Base(w, r, "embed", "home.title"), View: cmp.Or(q.Get("view"), embedViews[0])}
	p.NoIndex = true
	if c := q.Get(schemeKey); c == "light" || c == "dark" {
		p.Scheme = c
	}
	p.Name, p.OpenHref = Text{Text: p.Instance}, "/"
	if p.Frame != nil {
		p.Name = Text{p.Frame.Name, p.Frame.Lang}
	}
	status := http.StatusOK
	switch err := s.fillEmbed(r.Context(), p, q); {
	case errors.Is(err, directory.ErrNotFound), errors.Is(err, directory.ErrGone), errors.Is(err, directory.ErrInvalid):
		p.View, p.Notice, status = "none", p.T("embed.not_there"), http.StatusNotFound
	case err != nil:
		return err
	}
	p.Title = p.Name.Text
	w.Header().Set("Cache-Control", "public, max-age=60")
	return s.pages.Bare(w, r, status, "embed", p)
}

// fillEmbed makes the one thing that the frame shows.
func (s *Site) fillEmbed(ctx context.Context, p *EmbedPage, q url.Values) error {
	if p.View == "entry" {
		return s.embedEntry(ctx, p, q.Get("entry"))
	}
	if !slices.Contains(embedViews[:], p.View) {
		return fmt.Errorf("view %.20q: %w", p.View, directory.ErrInvalid)
	}
	keys := page.With(q, "view", "", schemeKey, "", "lang", "")
	if p.View == "list" && q.Get("c") == "" && q.Get("bbox") == "" {
		keys.Set("all", "1")
	}
	st, err := s.homeState(ctx, keys)
	if err != nil {
		return err
	}
	p.OpenHref = page.Address("/", st.query)
	stay := func(href string) string { return p.stay(href, q) }
	switch p.View {
	case "map":
		p.Script = "map.js"
		if p.Map, err = s.mapView(ctx, p.Locale, st); err != nil {
			return err
		}
		for _, h := range []*string{&p.Map.ZoomIn, &p.Map.ZoomOut, &p.Map.North, &p.Map.South, &p.Map.West, &p.Map.East} {
			*h = stay(*h)
		}
		return nil
	case "list":
		if p.List, err = s.list(ctx, p.Locale, st, q.Get("after"), 0); err != nil {
			return err
		}
		p.List.Next, p.List.First = stay(p.List.Next), stay(p.List.First)
		return nil
	}
	p.OpenHref = page.Address("/timeline", st.query)
	st.chosen = st.boxed()
	return s.embedTime(ctx, p, st.chosen, stay)
}

// stay is the address in the frame of what a view's link leads to.
func (p *EmbedPage) stay(href string, q url.Values) string {
	if href == "" {
		return ""
	}
	_, query, _ := strings.Cut(href, "?")
	to, err := url.ParseQuery(query)
	if err != nil {
		return ""
	}
	for _, k := range []string{"view", schemeKey, "lang"} {
		if v := q.Get(k); v != "" {
			to.Set(k, v)
		}
	}
	to.Del("map")
	if p.Frame != nil {
		return page.Address("/maps/"+p.Frame.Map.Handle+"/embed", to)
	}
	return page.Address("/embed", to)
}

// embedTime draws a window of time, or lists the events to come.
func (s *Site) embedTime(ctx context.Context, p *EmbedPage, c chosen, stay func(string) string) error {
	sel, state := c.sel, c.query
	from, to := sel.From, sel.To
	sel.From, sel.To = "", ""
	if p.View == "agenda" && len(sel.Kinds) == 0 {
		sel.Kinds = []directory.Kind{directory.KindEvent}
	}
	af, err := s.cfg.View.Filter(ctx, sel)
	if err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	af.Only = s.within(c, af.Only)
	f := chronicle.Filter(af)
	if p.View == "agenda" {
		p.Agenda, p.Past, err = s.upcoming(ctx, p.Locale, f)
		return err
	}
	ext := s.extentOf(f)
	window := ext.window(from, to)
	ext.show(s.cfg.View.Chronicle(), f, window)
	t := &TimelinePage{Base: p.Base}
	const width = 900
	tq := timeQuery{sel: sel, filter: f, state: state, lanes: lanesOf(state.Get("lanes"), sel), window: window, extent: ext}
	if err := s.drawTimeline(ctx, t, tq, width); err != nil {
		return err
	}
	p.Chart, p.Agenda = t.Chart, t.Agenda
	href := func(sp chronicle.Span) string { return stay(windowHref(state, sp)) }
	p.In, p.Out = href(chronicle.ZoomIn(window)), href(chronicle.ZoomOut(window))
	p.Earlier, p.Later = href(chronicle.Pan(window, -1)), href(chronicle.Pan(window, 1))
	return nil
}

// agendaYears is how far ahead, or back, the agenda of a frame looks.
const agendaYears = 3

// upcomingRead is how many entries of these years are looked at.
const upcomingRead = 2000

// upcoming lists what is to come, the next first; without any, what was last.
func (s *Site) upcoming(ctx context.Context, l *i18n.Locale, f chronicle.Filter) (groups []AgendaGroup, past bool, err error) {
	const most = 40
	now := s.cfg.Clock()
	between := func(from, to time.Time) ([]directory.Public, error) {
		nums, _ := s.cfg.View.Chronicle().Latest(chronicle.Span{From: from.Unix(), To: to.Unix()}, f, nil, upcomingRead)
		es, err := s.byNums(ctx, nums)
		slices.SortStableFunc(es, func(a, b directory.Public) int { return cmp.Compare(begins(a), begins(b)) })
		return es, err
	}
	es, err := between(now.Truncate(24*time.Hour), now.AddDate(agendaYears, 0, 0))
	if err == nil && len(es) == 0 {
		past = true
		es, err = between(now.AddDate(-agendaYears, 0, 0), now)
		slices.Reverse(es)
	}
	if err != nil {
		return nil, false, fmt.Errorf("agenda: %w", err)
	}
	for _, e := range es[:min(len(es), most)] {
		title := l.MonthYear(time.Unix(begins(e), 0).UTC())
		if n := len(groups); n == 0 || groups[n-1].Title != title {
			groups = append(groups, AgendaGroup{Title: title})
		}
		g := &groups[len(groups)-1]
		g.Items = append(g.Items, agendaItem(l, e))
	}
	return groups, past, nil
}

// embedEntry is the card of an entry that everybody may see.
func (s *Site) embedEntry(ctx context.Context, p *EmbedPage, id string) error {
	e, err := s.byKey(ctx, id)
	if err != nil {
		return fmt.Errorf("entry %q: %w", id, err)
	}
	public, ok := e.Public()
	if !ok || !e.Listed() {
		return fmt.Errorf("entry %q: %w", id, directory.ErrNotFound)
	}
	l := p.Locale
	body := textIn(l, public.Description)
	p.Entry = &EmbedEntry{Item: item(l, public), Kind: kindName(l, public), Place: placeLine(l, public.Place), Note: positionNote(l, public.Place),
		Badges: badges(l, public, p.Now), Body: sanitize.Text(clipWords(body.Text)), BodyLang: body.Lang}
	p.Name, p.OpenHref = p.Entry.Name, p.Entry.Href
	return nil
}

// embedWords is how much of a description a card shows, in bytes.
const embedWords = 320

// clipWords cuts a text at a word.
func clipWords(s string) string {
	if len(s) <= embedWords {
		return s
	}
	cut := strings.ToValidUTF8(s[:embedWords], "")
	if i := strings.LastIndexAny(cut, " \n"); i > 0 {
		cut = cut[:i]
	}
	return cut + " …"
}
