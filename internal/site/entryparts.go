package site

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
)

// PillarsView is the card that says why it is a commons.
type PillarsView struct {
	Parts  []Pillar
	Ostrom []OstromView
}

// Pillar is one part of the card.
type Pillar struct {
	Icon, Term string
	Text       Text
	Href       string
}

// OstromView is the answer to one of the eight principles.
type OstromView struct{ Principle, Answer, Class, Evidence, Href string }

// DefinitionView is one dated definition of a concept.
type DefinitionView struct {
	Text                 Text
	Author, Date, Source string
	Machine, SourceHref  string
}

// RelationGroup is the relations of one meaning.
type RelationGroup struct {
	Title string
	Items []RelationView
}

// RelationView is one related entry.
type RelationView struct {
	Href, Theme, Icon string
	Name              Text
	// Line says what it is, since when, and who says so when it is not us.
	Line    string
	Outside bool // leads to another server
	// Doubt says that only one side states it, "" when both do.
	Doubt string
	// Confirm is the form for the editors of this entry; nil for others.
	Confirm *ConfirmView
	date    string
	title   string
}

// ConfirmView is the button with which an editor makes this entry state, or no
// longer state, what another says about it.
type ConfirmView struct{ Subject, Type, Do string }

// pillars makes the card; nil when nothing is filled in.
func pillars(l *i18n.Locale, p *directory.Pillars) *PillarsView {
	if p == nil {
		return nil
	}
	v := &PillarsView{}
	add := func(icon, key string, t directory.LangText, href string) {
		text := textIn(l, t)
		href = sanitize.URL(href)
		if text.Text == "" && href == "" {
			return
		}
		v.Parts = append(v.Parts, Pillar{Icon: icon, Term: l.T("pillar." + key), Text: text, Href: href})
	}
	add("couches", "resource", p.Resource, "")
	add("personne", "community", p.Community, "")
	add("texte", "governance", p.Governance, p.RulesURL)
	add("coche", "protection", p.Protection, "")
	answers := slices.Clone(p.Ostrom)
	sort.SliceStable(answers, func(i, j int) bool { return answers[i].Principle < answers[j].Principle })
	for _, o := range answers {
		key := "ostrom." + strconv.Itoa(o.Principle)
		if !l.Has(key) || !l.Has("ostrom.answer."+o.Answer) {
			continue
		}
		view := OstromView{Principle: l.T(key), Answer: l.T("ostrom.answer." + o.Answer), Class: o.Answer}
		if view.Href = sanitize.URL(o.Evidence); view.Href == "" {
			view.Evidence = o.Evidence
		}
		v.Ostrom = append(v.Ostrom, view)
	}
	if len(v.Parts) == 0 && len(v.Ostrom) == 0 {
		return nil
	}
	return v
}

// definitions gives a concept's definitions, oldest first, undated last.
func definitions(l *i18n.Locale, c *directory.Concept) []DefinitionView {
	if c == nil {
		return nil
	}
	defs := slices.Clone(c.Definitions)
	sort.SliceStable(defs, func(i, j int) bool {
		a, okA := started(defs[i].Date)
		b, okB := started(defs[j].Date)
		if okA != okB {
			return okA
		}
		return okA && a < b
	})
	out := make([]DefinitionView, 0, len(defs))
	for _, d := range defs {
		v := DefinitionView{Text: textIn(l, d.Text), Author: d.Author, Date: l.EDTF(d.Date), Machine: d.Date, SourceHref: sanitize.URL(d.Source)}
		v.Source = d.Source
		if v.SourceHref != "" {
			v.Source = hostOf(v.SourceHref)
		}
		out = append(out, v)
	}
	return out
}

// started is when an EDTF date begins, unix seconds.
func started(s string) (int64, bool) {
	if s == "" {
		return 0, false
	}
	d, err := directory.ParseEDTF(s)
	return d.From, err == nil
}

