package site

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/glossary"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/transfer"
)

// EntryPage is the page of one entry of any kind.
type EntryPage struct {
	page.Base
	Name, Summary Text
	Theme, Icon   string
	Kind          string
	Crumbs        []NamedLink
	Badges        []Badge
	// Done says what its editor just did, "" for nothing.
	Done string
	// Notice is a sentence above the page, such as that it is a draft; "" for none.
	Notice   string
	Body     sanitize.HTML
	BodyLang string
	Origin   *OriginView
	Follow   *FollowView
	// Keeper is the organisation that publishes the entry; Href "" for itself or unknown.
	Keeper      NamedLink
	ShareURL    string
	Exports     []NamedLink
	EditHref    string
	HistoryHref string
	// PrintHref is the entry on one sheet of paper; "" for what is not public.
	PrintHref string
	// ReportHref is where to say that something is wrong; "" takes no reports.
	ReportHref string
	WebHref    string
	Dates      []DateLine
	Pillars    *PillarsView
	Relations  []RelationGroup
	// RelationToken is for the forms with which an editor confirms relations, ""
	// for others; they are sent to RelationAction.
	RelationToken, RelationAction string
	// AroundHref leads to the page of its neighbours, "" without any.
	AroundHref  string
	Definitions []DefinitionView
	Events      []Item
	// Series is the event\'s place in its series, nil for none; Calendar the address of
	// its own calendar file, "" for none.
	Series      *SeriesNav
	Calendar    string
	Lineage     *LineageView
	Concept     *ConceptView
	Ecosystem   *EcosystemView
	Around      *NeighbourhoodView
	Facts       []Fact
	Tags        []NamedLink
	Locator     sanitize.HTML
	PlaceNote   string
	MapHref     string
	Licence     string
	LicenceHref string
	Versions    string
	Sources     []Fact
	// Moved says where the entry went, nil when it is here. Others are its other
	// sheets: twins that were merged, and what it was before it moved here.
	Moved  *MovedView
	Others []SourceView
	// LifeHref is where an editor renames, moves and merges it, "" for others.
	LifeHref string
	// Discussion is what the fediverse says about it; nil for the entries of others.
	Discussion *DiscussionView
	Data       map[string]any // schema.org, printed as JSON-LD
}

// Badge is one label under the name; Class is a suffix of etq.
type Badge struct{ Class, Icon, Text string }

// Fact is one line of a list of facts; Href "" is no link.
type Fact struct{ Term, Text, Href string }

// FollowView is how to follow an entry from the fediverse.
type FollowView struct{ Handle, URI string }

// DateLine is one dated line.
type DateLine struct {
	Machine, Date, Text string
	Href                string
}

// Entry is GET /entries/{id}, /events/{id}, /texts/{id}, /concepts/{id}.
func (s *Site) Entry(w http.ResponseWriter, r *http.Request) error {
	e, err := s.cfg.Store.Entry(r.Context(), r.PathValue("id"))
	if err != nil {
		return s.gone(w, r, e, fmt.Errorf("entry %q: %w", r.PathValue("id"), err))
	}
	return s.entry(w, r, e)
}

// Actor is GET /@{handle}.
func (s *Site) Actor(w http.ResponseWriter, r *http.Request) error {
	e, err := s.cfg.Store.EntryByHandle(r.Context(), strings.ToLower(strings.TrimPrefix(r.PathValue("handle"), "@")))
	if err != nil {
		return s.gone(w, r, e, fmt.Errorf("handle %q: %w", r.PathValue("handle"), err))
	}
	return s.entry(w, r, e)
}

func (s *Site) entry(w http.ResponseWriter, r *http.Request, e directory.Entry) error {
	return s.entryWith(w, r, e, nil)
}

// entryWith is the page of an entry; sent is what an editor said in the
// discussion and that could not be done, nil for none.
func (s *Site) entryWith(w http.ResponseWriter, r *http.Request, e directory.Entry, sent *typed) error {
	public, err := visible(r, e)
	if err != nil {
		return err
	}
	if led, err := s.lead(w, r, e); led || err != nil {
		return err
	}
	if leaving, err := s.leaving(w, r, e); leaving || err != nil {
		return err
	}
	if here := entryPath(public); r.Method != http.MethodPost && r.URL.Path != here && !strings.HasPrefix(r.URL.Path, "/@") && kindPath(r) != public.Kind.Path() {
		http.Redirect(w, r, here, http.StatusMovedPermanently)
		return nil
	}
	b := s.pages.Base(w, r, "entry", "")
	p := &EntryPage{Base: b}
	p.fill(public)
	if p.Body, err = s.gloss(r.Context(), b.Locale, p.Body, p.BodyLang, glossary.Options{Skip: entryPath(public)}); err != nil {
		return err
	}
	s.addresses(p, r, e, public)
	if err := s.connect(r.Context(), p, public); err != nil {
		return err
	}
	if p.EditHref != "" {
		p.RelationAction = "/" + public.Kind.Path() + "/" + public.ID + "/relations"
		if p.RelationToken, err = s.pages.Token(w, r); err != nil {
			return err
		}
	}
	if err := s.lives(r.Context(), p, r, e); err != nil {
		return err
	}
	if err := s.discuss(w, r, p, e, sent); err != nil {
		return err
	}
	status := http.StatusOK
	if sent != nil {
		status = sent.status
	}
	return s.pages.Page(w, r, status, "entry", p)
}

// kindPath is the first segment of the request's path.
func kindPath(r *http.Request) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return first
}

// visible gives what the visitor may see of an entry: the public form, also of
// a draft when they edit it. A tombstone is ErrGone, the rest ErrNotFound.
func visible(r *http.Request, e directory.Entry) (directory.Public, error) {
	public, ok := e.Public()
	if e.Status == directory.StatusDeleted {
		return directory.Public{}, fmt.Errorf("entry %s: %w", e.ID, directory.ErrGone)
	}
	if who := auth.From(r.Context()).Who(); !ok && !who.MaySee(&e) {
		return directory.Public{}, fmt.Errorf("entry %s: %w", e.ID, directory.ErrNotFound)
	}
	return public, nil
}

// fill sets what the entry alone says.
func (p *EntryPage) fill(e directory.Public) {
	l := p.Locale
	p.Name, p.Summary = textIn(l, e.Name), textIn(l, e.Summary)
	p.Title, p.Description = p.Name.Text, p.Summary.Text
	p.Theme, p.Icon, p.Kind = themeOf(e), iconOf(e), kindName(l, e)
	p.Section = sectionOf(e.Kind)
	body := textIn(l, e.Description)
	p.Body, p.BodyLang = sanitize.Text(body.Text), body.Lang
	p.Badges = badges(l, e, p.Now)
	p.Crumbs = crumbs(l, e)
	p.Dates = dates(l, e)
	p.Pillars = pillars(l, e.Pillars)
	p.Definitions = definitions(l, e.Concept)
	p.Facts = facts(l, e)
	p.PlaceNote = positionNote(l, e.Place)
	for _, t := range e.Tags {
		p.Tags = append(p.Tags, NamedLink{"#" + t, page.Address("/", url.Values{"tag": {t}})})
	}
	p.Licence, p.LicenceHref = licence(l, e.Licence)
	for _, src := range e.Sources {
		p.Sources = append(p.Sources, source(l, src))
	}
	if e.Status == directory.StatusDraft || e.Status == directory.StatusProposed {
		p.Notice, p.NoIndex = l.T("entry.notice."+string(e.Status)), true
	}
	if e.Status == directory.StatusArchived {
		p.Notice = l.T("entry.notice.archived")
	}
	if e.Silenced {
		p.Notice, p.NoIndex = l.T("entry.notice.silenced"), true
	}
}

// sectionOf is the navigation's entry for a kind.
func sectionOf(k directory.Kind) string {
	switch k {
	case directory.KindEvent:
		return "timeline"
	case directory.KindText:
		return "genealogy"
	case directory.KindConcept:
		return "concepts"
	}
	return "map"
}

// addresses sets where the page, its forms and its other forms are.
func (s *Site) addresses(p *EntryPage, r *http.Request, e directory.Entry, public directory.Public) {
	l := p.Locale
	p.Canonical = s.cfg.Env.Base + entryPath(public)
	p.ShareURL = p.Canonical
	p.WebHref = sanitize.URL(public.Website)
	p.HistoryHref = "/" + public.Kind.Path() + "/" + public.ID + "/history"
	if public.Status.Public() {
		if e.Listed() {
			p.Picture = s.entryPicture(l, public)
		}
		p.PrintHref = "/" + public.Kind.Path() + "/" + public.ID + "/print"
		p.Alternates = []page.Alternate{{Type: "application/activity+json", Href: public.URI}}
		if public.Kind == directory.KindEvent && public.Period != nil {
			p.Calendar = "/feeds/events/" + public.ID + ".ics"
		}
		p.Exports = []NamedLink{{l.T("entry.export.json"), "/api/v1/entries/" + public.ID}}
		if public.Origin == "" {
			p.Exports = append(p.Exports, NamedLink{l.T("entry.export.activitypub"), public.URI})
		}
	}
	if s.cfg.Moderation != nil && public.Status.Public() {
		p.ReportHref = "/" + public.Kind.Path() + "/" + public.ID + "/report"
	}
	if who := auth.From(r.Context()).Who(); s.cfg.Ledger != nil && who.MayEdit(&e) {
		p.EditHref = "/" + public.Kind.Path() + "/" + public.ID + "/edit"
		if r.URL.Query().Get("done") == "confirmed" {
			p.Done = l.T("entry.confirmed_now")
		}
	}
	if public.Origin != "" {
		p.Origin = s.originView(r.Context(), l, public, p.Now)
	}
	if public.Kind.IsActor() && public.Handle != "" && public.Status.Public() {
		host := s.pages.Host()
		if public.Origin != "" {
			host = originHost(public.Origin)
		}
		p.Follow = &FollowView{Handle: "@" + public.Handle + "@" + host, URI: public.URI}
	}
	if pt := pointOf(public); pt != nil {
		const zoom = 9
		v := MapPosition{pt.Lat, pt.Lon, zoom}
		p.Locator = s.locator(l, public, v)
		p.MapHref = s.showOn(public, *pt)
	}
	p.Data = s.schema(p, public)
}