// dates are the entry's own dates.
func dates(l *i18n.Locale, e directory.Public) []DateLine {
	var out []DateLine
	if e.Period != nil && e.Kind != directory.KindEvent && e.Kind != directory.KindText && e.Kind != directory.KindConcept {
		if e.Period.Start != "" && e.Period.Start != ".." {
			out = append(out, DateLine{Machine: e.Period.Start, Date: l.EDTF(e.Period.Start), Text: l.T("date.founded")})
		}
		if e.Period.End != "" && e.Period.End != ".." {
			out = append(out, DateLine{Machine: e.Period.End, Date: l.EDTF(e.Period.End), Text: l.T("date.ended")})
		}
	}
	if c := e.Concept; c != nil && c.FirstUse != "" {
		out = append(out, DateLine{Machine: c.FirstUse, Date: l.EDTF(c.FirstUse), Text: join(l.T("date.first_use"), c.FirstAuthor, c.SourceWork)})
	}
	return out
}

// datedRelations are the relations that carry a date, as lines among the dates.
func datedRelations(groups []RelationGroup) []DateLine {
	var out []DateLine
	for _, g := range groups {
		for _, r := range g.Items {
			if r.date != "" {
				out = append(out, DateLine{Machine: r.date, Date: r.title, Text: g.Title + " " + r.Name.Text, Href: r.Href})
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, _ := started(out[i].Machine)
		b, _ := started(out[j].Machine)
		return a < b
	})
	return out
}

// facts are the short facts of the card beside the text.
func facts(l *i18n.Locale, e directory.Public) []Fact {
	var out []Fact
	add := func(key, text, href string) {
		if text != "" {
			out = append(out, Fact{l.T("fact." + key), text, href})
		}
	}
	if e.Pillars != nil {
		add("form", e.Pillars.LegalForm, "")
	}
	switch {
	case e.Kind == directory.KindEvent:
		add("when", whenLine(l, e), "")
	case e.Kind == directory.KindText:
		add("date", whenLine(l, e), "")
	case e.Kind == directory.KindConcept:
	case e.Period != nil:
		add("founded", l.EDTF(e.Period.Start), "")
		add("ended", l.EDTF(e.Period.End), "")
	}
	if p := e.Place; p != nil {
		add("venue", p.Name, "")
		add("address", strings.TrimSpace(strings.Trim(p.Street+", "+p.PostalCode+" "+p.Locality, ", ")), "")
		add("region", p.Region, "")
		add("shape", shapeWords(l, p.Shape), "")
		if p.Country != "" && p.Country != "FR" {
			add("country", l.Country(p.Country), "")
		}
		if href := sanitize.URL(p.Online); href != "" {
			add("online", hostOf(href), href)
		}
	}
	kindFacts(l, e, add)
	if e.Pillars != nil {
		add("members", e.Pillars.Members, "")
	}
	add("hours", e.OpeningHours, "")
	if href := sanitize.URL(e.Website); href != "" {
		add("website", hostOf(href), href)
	}
	for _, link := range e.Links {
		if href := sanitize.URL(link.URL); href != "" {
			name := link.Name
			if name == "" {
				name = hostOf(href)
			}
			add("link", name, href)
		}
	}
	if id := e.Identifiers; id != nil {
		add("rna", id.RNA, "")
		add("siren", id.SIREN, "")
		add("siret", id.SIRET, "")
	}
	return out
}

// kindFacts adds what only events, texts or concepts have.
func kindFacts(l *i18n.Locale, e directory.Public, add func(key, text, href string)) {
	if v := e.Event; v != nil {
		add("series", join(v.Series, v.Edition), "")
		add("organisers", v.Organisers, "")
	}
	if t := e.Text; t != nil {
		add("authors", t.Authors, "")
		if l.Has("language." + t.Language) {
			add("language", l.T("language."+t.Language), "")
		} else {
			add("language", t.Language, "")
		}
		if t.Country != "" {
			add("country", l.Country(t.Country), "")
		}
		if href := sanitize.URL(t.URL); href != "" {
			add("read", hostOf(href), href)
		}
	}
	if c := e.Concept; c != nil {
		add("alt_labels", strings.Join(c.AltLabels, ", "), "")
		add("first_author", c.FirstAuthor, "")
		add("source_work", c.SourceWork, "")
		for _, href := range c.ExactMatch {
			add("exact_match", hostOf(href), sanitize.URL(href))
		}
		for _, href := range c.CloseMatch {
			add("close_match", hostOf(href), sanitize.URL(href))
		}
	}
}

// licence says in a sentence what may be done with the entry.
func licence(l *i18n.Locale, spdx string) (sentence, href string) {
	if spdx == "" {
		return l.T("licence.none"), ""
	}
	if known, ok := directory.LicenceByID(spdx); ok {
		return l.T("licence.known", "name", known.Name), known.URL
	}
	return l.T("licence.other", "id", spdx), ""
}

func source(l *i18n.Locale, s directory.Source) Fact {
	href := sanitize.URL(s.URL)
	name := s.Name
	if name == "" {
		name = hostOf(href)
	}
	if name == "" {
		name = s.URL
	}
	retrieved := ""
	if !s.Retrieved.IsZero() {
		retrieved = l.T("source.retrieved", "date", l.Date(s.Retrieved))
	}
	return Fact{Term: join(s.Licence, retrieved), Text: name, Href: href}
}

// locator draws where the entry is, from far enough to recognise the region.
func (s *Site) locator(l *i18n.Locale, e directory.Public, at MapPosition) sanitize.HTML {
	widest := 5.0 // a country
	opt := s.svgOptions(l, l.T("entry.locator", "place", placeLine(l, e.Place)), true)
	if g, ok := e.Place.Shape.Geometry(); ok {
		v := viewOf(g)
		at, widest = MapPosition{v.Lat, v.Lon, v.Zoom}, v.Zoom-2 // it is still to be seen
		opt.Outlines = []basemap.Drawn{{Outline: basemap.NewOutline(g.Area, g.Parts), Theme: rootNumber(themeOf(e)), Chosen: true}}
	}
	for at.Zoom > widest && !s.cfg.Basemap.Recognisable(at.view(locatorWidth, locatorHeight)) {
		at.Zoom--
	}
	mark := basemap.Mark{Lat: e.Place.Point.Lat, Lon: e.Place.Point.Lon, N: 1, Theme: rootNumber(themeOf(e)),
		Approximate: e.Place.Precision == directory.PrecisionApproximate}
	return sanitize.Drawn(s.cfg.Basemap.SVG(at.view(locatorWidth, locatorHeight), []basemap.Mark{mark}, opt))
}

// The size of an entry's small map, and the closest that it goes for a shape.
const (
	locatorWidth, locatorHeight = 372, 220
	closestLocator              = 15
)

func rootNumber(slug string) int {
	for i, t := range directory.RootThemes() {
		if t.Slug == slug {
			return i
		}
	}
	return -1
}

// keeper is the organisation that publishes the entry, when it is public and another.
func (s *Site) keeper(ctx context.Context, l *i18n.Locale, e directory.Public) (NamedLink, error) {
	if e.OwnerURI == "" || e.OwnerURI == e.URI {
		return NamedLink{}, nil
	}
	owner, err := s.cfg.Store.EntryByURI(ctx, e.OwnerURI)
	if errors.Is(err, directory.ErrNotFound) {
		return NamedLink{}, nil
	}
	if err != nil {
		return NamedLink{}, fmt.Errorf("owner of %s: %w", e.ID, err)
	}
	public, ok := owner.Public()
	if !ok {
		return NamedLink{}, nil
	}
	return NamedLink{textIn(l, public.Name).Text, entryPath(public)}, nil
}

// eventsMost is how many events an organiser's page lists.
const eventsMost = 12

// eventsOf lists the events that the entry publishes, the latest first.
func (s *Site) eventsOf(ctx context.Context, l *i18n.Locale, e directory.Public) ([]Item, error) {
	es, err := s.cfg.Store.Entries(ctx, store.EntryFilter{OwnerURI: e.URI, Order: store.ByRecent, Limit: 100,
		Selection: directory.Selection{Kinds: []directory.Kind{directory.KindEvent}}})
	if err != nil {
		return nil, fmt.Errorf("events of %s: %w", e.ID, err)
	}
	events := publics(es)
	sort.SliceStable(events, func(i, j int) bool { return begins(events[i]) > begins(events[j]) })
	var out []Item
	for _, v := range events[:min(len(events), eventsMost)] {
		out = append(out, item(l, v))
	}
	return out, nil
}

// begins is when an entry's period starts, unix seconds; the far past without one.
func begins(e directory.Public) int64 {
	if e.Period == nil {
		return -1 << 62
	}
	from, _, ok := e.Period.Interval()
	if !ok {
		return -1 << 62
	}
	return from
}