func originHost(origin string) string {
	if u, err := url.Parse(origin); err == nil {
		return u.Host
	}
	return origin
}

func pointOf(e directory.Public) *directory.Point {
	if e.Place == nil {
		return nil
	}
	return e.Place.Point
}

// connect sets what other entries say: relations, events, the lineage.
func (s *Site) connect(ctx context.Context, p *EntryPage, e directory.Public) error {
	var err error
	if p.Relations, err = s.relations(ctx, p.Locale, e); err != nil {
		return err
	}
	p.Dates = append(p.Dates, datedRelations(p.Relations)...)
	if len(p.Relations) > 0 && e.Status.Public() && !e.Silenced && e.ShownAs == "" {
		p.AroundHref = aroundPath(e)
	}
	if p.Keeper, err = s.keeper(ctx, p.Locale, e); err != nil {
		return err
	}
	if p.Series, err = s.seriesNav(ctx, p.Locale, e); err != nil {
		return err
	}
	if e.Kind.IsActor() {
		if p.Events, err = s.eventsOf(ctx, p.Locale, e); err != nil {
			return err
		}
	}
	if e.Kind == directory.KindText && e.Status.Public() {
		if p.Lineage, err = s.excerpt(ctx, p.Locale, e); err != nil {
			return err
		}
	}
	if e.Kind == directory.KindEcosystem && e.Status.Public() {
		if p.Ecosystem, err = s.ecosystemView(ctx, p.Locale, e); err != nil {
			return err
		}
		if p.Ecosystem != nil {
			p.Relations = withoutMembers(p.Locale, p.Relations)
		}
		if p.Around, err = s.aroundView(ctx, p.Locale, e); err != nil {
			return err
		}
	}
	if e.Kind == directory.KindConcept && e.Status.Public() {
		if p.Concept, err = s.conceptView(ctx, p.Locale, e); err != nil {
			return err
		}
		p.Exports = append(p.Exports, fileLinks(p.Locale, "/export/concepts", []transfer.Format{transfer.Turtle, transfer.JSONLD}, url.Values{"id": {e.ID}})...)
	}
	revisions, err := s.cfg.Store.Revisions(ctx, e.ID)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return fmt.Errorf("revisions of %s: %w", e.ID, err)
	}
	if n := len(revisions); n > 0 {
		p.Versions = p.N("entry.versions", n, "date", p.Date(revisions[0].At))
		if last := revisions[n-1]; last.At.After(revisions[0].At) {
			p.Versions = p.N("entry.versions", n, "date", p.Date(last.At))
		}
	}
	return nil
}

// badges are the theme, the kind and the freshness.
func badges(l *i18n.Locale, e directory.Public, now time.Time) []Badge {
	var out []Badge
	if t := themeOf(e); t != noTheme {
		out = append(out, Badge{Class: "v", Text: themeName(l, t)})
	}
	out = append(out, Badge{Text: kindName(l, e)})
	if e.Event != nil && e.Event.Status != "" && e.Event.Status != directory.EventConfirmed {
		out = append(out, Badge{Class: "t", Icon: "alerte", Text: l.T("event.status." + string(e.Event.Status))})
	}
	switch {
	case e.LastConfirmed.IsZero():
	case now.Sub(e.LastConfirmed) > staleAfter:
		out = append(out, Badge{Class: "j", Icon: "alerte", Text: l.T("entry.not_confirmed", "date", l.MonthYear(e.LastConfirmed))})
	default:
		out = append(out, Badge{Class: "c", Icon: "coche", Text: l.T("entry.confirmed", "date", l.MonthYear(e.LastConfirmed))})
	}
	return out
}

// crumbs lead from the map, or the view of the kind, to the entry by its place.
func crumbs(l *i18n.Locale, e directory.Public) []NamedLink {
	switch sectionOf(e.Kind) {
	case "timeline":
		return []NamedLink{{l.T("nav.timeline"), "/timeline"}}
	case "genealogy":
		return []NamedLink{{l.T("nav.genealogy"), "/genealogy"}}
	case "concepts":
		return []NamedLink{{l.T("nav.concepts"), "/concepts"}}
	}
	out := []NamedLink{{l.T("nav.map"), "/"}}
	if e.Place == nil {
		return out
	}
	if e.Place.Region != "" {
		out = append(out, NamedLink{e.Place.Region, page.Address("/", url.Values{"q": {e.Place.Region}})})
	}
	if e.Place.Locality != "" && e.Place.Locality != e.Place.Region {
		out = append(out, NamedLink{e.Place.Locality, page.Address("/", url.Values{"near": {e.Place.Locality}})})
	}
	return out
}
